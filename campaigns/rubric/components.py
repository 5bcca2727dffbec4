"""components: named parts, each missing one costs its deduction (“车棚未设置扣 1 分”)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.rubric.base import (
    DEFAULT_STEP,
    Item,
    Mark,
    read_codes,
    read_mapping,
    read_words,
    show,
)
from campaigns.schema import Part, Title


class Component(Part):
    title: Title
    points: Decimal = Field(gt=0, description="缺少时扣分")


class Components(Item):
    """Mark: `{"present": ["自行车停车棚"]}` — titles of the components that are there."""

    kind: Literal["components"]
    components: tuple[Component, ...] = Field(min_length=1)

    mark_key: ClassVar[str] = "present"
    mark_is_list: ClassVar[bool] = True
    widget: ClassVar[str] = "parts"
    kind_title: ClassVar[str] = "分项设施"

    @model_validator(mode="after")
    def _parts_close(self) -> Components:
        titles = [component.title for component in self.components]
        if len(set(titles)) != len(titles):
            raise ValueError("分项名称重复")
        total = sum((component.points for component in self.components), Decimal(0))
        if total > self.points:
            raise ValueError(f"各分项合计 {show(total)} 分，超过本项 {show(self.points)} 分")
        return self

    def _parts(self) -> dict[str, str]:
        return {component.title: component.title for component in self.components}

    def _missing(self, mark: Mark) -> list[Component]:
        return [part for part in self.components if part.title not in mark["present"]]

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        present = read_mapping(self, raw, "present").get("present")
        return {"present": read_codes(self, present, self._parts(), "分项")}

    def from_cell(self, text: str) -> Any:
        return {"present": [] if text in ("无", "0") else read_words(text)}

    def points_for(self, mark: Mark) -> Decimal:
        return self.points - sum((part.points for part in self._missing(mark)), Decimal(0))

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        lost = "，".join(f"缺{part.title}扣 {show(part.points)} 分" for part in self.components)
        return f"满分 {show(self.points)} 分，{lost}"

    def explain(self, mark: Mark) -> str:
        missing = self._missing(mark)
        if not missing:
            return f"各分项齐备，计满分 {show(self.points)} 分。"
        lost = "，".join(f"{part.title}缺少扣 {show(part.points)} 分" for part in missing)
        return f"{lost}，计 {show(self.points_for(mark))} 分。"

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        parts = [{"title": p.title, "points": show(p.points)} for p in self.components]
        return {**super().input_schema(step=step), "parts": parts}

    def full_mark(self) -> Mark:
        return {"present": [part.title for part in self.components]}
