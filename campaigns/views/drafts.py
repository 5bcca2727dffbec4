"""Drafts as a whole: list, begin, overview, what the notice does not say, store, discard."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.definition import DefinitionError, load_definition
from campaigns.designer import rubric_total, unsaid
from campaigns.forms.drafts import DraftForm, StoreCampaignForm, StoreVersionForm
from campaigns.permissions import can_edit_campaign, can_edit_drafts
from campaigns.selectors import current_version, open_drafts, visible_campaigns
from campaigns.services.drafts import (
    create_draft,
    discard_draft,
    store_as_campaign,
    store_as_version,
)
from campaigns.views.desk import Desk
from core.answers import answer_once
from core.errors import Refused
from core.forms import add_errors

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def draft_list(request):
    """What is being written, the last changed first."""
    if not can_edit_drafts(request.member):
        raise PermissionDenied
    return render(
        request, "campaigns/draft_list.html", {"drafts": list(open_drafts(request.member))}
    )


@FORM_METHODS
def draft_create(request):
    """Begin a draft: blank, from a campaign, or from a shipped definition."""
    if not can_edit_drafts(request.member):
        raise PermissionDenied
    campaigns = list(visible_campaigns(request.member))
    form = DraftForm(
        request.POST or None, campaigns=campaigns, initial={"start": request.GET.get("start")}
    )

    def act():
        body, base, campaign = {}, None, form.campaign()
        if campaign:
            base = current_version(campaign)
            body = base.body
            campaign = campaign if can_edit_campaign(request.member, campaign) else None
        elif form.shipped():
            body = json.loads(load_definition(form.shipped()).canonical_json())
        draft = create_draft(body, actor=request.member, base=base, campaign=campaign)
        messages.success(request, "已建立草稿。左边列出方案的各部分，可以逐项填写。")
        return reverse("campaigns:draft_detail", args=[request.tenant.slug, draft.pk])

    if request.method == "POST" and form.is_valid():
        return redirect(answer_once(request, act))
    return render(request, "campaigns/draft_create.html", {"form": form})


@require_safe
def draft_detail(request, pk):
    """The parts with their problems, all problems, and what can be done with the draft."""
    desk = Desk(request, pk)
    if desk.draft.stored_as_id:
        return _gone_into_version(request, desk)
    context = {
        "problems": desk.problem_rows(),
        "total": rubric_total(desk.body),
        "unsaid": len(unsaid(desk.body)),
        "is_sound": desk.definition is not None,
    }
    return desk.render("campaigns/draft_detail.html", context, here="overview")


def _gone_into_version(request, desk):
    version = desk.draft.stored_as
    messages.info(request, f"这份草稿已经存为第 {version.number} 版方案。")
    return redirect(
        reverse("campaigns:campaign_detail", args=[request.tenant.slug, version.campaign.key])
    )


@require_safe
def draft_unstated(request, pk):
    """Everything the notice does not say, with the value in force and where it is edited."""
    desk = Desk(request, pk)
    rows = [
        {
            "unsaid": row,
            "url": f"{desk.url('draft_part', row.page)}#id_{row.field}",
        }
        for row in unsaid(desk.body)
    ]
    return desk.render("campaigns/draft_unstated.html", {"rows": rows}, here="unstated")


@FORM_METHODS
def draft_store(request, pk, goal):
    """Keep the draft: as the next version of its campaign, or as a new campaign."""
    desk = Desk(request, pk)
    draft = desk.draft
    if draft.stored_as_id:
        return _gone_into_version(request, desk)
    as_version = goal == "version" and draft.campaign is not None
    kind = StoreVersionForm if as_version else StoreCampaignForm
    form = kind(request.POST or None, initial={"lock_version": draft.lock_version})

    def act():
        if as_version:
            version = store_as_version(draft, actor=request.member, **form.cleaned_data)
            messages.success(request, f"已新增第 {version.number} 版方案，新建的申报材料按此办理。")
            key = draft.campaign.key
        else:
            key = store_as_campaign(draft, actor=request.member, **form.cleaned_data).key
            messages.success(request, "已建立活动，状态为筹备中。请核对方案，确认后开放申报。")
        return reverse("campaigns:campaign_detail", args=[request.tenant.slug, key])

    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except DefinitionError:
            form.add_error(None, "方案还有错误，改正后再存。")
        except ValidationError as error:
            add_errors(form, error)
        except Refused as refused:
            form.add_error(None, refused.message)
            status = refused.status
    context = {
        "form": form,
        "problems": desk.problem_rows(),
        "as_version": as_version,
        "is_sound": desk.definition is not None,
        "unsaid": len(unsaid(desk.body)),
    }
    return desk.render("campaigns/draft_store.html", context, here="store", status=status)


@FORM_METHODS
def draft_discard(request, pk):
    """Ask, then delete the draft."""
    desk = Desk(request, pk)
    if desk.draft.stored_as_id:
        return _gone_into_version(request, desk)
    if request.method == "POST":
        discard_draft(desk.draft, actor=request.member)
        messages.success(request, f"已删除草稿“{desk.draft.title}”。")
        return redirect(reverse("campaigns:draft_list", args=[request.tenant.slug]))
    return desk.render("campaigns/draft_discard.html", {"back": desk.url()})
