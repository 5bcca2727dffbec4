"""The rubric: sections of items; the item kinds come from `campaigns.rubric`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Union

from pydantic import Field

from campaigns.rubric import KINDS, Item
from campaigns.schema import Code, Part, Title, policy

AnyItem = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]  # noqa: UP007


class Section(Part):
    """`points` is the total printed in the notice; the sum of the items is checked against it."""

    code: Code
    title: Title
    points: Decimal = Field(ge=0)
    items: tuple[AnyItem, ...] = Field(min_length=1)

    def items_for(self, track: str) -> tuple[Item, ...]:
        """The items on which this track is scored."""
        return tuple(item for item in self.items if item.applies(track))


class Rubric(Part):
    title: Title = "评选标准"
    total: Decimal = Field(Decimal(100), gt=0)
    sections: tuple[Section, ...] = ()
    mark_step: Decimal = policy(Decimal("0.5"), "方案未规定评分步长，系统默认 0.5 分一档", gt=0)
    bonus_cap: Decimal | None = Field(None, ge=0, description="加分合计上限；空为不限")
