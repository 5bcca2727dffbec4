"""Who may do what with people and records.

- The tenant's administrator manages people, organisations and invitations.
- The auditor and the administrator read the records; nobody changes them.
"""

from accounts.enums import Role
from accounts.models import Membership


def can_manage_people(member: Membership) -> bool:
    return member.role == Role.TENANT_ADMIN


def can_read_records(member: Membership) -> bool:
    return member.role in (Role.AUDITOR, Role.TENANT_ADMIN)
