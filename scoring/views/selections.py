"""遴选: an office picks who goes on to the next level."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.selectors import current_version
from core.forms import answer_form
from reviews.enums import Outcome
from scoring.forms.outcomes import OutcomeForm
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
    form, status = None, 200
    if request.method == "POST" and not is_mine:
        raise PermissionDenied
    if is_mine:
        form = OutcomeForm(request.POST or None, rows=rows, request=request)

        def act() -> str:
            with form.beside_rows():
                select_dossiers(
                    campaign,
                    part,
                    actor=member,
                    choices=form.choices(),
                    opinion=form.cleaned_data["opinion"],
                )
            messages.success(request, "遴选完成，入选的已转入下一环节。")
            return reverse("scoring:selection", args=[request.tenant.slug, key, step])

        url, status = answer_form(request, form, act)
        if url:
            return redirect(url)
    picked = picked_at(member, campaign, part)
    division = member.organisation.division
    county = division.name if is_mine and division and part.level == "county" else ""
    context = {
        "campaign": campaign,
        "step": part,
        "rows": rows,
        "form": form,
        "is_scored": definition.is_scored,
        "quotas": quota_groups(
            campaign, definition, county=county, level=part.level, step=part.code
        ),
        "selected": [row for row in picked if row.outcome == Outcome.AGREE],
        "left_out": [row for row in picked if row.outcome == Outcome.REFUSE],
    }
    return render(request, "scoring/selection.html", context, status=status)
