"""tally: a base and named amounts for what is counted, up or down (“基础分 3 分，每多一项加 1 分”)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.rubric.base import (
    DEFAULT_STEP,
    Item,
    Mark,
    MarkError,
    read_mapping,
    read_number,
    read_pairs,
    show,
)
from campaigns.schema import Code, Part, Title, policy

MOST_COUNTED = 999


class TallyPart(Part):
    """`each`: points for one, negative to take off; `at_most`: what this part can give or take."""

    code: Code
    title: Title
    each: Decimal
    at_most: Decimal | None = Field(None, gt=0, description="本要点加分或扣分的上限；空为不限")

    def amount(self, count: int) -> Decimal:
        value = self.each * count
        if self.at_most is None:
            return value
        return max(min(value, self.at_most), -self.at_most)


class Tally(Item):
    """Mark: `{"counts": {"honour": 2}}`; what is left out counts 0."""

    kind: Literal["tally"]
    base: Decimal = Field(Decimal(0), ge=0, description="基础分")
    parts: tuple[TallyPart, ...] = Field(min_length=1)
    floor: Decimal = policy(Decimal(0), "方案未规定扣到多少为止，系统默认扣完为止、不计负分", ge=0)

    widget: ClassVar[str] = "counts"
    kind_title: ClassVar[str] = "逐项计数"

    @model_validator(mode="after")
    def _parts_fit(self) -> Tally:
        codes = [part.code for part in self.parts]
        if len(set(codes)) != len(codes):
            raise ValueError("要点代码重复")
        if self.base > self.points:
            raise ValueError("基础分高于本项分值")
        if self.floor > self.base:
            raise ValueError("下限高于基础分")
        if any(not part.each for part in self.parts):
            raise ValueError("每项分值不能为 0")
        return self

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        given = read_mapping(self, raw, "counts").get("counts")
        titles = {part.code: part.title for part in self.parts}
        if not isinstance(given, dict):
            raise MarkError(f"{self.code} 请填写各要点的数量：{'、'.join(titles.values())}。")
        unknown = [str(code) for code in given if code not in titles]
        if unknown:
            raise MarkError(
                f"{self.code} 没有这样的要点：{'、'.join(unknown)}；可选：{'、'.join(titles)}。"
            )
        counts = {}
        for code, title in titles.items():
            count = read_number(self, given.get(code, 0), f"“{title}”数量")
            if count != count.to_integral_value() or not 0 <= count <= MOST_COUNTED:
                raise MarkError(
                    f"{self.code} 的“{title}”数量应为 0 到 {MOST_COUNTED} 的整数，"
                    f"不能是 {show(count)}。"
                )
            counts[code] = int(count)
        return {"counts": counts}

    def from_cell(self, text: str) -> Any:
        return {"counts": {} if text in ("无", "0") else read_pairs(text)}

    def points_for(self, mark: Mark) -> Decimal:
        counts = mark["counts"]
        amounts = (part.amount(counts.get(part.code, 0)) for part in self.parts)
        return max(min(sum(amounts, self.base), self.points), self.floor)

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        parts = "，".join(self._words(part) for part in self.parts)
        start = f"基础分 {show(self.base)} 分，" if self.base else ""
        return f"{start}{parts}；最高 {show(self.points)} 分，最低 {show(self.floor)} 分"

    @staticmethod
    def _words(part: TallyPart) -> str:
        verb = "加" if part.each > 0 else "扣"
        most = f"，至多{verb} {show(part.at_most)} 分" if part.at_most is not None else ""
        return f"{part.title}每项{verb} {show(abs(part.each))} 分{most}"

    def explain(self, mark: Mark) -> str:
        counts = mark["counts"]
        lines = [f"基础分 {show(self.base)} 分"] if self.base else []
        for part in self.parts:
            if count := counts.get(part.code, 0):
                verb = "加" if part.each > 0 else "扣"
                lines.append(f"{part.title} {count} 项{verb} {show(abs(part.amount(count)))} 分")
        return "，".join([*lines, f"计 {show(self.points_for(mark))} 分。"])

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        parts = [
            {"code": p.code, "title": p.title, "each": show(p.each), "words": self._words(p)}
            for p in self.parts
        ]
        return {**super().input_schema(step=step), "parts": parts, "base": show(self.base)}

    def full_mark(self) -> Mark:
        counts, points = {part.code: 0 for part in self.parts}, self.base
        for part in self.parts:
            while part.each > 0 and points < self.points and counts[part.code] < MOST_COUNTED:
                more = part.amount(counts[part.code] + 1) - part.amount(counts[part.code])
                if not more:
                    break
                counts[part.code] += 1
                points += more
        return {"counts": counts}
