"""What the desk check looks at, and what it found."""

from __future__ import annotations

from campaigns.definition import Definition
from reviews.models import DeskCheck, Dossier
from reviews.selectors.parts import material_slot

CASE_REPORT = "case_report"


def check_rows(definition: Definition, track: str) -> list[dict]:
    """The rows of the check list in order: ``code, title, group, asked``.

    The materials, the case report, then one row per item that asks for evidence. ``code`` is the
    slot of the evidence, or ``case_report``; ``asked`` says what the notice asks for.
    """
    rows = [
        {
            "code": material_slot(material.code),
            "title": material.title,
            "group": "申报材料",
            "asked": material.help or ("" if material.required else "选交"),
        }
        for material in definition.materials(track)
    ]
    report = definition.form.case_report
    if report:
        rows.append(
            {
                "code": CASE_REPORT,
                "title": report.title,
                "group": "申报材料",
                "asked": "、".join(section.title for section in report.sections),
            }
        )
    for item in definition.items(track):
        if item.evidence:
            rows.append(
                {
                    "code": item.code,
                    "title": f"{item.code} {item.title}",
                    "group": "佐证资料",
                    "asked": "、".join(evidence.title for evidence in item.evidence),
                }
            )
    return rows


def desk_check_of(dossier: Dossier) -> DeskCheck | None:
    """The check of the present revision."""
    return (
        DeskCheck.objects.filter(revision=dossier.revision_id)
        .select_related("checked_by__user", "checked_by__organisation")
        .first()
    )
