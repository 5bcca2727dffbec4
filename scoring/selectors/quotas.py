"""The quotas of a campaign as they stand: counted from what is stored, shown as meters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F, QuerySet

from accounts.enums import Level, OrganisationKind
from accounts.models import Division
from campaigns.definition import Definition
from campaigns.models import Campaign
from campaigns.quotas import OBJECTS, QuotaMeter, meters
from communities.models import Community
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, ForwardedCase, SignOff
from scoring.enums import DecisionOutcome
from scoring.models import Decision

CITY = "全市"
COUNTY = "community__county__name"


@dataclass(frozen=True)
class QuotaGroup:
    """One kind of count at one level: ``object``, ``level``, ``step`` as in the definition."""

    title: str
    object: str
    level: str
    step: str
    meters: list[QuotaMeter]


def quota_groups(
    campaign: Campaign, definition: Definition, *, county: str = "", level: str = "",
    object_: str = "", step: str | None = None,
) -> list[QuotaGroup]:  # fmt: skip
    """Every group of quotas of winners and cases (applications: ``applications_by_county``);
    ``county``: of one county only; ``step``: of one step, "" for those of the last decision. The
    number of queries does not grow with the counties."""
    found: dict[tuple[str, str, str], QuotaGroup] = {}
    for quota in definition.quotas:
        key = quota.object, quota.scope.level, quota.step
        if quota.object == "applications" or key in found:
            continue
        if level and quota.scope.level != level or object_ and quota.object != object_:
            continue
        if step is not None and quota.step != step:
            continue
        found[key] = _group(campaign, definition, *key, county)
    return list(found.values())


def _group(campaign, definition, object_, level, step, county) -> QuotaGroup:
    names = [CITY]
    if level == "county":
        names = [county] if county else _county_names()
    counts = _count(campaign, object_, level, step)
    quotas = {name: definition.quota_for(object_, level, name, step) for name in names}
    base_of = {name: quota.rule.base for name, quota in quotas.items() if quota and quota.rule.base}
    registry = {base: _base(base, level) for base in set(base_of.values())}
    bases = {name: registry[base][name] for name, base in base_of.items()}
    shown = meters(
        definition, object_, {n: counts[n] for n in names if n in counts},
        level=level, step=step, names=names, bases=bases,
    )  # fmt: skip
    place = definition.step(step).title if step else OBJECTS[object_]
    return QuotaGroup(f"{place}名额", object_, level, step, shown)


def _county_names() -> list[str]:
    counties = Division.objects.filter(level=Level.COUNTY).order_by("code")
    return list(counties.values_list("name", flat=True))


def _count(campaign: Campaign, object_: str, level: str, step: str) -> Counter[str]:
    rows, county = _counted(campaign, object_, level, step)
    if level == "county":
        return Counter(rows.values_list(county, flat=True))
    return Counter({CITY: rows.count()})


def _counted(campaign: Campaign, object_: str, level: str, step: str) -> tuple[QuerySet, str]:
    """What counts, and where its county's name is found."""
    if object_ == "cases":
        offices = {"county": OrganisationKind.COUNTY_BUREAU}
        kind = offices.get(level, OrganisationKind.CITY_BUREAU)
        forwarded = ForwardedCase.objects.filter(
            campaign=campaign, withdrawn_at=None, organisation__kind=kind
        )
        return forwarded, f"dossier__{COUNTY}"
    if object_ == "winners" and step:
        return selected_at(campaign, step), f"dossier__{COUNTY}"
    if object_ == "winners":
        winners = Decision.objects.filter(
            dossier__campaign=campaign, outcome=DecisionOutcome.WINNER
        )
        return winners, f"dossier__{COUNTY}"
    submitted = Dossier.objects.filter(campaign=campaign, revision__isnull=False)
    return submitted.exclude(state=DossierState.WITHDRAWN), COUNTY


def selected_at(campaign: Campaign, step: str) -> QuerySet[SignOff]:
    """The signatures by which a selection step took dossiers, of their present revisions."""
    return SignOff.objects.filter(
        dossier__campaign=campaign,
        step=step,
        outcome=Outcome.AGREE,
        revision=F("dossier__revision"),
        superseded_at=None,
    )


_BASES: dict[str, Callable[[], QuerySet]] = {
    "communities": Community.objects.all,
    "managed_communities": lambda: Community.objects.filter(
        managed_by__kind=OrganisationKind.PROPERTY_COMPANY
    ),
}


def _base(name: str, level: str) -> Counter[str]:
    """Division → the registry count that a percentage is of."""
    rows = _BASES[name]()
    if level == "county":
        return Counter(rows.values_list("county__name", flat=True))
    return Counter({CITY: rows.count()})
