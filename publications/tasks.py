from core import audit
from core.jobs import JobRun, job_handler
from core.models import Tenant
from core.tenancy import tenant_context
from documents.services import keep_document
from publications.documents import notice_context, render_notice
from publications.models import Notice


@job_handler("publications.render_notice")
def render(run: JobRun) -> None:
    """Render a released notice outside any transaction, then register it with the job."""
    with tenant_context(run.tenant_id):
        notice = Notice.objects.select_related("ranking__version").get(pk=run.payload["notice"])
        tenant = Tenant.objects.get(pk=run.tenant_id)
        context = notice_context(notice, tenant)
    draft = render_notice(notice, context, tenant)
    with run.finishing() as job:
        document = keep_document(draft, actor=audit.SYSTEM)
        job.result = {"document": str(document.pk)}
