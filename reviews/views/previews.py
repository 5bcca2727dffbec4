"""A definition that is being written, as each actor will see it: nothing here is saved."""

from __future__ import annotations

import json

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from campaigns import wording
from campaigns.definition import Definition, check_data
from campaigns.designer import APPLICANT, EXPERT, PAPER, preview_roles
from campaigns.models import CampaignVersion
from campaigns.selectors import visible_drafts
from reviews.documents import blank_application_form
from reviews.forms.drafts import ApplicationForm, CaseReportForm
from reviews.forms.sign_offs import SignOffForm
from reviews.models import Dossier
from reviews.selectors.completeness import REGISTRY_TYPES
from reviews.selectors.desk_checks import check_rows


@require_safe
def draft_preview(request, pk):
    """``?as=applicant``, ``paper`` or the code of a step; ``?track=`` chooses the category."""
    draft = get_object_or_404(visible_drafts(request.member), pk=pk)
    definition, problems = check_data(draft.body)
    slug = request.tenant.slug
    if definition is None:
        errors = sum(problem.severity == "error" for problem in problems)
        return render(request, "reviews/draft_preview.html", _frame(draft) | {"errors": errors})
    track = request.GET.get("track") or definition.tracks[0].code
    if track not in {one.code for one in definition.tracks}:
        raise Http404
    role = request.GET.get("as") or APPLICANT
    if role == EXPERT:
        return redirect(f"{reverse('scoring:draft_scorecard', args=[slug, pk])}?track={track}")
    context = _frame(draft) | {
        "track": track,
        "tracks": definition.tracks,
        "roles": preview_roles(definition, track),
        "role": role,
        "definition": definition,
    }
    if role == APPLICANT:
        context |= _applicant(definition, track)
    elif role == PAPER:
        context |= {"paper": blank_application_form(definition, track)}
    else:
        context |= _officer(definition, track, role)
    return render(request, "reviews/draft_preview.html", context)


def _frame(draft) -> dict:
    """What the page always has."""
    names = ("form", "case_report", "registered", "papers", "paper", "step", "sign_off", "checks")
    return {"draft": draft, "errors": 0, "tracks": (), "track": "", "role": "", "roles": [],
            "definition": None, **dict.fromkeys(names)}  # fmt: skip


def _applicant(definition: Definition, track: str) -> dict:
    body = json.loads(definition.canonical_json())
    version = CampaignVersion(body=body, sha256=definition.sha256())
    dossier = Dossier(version=version, track=track, draft={}, lock_version=0)
    fields = definition.fields(track)
    return {
        "form": ApplicationForm(dossier=dossier),
        "registered": [
            {"label": field.title, "value": "取自名录，不用填写"}
            for field in fields
            if field.type in REGISTRY_TYPES
        ],
        "case_report": CaseReportForm(dossier=dossier).sections(),
        "papers": [
            line
            for line in wording.paper_lines(definition)
            if not line.tracks or definition.track(track).title in line.tracks
        ],
    }


def _officer(definition: Definition, track: str, code: str) -> dict:
    step = next((step for step in definition.steps(track) if step.code == code), None)
    if step is None or step.type not in ("sign_off", "desk_check"):
        raise Http404
    context = {"step": wording.step_line(definition, step)}
    if step.type == "sign_off":
        context["sign_off"] = SignOffForm(definition=definition, track=track, step=step)
    if step.type == "desk_check" or "desk_check" in step.requires:
        context["checks"] = check_rows(definition, track)
    return context
