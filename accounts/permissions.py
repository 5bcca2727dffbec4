"""Who may do what with people and records.

- The tenant's administrator manages people, organisations and invitations.
- The auditor reads all records, the administrator those of people, registers, campaigns and
  jobs: what applicants wrote and experts marked is not for it. Nobody changes a record.
"""

from accounts.enums import Role
from accounts.models import Membership


def can_manage_people(member: Membership) -> bool:
    return member.role == Role.TENANT_ADMIN


def can_read_records(member: Membership) -> bool:
    return member.role in (Role.AUDITOR, Role.TENANT_ADMIN)


def can_read_all_records(member: Membership) -> bool:
    return member.role == Role.AUDITOR
