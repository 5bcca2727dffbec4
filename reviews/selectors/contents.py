"""The content of a revision: what is frozen, and how it is read again.

``content`` (schema 1)::

    {"schema": 1,
     "dossier": {"id", "number", "track", "track_title"},
     "campaign": {"key", "title", "version", "definition_sha256"},
     "community": {"id", "code", "name", "address", "county", "street", "neighbourhood", "kind",
                   "kind_title", "floor_area", "households", "built_year"},
     "applicant": {"id", "name", "kind"},
     "form": {field: value},                      # every field, those of the registry included
     "case_report": {section: text | {part: text}},  # and reviews.selectors.case_answers
     "self_assessment": {item: mark},
     "self_assessment_totals": {"points", "maximum", "sections": {section: points}},
     "evidence": [{"id", "slot", "name", "caption", "kind", "file", "sha256", "size",
                   "taken_at", "taken_on", "before"}],  # before: id of its pair, or None
     "pledge": text or None}

All values are plain JSON; numbers are strings.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from accounts.models import Division
from campaigns.definition import Definition
from campaigns.rubric import show
from reviews.models import Dossier, Evidence
from reviews.selectors.case_answers import case_answer
from reviews.selectors.parts import FORM, case_slot, dossier_slots
from reviews.selectors.self_assessment import self_assessment_totals

SCHEMA = 1


def registry_values(dossier: Dossier) -> dict[str, str]:
    """Values of the form's fields that the registry fills, by type."""
    return {
        "community": dossier.community.name,
        "organisation": dossier.applicant.name,
        "track": dossier.version.definition.track(dossier.track).title,
    }


def form_values(dossier: Dossier) -> dict:
    """Every field of the form that applies to the track: typed or from the registry."""
    typed, known = dossier.draft.get("form", {}), registry_values(dossier)
    return {
        field.code: known.get(field.type, typed.get(field.code))
        for field in dossier.version.definition.fields(dossier.track)
    }


def frozen_content(dossier: Dossier, evidence: Iterable[Evidence]) -> dict:
    """The content of a new revision from the draft as it stands."""
    definition = dossier.version.definition
    draft = dossier.draft
    marks = draft.get("self_assessment", {})
    pledge = definition.form.pledge
    return {
        "schema": SCHEMA,
        "dossier": {
            "id": str(dossier.pk),
            "number": dossier.number,
            "track": dossier.track,
            "track_title": definition.track(dossier.track).title,
        },
        "campaign": {
            "key": dossier.campaign.key,
            "title": dossier.campaign.title,
            "version": dossier.version.number,
            "definition_sha256": dossier.version.sha256,
        },
        "community": _community(dossier.community),
        "applicant": {
            "id": str(dossier.applicant_id),
            "name": dossier.applicant.name,
            "kind": dossier.applicant.kind,
        },
        "form": form_values(dossier),
        "case_report": draft.get("case_report", {}),
        "self_assessment": marks,
        "self_assessment_totals": _totals(definition, dossier.track, marks),
        "evidence": [_evidence(piece) for piece in evidence],
        "pledge": pledge.text if pledge else None,
    }


def _community(community) -> dict:
    codes = [code for code in community.division.path.split("/") if code]
    names = dict(Division.objects.filter(code__in=codes).values_list("level", "name"))
    return {
        "id": str(community.pk),
        "code": community.code,
        "name": community.name,
        "address": community.address,
        "county": community.county.name,
        "street": names.get("street", ""),
        "neighbourhood": names.get("neighbourhood", ""),
        "kind": community.kind,
        "kind_title": community.get_kind_display(),
        "floor_area": None if community.floor_area is None else show(community.floor_area),
        "households": community.households,
        "built_year": community.built_year,
    }


def _totals(definition, track: str, marks: dict) -> dict:
    totals = self_assessment_totals(definition, track, marks)
    return {
        "points": show(totals.points),
        "maximum": show(totals.maximum),
        "sections": {section.code: show(section.points) for section in totals.sections},
    }


def _evidence(piece: Evidence) -> dict:
    file = piece.file
    return {
        "id": str(piece.pk),
        "slot": piece.slot,
        "name": piece.name,
        "caption": piece.caption,
        "kind": file.kind,
        "file": str(file.pk),
        "sha256": file.sha256,
        "size": file.size,
        "taken_at": file.taken_at.isoformat() if file.taken_at else None,
        "taken_on": piece.taken_on.isoformat() if piece.taken_on else None,
        "before": str(piece.before_id) if piece.before_id else None,
    }


# ---- reading a content again -----------------------------------------------------------------


def readable_content(definition: Definition, track: str, content: dict) -> dict:
    """``content`` in the order of the notice, for pages and papers::

        {"form": [{"code", "part", "title", "value"}],
         "materials": [{"part", "title", "files"}],
         "case_report": [{"part", "title", "since", "on", "text",
                          "parts": [{"title", "figure", "text"}], "files"}],
         "sections": [{"code", "title", "points", "maximum", "items": [{"part", "code", "title",
                       "criterion", "maximum", "is_bonus", "points", "words", "asked", "files"}]}],
         "points", "maximum"}

    ``files`` are entries of ``content["evidence"]``; ``part`` is the code a flag would name.
    """
    files: dict[str, list[dict]] = {}
    for piece in content["evidence"]:
        files.setdefault(piece["slot"], []).append(piece)
    files = {slot: in_pairs(pieces) for slot, pieces in files.items()}
    totals = content["self_assessment_totals"]
    return {
        "form": [_form_row(field, content["form"]) for field in definition.fields(track)],
        "materials": [
            {"part": slot.code, "title": slot.title, "files": files.get(slot.code, [])}
            for slot in dossier_slots(definition, track).values()
            if slot.group == "material"
        ],
        "case_report": [
            _case_row(section, content["case_report"], files)
            for section in definition.case_sections()
        ],
        "sections": [
            {
                "code": section.code,
                "title": section.title,
                "points": totals["sections"].get(section.code, "0"),
                "maximum": show(section.points),
                "items": [
                    _item_row(item, content["self_assessment"], files)
                    for item in section.items_for(track)
                ],
            }
            for section in definition.sections(track)
        ],
        "points": totals["points"],
        "maximum": totals["maximum"],
    }


def in_pairs(pieces: list[dict]) -> list[dict]:
    """Files of one place in their order, but each 之后 right behind its 之前; ``pair`` is one of
    these words or empty."""
    after = {piece["before"]: piece for piece in pieces if piece.get("before")}
    present = {piece["id"] for piece in pieces}
    ordered = []
    for piece in pieces:
        if piece.get("before") in present:
            continue
        follower = after.get(piece["id"])
        ordered.append({**piece, "pair": "之前" if follower else ""})
        if follower:
            ordered.append({**follower, "pair": "之后"})
    return ordered


def _form_row(field, values: dict) -> dict:
    value = values.get(field.code)
    if field.type == "boolean":
        value = "是" if value else "否"
    elif field.type == "choice":
        value = {choice.code: choice.title for choice in field.choices}.get(value, value)
    elif field.type == "date" and value:
        day = date.fromisoformat(value)
        value = f"{day.year}年{day.month}月{day.day}日"
    return {"code": field.code, "part": FORM, "title": field.title, "value": value or ""}


def _case_row(section, report: dict, files: dict) -> dict:
    return {
        "part": case_slot(section.code),
        "code": section.code,
        "title": section.title,
        "since": section.since,
        **case_answer(section, report),
        "files": files.get(case_slot(section.code), []),
    }


def _item_row(item, marks: dict, files: dict) -> dict:
    mark = marks.get(item.code)
    return {
        "part": item.code,
        "code": item.code,
        "title": item.title,
        "criterion": item.criterion,
        "maximum": show(item.points),
        "is_bonus": item.is_bonus,
        "points": None if mark is None else show(item.score(mark)),
        "words": "" if mark is None else item.explain(mark),
        "asked": [evidence.title for evidence in item.evidence],
        "files": files.get(item.code, []),
    }
