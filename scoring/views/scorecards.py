"""The expert's screen: evidence beside each item, marks saved one by one, then the whole sheet."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.rubric import MarkError, show
from core.answers import answer_once
from core.errors import Refused
from documents.enums import MediaKind
from reviews.selectors.certificates import certificates_by_slot
from scoring.forms.marks import comment_name, mark_controls, mark_range, read_mark
from scoring.models import Scorecard
from scoring.permissions import can_open_sheet, can_score
from scoring.selectors.assignments import next_assignment, own_scorecards
from scoring.selectors.sheets import (
    applicant_words,
    evidence_by_slot,
    marks_of_sheet,
    owed_items,
    sheet_result,
    sheet_totals,
    visit_defects,
)
from scoring.services.scorecards import (
    check_markable,
    lock_scorecard,
    save_marks,
    submit_scorecard,
)

THUMBNAILS = {MediaKind.IMAGE, MediaKind.VIDEO}


def load_card(request, pk):
    """The expert's own sheet of a dossier it did not recuse from; anything else is not there."""
    if not can_score(request.member):
        raise Http404("not an expert")
    return get_object_or_404(own_scorecards(request.member), pk=pk)


def _obstacle(request, card) -> str:
    """Why the sheet cannot be marked now, in Chinese; empty when it can."""
    try:
        check_markable(card, request.member)
    except Refused as refused:
        return refused.message
    return ""


@require_safe
def scorecard(request, pk):
    """The whole sheet on one screen; frozen once it is submitted."""
    card = load_card(request, pk)
    return _show(request, card, {}, {})


def _show(request, card, entered: dict, errors: dict, status: int = 200):
    """``entered``: what was typed and refused (the POST); ``errors``: item code → message."""
    marks = marks_of_sheet(card)
    dossier, definition = card.assignment.dossier, card.version.definition
    content = card.revision.content
    sheet = sheet_result(card, marks)
    obstacle = _obstacle(request, card)
    slots = evidence_by_slot(content)
    visit = visit_defects(card)
    certificates = certificates_by_slot(dossier)
    totals = sheet_totals(definition, dossier.track, sheet)
    sections = [
        {
            "code": section.code,
            "title": section.title,
            **totals["sections"][section.code],
            "has_inputs": any(not item.is_measured for item in owed_items(section, sheet)),
            "url": reverse(
                "scoring:section_save", args=[request.tenant.slug, card.pk, section.code]
            ),
            "rows": [
                {
                    "item": _item(definition, item, marks.get(item.code), sheet, entered),
                    "asked": [evidence.title for evidence in item.evidence],
                    "gallery": _gallery(request, slots.get(item.code, ())),
                    "self": _self(item, content["self_assessment"].get(item.code)),
                    "visit": visit.get(item.code),
                    "certificates": certificates.get(item.code, []),
                    "error": errors.get(item.code, ""),
                    "url": reverse(
                        "scoring:mark_save", args=[request.tenant.slug, card.pk, item.code]
                    ),
                }
                for item in owed_items(section, sheet)
            ],
        }
        for section in definition.sections(dossier.track)
        if section.code in totals["sections"]
    ]
    words = applicant_words(definition, dossier.track, content)
    for part in words["case_report"]:
        part["gallery"] = _gallery(request, slots.get(f"case:{part['code']}", ()))
    context = {
        "card": card,
        "dossier": dossier,
        "content": content,
        "definition": definition,
        "sections": sections,
        "totals": totals,
        "errors": [(code, _anchor(code), message) for code, message in errors.items()],
        "obstacle": obstacle,
        "is_frozen": bool(obstacle),
        "words": words,
        "materials": [
            {
                "title": part.title,
                "gallery": _gallery(request, slots.get(f"material:{part.code}", ())),
            }
            for part in definition.materials(dossier.track)
        ],
        "next": next_assignment(request.member, card),
    }
    return render(request, "scoring/scorecard.html", context, status=status)


def _anchor(code: str) -> str:
    return "item-" + code.replace(".", "-")


def _item(definition, item, mark, sheet, entered: dict) -> dict:
    result = sheet.items[item.code]
    controls = mark_controls(definition, item.code, mark.raw if mark else None)
    comment = mark.comment if mark else ""
    if entered:
        for control in controls:
            _refill(control, entered.get(control["name"], ""))
        comment = entered.get(comment_name(item.code), "")
    return {
        "code": item.code,
        "title": item.title,
        "maximum": item.points,
        "text": item.criterion,
        "range": mark_range(definition, item.code),
        "note": item.unstated_fields.get("floor", ""),
        "controls": controls,
        "comment_name": comment_name(item.code),
        "comment": comment,
        "is_marked": result.points is not None,
        "state": "" if result.points is None else result.text,
    }


def _refill(control: dict, value: str) -> None:
    if control["type"] != "buttons":
        control["value"] = value
        return
    for option in control["options"]:
        option["checked"] = option["value"] == value


def _self(item, raw) -> str:
    """What the applicant gave itself, in words."""
    if raw is None:
        return ""
    return f"{show(item.score(raw))} 分，{item.explain(raw)}"


def _gallery(request, pieces) -> list[dict]:
    slug = request.tenant.slug
    return [
        {
            "url": reverse("scoring:evidence_file", args=[slug, piece["id"]]),
            "title": piece["caption"] or piece["name"],
            "thumb_url": reverse("scoring:evidence_thumbnail", args=[slug, piece["id"]])
            if piece["kind"] in THUMBNAILS
            else "",
            "kind": MediaKind(piece["kind"]).label,
            "size": piece["size"],
        }
        for piece in pieces
    ]


def _given(card, code: str, data) -> dict | None:
    """What was entered for an item, as ``save_marks`` takes it; None when nothing was.

    The same number of defects as the county found, without places of one's own, takes the
    county's places over into the mark.
    """
    definition = card.version.definition
    mark = read_mark(definition, code, data)
    comment = data.get(comment_name(code), "").replace("\r\n", "\n").strip()
    if mark is None:
        if comment:
            raise MarkError(f"{code} 请先评分，再写评语。")
        return None
    if mark.get("defects") and not mark.get("places"):
        found = visit_defects(card).get(code)
        if found and str(found["defects"]) == str(mark["defects"]):
            mark["places"] = found["places"]
    return {"mark": mark, "comment": comment}


@require_POST
def mark_save(request, pk, item):
    """The script's way to save one item. JSON: totals, or ``{message}`` with 400, 403 or 409."""
    try:
        card = lock_scorecard(pk)
    except Scorecard.DoesNotExist:
        raise Http404("no such sheet") from None
    if not can_open_sheet(request.member, card):
        raise Http404("somebody else's sheet, or recused")
    definition = card.version.definition
    if item not in {one.code for one in definition.items(card.assignment.dossier.track)}:
        raise Http404("no such item")
    try:
        given = _given(card, item, request.POST)
        if given is None:
            return JsonResponse({"message": f"{item} 还没有评分。"}, status=400)
        sheet = save_marks(card, actor=request.member, marks={item: given})
    except MarkError as error:
        return JsonResponse({"message": str(error)}, status=400)
    except ValidationError as error:
        return JsonResponse({"message": "".join(error.messages)}, status=400)
    except Refused as refused:
        return JsonResponse({"message": refused.message}, status=refused.status)
    return JsonResponse(
        {
            "saved_at": f"{timezone.localtime(card.updated_at):%H:%M}",
            "points": show(sheet.items[item].points),
            "state": sheet.items[item].text,
            **sheet_totals(definition, card.assignment.dossier.track, sheet),
        }
    )


@require_POST
def section_save(request, pk, section):
    """The same without scripts: every mark entered in one section at once."""
    card = load_card(request, pk)
    definition, track = card.version.definition, card.assignment.dossier.track
    items = next((s.items_for(track) for s in definition.sections(track) if s.code == section), ())
    if not items:
        raise Http404("no such section")
    known = marks_of_sheet(card)
    marks, errors = {}, {}
    for item in items:
        if item.is_measured:
            continue
        try:
            given = _given(card, item.code, request.POST)
            if given is None:
                continue
            raw = definition.parse_mark(item.code, given["mark"])
        except MarkError as error:
            errors[item.code] = str(error)
            continue
        former = known.get(item.code)
        if former is None or (former.raw, former.comment) != (raw, given["comment"]):
            marks[item.code] = given
    if not errors and marks:
        try:
            save_marks(card, actor=request.member, marks=marks)
        except ValidationError as error:
            errors = {code: "".join(texts) for code, texts in error.message_dict.items()}
    if errors:
        return _show(request, card, request.POST, errors, status=400)
    messages.success(request, f"{section} 类已保存。" if marks else "没有改动。")
    url = reverse("scoring:scorecard", args=[request.tenant.slug, card.pk])
    return redirect(f"{url}#section-{section}")


@require_http_methods(["GET", "HEAD", "POST"])
def scorecard_check(request, pk):
    """The last look: what is missing, then the totals that will be frozen."""
    card = load_card(request, pk)
    url = reverse("scoring:scorecard", args=[request.tenant.slug, card.pk])
    if request.method == "POST":

        def act():
            submit_scorecard(card, actor=request.member)
            return url

        target = answer_once(request, act)
        messages.success(request, "评分表已提交。")
        return redirect(target)
    if card.submitted_at:
        return redirect(url)
    obstacle = _obstacle(request, card)
    marks = marks_of_sheet(card)
    definition, dossier = card.version.definition, card.assignment.dossier
    sheet = sheet_result(card, marks)
    context = {
        "card": card,
        "dossier": dossier,
        "obstacle": obstacle,
        "sheet": sheet,
        "missing": [
            {
                "title": f"{code} {definition.item(code).title}",
                "url": f"{url}#{_anchor(code)}",
                "status": "缺少实测数据" if definition.item(code).is_measured else "未评",
                "tone": "wait",
            }
            for code in sheet.missing
        ],
        "rows": [
            {
                "label": f"{result.code} {result.title}",
                "value": f"{show(result.points)} / {show(result.max)} 分",
            }
            for result in sheet.sections.values()
        ]
        + [{"label": "合计", "value": f"{show(sheet.total)} 分"}],
    }
    return render(request, "scoring/scorecard_check.html", context)
