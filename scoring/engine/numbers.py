"""Rounding and facts: the small values that the engine works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Decimal,
    InvalidOperation,
)
from functools import cache
from typing import Any

ROUNDINGS = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_CEILING,
    "down": ROUND_FLOOR,
}
ROUNDING_WORDS = {
    "half_up": "四舍五入",
    "half_even": "四舍六入五成双",
    "up": "进一",
    "down": "舍去",
}


@cache
def step_of(decimals: int) -> Decimal:
    """The smallest number with this many decimals."""
    return Decimal(1).scaleb(-decimals)


def rounded(value: Decimal, decimals: int, rounding: str) -> Decimal:
    """`value` with this many decimals."""
    return value.quantize(step_of(decimals), ROUNDINGS[rounding])


def whole(value: Decimal, rounding: str) -> int:
    """`value` as a whole number."""
    return int(value.to_integral_value(ROUNDINGS[rounding]))


@dataclass(frozen=True, slots=True)
class Fact:
    """A measured or registered fact. `value`: a Decimal, a word (grade), dates, or None when not
    known. `place` and `population` say where it stands among others."""

    value: Decimal | str | tuple[date, ...] | None
    source: str = ""
    unit: str = ""
    place: int | None = None
    population: int | None = None

    @property
    def number(self) -> Decimal | None:
        return self.value if isinstance(self.value, Decimal) else None


NOTHING_RECORDED = frozenset({"none", "无", "无记录"})


def as_fact(raw: Any) -> Fact:
    """A Fact from what callers and files have: a Fact, a number, a word, a day, a list of days,
    a yes or no (1 or 0),
    or a mapping with `value` and perhaps `source`, `unit`, `place`, `population`."""
    if isinstance(raw, Fact):
        return raw
    if isinstance(raw, Mapping):
        return Fact(
            as_fact(raw.get("value")).value,
            str(raw.get("source", "")),
            str(raw.get("unit", "")),
            raw.get("place"),
            raw.get("population"),
        )
    if raw is None or raw == "":
        return Fact(None)
    if isinstance(raw, bool):
        return Fact(Decimal(int(raw)))
    if isinstance(raw, date):
        return Fact((raw,))
    if isinstance(raw, list | tuple):
        return Fact(tuple(day if isinstance(day, date) else date.fromisoformat(day) for day in raw))
    if isinstance(raw, Decimal):
        return Fact(raw)
    text = str(raw).strip()
    if text in NOTHING_RECORDED:
        return Fact(())
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = None
    if number is not None and number.is_finite():
        return Fact(number)
    try:
        return Fact((date.fromisoformat(text),))
    except ValueError:
        return Fact(text)
