"""What city officers and administrators do: set up, add a version, open, close, archive."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from campaigns.definition import DefinitionError, check_definition, dump_definition
from campaigns.forms.campaigns import CampaignForm, VersionForm
from campaigns.permissions import can_create_campaign
from campaigns.selectors import current_version, visible_campaigns
from campaigns.services import (
    add_version,
    archive_campaign,
    close_campaign,
    create_campaign,
    open_campaign,
)
from core.answers import answer_once
from core.forms import add_errors

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])


def _load(request, key):
    campaign = get_object_or_404(visible_campaigns(request.member), key=key)
    if not can_create_campaign(request.member):
        raise PermissionDenied
    return campaign


def _detail_url(request, campaign) -> str:
    return reverse("campaigns:campaign_detail", args=[request.tenant.slug, campaign.key])


@FORM_METHODS
def campaign_create(request):
    """From a shipped definition or an uploaded file."""
    if not can_create_campaign(request.member):
        raise PermissionDenied
    form = CampaignForm(request.POST or None, request.FILES or None)

    def act():
        values = {name: form.cleaned_data[name] for name in ("definition", "key", "title")}
        campaign = create_campaign(actor=request.member, **values)
        messages.success(request, "已建立活动，状态为筹备中。请核对方案，确认后开放申报。")
        return _detail_url(request, campaign)

    back = reverse("campaigns:campaign_list", args=[request.tenant.slug])
    return _filled(request, form, act, {"title": "新建活动", "submit": "建立", "back": back})


@FORM_METHODS
def version_create(request, key):
    """A changed definition becomes version n+1."""
    campaign = _load(request, key)
    form = VersionForm(request.POST or None, request.FILES or None)

    def act():
        version = add_version(campaign, actor=request.member, **form.cleaned_data)
        messages.success(request, f"已新增第 {version.number} 版方案，新建的申报材料按此办理。")
        return _detail_url(request, campaign)

    context = {
        "title": f"更改方案：{campaign.title}",
        "submit": "新增版本",
        "back": _detail_url(request, campaign),
        "campaign": campaign,
    }
    return _filled(request, form, act, context)


def _filled(request, form, act, context):
    """A definition with faults comes back as a list of places and lines."""
    problems = []
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except DefinitionError as error:
            problems = error.problems
            form.add_error("definition", f"方案定义有 {len(problems)} 处问题，见下表。")
        except ValidationError as error:
            add_errors(form, error)
    context = {"campaign": None, "form": form, "problems": problems, **context}
    return render(request, "campaigns/campaign_form.html", context)


MOVES = {
    "open": (open_campaign, "开放活动", "开放后，申报单位可以建立和提交申报材料。"),
    "close": (close_campaign, "结束活动", "结束后，不能再建立、提交申报材料，也不能再更改方案。"),
    "archive": (archive_campaign, "归档活动", "归档后，活动只能查看，不能再开放。"),
}


@FORM_METHODS
def campaign_move(request, key, move):
    """Ask, then open, close or archive."""
    campaign = _load(request, key)
    service, title, words = MOVES[move]
    if request.method == "POST":
        moved = service(campaign, actor=request.member)
        messages.success(request, f"活动现在是“{moved.get_state_display()}”。")
        return redirect(_detail_url(request, campaign))
    version = current_version(campaign)
    text = "" if move != "open" else _warnings(version)
    rows = [
        {"label": "活动", "value": campaign.title},
        {"label": "现在的状态", "value": campaign.get_state_display()},
        {"label": "方案版本", "value": f"第 {version.number} 版"},
        {"label": "方案检查", "value": text or "—"},
    ]
    context = {
        "campaign": campaign,
        "question": f"确定{title}吗？",
        "rows": rows if move == "open" else rows[:3],
        "warning": words,
        "button": title,
        "danger": move != "open",
        "back": _detail_url(request, campaign),
    }
    return render(request, "campaigns/campaign_move.html", context)


def _warnings(version) -> str:
    problems = check_definition(dump_definition(version.definition))
    if not problems:
        return "没有发现问题"
    return "\n".join(
        f"{'错误' if p.severity == 'error' else '提醒'}：{p.message}" for p in problems
    )
