"""代办: an officer's work is done by another person between two dates.

A delegation is a membership of its own (``acts_for``, ``starts_on``, ``ends_on``): whoever holds it
switches to it like to any other, and every act names both people.
"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership, TenantUser
from accounts.permissions import can_delegate, can_end_delegation
from accounts.selectors import possible_delegates
from core import audit
from core.clock import today
from core.errors import Refused

MOST_DAYS = 92


@transaction.atomic
def delegate(
    principal: Membership, *, to: Membership, starts_on: date, ends_on: date, actor: Membership
) -> Membership:
    """Let the person of ``to`` act as ``principal`` from ``starts_on`` to ``ends_on``, both
    included. Raises PermissionDenied, ValidationError by field, Refused for somebody who cannot
    stand in or already does in these days."""
    if not can_delegate(actor, principal):
        raise PermissionDenied
    principal = (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation__division", "user")
        .get(pk=principal.pk)
    )
    _check_days(starts_on, ends_on)
    if not possible_delegates(principal).filter(pk=to.pk).exists():
        raise Refused("这个人不能代办，请另选一位审核人员。")
    others = Membership.objects.filter(
        acts_for=principal, is_active=True, starts_on__lte=ends_on, ends_on__gte=starts_on
    )
    if former := others.select_related("user").first():
        raise Refused(
            f"{former.starts_on} 至 {former.ends_on} 已经由{former.user.name}代办，"
            "请先结束原来的代办，或另选日期。"
        )
    row = Membership.objects.create(
        user=to.user,
        organisation=principal.organisation,
        role=principal.role,
        acts_for=principal,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    TenantUser.objects.get_or_create(user=to.user, tenant_id=row.tenant_id)
    audit.record(
        actor, "delegation.given", row, principal=principal.label, user=to.user.username,
        starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    return row


def _check_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise ValidationError({"ends_on": "结束日期早于开始日期，请改正。"})
    if ends_on < today():
        raise ValidationError({"ends_on": "结束日期已经过去，请改正。"})
    if (ends_on - starts_on).days >= MOST_DAYS:
        raise ValidationError({"ends_on": f"一次代办最长 {MOST_DAYS} 天，请分次办理。"})


@transaction.atomic
def end_delegation(row: Membership, *, actor: Membership) -> None:
    """End it before its time; it is gone with the next request."""
    if not can_end_delegation(actor, row):
        raise PermissionDenied
    row = Membership.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if not row.is_active:
        raise Refused("这项代办已经结束。")
    row.is_active = False
    row.save(update_fields=["is_active"])
    audit.record(actor, "delegation.ended", row, user=row.user.username)
