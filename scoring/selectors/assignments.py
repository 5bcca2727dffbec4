"""What an expert has to score, and how far the panel is."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership
from campaigns.models import Campaign
from reviews.models import Dossier
from scoring.enums import AssignmentState
from scoring.models import Assignment, Scorecard


def own_assignments(member: Membership) -> QuerySet[Assignment]:
    """The expert's assignments; nobody else has any."""
    return Assignment.objects.filter(
        expert__membership=member, expert__membership__role="expert"
    ).select_related("dossier__community__county", "dossier__campaign", "dossier__version")


def own_scorecards(member: Membership) -> QuerySet[Scorecard]:
    return Scorecard.objects.filter(assignment__in=own_assignments(member)).select_related(
        "version", "revision", "assignment__expert", "assignment__dossier__community",
        "assignment__dossier__version",
    )  # fmt: skip


def assigned_dossiers(member: Membership) -> QuerySet[Dossier]:
    """Dossiers whose content the expert may read: assigned and not recused."""
    active = Assignment.objects.filter(expert__membership=member).exclude(
        state=AssignmentState.RECUSED
    )
    return Dossier.objects.filter(pk__in=active.values("dossier_id"))


def count_open_assignments(member: Membership) -> int:
    return own_assignments(member).filter(state=AssignmentState.ASSIGNED).count()


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
