"""A revision as officers read it: the content in the order of the notice, its files as pictures."""

from __future__ import annotations

from django.urls import reverse

from documents.enums import MediaKind
from reviews.models import Dossier
from reviews.selectors.contents import readable_content
from reviews.selectors.parts import FORM, SELF_ASSESSMENT


def reading(dossier: Dossier, slug: str, *, flags: dict[str, str] | None = None) -> dict:
    """``readable_content`` of the present revision with, per part, ``gallery`` (items of the
    component ``evidence_gallery``) and ``flag`` (``part, is_set, comment``)."""
    flags = flags or {}
    definition = dossier.version.definition
    content = readable_content(definition, dossier.track, dossier.revision.content)
    parts = [*content["materials"], *content["case_report"]]
    parts += [item for section in content["sections"] for item in section["items"]]
    for part in parts:
        part["gallery"] = [_piece(piece, slug) for piece in part["files"]]
        part["flag"] = _flag(part["part"], flags)
    form = [{"label": row["title"], "value": row["value"] or "—"} for row in content["form"]]
    files = [piece for part in parts for piece in part["files"]]
    return content | {
        "form": form,
        "form_flag": _flag(FORM, flags),
        "self_assessment_flag": _flag(SELF_ASSESSMENT, flags),
        "file_count": len(files),
        "has_flags": bool(flags),
    }


def _flag(part: str, flags: dict[str, str]) -> dict:
    return {"part": part, "is_set": part in flags, "comment": flags.get(part, "")}


def _piece(piece: dict, slug: str) -> dict:
    args = [slug, piece["id"]]
    shown = {
        "url": reverse("reviews:evidence_file", args=args),
        "title": piece["caption"] or piece["name"],
        "kind": MediaKind(piece["kind"]).label,
        "size": piece["size"],
    }
    if piece["kind"] != MediaKind.PDF:
        shown["thumb_url"] = reverse("reviews:evidence_thumbnail", args=args)
    return shown
