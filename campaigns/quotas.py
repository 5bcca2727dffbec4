"""Counts against the quotas of a definition: pure. Who counts what is a higher app's matter.

meters(definition, "applications", {"海港区": 12}, names=["海港区", "山海关区"])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns.definition import Definition
from campaigns.definition.outcome import Quota
from campaigns.schema import show

OBJECTS = {"applications": "申报", "winners": "入选", "cases": "推荐案例"}
BASES = {"communities": "登记小区", "managed_communities": "由物业企业管理的登记小区"}


@dataclass(frozen=True)
class QuotaMeter:
    """One division's count. ``state``: short, reached, over, none (no quota), unknown (the
    base of a percentage is not known). ``text`` says it in a sentence."""

    name: str
    value: int
    minimum: int | None
    maximum: int | None
    state: str
    text: str
    source: str = ""
    is_enforced: bool = False
    is_enforcement_unstated: bool = False


def meters(
    definition: Definition,
    object_: str,
    counts: Mapping[str, int],
    *,
    level: str = "county",
    step: str | None = None,
    names: Sequence[str] = (),
    bases: Mapping[str, int] | None = None,
) -> list[QuotaMeter]:
    """A meter per division, in the order of ``names`` (default: those the definition lists).

    ``step``: only quotas counted at this step, "" for those of the last decision.
    ``counts``: division name → number; ``bases``: division name → the registry count that a
    percentage is of. A division that only the counts know is shown last, never left out.
    """
    if not names:
        names = next((part.names for part in definition.levels if part.code == level), ())
    ordered = [*names, *(name for name in counts if name not in names)]
    return [
        meter(
            definition.quota_for(object_, level, name, step),
            name,
            counts.get(name, 0),
            object_=object_,
            base=(bases or {}).get(name),
        )
        for name in ordered
    ]


def limits(minimum: int | None, maximum: int | None) -> str:
    """“1 至 2 个”, “至少 3 个”, “至多 10 个”, “正好 1 个”."""
    if minimum is None:
        return f"至多 {maximum} 个"
    if maximum is None:
        return f"至少 {minimum} 个"
    return f"正好 {minimum} 个" if minimum == maximum else f"{minimum} 至 {maximum} 个"


def meter(
    quota: Quota | None, name: str, value: int, *, object_: str = "applications",
    base: int | None = None,
) -> QuotaMeter:  # fmt: skip
    """How one count stands against its quota."""
    done = f"已{OBJECTS[object_]} {value} 个"
    if quota is None:
        return QuotaMeter(name, value, None, None, "none", f"{done}，方案没有规定名额。")
    minimum, maximum = quota.rule.bounds(None if base is None else Decimal(base))
    if minimum is None and maximum is None:
        word = BASES.get(quota.rule.base, quota.rule.base)
        state, text = "unknown", f"{done}，名额的基数“{word}”还没有数据。"
    elif minimum is not None and value < minimum:
        state, text = "short", f"{done}，{limits(minimum, maximum)}，还差 {minimum - value} 个。"
    elif maximum is not None and value > maximum:
        state, text = "over", f"{done}，{limits(minimum, maximum)}，超出 {value - maximum} 个。"
    elif minimum is None:
        state, text = "reached", f"{done}，至多 {maximum} 个，还可 {maximum - value} 个。"
    else:
        state, text = "reached", f"{done}，{limits(minimum, maximum)}，已达到。"
    if base is not None and quota is not None and quota.rule.type == "percentage":
        text += f"（{BASES[quota.rule.base]} {base} 个的 {show(quota.rule.value)}%）"
    return QuotaMeter(
        name, value, minimum, maximum, state, text, quota.source,
        quota.enforcement == "enforce", quota.is_unstated("enforcement"),
    )  # fmt: skip
