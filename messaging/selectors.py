"""Reads of messages and deliveries."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, F, Func, Q, QuerySet
from django.db.models.fields import DateTimeField

from accounts.models import Membership
from campaigns.models import Campaign
from messaging.enums import DeliveryState
from messaging.models import Delivery, Message, MessagePlan, MessageTemplate
from messaging.permissions import can_see_outbox
from messaging.wording import WORDS, Words

STUCK_AFTER = timedelta(minutes=10)
CLOCK = Func(function="clock_timestamp", output_field=DateTimeField())


def visible_messages(member: Membership) -> QuerySet[Message]:
    """What the member was told."""
    return Message.objects.filter(member=member.pk)


def unread_count(member: Membership) -> int:
    """Kept on the membership, which every page has read already."""
    return member.unread_messages


def plan_of(campaign: Campaign) -> MessagePlan:
    """The campaign's plan, or the one it has until somebody changes it (not stored)."""
    found = MessagePlan.objects.filter(campaign=campaign).first()
    return found or MessagePlan(campaign=campaign)


def words_of(campaign: Campaign, event: str) -> Words:
    """The campaign's own words for an event, else ours."""
    own = MessageTemplate.objects.filter(campaign=campaign, event=event).first()
    ours = WORDS[event]
    if own is None:
        return ours
    return Words(own.title, own.text, own.sms, ours.names, ours.is_digested)


def own_templates(campaign: Campaign) -> dict[str, MessageTemplate]:
    return {row.event: row for row in MessageTemplate.objects.filter(campaign=campaign)}


def last_values(campaign: Campaign, event: str) -> dict:
    """What the last message of the event was filled with; empty before the first."""
    rows = Message.objects.filter(campaign=campaign, event=event).order_by("-told_at")
    return rows.values_list("values", flat=True).first() or {}


def visible_deliveries(member: Membership) -> QuerySet[Delivery]:
    """The outbox, for who looks after it; ``is_stuck``: cut off while it was being sent."""
    if not can_see_outbox(member):
        return Delivery.objects.none()
    return Delivery.objects.select_related(
        "message__user", "message__member__organisation", "message__campaign"
    ).annotate(is_stuck=stuck())


def stuck() -> Q:
    return Q(state=DeliveryState.SENDING, started_at__lt=CLOCK - STUCK_AFTER)


def numbers_by_state(deliveries: QuerySet[Delivery]) -> dict[str, int]:
    rows = deliveries.order_by().values_list("state")
    return dict(rows.annotate(number=Count("pk")).order_by(F("state")))
