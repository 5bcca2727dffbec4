"""judged: 0..max in steps, at the reviewer's discretion (“资料不全的酌情扣分”)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field

from campaigns.rubric.base import (
    DEFAULT_STEP,
    Item,
    Mark,
    MarkError,
    read_mapping,
    read_number,
    show,
)


class Judged(Item):
    """Mark: `{"points": "2.5"}`."""

    kind: Literal["judged"]
    step: Decimal | None = Field(None, gt=0, description="评分步长；空为全卷统一步长")

    mark_key: ClassVar[str] = "points"
    widget: ClassVar[str] = "points"
    kind_title: ClassVar[str] = "酌情评分"

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        value = read_number(self, read_mapping(self, raw, "points").get("points"), "得分")
        step = self.step or step
        if not 0 <= value <= self.points:
            raise MarkError(
                f"{self.code} 的得分应在 0 到 {show(self.points)} 分之间，不能是 {show(value)} 分。"
            )
        if value % step and value != self.points:
            low = value // step * step
            high = min(low + step, self.points)
            raise MarkError(
                f"{self.code} 的得分以 {show(step)} 分为一档，{show(value)} 分不在档上，"
                f"可填 {show(low)} 或 {show(high)} 分。"
            )
        return {"points": show(value)}

    def from_cell(self, text: str) -> Any:
        return {"points": text}

    def points_for(self, mark: Mark) -> Decimal:
        return Decimal(mark["points"])

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        return f"0 至 {show(self.points)} 分，每 {show(self.step or step)} 分一档，由评审人酌情评定"

    def explain(self, mark: Mark) -> str:
        value = self.points_for(mark)
        if value == self.points:
            return f"资料全面，计满分 {show(value)} 分。"
        return f"评审人酌情评 {show(value)} 分（满分 {show(self.points)} 分）。"

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        return {**super().input_schema(step=step), "min": "0", "step": show(self.step or step)}

    def full_mark(self) -> Mark:
        return {"points": show(self.points)}
