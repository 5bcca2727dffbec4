"""What every kind of rubric item has in common. See the package docstring for how to add one."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.schema import Code, Part, Title

Mark = dict[str, Any]
"""A mark as it is stored: a small JSON object whose shape belongs to the kind of the item."""

MediaKind = Literal["image", "pdf", "video", "office", "none"]
NotApplicableRule = Literal["rescale_section", "full_marks", "mean_of_others"]

DEFAULT_STEP = Decimal("0.5")


class MarkError(ValueError):
    """A mark that cannot be accepted; the message is Chinese and says what is allowed."""


class Evidence(Part):
    """One piece of evidence that the notice asks for beside an item or requirement."""

    title: Title
    kinds: tuple[MediaKind, ...] = ("image", "pdf")
    issued_by: str = Field("applicant", description="出具者：applicant 或层级代码")
    required: bool = True


class Item(Part):
    """One line of the rubric. Subclasses add the parameters of their kind and the methods
    `parse_mark`, `points_for`, `explain`, `rule_text`, `input_schema`, `full_mark`."""

    kind: str
    code: Code
    title: Title
    criterion: str = ""
    points: Decimal = Field(gt=0, le=1000, decimal_places=4)
    evidence: tuple[Evidence, ...] = ()
    applies_to: tuple[str, ...] = Field((), description="适用的申报类别；空为全部")
    not_applicable_in: tuple[str, ...] = Field((), description="不适用的申报类别")
    not_applicable_rule: NotApplicableRule = "rescale_section"
    veto: str = Field("", description="一票否决的情形；空为没有")

    widget: ClassVar[str] = ""
    kind_title: ClassVar[str] = ""
    is_measured: ClassVar[bool] = False
    is_bonus: ClassVar[bool] = False

    @model_validator(mode="after")
    def _one_way_of_applicability(self) -> Item:
        if self.applies_to and self.not_applicable_in:
            raise ValueError("applies_to 与 not_applicable_in 只能写一个")
        return self

    def applies(self, track: str) -> bool:
        """Whether dossiers of this track are scored on this item."""
        if self.applies_to:
            return track in self.applies_to
        return track not in self.not_applicable_in

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        """The mark in its stored form, or MarkError. `step` is the rubric's mark step."""
        raise NotImplementedError

    def points_for(self, mark: Mark) -> Decimal:
        """Points of a stored mark, between 0 and `points`."""
        raise NotImplementedError

    def explain(self, mark: Mark) -> str:
        """One Chinese sentence: how the points came out of the mark."""
        raise NotImplementedError

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        """One Chinese sentence for people: how this item is marked."""
        raise NotImplementedError

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        """What the scorecard page needs to draw the input; JSON-able, has `widget` and `max`."""
        return {"widget": self.widget, "kind": self.kind, "max": show(self.points)}

    def full_mark(self) -> Mark:
        """The mark that gives all points; used by previews and self-checks."""
        raise NotImplementedError


def show(number: Decimal) -> str:
    """A number as people write it: 2.50 → 2.5, 3.0 → 3."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text or "0"


def read_mapping(item: Item, raw: Any, *keys: str) -> dict[str, Any]:
    """`raw` as a mapping with no keys but the given ones."""
    if not isinstance(raw, dict):
        raise MarkError(f"{item.code} 的评分格式不正确，应为包含 {'、'.join(keys)} 的对象。")
    unknown = [str(key) for key in raw if key not in keys]
    if unknown:
        raise MarkError(f"{item.code} 的评分中有不认识的内容：{'、'.join(unknown)}。")
    return raw


def read_number(item: Item, raw: Any, what: str) -> Decimal:
    """A finite decimal from a string, int or Decimal (binary floats go through their text)."""
    if isinstance(raw, bool) or raw is None or raw == "":
        raise MarkError(f"{item.code} 请填写{what}。")
    try:
        number = Decimal(unicodedata.normalize("NFKC", str(raw)).strip())
    except InvalidOperation:
        raise MarkError(f"{item.code} 的{what}“{str(raw)[:20]}”不是数字。") from None
    if not number.is_finite() or abs(number.adjusted()) > 12:
        raise MarkError(f"{item.code} 的{what}“{str(raw)[:20]}”不是可用的数字。")
    return number or Decimal(0)  # no minus zero


def read_bool(item: Item, raw: Any, what: str) -> bool:
    """True or False from a JSON boolean or the words of a form."""
    if isinstance(raw, bool):
        return raw
    words = {"true": True, "1": True, "on": True, "false": False, "0": False}
    if isinstance(raw, str) and raw.strip().lower() in words:
        return words[raw.strip().lower()]
    raise MarkError(f"{item.code} 请选择{what}。")


def read_codes(item: Item, raw: Any, allowed: dict[str, str], what: str) -> list[str]:
    """A list of distinct names out of `allowed`, given back in the order of `allowed`."""
    if not isinstance(raw, list | tuple):
        raise MarkError(f"{item.code} 的{what}应为列表。")
    unknown = [str(name) for name in raw if not isinstance(name, str) or name not in allowed]
    if unknown:
        raise MarkError(
            f"{item.code} 没有这样的{what}：{'、'.join(unknown)}；可选：{'、'.join(allowed)}。"
        )
    return [name for name in allowed if name in raw]
