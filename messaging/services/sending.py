"""Sending: claim (marked as being sent, committed) → hand over → settle.

Whoever is cut off in between leaves the mark: such a delivery is listed for a person to decide and
never sent again by itself.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db.models import F

from core.jobs import db_now
from core.models import Tenant
from messaging.enums import Channel, DeliveryState
from messaging.gateways import NotSent
from messaging.models import Delivery
from messaging.selectors import CLOCK
from messaging.services.telling import plan_delivery

# Until the next attempt, after the first, second … one that surely was not taken.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))


def claim(payload: dict) -> list[Delivery]:
    """Mark what is due as being sent and return it: one delivery, or a person's digest. What is
    marked already, held or sent is left alone."""
    rows = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=CLOCK)
    if "delivery" in payload:
        rows = rows.filter(pk=payload["delivery"])
    else:
        rows = rows.filter(message__user=payload["digest_of"], is_digest=True)
    rows = rows.select_for_update(of=("self",), no_key=True, skip_locked=True).select_related(
        "message"
    )
    claimed = list(rows.order_by("created_at", "pk"))
    batch = uuid4()
    Delivery.objects.filter(pk__in=[row.pk for row in claimed]).update(
        state=DeliveryState.SENDING, started_at=CLOCK, attempt=F("attempt") + 1, batch=batch
    )
    for row in claimed:
        row.batch, row.attempt = batch, row.attempt + 1
    return claimed


def parcel(batch: list[Delivery], tenant: Tenant) -> dict:
    """What the gateway is handed: ``key, address, subject, text``."""
    first = batch[0]
    if first.channel == Channel.SMS:
        return {
            "key": str(first.pk), "address": first.address, "subject": "", "text": first.text,
        }  # fmt: skip
    pieces = [_piece(row, tenant) for row in batch]
    subject = first.message.title if len(batch) == 1 else f"{len(batch)} 条消息"
    key = first.pk if len(batch) == 1 else first.batch
    return {
        "key": str(key),
        "address": first.address,
        "subject": f"【家园评】{subject}",
        "text": "\n\n".join(pieces) + f"\n\n—— {tenant.name} · 家园评（自动发送，请勿回复）\n",
    }


def _piece(delivery: Delivery, tenant: Tenant) -> str:
    message = delivery.message
    link = f"\n{settings.BASE_URL}/{tenant.slug}/{message.path}" if message.path else ""
    return f"{message.title}\n{delivery.text}{link}"


def settle_sent(batch: list[Delivery]) -> None:
    _settle(batch, DeliveryState.SENT, "")


def settle_unclear(batch: list[Delivery], error: str) -> None:
    """It may have arrived: a person decides whether it is sent again."""
    _settle(batch, DeliveryState.UNCLEAR, error)


def settle_not_sent(batch: list[Delivery], error: NotSent) -> None:
    """It surely was not taken: once more after a pause, or given up."""
    attempt = batch[0].attempt
    if error.is_final or attempt > len(PAUSES):
        _settle(batch, DeliveryState.FAILED, str(error))
        return
    due_at = db_now() + PAUSES[attempt - 1]
    _settle(batch, DeliveryState.WAITING, str(error), due_at=due_at)
    for row in batch if not batch[0].is_digest else batch[:1]:
        row.due_at = due_at
        plan_delivery(row)


def _settle(batch: list[Delivery], state: str, error: str, **fields) -> None:
    """Only what is still this attempt's: a person may have decided in the meantime."""
    mine = Delivery.objects.filter(batch=batch[0].batch, state=DeliveryState.SENDING)
    mine.update(state=state, error=error[:300], finished_at=CLOCK, **fields)
