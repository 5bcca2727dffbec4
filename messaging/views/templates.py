"""A campaign's messages: when they leave, and what they say."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.selectors import visible_campaigns
from core.forms import add_errors, answer_form
from messaging.enums import Event
from messaging.forms import PlanForm, TemplateForm
from messaging.gateways import has_sms
from messaging.permissions import can_manage_messages
from messaging.selectors import last_values, own_templates, plan_of, words_of
from messaging.services.plans import check_words, reset_template, set_plan, set_template
from messaging.wording import WORDS, fill

PLAN_FIELDS = ("quiet_from", "quiet_until", "digest_at", "reminder_days", "is_held")


def _load(request, key):
    campaign = get_object_or_404(visible_campaigns(request.member), key=key)
    if not can_manage_messages(request.member):
        raise PermissionDenied
    return campaign


@require_http_methods(["GET", "HEAD", "POST"])
def message_plan(request, key):
    """Times on one side, the events with their words on the other."""
    campaign = _load(request, key)
    plan = plan_of(campaign)
    initial = {name: getattr(plan, name) for name in PLAN_FIELDS}
    form = PlanForm(request.POST or None, initial=initial)

    def act() -> str:
        set_plan(campaign, actor=request.member, **form.cleaned_data)
        messages.success(request, "已保存。已经在等待发送的消息仍按原来的时间。")
        return reverse("messaging:message_plan", args=[request.tenant.slug, campaign.key])

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    own = own_templates(campaign)
    rows = [
        {
            "event": event,
            "title": own[event].title if event in own else WORDS[event].title,
            "is_own": event in own,
            "by_sms": bool((own.get(event) or WORDS[event]).sms),
            "is_digested": WORDS[event].is_digested,
        }
        for event in Event
    ]
    context = {"campaign": campaign, "form": form, "rows": rows, "has_sms": has_sms()}
    context["is_default"] = plan._state.adding
    return render(request, "messaging/message_plan.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def message_template(request, key, event):
    """The words of one event; 预览 shows them filled with what the last such message said."""
    campaign, event = _load(request, key), _event(event)
    words = words_of(campaign, event)
    initial = {"title": words.title, "text": words.text, "sms": words.sms}
    form = TemplateForm(request.POST or None, initial=initial)
    url, status = "", 200
    if "preview" in request.POST:
        if form.is_valid():
            try:
                check_words(event, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
    else:
        url, status = answer_form(request, form, lambda: _save(request, campaign, event, form))
    if url:
        return redirect(url)
    texts = form.cleaned_data if form.is_bound and form.is_valid() else initial
    values = last_values(campaign, event)
    context = {
        "campaign": campaign,
        "event": event,
        "form": form,
        "names": words.names,
        "preview": {name: fill(text, values) for name, text in texts.items()},
        "has_values": bool(values),
        "is_own": event in own_templates(campaign),
    }
    return render(request, "messaging/message_template.html", context, status=status)


def _save(request, campaign, event, form) -> str:
    set_template(campaign, event, actor=request.member, **form.cleaned_data)
    messages.success(request, f"“{event.label}”的模板已保存，以后的消息按它发送。")
    return reverse("messaging:message_plan", args=[request.tenant.slug, campaign.key])


def _event(code: str) -> Event:
    try:
        return Event(code)
    except ValueError:
        raise Http404("no such event") from None


@require_POST
def template_reset(request, key, event):
    campaign, event = _load(request, key), _event(event)
    reset_template(campaign, event, actor=request.member)
    messages.success(request, f"“{event.label}”已恢复为系统模板。")
    return redirect("messaging:message_template", request.tenant.slug, campaign.key, event)
