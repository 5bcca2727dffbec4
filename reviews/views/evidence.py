"""Pages of files: overview of materials and evidence, one slot and its files, serving."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.answers import answer_once
from core.errors import Refused
from core.forms import answer_form
from documents.enums import MediaKind
from documents.serving import serve_file, serve_thumbnail
from reviews.forms.dossiers import EvidenceForm
from reviews.models import Evidence
from reviews.permissions.dossiers import can_edit_dossier
from reviews.selectors.evidence import (
    by_slot,
    outside_window,
    present_evidence,
    recently_removed,
    taken_day,
    visible_evidence,
)
from reviews.selectors.parts import Slot, dossier_slots
from reviews.selectors.returns import flags_on, open_parts
from reviews.services.dossiers import check_editable
from reviews.services.evidence import (
    add_evidence,
    describe_evidence,
    move_evidence,
    remove_evidence,
    restore_evidence,
    slot_of,
    turn_evidence,
)
from reviews.views.contents import evidence_cards
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


def known_slot(dossier, code: str) -> Slot:
    """The slot of that code, or 404."""
    try:
        return slot_of(dossier, code)
    except KeyError:
        raise Http404("no such slot") from None


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_slot(request, pk, slot):
    """Its applicant: the files of one slot, and more of them."""
    dossier = load_dossier(request, pk)
    known_slot(dossier, slot)
    if request.method != "POST":
        check_editable(dossier, request.member)
        return _slot_page(request, dossier, slot)
    try:
        check_editable(dossier, request.member, slot)
        errors = _receive(request, dossier, slot)
    except Refused as error:
        return _slot_page(request, dossier, slot, [error.message], status=error.status)
    return _slot_page(request, dossier, slot, errors) if errors else redirect(request.path)


def _receive(request, dossier, slot: str) -> list[str]:
    """Take what can be taken; the sentences about the rest."""
    uploads = request.FILES.getlist("files")
    if not uploads:
        return ["没有收到文件，请先选择文件再上传。"]
    errors, kept = [], 0
    for upload in uploads:
        try:
            piece = add_evidence(dossier, slot, upload, actor=request.member)
            if piece.is_known:
                messages.info(
                    request, f"“{upload.name}”与已上传的“{piece.name}”内容相同，没有重复收下。"
                )
            kept += not piece.is_known
        except ValidationError as error:
            errors += error.messages
    if kept:
        messages.success(request, f"已收下 {kept} 个文件。")
    return errors


def _slot_page(request, dossier, slot: str, errors=(), *, status: int = 200, form=None):
    """The page of a slot. form: the description of one of its files that was not saved."""
    context = _slot_context(request, dossier, slot, form) | {"errors": errors}
    return render(request, "reviews/dossier_slot.html", context, status=status)


def _slot_context(request, dossier, code: str, form: EvidenceForm | None) -> dict:
    slug, slots = request.tenant.slug, dossier_slots(dossier.version.definition, dossier.track)
    slot, window = slots[code], dossier.version.definition.evidence_window
    present = present_evidence(dossier)
    rows = _file_rows(slug, present, slots, code, form)
    outside = outside_window([row["piece"] for row in rows], window)
    for row in rows:
        row["is_outside"] = row["piece"] in outside
    removed = recently_removed(dossier, code)
    can_edit = can_edit_dossier(request.member, dossier)
    is_open = open_parts(dossier).opens(code)
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
        "can_edit": can_edit and is_open,
        "is_closed": can_edit and not is_open,
        "limits_hint": f"{limits_in_words(slot, with_size=False)}。",
        "is_multiple": slot.max_count > 1,
        "takes_pictures": MediaKind.IMAGE in slot.kinds,
        "issuers": issuers_in_words(dossier, slot),
        "accept": ",".join(ACCEPTED[kind] for kind in slot.kinds),
        "rows": rows,
        "outside": outside,
        "window_words": window_in_words(window),
        "missing": max(slot.min_count - len(rows), 0),
        "left": max(slot.max_count - len(rows), 0),
        "removed": removed,
        "undo": next((p for p in removed if str(p.pk) == request.GET.get("removed")), None),
        "upload_url": reverse("reviews:upload_create", args=[slug, dossier.pk, code]),
        "flag": flags_on(dossier).get(code, ""),
        "previous_url": address(at - 1),
        "next_url": address(at + 1),
        "back_url": _overview_url(slug, dossier, slot),
        "back_title": OVERVIEWS[slot.group][1],
    }


def _file_rows(slug: str, present: list[Evidence], slots, code: str, form) -> list[dict]:
    """The files of a slot as the page shows them."""
    pieces = _numbered(by_slot(present).get(code, []))
    pictures = _pictures(pieces)
    places = {piece.pk: piece.place for piece in pieces}
    after = {piece.before_id: piece.place for piece in pieces if piece.before_id}
    elsewhere: dict = {}
    for piece in present:
        if piece.slot != code and piece.slot in slots:
            elsewhere.setdefault(piece.file.content_id, slots[piece.slot].title)
    return [
        {
            "piece": piece,
            "number": piece.place,
            "card": card,
            "form": form
            if form and form.piece.pk == piece.pk
            else EvidenceForm(piece=piece, pictures=pictures),
            "day": taken_day(piece),
            "before": places.get(piece.before_id),
            "after": after.get(piece.pk),
            "elsewhere": elsewhere.get(piece.file.content_id, ""),
            "is_last": piece.place == len(pieces),
        }
        for piece, card in zip(pieces, evidence_cards(slug, pieces), strict=True)
    ]


def _numbered(pieces: list[Evidence]) -> list[Evidence]:
    for number, piece in enumerate(pieces, 1):
        piece.place = number
    return pieces


def _pictures(pieces: list[Evidence]) -> list[Evidence]:
    return [piece for piece in pieces if piece.file.kind == MediaKind.IMAGE]


def window_in_words(window) -> str:
    """``2023-03-01 以来，至 2023-12-31``."""
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


def slot_url(request, piece: Evidence) -> str:
    return reverse("reviews:dossier_slot", args=[request.tenant.slug, piece.dossier_id, piece.slot])


# What else the buttons of a file do once its description is saved.
MOVES = {"up": -1, "down": 1}
TURNS = {"left": -1, "right": 1}


@require_POST
def evidence_change(request, pk):
    """Its applicant: remove a file; or save what is said of it, and move or turn it if asked
    (``then``)."""
    piece = _load_piece(request, pk)
    dossier, then = load_dossier(request, piece.dossier_id), request.POST.get("then", "")
    if then == "remove":
        return _answered(request, dossier, piece, lambda: _remove(request, piece))
    pictures = _pictures(_numbered(by_slot(present_evidence(dossier)).get(piece.slot, [])))
    form = EvidenceForm(request.POST, piece=piece, pictures=pictures)
    url, status = answer_form(
        request,
        form,
        lambda: _change(request, piece, form.values(), then),
        check=lambda: check_editable(dossier, request.member, piece.slot),
    )
    if url:
        return redirect(url)
    errors = [message for messages in form.errors.values() for message in messages]
    dossier = load_dossier(request, dossier.pk)
    return _slot_page(request, dossier, piece.slot, errors, status=status, form=form)


def _change(request, piece: Evidence, values: dict, then: str) -> str:
    """Do what the button says and return where to go on."""
    piece = describe_evidence(piece, actor=request.member, **values)
    if then in MOVES:
        move_evidence(piece, MOVES[then], actor=request.member)
    elif then in TURNS:
        piece = turn_evidence(piece, TURNS[then], actor=request.member)
    else:
        messages.success(request, f"已保存“{piece.name}”的说明。")
    return f"{slot_url(request, piece)}#file-{piece.pk}"


def _remove(request, piece: Evidence) -> str:
    remove_evidence(piece, actor=request.member)
    return f"{slot_url(request, piece)}?removed={piece.pk}#undo"


@require_POST
def evidence_restore(request, pk):
    """Its applicant: undo a removal."""
    piece = _load_piece(request, pk)

    def act() -> str:
        restored = restore_evidence(piece, actor=request.member)
        messages.success(request, f"已恢复“{restored.name}”。")
        return f"{slot_url(request, restored)}#file-{restored.pk}"

    return _answered(request, load_dossier(request, piece.dossier_id), piece, act)


def _answered(request, dossier, piece: Evidence, act):
    """Do it once and go on; what is refused is said on the page of the slot."""
    try:
        check_editable(dossier, request.member, piece.slot)
        return redirect(answer_once(request, act))
    except Refused as error:
        said, status = [error.message], error.status
    except ValidationError as error:
        said, status = error.messages, 200
    dossier = load_dossier(request, dossier.pk)
    return _slot_page(request, dossier, piece.slot, said, status=status)


@require_safe
def evidence_file(request, pk):
    """Who sees the dossier: the file itself."""
    return serve_file(request, _load_piece(request, pk).file)


@require_safe
def evidence_thumbnail(request, pk):
    return serve_thumbnail(request, _load_piece(request, pk).file)
