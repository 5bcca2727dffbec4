"""The order in which a county recommends its dossiers to the city."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from accounts.enums import OrganisationKind
from accounts.models import Division, Membership
from campaigns.models import Campaign
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, Recommendation
from reviews.selectors.cases import OUT
from reviews.selectors.dossiers import visible_dossiers

DECIDED = {DossierState.LISTED, DossierState.AWARDED, DossierState.NOT_AWARDED}


@dataclass(frozen=True)
class CountyOrder:
    """One county's dossiers that it agreed to: those with a place first, then the new ones."""

    county: Division
    rows: list[tuple[int | None, Dossier]]

    @property
    def is_complete(self) -> bool:
        return all(place is not None for place, _ in self.rows)

    @property
    def is_decided(self) -> bool:
        return any(dossier.state in DECIDED for _, dossier in self.rows)

    @property
    def token(self) -> str:
        """Changes with every dossier that joins, leaves or moves."""
        return " ".join(f"{place or ''}:{dossier.pk}" for place, dossier in self.rows)


def county_orders(campaign: Campaign, member: Membership) -> list[CountyOrder]:
    """Of the counties that the member sees, in order of code."""
    dossiers = list(
        visible_dossiers(member)
        .filter(
            campaign=campaign,
            sign_offs__outcome=Outcome.AGREE,
            sign_offs__organisation__kind=OrganisationKind.COUNTY_BUREAU,
            sign_offs__revision=F("revision"),
            sign_offs__superseded_at=None,
        )
        .exclude(state__in=OUT)
        .select_related("community__county", "applicant")
        .defer("draft")
        .order_by("community__county__code", "number")
        .distinct()
    )
    places = places_of(dossiers)
    found: dict[Any, CountyOrder] = {}
    for dossier in dossiers:
        county = dossier.community.county
        order = found.setdefault(county.pk, CountyOrder(county, []))
        order.rows.append((places.get(dossier.pk), dossier))
    for order in found.values():
        order.rows.sort(key=lambda row: (row[0] is None, row[0] or 0))
    return list(found.values())


def places_of(dossiers: Iterable[Dossier]) -> dict[Any, int]:
    """dossier id → its place in its county's order. One query."""
    return dict(
        Recommendation.objects.filter(dossier__in=dossiers).values_list("dossier_id", "place")
    )
