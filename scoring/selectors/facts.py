"""Facts and attestations as the engine takes them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from campaigns.definition import Definition, leaves
from campaigns.definition.requirements import RankGate
from communities.models import Fact, PropertyCompany
from reviews.models import Dossier
from scoring.engine.places import places

REGISTER = "物业服务企业登记"
COMMUNITY_REGISTER = "小区登记"
ATTRIBUTES = ("kind", "floor_area", "households", "built_year")


def facts_by_dossier(dossiers: Iterable[Dossier]) -> dict[Any, dict[str, dict]]:
    """dossier id → metric → ``{value, unit, source}``: measured facts of the community, what the
    register says of it (``community.…``) and of the applicant. Two queries for all, beside the
    communities."""
    dossiers = list(dossiers)
    by_community: dict[Any, dict[str, dict]] = {}
    facts = Fact.objects.filter(
        community_id__in={dossier.community_id for dossier in dossiers}, is_current=True
    ).order_by("period", "entered_at")
    for fact in facts:
        by_community.setdefault(fact.community_id, {})[fact.metric] = {
            "value": fact.text or fact.value,
            "unit": fact.unit,
            "source": f"{fact.source}（{fact.period}）",
        }
    companies = {
        company.organisation_id: company
        for company in PropertyCompany.objects.filter(
            organisation_id__in={dossier.applicant_id for dossier in dossiers}
        )
    }
    return {
        dossier.pk: _attributes(dossier)
        | by_community.get(dossier.community_id, {})
        | _registered(companies.get(dossier.applicant_id))
        for dossier in dossiers
    }


def facts_for_gates(
    definition: Definition, dossiers: Iterable[Dossier]
) -> dict[Any, dict[str, dict]]:
    """``facts_by_dossier`` and, for gates by rank, ``metric@population`` → ``{value, place,
    population, source}``: the place among all communities of the county or city that have this
    fact now. One query more for each metric that is ranked."""
    dossiers = list(dossiers)
    found = facts_by_dossier(dossiers)
    requirements = (*definition.requirements, *definition.outcome.conditions)
    gates = {
        gate.place_key: gate
        for requirement in requirements
        for gate in leaves(requirement)
        if isinstance(gate, RankGate)
    }
    measured = {gate.compared: _measured(gate.compared) for gate in gates.values()}
    for key, gate in gates.items():
        groups: dict[Any, dict[Any, Decimal]] = {}
        for community, (county, value) in measured[gate.compared].items():
            groups.setdefault(county if gate.population == "county" else None, {})[community] = (
                value
            )
        placed = {county: places(group, gate.best) for county, group in groups.items()}
        for dossier in dossiers:
            county = dossier.community.county_id if gate.population == "county" else None
            place = placed.get(county, {}).get(dossier.community_id)
            if place is not None:
                fact = found[dossier.pk].get(gate.compared, {})
                ranked = {"place": place, "population": len(groups[county])}
                found[dossier.pk] = found[dossier.pk] | {key: fact | ranked}
    return found


def _measured(metric: str) -> dict[Any, tuple[Any, Decimal]]:
    """community id → (county id, its present value; of several periods the latest entered)."""
    facts = Fact.objects.filter(metric=metric, is_current=True, value__isnull=False)
    rows = facts.order_by("period", "entered_at").values_list(
        "community_id", "community__county_id", "value"
    )
    return {community: (county, value) for community, county, value in rows}


def _attributes(dossier: Dossier) -> dict[str, dict]:
    """What the register of communities says; yes and no as 1 and 0."""
    community = dossier.community
    values: dict[str, Any] = {name: getattr(community, name) for name in ATTRIBUTES}
    values["no_owners_committee"] = community.owners_committee_id is None
    return {
        f"community.{name}": {"value": value, "source": COMMUNITY_REGISTER}
        for name, value in values.items()
    }


def _registered(company: PropertyCompany | None) -> dict[str, dict]:
    if company is None:
        return {}
    return {
        "credit_grade": {"value": company.credit_grade or None, "source": REGISTER},
        "penalties": {"value": company.last_penalty_on or "无", "source": REGISTER},
    }


def measured_facts(definition: Definition, dossier: Dossier) -> dict[str, dict]:
    """The facts a sheet needs: none, and no query, when no item hangs on facts."""
    items = definition.items(dossier.track)
    if not any(item.is_measured or item.not_applicable_when for item in items):
        return {}
    return facts_by_dossier([dossier])[dossier.pk]
