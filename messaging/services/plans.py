"""The campaign's own times and words of messages."""

from __future__ import annotations

from datetime import time

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership
from campaigns.models import Campaign
from core import audit
from messaging.models import MessagePlan, MessageTemplate
from messaging.permissions import can_manage_messages
from messaging.schedule import is_quiet
from messaging.wording import unknown_names

MOST_REMINDERS, FIRST_DAY = 5, 30


@transaction.atomic
def set_plan(
    campaign: Campaign, *, quiet_from: time, quiet_until: time, digest_at: time,
    reminder_days: list[int], is_held: bool, actor: Membership,
) -> MessagePlan:  # fmt: skip
    """Raises PermissionDenied, ValidationError by field. What waits already keeps its time."""
    if not can_manage_messages(actor):
        raise PermissionDenied
    errors = {}
    if is_quiet(digest_at, quiet_from, quiet_until):
        errors["digest_at"] = "汇总邮件的时间在免打扰时段内，请改到时段以外。"
    days = sorted(set(reminder_days), reverse=True)
    if len(days) > MOST_REMINDERS or any(not 1 <= day <= FIRST_DAY for day in days):
        errors["reminder_days"] = (
            f"最多 {MOST_REMINDERS} 次，每次在截止前 1 至 {FIRST_DAY} 个工作日。"
        )
    if errors:
        raise ValidationError(errors)
    values = {
        "quiet_from": quiet_from, "quiet_until": quiet_until, "digest_at": digest_at,
        "reminder_days": days, "is_held": is_held,
    }  # fmt: skip
    plan, _ = MessagePlan.objects.update_or_create(campaign=campaign, defaults=values)
    audit.record(actor, "message.plan_set", plan, campaign=campaign.key, **values)
    return plan


@transaction.atomic
def set_template(
    campaign: Campaign, event: str, *, title: str, text: str, sms: str, actor: Membership
) -> MessageTemplate:
    """The campaign's own words for an event. Raises PermissionDenied, ValidationError by field."""
    if not can_manage_messages(actor):
        raise PermissionDenied
    check_words(event, title=title, text=text, sms=sms)
    row, _ = MessageTemplate.objects.update_or_create(
        campaign=campaign, event=event, defaults={"title": title, "text": text, "sms": sms}
    )
    audit.record(
        actor, "message.template_set", row, campaign=campaign.key, event=event, title=title,
        text=text, sms=sms,
    )  # fmt: skip
    return row


def check_words(event: str, **texts: str) -> None:
    errors = {
        name: f"没有“{'”“'.join(unknown)}”这样的内容，请从下面列出的名称中选用。"
        for name, text in texts.items()
        if (unknown := unknown_names(event, text))
    }
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def reset_template(campaign: Campaign, event: str, *, actor: Membership) -> None:
    """Back to the words of the system."""
    if not can_manage_messages(actor):
        raise PermissionDenied
    for row in MessageTemplate.objects.filter(campaign=campaign, event=event):
        audit.record(actor, "message.template_reset", row, campaign=campaign.key, event=event)
        row.delete()
