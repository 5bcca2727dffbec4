from accounts.models import Membership
from campaigns.definition import read_definition
from campaigns.models import Campaign
from core import audit
from core.errors import Refused
from core.jobs import JobRun, job_handler
from core.models import Tenant
from core.tenancy import tenant_context
from documents.services import keep_document
from scoring.documents import render_summary, summary_context
from scoring.models import Ranking, Replay
from scoring.replay import replay
from scoring.selectors.replays import entrants_of
from scoring.services.rankings import compute_rows, rankable_dossiers, store_ranking


@job_handler("scoring.compute_ranking")
def compute_ranking(run: JobRun) -> None:
    """Compute from what is stored now, then keep the result together with the job."""
    with tenant_context(run.tenant_id):
        campaign = Campaign.objects.get(pk=run.payload["campaign"])
        rows = compute_rows(rankable_dossiers(campaign))
    if not rows:
        raise Refused("没有可以排名的材料。")
    with run.finishing() as job:
        actor = Membership.objects.select_related("organisation", "user").get(
            pk=run.payload["member"]
        )
        ranking = store_ranking(campaign, rows, actor=actor)
        job.result = {"ranking": str(ranking.pk), "rows": len(rows)}


@job_handler("scoring.render_summary")
def render_score_summary(run: JobRun) -> None:
    """Render outside any transaction, then register the paper with the job."""
    with tenant_context(run.tenant_id):
        tenant = Tenant.objects.get(pk=run.tenant_id)
        ranking = Ranking.objects.select_related("version", "campaign").get(
            pk=run.payload["ranking"]
        )
        context = summary_context(ranking)
    draft = render_summary(ranking, context, tenant, ranking.computed_at)
    with run.finishing() as job:
        document = keep_document(draft, actor=audit.SYSTEM)
        job.result = {"document": str(document.pk)}


@job_handler("scoring.replay")
def replay_ranking(run: JobRun) -> None:
    """Read, compute outside any transaction, keep the result with the job."""
    with tenant_context(run.tenant_id):
        kept = Replay.objects.select_related("ranking__version", "ranking__campaign").get(
            pk=run.payload["replay"]
        )
        definition = read_definition(kept.body)
        entrants = entrants_of(kept.ranking, definition)
        old = kept.ranking.version.definition
    result = replay(old, definition, entrants)
    with run.finishing() as job:
        Replay.objects.filter(pk=kept.pk).update(result=result)
        job.result = {"replay": str(kept.pk), "rows": len(result["rows"])}
