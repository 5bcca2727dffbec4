"""A campaign without a rubric, whose counties pick and forward: dossiers at each of its stages."""

from __future__ import annotations

from functools import cache

from campaigns.definition import Definition, load_definition, shipped_definitions
from communities.models import Fact, PropertyCompany
from reviews.models import Dossier
from reviews.services.cases import forward_case
from scoring.services.selections import select_dossiers
from tests.factories.dossiers import make_submitted
from tests.factories.sign_offs import fresh, pass_desk_check, sign

SELECTION = "county_selection"
MEASURED = {"satisfaction_rate": "96", "complaint_rate": "0.5", "fee_collection_rate": "97"}


@cache
def fujian() -> Definition:
    return load_definition(shipped_definitions()["fujian_2024"])


def meet_requirements(people, dossier: Dossier, **measured: str) -> None:
    """The facts that the requirements ask for, and the company's entry."""
    PropertyCompany.objects.get_or_create(
        organisation=dossier.applicant, defaults={"uscc": "91130300MA00000016"}
    )
    for metric, value in (MEASURED | measured).items():
        Fact.objects.create(
            community=dossier.community, metric=metric, value=value, period="2024",
            source="第三方调查", entered_by=people.evaluator, entered_at="2024-09-01T08:00+08:00",
        )  # fmt: skip


def make_selectable(people, campaign, number: int = 1, **measured: str) -> list[Dossier]:
    """Dossiers that the county has checked and that wait for its pick."""
    found = []
    for _ in range(number):
        dossier = make_submitted(people, campaign=campaign, track="company")
        meet_requirements(people, dossier, **measured)
        pass_desk_check(dossier, actor=people.county_officer)
        sign(dossier, actor=people.county_officer)
        found.append(fresh(dossier))
    return found


def pick(people, dossiers: list[Dossier], *, winners: int):
    """The county takes the first ``winners`` of those that wait."""
    step = dossiers[0].version.definition.step(SELECTION)
    choices = {
        str(d.pk): ("winner", "") if n < winners else ("not_selected", "名额所限，今年不推荐。")
        for n, d in enumerate(dossiers)
    }
    return select_dossiers(
        dossiers[0].campaign, step, actor=people.county_officer, choices=choices,
        opinion="经评价，同意入选。",
    )  # fmt: skip


def forward(dossier: Dossier, *, actor):
    return forward_case(dossier.campaign, dossier, actor=actor, reason="做法可复制、可推广。")
