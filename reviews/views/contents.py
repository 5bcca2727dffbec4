"""The frozen or drafted content as the pages show it: files get their addresses."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from core.wording import cn_date
from documents.enums import MediaKind
from reviews.models import Dossier, Evidence
from reviews.selectors.certificates import certificates_by_slot


def file_card(slug: str, pk, *, name: str, kind: str, size: int, caption: str = "", **more) -> dict:
    """One file for ``{% evidence_gallery %}``."""
    card = {
        "url": reverse("reviews:evidence_file", args=[slug, pk]),
        "title": caption or name,
        "kind": MediaKind(kind).label,
        "size": size,
        "note": name if caption else "",
        "thumb_url": "",
    }
    if kind != MediaKind.PDF:
        card["thumb_url"] = reverse("reviews:evidence_thumbnail", args=[slug, pk])
    return card | more


def evidence_cards(slug: str, evidence: list[Evidence]) -> list[dict]:
    return [
        file_card(
            slug,
            piece.pk,
            name=piece.name,
            kind=piece.file.kind,
            size=piece.file.size,
            caption=piece.caption,
        )
        for piece in evidence
    ]


def with_addresses(content: dict, slug: str, dossier: Dossier | None = None) -> dict:
    """``readable_content`` whose files became gallery cards (in place). ``dossier``: a submitted
    one, whose certificates stand beside the files."""
    certificates = certificates_by_slot(dossier) if dossier else {}
    rows = [*content["materials"], *content["case_report"]]
    rows += [item for section in content["sections"] for item in section["items"]]
    for row in rows:
        row["certificates"] = certificates.get(row["part"], [])
        row["cards"] = [
            file_card(
                slug,
                f["id"],
                name=f["name"],
                kind=f["kind"],
                size=f["size"],
                caption=f"{f['pair']}：{f['caption'] or f['name']}" if f["pair"] else f["caption"],
                note=_note(f),
            )
            for f in row["files"]
        ]
    return content


def _note(file: dict) -> str:
    """What stands below a frozen file: its name where the title is something else, and its day."""
    words = [file["name"]] if file["caption"] or file["pair"] else []
    if file.get("taken_on"):
        words.append(f"拍摄于 {cn_date(date.fromisoformat(file['taken_on']))}（申报单位填写）")
    elif file["taken_at"]:
        taken = timezone.localtime(datetime.fromisoformat(file["taken_at"]))
        words.append(f"拍摄于 {cn_date(taken.date())}")
    return " · ".join(words)
