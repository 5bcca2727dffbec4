"""The panel of a campaign: commitment, draw, who scores what and how far they are."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from campaigns.models import Campaign
from campaigns.selectors import current_version
from core.answers import answer_once
from core.forms import add_errors
from scoring.enums import SeatState
from scoring.forms.panels import CommitForm, DrawForm
from scoring.permissions import can_manage_panel, can_see_results
from scoring.selectors.assignments import panel_progress
from scoring.selectors.panels import (
    check_draw,
    committed_source,
    expert_pool,
    panel_of,
    recusals_of,
    seats_of,
    unassigned_dossiers,
)
from scoring.services.panels import assign_dossiers, commit_panel, draw_panel


def _load(request, key) -> Campaign:
    if not can_see_results(request.member):
        raise PermissionDenied
    return get_object_or_404(Campaign, key=key)


@require_safe
def panel(request, key):
    """City bureau and auditor: where the draw stands, with all that repeats it."""
    return _show(request, _load(request, key))


def _show(request, campaign, form=None, status: int = 200):
    found = panel_of(campaign)
    can_manage = can_manage_panel(request.member)
    definition = current_version(campaign).definition
    combination = definition.combination
    context = {
        "campaign": campaign,
        "is_scored": definition.is_scored,
        "panel": found,
        "can_manage": can_manage,
        "combination": combination,
        "form": form,
    }
    if found is None:
        experts = [expert for expert in expert_pool() if expert.is_active]
        if can_manage and form is None and definition.is_scored:
            size = min(len(experts), combination.min_raters + 2)
            context["form"] = CommitForm(experts=experts, initial={"size": size})
        context["experts"] = experts
        return render(request, "scoring/panel_commit.html", context, status=status)
    names = {entry["id"]: entry for entry in found.pool}
    context["exclusions"] = [
        {"label": names[e["id"]]["name"], "value": e["reason"]} for e in found.exclusions
    ]
    context["source"] = committed_source(found)
    if found.drawn_at is None:
        if can_manage and form is None:
            context["form"] = DrawForm()
        return render(request, "scoring/panel_draw.html", context, status=status)
    context |= _drawn(found, campaign)
    return render(request, "scoring/panel.html", context, status=status)


def _drawn(found, campaign) -> dict:
    seats = seats_of(found)
    check = check_draw(found, seats)
    progress = {row["expert_id"]: row for row in panel_progress(campaign)}
    rows = []
    for seat in seats:
        mine = progress.get(seat.expert_id, {"submitted": 0, "assigned": 0, "recused": 0})
        rows.append(
            {
                "position": f"专家{seat.position:02d}",
                "name": seat.expert.membership.user.name,
                "employer": seat.expert.employer,
                "field": seat.expert.field,
                "state": seat.get_state_display(),
                "is_seated": seat.state == SeatState.SEATED,
                "key": check.keys.get(str(seat.expert_id), ""),
                **mine,
                "total": mine["submitted"] + mine["assigned"],
            }
        )
    return {
        "rows": rows,
        "check": check,
        "waiting": unassigned_dossiers(campaign),
        "recusals": recusals_of(campaign),
        "submitted": sum(row["submitted"] for row in rows),
        "assigned": sum(row["total"] for row in rows),
    }


def _managed(request, key) -> Campaign:
    campaign = _load(request, key)
    if not can_manage_panel(request.member):
        raise PermissionDenied
    return campaign


@require_POST
def panel_commit(request, key):
    """Freeze pool, exclusions, size and source before the source speaks."""
    campaign = _managed(request, key)
    experts = [expert for expert in expert_pool() if expert.is_active]
    form = CommitForm(request.POST, experts=experts)
    url = reverse("scoring:panel", args=[request.tenant.slug, campaign.key])
    if form.is_valid():

        def act():
            commit_panel(
                campaign,
                actor=request.member,
                size=form.cleaned_data["size"],
                source=form.cleaned_data["source"],
                exclusions=form.exclusions,
            )
            return url

        try:
            target = answer_once(request, act)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已登记承诺值。随机源公开后，回到本页抽取。")
            return redirect(target)
    return _show(request, campaign, form, status=400)


@require_POST
def panel_draw(request, key):
    """Draw with what the public source said."""
    campaign = _managed(request, key)
    found = panel_of(campaign)
    if found is None:
        raise Http404("nothing committed")
    form = DrawForm(request.POST)
    url = reverse("scoring:panel", args=[request.tenant.slug, campaign.key])
    if form.is_valid():

        def act():
            draw_panel(found, actor=request.member, source_text=form.cleaned_data["source_text"])
            return url

        try:
            target = answer_once(request, act)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已抽取专家组，并分派等待评审的材料。")
            return redirect(target)
    return _show(request, campaign, form, status=400)


@require_POST
def panel_assign(request, key):
    """Assign the dossiers that arrived after the draw."""
    campaign = _managed(request, key)
    found = panel_of(campaign)
    if found is None:
        raise Http404("no panel")
    count = assign_dossiers(found, actor=request.member)
    messages.success(request, f"新分派 {count} 份评分表。" if count else "没有需要分派的材料。")
    return redirect("scoring:panel", request.tenant.slug, campaign.key)
