"""negative: the presence of something is the fault (“擅自利用共用部位经营”)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal

from campaigns.rubric.base import DEFAULT_STEP, Item, Mark, read_bool, read_mapping, show


class Negative(Item):
    """Mark: `{"present": false}`; present means no points."""

    kind: Literal["negative"]

    mark_key: ClassVar[str] = "present"
    widget: ClassVar[str] = "tick"
    kind_title: ClassVar[str] = "负面事项"

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        present = read_mapping(self, raw, "present").get("present")
        return {"present": read_bool(self, present, "存在或不存在")}

    def from_cell(self, text: str) -> Any:
        return {"present": text}

    def points_for(self, mark: Mark) -> Decimal:
        return Decimal(0) if mark["present"] else self.points

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        return f"存在该情形不计分，不存在计 {show(self.points)} 分"

    def explain(self, mark: Mark) -> str:
        if mark["present"]:
            return "存在该负面事项，不计分。"
        return f"不存在该负面事项，计 {show(self.points)} 分。"

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        return {**super().input_schema(step=step), "inverted": True}

    def full_mark(self) -> Mark:
        return {"present": False}
