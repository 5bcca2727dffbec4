"""Quotas of a definition in plain Chinese: pure, for pages and papers."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.definition import Definition
from campaigns.quotas import BASES, OBJECTS, limits
from campaigns.rubric import show
from campaigns.wording import unstated, who


@dataclass(frozen=True)
class QuotaLine:
    """One quota of the notice as people read it."""

    title: str
    what: str
    number: str
    beyond: str
    source: str
    unstated: str


def quota_lines(definition: Definition) -> list[QuotaLine]:
    """Every quota that is not about applications: winners at a level, cases forwarded."""
    return [
        _quota_line(definition, quota)
        for quota in definition.quotas
        if quota.object != "applications"
    ]


def _quota_line(definition: Definition, quota) -> QuotaLine:
    rule = quota.rule
    where = "、".join(quota.scope.names) or who(definition, quota.scope.level)
    step = f"（{definition.step(quota.step).title}）" if quota.step else ""
    if rule.type == "percentage":
        word = "至少" if rule.limit == "min" else "至多"
        number = f"{word}为{BASES.get(rule.base, rule.base)}的 {show(rule.value)}%"
    else:
        number = limits(*rule.bounds())
    beyond = "超出的不能办理" if quota.enforcement == "enforce" else "只提示"
    notes = "；".join(note for note in (unstated(rule), unstated(quota)) if note)
    what = f"{where}{OBJECTS[quota.object]}{step}"
    return QuotaLine(quota.title, what, number, beyond, quota.source, notes)
