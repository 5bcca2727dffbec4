"""bonus: extra points outside the hundred when all (or any) of its conditions hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.conditions import FactTest
from campaigns.rubric.base import (
    DEFAULT_STEP,
    Item,
    Mark,
    read_codes,
    read_mapping,
    read_words,
    show,
)
from campaigns.schema import Code, Part, Title


class BonusCondition(Part):
    """A condition that the rater ticks, or, with a `test`, one that the facts decide."""

    code: Code
    title: Title
    test: FactTest | None = Field(None, description="由实测数据判定的条件；空为评审人认定")


class Bonus(Item):
    """Mark: `{"met": ["red_list", "few_complaints"]}` — codes of the conditions that hold. When
    every condition has a test nobody marks: what the facts do not show does not hold."""

    kind: Literal["bonus"]
    conditions: tuple[BonusCondition, ...] = Field(min_length=1)
    needs: Literal["all", "any"] = "all"

    mark_key: ClassVar[str] = "met"
    mark_is_list: ClassVar[bool] = True
    widget: ClassVar[str] = "parts"
    kind_title: ClassVar[str] = "加分"
    is_bonus: ClassVar[bool] = True

    @model_validator(mode="after")
    def _codes_differ(self) -> Bonus:
        codes = [condition.code for condition in self.conditions]
        if len(set(codes)) != len(codes):
            raise ValueError("加分条件代码重复")
        return self

    @property
    def is_measured(self) -> bool:
        """Whether the facts decide every condition."""
        return all(condition.test for condition in self.conditions)

    def measured_mark(self, value_of: Callable[[str], Any]) -> Mark:
        met = [c.code for c in self.conditions if c.test.holds(value_of(c.test.fact))]
        return {"met": met}

    def _titles(self) -> dict[str, str]:
        return {condition.code: condition.title for condition in self.conditions}

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        met = read_mapping(self, raw, "met").get("met")
        return {"met": read_codes(self, met, self._titles(), "加分条件")}

    def from_cell(self, text: str) -> Any:
        return {"met": [] if text in ("无", "0") else read_words(text)}

    def _earned(self, mark: Mark) -> bool:
        if self.needs == "any":
            return bool(mark["met"])
        return len(mark["met"]) == len(self.conditions)

    def points_for(self, mark: Mark) -> Decimal:
        return self.points if self._earned(mark) else Decimal(0)

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        word = "全部符合" if self.needs == "all" else "符合其一"
        conditions = "、".join(condition.title for condition in self.conditions)
        return f"{word}（{conditions}）另加 {show(self.points)} 分"

    def explain(self, mark: Mark) -> str:
        if self._earned(mark):
            return f"符合加分条件，加 {show(self.points)} 分。"
        missing = "、".join(t for code, t in self._titles().items() if code not in mark["met"])
        return f"不符合加分条件（{missing}），不加分。"

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        parts = [{"code": c.code, "title": c.title} for c in self.conditions]
        return {**super().input_schema(step=step), "parts": parts, "needs": self.needs}

    def full_mark(self) -> Mark:
        return {"met": [condition.code for condition in self.conditions]}
