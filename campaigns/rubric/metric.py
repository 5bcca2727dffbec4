"""metric: points computed from a measured fact, never typed in by a reviewer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.rubric.base import DEFAULT_STEP, Item, Mark, read_mapping, read_number, show
from campaigns.schema import Part, policy


class MetricStep(Part):
    """From this value on (in the better direction) the item earns these points."""

    at: Decimal
    points: Decimal = Field(ge=0)


class Metric(Item):
    """Mark: `{"value": "95.2"}`, made by the engine from the fact named `metric`.

    rule `threshold`: all points when the value reaches `target`, else none;
    rule `steps`: the points of the best step reached, else none;
    rule `per_short`: minus `deduction` for each `unit_short` below the target, down to `floor`;
    rule `share`: points × value ÷ target, at most all.
    """

    kind: Literal["metric"]
    metric: str = Field(min_length=1)
    unit: str = ""
    rule: Literal["threshold", "steps", "per_short", "share"] = "threshold"
    better: Literal["higher", "lower"] = "higher"
    target: Decimal | None = None
    steps: tuple[MetricStep, ...] = ()
    deduction: Decimal | None = Field(None, gt=0)
    unit_short: Decimal = Field(Decimal(1), gt=0)
    part_short: Literal["whole", "dropped", "exact"] = policy(
        "whole", "方案未规定不足一个单位如何扣分，系统默认按一个单位扣", when=("rule", "per_short")
    )
    floor: Decimal = policy(
        Decimal(0),
        "方案未规定扣到多少为止，系统默认扣完为止、不计负分",
        when=("rule", "per_short"),
        ge=0,
    )

    widget: ClassVar[str] = "metric"
    kind_title: ClassVar[str] = "按实测数据计分"
    is_measured: ClassVar[bool] = True

    @model_validator(mode="after")
    def _rule_has_its_parameters(self) -> Metric:
        if self.rule == "steps":
            if not self.steps:
                raise ValueError("按台阶计分须写 steps")
            if any(step.points > self.points for step in self.steps):
                raise ValueError("台阶的分值超过本项分值")
        elif self.target is None:
            raise ValueError("须写 target（目标值）")
        if self.rule == "per_short" and self.deduction is None:
            raise ValueError("按差额扣分须写 deduction")
        if self.rule == "share" and (self.better == "lower" or self.target <= 0):
            raise ValueError("按完成比例计分须有大于 0 的目标值，且只能越高越好")
        return self

    def _reaches(self, value: Decimal, mark: Decimal) -> bool:
        return value >= mark if self.better == "higher" else value <= mark

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        value = read_number(self, read_mapping(self, raw, "value").get("value"), "实测数据")
        return {"value": show(value)}

    def measured_mark(self, value_of: Callable[[str], Any]) -> Mark | None:
        value = value_of(self.metric)
        return {"value": show(value)} if isinstance(value, Decimal) else None

    def from_cell(self, text: str) -> Any:
        return {"value": text}

    def points_for(self, mark: Mark) -> Decimal:
        value, zero = Decimal(mark["value"]), Decimal(0)
        if self.rule == "steps":
            reached = (s.points for s in self.steps if self._reaches(value, s.at))
            return max(reached, default=zero)
        if self._reaches(value, self.target):
            return self.points
        if self.rule == "threshold":
            return zero
        if self.rule == "share":
            return max(self.points * value / self.target, zero)
        short = abs(self.target - value) / self.unit_short
        if self.part_short != "exact":
            rounding = ROUND_CEILING if self.part_short == "whole" else ROUND_FLOOR
            short = short.to_integral_value(rounding)
        return max(self.points - self.deduction * short, self.floor)

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        better = self.better == "higher"
        if self.rule == "steps":
            parts = "、".join(
                f"{'达到' if better else '不超过'} {show(s.at)}{self.unit} 计 {show(s.points)} 分"
                for s in self.steps
            )
            return f"按实测数据分档：{parts}"
        goal = f"{'不低于' if better else '不高于'} {show(self.target)}{self.unit}"
        if self.rule == "share":
            return f"满分 {show(self.points)} 分，按完成目标（{goal}）的比例计分"
        if self.rule == "per_short":
            part = {"whole": "不足的按一档计", "dropped": "不足的不扣", "exact": "按比例扣"}
            return (
                f"{goal}计 {show(self.points)} 分，每差 {show(self.unit_short)}{self.unit}"
                f"扣 {show(self.deduction)} 分（{part[self.part_short]}），"
                f"扣至 {show(self.floor)} 分为止"
            )
        return f"实测{goal}计 {show(self.points)} 分，否则不计分"

    def explain(self, mark: Mark) -> str:
        got = show(round(self.points_for(mark), 4))
        value = f"实测 {mark['value']}{self.unit}"
        if self.rule == "steps":
            return f"{value}，按台阶计 {got} 分。"
        word = "不低于" if self.better == "higher" else "不高于"
        reached = self._reaches(Decimal(mark["value"]), self.target)
        result = "达到要求" if reached else "未达到要求"
        return f"{value}，要求{word} {show(self.target)}{self.unit}，{result}，计 {got} 分。"

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        return {**super().input_schema(step=step), "metric": self.metric, "unit": self.unit}

    def full_mark(self) -> Mark:
        if self.rule == "steps":
            return {"value": show(max(self.steps, key=lambda s: s.points).at)}
        return {"value": show(self.target)}
