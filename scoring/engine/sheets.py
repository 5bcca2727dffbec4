"""One rater's sheet: marks → items → sections → total.

The numbers are computed at once, the words (`items`, `sections`, `explanation`) when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from campaigns.definition import Definition
from campaigns.rubric import Mark, show
from scoring.engine.numbers import as_fact
from scoring.engine.plans import ZERO, ItemPlan, SectionPlan, SheetPlan, plan_of

NOT_APPLICABLE_TEXTS = {
    "rescale_section": "本项不适用，本类按适用指标折算。",
    "rescale_total": "本项不适用，总分按适用指标折算。",
    "full_marks": "本项不适用，按满分计。",
    "mean_of_others": "本项不适用，按本类其他指标的平均得分率计。",
    "no_points": "本项不适用，不计分。",
}


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


class StoredSheet(NamedTuple):
    """What is kept of a sheet and all that combining and ranking need. `vetoes`: codes of the
    items whose veto the rater found."""

    rater: str
    total: Decimal
    sections: Mapping[str, Decimal]
    complete: bool = True
    source: str = ""
    vetoes: tuple[str, ...] = ()


class _Section(NamedTuple):
    """The numbers of one section; `away` are the items dropped as not applicable, `taken` what
    its penalties take off. `max` is 0 when nothing of it counts for the entrant."""

    plan: SectionPlan
    points: Decimal
    max: Decimal
    rescaled: bool
    earned: Decimal
    available: Decimal
    away: tuple[ItemPlan, ...] = ()
    taken: Decimal = ZERO
    bonus: Decimal = ZERO


class SheetResult:
    """A scored sheet. While `complete` is False `total` is only a running total."""

    def __init__(
        self,
        plan: SheetPlan,
        marks: Mapping[str, Mark],
        facts: Mapping[str, Any],
        points: list[Decimal | None],
        given_back: Mapping[str, Decimal],
        away: frozenset[str],
        *,
        is_whole: bool = False,
    ) -> None:
        """`points`: of every item in the plan, families already capped; None where there is no
        mark or the item is dropped. `is_whole`: none is, and only marks have a say."""
        self.plan, self.track = plan, plan.track
        self._marks, self._facts = marks, facts
        self._points, self._given_back, self._away = points, given_back, away
        if is_whole:
            self.missing, self.bonus, self.taken = (), ZERO, ZERO
            self.total, self.section_points = plan.sums(points)
            return
        self.missing = self._find_missing()
        self.bonus = sum((section.bonus for section in self._scored), ZERO)
        self.taken = sum((section.taken for section in self._scored if not section.max), ZERO)
        self.section_points = {section.plan.code: section.points for section in self._numbers}
        self.total = self._add_up()

    @cached_property
    def _scored(self) -> list[_Section]:
        return [_score_section(self.plan, part, self._points, self._away)
                for part in self.plan.sections]  # fmt: skip

    @property
    def _numbers(self) -> list[_Section]:
        """The sections of which something counts for the entrant."""
        return [section for section in self._scored if section.max]

    def _find_missing(self) -> tuple[str, ...]:
        return tuple(
            entry.code
            for entry, value in zip(self.plan.items, self._points, strict=True)
            if value is None and entry.code not in self._away
        )

    def _add_up(self) -> Decimal:
        """The total is the sum of the rounded sections, so that what is shown closes; what cannot
        be earned in the section is made up for by rescaling to the full sum."""
        rubric = self.plan.definition.rubric
        total = sum(self.section_points.values(), ZERO)
        if self.is_rescaled:
            total = self.plan.rounded(total * self.plan.full / self.available)
        total += self.counted_bonus - self.taken
        if rubric.cap is not None and total > rubric.cap:
            return self.plan.rounded(rubric.cap)
        return total if total >= rubric.floor else self.plan.rounded(rubric.floor)

    @property
    def counted_bonus(self) -> Decimal:
        cap = self.plan.definition.rubric.bonus_cap
        return self.bonus if cap is None else min(self.bonus, cap)

    @cached_property
    def available(self) -> Decimal:
        """The most that the sections can give on this sheet."""
        return sum((section.max for section in self._numbers), ZERO)

    @property
    def is_rescaled(self) -> bool:
        """Whether the total is rescaled because something does not apply."""
        return bool(self.available) and self.available != self.plan.full

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def marked_count(self) -> int:
        return self.due_count - len(self.missing)

    def owes(self, code: str) -> bool:
        """Whether the sheet asks for a mark of this item: its source marks it and it applies."""
        return code not in self._away and any(plan.code == code for plan in self.plan.items)

    @property
    def due_count(self) -> int:
        return len(self.plan.items) - len(self._away)

    @property
    def vetoes(self) -> tuple[str, ...]:
        """Codes of the items whose veto the marks name."""
        return tuple(
            item.code
            for item in self.plan.vetoes
            if item.code not in self._away
            and (mark := _mark_of(item, self._marks, self._facts)) is not None
            and item.is_vetoed(mark)
        )

    @cached_property
    def items(self) -> dict[str, ItemResult]:
        return {
            item.code: self._item(item, value)
            for item, value in zip(self.plan.items, self._points, strict=True)
        }

    def _item(self, plan: ItemPlan, points: Decimal | None) -> ItemResult:
        item, mark = plan.item, None
        if applies := plan.code not in self._away:
            mark = _mark_of(item, self._marks, self._facts)
            text = "缺少实测数据。" if item.is_measured else "尚未评分。"
            if mark is not None:
                text = item.explain(mark) + self._remarks(plan, mark)
        else:
            text = NOT_APPLICABLE_TEXTS[item.not_applicable_rule]
        return ItemResult(item.code, item.title, item.points, applies, points, mark, text)

    def _remarks(self, plan: ItemPlan, mark: Mark) -> str:
        item, text = plan.item, ""
        if item.none_below is not None and item.points_for(mark) < item.none_below:
            text += f"不足 {show(item.none_below)} 分，本项不计分。"
        if back := self._given_back.get(plan.code):
            family = self.plan.definition.family(item.family)
            text += (
                f"“{family.title}”合计至多扣 {show(family.at_most)} 分，本项少扣 {show(back)} 分。"
            )
        if item.is_vetoed(mark):
            text += f"一票否决：{item.veto}。"
        return text

    @cached_property
    def sections(self) -> dict[str, SectionResult]:
        return {
            n.plan.code: SectionResult(
                n.plan.code, n.plan.section.title, n.points, n.max, n.rescaled, n.earned,
                n.available, _section_text(n),
            )
            for n in self._numbers
        }  # fmt: skip

    @cached_property
    def explanation(self) -> tuple[str, ...]:
        rubric, full = self.plan.definition.rubric, self.plan.full
        lines = [section.text for section in self.sections.values()]
        if self.is_rescaled:
            lines.append(
                f"有的指标不适用，合计按 {show(self.available)} 分折算为 {show(full)} 分。"
            )
        if self.bonus:
            lines.append(f"加分 {show(self.counted_bonus)} 分。")
        if self.taken:
            lines.append(f"扣分项从总分中扣 {show(self.taken)} 分。")
        if rubric.cap is not None and self.total == rubric.cap:
            lines.append(f"总分至多 {show(rubric.cap)} 分。")
        if rubric.floor and self.total == rubric.floor:
            lines.append(f"总分至少 {show(rubric.floor)} 分。")
        if self.missing:
            names = "、".join(self.missing)
            lines.append(f"尚有 {len(self.missing)} 项未评（{names}），不计入排名。")
        else:
            lines.append(f"合计 {show(self.total)} 分。")
        return tuple(lines)

    def stored(self, rater: str, source: str = "") -> StoredSheet:
        """The sheet as `combine_raters` takes it."""
        vetoes = self.vetoes if self.plan.vetoes else ()
        return StoredSheet(rater, self.total, self.section_points, not self.missing, source, vetoes)


def score_sheet(
    definition: Definition,
    track: str,
    marks: Mapping[str, Mark],
    facts: Mapping[str, Any] | None = None,
    source: str = "",
) -> SheetResult:
    """Points of one sheet. `marks`: item code → mark in stored form (as `parse_mark` returns);
    marks of items that do not apply are ignored; `facts` feed measured items and say what does
    not apply; a sheet of a `source` owes only the items this source marks."""
    plan, facts = plan_of(definition).sheet(track, source), facts or {}
    points = _quick_points(plan, marks)
    if points is not None:
        return SheetResult(plan, marks, facts, points, {}, frozenset(), is_whole=True)
    away: set[str] = set()
    points = [_points(item, marks, facts, away) for item in plan.items]
    given_back = _cap_families(plan, points) if plan.has_families else {}
    return SheetResult(plan, marks, facts, points, given_back, frozenset(away))


def store_sheet(
    definition: Definition,
    track: str,
    marks: Mapping[str, Mark],
    facts: Mapping[str, Any],
    rater: str,
    source: str = "",
) -> StoredSheet:
    """What `score_sheet(…).stored(…)` gives, without anything that is only needed for words."""
    plan = plan_of(definition).sheet(track, source)
    points = None if plan.vetoes else _quick_points(plan, marks)
    if points is None:
        return score_sheet(definition, track, marks, facts, source).stored(rater, source)
    total, sections = plan.sums(points)
    return StoredSheet(rater, total, sections, True, source)


def _quick_points(plan: SheetPlan, marks: Mapping[str, Mark]) -> list[Decimal] | None:
    """Points of all items, where only marks have a say and all are there."""
    if not plan.is_plain:
        return None
    try:
        return [
            table[marks[code][key]] if key else score(marks[code])
            for code, key, table, score in plan.quick
        ]
    except KeyError:
        return None


def _points(
    plan: ItemPlan, marks: Mapping[str, Mark], facts: Mapping[str, Any], away: set[str]
) -> Decimal | None:
    item = plan.item
    if plan.is_away_with(facts):
        away.add(plan.code)
        if not item.is_counted:
            return ZERO  # neither bonus nor penalty
        return {"full_marks": item.points, "no_points": ZERO}.get(item.not_applicable_rule)
    mark = _mark_of(item, marks, facts)
    return None if mark is None else plan.score(mark)


def _mark_of(item: Any, marks: Mapping[str, Mark], facts: Mapping[str, Any]) -> Mark | None:
    if not item.is_measured:
        return marks.get(item.code)
    return item.measured_mark(lambda name: as_fact(facts.get(name)).value)


def _cap_families(plan: SheetPlan, points: list[Decimal | None]) -> dict[str, Decimal]:
    """Give back what a family loses beyond its limit, in the order of the rubric; code → points.
    Items that are dropped or not marked have lost nothing."""
    left = {family.code: family.at_most for family in plan.definition.rubric.families}
    given_back: dict[str, Decimal] = {}
    for index, (entry, value) in enumerate(zip(plan.items, points, strict=True)):
        item = entry.item
        if not item.family or value is None:
            continue
        lost = -value if item.is_penalty else item.points - value
        counted = min(lost, left[item.family])
        left[item.family] -= counted
        if counted < lost:
            given_back[item.code] = lost - counted
            points[index] = value + lost - counted
    return given_back


def _score_section(
    plan: SheetPlan, part: SectionPlan, points: list[Decimal | None], away: frozenset[str]
) -> _Section:
    earned = taken = bonus = ZERO
    dropped = []
    for entry, value in zip(part.items, points[part.start : part.end], strict=True):
        if entry.item.is_penalty:
            taken -= value or ZERO
        elif entry.item.is_bonus:
            bonus += value or ZERO
        elif value is not None:
            earned += value
        elif entry.code in away:
            dropped.append(entry)
    lost = dict.fromkeys(NOT_APPLICABLE_TEXTS, ZERO)
    for entry in dropped:
        lost[entry.item.not_applicable_rule] += entry.item.points
    available = part.of - sum(lost.values(), ZERO)
    if not available:
        return _Section(part, ZERO, ZERO, False, earned, ZERO, (), taken, bonus)
    by_mean, full = lost["mean_of_others"], part.of - lost["rescale_total"]
    rescaled = bool(lost["rescale_section"])
    earned_of = full if rescaled else available + by_mean
    share, whole = part.scale
    # divided once and last, so that halves stay halves
    reached = earned * earned_of * share / (available * whole)
    full, cap = part.scaled(full), part.section.cap
    most = full if cap is None else min(cap, full)
    reached = max(min(reached, most) - taken, min(part.section.floor, most))
    return _Section(
        part, plan.rounded(reached), most, rescaled, earned, available, tuple(dropped), taken, bonus
    )


def _section_text(n: _Section) -> str:
    text = f"{n.plan.section.title}：{show(n.points)} / {show(n.max)} 分"
    if n.away:
        names = "、".join(entry.code for entry in n.away)
        text += f"（{names} 不适用，适用指标得 {show(n.earned)} / {show(n.available)} 分"
        rules = {entry.item.not_applicable_rule for entry in n.away}
        if n.rescaled:
            text += f"，折算为满分 {show(n.max)} 分"
        if "mean_of_others" in rules:
            text += "，不适用指标按平均得分率计"
        text += "）"
    if n.taken:
        text += f"（扣分项扣 {show(n.taken)} 分）"
    if n.plan.section.cap is not None and n.earned > n.plan.section.cap:
        text += f"（本类至多 {show(n.plan.section.cap)} 分）"
    return text + "。"
