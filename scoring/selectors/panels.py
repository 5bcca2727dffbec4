"""The pool, and a panel with everything that lets anybody repeat its draw."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import Membership
from campaigns.models import Campaign
from reviews.enums import DossierState
from reviews.models import Dossier
from scoring import draw
from scoring.enums import AssignmentState
from scoring.models import Assignment, Expert, Panel, PanelSeat


def expert_pool() -> list[Expert]:
    """All experts, active ones first. One query."""
    return list(
        Expert.objects.select_related("membership__user").order_by(
            "-is_active", "membership__user__name", "pk"
        )
    )


def expert_members() -> QuerySet[Membership]:
    """Active members with the role of an expert."""
    return (
        Membership.objects.filter(role=Role.EXPERT, is_active=True)
        .select_related("user", "organisation")
        .order_by("user__name")
    )


def members_for_pool() -> QuerySet[Membership]:
    """Those who are not in the pool yet."""
    return expert_members().filter(expert_entries=None)


def panel_of(campaign: Campaign) -> Panel | None:
    return (
        Panel.objects.filter(campaign=campaign)
        .select_related("created_by__user", "created_by__organisation")
        .first()
    )


def committed_source(panel: Panel) -> str:
    """The public source named in the commitment."""
    return draw.Commitment(panel.commitment_text, panel.commitment).body["source"]


@dataclass(frozen=True)
class DrawCheck:
    """A draw computed once more from what was published. ``problem``: Chinese, empty when it
    verifies; ``keys``: expert id → HMAC in the drawn order."""

    problem: str
    keys: dict[str, str]


def check_draw(panel: Panel, seats: list[PanelSeat]) -> DrawCheck:
    chosen = [str(seat.expert_id) for seat in seats if seat.position <= panel.size]
    try:
        result = draw.verify(
            panel.commitment_text, panel.commitment, panel.nonce, panel.source_text, chosen
        )
    except draw.DrawError as error:
        return DrawCheck(str(error), {})
    if result.seed != panel.seed:
        return DrawCheck("登记的种子与重新计算的不同。", result.keys)
    return DrawCheck("", result.keys)


def seats_of(panel: Panel) -> list[PanelSeat]:
    return list(panel.seats.select_related("expert__membership__user").order_by("position"))


def unassigned_dossiers(campaign: Campaign) -> int:
    """Dossiers that came to the experts after the last assignment."""
    return Dossier.objects.filter(
        campaign=campaign, state=DossierState.SCORING, assignments=None
    ).count()


def recusals_of(campaign: Campaign) -> list[Assignment]:
    return list(
        Assignment.objects.filter(dossier__campaign=campaign, state=AssignmentState.RECUSED)
        .select_related("expert__membership__user", "dossier__community")
        .defer("dossier__draft")
        .order_by("dossier__number")
    )
