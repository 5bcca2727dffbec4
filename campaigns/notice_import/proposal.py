"""What the reader proposes: sections and items, each with its doubts; and our own sums."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from campaigns.notice_import.tables import Table
from campaigns.rubric.base import show

HUNDRED = Decimal(100)
State = Literal["open", "accepted", "ignored"]


class Place(BaseModel):
    """Where something is printed; table and row count from 0, `column` is the name of the cell."""

    table: int
    row: int
    column: str = ""

    def __str__(self) -> str:
        cell = f"“{self.column}”格" if self.column else ""
        return f"表 {self.table + 1} 第 {self.row + 1} 行{cell}"


class Doubt(BaseModel):
    """`code` names the sort of doubt, `message` says in Chinese what to look at."""

    code: str
    message: str
    place: Place | None = None


class Component(BaseModel):
    title: str
    points: Decimal


class ProposedSection(BaseModel):
    """`printed` is the heading as it stands; `amount` its points or, with `is_weight`, percent."""

    key: str
    number: int | None = None
    title: str = ""
    printed: str = ""
    amount: Decimal | None = None
    is_weight: bool = False
    is_bonus: bool = False
    place: Place
    doubts: tuple[Doubt, ...] = ()


class ProposedItem(BaseModel):
    """One row of the draft. `points` is None inside a weighted section, or when none was found."""

    key: str
    section: str
    number: int | None = None
    title: str = ""
    criterion: str = ""
    points: Decimal | None = None
    kind: str = "judged"
    deduction: Decimal | None = None
    components: tuple[Component, ...] = ()
    conditions: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    place: Place
    doubts: tuple[Doubt, ...] = ()
    state: State = "open"

    @property
    def is_live(self) -> bool:
        return self.state != "ignored"


class Proposal(BaseModel):
    """The original tables and what was read out of them."""

    tables: tuple[Table, ...]
    sections: tuple[ProposedSection, ...]
    items: tuple[ProposedItem, ...]
    doubts: tuple[Doubt, ...] = Field((), description="doubts about no row in particular")
    printed_total: Decimal | None = None

    def section(self, key: str) -> ProposedSection:
        return next(section for section in self.sections if section.key == key)

    def item(self, key: str) -> ProposedItem:
        return next(item for item in self.items if item.key == key)

    def items_of(self, section: ProposedSection) -> tuple[ProposedItem, ...]:
        """Its items that are not ignored, in order."""
        return tuple(item for item in self.items if item.section == section.key and item.is_live)

    @property
    def is_weighted(self) -> bool:
        return any(section.is_weight for section in self.sections)

    def codes(self) -> dict[str, str]:
        """Key of each section and live item → its code in the definition: "7", "7.3"; sections of
        bonus are "B", "B2"."""
        found = {}
        live = [section for section in self.sections if self.items_of(section)]
        counts = {True: 0, False: 0}
        for section in live:
            counts[section.is_bonus] += 1
            number = counts[section.is_bonus]
            code = f"B{number if number > 1 else ''}" if section.is_bonus else str(number)
            found[section.key] = code
            for index, item in enumerate(self.items_of(section), 1):
                found[item.key] = f"{code}.{index}"
        return found

    def sum_of(self, section: ProposedSection) -> Decimal:
        return sum((item.points or Decimal(0) for item in self.items_of(section)), Decimal(0))

    def total(self) -> Decimal:
        """The hundred as it comes out: bonus sections and bonus items stand outside."""
        return sum(
            (
                (section.amount or Decimal(0))
                if section.is_weight
                else sum(
                    (i.points or Decimal(0) for i in self.items_of(section) if i.kind != "bonus"),
                    Decimal(0),
                )
                for section in self.sections
                if not section.is_bonus and self.items_of(section)
            ),
            Decimal(0),
        )

    def sum_doubts(self) -> dict[str, str]:
        """Key of a section → its sum does not close. "" → the total does not."""
        found = {}
        for section in self.sections:
            if section.is_weight or not self.items_of(section):
                continue
            summed = self.sum_of(section)
            if section.amount is None:
                found[section.key] = f"标题没有印分值，各项合计 {show(summed)} 分"
            elif summed != section.amount:
                found[section.key] = (
                    f"各项合计 {show(summed)} 分，标题印作 {show(section.amount)} 分"
                )
        wanted = HUNDRED if self.printed_total is None else self.printed_total
        unit = "%" if self.is_weighted else " 分"
        if self.total() != wanted:
            word = "权重" if self.is_weighted else "分值"
            said = "表中印作" if self.printed_total is not None else "通常为"
            found[""] = f"{word}合计 {show(self.total())}{unit}，{said} {show(wanted)}{unit}"
        return found
