"""per_defect: max minus a deduction for each place found wrong (“有一处…扣 0.5 分”)."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
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
from campaigns.schema import policy

MOST_DEFECTS = 999
MOST_PLACE = 500  # characters; a place and its description of the site visit fit


class PerDefect(Item):
    """Mark: `{"defects": 3, "places": ["3 号楼北侧", …]}`; `places` may be left out."""

    kind: Literal["per_defect"]
    deduction: Decimal = Field(gt=0, description="每处扣分")
    floor: Decimal = policy(Decimal(0), "方案未规定扣到多少为止，系统默认扣完为止、不计负分", ge=0)

    mark_key: ClassVar[str] = "defects"
    widget: ClassVar[str] = "defects"
    kind_title: ClassVar[str] = "逐处扣分"

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        return read_defects(self, raw)

    def from_cell(self, text: str) -> Any:
        return {"defects": text}

    def points_for(self, mark: Mark) -> Decimal:
        return max(self.points - self.deduction * mark["defects"], self.floor)

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        return (
            f"满分 {show(self.points)} 分，每发现一处问题扣 {show(self.deduction)} 分，"
            f"扣至 {show(self.floor)} 分为止"
        )

    def explain(self, mark: Mark) -> str:
        count = mark["defects"]
        if not count:
            return f"未发现问题，计满分 {show(self.points)} 分。"
        text = f"发现 {count} 处问题，每处扣 {show(self.deduction)} 分"
        if self.points - self.deduction * count < self.floor:
            text += f"，扣至 {show(self.floor)} 分为止"
        return f"{text}，计 {show(self.points_for(mark))} 分。"

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        to_floor = (self.points - self.floor) / self.deduction
        return {
            **super().input_schema(step=step),
            "deduction": show(self.deduction),
            "floor": show(self.floor),
            "defects_to_floor": int(to_floor.to_integral_value(ROUND_CEILING)),
        }

    def full_mark(self) -> Mark:
        return {"defects": 0}


def read_defects(item: Item, raw: Any) -> Mark:
    """The mark of what is counted place by place."""
    raw = read_mapping(item, raw, "defects", "places")
    places = raw.get("places") or []
    if not isinstance(places, list | tuple) or not all(isinstance(p, str) for p in places):
        raise MarkError(f"{item.code} 的问题点位应为文字列表。")
    places = [place.strip() for place in places if place.strip()]
    if any(len(place) > MOST_PLACE for place in places):
        raise MarkError(f"{item.code} 的问题点位每处最多 {MOST_PLACE} 个字，请写短些。")
    count = read_number(item, raw.get("defects", len(places) or None), "问题处数")
    if count != count.to_integral_value() or not 0 <= count <= MOST_DEFECTS:
        raise MarkError(
            f"{item.code} 的问题处数应为 0 到 {MOST_DEFECTS} 的整数，不能是 {show(count)}。"
        )
    if len(places) > count:
        raise MarkError(
            f"{item.code} 列出了 {len(places)} 个问题点位，问题处数却只有 {show(count)} 处。"
        )
    mark: Mark = {"defects": int(count)}
    if places:
        mark["places"] = places
    return mark
