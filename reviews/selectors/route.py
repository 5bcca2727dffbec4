"""Facts that decide which steps of a route a dossier goes through."""

from __future__ import annotations

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from communities.models import Community


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
