"""发件箱: what left by mail and SMS, what failed, what is held; and what people do about it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.pagination import page_of
from messaging.enums import DeliveryState
from messaging.forms import OutboxFilter
from messaging.permissions import can_manage_messages, can_see_outbox
from messaging.selectors import numbers_by_state, visible_deliveries
from messaging.services.outbox import ACTS, acts_on, handle_delivery

WORDS = {"hold": "暂停", "release": "放行", "retry": "重新发送", "drop": "不再发送"}
TONES = {
    DeliveryState.SENT: "ok",
    DeliveryState.FAILED: "bad",
    DeliveryState.UNCLEAR: "bad",
    DeliveryState.DROPPED: "muted",
}
SHOWN = (
    DeliveryState.SENT, DeliveryState.WAITING, DeliveryState.HELD, DeliveryState.FAILED,
    DeliveryState.UNCLEAR,
)  # fmt: skip


@require_safe
def outbox(request):
    if not can_see_outbox(request.member):
        raise PermissionDenied
    deliveries = visible_deliveries(request.member)
    form = OutboxFilter(request.GET)
    page = page_of(request, form.narrow(deliveries), order=("-created_at", "-pk"))
    numbers = numbers_by_state(deliveries)
    context = {
        "form": form,
        "page": page,
        "rows": [_row(request, delivery) for delivery in page.rows],
        "stats": [
            {"title": state.label, "value": numbers.get(state, 0), "unit": "条"} for state in SHOWN
        ],
    }
    return render(request, "messaging/outbox.html", context)


def _row(request, delivery) -> dict:
    label = "结果不明" if delivery.is_stuck else delivery.get_state_display()
    acts = acts_on(delivery, delivery.is_stuck) if can_manage_messages(request.member) else []
    return {
        "delivery": delivery,
        "message": delivery.message,
        "label": label,
        "tone": "bad" if delivery.is_stuck else TONES.get(delivery.state, "wait"),
        "acts": [{"act": act, "words": WORDS[act]} for act in acts],
        "is_unclear": delivery.is_stuck or delivery.state == DeliveryState.UNCLEAR,
        "is_planned": delivery.state in (DeliveryState.WAITING, DeliveryState.HELD),
    }


@require_safe
def delivery_detail(request, pk):
    """One delivery with what it says; who may not see the outbox does not know of it."""
    delivery = get_object_or_404(visible_deliveries(request.member), pk=pk)
    return render(request, "messaging/delivery_detail.html", {"row": _row(request, delivery)})


@require_POST
def delivery_act(request, pk, act):
    if act not in ACTS:
        raise Http404("no such act")
    delivery = get_object_or_404(visible_deliveries(request.member), pk=pk)
    handle_delivery(delivery, act, actor=request.member)
    messages.success(request, f"“{delivery.message.title}”：已{WORDS[act]}。")
    return redirect("messaging:outbox", request.tenant.slug)
