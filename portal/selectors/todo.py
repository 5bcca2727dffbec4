"""What waits for a role, counted and listed: the figures of menu and home, each one query."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, F, QuerySet, Sum

from accounts.models import Membership
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from communities.models import Fact
from core.enums import JobState
from core.models import AuditHead, AuditRecord, Job
from publications.enums import NoticeState
from publications.models import Notice
from publications.selectors import open_objection_count
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, SiteVisit
from reviews.selectors.dossiers import in_subtree, list_rows, visible_dossiers
from scoring.enums import AssignmentState
from scoring.models import Assignment, Panel, Scorecard

# ---- applicants ------------------------------------------------------------------------------

TO_FINISH = {DossierState.DRAFT, DossierState.RETURNED}


def count_corrections(member: Membership) -> int:
    """Own dossiers that were returned and wait for correction."""
    return visible_dossiers(member).filter(state=DossierState.RETURNED).count()


def numbers_by_state(dossiers: QuerySet[Dossier]) -> dict[str, int]:
    """State → number."""
    return dict(dossiers.values_list("state").annotate(number=Count("pk")).order_by())


def rows_in(dossiers: QuerySet[Dossier], states: Collection[str], number: int) -> list:
    """The first rows in these states, the longest wait first."""
    chosen = dossiers.filter(state__in=states).order_by("waiting_since", "pk")
    return list(list_rows(chosen)[:number])


def latest_rows_in(dossiers: QuerySet[Dossier], states: Collection[str], number: int) -> list:
    """The first rows in these states, the newest first."""
    chosen = dossiers.filter(state__in=states).order_by("-waiting_since", "pk")
    return list(list_rows(chosen)[:number])


# ---- offices ---------------------------------------------------------------------------------


def returned_by(member: Membership) -> QuerySet[Dossier]:
    """Dossiers that the member's office returned and that are not corrected yet."""
    return visible_dossiers(member).filter(
        state=DossierState.RETURNED,
        sign_offs__organisation=member.organisation_id,
        sign_offs__outcome=Outcome.RETURN,
        sign_offs__revision=F("revision"),
    )


def open_site_visits(member: Membership) -> list[SiteVisit]:
    """Visits of the present revisions in the member's subtree that are not closed."""
    return list(
        SiteVisit.objects.filter(
            closed_at=None,
            revision=F("dossier__revision"),
            dossier__state=DossierState.IN_REVIEW,
            dossier__in=Dossier.objects.filter(in_subtree(member)),
        )
        .select_related("dossier__community")
        .defer("dossier__draft")
        .order_by("visited_on", "pk")
    )


# ---- experts ---------------------------------------------------------------------------------


def own_cards(member: Membership, state: str) -> QuerySet[Scorecard]:
    """The expert's sheets whose assignment is in this state, the oldest first."""
    return (
        Scorecard.objects.filter(assignment__expert__membership=member, assignment__state=state)
        .select_related("assignment__dossier__community__county", "version")
        .defer("assignment__dossier__draft", "version__body")
        .order_by("assignment__assigned_at", "assignment__dossier__number")
    )


def scoring_progress(member: Membership) -> dict[str, int]:
    """Of the sheets that count: ``marked`` and ``due`` items."""
    return (
        Scorecard.objects.filter(assignment__expert__membership=member)
        .exclude(assignment__state=AssignmentState.RECUSED)
        .aggregate(marked=Sum("marked_items", default=0), due=Sum("due_items", default=0))
    )


def assignments_by_state(member: Membership) -> dict[str, int]:
    rows = Assignment.objects.filter(expert__membership=member).values_list("state")
    return dict(rows.annotate(number=Count("pk")).order_by())


# ---- city bureau -----------------------------------------------------------------------------


def count_objections(member: Membership) -> int:
    """Objections that nobody has answered yet."""
    return open_objection_count()


def draft_notices() -> list[Notice]:
    """Notices that are prepared and not released."""
    drafts = Notice.objects.filter(state=NoticeState.DRAFT).order_by("created_at")
    return list(drafts.defer("body", "entries"))


def dead_jobs() -> QuerySet[Job]:
    """Jobs that gave up, the oldest first."""
    return Job.objects.filter(state=JobState.DEAD).order_by("created_at")


def jobs_started_by(member: Membership) -> QuerySet[Job]:
    return Job.objects.filter(created_by=member.pk).order_by("-created_at")


def has_drawn_panel(campaign: Campaign) -> bool:
    return Panel.objects.filter(campaign=campaign, drawn_at__isnull=False).exists()


def sheets_by_state(campaign: Campaign) -> dict[str, int]:
    """State of the assignments of a campaign → number."""
    rows = Assignment.objects.filter(dossier__campaign=campaign).values_list("state")
    return dict(rows.annotate(number=Count("pk")).order_by())


# ---- others ----------------------------------------------------------------------------------


def dossiers_to_measure(member: Membership) -> QuerySet[Dossier]:
    """Submitted dossiers of open campaigns whose community the member's organisation has not
    measured yet, the oldest first: what is shown of them is the community."""
    measured = Fact.objects.filter(is_current=True, entered_by__organisation=member.organisation_id)
    return (
        Dossier.objects.filter(campaign__state=CampaignState.OPEN, revision__isnull=False)
        .exclude(state=DossierState.WITHDRAWN)
        .exclude(community_id__in=measured.values("community_id"))
        .select_related("community__county", "revision")
        .defer("draft", "revision__content")
        .order_by("revision__submitted_at", "pk")
    )


def facts_by(member: Membership) -> QuerySet[Fact]:
    """Current facts that the member's organisation entered, the newest first."""
    return (
        Fact.objects.filter(is_current=True, entered_by__organisation=member.organisation_id)
        .select_related("community")
        .order_by("-entered_at", "-pk")
    )


def chain_head() -> AuditHead | None:
    """The end of the chain of records: how many there are and the last hash."""
    return AuditHead.objects.first()


def last_records(number: int) -> list[AuditRecord]:
    return list(AuditRecord.objects.order_by("-seq").defer("body")[:number])
