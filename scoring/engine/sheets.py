"""One rater's sheet: marks → items → sections → total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from campaigns.definition import Definition
from campaigns.definition.rubric import Section
from campaigns.rubric import Item, Mark, show
from scoring.engine.numbers import as_fact, rounded

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """`points` is None while the item is not marked, or does not apply and is dropped."""

    code: str
    title: str
    max: Decimal
    applies: bool
    points: Decimal | None
    mark: Mark | None
    text: str


@dataclass(frozen=True, slots=True)
class SectionResult:
    """`points` of `max` after rescaling; `earned` of `available` before it."""

    code: str
    title: str
    points: Decimal
    max: Decimal
    rescaled: bool
    earned: Decimal
    available: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """What is kept of a sheet and all that combining and ranking need."""

    rater: str
    total: Decimal
    sections: Mapping[str, Decimal]
    complete: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True)
class SheetResult:
    """A scored sheet. While `complete` is False `total` is only a running total."""

    track: str
    total: Decimal
    bonus: Decimal
    sections: dict[str, SectionResult]
    items: dict[str, ItemResult]
    missing: tuple[str, ...]
    explanation: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def section_points(self) -> dict[str, Decimal]:
        return {code: section.points for code, section in self.sections.items()}

    @property
    def marked_count(self) -> int:
        return self.due_count - len(self.missing)

    @property
    def due_count(self) -> int:
        return sum(1 for item in self.items.values() if item.applies)

    def stored(self, rater: str, source: str = "") -> StoredSheet:
        """The sheet as `combine_raters` takes it."""
        return StoredSheet(rater, self.total, self.section_points, self.complete, source)


def score_sheet(
    definition: Definition,
    track: str,
    marks: Mapping[str, Mark],
    facts: Mapping[str, Any] | None = None,
) -> SheetResult:
    """Points of one sheet. `marks`: item code → mark in stored form (as `parse_mark` returns);
    marks of items that do not apply to the track are ignored; `facts` feed measured items."""
    definition.track(track)
    items: dict[str, ItemResult] = {}
    sections: dict[str, SectionResult] = {}
    bonus = ZERO
    for section in definition.rubric.sections:
        results = [_score_item(item, track, marks, facts or {}) for item in section.items]
        items.update((result.code, result) for result in results)
        bonus += sum(
            (
                r.points or ZERO
                for r, item in zip(results, section.items, strict=True)
                if item.is_bonus
            ),
            ZERO,
        )
        scored = _score_section(definition, section, results)
        if scored is not None:
            sections[section.code] = scored
    missing = tuple(r.code for r in items.values() if r.applies and r.points is None)
    total, lines = _add_up(definition, sections, bonus, missing)
    return SheetResult(track, total, bonus, sections, items, missing, tuple(lines))


def _score_item(
    item: Item, track: str, marks: Mapping[str, Mark], facts: Mapping[str, Any]
) -> ItemResult:
    def result(points: Decimal | None, mark: Mark | None, text: str) -> ItemResult:
        applies = item.applies(track)
        return ItemResult(item.code, item.title, item.points, applies, points, mark, text)

    if not item.applies(track):
        words = {
            "rescale_section": "本项不适用，本类按适用指标折算。",
            "full_marks": "本项不适用，按满分计。",
            "mean_of_others": "本项不适用，按本类其他指标的平均得分率计。",
        }
        full = item.points if item.not_applicable_rule == "full_marks" else None
        return result(full, None, words[item.not_applicable_rule])
    mark = marks.get(item.code)
    if item.is_measured:
        number = as_fact(facts.get(item.metric)).number
        mark = None if number is None else {"value": show(number)}
    if mark is None:
        return result(None, None, "缺少实测数据。" if item.is_measured else "尚未评分。")
    return result(item.points_for(mark), mark, item.explain(mark))


def _score_section(
    definition: Definition, section: Section, results: list[ItemResult]
) -> SectionResult | None:
    """None when nothing of the section counts for the track."""
    pairs = [pair for pair in zip(section.items, results, strict=True) if not pair[0].is_bonus]
    full = sum((item.points for item, _ in pairs), ZERO)
    earned = sum((r.points for _, r in pairs if r.points is not None), ZERO)
    dropped = [item for item, r in pairs if not r.applies and r.points is None]
    available = full - sum((item.points for item in dropped), ZERO)
    if not available:
        return None
    by_mean = [item for item in dropped if item.not_applicable_rule == "mean_of_others"]
    rescaled = len(by_mean) < len(dropped)
    points = earned
    for item in by_mean:
        points += item.points * earned / available
    counted = available + sum((item.points for item in by_mean), ZERO)
    if rescaled:
        points = points * full / counted
    combination = definition.combination
    points = rounded(points, combination.decimals, combination.rounding)
    text = f"{section.title}：{show(points)} / {show(full)} 分"
    if dropped:
        names = "、".join(item.code for item in dropped)
        text += f"（{names} 不适用，适用指标得 {show(earned)} / {show(available)} 分"
        text += f"，折算为满分 {show(full)} 分）" if rescaled else "，不适用指标按平均得分率计）"
    return SectionResult(
        section.code, section.title, points, full, rescaled, earned, available, text + "。"
    )


def _add_up(
    definition: Definition,
    sections: dict[str, SectionResult],
    bonus: Decimal,
    missing: tuple[str, ...],
) -> tuple[Decimal, list[str]]:
    """The total is the sum of the rounded sections, so that what is shown closes; sections of
    which nothing applies are left out and the rest is rescaled to the full sum."""
    combination, cap = definition.combination, definition.rubric.bonus_cap
    full = sum((item.points for item in definition.items() if not item.is_bonus), ZERO)
    available = sum((section.max for section in sections.values()), ZERO)
    total = sum((section.points for section in sections.values()), ZERO)
    lines = [section.text for section in sections.values()]
    if available and available != full:
        total = rounded(total * full / available, combination.decimals, combination.rounding)
        lines.append(f"有的类别全部不适用，合计按 {show(available)} 分折算为 {show(full)} 分。")
    if bonus:
        counted = bonus if cap is None else min(bonus, cap)
        total += counted
        lines.append(f"加分 {show(counted)} 分。")
    if missing:
        lines.append(f"尚有 {len(missing)} 项未评（{'、'.join(missing)}），不计入排名。")
    else:
        lines.append(f"合计 {show(total)} 分。")
    return total, lines
