"""Who records results of higher levels and forwards cases."""

from __future__ import annotations

from accounts.enums import Role
from accounts.models import Membership
from campaigns.definition.outcome import Quota
from reviews.models import Dossier, Filing
from reviews.permissions.sign_offs import ROLE_AT

OVERSEERS = {Role.CITY_OFFICER, Role.AUDITOR}


def can_record_result(member: Membership, dossier: Dossier) -> bool:
    """- The bureau that runs the campaign receives the answers of the levels above it."""
    return member.role == Role.CITY_OFFICER


def can_return_filing(member: Membership, filing: Filing) -> bool:
    """- The city bureau, what other offices have filed."""
    return member.role == Role.CITY_OFFICER and filing.organisation_id != member.organisation_id


def can_forward(member: Membership, quota: Quota) -> bool:
    """- The office of the quota's level forwards its cases."""
    return quota.object == "cases" and member.role == ROLE_AT.get(quota.scope.level)


def can_order(member: Membership) -> bool:
    """- The county bureau orders its own dossiers."""
    return member.role == Role.COUNTY_OFFICER


def can_see_cases(member: Membership) -> bool:
    """- Who may forward, and the auditor: counties their own, city and auditor all."""
    return member.role in OVERSEERS or member.role == Role.COUNTY_OFFICER
