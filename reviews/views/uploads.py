"""Files that the applicant sends in pieces (tus 1.0): begun here, sent to ``documents:upload``, and
taken here when they are whole. Answers are JSON: ``{message}`` where something was refused."""

from __future__ import annotations

import base64
import binascii

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.answers import answer_once
from core.errors import STALE_PAGE, Refused
from core.requests import plain_text
from documents.selectors import visible_uploads
from documents.services import discard_upload
from reviews.services.dossiers import check_editable
from reviews.services.evidence import open_evidence_upload, take_upload
from reviews.views.dossiers import load_dossier
from reviews.views.evidence import known_slot, slot_url


def _refused(error: ValidationError | Refused) -> JsonResponse:
    if isinstance(error, Refused):
        return JsonResponse({"message": error.message}, status=error.status)
    return JsonResponse({"message": "".join(error.messages)}, status=422)


@require_POST
def upload_create(request, pk, slot):
    """Its applicant: begin a file. tus creation: ``Upload-Length`` and ``Upload-Metadata`` with
    filename and filetype; answers where to send the pieces."""
    dossier = load_dossier(request, pk)
    known_slot(dossier, slot)
    try:
        check_editable(dossier, request.member, slot)
        upload = open_evidence_upload(dossier, slot, **_announced(request), owner=request.member)
    except (ValidationError, Refused) as error:
        return _refused(error)
    address = reverse("documents:upload", args=[request.tenant.slug, upload.pk])
    return HttpResponse(status=201, headers={"Location": address, "Tus-Resumable": "1.0.0"})


def _announced(request) -> dict:
    """name, media_type and size that the headers say. Raises ValidationError."""
    length = request.headers.get("Upload-Length", "")
    pairs = request.headers.get("Upload-Metadata", "").split(",")
    try:
        said = {
            key: base64.b64decode(value, validate=True).decode()
            for key, _, value in (pair.strip().partition(" ") for pair in pairs)
        }
    except (binascii.Error, UnicodeDecodeError):
        raise ValidationError(STALE_PAGE) from None
    name = plain_text(said.get("filename", "")).replace("\\", "/").rpartition("/")[2].strip()
    if not length.isdecimal() or len(length) > 18:
        raise ValidationError(STALE_PAGE)
    media_type = plain_text(said.get("filetype", ""))
    return {"name": name or "未命名", "media_type": media_type, "size": int(length)}


@require_POST
def upload_take(request, pk, slot, upload):
    """Its applicant: a file that has arrived is checked and put into its slot. Asked again it gives
    the same answer: ``{url}`` of the file on its page, with ``is_known`` if it was there before."""
    dossier = load_dossier(request, pk)
    known_slot(dossier, slot)
    found = visible_uploads(request.member).filter(pk=upload).first()

    def act() -> str:
        piece = take_upload(
            dossier, slot, found or get_object_or_404(visible_uploads(request.member), pk=upload),
            actor=request.member,
        )  # fmt: skip
        same = "?same=1" if piece.is_known else ""
        return f"{slot_url(request, piece)}{same}#file-{piece.pk}"

    try:
        check_editable(dossier, request.member, slot)
        url = answer_once(request, act)
    except ValidationError as error:
        if found:
            discard_upload(found)
        return _refused(error)
    except Refused as error:
        return _refused(error)
    return JsonResponse({"url": url, "is_known": "?same=1" in url})
