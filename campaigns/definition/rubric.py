"""The rubric: sections of items; the item kinds come from `campaigns.rubric`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Union

from pydantic import Field, model_validator

from campaigns.rubric import KINDS, Item, kind_of
from campaigns.schema import ANY, MOST_MEMBERS, Code, Part, Title, policy

AnyItem = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]  # noqa: UP007


NO_POINTS = "方案只写本类权重、未写各项分值，系统默认本类各项分值相同"
_CENTI = Decimal("0.0001")


class Section(Part):
    """`points` is the total printed in the notice; the sum of the items is checked against it.
    A section gives at most `cap` and, whatever its penalties take off, at least `floor`.

    Where the notice gives only a `weight` in per cent, an item without points gets an equal share
    of it. The share is shown with four decimals (9 % ÷ 7 = 1.2857); the section itself is scored
    exactly: earned points × weight ÷ sum of the items, so that full marks give the weight."""

    code: Code
    title: Title
    points: Decimal = Field(ge=0)
    weight: Decimal | None = Field(None, gt=0, le=100, description="权重（%）；方案按分值的不填")
    items: tuple[AnyItem, ...] = Field(min_length=1)
    cap: Decimal | None = Field(None, gt=0, description="本类得分上限；空为各项之和")
    floor: Decimal = Field(Decimal(0), ge=0, description="本类得分下限")

    @model_validator(mode="before")
    @classmethod
    def _share_weight(cls, data: Any) -> Any:
        """Points of the section and of its items from the weight, where the notice has none."""
        if not isinstance(data, dict) or data.get("weight") is None:
            return data
        items = data.get("items")
        try:
            weight = Decimal(str(data["weight"]))
        except InvalidOperation:
            return data
        if not isinstance(items, list | tuple) or not weight.is_finite():
            return data
        data = {"points": weight, **data}
        counted = [raw for raw in items if _kind_counts(raw)] or list(items)
        if counted:
            share = (weight / len(counted)).quantize(_CENTI)
            data["items"] = [_with_share(raw, share) for raw in items]
        return data

    @model_validator(mode="after")
    def _weight_is_the_total(self) -> Section:
        if self.weight is not None and self.points != self.weight:
            raise ValueError("写了 weight（权重）的类别不另写 points（分值），或两者相同")
        return self

    @property
    def full(self) -> Decimal:
        """The points it can give before `cap`, all its items counted."""
        if self.weight is not None:
            return self.weight
        counted = (item for item in self.items if item.is_counted or self.is_bonus)
        return sum((item.points for item in counted), Decimal(0))

    @property
    def is_bonus(self) -> bool:
        """Whether it is nothing but a bonus, outside the total."""
        return all(item.is_bonus for item in self.items)

    def items_for(self, track: str) -> tuple[Item, ...]:
        """The items on which this track is scored."""
        return tuple(item for item in self.items if item.applies(track))


def _kind_counts(raw: Any) -> bool:
    kind = kind_of(raw)
    return kind is None or not (kind.is_bonus or kind.is_penalty)


def _with_share(raw: Any, share: Decimal) -> Any:
    """The item with its share of the weight, unless the notice gives it points of its own."""
    if not isinstance(raw, dict):
        return raw
    unstated = raw.get("unstated") or {}
    if not isinstance(unstated, dict) or ("points" in raw and "points" not in unstated):
        return raw
    return {**raw, "points": share, "unstated": {"points": NO_POINTS, **unstated}}


class Family(Part):
    """Items of the same kind whose losses together are limited; items name it in `family`."""

    code: Code
    title: Title
    at_most: Decimal = Field(gt=0, description="同类各项合计至多扣的分")


class Rubric(Part):
    """`cap` and `floor` bound the total, bonus included."""

    title: Title = "评选标准"
    total: Decimal = Field(Decimal(100), gt=0)
    sections: tuple[Section, ...] = ()
    mark_step: Decimal = policy(
        Decimal("0.5"), "方案未规定评分步长，系统默认 0.5 分一档", when=("sections", ANY), gt=0
    )
    families: tuple[Family, ...] = ()
    cap: Decimal | None = Field(None, gt=0, description="总分上限；空为不限")
    floor: Decimal = Field(Decimal(0), ge=0, description="总分下限")
    bonus_cap: Decimal | None = Field(None, ge=0, description="加分合计上限；空为不限")

    @model_validator(mode="after")
    def _can_be_read(self) -> Rubric:
        if sum(len(section.items) for section in self.sections) > MOST_MEMBERS:
            raise ValueError(f"指标合计至多 {MOST_MEMBERS} 项")
        return self
