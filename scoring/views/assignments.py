"""The expert's own list, and stepping back from one dossier."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.answers import answer_once
from core.forms import add_errors
from documents.serving import serve_file, serve_thumbnail
from reviews.enums import DossierState
from scoring.enums import AssignmentState
from scoring.forms.recusals import RecusalForm
from scoring.permissions import can_score
from scoring.selectors.assignments import assigned_evidence, own_assignments, own_sheet_rows
from scoring.services.panels import recuse


@require_safe
def assignment_list(request):
    """Experts: what is to be scored, what is done, and until when."""
    if not can_score(request.member):
        raise PermissionDenied("experts only")
    cards = own_sheet_rows(request.member)
    todo = [c for c in cards if c.assignment.state == AssignmentState.ASSIGNED]
    groups = [
        {"title": "待评分", "cards": [c for c in todo if _is_open(c)]},
        {"title": "未提交，已不能评分", "cards": [c for c in todo if not _is_open(c)]},
        {
            "title": "已提交",
            "cards": [c for c in cards if c.assignment.state == AssignmentState.SUBMITTED],
        },
        {
            "title": "已回避",
            "cards": [c for c in cards if c.assignment.state == AssignmentState.RECUSED],
        },
    ]
    started = [c for c in groups[0]["cards"] if c.marked_items]
    context = {
        "groups": [group for group in groups if group["cards"]],
        "next": (started or groups[0]["cards"] or [None])[0],
        "stats": [
            {"title": "待评分", "value": len(groups[0]["cards"]), "unit": "卷"},
            {"title": "已提交", "value": len(groups[2]["cards"]), "unit": "卷"},
            {"title": "已回避", "value": len(groups[3]["cards"]), "unit": "卷"},
        ],
        "deadlines": _deadlines(cards),
        "has_any": bool(cards),
    }
    return render(request, "scoring/assignment_list.html", context)


def _is_open(card) -> bool:
    return card.assignment.dossier.state == DossierState.SCORING


def _deadlines(cards) -> list[dict]:
    """The deadline of each campaign that still has something to score."""
    moment = timezone.localtime(clock.now())
    found = {}
    for card in cards:
        dossier = card.assignment.dossier
        if card.assignment.state != AssignmentState.ASSIGNED or not _is_open(card):
            continue
        definition = dossier.version.definition
        code = definition.step(dossier.step).deadline
        if code and dossier.campaign_id not in found:
            deadline = definition.deadline(code)
            found[dossier.campaign_id] = {
                "campaign": dossier.campaign.title,
                "title": deadline.title,
                "due": deadline.due,
                "is_over": moment >= deadline.cutoff(moment.tzinfo),
            }
    return list(found.values())


@require_http_methods(["GET", "HEAD", "POST"])
def recusal(request, pk):
    """An expert steps back from one dossier, with a reason."""
    if not can_score(request.member):
        raise PermissionDenied("experts only")
    assignment = get_object_or_404(own_assignments(request.member), pk=pk)
    form = RecusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act():
            recuse(assignment, actor=request.member, reason=form.cleaned_data["reason"])
            return reverse("scoring:assignment_list", args=[request.tenant.slug])

        try:
            url = answer_once(request, act)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已登记回避，这卷材料由候补专家评审。")
            return redirect(url)
    dossier = assignment.dossier
    context = {
        "assignment": assignment,
        "dossier": dossier,
        "form": form,
        "rows": [
            {"label": "小区", "value": dossier.community.name},
            {"label": "县区", "value": dossier.community.county.name},
            {"label": "编号", "value": dossier.number},
        ],
    }
    return render(request, "scoring/recusal.html", context, status=400 if form.errors else 200)


def _piece(request, pk):
    return get_object_or_404(assigned_evidence(request.member), pk=pk)


@require_safe
def evidence_file(request, pk):
    """A file of a dossier the expert scores."""
    return serve_file(request, _piece(request, pk).file)


@require_safe
def evidence_thumbnail(request, pk):
    return serve_thumbnail(request, _piece(request, pk).file)
