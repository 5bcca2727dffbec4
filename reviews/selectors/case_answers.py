"""A section of the case report as it was answered: its words, the day and the figures it names.

In ``case_report`` they stand beside the texts: ``"good_deed:on": "2023-06-15"`` beside
``"good_deed"``, ``"p7:figure": "96.5"`` beside ``"p7"``. All values are texts.
"""

from __future__ import annotations

from datetime import date

from campaigns.definition.form import CasePart, CaseSection
from core.wording import cn_date

ON, FIGURE = "on", "figure"


def day_key(section: CaseSection) -> str:
    return f"{section.code}:{ON}"


def figure_key(part: CasePart) -> str:
    return f"{part.code}:{FIGURE}"


def figure_title(part: CasePart) -> str:
    """What the figure of a part is called beside the part."""
    name = part.figure.title if part.figure else ""
    return f"{part.title}：{name}" if name != part.title else f"{name}的数值"


def section_of(key: str) -> str:
    """The section to which a key of the case report belongs."""
    return key.partition(":")[0]


def keys_of(section: CaseSection) -> set[str]:
    """Every key that a section with parts may have."""
    figures = {figure_key(part) for part in section.parts if part.figure}
    return {part.code for part in section.parts} | figures


def case_answer(section: CaseSection, report: dict) -> dict:
    """``{"on", "text", "parts": [{"title", "figure", "text"}]}`` in words; what was not asked for
    or not given is empty."""
    given = report.get(section.code)
    texts = given if isinstance(given, dict) else {}
    day = report.get(day_key(section))
    return {
        "on": cn_date(date.fromisoformat(day)) if day else "",
        "text": given if isinstance(given, str) else "",
        "parts": [
            {
                "title": part.title,
                "figure": _figure(part, texts.get(figure_key(part))),
                "text": texts.get(part.code) or "",
            }
            for part in section.parts
        ],
    }


def _figure(part: CasePart, value: str | None) -> str:
    return f"{part.figure.title} {value}{part.figure.unit}" if part.figure and value else ""


def day_problem(section: CaseSection, day: str | None) -> str:
    """Chinese: why a day does not belong to the section; empty when it does."""
    if day and section.since and date.fromisoformat(day) < section.since:
        return f"“{section.title}”只写 {cn_date(section.since)} 以来的，填写的时间更早"
    return ""
