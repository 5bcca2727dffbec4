"""What the applicant's own marks come to: pure arithmetic over the definition."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from campaigns.definition import Definition
from campaigns.rubric import Item

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class SectionTotal:
    """Points of a section on its full scale; ``marked`` of ``count`` items have a mark."""

    code: str
    title: str
    points: Decimal
    maximum: Decimal
    marked: int
    count: int
    is_rescaled: bool = False

    @property
    def is_complete(self) -> bool:
        return self.marked == self.count


@dataclass(frozen=True)
class Totals:
    sections: tuple[SectionTotal, ...]
    points: Decimal
    maximum: Decimal
    marked: int
    count: int

    @property
    def is_complete(self) -> bool:
        return self.marked == self.count


def self_assessment_totals(definition: Definition, track: str, marks: dict) -> Totals:
    """Totals per section and over all for the stored marks ``{item: mark}``.

    Items that do not apply to the track follow their rule: the section is rescaled to its full
    points, they count in full, or with the mean share of the others. Items without a mark earn
    nothing yet.
    """
    sections = tuple(_section(section, track, marks) for section in definition.sections(track))
    return Totals(
        sections,
        sum((section.points for section in sections), ZERO),
        sum((section.maximum for section in sections), ZERO),
        sum(section.marked for section in sections),
        sum(section.count for section in sections),
    )


def _section(section, track: str, marks: dict) -> SectionTotal:
    mine = [i for i in section.items_for(track) if i.is_counted]
    away = [i for i in section.items if not i.applies(track) and i.is_counted]
    given = [item for item in away if item.not_applicable_rule == "full_marks"]
    scaled = [item for item in away if item not in given]
    earned = sum((_earned(item, marks) for item in mine), ZERO)
    possible = _sum(mine)
    if scaled and possible:
        earned = earned * (possible + _sum(scaled)) / possible
    earned += _sum(given)
    return SectionTotal(
        section.code,
        section.title,
        earned.quantize(CENT) if scaled else earned,
        _sum(mine) + _sum(away),
        sum(1 for item in mine if item.code in marks),
        len(mine),
        is_rescaled=bool(scaled),
    )


def _earned(item: Item, marks: dict) -> Decimal:
    return item.score(marks[item.code]) if item.code in marks else ZERO


def _sum(items: list[Item]) -> Decimal:
    return sum((item.points for item in items), ZERO)
