from core import audit, clock
from core.jobs import JobRun, job_handler
from core.models import Tenant
from core.tenancy import tenant_context
from documents.services import keep_document
from reviews.documents import PAPERS, render_paper
from reviews.models import Dossier, Revision
from reviews.services import announcements


@job_handler("reviews.render_papers")
def render_papers(run: JobRun) -> None:
    """Render outside any transaction, then register all papers together with the job."""
    with tenant_context(run.tenant_id):
        tenant = Tenant.objects.get(pk=run.tenant_id)
        dossier = Dossier.objects.select_related("version").get(pk=run.payload["dossier"])
        revision = Revision.objects.get(pk=run.payload["revision"])
        papers = [PAPERS[kind](dossier, revision) for kind in run.payload["kinds"]]
        at = clock.now()
    drafts = []
    for done, paper in enumerate(papers, 1):
        drafts.append(render_paper(paper, dossier, tenant, at))
        run.progress(done, len(papers))
    with run.finishing() as job:
        kept = [keep_document(draft, actor=audit.SYSTEM) for draft in drafts]
        job.result = {"documents": [str(document.pk) for document in kept]}


@job_handler("reviews.announce_move")
def announce_move(run: JobRun) -> None:
    with run.finishing() as job:
        job.result = {"told": announcements.announce_move(run.payload)}


@job_handler("reviews.announce_extension")
def announce_extension(run: JobRun) -> None:
    with run.finishing() as job:
        job.result = {"told": announcements.announce_extension(run.payload)}


@job_handler("reviews.remind")
def remind(run: JobRun) -> None:
    with run.finishing() as job:
        job.result = {"told": announcements.remind()}
