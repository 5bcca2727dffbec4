"""进展总览: one campaign in figures, each explained by the table behind it."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.selectors import (
    current_version,
    deadline_states,
    general_extensions,
    visible_campaigns,
)
from core import clock
from core.wording import points
from portal.permissions import OVERSEERS, can_see_overview
from portal.selectors import progress
from reviews.enums import DossierState
from reviews.selectors.counties import applications_by_county
from reviews.selectors.dossiers import definitions_of, visible_dossiers, waiting_for
from scoring.selectors.assignments import panel_progress
from scoring.selectors.quotas import quota_groups
from scoring.selectors.rankings import latest_ranking

TIMELINE = {"over": "done", "open": "current", "before": "todo"}
COLUMNS = {
    "funnel_columns": ["环节", "材料（份）"],
    "county_columns": ["县区", "已申报（个）"],
    "band_columns": ["总分", "材料（份）"],
    "expert_columns": [
        {"label": "专家"},
        {"label": "已提交", "numeric": True},
        {"label": "待评", "numeric": True},
        {"label": "回避", "numeric": True},
    ],
}


@require_safe
def overview(request, key):
    """The campaign for those who look after it; a county's bureau sees its own county."""
    if not can_see_overview(request.member):
        raise PermissionDenied
    campaign = get_object_or_404(visible_campaigns(request.member), key=key)
    definition, moment = current_version(campaign).definition, clock.now()
    dossiers = visible_dossiers(request.member).filter(campaign=campaign)
    places = progress.places_of(dossiers)
    longest = progress.longest_waiting(dossiers)
    definitions = definitions_of(place.version_id for place in places)
    refused = progress.refused_at(dossiers)
    sees_all = request.member.role in OVERSEERS
    context = COLUMNS | {
        "campaign": campaign,
        "sees_all": sees_all,
        "cards": _cards(places),
        "funnel": progress.funnel(definition, places, definitions, refused),
        "waiting": [
            {"place": place, "days": _days(moment, place.oldest)}
            for place in progress.waiting_places(places, definitions)
        ],
        "longest": [_row(request, row, definitions, moment) for row in longest],
        "deadlines": [
            _deadline(state)
            for state in deadline_states(
                definition, moment, general_extensions([campaign]).get(campaign.pk, {})
            )
        ],
        "quotas": _quotas(request, campaign, definition, sees_all),
        **_counties(request.member, campaign, sees_all),
        **(_results(campaign, definition) if sees_all else {}),
    }
    return render(request, "portal/overview.html", context)


def _days(moment, since) -> int:
    return (timezone.localdate(moment) - timezone.localdate(since)).days


def _cards(places) -> list[dict]:
    def number(*states):
        return sum(place.count for place in places if not states or place.state in states)

    states = DossierState
    chosen = number(states.LISTED, states.AWARDED)
    others = number(states.REFUSED, states.NOT_AWARDED)
    return [
        {"title": "已提交", "value": number(), "unit": "份"},
        {"title": "逐级审核中", "value": number(states.IN_REVIEW), "unit": "份"},
        {"title": "退回补正", "value": number(states.RETURNED), "unit": "份"},
        {"title": "评审、审定中", "value": number(states.SCORING, states.DECISION), "unit": "份"},
        {"title": "已有结果", "value": chosen + others, "unit": "份",
         "hint": f"公示、入选 {chosen}，未通过、未入选 {others}"},
    ]  # fmt: skip


def _row(request, row, definitions, moment) -> dict:
    return {
        "title": row.community_name,
        "url": reverse("reviews:dossier_detail", args=[request.tenant.slug, row.pk]),
        "number": row.number,
        "county": row.county_name,
        "where": waiting_for(row.state, row.step, definitions[row.version_id]),
        "since": row.waiting_since,
        "days": _days(moment, row.waiting_since),
    }


def _deadline(state) -> dict:
    return {
        "title": state.deadline.title,
        "state": TIMELINE[state.state],
        "label": state.words,
        "tone": "wait" if state.state == "open" else "muted",
        "at": state.last_moment,
    }


def _counties(member, campaign, sees_all: bool) -> dict:
    """Rows and targets of the chart; of a county's bureau only its own county, as a meter."""
    rows = applications_by_county(campaign)
    if not sees_all:
        return {"own": [row for row in rows if row.county.pk == member.organisation.division_id]}
    return {
        "counties": [[row.county.name, row.count] for row in rows],
        "targets": [row.fewest for row in rows],
        "short": [row for row in rows if row.is_short],
    }


def _quotas(request, campaign, definition, sees_all: bool) -> list[dict]:
    """Quotas of winners and cases with the page where they are worked on."""
    slug, county = request.tenant.slug, ""
    if not sees_all:
        county = request.member.organisation.division.name
    found = []
    for group in quota_groups(
        campaign, definition, county=county, level="" if sees_all else "county"
    ):
        url = ""
        if group.object == "cases":
            url = reverse("reviews:case_list", args=[slug, campaign.key])
        elif group.step:
            url = reverse("scoring:selection", args=[slug, campaign.key, group.step])
        found.append({"group": group, "url": url})
    return found


def _results(campaign, definition) -> dict:
    """How far the experts are, and the totals of the newest ranking."""
    experts = panel_progress(campaign)
    ranking = latest_ranking(campaign)
    totals = [total for total, _ in progress.totals_of(ranking)] if ranking else []
    return {
        "experts": [
            [
                expert["expert__membership__user__name"],
                expert["submitted"],
                expert["assigned"],
                expert["recused"],
            ]
            for expert in experts
        ],
        "submitted": sum(expert["submitted"] for expert in experts),
        "assigned": sum(expert["submitted"] + expert["assigned"] for expert in experts),
        "ranking": ranking,
        "bands": [
            [f"{low}–{low + progress.BAND}", number] for low, number in progress.bands_of(totals)
        ],
        "highest": points(max(totals)) if totals else "",
        "lowest": points(min(totals)) if totals else "",
        "pass_mark": definition.outcome.pass_mark,
    }
