"""all_or_nothing: all points or none (“计 N 分，否则不计分”)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal

from campaigns.rubric.base import DEFAULT_STEP, Item, Mark, read_bool, read_mapping, show


class AllOrNothing(Item):
    """Mark: `{"met": true}`."""

    kind: Literal["all_or_nothing"]

    mark_key: ClassVar[str] = "met"
    widget: ClassVar[str] = "tick"
    kind_title: ClassVar[str] = "达到计分，否则不计"

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        return {"met": read_bool(self, read_mapping(self, raw, "met").get("met"), "达到或未达到")}

    def from_cell(self, text: str) -> Any:
        return {"met": text}

    def points_for(self, mark: Mark) -> Decimal:
        return self.points if mark["met"] else Decimal(0)

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        return f"达到要求计 {show(self.points)} 分，否则不计分"

    def explain(self, mark: Mark) -> str:
        if mark["met"]:
            return f"达到要求，计 {show(self.points)} 分。"
        return "未达到要求，不计分。"

    def full_mark(self) -> Mark:
        return {"met": True}
