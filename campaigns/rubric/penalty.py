"""penalty: taken off the points of its section for each occurrence (“每被通报一次扣 1 分”)."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field

from campaigns.rubric.base import DEFAULT_STEP, Item, Mark, show
from campaigns.rubric.per_defect import read_defects
from campaigns.schema import policy


class Penalty(Item):
    """Mark as of `per_defect`: `{"defects": 2, "places": ["市通报〔2023〕8 号"]}`.

    `points` is the most that is taken off; the section does not count it among its points and
    never falls below its own floor."""

    kind: Literal["penalty"]
    deduction: Decimal = Field(gt=0, description="每次扣分")
    beyond_floor: Literal["ends_there"] = policy(
        "ends_there", "方案未规定本类扣完之后是否再扣，系统默认扣至本类下限为止、不计负分"
    )

    mark_key: ClassVar[str] = "defects"
    widget: ClassVar[str] = "defects"
    kind_title: ClassVar[str] = "扣分项"
    is_penalty: ClassVar[bool] = True

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        return read_defects(self, raw)

    def from_cell(self, text: str) -> Any:
        return {"defects": text}

    def points_for(self, mark: Mark) -> Decimal:
        return -min(self.deduction * mark["defects"], self.points)

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        return f"每发生一次从本类得分中扣 {show(self.deduction)} 分，至多扣 {show(self.points)} 分"

    def explain(self, mark: Mark) -> str:
        if not mark["defects"]:
            return "没有发生，不扣分。"
        return f"发生 {mark['defects']} 次，扣 {show(-self.points_for(mark))} 分。"

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        most = (self.points / self.deduction).to_integral_value(ROUND_CEILING)
        return {
            **super().input_schema(step=step),
            "max": "0",
            "deduction": show(self.deduction),
            "floor": show(-self.points),
            "defects_to_floor": int(most),
        }

    def full_mark(self) -> Mark:
        return {"defects": 0}
