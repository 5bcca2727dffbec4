"""Statements about facts of an entrant: size classes, editions, what an estate lacks. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pydantic import Field, model_validator

from campaigns.schema import Code, Part, Title, show


class FactTest(Part):
    """A fact lies within the given limits, or is one of some words. Of several tests in a `when`
    all must hold; a fact that is not known leaves a test open."""

    fact: Code = Field(description="实测数据名称，或 community. 开头的小区属性")
    title: Title
    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None
    one_of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> FactTest:
        numbers = (self.at_least, self.above, self.at_most, self.below)
        has_number = any(number is not None for number in numbers)
        if has_number == bool(self.one_of):
            raise ValueError("须写界限（at_least、above、at_most、below）或 one_of 之一")
        return self

    def holds(self, value: Any) -> bool | None:
        """Whether the value (Decimal, word or None) passes; None when that cannot be said."""
        if self.one_of:
            return value in self.one_of if isinstance(value, str) else None
        if not isinstance(value, Decimal):
            return None
        return not (
            (self.at_least is not None and value < self.at_least)
            or (self.above is not None and value <= self.above)
            or (self.at_most is not None and value > self.at_most)
            or (self.below is not None and value >= self.below)
        )

    def words(self) -> str:
        """The test in Chinese: “住户数不少于 500、少于 1000”."""
        if self.one_of:
            return f"{self.title}为{'或'.join(self.one_of)}"
        limits = (
            ("不少于", self.at_least),
            ("大于", self.above),
            ("不超过", self.at_most),
            ("少于", self.below),
        )
        return self.title + "、".join(f"{w} {show(n)}" for w, n in limits if n is not None)


def all_words(tests: Iterable[FactTest]) -> str:
    """Several tests as one phrase."""
    return "，且".join(test.words() for test in tests)
