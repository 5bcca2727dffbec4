"""What an expert has to score, and how far the panel is."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from accounts.enums import Role
from accounts.models import Membership
from campaigns.models import Campaign
from reviews.enums import DossierState
from reviews.models import Dossier, Evidence
from scoring.enums import AssignmentState
from scoring.models import Assignment, Scorecard

# What no list needs: whole definitions and dossiers. A definition is kept by its hash.
HEAVY_FIELDS = (
    "version__body", "revision__content", "assignment__dossier__draft",
    "assignment__dossier__version__body",
)  # fmt: skip


def own_assignments(member: Membership) -> QuerySet[Assignment]:
    """The expert's assignments; nobody else has any."""
    if member.role != Role.EXPERT:
        return Assignment.objects.none()
    return (
        Assignment.objects.filter(expert__membership=member)
        .select_related(
            "expert", "dossier__community__county", "dossier__campaign", "dossier__version"
        )
        .defer("dossier__draft", "dossier__version__body")
    )


def own_scorecards(member: Membership) -> QuerySet[Scorecard]:
    """The sheets the expert may open: a recused one is not there any more."""
    if member.role != Role.EXPERT:
        return Scorecard.objects.none()
    return (
        Scorecard.objects.filter(assignment__expert__membership=member)
        .exclude(assignment__state=AssignmentState.RECUSED)
        .select_related(
            "version", "revision", "assignment__expert", "assignment__dossier__version",
            "assignment__dossier__community__county", "assignment__dossier__campaign",
        )
        .defer(*HEAVY_FIELDS)
    )  # fmt: skip


def own_sheet_rows(member: Membership) -> list[Scorecard]:
    """Every sheet of the expert for its list, recused ones included, by dossier number."""
    cards = Scorecard.objects.filter(assignment__in=own_assignments(member).values("pk"))
    return list(
        cards.select_related(
            "assignment__dossier__community__county", "assignment__dossier__campaign",
            "assignment__dossier__version",
        )
        .defer("assignment__dossier__draft", "assignment__dossier__version__body")
        .order_by("assignment__dossier__number")
    )  # fmt: skip


def assigned_dossiers(member: Membership) -> QuerySet[Dossier]:
    """Dossiers whose content the expert may read: assigned and not recused."""
    if member.role != Role.EXPERT:
        return Dossier.objects.none()
    active = Assignment.objects.filter(expert__membership=member).exclude(
        state=AssignmentState.RECUSED
    )
    return Dossier.objects.filter(pk__in=active.values("dossier_id"))


def assigned_evidence(member: Membership) -> QuerySet[Evidence]:
    """The files the expert may open: those of the content it scores."""
    return Evidence.objects.filter(
        dossier__in=assigned_dossiers(member), removed_at=None
    ).select_related("file")


def next_assignment(member: Membership, card: Scorecard) -> Scorecard | None:
    """Another sheet that waits for the expert, begun ones first."""
    return (
        own_scorecards(member)
        .filter(
            assignment__state=AssignmentState.ASSIGNED,
            assignment__dossier__state=DossierState.SCORING,
        )
        .exclude(pk=card.pk)
        .order_by("-marked_items", "assignment__dossier__number")
        .first()
    )


def count_open_assignments(member: Membership) -> int:
    """待办: sheets that wait for the expert."""
    return (
        own_assignments(member)
        .filter(state=AssignmentState.ASSIGNED, dossier__state=DossierState.SCORING)
        .count()
    )


def panel_progress(campaign: Campaign) -> list[dict]:
    """Per expert: ``{expert, submitted, assigned, recused}``, one query."""
    return list(
        Assignment.objects.filter(dossier__campaign=campaign)
        .values("expert_id", "expert__membership__user__name", "expert__employer")
        .annotate(
            submitted=Count("pk", filter=Q(state=AssignmentState.SUBMITTED)),
            assigned=Count("pk", filter=Q(state=AssignmentState.ASSIGNED)),
            recused=Count("pk", filter=Q(state=AssignmentState.RECUSED)),
        )
        .order_by("expert__membership__user__name")
    )
