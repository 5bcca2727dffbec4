"""Which dossiers a member sees, and what the pages read of them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import Membership
from reviews.models import Dossier

SUBTREE_ROLES = {Role.NEIGHBOURHOOD_OFFICER, Role.STREET_OFFICER, Role.COUNTY_OFFICER}
TENANT_ROLES = {Role.CITY_OFFICER, Role.AUDITOR}


def visible_dossiers(member: Membership) -> QuerySet[Dossier]:
    """The dossiers that ``member`` may see; everything else does not exist for it.

    - An applicant sees those of its own organisation, drafts included.
    - The owners' committee sees those of its community once they were submitted.
    - Neighbourhood, street and county see those of their subtree once submitted.
    - City bureau and auditor see all once submitted.
    - Experts see their assigned ones through scoring only; the others see none.
    """
    every = Dossier.objects.all()
    if member.role == Role.APPLICANT:
        return every.filter(applicant_id=member.organisation_id)
    submitted = every.filter(revision__isnull=False)
    if member.role == Role.COMMITTEE_OFFICER:
        return submitted.filter(community__owners_committee_id=member.organisation_id)
    if member.role in SUBTREE_ROLES:
        return submitted.filter(in_subtree(member))
    if member.role in TENANT_ROLES:
        return submitted
    return every.none()


def in_subtree(member: Membership) -> Q:
    """Condition: the dossier's community lies in the member's subtree of divisions."""
    return Q(community__division__path__startswith=member.division_path)
