"""Who may change the register of communities and companies."""

from accounts.enums import Role
from accounts.models import Division, Membership
from communities.models import Community

REGISTRARS = {Role.CITY_OFFICER, Role.TENANT_ADMIN}


def _covers(member: Membership, division: Division | None) -> bool:
    return division is not None and division.path.startswith(member.division_path)


def can_create_community(member: Membership, division: Division | None = None) -> bool:
    """- city officers and administrators: everywhere;
    - county officers: in their own county (``division``; without one: somewhere at all)."""
    if member.role == Role.COUNTY_OFFICER:
        return division is None or _covers(member, division)
    return member.role in REGISTRARS


def can_edit_community(member: Membership, community: Community) -> bool:
    """- city officers and administrators: every community;
    - county officers: the communities of their own county."""
    return can_create_community(member, community.division)


def can_register_company(member: Membership) -> bool:
    """- county officers, city officers and administrators: companies work across counties."""
    return member.role == Role.COUNTY_OFFICER or member.role in REGISTRARS


def can_record_fact(member: Membership, community: Community) -> bool:
    """- the evaluator and city officers: for every community;
    - county officers: for the communities of their own county."""
    if member.role == Role.COUNTY_OFFICER:
        return _covers(member, community.division)
    return member.role in (Role.EVALUATOR, Role.CITY_OFFICER)
