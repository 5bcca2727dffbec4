"""Who may look at the whole of a campaign."""

from accounts.enums import Role
from accounts.models import Membership

OVERSEERS = {Role.CITY_OFFICER, Role.AUDITOR}


def can_see_overview(member: Membership) -> bool:
    """- City bureau and auditor: every county; a county's bureau: its own figures."""
    return member.role in OVERSEERS or member.role == Role.COUNTY_OFFICER
