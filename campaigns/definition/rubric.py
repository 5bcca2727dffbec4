"""The rubric: sections of items; the item kinds come from `campaigns.rubric`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Union

from pydantic import Field

from campaigns.rubric import KINDS, Item
from campaigns.schema import Code, Part, Title, policy

AnyItem = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]  # noqa: UP007


class Section(Part):
    """`points` is the total printed in the notice; the sum of the items is checked against it.
    A section gives at most `cap` and, whatever its penalties take off, at least `floor`."""

    code: Code
    title: Title
    points: Decimal = Field(ge=0)
    items: tuple[AnyItem, ...] = Field(min_length=1)
    cap: Decimal | None = Field(None, gt=0, description="本类得分上限；空为各项之和")
    floor: Decimal = Field(Decimal(0), ge=0, description="本类得分下限")

    def items_for(self, track: str) -> tuple[Item, ...]:
        """The items on which this track is scored."""
        return tuple(item for item in self.items if item.applies(track))


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
    mark_step: Decimal = policy(Decimal("0.5"), "方案未规定评分步长，系统默认 0.5 分一档", gt=0)
    families: tuple[Family, ...] = ()
    cap: Decimal | None = Field(None, gt=0, description="总分上限；空为不限")
    floor: Decimal = Field(Decimal(0), ge=0, description="总分下限")
    bonus_cap: Decimal | None = Field(None, ge=0, description="加分合计上限；空为不限")
