"""Whether the parts of a definition fit together: codes, references, sums.

A notice may contradict itself: what cannot be scored is an error, everything else a warning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from campaigns.definition.model import Definition
from campaigns.definition.problems import Locator, Problem
from campaigns.definition.requirements import Attested, leaves
from campaigns.rubric import show

Location = tuple[Any, ...]
Finding = tuple[Location, str, str]

ACTORS = frozenset({"applicant", "expert", "evaluator"})


def cross_check(definition: Definition, locator: Locator | None = None) -> list[Problem]:
    """Everything that does not fit, in the order of the file's parts."""
    locator = locator or Locator()
    found = []
    for rule in (_codes, _tracks, _levels, _deadlines, _requirements, _sums, _outcome, _quotas):
        for location, message, severity in rule(definition):
            path, line = locator.place(location)
            found.append(Problem(path, line, message, severity))
    return found


def _codes(d: Definition) -> Iterator[Finding]:
    lists: list[tuple[Location, Iterable[Any]]] = [
        (("levels",), d.levels),
        (("tracks",), d.tracks),
        (("calendar",), d.calendar),
        (("form", "fields"), d.form.fields),
        (("form", "materials"), d.form.materials),
        (("form", "case_report", "sections"), d.case_sections()),
        (("requirements",), (*d.requirements, *d.outcome.conditions)),
        (("rubric", "sections"), d.rubric.sections),
        (("rubric", "sections"), [item for s in d.rubric.sections for item in s.items]),
        (("route",), d.route),
        (("combination", "sources"), d.combination.sources),
        (("outcome", "tie_rules"), d.outcome.tie_rules),
        (("quotas",), d.quotas),
        (("obligations",), d.obligations),
        (("documents",), d.documents),
        (("notes",), d.notes),
    ]
    for location, parts in lists:
        for code, times in Counter(part.code for part in parts).items():
            if times > 1:
                yield location, f"编号“{code}”重复 {times} 次", "error"


def _tracks(d: Definition) -> Iterator[Finding]:
    known = {track.code for track in d.tracks}
    users: list[tuple[Location, Iterable[str]]] = []
    for name, parts in (("fields", d.form.fields), ("materials", d.form.materials)):
        users += [(("form", name, i, "tracks"), part.tracks) for i, part in enumerate(parts)]
    users += [(("requirements", i, "tracks"), r.tracks) for i, r in enumerate(d.requirements)]
    users += [(("route", i, "tracks"), step.tracks) for i, step in enumerate(d.route)]
    for s, section in enumerate(d.rubric.sections):
        for i, item in enumerate(section.items):
            here = ("rubric", "sections", s, "items", i)
            users.append(((*here, "applies_to"), item.applies_to))
            users.append(((*here, "not_applicable_in"), item.not_applicable_in))
    for location, used in users:
        for code in used:
            if code not in known:
                yield location, f"没有申报类别“{code}”", "error"
    for track in d.tracks:
        if d.rubric.sections and not d.items(track.code):
            yield ("tracks",), f"申报类别“{track.title}”没有任何适用的指标", "error"


def _levels(d: Definition) -> Iterator[Finding]:
    known = {level.code for level in d.levels}
    users: list[tuple[Location, str]] = []
    users += [(("calendar", i, "owner_level"), p.owner_level) for i, p in enumerate(d.calendar)]
    users += [(("route", i, "level"), p.level) for i, p in enumerate(d.route)]
    users += [(("quotas", i, "scope", "level"), q.scope.level) for i, q in enumerate(d.quotas)]
    users += [
        (("obligations", i, "owner_level"), o.owner_level) for i, o in enumerate(d.obligations)
    ]
    users += [
        (("form", "materials", i, "issued_by"), m.issued_by) for i, m in enumerate(d.form.materials)
    ]
    users += [
        (("combination", "sources", i, "level"), s.level)
        for i, s in enumerate(d.combination.sources)
    ]
    for s, section in enumerate(d.rubric.sections):
        for i, item in enumerate(section.items):
            for e, evidence in enumerate(item.evidence):
                here = ("rubric", "sections", s, "items", i, "evidence", e, "issued_by")
                users.append((here, evidence.issued_by))
    for i, requirement in enumerate(d.requirements):
        users += [
            (("requirements", i, "gate"), gate.by)
            for gate in leaves(requirement)
            if isinstance(gate, Attested)
        ]
    for location, code in users:
        if code not in known and code not in ACTORS:
            yield location, f"没有层级“{code}”", "error"


def _deadlines(d: Definition) -> Iterator[Finding]:
    known = {deadline.code for deadline in d.calendar}
    users = [(("route", i, "deadline"), step.deadline) for i, step in enumerate(d.route)]
    users += [(("obligations", i, "deadline"), o.deadline) for i, o in enumerate(d.obligations)]
    for location, code in users:
        if code and code not in known:
            yield location, f"日程中没有“{code}”", "error"


def _requirements(d: Definition) -> Iterator[Finding]:
    for i, requirement in enumerate(d.requirements):
        gates = leaves(requirement)
        keys = [gate.code or requirement.code for gate in gates if isinstance(gate, Attested)]
        for key, times in Counter(keys).items():
            if times > 1:
                yield ("requirements", i, "gate"), f"认定项须有各自的编号，“{key}”重复", "error"


def _sums(d: Definition) -> Iterator[Finding]:
    total = Decimal(0)
    for s, section in enumerate(d.rubric.sections):
        points = sum((item.points for item in section.items if not item.is_bonus), Decimal(0))
        total += points
        if points != section.points:
            yield (
                ("rubric", "sections", s, "points"),
                f"“{section.title}”各项合计 {show(points)} 分，方案写 {show(section.points)} 分",
                "warning",
            )
        for i, item in enumerate(section.items):
            if not item.evidence:
                yield (
                    ("rubric", "sections", s, "items", i, "evidence"),
                    f"{item.code} 没有写明佐证材料",
                    "warning",
                )
    if d.rubric.sections and total != d.rubric.total:
        yield (
            ("rubric", "total"),
            f"各项合计 {show(total)} 分，满分写 {show(d.rubric.total)} 分",
            "warning",
        )
    weights = sum((source.weight for source in d.combination.sources), Decimal(0))
    if weights != 100:
        yield ("combination", "sources"), f"各来源权重合计 {show(weights)}，应为 100", "error"


def _outcome(d: Definition) -> Iterator[Finding]:
    sections = {section.code for section in d.rubric.sections}
    for i, rule in enumerate(d.outcome.tie_rules):
        if rule.by == "section" and rule.key not in sections:
            yield ("outcome", "tie_rules", i, "key"), f"没有评选标准类别“{rule.key}”", "error"
    pass_mark = d.outcome.pass_mark
    if pass_mark is not None and pass_mark > d.rubric.total:
        yield ("outcome", "pass_mark"), "合格线高于满分", "error"


def _quotas(d: Definition) -> Iterator[Finding]:
    names = {level.code: set(level.names) for level in d.levels}
    for i, quota in enumerate(d.quotas):
        known = names.get(quota.scope.level)
        for name in quota.scope.names:
            if known and name not in known:
                yield ("quotas", i, "scope", "names"), f"没有区划“{name}”", "error"
