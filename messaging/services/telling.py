"""Telling people of an event: one message for each, and its deliveries.

Called by a job that was written in the transaction of the event itself: what was not committed is
told to nobody. The event's source and the person are a unique key: told twice it is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership, User
from accounts.selectors import phone_of
from campaigns.models import Campaign
from core import audit
from core.jobs import db_now, enqueue_job
from core.working_days import WorkingDays
from messaging.enums import Channel, DeliveryState
from messaging.gateways import has_sms
from messaging.models import Delivery, Message, MessagePlan
from messaging.schedule import after_quiet, next_digest
from messaging.selectors import plan_of, words_of
from messaging.wording import Words, fill, goes_by_digest

DELIVER = "messaging.deliver"


@dataclass(frozen=True)
class News:
    """An event. ``source`` names it among those of its kind; ``path``: the page inside the tenant
    that it leads to; ``values`` fill the template."""

    event: str
    source: str
    campaign: Campaign
    path: str
    values: Mapping[str, str]


@transaction.atomic
def tell(news: News, members: Iterable[Membership], *, actor=audit.SYSTEM) -> list[Message]:
    """Tell each person once, whichever of its memberships; return the new messages.

    The chain's lock is taken first: tellings of one tenant follow each other."""
    people = {member.user_id: member for member in members if member.user.is_active}
    audit.record(
        actor, "message.told", news.campaign, event=news.event, source=news.source,
        people=len(people),
    )  # fmt: skip
    known = Message.objects.filter(event=news.event, source=news.source, user__in=list(people))
    for user_id in known.values_list("user", flat=True):
        del people[user_id]
    words, plan = words_of(news.campaign, news.event), plan_of(news.campaign)
    messages = Message.objects.bulk_create(
        Message(
            campaign=news.campaign, event=news.event, source=news.source, user=member.user,
            member=member, title=fill(words.title, news.values)[:200],
            text=fill(words.text, news.values), path=news.path, values=dict(news.values),
        )
        for member in people.values()
    )  # fmt: skip
    Membership.objects.filter(pk__in=[message.member_id for message in messages]).update(
        unread_messages=F("unread_messages") + 1
    )
    _plan_deliveries(messages, words, plan, news.values)
    return messages


def _plan_deliveries(messages, words: Words, plan: MessagePlan, values) -> None:
    moment = timezone.localtime(db_now())
    calendar = WorkingDays(moment.date(), moment.date() + timedelta(days=30))
    state = DeliveryState.HELD if plan.is_held else DeliveryState.WAITING
    at_once = after_quiet(moment, plan.quiet_from, plan.quiet_until)
    for message in messages:
        for channel, address in _addresses(message.user, words):
            is_digest = channel == Channel.EMAIL and goes_by_digest(
                message.event, message.member.role
            )
            due_at = next_digest(moment, plan.digest_at, calendar) if is_digest else at_once
            is_mail = channel == Channel.EMAIL
            delivery = Delivery.objects.create(
                message=message, channel=channel, address=address, state=state, due_at=due_at,
                text=message.text if is_mail else fill(words.sms, values), is_digest=is_digest,
            )  # fmt: skip
            if state == DeliveryState.WAITING:
                plan_delivery(delivery)


def _addresses(user: User, words: Words) -> list[tuple[str, str]]:
    found = []
    if user.email:
        found.append((Channel.EMAIL, user.email))
    if words.sms and has_sms() and (phone := phone_of(user)):
        found.append((Channel.SMS, phone))
    return found


def plan_delivery(delivery: Delivery) -> None:
    """The job that sends it when it is due; of a digest one for the person and the moment."""
    payload = {"delivery": str(delivery.pk)}
    key = f"{DELIVER}:{delivery.pk}:{_stamp(delivery.due_at)}"
    if delivery.is_digest:
        user_id = delivery.message.user_id
        payload = {"digest_of": user_id}
        key = f"{DELIVER}:digest:{user_id}:{_stamp(delivery.due_at)}"
    enqueue_job(DELIVER, payload, actor=audit.SYSTEM, label="发送消息", key=key, at=delivery.due_at)


def _stamp(at: datetime) -> str:
    return f"{at.timestamp():.6f}"
