"""Facts that decide which steps of a route a dossier goes through, and which are behind it."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from campaigns.definition.route import Step
from communities.models import Community
from reviews.enums import Outcome
from reviews.models import Dossier, SignOff


def conditions_of(community: Community) -> frozenset[str]:
    """The facts of a community that let a step be passed over."""
    found = set()
    if community.owners_committee_id is None:
        found.add("no_owners_committee")
    manager = community.managed_by
    if manager is None or manager.kind != OrganisationKind.PROPERTY_COMPANY:
        found.add("no_property_company")
    if (
        not community.management_committee_id
        and not Organisation.objects.filter(
            kind=OrganisationKind.NEIGHBOURHOOD_OFFICE,
            division=community.division_id,
            is_active=True,
        ).exists()
    ):
        found.add("no_management_committee")
    return frozenset(found)


def standing_sign_offs(revision_id) -> QuerySet[SignOff]:
    """The opinions on a revision that count: what a return made invalid is left out."""
    return SignOff.objects.filter(revision=revision_id, superseded_at=None)


def earlier_levels(dossier: Dossier, step: Step) -> list[Step]:
    """The steps before ``step`` whose body agreed to the present revision: it can be returned to
    them. In the order of the route."""
    agreed = standing_sign_offs(dossier.revision_id).filter(outcome=Outcome.AGREE)
    codes = set(agreed.values_list("step", flat=True))
    route = dossier.version.definition.route
    return [s for s in route[: route.index(step)] if s.code in codes and s.type == "sign_off"]
