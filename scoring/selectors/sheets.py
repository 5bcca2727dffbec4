"""One expert's sheet as it is read: what the applicant sent beside each item, marks and totals."""

from __future__ import annotations

from campaigns.definition import Definition
from campaigns.definition.rubric import Section
from campaigns.rubric import Item, show
from reviews.models import Dossier
from reviews.selectors.case_answers import case_answer
from reviews.selectors.sign_offs import defects_by_item
from scoring.engine import SheetResult, score_sheet
from scoring.models import Mark, Scorecard
from scoring.selectors.facts import measured_facts


def marks_of_sheet(card: Scorecard) -> dict[str, Mark]:
    """item code → mark. One query."""
    return {mark.item: mark for mark in Mark.objects.filter(scorecard=card)}


def sheet_result(card: Scorecard, marks: dict[str, Mark]) -> SheetResult:
    """Totals of the marks, computed by the engine."""
    dossier, definition = card.assignment.dossier, card.version.definition
    raw = {code: mark.raw for code, mark in marks.items()}
    return score_sheet(definition, dossier.track, raw, measured_facts(definition, dossier))


def due_items(dossier: Dossier) -> int:
    """How many items a sheet of this dossier owes."""
    definition = dossier.version.definition
    facts = measured_facts(definition, dossier)
    return score_sheet(definition, dossier.track, {}, facts).due_count


def owed_items(section: Section, sheet: SheetResult) -> list[Item]:
    """The items of a section that this sheet asks for."""
    return [item for item in section.items if sheet.owes(item.code)]


def sheet_totals(definition: Definition, track: str, sheet: SheetResult) -> dict:
    """The running totals as the page shows them; all values are text or whole numbers."""
    missing = set(sheet.missing)
    sections = {}
    for section in definition.sections(track):
        owed = owed_items(section, sheet)
        if not owed:
            continue
        result = sheet.sections.get(section.code)
        left = sum(1 for item in owed if item.code in missing)
        sections[section.code] = {
            "points": show(result.points) if result else "0",
            "maximum": show(result.max) if result else "0",
            "left": left,
            "note": result.text if result and result.rescaled and not left else "",
        }
    return {
        "total": show(sheet.total),
        "marked": sheet.marked_count,
        "left": len(missing),
        "due": sheet.due_count,
        "sections": sections,
    }


def evidence_by_slot(content: dict) -> dict[str, list[dict]]:
    """slot → the pieces frozen in the revision, in their order."""
    slots: dict[str, list[dict]] = {}
    for piece in content["evidence"]:
        slots.setdefault(piece["slot"], []).append(piece)
    return slots


def visit_defects(card: Scorecard) -> dict[str, dict]:
    """What the county found on the spot: item → ``{"defects": n, "places": [text]}``."""
    return defects_by_item(card.assignment.dossier)


def _joined(fact: str, text: str) -> str:
    """A day or figure before the words it belongs to."""
    return f"{fact}。{text}" if fact else text


def applicant_words(definition: Definition, track: str, content: dict) -> dict[str, list[dict]]:
    """``{"form": [{label, value}], "case_report": [{title, paragraphs: [{title, text}]}]}``."""
    form = []
    for field in definition.fields(track):
        value = content["form"].get(field.code)
        names = {choice.code: choice.title for choice in field.choices}
        if isinstance(value, bool):
            value = "是" if value else "否"
        form.append({"label": field.title, "value": names.get(value, value) or "未填写"})
    case = []
    for section in definition.case_sections():
        answer = case_answer(section, content["case_report"])
        texts = [
            {"title": part["title"], "text": _joined(part["figure"], part["text"])}
            for part in answer["parts"]
        ] or [{"title": "", "text": _joined(answer["on"], answer["text"])}]
        case.append(
            {
                "code": section.code,
                "title": section.title,
                "texts": [text for text in texts if text["text"]],
            }
        )
    return {"form": form, "case_report": case}
