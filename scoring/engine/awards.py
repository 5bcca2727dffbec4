"""Ranked totals → bands (grades, stars, medals) and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from campaigns.conditions import FactTest, all_words
from campaigns.definition import Definition
from campaigns.definition.outcome import Band, BandTable, Effect, Outcome
from campaigns.rubric import show
from scoring.engine.numbers import as_fact, rounded
from scoring.engine.ranking import RankedRow


@dataclass(frozen=True, slots=True)
class EffectResult:
    """`amount` None: only words. `unknown`: facts that are missing, the effect is open."""

    code: str
    title: str
    amount: Decimal | None
    unit: str
    unknown: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Award:
    """The band of one entrant; codes are empty where there is none."""

    key: str
    table: str
    band: str
    title: str
    effects: tuple[EffectResult, ...]
    explanation: tuple[str, ...]


def award_bands(definition: Definition, rows: Iterable[RankedRow]) -> dict[str, Award]:
    """key → Award for every ranked row, when the definition has band tables."""
    if not definition.outcome.tables:
        return {}
    return {row.key: _award(definition, row) for row in rows if row.rank is not None}


def _award(definition: Definition, row: RankedRow) -> Award:
    outcome, candidate = definition.outcome, row.candidate
    table, lines = _table(outcome, row)
    if table is None:
        return Award(row.key, "", "", "", (), tuple(lines))
    if table.needs_gates and (not candidate.gates_passed or candidate.bars):
        reason = candidate.bars[0] if candidate.gates_passed else "原则要求未全部满足。"
        return Award(row.key, table.code, "", "", (), (f"{reason}不评定等次。",))
    band = next((band for band in table.bands if _reaches(band, row)), None)
    if band is None:
        reason = f"总分 {show(candidate.total)} 分，未达到“{table.title}”的任何等次。"
        return Award(row.key, table.code, "", "", (), (reason,))
    lines.append(f"{_limit(band)}，评为“{band.title}”。")
    band = _lowered(outcome, table, band, candidate.facts, lines)
    if band is None:
        return Award(row.key, table.code, "", "", (), tuple(lines))
    effects = tuple(
        _effect(effect, candidate.facts, found)
        for effect in outcome.effects
        if band.code in effect.bands
        and effect.applies(candidate.track)
        and (found := _hold(effect.when, candidate.facts))[0] is not False
    )
    lines += [effect.text for effect in effects]
    return Award(row.key, table.code, band.code, band.title, effects, tuple(lines))


def _table(outcome: Outcome, row: RankedRow) -> tuple[BandTable | None, list[str]]:
    """The first table that fits; where a fact is missing to tell, none."""
    for table in outcome.tables:
        if not table.applies(row.candidate.track):
            continue
        holds, missing = _hold(table.when, row.candidate.facts)
        if holds is None:
            names = "、".join(missing)
            return None, [f"缺少{names}，不能确定是否适用“{table.title}”，未评定等次。"]
        if holds:
            words = f"（{all_words(table.when)}）" if table.when else ""
            return table, [f"适用“{table.title}”{words}。"]
    return None, ["没有适用的等次表，不评定等次。"]


def _hold(
    tests: Iterable[FactTest], facts: Mapping[str, Any]
) -> tuple[bool | None, tuple[str, ...]]:
    """(whether all tests hold, titles of what is not known)."""
    results = [(test, test.holds(as_fact(facts.get(test.fact)).value)) for test in tests]
    if any(result is False for _, result in results):
        return False, ()
    missing = tuple(test.title for test, result in results if result is None)
    return (None if missing else True), missing


def _reaches(band: Band, row: RankedRow) -> bool:
    return (band.at_least is None or row.candidate.total >= band.at_least) and (
        band.up_to_rank is None or row.rank <= band.up_to_rank
    )


def _limit(band: Band) -> str:
    words = []
    if band.at_least is not None:
        words.append(f"总分达到 {show(band.at_least)} 分")
    if band.up_to_rank is not None:
        words.append(f"名次在前 {band.up_to_rank} 名")
    return "，".join(words)


def _lowered(
    outcome: Outcome, table: BandTable, band: Band, facts: Mapping[str, Any], lines: list[str]
) -> Band | None:
    place = table.bands.index(band)
    for lowering in outcome.lowerings:
        holds, missing = _hold(lowering.when, facts)
        if holds is None:
            lines.append(f"缺少{'、'.join(missing)}，未按“{lowering.title}”降等。")
        elif holds:
            place += lowering.bands
            lines.append(
                f"{lowering.title}（{all_words(lowering.when)}），降 {lowering.bands} 等。"
            )
    if place >= len(table.bands):
        lines.append("降等后不再有等次。")
        return None
    if table.bands[place] is not band:
        lines.append(f"最终评为“{table.bands[place].title}”。")
    return table.bands[place]


def _effect(
    effect: Effect, facts: Mapping[str, Any], found: tuple[bool | None, tuple[str, ...]]
) -> EffectResult:
    unknown, amount = found[1], effect.amount
    words = f"{effect.title}{f'（{all_words(effect.when)}）' if effect.when else ''}"
    count = None
    if effect.per and amount is not None:
        count = as_fact(facts.get(effect.per)).number
        unknown += (effect.per,) if count is None else ()
        amount = None if count is None else rounded(amount * count, effect.decimals, "half_up")
    if unknown:
        text = f"{words}：缺少{'、'.join(unknown)}，未确定。"
        return EffectResult(effect.code, effect.title, None, effect.unit, unknown, text)
    if amount is None:
        return EffectResult(effect.code, effect.title, None, "", (), f"{words}。")
    by = (
        "" if count is None else f"（每个单位 {show(effect.amount)} {effect.unit} × {show(count)}）"
    )
    text = f"{words}：{show(amount)} {effect.unit}{by}。"
    return EffectResult(effect.code, effect.title, amount, effect.unit, (), text)
