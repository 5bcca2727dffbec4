"""What every kind of rubric item has in common. See the package docstring for how to add one."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.conditions import FactTest
from campaigns.schema import ANY, Code, Part, Title, policy, show

Mark = dict[str, Any]
"""A mark as it is stored: a small JSON object whose shape belongs to the kind of the item."""

MediaKind = Literal["image", "pdf", "video", "office", "none"]
NotApplicableRule = Literal[
    "rescale_section", "rescale_total", "full_marks", "mean_of_others", "no_points"
]

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
    not_applicable_when: tuple[FactTest, ...] = Field(
        (), description="不适用的小区条件，须同时成立；数据未知按适用处理"
    )
    not_applicable_rule: NotApplicableRule = policy(
        "rescale_section",
        "方案未规定不适用的指标如何计分，系统默认本类按适用指标折算",
        when=("applies_to|not_applicable_in|not_applicable_when", ANY),
    )
    marked_by: tuple[Code, ...] = Field((), description="由哪些评分来源评定；空为全部来源")
    none_below: Decimal | None = Field(None, gt=0, description="得分低于此数的，本项不计分")
    family: Code | None = Field(None, description="扣分封顶的同类项代码，见 rubric.families")
    veto: str = Field("", description="一票否决的情形；空为没有")
    veto_when: Literal["ticked", "no_points"] = policy(
        "ticked", "方案未规定如何认定否决情形，系统默认由评审人勾选", when=("veto", ANY)
    )
    veto_needs: Literal["one", "majority"] = policy(
        "one", "方案未规定几位评审人认定才否决，系统默认一位认定即否决", when=("veto", ANY)
    )

    mark_key: ClassVar[str] = ""
    """The one word of a mark that its points hang on, if there is one of few possible values."""
    mark_is_list: ClassVar[bool] = False
    """Whether that word is a list."""
    widget: ClassVar[str] = ""
    kind_title: ClassVar[str] = ""
    is_measured: ClassVar[bool] = False
    is_bonus: ClassVar[bool] = False
    is_penalty: ClassVar[bool] = False

    @model_validator(mode="after")
    def _one_way_of_applicability(self) -> Item:
        if self.applies_to and self.not_applicable_in:
            raise ValueError("applies_to 与 not_applicable_in 只能写一个")
        return self

    @property
    def is_counted(self) -> bool:
        """Whether its points are among those its section can reach."""
        return not (self.is_bonus or self.is_penalty)

    @property
    def has_tick(self) -> bool:
        """Whether a rater may tick the veto beside the mark (`"veto": true` in the mark)."""
        return bool(self.veto) and self.veto_when == "ticked"

    def applies(self, track: str) -> bool:
        """Whether dossiers of this track are scored on this item, whatever their facts."""
        if self.applies_to:
            return track in self.applies_to
        return track not in self.not_applicable_in

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        """The mark in its stored form, or MarkError. `step` is the rubric's mark step."""
        raise NotImplementedError

    def points_for(self, mark: Mark) -> Decimal:
        """Points of a stored mark by the rule of the kind, at most `points`."""
        raise NotImplementedError

    def score(self, mark: Mark) -> Decimal:
        """Points of a stored mark as they count: what is below `none_below` is nothing."""
        points = self.points_for(mark)
        if self.none_below is not None and points < self.none_below:
            return Decimal(0)
        return points

    def is_vetoed(self, mark: Mark) -> bool:
        """Whether the mark says that the veto of this item has come about."""
        if not self.veto:
            return False
        return bool(mark.get("veto")) if self.has_tick else self.score(mark) <= 0

    def from_cell(self, text: str) -> Any:
        """The raw mark in one cell of a table; what does not fit is left to `parse_mark`."""
        raise NotImplementedError

    def measured_mark(self, value_of: Callable[[str], Any]) -> Mark | None:
        """The mark of a measured item; `value_of(fact)` is a Decimal, a word or None. None: a fact
        is missing and the item has no points yet."""
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


def read_words(text: str) -> list[str]:
    """The parts of a cell: separated by 、 , ; or new lines."""
    for sign in "，,；;\n":
        text = text.replace(sign, "、")
    return [word.strip() for word in text.split("、") if word.strip()]


def read_pairs(text: str) -> dict[str, str]:
    """“a=3、b=1” of a cell as a mapping; a word alone counts once."""
    pairs = {}
    for word in read_words(text):
        name, sign, value = word.partition("=")
        pairs[name.strip()] = value.strip() if sign else "1"
    return pairs


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
    words = {
        "true": True,
        "1": True,
        "on": True,
        "是": True,
        "false": False,
        "0": False,
        "否": False,
    }
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
