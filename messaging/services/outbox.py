"""What people do with the outbox: hold, let go, send again, give up; and read their messages."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import Membership
from core import audit
from core.errors import Conflict
from core.jobs import db_now
from messaging.enums import DeliveryState
from messaging.models import Delivery, Message
from messaging.permissions import can_manage_messages
from messaging.selectors import CLOCK, STUCK_AFTER
from messaging.services.telling import plan_delivery

S = DeliveryState

# act → (states it starts from, state it leads to, verb)
ACTS = {
    "hold": ({S.WAITING}, S.HELD, "delivery.held"),
    "release": ({S.HELD}, S.WAITING, "delivery.released"),
    "retry": ({S.FAILED, S.UNCLEAR, S.SENDING}, S.WAITING, "delivery.retried"),
    "drop": ({S.WAITING, S.HELD, S.FAILED, S.UNCLEAR, S.SENDING}, S.DROPPED, "delivery.dropped"),
}


def acts_on(delivery: Delivery, is_stuck: bool) -> list[str]:
    """What may be done with it now: what is being sent only once it is stuck."""
    if delivery.state == S.SENDING and not is_stuck:
        return []
    return [act for act, (sources, _, _) in ACTS.items() if delivery.state in sources]


@transaction.atomic
def handle_delivery(delivery: Delivery, act: str, *, actor: Membership) -> Delivery:
    """Do one of ``ACTS``. Raises PermissionDenied, Conflict when its state has changed."""
    if not can_manage_messages(actor):
        raise PermissionDenied
    delivery = (
        Delivery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("message")
        .get(pk=delivery.pk)
    )
    is_stuck = delivery.state == S.SENDING and db_now() - delivery.started_at > STUCK_AFTER
    if act not in acts_on(delivery, is_stuck):
        raise Conflict(f"这条消息现在是“{delivery.get_state_display()}”，请刷新页面查看最新状态。")
    former, verb = delivery.state, ACTS[act][2]
    delivery.state = ACTS[act][1]
    if delivery.state == S.WAITING:
        delivery.due_at = max(delivery.due_at, db_now()) if act == "release" else db_now()
        delivery.attempt, delivery.error, delivery.batch = 0, "", None
        delivery.is_digest = delivery.is_digest and act == "release"
    delivery.save()
    audit.record(
        actor, verb, delivery, former=former, channel=delivery.channel,
        message=delivery.message.title,
    )  # fmt: skip
    if delivery.state == S.WAITING:
        plan_delivery(delivery)
    return delivery


@transaction.atomic
def read_messages(messages, *, actor: Membership) -> int:
    """Mark the actor's own messages as read; how many were not."""
    count = (
        Message.objects.filter(pk__in=[message.pk for message in messages], member=actor.pk)
        .filter(read_at=None)
        .update(read_at=CLOCK)
    )
    if count:
        Membership.objects.filter(pk=actor.pk).update(
            unread_messages=Greatest(F("unread_messages") - count, 0)
        )
        audit.record(actor, "message.read", actor, count=count)
    return count
