"""遴选: an office picks who goes on to the next level."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.selectors import current_version
from core.answers import answer_once
from reviews.enums import Outcome
from scoring.forms.selections import SelectionForm
from scoring.permissions import can_see_selection, can_select
from scoring.selectors.quotas import quota_groups
from scoring.selectors.selections import entrants, picked_at, waiting_at
from scoring.services.selections import select_dossiers


@require_http_methods(["GET", "HEAD", "POST"])
def selection(request, key, step):
    """The office of the step picks; city bureau and auditor see how far the counties are."""
    member = request.member
    campaign = get_object_or_404(Campaign.objects.exclude(state=CampaignState.DRAFT), key=key)
    definition = current_version(campaign).definition
    part = next((s for s in definition.steps_of_type("selection") if s.code == step), None)
    if part is None:
        raise Http404("no such selection")
    if not can_see_selection(member, part):
        raise PermissionDenied
    is_mine = can_select(member, part)
    rows = entrants(definition, list(waiting_at(member, campaign, part)))
    form = None
    if is_mine:
        form = SelectionForm(request.POST or None, rows=rows, request=request)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and (target := _act(request, campaign, part, form)):
            return redirect(target)
    picked = picked_at(member, campaign, part)
    division = member.organisation.division
    county = division.name if is_mine and division and part.level == "county" else ""
    context = {
        "campaign": campaign,
        "step": part,
        "rows": rows,
        "form": form,
        "is_scored": definition.is_scored,
        "quotas": [
            group
            for group in quota_groups(campaign, definition, county=county, level=part.level)
            if group.step == part.code
        ],
        "selected": [row for row in picked if row.outcome == Outcome.AGREE],
        "left_out": [row for row in picked if row.outcome == Outcome.REFUSE],
    }
    status = 400 if form is not None and form.errors else 200
    return render(request, "scoring/selection.html", context, status=status)


def _act(request, campaign, step, form) -> str:
    url = reverse("scoring:selection", args=[request.tenant.slug, campaign.key, step.code])

    def act():
        select_dossiers(
            campaign,
            step,
            actor=request.member,
            choices=form.choices(),
            opinion=form.cleaned_data["opinion"],
        )
        return url

    try:
        target = answer_once(request, act)
    except ValidationError as error:
        form.add_row_errors(error.message_dict)
        return ""
    messages.success(request, "遴选完成，入选的已转入下一环节。")
    return target
