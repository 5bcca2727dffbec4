"""What everybody may read: the list, one campaign as a guide, its definition."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campaigns import wording
from campaigns.definition import dump_definition, dump_json
from campaigns.enums import CampaignState
from campaigns.json_schema import definition_schema as schema_text
from campaigns.permissions import (
    can_create_campaign,
    can_edit_campaign,
    can_extend_deadlines,
    can_see_imports,
)
from campaigns.quota_wording import quota_lines
from campaigns.quotas import meters
from campaigns.refinement import marks_of_items, refinements
from campaigns.selectors import (
    current_version,
    current_versions,
    deadline_states,
    definition_of_hash,
    general_extensions,
    next_deadline,
    refining_campaigns,
    versions_of,
    visible_campaigns,
)
from core import clock
from core.access import public_page

TIMELINE = {"over": "done", "open": "current", "before": "todo"}


@require_safe
def campaign_list(request):
    """All campaigns the member may see, the newest first, with the next deadline."""
    campaigns = list(visible_campaigns(request.member))
    versions, extended = current_versions(campaigns), general_extensions(campaigns)
    now = clock.now()
    rows = [
        {
            "campaign": campaign,
            "next": next_deadline(
                versions[campaign.pk].definition, now, extended.get(campaign.pk, {})
            )
            if campaign.state == CampaignState.OPEN
            else None,
            "authorities": "、".join(versions[campaign.pk].definition.authorities),
        }
        for campaign in campaigns
    ]
    context = {
        "rows": rows,
        "can_create": can_create_campaign(request.member),
        "sees_imports": can_see_imports(request.member),
    }
    return render(request, "campaigns/campaign_list.html", context)


def _load(request, key):
    return get_object_or_404(visible_campaigns(request.member), key=key)


@require_safe
def campaign_detail(request, key):
    """The guide: who, what papers, until when, which way, how many, whom to ask."""
    campaign = _load(request, key)
    version = current_version(campaign)
    definition, now = version.definition, clock.now()
    context = {
        "campaign": campaign,
        "version": version,
        "definition": definition,
        "tracks": [
            {
                "track": track,
                "who": "、".join(wording.APPLICANTS[kind] for kind in track.applicant_kinds),
                "note": wording.unstated(track, "applicant_kinds"),
            }
            for track in definition.tracks
        ],
        "papers": wording.paper_lines(definition),
        "deadlines": [
            _deadline(definition, state)
            for state in deadline_states(
                definition, now, general_extensions([campaign]).get(campaign.pk, {})
            )
        ],
        "steps": [wording.step_line(definition, step) for step in definition.route],
        **_quotas(definition),
        "versions": versions_of(campaign),
        "children": refining_campaigns(request.member, version),
        "can_edit": can_edit_campaign(request.member, campaign),
        "can_organise": can_create_campaign(request.member),
        "can_extend": can_extend_deadlines(request.member, campaign),
        "is_open": campaign.state == CampaignState.OPEN,
    }
    return render(request, "campaigns/campaign_detail.html", context)


def _quotas(definition) -> dict:
    """``quotas``: of applications, county by county; ``other_quotas``: all others."""
    asked = any(quota.object == "applications" for quota in definition.quotas)
    return {
        "quotas": meters(definition, "applications", {}) if asked else [],
        "other_quotas": quota_lines(definition),
    }


def _deadline(definition, state) -> dict:
    """One event of the timeline component."""
    deadline = state.deadline
    tone = {"over": "muted", "open": "wait", "before": "muted"}[state.state]
    if state.state == "over" and not deadline.enforce:
        tone = "info"
    return {
        "title": deadline.title,
        "state": TIMELINE[state.state],
        "label": state.words,
        "tone": tone,
        "who": wording.who(definition, deadline.owner_level),
        "at": state.last_moment,
        "note": "已延期" if state.is_extended else deadline.note,
    }


@require_safe
def definition(request, key):
    """The whole definition in plain words; ``?version=1`` shows an older one."""
    campaign = _load(request, key)
    version = _version(request, campaign)
    definition = version.definition
    parent = definition.parent and definition_of_hash(definition.parent.sha256)
    own = refinements(parent, definition) if parent else []
    gates = [wording.requirement_line(definition, r) for r in definition.requirements]
    conditions = [wording.requirement_line(definition, r) for r in definition.outcome.conditions]
    context = {
        "campaign": campaign,
        "version": version,
        "definition": definition,
        "head": wording.head_rows(definition),
        "sections": wording.section_tables(definition, marks_of_items(own)),
        "refined": own,
        "kinds": wording.kind_sums(definition),
        "total": wording.total(definition),
        "requirements": gates,
        "conditions": conditions,
        "papers": wording.paper_lines(definition),
        "steps": [wording.step_line(definition, step) for step in definition.route],
        "combination": wording.combination_rows(definition),
        "publication": wording.publication_rows(definition),
        **_quotas(definition),
        "obligations": [
            {
                "obligation": o,
                "due": definition.deadline(o.deadline).due,
                "note": wording.unstated(o),
            }
            for o in definition.obligations
        ],
        "defaults": wording.defaults(definition),
    }
    return render(request, "campaigns/definition.html", context)


def _version(request, campaign):
    number = request.GET.get("version", "")
    if not number:
        return current_version(campaign)
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        number = "0"  # no version has this number
    return get_object_or_404(campaign.versions.select_related("campaign"), number=number)


FORMATS = {"yaml": (dump_definition, "application/yaml"), "json": (dump_json, "application/json")}


@require_safe
def definition_export(request, key, suffix):
    """The definition as the YAML or JSON file that would give it again."""
    campaign = _load(request, key)
    version = _version(request, campaign)
    dump, media_type = FORMATS[suffix]
    response = HttpResponse(dump(version.definition), f"{media_type}; charset=utf-8")
    name = f"{campaign.key}-v{version.number}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@public_page
@require_safe
@transaction.non_atomic_requests
def definition_schema(request):
    """The JSON Schema of definition files, for editors and other programs."""
    return HttpResponse(schema_text(), "application/schema+json; charset=utf-8")
