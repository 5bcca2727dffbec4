"""Pages of files: overview of materials and evidence, one slot, captions, removal, serving."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.answers import answer_once
from documents.enums import MediaKind
from documents.serving import serve_file, serve_thumbnail
from reviews.forms.dossiers import CaptionForm
from reviews.models import Evidence
from reviews.selectors.evidence import by_slot, present_evidence, visible_evidence
from reviews.selectors.parts import Slot, dossier_slots
from reviews.selectors.returns import flags_on, open_parts
from reviews.services.dossiers import check_editable
from reviews.services.evidence import add_evidence, describe_evidence, remove_evidence
from reviews.views.contents import evidence_cards, file_card
from reviews.views.dossiers import load_dossier

ACCEPTED = {
    MediaKind.IMAGE: "image/*,.heic",
    MediaKind.PDF: "application/pdf",
    MediaKind.VIDEO: "video/*",
}


@require_safe
def dossier_materials(request, pk):
    """Its applicant: the files that belong to the application as a whole."""
    dossier = load_dossier(request, pk)
    check_editable(dossier, request.member)
    slots = _slots_of(dossier, "material")
    rows = _rows(request, dossier, slots)
    context = {"dossier": dossier, "rows": rows}
    return render(request, "reviews/dossier_materials.html", context)


@require_safe
def dossier_evidence(request, pk):
    """Its applicant: every item of the rubric with the evidence asked for and given."""
    dossier = load_dossier(request, pk)
    check_editable(dossier, request.member)
    definition = dossier.version.definition
    rows = {row["slot"].code: row for row in _rows(request, dossier, _slots_of(dossier, "item"))}
    sections = [
        {
            "section": section,
            "rows": [
                {"item": item, **rows[item.code]} for item in section.items_for(dossier.track)
            ],
        }
        for section in definition.sections(dossier.track)
    ]
    for row in sections:
        row["given"] = sum(1 for item in row["rows"] if item["cards"])
    return render(
        request, "reviews/dossier_evidence.html", {"dossier": dossier, "sections": sections}
    )


def _slots_of(dossier, group: str) -> list[Slot]:
    slots = dossier_slots(dossier.version.definition, dossier.track).values()
    return [slot for slot in slots if slot.group == group]


def _rows(request, dossier, slots: list[Slot]) -> list[dict]:
    slug = request.tenant.slug
    files, flags = by_slot(present_evidence(dossier)), flags_on(dossier)
    opened = open_parts(dossier)
    return [
        {
            "slot": slot,
            "limits": limits_in_words(slot),
            "issuers": issuers_in_words(dossier, slot),
            "cards": evidence_cards(slug, files.get(slot.code, [])),
            "flag": flags.get(slot.code, ""),
            "is_open": opened.opens(slot.code),
            "url": reverse("reviews:dossier_slot", args=[slug, dossier.pk, slot.code]),
        }
        for slot in slots
    ]


def limits_in_words(slot: Slot, *, with_size: bool = True) -> str:
    """``图片、PDF 文件，最多 10 个，每个不超过 20 MB``."""
    words = ["、".join(MediaKind(kind).label for kind in slot.kinds)]
    words.append(f"最多 {slot.max_count} 个")
    if slot.max_seconds:
        minutes, seconds = divmod(slot.max_seconds, 60)
        length = f"{minutes} 分钟" if minutes else ""
        words.append(f"时长不超过 {length}{f'{seconds} 秒' if seconds else ''}")
    if with_size:
        words.append(f"每个不超过 {slot.max_megabytes} MB")
    return "，".join(words)


def issuers_in_words(dossier, slot: Slot) -> str:
    """The bodies that issue what is asked here, when it is not the applicant."""
    levels = {level.code: level.body for level in dossier.version.definition.levels}
    return "、".join(levels.get(code, code) for code in slot.issued_by)


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_slot(request, pk, slot):
    """Its applicant: the files of one slot, and more of them."""
    dossier = load_dossier(request, pk)
    check_editable(dossier, request.member)
    slots = dossier_slots(dossier.version.definition, dossier.track)
    if slot not in slots:
        raise Http404("no such slot")
    errors = []
    if request.method == "POST":
        errors = _receive(request, dossier, slot)
        if not errors:
            return redirect(request.path)
    return render(
        request, "reviews/dossier_slot.html", _slot_context(request, dossier, slots, slot, errors)
    )


def _receive(request, dossier, slot: str) -> list[str]:
    """Take what can be taken; the sentences about the rest."""
    uploads = request.FILES.getlist("files")
    if not uploads:
        return ["没有收到文件，请先选择文件再上传。"]
    errors, kept = [], 0
    for upload in uploads:
        try:
            add_evidence(dossier, slot, upload, actor=request.member)
            kept += 1
        except ValidationError as error:
            errors += error.messages
    if kept:
        messages.success(request, f"已收下 {kept} 个文件。")
    return errors


def _slot_context(
    request,
    dossier,
    slots: dict[str, Slot],
    code: str,
    errors: list[str],
    typed: dict | None = None,
) -> dict:
    """typed: evidence id → caption that was not saved."""
    slug, slot = request.tenant.slug, slots[code]
    window = dossier.version.definition.evidence_window
    pieces = by_slot(present_evidence(dossier)).get(code, [])
    for piece in pieces:
        taken = piece.file.taken_at
        piece.is_outside = bool(taken and not window.covers(timezone.localdate(taken)))
        piece.shown_caption = (typed or {}).get(piece.pk, piece.caption)
    group = [s.code for s in slots.values() if s.group == slot.group]
    at = group.index(code)

    def address(index: int) -> str:
        if not 0 <= index < len(group):
            return ""
        return reverse("reviews:dossier_slot", args=[slug, dossier.pk, group[index]])

    return {
        "dossier": dossier,
        "slot": slot,
        "title": f"{slot.code} {slot.title}" if slot.group == "item" else slot.title,
        "item": dossier.version.definition.item(code) if slot.group == "item" else None,
        "limits_hint": f"{limits_in_words(slot, with_size=False)}。",
        "is_multiple": slot.max_count > 1,
        "issuers": issuers_in_words(dossier, slot),
        "accept": ",".join(ACCEPTED[kind] for kind in slot.kinds),
        "pieces": list(zip(pieces, evidence_cards(slug, pieces), strict=True)),
        "window_words": _in_words(window),
        "left": max(slot.max_count - len(pieces), 0),
        "flag": flags_on(dossier).get(code, ""),
        "is_open": open_parts(dossier).opens(code),
        "errors": errors,
        "previous_url": address(at - 1),
        "next_url": address(at + 1),
        "back_url": _overview_url(slug, dossier, slot),
        "back_title": OVERVIEWS[slot.group][1],
    }


def _in_words(window) -> str:
    since = f"{window.since:%Y-%m-%d} 以来" if window.since else ""
    return f"{since}{f'，至 {window.until:%Y-%m-%d}' if window.until else ''}"


OVERVIEWS = {
    "material": ("dossier_materials", "申报材料附件"),
    "item": ("dossier_evidence", "佐证材料"),
    "case": ("dossier_case_report", "典型案例材料"),
}


def _overview_url(slug: str, dossier, slot: Slot) -> str:
    return reverse(f"reviews:{OVERVIEWS[slot.group][0]}", args=[slug, dossier.pk])


def _load_piece(request, pk) -> Evidence:
    piece = visible_evidence(request.member, pk)
    if piece is None:
        raise Http404("no such file")
    return piece


def _slot_url(request, piece: Evidence) -> str:
    return reverse("reviews:dossier_slot", args=[request.tenant.slug, piece.dossier_id, piece.slot])


@require_POST
def evidence_caption(request, pk):
    """Its applicant: say what a file shows."""
    piece = _load_piece(request, pk)
    form = CaptionForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors["caption"])
        describe_evidence(piece, form.cleaned_data["caption"], actor=request.member)
    except ValidationError as error:
        dossier = load_dossier(request, piece.dossier_id)
        slots = dossier_slots(dossier.version.definition, dossier.track)
        typed = {piece.pk: request.POST.get("caption", "")}
        context = _slot_context(request, dossier, slots, piece.slot, error.messages, typed)
        return render(request, "reviews/dossier_slot.html", context)
    messages.success(request, "已保存说明。")
    return redirect(_slot_url(request, piece))


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_remove(request, pk):
    """Its applicant: take a file out of the draft, after a look at it."""
    piece = _load_piece(request, pk)
    check_editable(piece.dossier, request.member, piece.slot)

    def act():
        remove_evidence(piece, actor=request.member)
        messages.success(request, f"已删除“{piece.name}”。")
        return _slot_url(request, piece)

    if request.method == "POST":
        return redirect(answer_once(request, act))
    slug = request.tenant.slug
    context = {
        "piece": piece,
        "cards": [
            file_card(slug, piece.pk, name=piece.name, kind=piece.file.kind, size=piece.file.size)
        ],
        "back": _slot_url(request, piece),
    }
    return render(request, "reviews/evidence_remove.html", context)


@require_safe
def evidence_file(request, pk):
    """Who sees the dossier: the file itself."""
    return serve_file(request, _load_piece(request, pk).file)


@require_safe
def evidence_thumbnail(request, pk):
    return serve_thumbnail(request, _load_piece(request, pk).file)
