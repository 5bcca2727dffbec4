"""The parts of a dossier, as one language for evidence slots, flags of a return and links.

``form`` · ``material:video`` · ``case:activities`` · ``self_assessment`` · an item code ``7.3``.
Evidence lies in materials, sections of the case report and items; an officer's flag may name any,
or ``all``: then nothing stays closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.definition import Definition
from documents.enums import MediaKind

FORM, SELF_ASSESSMENT, EVERYTHING = "form", "self_assessment", "all"
MEGABYTE = 1_048_576


@dataclass(frozen=True)
class Part:
    """``group``: form, material, case, self_assessment, item or all."""

    code: str
    title: str
    group: str


@dataclass(frozen=True)
class Slot:
    """A place for files with its limits. ``max_seconds`` is of one video."""

    code: str
    title: str
    group: str
    kinds: tuple[str, ...]
    min_count: int
    max_count: int
    max_megabytes: int
    max_seconds: int | None = None
    is_required: bool = False
    help: str = ""
    asked: tuple[str, ...] = ()
    issued_by: tuple[str, ...] = ()
    is_issued: bool = False
    """Only other bodies write what belongs here; the applicant uploads nothing."""

    @property
    def max_bytes(self) -> int:
        return self.max_megabytes * MEGABYTE


def material_slot(code: str) -> str:
    return f"material:{code}"


def case_slot(code: str) -> str:
    return f"case:{code}"


def group_of(code: str) -> str:
    """The group of a part: form, material, case, self_assessment, all or item."""
    known = {FORM: "form", SELF_ASSESSMENT: "self_assessment", EVERYTHING: "all"}
    prefix, colon, _ = code.partition(":")
    return known.get(code) or (prefix if colon else "item")


def dossier_parts(definition: Definition, track: str) -> list[Part]:
    """Every part of a dossier of the track in the order of the notice."""
    parts = [Part(FORM, definition.form.title, "form")]
    parts += [Part(material_slot(m.code), m.title, "material") for m in definition.materials(track)]
    parts += [Part(case_slot(s.code), s.title, "case") for s in definition.case_sections()]
    if definition.is_scored:
        parts.append(Part(SELF_ASSESSMENT, "自评", "self_assessment"))
    parts += [Part(i.code, f"{i.code} {i.title}", "item") for i in definition.items(track)]
    return [*parts, Part(EVERYTHING, "全部内容", "all")]


def dossier_slots(definition: Definition, track: str) -> dict[str, Slot]:
    """slot code → its limits, in the order of the notice: materials, case report, items."""
    slots = [_material(material) for material in definition.materials(track)]
    slots += [_case(section, definition) for section in definition.case_sections()]
    slots += [_item(item, definition) for item in definition.items(track)]
    return {slot.code: slot for slot in slots}


def _media(kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds that can be stored; an item that names none takes pictures and PDFs."""
    wanted = set(kinds)
    known = tuple(kind for kind in MediaKind.values if kind in wanted)
    return known or (MediaKind.IMAGE, MediaKind.PDF)


def _material(material) -> Slot:
    is_issued = material.issued_by != "applicant"
    return Slot(
        code=material_slot(material.code),
        title=material.title,
        group="material",
        kinds=_media(material.kinds),
        min_count=material.min_count if material.required and not is_issued else 0,
        max_count=material.max_count,
        max_megabytes=material.max_megabytes,
        max_seconds=material.max_seconds,
        is_required=material.required and not is_issued,
        help=material.help,
        issued_by=(material.issued_by,) if is_issued else (),
        is_issued=is_issued,
    )


def _case(section, definition: Definition) -> Slot:
    return Slot(
        code=case_slot(section.code),
        title=section.title,
        group="case",
        kinds=(MediaKind.IMAGE,),
        min_count=section.min_images,
        max_count=section.max_images,
        max_megabytes=definition.form.evidence_max_megabytes,
        is_required=section.min_images > 0,
    )


def _item(item, definition: Definition) -> Slot:
    kinds = {kind for evidence in item.evidence for kind in evidence.kinds}
    others = {e.issued_by for e in item.evidence if e.issued_by != "applicant"}
    own = [e for e in item.evidence if e.issued_by == "applicant"]
    mine = [e for e in own if e.required]
    return Slot(
        code=item.code,
        title=item.title,
        group="item",
        kinds=_media(kinds),
        min_count=1 if mine else 0,
        max_count=definition.form.evidence_max_count,
        max_megabytes=definition.form.evidence_max_megabytes,
        is_required=bool(mine) and definition.form.missing_evidence == "bars_submission",
        asked=tuple(evidence.title for evidence in item.evidence),
        issued_by=tuple(level.code for level in definition.levels if level.code in others),
        is_issued=bool(others) and not own,
    )
