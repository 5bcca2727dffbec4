"""消息: what the member was told, and the phone that SMS go to."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.selectors import phone_of
from accounts.services.members import set_phone
from core.forms import answer_form
from core.pagination import page_of
from messaging.forms import PhoneForm
from messaging.gateways import has_sms
from messaging.selectors import unread_count, visible_messages
from messaging.services.outbox import read_messages


@require_safe
def inbox(request):
    page = page_of(request, visible_messages(request.member), order=("-told_at", "-pk"))
    others = [m for m in request.memberships if m.pk != request.member.pk and unread_count(m)]
    context = {
        "page": page,
        "rows": page.rows,
        "unread": unread_count(request.member),
        "others": [{"member": m, "unread": unread_count(m)} for m in others],
        "address": request.user.email,
        "phone": phone_of(request.user),
        "has_sms": has_sms(),
    }
    return render(request, "messaging/inbox.html", context)


@require_POST
def message_open(request, pk):
    """Mark it as read and go where it leads."""
    message = get_object_or_404(visible_messages(request.member), pk=pk)
    read_messages([message], actor=request.member)
    if not message.path:
        return redirect("messaging:inbox", request.tenant.slug)
    return redirect(f"/{request.tenant.slug}/{message.path}")


@require_POST
def read_all(request):
    unread = visible_messages(request.member).filter(read_at=None)
    count = read_messages(unread.only("pk"), actor=request.member)
    messages.success(request, f"已把 {count} 条消息标为已读。")
    return redirect("messaging:inbox", request.tenant.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def phone(request):
    form = PhoneForm(request.POST or None, initial={"phone": phone_of(request.user)})

    def act() -> str:
        set_phone(request.user, form.cleaned_data["phone"], actor=request.member)
        messages.success(request, "已保存。")
        return reverse("messaging:inbox", args=[request.tenant.slug])

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    return render(request, "messaging/phone.html", {"form": form}, status=status)
