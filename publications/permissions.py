"""Who prepares, releases and handles."""

from accounts.enums import Role
from accounts.models import Membership
from publications.enums import NoticeState
from publications.models import Notice

READERS = {Role.CITY_OFFICER, Role.AUDITOR}


def can_read_notices(member: Membership) -> bool:
    """- City bureau and auditor read drafts and objections."""
    return member.role in READERS


def can_prepare_notice(member: Membership) -> bool:
    """- Only the city bureau prepares, releases and handles objections."""
    return member.role == Role.CITY_OFFICER


def can_edit_notice(member: Membership, notice: Notice) -> bool:
    """- The city bureau, while the notice is a draft."""
    return can_prepare_notice(member) and notice.state == NoticeState.DRAFT
