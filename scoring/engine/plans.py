"""A definition's rubric made ready for scoring: what one track owes one source, section by section.

Plans hold no results, only what does not change from sheet to sheet, so that scoring thousands of
sheets costs little more than adding their points."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from campaigns.definition import Definition
from campaigns.definition.rubric import Section
from campaigns.rubric import Item, Mark
from scoring.engine.numbers import ROUNDINGS, as_fact

ZERO, ONE = Decimal(0), Decimal(1)
_KEPT = 8
_plans: dict[int, RubricPlan] = {}


class ItemPlan:
    """An item for one track. What a mark's deciding word is worth is computed once."""

    __slots__ = ("cents", "code", "is_away", "item", "key", "points")

    def __init__(self, item: Item, track: str, cents: Cents | None = None) -> None:
        self.item, self.code = item, item.code
        self.is_away = not item.applies(track)
        self.key = "" if getattr(item, "criteria", ()) else item.mark_key
        self.cents = cents or Cents(0)
        self.points: dict[Any, Decimal] = {}

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the mark has a say in its points."""
        item = self.item
        by_facts = item.is_measured or item.not_applicable_when
        return item.is_counted and not (by_facts or self.is_away or item.family)

    @property
    def quick_key(self) -> str:
        """`key` where its word can be looked up as it stands."""
        return "" if self.item.mark_is_list else self.key

    def is_away_with(self, facts: Mapping[str, Any]) -> bool:
        """Whether the item does not apply to an entrant with these facts."""
        if self.is_away or not self.item.not_applicable_when:
            return self.is_away
        return all(t.holds(as_fact(facts.get(t.fact)).value) for t in self.item.not_applicable_when)

    def score(self, mark: Mark) -> Decimal:
        """Points of a stored mark."""
        if not self.key:
            return self.item.score(mark)
        word = mark[self.key]
        if word.__class__ is list:
            word = tuple(word)
        points = self.points.get(word)
        if points is None:
            points = self.points[word] = self.cents.written(self.item.score(mark))
        return points


class Cents:
    """The smallest step of results; `are_exact` while all points met so far are whole steps, so
    that sums of them need no rounding."""

    __slots__ = ("are_exact", "step")

    def __init__(self, decimals: int) -> None:
        self.step = Decimal(1).scaleb(-decimals)
        self.are_exact = True

    def written(self, points: Decimal) -> Decimal:
        """The same number with the decimals of the step, where it is a whole number of steps."""
        whole = points.quantize(self.step)
        if whole == points:
            return whole
        self.are_exact = False
        return points


class SectionPlan:
    """A section's items that a sheet owes, from `start` to `end` of all. `of`: the sum of their
    points, `full`: what they can earn before `cap`. The two differ in a section by weight, whose
    items have only shares of it."""

    __slots__ = (
        "code", "end", "full", "is_plain", "items", "of", "section", "start", "top", "whole"
    )  # fmt: skip

    def __init__(self, section: Section, items: list[ItemPlan], start: int = 0) -> None:
        self.section, self.items, self.code = section, items, section.code
        self.start, self.end = start, start + len(items)
        self.of = sum((plan.item.points for plan in items if plan.item.is_counted), ZERO)
        self.whole = sum((item.points for item in section.items if item.is_counted), ZERO)
        self.full = self.scaled(self.of)
        self.top = self.full if section.cap is None else min(self.full, section.cap)
        self.is_plain = bool(self.full) and all(plan.is_plain for plan in items)
        self.is_plain = self.is_plain and self.top == self.full and section.floor <= 0
        self.is_plain = self.is_plain and section.weight is None

    def scaled(self, points: Decimal) -> Decimal:
        """Points of the items as they count in the section: exact, for 9 % ÷ 7 is no decimal."""
        share, whole = self.scale
        return points * share / whole

    @property
    def scale(self) -> tuple[Decimal, Decimal]:
        """(weight, sum of the items) of a section by weight, else 1 and 1."""
        weight = self.section.weight
        return (weight, self.whole) if weight is not None and self.whole else (ONE, ONE)


class SheetPlan:
    """All that a sheet of one source owes for one track."""

    def __init__(self, definition: Definition, track: str, source: str) -> None:
        self.definition, self.track = definition, definition.track(track).code
        combination = definition.combination
        self.cents = Cents(combination.decimals)
        self.rounding = ROUNDINGS[combination.rounding]
        self.sections: list[SectionPlan] = []
        self.items: list[ItemPlan] = []
        for section in definition.rubric.sections:
            items = [
                ItemPlan(item, track, self.cents)
                for item in section.items
                if not source or source in definition.sources_of(item)
            ]
            if items:
                self.sections.append(SectionPlan(section, items, len(self.items)))
                self.items += items
        self.full = sum((section.top for section in self.sections), ZERO)
        self.has_families = any(plan.item.family for plan in self.items)
        self.vetoes = [plan.item for plan in self.items if plan.item.veto]
        rubric = definition.rubric
        self.is_plain = rubric.cap is None and not rubric.floor
        self.is_plain = self.is_plain and all(section.is_plain for section in self.sections)
        self.quick = [(p.code, p.quick_key, p.points, p.score) for p in self.items]
        self.is_plain = self.is_plain and all(plan.key for plan in self.items)
        self.spans = [(s.code, s.start, s.end) for s in self.sections]

    def rounded(self, value: Decimal) -> Decimal:
        return value.quantize(self.cents.step, self.rounding)

    def sums(self, points: list[Decimal]) -> tuple[Decimal, dict[str, Decimal]]:
        """(total, section → points) where only marks have a say and all items are marked."""
        if self.cents.are_exact:
            sections = {code: sum(points[a:b], ZERO) for code, a, b in self.spans}
        else:
            sections = {code: self.rounded(sum(points[a:b], ZERO)) for code, a, b in self.spans}
        return sum(sections.values(), ZERO), sections


class RubricPlan:
    """The sheet plans of one definition, made when first asked for."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._sheets: dict[tuple[str, str], SheetPlan] = {}
        self._scales: dict[str, tuple[Decimal, Fraction]] = {}
        combination = definition.combination
        self.sources = [(source, combination.rule(source)) for source in combination.sources]
        self.gates: dict[str, list[Any]] = {}
        self.has_vetoes = any(item.veto for item in definition.items())

    def sheet(self, track: str, source: str = "") -> SheetPlan:
        """The plan of a source's sheets; without a source that of the first one that rates."""
        plan = self._sheets.get((track, source))
        if plan is None:
            code = source or rating_source(self.definition)
            plan = self._sheets[track, source] = SheetPlan(self.definition, track, code)
        return plan

    def scale(self, source: str) -> tuple[Decimal, Fraction]:
        """(full points of a source's sheets, factor that scales them to the rubric's total). The
        factor is 1 unless weighted sources each mark only a part of the items."""
        if source not in self._scales:
            definition = self.definition
            full = self.sheet(definition.tracks[0].code, source).full
            is_part = any(source not in definition.sources_of(i) for i in definition.items())
            factor = Fraction(1)
            if is_part and definition.combination.across == "weighted" and full:
                factor = Fraction(definition.rubric.total) / Fraction(full)
            self._scales[source] = full, factor
        return self._scales[source]

    @cached_property
    def section_fulls(self) -> dict[str, Decimal]:
        """Section → the points it can give, all its items counted."""
        every = []
        for section in self.definition.rubric.sections:
            items = [ItemPlan(item, "") for item in section.items]
            every.append(SectionPlan(section, items))
        return {section.code: section.top for section in every}


def rating_source(definition: Definition) -> str:
    """The source a sheet belongs to that names none: the first that is rated by people."""
    return next((s.code for s in definition.combination.sources if not s.fact), "")


def plan_of(definition: Definition) -> RubricPlan:
    """The plan of a definition, kept for the last few of them."""
    plan = _plans.get(id(definition))
    if plan is None or plan.definition is not definition:
        while len(_plans) >= _KEPT:
            _plans.pop(next(iter(_plans)), None)
        plan = _plans[id(definition)] = RubricPlan(definition)
    return plan
