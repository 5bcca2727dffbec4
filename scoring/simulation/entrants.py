"""Entrants with their facts and marks, checked against a definition."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from campaigns.definition import Definition, leaves
from campaigns.definition.requirements import MetricGate, RankGate, RegisterGate, TitleGate
from campaigns.rubric import Mark, MarkError
from scoring.engine import Fact, as_fact

MOST_PROBLEMS = 50
YES, NO = (
    frozenset({"是", "true", "1", "符合", "√"}),
    frozenset({"否", "false", "0", "不符合", "×"}),
)
VETO_WORD = "否决"


class MarksError(ValueError):
    """Facts or marks that cannot be scored; `problems`: Chinese, each with its place."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One rater's marks in stored form; `source` is a source of the combination."""

    rater: str
    source: str
    marks: Mapping[str, Mark]


@dataclass(frozen=True, slots=True)
class Entrant:
    key: str
    title: str
    track: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    attestations: Mapping[str, Any] = field(default_factory=dict)
    sheets: tuple[Sheet, ...] = ()


def known_facts(definition: Definition) -> dict[str, str]:
    """Every fact the definition makes use of: name → what for."""
    names: dict[str, str] = {}
    tests = [test for item in definition.items() for test in item.not_applicable_when]
    outcome = definition.outcome
    tests += [test for part in (*outcome.tables, *outcome.lowerings, *outcome.effects)
              for test in part.when]  # fmt: skip
    names.update((test.fact, test.title) for test in tests)
    names.update((effect.per, effect.title) for effect in outcome.effects if effect.per)
    for item in definition.items():
        if item.is_measured and item.is_bonus:
            names.update((c.test.fact, c.title) for c in item.conditions)
        elif item.is_measured:
            names[item.metric] = item.title
    names.update((s.fact, s.title) for s in definition.combination.sources if s.fact)
    names.update((rule.key, rule.title) for rule in outcome.tie_rules if rule.by == "fact")
    for requirement in (*definition.requirements, *outcome.conditions):
        for gate in leaves(requirement):
            title = gate.title or requirement.title
            if isinstance(gate, MetricGate):
                names[gate.metric] = title
            elif isinstance(gate, RankGate):
                names[gate.place_key] = title
            elif isinstance(gate, RegisterGate):
                names[gate.register_name] = title
            elif isinstance(gate, TitleGate):
                names[gate.award] = title
    return names


def known_attestations(definition: Definition) -> set[str]:
    """Keys of everything that a body has to confirm."""
    return {
        key
        for track in definition.tracks
        for level in definition.levels
        for key, _, _ in definition.attestable(level.code, track.code)
    }


def _is_place(fact: Fact) -> bool:
    place, population = fact.place, fact.population
    return type(place) is int and type(population) is int and 1 <= place <= population


class Reader:
    """Takes raw values into entrants and gathers what is wrong, each with its place."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.problems: list[str] = []
        self.facts = known_facts(definition)
        self.attestations = known_attestations(definition)
        self.tracks = {track.code: track.code for track in definition.tracks}
        self.tracks |= {track.title: track.code for track in definition.tracks}
        self.sources = {s.code: s for s in definition.combination.sources}
        self._marks: dict[tuple[str, type, Any], Mark] = {}
        self._seen: set[str] = set()

    def problem(self, place: str, text: str) -> None:
        if len(self.problems) == MOST_PROBLEMS:
            self.problems.append("错误过多，其余不再列出。")
        elif len(self.problems) < MOST_PROBLEMS:
            self.problems.append(f"{place}：{text}")

    def finish(self, entrants: list[Entrant]) -> list[Entrant]:
        if not entrants and not self.problems:
            self.problem("文件", "没有任何评选对象。")
        if self.problems:
            raise MarksError(self.problems)
        return entrants

    def key(self, place: str, raw: Any) -> str:
        key = "" if raw is None else str(raw).strip()
        if not key:
            self.problem(place, "缺少代号。")
        elif key in self._seen:
            self.problem(place, f"代号“{key}”重复。")
        self._seen.add(key)
        return key

    def track(self, place: str, raw: Any) -> str:
        if raw in (None, "") and len(self.definition.tracks) == 1:
            return self.definition.tracks[0].code
        track = self.tracks.get(str(raw).strip())
        if track is None:
            titles = "、".join(f"{t.code}（{t.title}）" for t in self.definition.tracks)
            self.problem(place, f"没有申报类别“{raw or ''}”，可选：{titles}。")
        return track or self.definition.tracks[0].code

    def fact(self, place: str, name: str, raw: Any) -> Fact | None:
        if name not in self.facts:
            known = "、".join(self.facts) or "（没有）"
            self.problem(place, f"方案没有用到数据“{name}”，可用：{known}。")
            return None
        try:
            fact = as_fact(raw)
        except (TypeError, ValueError, ArithmeticError):
            self.problem(
                place, f"“{str(raw)[:30]}”不是可用的数据，应为数字、日期、文字或日期列表。"
            )
            return None
        if (fact.place, fact.population) != (None, None) and not _is_place(fact):
            self.problem(place, "位次应写成两个整数，位次从 1 起、不大于总数，如 3/120。")
            return None
        return fact

    def attestation(self, place: str, key: str, raw: Any) -> Any:
        if key not in self.attestations:
            known = "、".join(sorted(self.attestations)) or "（没有）"
            self.problem(place, f"方案没有认定项“{key}”，可用：{known}。")
            return None
        if isinstance(raw, Mapping):
            if isinstance(raw.get("ok"), bool) or raw.get("ok") is None:
                return raw
            raw = raw["ok"]
        text = str(raw).strip().lower()
        if raw in (None, "") or text in YES | NO:
            return None if raw in (None, "") else text in YES
        self.problem(place, f"认定结果应为“是”或“否”，不能是“{str(raw)[:30]}”。")
        return None

    def source(self, place: str, raw: Any, step: Any = None) -> str:
        """The source of a sheet, named itself or by the step that carries it."""
        code = str(raw or "").strip()
        if not code and step:
            steps = {s.code: s.scores for s in self.definition.route if s.scores}
            if step not in steps:
                self.problem(place, f"没有评分的环节“{step}”，可选：{'、'.join(steps) or '无'}。")
            return steps.get(step, "")
        by_title = {source.title: source.code for source in self.sources.values()}
        code = by_title.get(code, code)
        if code and code not in self.sources:
            self.problem(place, f"没有评分来源“{code}”，可选：{'、'.join(self.sources)}。")
            return ""
        if code and self.sources[code].fact:
            title = self.sources[code].title
            self.problem(place, f"“{title}”按实测数据计分，不用评分表。")
            return ""
        return code

    def mark(self, place: str, code: str, raw: Any, source: str) -> Mark | None:
        """A mark from a JSON object or from the text of a cell."""
        value = next(iter(raw.values())) if isinstance(raw, dict) and len(raw) == 1 else raw
        slot = None
        if isinstance(value, str | int | Decimal):
            slot = (code, raw.__class__, value.__class__, value, source)
            if slot in self._marks:
                return self._marks[slot]
        try:
            item = self.definition.item(code)
        except KeyError:
            self.problem(place, f"没有指标“{code}”。")
            return None
        if item.is_measured:
            self.problem(place, f"{code} 由实测数据计分，不用评分，请填写数据。")
            return None
        if source and source not in self.definition.sources_of(item):
            title = self.sources[source].title
            self.problem(place, f"{code} 不由“{title}”评定。")
            return None
        try:
            shaped = raw if isinstance(raw, dict) else _from_text(item, raw)
            mark = self.definition.parse_mark(code, shaped)
        except MarkError as error:
            self.problem(place, str(error))
            return None
        if slot is not None:
            self._marks[slot] = mark
        return mark


def _from_text(item: Any, raw: Any) -> Any:
    if isinstance(raw, list) or raw is None:
        raise MarkError(f"{item.code} 的评分格式不正确。")
    text = ("true" if raw else "false") if isinstance(raw, bool) else str(raw).strip()
    if text.startswith("{"):
        try:
            return json.loads(text, parse_float=Decimal)
        except ValueError:
            raise MarkError(f"{item.code} 的评分不是正确的 JSON：{text[:40]}") from None
    is_vetoed = item.has_tick and text.endswith(VETO_WORD)
    raw = item.from_cell(text.removesuffix(VETO_WORD).strip() if is_vetoed else text)
    return {**raw, "veto": True} if is_vetoed else raw


def entrants_of(definition: Definition, data: Any) -> list[Entrant]:
    """Entrants from the object of a JSON file; MarksError with every problem and its path."""
    reader = Reader(definition)
    listed = data.get("candidates") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        raise MarksError(['文件：应为 {"candidates": [ … ]}，见 docs/simulation.md。'])
    entrants = []
    for n, entry in enumerate(listed):
        place = f"candidates[{n}]"
        if _is_object(reader, place, entry, "key title track facts attestations sheets"):
            entrants.append(_entrant(reader, place, entry))
    return reader.finish(entrants)


def _is_object(reader: Reader, place: str, value: Any, names: str) -> bool:
    if not isinstance(value, dict):
        reader.problem(place, "应为对象（{ … }）。")
        return False
    unknown = [name for name in value if name not in names.split()]
    if unknown:
        allowed = "、".join(names.split())
        reader.problem(place, f"不认识的内容：{'、'.join(unknown)}；可以有：{allowed}。")
    return True


def _entrant(reader: Reader, place: str, entry: dict[str, Any]) -> Entrant:
    key = reader.key(f"{place}.key", entry.get("key"))
    track = reader.track(f"{place}.track", entry.get("track"))
    facts = _pairs(reader, f"{place}.facts", entry.get("facts"), reader.fact)
    said = _pairs(reader, f"{place}.attestations", entry.get("attestations"), reader.attestation)
    sheets = []
    listed = entry.get("sheets") or []
    if not isinstance(listed, list):
        reader.problem(f"{place}.sheets", "应为列表（[ … ]）。")
        listed = []
    for n, given in enumerate(listed):
        here = f"{place}.sheets[{n}]"
        if not _is_object(reader, here, given, "rater source step marks"):
            continue
        rater = str(given.get("rater") or n + 1)
        source = reader.source(f"{here}.source", given.get("source"), given.get("step"))
        marks = _pairs(
            reader, f"{here}.marks", given.get("marks"),
            lambda place, code, raw, source=source: reader.mark(place, code, raw, source),
        )  # fmt: skip
        sheets.append(Sheet(rater, source, marks))
    check_raters(reader, f"{place}.sheets", sheets)
    return Entrant(key, str(entry.get("title") or ""), track, facts, said, tuple(sheets))


def check_raters(reader: Reader, place: str, sheets: Iterable[Sheet]) -> None:
    seen = set()
    for sheet in sheets:
        if (sheet.source, sheet.rater) in seen:
            reader.problem(place, f"评分人“{sheet.rater}”有两份评分表。")
        seen.add((sheet.source, sheet.rater))


def _pairs(
    reader: Reader, place: str, given: Any, read: Callable[[str, str, Any], Any]
) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        reader.problem(place, "应为对象（{ … }）。")
        return {}
    read_values = ((name, read(f"{place}.{name}", name, raw)) for name, raw in given.items())
    return {name: value for name, value in read_values if value is not None}
