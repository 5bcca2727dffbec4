"""A new campaign out of one that is there: next year's edition, a county's refinement."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from campaigns.definition import DefinitionError
from campaigns.derivation import next_key
from campaigns.forms.campaigns import EditionForm, RefinementForm
from campaigns.labels import REFINABLE
from campaigns.permissions import can_create_campaign
from campaigns.selectors import current_version, visible_campaigns
from campaigns.services import derive_campaign, preview_edition, refine_definition
from core.answers import answer_once
from core.forms import add_errors

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])


def _load(request, key):
    campaign = get_object_or_404(visible_campaigns(request.member), key=key)
    if not can_create_campaign(request.member):
        raise PermissionDenied
    return campaign, current_version(campaign)


def _url(request, campaign) -> str:
    return reverse("campaigns:campaign_detail", args=[request.tenant.slug, campaign.key])


@FORM_METHODS
def campaign_derive(request, key):
    """Next year's edition: what moves is shown first (``?year=``), then it is set up in draft."""
    campaign, version = _load(request, key)
    first = version.definition.year + 1
    start = {"year": request.GET.get("year") or first}
    form = EditionForm(request.POST or None, initial=start)
    edition = _preview(version, start["year"], first)
    if request.method == "POST" and form.is_valid():

        def act():
            new = derive_campaign(version, actor=request.member, **form.cleaned_data)
            messages.success(request, "已建立下一年度的活动，状态为筹备中。请对照新方案逐项确认。")
            return _url(request, new)

        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            add_errors(form, error)
    context = {
        "campaign": campaign,
        "version": version,
        "form": form,
        "edition": edition,
        "remarks": sum(bool(day.remark) for day in edition.days),
        "back": _url(request, campaign),
    }
    return render(request, "campaigns/campaign_derive.html", context)


def _preview(version, year, first: int):
    """The edition of the year that was asked for, of the next year when that cannot be."""
    try:
        return preview_edition(version, int(year))
    except (ValueError, ValidationError):
        return preview_edition(version, first)


@FORM_METHODS
def campaign_refine(request, key):
    """A lower level's definition on top of this one; only where this one says so."""
    campaign, version = _load(request, key)
    definition = version.definition
    if definition.refinement is None:
        raise Http404("this definition may not be refined")
    start = {"title": definition.title, "key": next_key(definition, definition.year) + "_county"}
    form = RefinementForm(request.POST or None, initial=start)
    problems = []
    if request.method == "POST" and form.is_valid():

        def act():
            values = form.cleaned_data | {
                "authorities": form.cleaned_data["authorities"].splitlines()
            }
            new = refine_definition(version, actor=request.member, **values)
            messages.success(request, "已建立细化方案，状态为筹备中。锁定的内容不能更改。")
            return _url(request, new)

        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            add_errors(form, error)
        except DefinitionError as error:
            problems = error.problems
    context = {
        "campaign": campaign,
        "version": version,
        "form": form,
        "problems": problems,
        "who": definition.level(definition.refinement.level).title,
        "allows": [REFINABLE[name] for name in definition.refinement.allows],
        "refinement": definition.refinement,
        "back": _url(request, campaign),
    }
    return render(request, "campaigns/campaign_refine.html", context)
