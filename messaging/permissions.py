"""Who keeps the messages of a campaign and looks after what leaves."""

from accounts.enums import Role
from accounts.models import Membership

KEEPERS = {Role.CITY_OFFICER, Role.TENANT_ADMIN}


def can_manage_messages(member: Membership) -> bool:
    """- city bureau and administrator: templates, times, holding, sending again."""
    return member.role in KEEPERS


def can_see_outbox(member: Membership) -> bool:
    """- who manages messages, and the auditor."""
    return member.role in KEEPERS or member.role == Role.AUDITOR
