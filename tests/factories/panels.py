"""Experts, a drawn panel and marks, made through the services."""

from __future__ import annotations

from accounts.enums import OrganisationKind, Role
from accounts.models import Membership, Organisation
from core.tenancy import current_tenant_id
from reviews.models import Dossier
from scoring.models import Assignment, Expert, Panel, Scorecard
from scoring.services.panels import add_expert, commit_panel, draw_panel
from scoring.services.scorecards import save_marks, submit_scorecard
from tests.factories.cast import make_member
from tests.factories.dossiers import DURING, make_submitted, set_clock
from tests.factories.sign_offs import fresh, pass_to

REVIEWING = "2023-11-10 09:00"
SOURCE = "双色球 2023 年 11 月 7 日开奖号码"
SPOKEN = "03 08 14 19 25 31 + 06"


def make_experts(people, count: int = 7) -> list[Expert]:
    pool = Organisation.objects.get(kind=OrganisationKind.EXPERT_POOL)
    experts = []
    for number in range(1, count + 1):
        member = make_member(
            pool, Role.EXPERT, f"expert-{current_tenant_id()}-{number}", f"评审专家{number:02d}"
        )
        experts.append(
            add_expert(
                actor=people.city_officer,
                membership=member,
                field="物业管理",
                employer=f"第{number}单位",
            )
        )
    return experts


def make_scoring(people, count: int = 1, **fields) -> list[Dossier]:
    """Dossiers that every level has signed and that wait for the experts."""
    set_clock(DURING)
    dossiers = [pass_to(make_submitted(people, **fields), "scoring", people) for _ in range(count)]
    set_clock(REVIEWING)
    return [fresh(dossier) for dossier in dossiers]


def make_panel(people, campaign, *, size: int = 5, exclusions=None) -> Panel:
    """A drawn panel; every dossier that waits is assigned."""
    panel = commit_panel(
        campaign, actor=people.city_officer, size=size, source=SOURCE, exclusions=exclusions
    )
    return draw_panel(panel, actor=people.city_officer, source_text=SPOKEN)


def expert_member(assignment: Assignment) -> Membership:
    return Membership.objects.select_related("user", "organisation").get(
        pk=assignment.expert.membership_id
    )


def cards_of(dossier: Dossier) -> list[Scorecard]:
    return list(
        Scorecard.objects.filter(assignment__dossier=dossier)
        .select_related("assignment__expert", "assignment__dossier", "version")
        .order_by("assignment__expert_id")
    )


def full_marks(card: Scorecard, **changes) -> dict[str, dict]:
    """Every mark of the sheet at its best, but for ``changes``: item code → raw mark."""
    items = card.version.definition.items(card.assignment.dossier.track)
    return {
        item.code: {"mark": changes.get(item.code, item.full_mark())}
        for item in items
        if not item.is_measured
    }


def score(card: Scorecard, **changes) -> Scorecard:
    """Fill in and submit a sheet as its expert."""
    actor = expert_member(card.assignment)
    save_marks(card, actor=actor, marks=full_marks(card, **changes))
    return submit_scorecard(card, actor=actor)
