"""Reads of the files of a dossier."""

from __future__ import annotations

from accounts.models import Membership
from reviews.models import Dossier, Evidence, Revision
from reviews.permissions.dossiers import is_own_dossier
from reviews.selectors.dossiers import visible_dossiers


def present_evidence(dossier: Dossier) -> list[Evidence]:
    """The files of the draft, in order within their slots."""
    present = dossier.evidence.filter(removed_at=None).select_related("file")
    return list(present.order_by("slot", "position", "pk"))


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
    if piece is None or is_own_dossier(member, piece.dossier) or is_submitted(piece):
        return piece
    return None


def is_submitted(piece: Evidence) -> bool:
    """Whether some revision of the dossier holds this file."""
    named = [{"id": str(piece.pk)}]
    return Revision.objects.filter(
        dossier_id=piece.dossier_id, content__evidence__contains=named
    ).exists()
