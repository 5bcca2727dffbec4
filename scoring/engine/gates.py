"""Requirements evaluated: pass, fail or unknown, each with value, threshold and source."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from campaigns.definition import Definition, gate_key, leaves
from campaigns.definition.requirements import (
    AllOf,
    AnyOf,
    Attested,
    GateBase,
    MetricGate,
    RankGate,
    RegisterGate,
    Requirement,
    TitleGate,
)
from campaigns.rubric import show
from scoring.engine.numbers import Fact, as_fact, whole
from scoring.engine.plans import plan_of

Status = Literal["pass", "fail", "unknown", "not_applicable"]

STATUS_WORDS = {"pass": "符合", "fail": "不符合", "unknown": "未核定", "not_applicable": "不适用"}
OPERATORS = {
    ">=": (operator.ge, "不低于"),
    ">": (operator.gt, "高于"),
    "<=": (operator.le, "不高于"),
    "<": (operator.lt, "低于"),
    "==": (operator.eq, "等于"),
}


@dataclass(frozen=True, slots=True)
class GateResult:
    """`source` is where the value comes from; `text` is one Chinese sentence."""

    code: str
    title: str
    status: Status
    value: str
    threshold: str
    source: str
    text: str
    consequence: str = ""
    parts: tuple[GateResult, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For storage beside a ranking row."""
        names = ("code", "title", "status", "value", "threshold", "source", "text", "consequence")
        return {
            **{name: getattr(self, name) for name in names},
            "parts": [part.as_json() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class GatesResult:
    """All requirements of one dossier."""

    results: tuple[GateResult, ...]

    def _barring(self, *consequences: str) -> tuple[GateResult, ...]:
        return tuple(
            result
            for result in self.results
            if result.consequence in consequences and result.status in ("fail", "unknown")
        )

    @property
    def bars_submission(self) -> tuple[GateResult, ...]:
        return self._barring("bars_submission")

    @property
    def bars_award(self) -> tuple[GateResult, ...]:
        return self._barring("bars_submission", "bars_award")

    @property
    def warnings(self) -> tuple[GateResult, ...]:
        return self._barring("warns")

    @property
    def passed(self) -> bool:
        """Whether nothing bars the award; an unknown gate never passes."""
        return not self.bars_award

    def as_json(self) -> list[dict[str, Any]]:
        return [result.as_json() for result in self.results]


@dataclass(frozen=True, slots=True)
class _Known:
    track: str
    facts: Mapping[str, Any]
    attestations: Mapping[str, Any]
    level_titles: Mapping[str, str]


def evaluate_gates(
    definition: Definition,
    track: str,
    facts: Mapping[str, Any],
    attestations: Mapping[str, Any],
) -> GatesResult:
    """Every requirement and award condition of the track.

    `facts`: name → anything `as_fact` reads. `attestations`: key (`gate_key`) → True, False,
    None or `{"ok": bool | None, "source": text, "note": text}`."""
    titles = {level.code: level.body for level in definition.levels}
    known = _Known(track, facts, attestations, titles)
    plan = plan_of(definition)
    gates = plan.gates.get(track)
    if gates is None:
        gates = plan.gates[track] = [_Gate(r) for r in definition.gates(track)]
    return GatesResult(tuple([gate.result(known) for gate in gates]))


class _Gate:
    """A requirement that remembers its results by all that they depend on: entrants are often
    alike in what a requirement asks for."""

    def __init__(self, requirement: Requirement) -> None:
        self.requirement = requirement
        self.asked = [
            (True, gate_key(requirement, gate))
            if isinstance(gate, Attested)
            else (False, FACT_OF[type(gate)](gate))
            for gate in leaves(requirement)
        ]
        self.known: dict[tuple[Any, ...], GateResult] = {}

    def result(self, known: _Known) -> GateResult:
        given = []
        for is_attested, name in self.asked:
            value = known.attestations.get(name) if is_attested else known.facts.get(name)
            if value.__class__ not in _COMPARABLE:
                return _evaluate(self.requirement, self.requirement.gate, known, is_top=True)
            given.append(value)
        key = tuple(given)
        result = self.known.get(key)
        if result is None:
            if len(self.known) >= MOST_REMEMBERED:
                self.known.clear()
            result = _evaluate(self.requirement, self.requirement.gate, known, is_top=True)
            self.known[key] = result
        return result


MOST_REMEMBERED = 5_000
_COMPARABLE = frozenset({bool, type(None), Fact})  # equal values of these give equal results


def _evaluate(
    requirement: Requirement, gate: GateBase, known: _Known, *, is_top: bool = False
) -> GateResult:
    title = requirement.title if is_top else gate.title or requirement.title
    parts: tuple[GateResult, ...] = ()
    value = threshold = source = ""
    if not gate.applies(known.track):
        status, text = "not_applicable", "本类别不适用"
    elif isinstance(gate, AllOf | AnyOf):
        parts = tuple(_evaluate(requirement, member, known) for member in gate.gates)
        status, text = _composite(gate, parts)
    elif isinstance(gate, Attested):
        status, value, source, text = _attested(requirement, gate, known)
    else:
        name = FACT_OF[type(gate)](gate)
        fact = as_fact(known.facts.get(name))
        source = fact.source
        judge = JUDGES[type(gate)]
        status, value, threshold, text = judge(gate, fact)
    return GateResult(
        requirement.code if is_top else gate_key(requirement, gate),
        title,
        status,
        value,
        threshold,
        source,
        f"{text}：{STATUS_WORDS[status]}。" if status != "not_applicable" else f"{text}。",
        requirement.consequence if is_top else "",
        parts,
    )


def _composite(gate: AllOf | AnyOf, parts: tuple[GateResult, ...]) -> tuple[Status, str]:
    statuses = {part.status for part in parts} - {"not_applicable"}
    titles = {
        status: "、".join(p.title for p in parts if p.status == status)
        for status in ("fail", "unknown")
    }
    if not statuses:
        return "not_applicable", "各项均不适用"
    if isinstance(gate, AnyOf):
        if "pass" in statuses:
            return "pass", "至少一项符合"
        status: Status = "unknown" if "unknown" in statuses else "fail"
        return status, "没有一项确认符合"
    if "fail" in statuses:
        return "fail", f"{titles['fail']}不符合"
    if "unknown" in statuses:
        return "unknown", f"{titles['unknown']}尚未核定"
    return "pass", "各项均符合"


def _attested(
    requirement: Requirement, gate: Attested, known: _Known
) -> tuple[Status, str, str, str]:
    given = known.attestations.get(gate_key(requirement, gate))
    source = known.level_titles.get(gate.by, gate.by)
    note = ""
    if isinstance(given, Mapping):
        source = str(given.get("source") or source)
        note = str(given.get("note") or "")
        given = given.get("ok")
    if given is True:
        return "pass", "是", source, f"{source}认定" + (f"（{note}）" if note else "")
    if given is False:
        return "fail", "否", source, f"{source}认定" + (f"（{note}）" if note else "")
    return "unknown", "", source, f"{source}尚未认定"


def _metric(gate: MetricGate, fact: Fact) -> tuple[Status, str, str, str]:
    compare, word = OPERATORS[gate.op]
    threshold = f"{word} {show(gate.threshold)}{gate.unit}"
    number = fact.number
    if number is None:
        return "unknown", "", threshold, f"缺少实测数据，要求{threshold}"
    value = f"{show(number)}{gate.unit}"
    status: Status = "pass" if compare(number, gate.threshold) else "fail"
    return status, value, threshold, f"实测 {value}，要求{threshold}"


def _rank(gate: RankGate, fact: Fact) -> tuple[Status, str, str, str]:
    threshold = f"前 {show(gate.share * 100)}%"
    if fact.place is None or not fact.population:
        return "unknown", "", threshold, f"缺少排位数据，要求{threshold}"
    value = f"第 {fact.place} 位，共 {fact.population} 个"
    if fact.population < gate.min_population:
        return "unknown", value, threshold, f"{value}，样本少于 {gate.min_population} 个"
    limit = whole(gate.share * Decimal(fact.population), gate.rounding)
    status: Status = "pass" if fact.place <= limit else "fail"
    return status, value, threshold, f"{value}，要求{threshold}（前 {limit} 位）"


def _register(gate: RegisterGate, fact: Fact) -> tuple[Status, str, str, str]:
    if gate.rule == "grade_at_least":
        threshold = f"{gate.grade} 级以上"
        grade = fact.value
        if not isinstance(grade, str) or grade not in gate.grades:
            return "unknown", str(grade or ""), threshold, f"没有可用的等级，要求 {threshold}"
        good = gate.grades.index(grade) <= gate.grades.index(gate.grade)
        return "pass" if good else "fail", grade, threshold, f"等级 {grade}，要求 {threshold}"
    threshold = f"{gate.since} 以来没有记录"
    days = fact.value
    if not isinstance(days, tuple):
        return "unknown", "", threshold, f"尚未查询登记，要求{threshold}"
    counted = [
        day for day in sorted(days) if day >= gate.since and (not gate.until or day <= gate.until)
    ]
    if counted:
        value = "、".join(str(day) for day in counted)
        return "fail", value, threshold, f"有记录 {value}，要求{threshold}"
    return "pass", "无记录", threshold, f"没有记录，要求{threshold}"


def _title(gate: TitleGate, fact: Fact) -> tuple[Status, str, str, str]:
    since = f"{gate.since} 以来" if gate.since else ""
    until = f"截至 {gate.until}" if gate.until else ""
    threshold = f"{'、'.join(filter(None, (since, until)))}已获得称号"
    held = fact.value
    if isinstance(held, Decimal) and not (gate.since or gate.until):
        word = "已获得" if held > 0 else "未获得"
        return "pass" if held > 0 else "fail", word, threshold, f"{word}，要求{threshold}"
    if not isinstance(held, tuple):
        return "unknown", "", threshold, f"没有称号的记录，要求{threshold}"
    days = [
        day
        for day in sorted(held)
        if (not gate.since or day >= gate.since) and (not gate.until or day <= gate.until)
    ]
    if not days:
        return "fail", "无", threshold, f"没有在要求时间内获得，要求{threshold}"
    value = "、".join(str(day) for day in days)
    return "pass", value, threshold, f"{value} 获得，要求{threshold}"


JUDGES = {MetricGate: _metric, RankGate: _rank, RegisterGate: _register, TitleGate: _title}
FACT_OF = {
    MetricGate: lambda gate: gate.metric,
    RankGate: lambda gate: gate.place_key,
    RegisterGate: lambda gate: gate.register_name,
    TitleGate: lambda gate: gate.award,
}
