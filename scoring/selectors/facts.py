"""Facts and attestations as the engine takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from campaigns.definition import Definition
from communities.models import Fact, PropertyCompany
from reviews.models import Dossier

REGISTER = "物业服务企业登记"


def facts_by_dossier(dossiers: Iterable[Dossier]) -> dict[Any, dict[str, dict]]:
    """dossier id → metric → ``{value, unit, source}``: measured facts of the community and what
    the register says of the applicant. Two queries for all."""
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
        dossier.pk: by_community.get(dossier.community_id, {})
        | _registered(companies.get(dossier.applicant_id))
        for dossier in dossiers
    }


def _registered(company: PropertyCompany | None) -> dict[str, dict]:
    if company is None:
        return {}
    return {
        "credit_grade": {"value": company.credit_grade or None, "source": REGISTER},
        "penalties": {"value": company.last_penalty_on or "无", "source": REGISTER},
    }


def measured_facts(definition: Definition, dossier: Dossier) -> dict[str, dict]:
    """The facts a sheet needs: none, and no query, when no item is computed from facts."""
    if not any(item.is_measured for item in definition.items(dossier.track)):
        return {}
    return facts_by_dossier([dossier])[dossier.pk]
