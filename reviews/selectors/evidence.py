"""Reads of the files of a dossier."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Membership
from campaigns.definition.head import Window
from documents.models import StoredFile, Upload
from reviews.models import Dossier, Evidence, Revision
from reviews.permissions.dossiers import can_write_dossier
from reviews.selectors.dossiers import visible_dossiers


def present_evidence(dossier: Dossier) -> list[Evidence]:
    """The files of the draft, in order within their slots."""
    present = dossier.evidence.filter(removed_at=None).select_related("file")
    return list(present.order_by("slot", "position", "pk"))


def same_content(present: QuerySet[Evidence], file: StoredFile) -> Evidence | None:
    """The one of ``present`` that holds the same content, however it is turned."""
    root = file.content_id
    return present.filter(Q(file=root) | Q(file__upright=root)).first()


def recently_removed(dossier: Dossier, slot: str) -> list[Evidence]:
    """What was taken out of a slot and can be brought back, the newest first: not what is there
    again, nor what was only turned."""
    pieces = list(
        dossier.evidence.filter(slot=slot).select_related("file").order_by("-removed_at", "-pk")
    )
    seen = {piece.file.content_id for piece in pieces if not piece.removed_at}
    removed = []
    for piece in pieces:
        if piece.removed_at and piece.file.content_id not in seen:
            seen.add(piece.file.content_id)
            removed.append(piece)
    return removed


def uploads_for(dossier: Dossier) -> QuerySet[Upload]:
    """Files on their way to the dossier."""
    return Upload.objects.filter(purpose__startswith=f"{dossier.pk}:")


def taken_day(piece: Evidence) -> date | None:
    """The day a file was taken: as the applicant says, else as the camera wrote."""
    if piece.taken_on:
        return piece.taken_on
    return timezone.localdate(piece.file.taken_at) if piece.file.taken_at else None


def outside_window(evidence: list[Evidence], window: Window) -> list[Evidence]:
    """The files that were taken outside of the time that the notice asks for."""
    days = ((piece, taken_day(piece)) for piece in evidence)
    return [piece for piece, day in days if day and not window.covers(day)]


def by_slot(evidence: list[Evidence]) -> dict[str, list[Evidence]]:
    slots: dict[str, list[Evidence]] = {}
    for piece in evidence:
        slots.setdefault(piece.slot, []).append(piece)
    return slots


def counts_by_slot(evidence: list[Evidence]) -> dict[str, int]:
    return {slot: len(pieces) for slot, pieces in by_slot(evidence).items()}


def visible_evidence(member: Membership, pk) -> Evidence | None:
    """One file for ``member``: the applicant sees its own, the others what was submitted."""
    piece = (
        Evidence.objects.filter(pk=pk, dossier__in=visible_dossiers(member))
        .select_related("file", "dossier")
        .first()
    )
    if piece is None or can_write_dossier(member, piece.dossier) or is_submitted(piece):
        return piece
    return None


def is_submitted(piece: Evidence) -> bool:
    """Whether some revision of the dossier holds this file."""
    named = [{"id": str(piece.pk)}]
    return Revision.objects.filter(
        dossier_id=piece.dossier_id, content__evidence__contains=named
    ).exists()
