"""Totals → ranks, ties told apart by rule, winners proposed by rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from campaigns.definition import Definition
from campaigns.definition.outcome import TieRule
from campaigns.rubric import show
from scoring.engine.gates import GatesResult
from scoring.engine.numbers import as_fact, whole
from scoring.engine.panel import PanelResult


@dataclass(frozen=True, slots=True)
class Candidate:
    """One dossier with stored results only. `total` None: not ranked, `problem` says why.
    `facts` need only hold what the tie rules name; `bars`: what keeps it from winning beside
    the gates and the pass mark (vetoes, minimums)."""

    key: str
    total: Decimal | None
    sections: Mapping[str, Decimal] = field(default_factory=dict)
    track: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    gates_passed: bool = False
    problem: str = ""
    bars: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, key: str, track: str, facts: Mapping[str, Any], panel: PanelResult, gates: GatesResult
    ) -> Candidate:
        """The candidate that a panel's result and the gates make."""
        return cls(
            key, panel.total, panel.sections, track, facts, gates.passed, panel.problem, panel.bars
        )


@dataclass(frozen=True, slots=True)
class RankedRow:
    """`rank` None: not ranked. `tied`: shares its rank after all rules. `tie_rule`: code of the
    rule that told it apart from others with the same total, "" if none was needed or helped.
    `same` entrants have its total, `equal` of them its rank, itself counted."""

    candidate: Candidate
    group: str
    rank: int | None
    rule: TieRule | None = None
    same: int = 1
    equal: int = 1

    @property
    def tied(self) -> bool:
        return self.equal > 1

    @property
    def tie_rule(self) -> str:
        return self.rule.code if self.rule else ""

    @property
    def explanation(self) -> tuple[str, ...]:
        if self.rank is None:
            return (self.candidate.problem or "没有总分，不参加排名。",)
        total = show(self.candidate.total)
        if self.same == 1:
            return (f"总分 {total} 分，第 {self.rank} 名。",)
        return tuple(_explain(self, total))

    @property
    def key(self) -> str:
        return self.candidate.key


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether the rule proposes a candidate. `undecided`: a tie crosses the last place."""

    key: str
    proposed: bool
    undecided: bool
    reason: str


def rank(definition: Definition, candidates: Iterable[Candidate]) -> list[RankedRow]:
    """Rows by group and rank, unranked last. Equal totals are told apart by the tie rules; who
    is equal in all of them shares a rank and the next rank is left out (1, 2, 2, 4)."""
    apart = definition.outcome.ranked == "apart"
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.track if apart else "", []).append(candidate)
    order = [track.code for track in definition.tracks if track.code in groups] if apart else []
    rows: list[RankedRow] = []
    for group in [*order, *(name for name in groups if name not in order)]:
        rows += _rank_group(definition.outcome.tie_rules, group, groups[group])
    return rows


def _strength(rule: TieRule, candidate: Candidate) -> Decimal | None:
    """The value a tie rule compares, turned so that more is better; None when not known."""
    if rule.by == "section":
        value = candidate.sections.get(rule.key)
        value = None if value is None else Decimal(value)
    else:
        value = as_fact(candidate.facts.get(rule.key)).number
    return value if value is None or rule.better == "higher" else -value


def _rank_group(
    rules: Sequence[TieRule], group: str, members: Sequence[Candidate]
) -> list[RankedRow]:
    ranked = sorted((c for c in members if c.total is not None), key=lambda c: (-c.total, c.key))
    rows: list[RankedRow] = []
    for _, same in groupby(ranked, key=lambda candidate: candidate.total):
        rows += _rank_equal_totals(rules, group, list(same), len(rows) + 1)
    for candidate in sorted((c for c in members if c.total is None), key=lambda c: c.key):
        rows.append(RankedRow(candidate, group, None))
    return rows


def _rank_equal_totals(
    rules: Sequence[TieRule], group: str, same: list[Candidate], start: int
) -> list[RankedRow]:
    if len(same) == 1:
        return [RankedRow(same[0], group, start)]
    places = {c.key: tuple(_place(_strength(rule, c)) for rule in rules) for c in same}
    same.sort(key=lambda c: (places[c.key], c.key))
    rows: list[RankedRow] = []
    position = start
    clusters = [list(equal) for _, equal in groupby(same, key=lambda c: places[c.key])]
    for index, members in enumerate(clusters):
        # In sorted order nobody is closer than the neighbours, so they need the deepest rule.
        near = clusters[max(index - 1, 0) : index] + clusters[index + 1 : index + 2]
        mine = places[members[0].key]
        rule = _deciding_rule(rules, mine, [places[cluster[0].key] for cluster in near])
        rows += [RankedRow(c, group, position, rule, len(same), len(members)) for c in members]
        position += len(members)
    return rows


def _place(value: Decimal | None) -> tuple[int, Decimal]:
    """Sort key: more is earlier, unknown last."""
    return (1, Decimal(0)) if value is None else (0, -value)


def _deciding_rule(
    rules: Sequence[TieRule],
    mine: tuple[tuple[int, Decimal], ...],
    others: Sequence[tuple[tuple[int, Decimal], ...]],
) -> TieRule | None:
    """The last rule that was needed to tell `mine` apart from any of the others."""
    if not others:
        return None
    return rules[max(_first_difference(mine, other) for other in others)]


def _first_difference(one: Sequence[Any], other: Sequence[Any]) -> int:
    return next(i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)


def _explain(row: RankedRow, total: str) -> list[str]:
    rule, lines = row.rule, [f"总分 {total} 分，共 {row.same} 个小区总分相同。"]
    if rule:
        strength, shown = _strength(rule, row.candidate), "没有数据，排在后面"
        if strength is not None:
            shown = f"本小区 {show(strength if rule.better == 'higher' else -strength)}"
        lines.append(f"按“{rule.title}”区分（{shown}）。")
    if row.equal > 1:
        lines.append(f"区分规则用尽仍有 {row.equal} 个相同，并列第 {row.rank} 名。")
    else:
        lines.append(f"第 {row.rank} 名。")
    return lines


def choose_winners(definition: Definition, rows: Iterable[RankedRow]) -> dict[str, Choice]:
    """key → Choice: gates, pass mark, then the number of places. Where a tie crosses the last
    place nobody of the tie is proposed: the bureau decides."""
    outcome = definition.outcome
    if not definition.is_scored:
        return {row.key: _unscored(row) for row in rows}
    choices: dict[str, Choice] = {}
    eligible: dict[str, list[RankedRow]] = {}
    for row in rows:
        reason = _bar(outcome.pass_mark, row)
        if reason:
            choices[row.key] = Choice(row.key, False, False, reason)
        else:
            eligible.setdefault(row.group, []).append(row)
    for group in eligible.values():
        group.sort(key=lambda row: (row.rank, row.key))
        for choice in _choose(outcome.winners, group):
            choices[choice.key] = choice
    return choices


def _unscored(row: RankedRow) -> Choice:
    """Without a rubric the requirements bar and the bureau picks among the others."""
    if not row.candidate.gates_passed:
        return Choice(row.key, False, False, "原则要求未全部满足，不得入选。")
    return Choice(row.key, False, True, "原则要求全部满足，由主管部门在名额内选定。")


def _bar(pass_mark: Decimal | None, row: RankedRow) -> str:
    if row.rank is None:
        return row.explanation[0]
    if not row.candidate.gates_passed:
        return "原则要求未全部满足，不得入选。"
    if row.candidate.bars:
        return f"{row.candidate.bars[0]}不得入选。"
    if pass_mark is not None and row.candidate.total < pass_mark:
        return f"总分 {show(row.candidate.total)} 分，低于合格线 {show(pass_mark)} 分。"
    return ""


def _choose(rule: Any, group: Sequence[RankedRow]) -> list[Choice]:
    if rule.type == "all_passing":
        text = "达到合格线并满足全部原则要求，按规则拟入选。"
        return [Choice(row.key, True, False, text) for row in group]
    if rule.type == "chosen":
        text = "达到条件，由主管部门在合格者中确定。"
        return [Choice(row.key, False, True, text) for row in group]
    places = rule.count if rule.type == "count" else whole(len(group) * rule.ratio, rule.rounding)
    choices: list[Choice] = []
    left = places
    for position, equal in groupby(group, key=lambda row: row.rank):
        members = list(equal)
        if len(members) <= left:
            text = f"第 {position} 名，在 {places} 个名额之内，按规则拟入选。"
            choices += [Choice(row.key, True, False, text) for row in members]
            left -= len(members)
        elif left > 0:
            text = (
                f"并列第 {position} 名的有 {len(members)} 个，只剩 {left} 个名额，由主管部门决定。"
            )
            choices += [Choice(row.key, False, True, text) for row in members]
            left = 0
        else:
            text = f"第 {position} 名，超出 {places} 个名额。"
            choices += [Choice(row.key, False, False, text) for row in members]
    return choices
