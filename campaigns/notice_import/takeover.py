"""From accepted rows to sections of a definition, as data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from campaigns.definition.problems import Locator, problems_of
from campaigns.notice_import.proposal import Proposal, ProposedItem, ProposedSection
from campaigns.rubric import KINDS
from campaigns.rubric.base import show

# What an annex can say; the other kinds need facts and tables that are filled in the designer.
TAKEN_KINDS = (
    "judged", "all_or_nothing", "per_defect", "components", "graded", "negative", "bonus",
)  # fmt: skip


def sections_data(proposal: Proposal) -> list[dict[str, Any]]:
    """The sections that still have items. Codes count anew: “7.3” is the third row of the seventh."""
    codes = proposal.codes()
    return [
        _section_data(proposal, section, codes)
        for section in proposal.sections
        if section.key in codes
    ]


def _section_data(proposal: Proposal, section: ProposedSection, codes: dict) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": codes[section.key],
        "title": section.title or f"第 {codes[section.key]} 类",
        "source": f"附件 {section.place}",
        "items": [item_data(item, section, codes[item.key]) for item in proposal.items_of(section)],
    }
    if section.is_weight:
        data["weight"] = show(section.amount or Decimal(0))
        return data
    data["points"] = show(proposal.sum_of(section) if section.amount is None else section.amount)
    if section.amount is None:
        data["unstated"] = {"points": "方案未印本类分值，按各项合计"}
    return data


def item_data(item: ProposedItem, section: ProposedSection, code: str) -> dict[str, Any]:
    """One item as a definition holds it; only what its kind knows."""
    data: dict[str, Any] = {
        "code": code, "kind": item.kind, "title": item.title[:120], "criterion": item.criterion,
        "source": f"附件 {item.place}",
        "evidence": [_evidence(title) for title in item.evidence],
    }  # fmt: skip
    if item.points is not None:
        data["points"] = show(item.points)
    if item.kind == "per_defect" and item.deduction is not None:
        data["deduction"] = show(item.deduction)
    if item.kind == "components":
        data["components"] = [
            {"title": part.title, "points": show(part.points)} for part in item.components
        ]
    if item.kind == "bonus":
        data["conditions"] = [
            {"code": f"c{number}", "title": title[:120]}
            for number, title in enumerate(item.conditions, 1)
        ]
    return data


def _evidence(title: str) -> dict[str, Any]:
    pictured = title.endswith(("图片", "照片", "图片等", "图片资料"))
    return {"title": title[:120], **({"kinds": ["image"]} if pictured else {})}


def item_faults(item: ProposedItem, section: ProposedSection) -> list[tuple[str, str]]:
    """What keeps the row from being scored, as (field, Chinese message); empty when it can be."""
    data = item_data(item, section, "1.1")
    if section.is_weight and not section.is_bonus:
        data.setdefault("points", "1")
    elif "points" not in data:
        return [("points", "请填写分值。")]
    try:
        KINDS[item.kind].model_validate(data)
    except ValidationError as error:
        return [_fault(problem.path, problem.message) for problem in problems_of(error, Locator())]
    return []


def _fault(path: str, message: str) -> tuple[str, str]:
    field = path.split("[")[0].split(".")[0]
    known = ("title", "points", "deduction", "components", "conditions", "evidence", "criterion")
    return (field if field in known else "", message)
