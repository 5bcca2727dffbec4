"""Who may do what with people and records.

- The tenant's administrator manages people, organisations and invitations.
- The auditor reads all records, the administrator those of people, registers, campaigns and
  jobs: what applicants wrote and experts marked is not for it. Nobody changes a record.
"""

from accounts.enums import OFFICERS, Role
from accounts.models import Membership


def can_manage_people(member: Membership) -> bool:
    return member.role == Role.TENANT_ADMIN


def can_delegate(member: Membership, principal: Membership) -> bool:
    """- An officer hands over its own work, the administrator anybody's.
    - A delegation is not handed on."""
    if principal.role not in OFFICERS or principal.acts_for_id or not principal.is_active:
        return False
    return member.pk == principal.pk or can_manage_people(member)


def can_end_delegation(member: Membership, row: Membership) -> bool:
    """- Whose work it is, who stands in, and the administrator."""
    is_party = member.pk == row.acts_for_id or member.user_id == row.user_id
    return is_party or can_manage_people(member)


def can_see_delegations(member: Membership) -> bool:
    """- Officers their own, the administrator all."""
    return member.role in OFFICERS or can_manage_people(member)


def can_read_records(member: Membership) -> bool:
    return member.role in (Role.AUDITOR, Role.TENANT_ADMIN)


def can_read_all_records(member: Membership) -> bool:
    return member.role == Role.AUDITOR
