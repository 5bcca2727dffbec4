"""The marks of a finished ranking under another definition: who moves, and why. Pure.

A mark is used as it stands, translated where that is honest, or left out: an item without usable
marks counts as not applicable, so that its section is rescaled for those sheets. What was left out
is said. Requirements that nobody was ever asked about are left out as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from campaigns.comparison import HEAD, compare, same_items
from campaigns.definition import Definition
from campaigns.rubric import Item, Mark, MarkError, show
from scoring.engine import (
    Candidate,
    as_fact,
    choose_winners,
    combine_raters,
    evaluate_gates,
    rank,
    score_sheet,
)

ZERO, ONE = Decimal(0), Decimal(1)
MOST_REASONS, MOST_CHANGES = 6, 300
TELLING = ("tracks", "requirements", "rubric", "combination", "outcome")


@dataclass(frozen=True)
class Entrant:
    """A dossier of the real ranking. ``sheets``: rater → item code → stored mark."""

    key: str
    number: str
    name: str
    track: str
    facts: Mapping[str, Any]
    attestations: Mapping[str, Any]
    sheets: Mapping[str, Mapping[str, Mark]]
    rank: int | None
    total: Decimal | None
    is_proposed: bool
    outcome: str = ""


@dataclass
class _Notes:
    """What was left out or translated, counted by item."""

    unusable: dict[str, Counter] = field(default_factory=dict)
    scaled: Counter = field(default_factory=Counter)


def carry(old: Item, new: Item, mark: Mark, step: Decimal) -> tuple[Mark | None, str]:
    """(mark for the new item, how): empty for as it was, 折算 for translated, else why not."""
    plain = {name: value for name, value in mark.items() if name != "veto"}
    if old.kind == new.kind:
        found, how = _same_kind(old, new, plain, step)
    else:
        found, how = _other_kind(old, new, plain)
    if found is not None and new.has_tick and mark.get("veto"):
        found = {**found, "veto": True}
    return found, how


def _same_kind(old: Item, new: Item, mark: Mark, step: Decimal) -> tuple[Mark | None, str]:
    if old.kind == "judged" and old.points != new.points:
        return _points(Decimal(mark["points"]) / old.points, new), "折算"
    names = {"components": "present", "bonus": "met", "tally": "counts"}.get(old.kind)
    if names:
        known, wanted = _names(old), _names(new)
        if wanted - known:
            return None, f"新增的要点没有评过（{'、'.join(sorted(wanted - known))}）"
        given = mark[names]
        kept = {k: v for k, v in given.items() if k in wanted} if isinstance(given, dict) else [
            name for name in given if name in wanted
        ]  # fmt: skip
        mark = {names: kept}
    try:
        return new.parse_mark(mark, step=step), ""
    except MarkError as error:
        return None, str(error).rstrip("。")


def _names(item: Item) -> set[str]:
    parts = getattr(item, "components", None) or getattr(item, "conditions", None) or item.parts
    return {part.title if item.kind == "components" else part.code for part in parts}


def _other_kind(old: Item, new: Item, mark: Mark) -> tuple[Mark | None, str]:
    """Only where the old mark says what the new one asks for."""
    if not (old.is_counted and new.is_counted) or old.is_measured or new.is_measured:
        return None, "评法改变，原评分不能换算"
    share = old.score(mark) / old.points
    if new.kind == "judged":
        return _points(share, new), "折算"
    if share in (ZERO, ONE) and new.kind == "all_or_nothing":
        return {"met": share == ONE}, "折算"
    if share in (ZERO, ONE) and (old.kind, new.kind) == ("all_or_nothing", "negative"):
        return {"present": share == ZERO}, "折算"
    if new.kind == "graded" and not new.criteria:
        for grade in new.grades:
            worth = grade.share if grade.points is None else grade.points / new.points
            if worth == share:
                return {"grade": grade.code}, "折算"
    return None, "评法改变，原评分不能换算"


def _points(share: Decimal, new: Item) -> Mark:
    return {"points": show((share * new.points).quantize(Decimal("0.0001")))}


class _Sheets:
    """Sheets of the old definition scored under the new one."""

    def __init__(self, old: Definition, new: Definition) -> None:
        self.old, self.new, self.notes = old, new, _Notes()
        self.same = same_items(old, new)
        self._variants: dict[tuple, Definition] = {(): new}

    def score(self, entrant: Entrant, rater: str):
        marks, left_out = {}, []
        for item in self.new.items(entrant.track):
            mark, how = self._mark(item, entrant, entrant.sheets[rater])
            if mark is not None:
                marks[item.code] = mark
                self.notes.scaled[item.code] += how == "折算"
            elif how:
                left_out.append(item.code)
                self.notes.unusable.setdefault(item.code, Counter())[how] += 1
        variant = self._variant(tuple(left_out))
        return score_sheet(variant, entrant.track, marks, entrant.facts), marks

    def _mark(self, item: Item, entrant: Entrant, sheet: Mapping[str, Mark]):
        if item.is_measured:
            is_known = as_fact(entrant.facts.get(item.metric)).number is not None
            return None, "" if is_known else "没有实测数据"
        known = self.same.get(item.code)
        if known is None:
            return None, "新增的指标，没有评过"
        if known not in sheet:
            return None, "原来不适用或没有评分"
        return carry(self.old.item(known), item, sheet[known], self.new.rubric.mark_step)

    def _variant(self, left_out: tuple[str, ...]) -> Definition:
        """The new definition in which some items do not apply to anybody."""
        if left_out not in self._variants:
            everybody = tuple(track.code for track in self.new.tracks)
            away = {
                "applies_to": (), "not_applicable_in": everybody, "not_applicable_when": (),
                "not_applicable_rule": "rescale_section",
            }  # fmt: skip
            sections = tuple(
                section.model_copy(
                    update={
                        "items": tuple(
                            i.model_copy(update=away) if i.code in left_out else i
                            for i in section.items
                        )
                    }
                )
                for section in self.new.rubric.sections
            )
            rubric = self.new.rubric.model_copy(update={"sections": sections})
            body = {name: getattr(self.new, name) for name in type(self.new).model_fields}
            self._variants[left_out] = Definition.model_construct(**body | {"rubric": rubric})
        return self._variants[left_out]


def replay(old: Definition, new: Definition, entrants: Sequence[Entrant]) -> dict[str, Any]:
    """The result as plain JSON: ``rows`` in the new order, ``counts``, ``remarks``, ``changes``."""
    sheets, tracks = _Sheets(old, new), {track.code for track in new.tracks}
    playing = [entrant for entrant in entrants if entrant.track in tracks]
    gates = {e.key: evaluate_gates(new, e.track, e.facts, e.attestations).results for e in playing}
    unasked = _unasked(gates.values())
    scored, candidates, panels = {}, [], {}
    for entrant in playing:
        scored[entrant.key] = {rater: sheets.score(entrant, rater) for rater in entrant.sheets}
        stored = [sheet.stored(rater) for rater, (sheet, _) in scored[entrant.key].items()]
        panel = panels[entrant.key] = combine_raters(new, stored, entrant.facts)
        candidates.append(
            Candidate(
                entrant.key, panel.total, panel.sections, entrant.track, entrant.facts,
                not _failing(gates[entrant.key], unasked), panel.problem, panel.bars,
            )
        )  # fmt: skip
    ranked = rank(new, candidates)
    choices = choose_winners(new, ranked)
    places = {row.key: row for row in ranked}
    rows = []
    for entrant in entrants:
        row = places.get(entrant.key)
        reasons = ["新方案没有它的申报类别，不能重放。"]
        if row is not None:
            reasons = _reasons(
                sheets, entrant, row, scored[entrant.key], choices[entrant.key],
                _failing(gates[entrant.key], unasked),
            )  # fmt: skip
        rows.append(_row(entrant, row, row and choices[entrant.key], reasons))
    rows.sort(key=lambda r: (r["group"], r["new_rank"] is None, r["new_rank"] or 0, r["number"]))
    return {
        "rows": rows,
        "counts": _counts(rows),
        "remarks": _remarks(sheets, unasked, new),
        "changes": _changes(old, new),
    }


def _failing(results, unasked: set[str]) -> list:
    return [
        r
        for r in results
        if r.consequence in ("bars_submission", "bars_award")
        and r.status in ("fail", "unknown")
        and r.code not in unasked
    ]


def _unasked(every) -> set[str]:
    """Requirements that are unknown for all to whom they apply: nobody was asked."""
    statuses: dict[str, set[str]] = {}
    for results in every:
        for result in results:
            statuses.setdefault(result.code, set()).add(result.status)
    return {code for code, found in statuses.items() if found - {"not_applicable"} == {"unknown"}}


def _row(entrant: Entrant, row, choice, reasons: list[str]) -> dict[str, Any]:
    new_rank = row.rank if row else None
    move = entrant.rank - new_rank if entrant.rank and new_rank else None
    total = row.candidate.total if row else None
    return {
        "key": entrant.key,
        "number": entrant.number,
        "name": entrant.name,
        "group": row.group if row else "",
        "old_rank": entrant.rank,
        "new_rank": new_rank,
        "move": move,
        "drop": -move if move else 0,
        "old_total": None if entrant.total is None else show(entrant.total),
        "new_total": None if total is None else show(total),
        "old_proposed": entrant.is_proposed,
        "new_proposed": bool(choice and choice.proposed),
        "is_undecided": bool(choice and choice.undecided),
        "outcome": entrant.outcome,
        "reasons": reasons,
    }


def _reasons(sheets: _Sheets, entrant, row, scored, choice, failing) -> list[str]:
    """Why this one stands where it stands now: items, gates, ties, the rule of the winners."""
    reasons = []
    if row.rank is None:
        reasons += row.explanation
    differences = []
    for item in sheets.new.items(entrant.track):
        known = sheets.same.get(item.code)
        pairs = [
            (sheets.old.item(known).score(entrant.sheets[rater][known]), item.score(marks[item.code]))
            for rater, (_, marks) in scored.items()
            if item.code in marks and known in entrant.sheets[rater]
        ]  # fmt: skip
        if pairs:
            before, after = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
            if before != after:
                differences.append((abs(after - before), item, before, after))
    differences.sort(key=lambda found: (-found[0], found[1].code))
    for _, item, before, after in differences[:MOST_REASONS]:
        words = f"平均 {show(round(before, 2))} 分，现为 {show(round(after, 2))} 分"
        reasons.append(f"{item.code} {item.title}：{words}。")
    reasons += [f"原则要求“{gate.title}”：{gate.text}" for gate in failing]
    if row.tie_rule or row.tied:
        reasons += row.explanation[1:]
    if choice.proposed != entrant.is_proposed or choice.undecided:
        reasons.append(choice.reason)
    if not reasons and row.rank != entrant.rank:
        same = row.candidate.total == entrant.total
        reasons.append(
            "总分不变，其他材料的变化使名次移动。" if same else "各类折算或合成规则改变，总分不同。"
        )
    return list(dict.fromkeys(reasons))


def _counts(rows: Sequence[dict]) -> dict[str, int]:
    moves = [row["move"] for row in rows if row["move"] is not None]
    return {
        "all": len(rows),
        "up": sum(move > 0 for move in moves),
        "down": sum(move < 0 for move in moves),
        "same": sum(move == 0 for move in moves),
        "most": max((abs(move) for move in moves), default=0),
        "gained": sum(r["new_proposed"] and not r["old_proposed"] for r in rows),
        "lost": sum(r["old_proposed"] and not r["new_proposed"] for r in rows),
        "unranked": sum(r["new_rank"] is None for r in rows),
    }


def _remarks(sheets: _Sheets, unasked: set[str], new: Definition) -> list[str]:
    """What holds for everybody: what is gone, what could not be used, what was translated."""
    remarks = []
    used = set(sheets.same.values())
    gone = [f"{i.code} {i.title}" for i in sheets.old.items() if i.code not in used]
    if gone:
        remarks.append(f"新方案不再有的指标 {len(gone)} 项，评分不再计入：{'、'.join(gone)}。")
    for code, why in sheets.notes.unusable.items():
        words = "；".join(f"{reason}（{count} 份评分表）" for reason, count in why.most_common())
        item = new.item(code)
        remarks.append(f"{code} {item.title}没有计入，本类按其余指标折算：{words}。")
    scaled = [code for code, count in sheets.notes.scaled.items() if count]
    if scaled:
        remarks.append(f"按原得分率折算评分的指标：{'、'.join(scaled)}。")
    for requirement in (*new.requirements, *new.outcome.conditions):
        if requirement.code in unasked:
            words = f"原则要求“{requirement.title}”当时没有核验过任何一卷，重放不作为入选条件。"
            remarks.append(words)
    return remarks


def _changes(old: Definition, new: Definition) -> list[dict[str, str]]:
    """What differs between the definitions where it can matter for the result."""
    changes = [c for c in compare(old, new).changes if c.group in TELLING and c.group != HEAD]
    telling = [c for c in changes if c.verb != "changed" or c.aspect != "text"]
    return [
        {"verb": c.verb, "where": c.where, "label": c.label, "old": c.old, "new": c.new}
        for c in telling[:MOST_CHANGES]
    ]
