"""Whether the parts of a definition fit together: codes, references, sums.

A notice may contradict itself: what cannot be scored is an error, everything else a warning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
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
    for rule in RULES:
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
        (("rubric", "families"), d.rubric.families),
        (("outcome", "minimums"), d.outcome.minimums),
        (("outcome", "tables"), d.outcome.tables),
        (("outcome", "lowerings"), d.outcome.lowerings),
        (("outcome", "effects"), d.outcome.effects),
        (("quotas",), d.quotas),
        (("obligations",), d.obligations),
        (("documents",), d.documents),
        (("notes",), d.notes),
    ]
    for i, table in enumerate(d.outcome.tables):
        lists.append((("outcome", "tables", i, "bands"), table.bands))
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
    for name in ("tables", "effects"):
        parts = getattr(d.outcome, name)
        users += [(("outcome", name, i, "tracks"), part.tracks) for i, part in enumerate(parts)]
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
    if d.refinement:
        users.append((("refinement", "level"), d.refinement.level))
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
    asks = any(item.evidence for item in d.items())
    if d.is_scored and not asks and not d.rubric.is_unstated("sections"):
        yield ("rubric", "sections"), "所有指标都没有写明佐证材料", "warning"
    for s, section in enumerate(d.rubric.sections):
        points = section.full
        if section.cap is not None:
            points = min(points, section.cap)
        total += Decimal(0) if section.is_bonus else points
        if points != section.points:
            yield (
                ("rubric", "sections", s, "points"),
                f"“{section.title}”各项合计 {show(points)} 分，方案写 {show(section.points)} 分",
                "warning",
            )
        for i, item in enumerate(section.items if asks else ()):
            if not item.evidence:
                yield (
                    ("rubric", "sections", s, "items", i, "evidence"),
                    f"{item.code} 没有写明佐证材料",
                    "warning",
                )
    split = any(item.marked_by for item in d.items()) and d.combination.across == "weighted"
    if d.rubric.sections and total != d.rubric.total and not split:
        yield (
            ("rubric", "total"),
            f"各项合计 {show(total)} 分，满分写 {show(d.rubric.total)} 分",
            "warning",
        )


ONE_SOURCE = (
    "系统在线收取的只有专家一个来源的评分表；多个来源或随签署评分的方案可以模拟计算（simulate），"
    "开放后不会自动得出总分"
)


def _sources(d: Definition) -> Iterator[Finding]:
    rule, here = d.combination, ("combination", "sources")
    if not d.is_scored:
        if rule.sources:
            yield here, "没有评选标准，不能有评分来源", "error"
        return
    if not rule.sources:
        yield here, "有评选标准，至少要有一个评分来源", "error"
        return
    known = {source.code for source in rule.sources}
    weights = sum((source.weight for source in rule.sources), Decimal(0))
    if rule.across == "weighted" and weights != 100:
        yield here, f"各来源权重合计 {show(weights)}，应为 100", "error"
    if len(rule.sources) > 1 or rule.sources[0].fact:
        yield here, ONE_SOURCE, "warning"
    for i, step in enumerate(d.route):
        if step.scores:
            yield ("route", i, "scores"), ONE_SOURCE, "warning"
        if step.scores and step.scores not in known:
            yield ("route", i, "scores"), f"没有评分来源“{step.scores}”", "error"
    for s, section in enumerate(d.rubric.sections):
        for i, item in enumerate(section.items):
            place = ("rubric", "sections", s, "items", i, "marked_by")
            for code in item.marked_by:
                if code not in known:
                    yield place, f"没有评分来源“{code}”", "error"
            if rule.across == "added" and len(d.sources_of(item)) != 1:
                yield place, f"各来源得分相加时，{item.code} 须由一个来源评定", "error"
            if rule.across in ("last", "lowest") and item.marked_by:
                yield place, "逐级复评时每一来源评定全部指标，不能写 marked_by", "error"
    for i, source in enumerate(rule.sources):
        owes = any(source.code in d.sources_of(item) for item in d.items())
        if d.rubric.sections and not source.fact and not owes:
            yield (*here, i), f"“{source.title}”没有可评定的指标", "error"
    if all(source.optional for source in rule.sources):
        yield here, "至少要有一个必需的评分来源", "error"


def _families(d: Definition) -> Iterator[Finding]:
    known = {family.code for family in d.rubric.families}
    for s, section in enumerate(d.rubric.sections):
        if section.cap is not None and section.cap < section.floor:
            yield ("rubric", "sections", s, "cap"), "本类得分上限低于下限", "error"
        for i, item in enumerate(section.items):
            here = ("rubric", "sections", s, "items", i)
            if item.family and item.family not in known:
                yield (*here, "family"), f"没有扣分封顶的同类项“{item.family}”", "error"
            if item.family and item.is_bonus:
                yield (*here, "family"), "加分项没有扣分，不能归入同类项", "error"
    if d.rubric.cap is not None and d.rubric.cap < d.rubric.floor:
        yield ("rubric", "cap"), "总分上限低于下限", "error"


def _outcome(d: Definition) -> Iterator[Finding]:
    sections = {section.code for section in d.rubric.sections}
    sources = {source.code for source in d.combination.sources}
    bands = {band.code for table in d.outcome.tables for band in table.bands}
    for i, least in enumerate(d.outcome.minimums):
        if least.key and least.key not in (sections if least.of == "section" else sources):
            word = "评选标准类别" if least.of == "section" else "评分来源"
            yield ("outcome", "minimums", i, "key"), f"没有{word}“{least.key}”", "error"
    for i, table in enumerate(d.outcome.tables):
        limits = [band.at_least for band in table.bands if band.at_least is not None]
        if any(low >= high for high, low in pairwise(limits)):
            yield ("outcome", "tables", i, "bands"), "等次须从高到低，分数线不能相同", "error"
        if not table.when and not table.tracks and i + 1 < len(d.outcome.tables):
            yield ("outcome", "tables", i), "这张等次表适用于全部，其后的等次表不会用到", "warning"
    for i, effect in enumerate(d.outcome.effects):
        for code in effect.bands:
            if code not in bands:
                yield ("outcome", "effects", i, "bands"), f"没有等次“{code}”", "error"
    if d.outcome.lowerings and not d.outcome.tables:
        yield ("outcome", "lowerings"), "没有等次表，不能降等", "error"
    for i, rule in enumerate(d.outcome.tie_rules):
        if rule.by == "section" and rule.key not in sections:
            yield ("outcome", "tie_rules", i, "key"), f"没有评选标准类别“{rule.key}”", "error"
        if rule.by == "fact" and rule.key.startswith("community."):
            yield ("outcome", "tie_rules", i, "key"), "总分相同时只能比较实测数据", "error"
    pass_mark = d.outcome.pass_mark
    if pass_mark is not None and pass_mark > d.rubric.total:
        yield ("outcome", "pass_mark"), "合格线高于满分", "error"


def _route(d: Definition) -> Iterator[Finding]:
    outside = {level.code for level in d.levels if level.outside}
    types = [step.type for step in d.route]
    announced = types.index("announcement") if "announcement" in types else len(types)
    for i, step in enumerate(d.route):
        if step.type == "result_received":
            if step.level not in outside:
                yield (
                    ("route", i, "level"),
                    "记录上级结果的层级须是系统外的上级（outside）",
                    "error",
                )
            if i < announced:
                yield ("route", i), "上级结果须在公布之后记录", "error"
        elif step.level in outside:
            yield ("route", i, "level"), "系统外的上级只能有记录结果的环节", "error"
        if step.type == "scoring" and not d.is_scored:
            yield ("route", i), "没有评选标准，不能有评分环节", "error"
        if step.type == "selection" and step.level not in ("county", "street", "neighbourhood"):
            yield ("route", i, "level"), "遴选由县区、街道或社区办理，市级用审定", "error"
    if d.outcome.winners.type != "chosen" and not d.is_scored:
        yield ("outcome", "winners", "type"), "没有评选标准，只能由主管部门选定（chosen）", "error"


def _quotas(d: Definition) -> Iterator[Finding]:
    names = {level.code: set(level.names) for level in d.levels}
    selections = {step.code: step.level for step in d.steps_of_type("selection")}
    for i, quota in enumerate(d.quotas):
        if quota.step and selections.get(quota.step) != quota.scope.level:
            yield ("quotas", i, "step"), "名额的环节须是同一层级的遴选环节", "error"
        if quota.step and quota.object != "winners":
            yield ("quotas", i, "step"), "只有入选名额可以指定环节", "error"
        known = names.get(quota.scope.level)
        for name in quota.scope.names:
            if known and name not in known:
                yield ("quotas", i, "scope", "names"), f"没有区划“{name}”", "error"


def _case_report(d: Definition) -> Iterator[Finding]:
    known = {requirement.code for requirement in d.requirements}
    for s, section in enumerate(d.case_sections()):
        for p, part in enumerate(section.parts):
            if part.requirement and part.requirement not in known:
                here = ("form", "case_report", "sections", s, "parts", p, "requirement")
                yield here, f"没有原则要求“{part.requirement}”", "error"


RULES = (
    _codes, _tracks, _levels, _deadlines, _case_report, _requirements, _sums, _sources, _families, _outcome,
    _route, _quotas,
)  # fmt: skip
