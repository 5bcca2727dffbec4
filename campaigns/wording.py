"""A definition in plain Chinese, part by part: pure, for pages and papers.

Every value that the notice does not state carries its note (``unstated``), so that the badge
「方案未规定，系统默认」 stands beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from campaigns.conditions import all_words
from campaigns.definition import Definition, leaves
from campaigns.definition.model import walk
from campaigns.definition.requirements import (
    AnyOf,
    Attested,
    GateBase,
    MetricGate,
    RankGate,
    RegisterGate,
    Requirement,
    TitleGate,
)
from campaigns.definition.route import Step
from campaigns.rubric import Item, show
from campaigns.schema import Part

ACTORS = {
    "applicant": "申报单位",
    "expert": "评审专家",
    "evaluator": "第三方评价机构",
}
APPLICANTS = {
    "property_company": "物业服务企业",
    "self_managed": "小区自管组织",
    "neighbourhood": "社区居委会",
    "party_branch": "小区党组织",
    "owners_committee": "业主委员会",
    "management_committee": "物业管理委员会",
}
MEDIA = {"image": "图片", "pdf": "PDF", "video": "视频", "office": "文档", "none": "无需文件"}
STEP_TYPES = {
    "sign_off": "签署意见",
    "desk_check": "材料初审",
    "site_visit": "实地核查",
    "selection": "遴选",
    "scoring": "专家评分",
    "decision": "审定",
    "public_notice": "公示",
    "announcement": "公布",
    "result_received": "记录上级结果",
}
ACTIONS = {"agree": "同意", "return": "退回补正", "refuse": "不同意"}
CONSEQUENCES = {"bars_submission": "不得提交", "bars_award": "不得入选", "warns": "只提示"}
NOT_APPLICABLE = {
    "rescale_section": "本类得分按适用指标折算",
    "full_marks": "按满分计",
    "mean_of_others": "按本类其他指标的平均得分率计",
    "rescale_total": "总分按适用指标折算",
    "no_points": "不计分",
}
SKIPPED = {
    "no_owners_committee": "没有业委会的小区跳过",
    "no_management_committee": "没有物业管理委员会的小区跳过",
    "no_property_company": "没有物业企业的小区跳过",
}
ACROSS = {
    "weighted": "按权重合成",
    "added": "各来源得分相加",
    "last": "逐级复评，以最后一级为准",
    "lowest": "以最低的一级为准",
}
METHODS = {"mean": "平均", "median": "取中位数", "trimmed_mean": "去掉最高、最低分后平均"}
WINNERS = {
    "all_passing": "达到合格线并满足原则要求的全部拟入选",
    "count": "按名次取前 {count} 个",
    "ratio": "按名次取前 {percent}%",
    "chosen": "由主管部门在合格者中选定",
}
POPULATIONS = {"county": "本县区", "city": "全市"}
REGISTERS = {"credit_grade": "信用等级", "penalties": "行政处罚"}
SHOWN = {
    "name": "小区", "county": "县区", "company": "物业企业", "track": "类别", "total": "总分",
    "rank": "名次",
}  # fmt: skip
_BLIND = {True: "专家之间互不可见评分", False: "专家之间可见评分"}
_UNTITLED = {"Combination": "评分合成", "Publication": "公示", "Window": "佐证时间范围"}
_SAYS_LITTLE = {"系统默认", "上限"}
_PLACED = 6


def unstated(part: Part, *fields: str) -> str:
    """The notes of those fields (default: all) of the part that the notice does not state."""
    notes = part.unstated_fields
    wanted = [notes[name] for name in (fields or notes) if name in notes]
    told = dict.fromkeys(tidy(note) for note in wanted)
    return (
        "；".join(told) if len(told) == 1 else "；".join(n for n in told if n not in _SAYS_LITTLE)
    )


_BADGE = re.compile(r"^方案未[^，]*，(系统默认)?(?=.)")


def tidy(note: str) -> str:
    """The note without the words of the badge it stands beside."""
    return _BADGE.sub("", note)


def who(definition: Definition, code: str) -> str:
    """The body behind a level or actor code."""
    known = {level.code: level.body for level in definition.levels}
    return known.get(code) or ACTORS.get(code, code)


def tracks_of(definition: Definition, codes: Iterable[str]) -> str:
    """The titles of some tracks; empty for all of them."""
    return "、".join(definition.track(code).title for code in codes)


DISCLOSURE = {"public": "主动公开", "on_request": "依申请公开"}


def head_rows(definition: Definition) -> list[dict]:
    """Rows about the campaign as a whole."""
    window = definition.evidence_window
    span = f"{window.since or '不限'} 至 {window.until or '提交之日'}"
    return [
        _row("组织单位", "、".join(definition.authorities), unstated(definition, "authorities")),
        _row("年度", f"{definition.year} 年", unstated(definition, "year")),
        _row("公开属性", DISCLOSURE[definition.disclosure], unstated(definition, "disclosure")),
        _row("佐证材料的时间范围", span, unstated(window)),
    ]


# Papers


@dataclass(frozen=True)
class PaperLine:
    """Something to hand in. ``limits`` in words."""

    title: str
    limits: str
    help: str
    tracks: str
    is_required: bool
    unstated: str


def paper_lines(definition: Definition) -> list[PaperLine]:
    """Everything an applicant hands in: form, materials, case report, evidence."""
    form = definition.form
    fields = "、".join(_field_words(field) for field in form.fields)
    lines = [PaperLine(form.title, "在线填写", f"填写{fields}。", "", True, "")]
    lines += [_material_line(definition, slot) for slot in form.materials]
    if form.case_report:
        titles = "、".join(section.title for section in form.case_report.sections)
        limit = f"分 {len(form.case_report.sections)} 部分在线填写，可插入图片"
        lines.append(PaperLine(form.case_report.title, limit, f"{titles}。", "", True, ""))
    asked = sum(bool(item.evidence) for item in definition.items())
    if asked:
        limits = (
            f"{asked} 项指标，每项至多 {form.evidence_max_count} 份，"
            f"单个文件不超过 {form.evidence_max_megabytes} MB"
        )
        names = ("missing_evidence", "evidence_max_count", "evidence_max_megabytes")
        text = "按评选标准逐项上传。"
        if form.missing_evidence == "warns":
            text += "缺少的只作提示，由评审人评分时考虑。"
        lines.append(PaperLine("佐证材料", limits, text, "", True, unstated(form, *names)))
    return lines


def _field_words(field) -> str:
    """The field, with its limit where the notice states one."""
    if field.max_chars and not field.is_unstated("max_chars"):
        return f"{field.title}（不超过 {field.max_chars} 字）"
    return field.title


def _material_line(definition: Definition, slot) -> PaperLine:
    limits = ["、".join(MEDIA[kind] for kind in slot.kinds)]
    if slot.max_seconds:
        limits.append(f"不超过 {_duration(slot.max_seconds)}")
    limits.append(f"至多 {slot.max_count} 份，单个文件不超过 {slot.max_megabytes} MB")
    if slot.issued_by != "applicant":
        limits.append(f"由{who(definition, slot.issued_by)}出具")
    return PaperLine(
        slot.title, "，".join(limits), slot.help, tracks_of(definition, slot.tracks),
        slot.required, unstated(slot),
    )  # fmt: skip


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return "".join([f"{minutes} 分钟" if minutes else "", f" {rest} 秒" if rest else ""]).strip()


# The rubric


@dataclass(frozen=True)
class ItemLine:
    """One line of the rubric as people read it."""

    item: Item
    points: str
    kind: str
    rule: str
    not_applicable: str
    evidence: tuple[str, ...]
    unstated: str
    mark: str = ""


def item_line(definition: Definition, item: Item, mark: str = "") -> ItemLine:
    codes = item.not_applicable_in
    if item.applies_to:
        codes = tuple(t.code for t in definition.tracks if t.code not in item.applies_to)
    away = [f"不适用于{tracks_of(definition, codes)}"] if codes else []
    if item.not_applicable_when:
        away.append(f"{all_words(item.not_applicable_when)}的不适用")
    without = "，".join([*away, NOT_APPLICABLE[item.not_applicable_rule]]) if away else ""
    step = definition.rubric.mark_step
    return ItemLine(
        item,
        show(item.points),
        item.kind_title,
        f"{item.rule_text(step=step)}{item_extras(definition, item)}",
        without,
        tuple(evidence_line(definition, evidence) for evidence in item.evidence),
        unstated(item),
        mark,
    )


def item_extras(definition: Definition, item: Item) -> str:
    """What holds beside the rule of the kind: who marks it, limits, veto."""
    words = []
    if item.marked_by:
        titles = (definition.source_of_scores(code).title for code in item.marked_by)
        words.append(f"由{'、'.join(titles)}评定")
    if item.none_below is not None:
        words.append(f"不足 {show(item.none_below)} 分不计分")
    if item.family:
        family = definition.family(item.family)
        words.append(f"“{family.title}”各项合计至多扣 {show(family.at_most)} 分")
    if item.veto:
        needs = "超过半数评审人认定" if item.veto_needs == "majority" else "一位评审人认定"
        found = f"{needs}有此情形" if item.has_tick else f"{needs}本项没有得分"
        words.append(f"一票否决：{item.veto}（{found}）")
    return "".join(f"；{word}" for word in words)


def evidence_line(definition: Definition, evidence) -> str:
    issued = "" if evidence.issued_by == "applicant" else who(definition, evidence.issued_by)
    details = [f"由{issued}出具"] if issued else []
    if set(evidence.kinds) != {"image", "pdf"}:
        details.append("、".join(MEDIA[kind] for kind in evidence.kinds))
    return f"{evidence.title}（{'，'.join(details)}）" if details else evidence.title


@dataclass(frozen=True)
class SectionTable:
    """``total`` is ours, ``printed`` the notice's; they are shown apart when they differ."""

    section: Any
    lines: tuple[ItemLine, ...]
    total: str
    printed: str

    @property
    def closes(self) -> bool:
        return self.total == self.printed


def section_tables(
    definition: Definition, marks: Mapping[str, str] | None = None
) -> list[SectionTable]:
    """``marks``: item code → what a refining definition did with it."""
    marks = marks or {}
    return [
        SectionTable(
            section,
            tuple(item_line(definition, item, marks.get(item.code, "")) for item in section.items),
            show(section.full),
            show(section.points),
        )
        for section in definition.rubric.sections
    ]


@dataclass(frozen=True)
class KindSum:
    title: str
    count: int
    points: str


def kind_sums(definition: Definition) -> list[KindSum]:
    """How many items and points each way of marking has, the heaviest first."""
    count, points = Counter(), Counter()
    for item in definition.items():
        count[item.kind_title] += 1
        points[item.kind_title] += item.points
    return [KindSum(t, count[t], show(p)) for t, p in points.most_common()]


def total(definition: Definition) -> str:
    return show(sum((s.full for s in definition.rubric.sections if not s.is_bonus), Decimal(0)))


# Requirements


def gate_sentence(definition: Definition, gate: GateBase) -> str:
    """What a single gate asks for and who decides it."""
    title = gate.title
    if isinstance(gate, Attested):
        return f"{title + '：' if title else ''}由{who(definition, gate.by)}认定"
    if isinstance(gate, MetricGate):
        sign = {">=": "不低于", ">": "高于", "<=": "不高于", "<": "低于", "==": "等于"}[gate.op]
        return f"{title or gate.metric}{sign} {show(gate.threshold)}{gate.unit}，按实测数据核验"
    if isinstance(gate, RankGate):
        best = "最高" if gate.best == "highest" else "最低"
        place = POPULATIONS[gate.population]
        words = f"{title or gate.metric}在{place}有数据的小区中属{best}的 {show(gate.share * 100)}%"
        return f"{words}，按实测数据排位核验"
    if isinstance(gate, RegisterGate):
        register = REGISTERS.get(gate.register_name, gate.register_name)
        if gate.rule == "grade_at_least":
            return f"{title or register}：{register}不低于 {gate.grade} 级，按登记核验"
        until = f"至 {gate.until}" if gate.until else "以来"
        return f"{title or register}：{gate.since} {until}没有{register}记录，按登记核验"
    if isinstance(gate, TitleGate):
        span = f"{gate.since or ''}{'至' if gate.until else '以来'}{gate.until or ''}"
        span = f"（{span}）" if gate.since or gate.until else ""
        return f"{title or gate.award}：须已获得称号{span}，按登记核验"
    return title


@dataclass(frozen=True)
class GateLine:
    text: str
    tracks: str
    unstated: str


@dataclass(frozen=True)
class RequirementLine:
    requirement: Requirement
    gates: tuple[GateLine, ...]
    join: str
    consequence: str
    unstated: str


def requirement_line(definition: Definition, requirement: Requirement) -> RequirementLine:
    gates = tuple(
        GateLine(
            gate_sentence(definition, gate), tracks_of(definition, gate.tracks), unstated(gate)
        )
        for gate in leaves(requirement)
    )
    join = ""
    if len(gates) > 1:
        join = "符合其一即可" if isinstance(requirement.gate, AnyOf) else "须全部符合"
    return RequirementLine(
        requirement, gates, join, CONSEQUENCES[requirement.consequence], unstated(requirement)
    )


# Route


@dataclass(frozen=True)
class StepLine:
    step: Step
    who: str
    what: str
    details: tuple[str, ...]
    unstated: str


def step_line(definition: Definition, step: Step) -> StepLine:
    details = []
    if step.instructions:
        details.append(step.instructions)
    if step.requires:
        done = "、".join(STEP_TYPES[name] for name in step.requires)
        details.append(f"签署前须完成{done}。")
    if step.actions:
        details.append(f"可以{'、'.join(ACTIONS[action] for action in step.actions)}。")
    reasons = [ACTIONS[a] for a in step.reason_required_for if a in step.actions]
    if reasons:
        details.append(f"{'、'.join(reasons)}时必须写明理由。")
    if "return" in step.actions and step.resume == "returner":
        details.append("退回补正后直接由本级审核，以前各级的意见继续有效。")
    if step.scores:
        source = definition.source_of_scores(step.scores)
        details.append(f"签署同时附“{source.title}”的评分表，写明各类得分。")
    if step.skip_when:
        details.append(f"{SKIPPED[step.skip_when]}。")
    if step.deadline:
        details.append(f"时限：{definition.deadline(step.deadline).due:%Y-%m-%d}。")
    shown = ("actions", "skip_when", "type", "level", "deadline", "requires")
    if reasons:
        shown += ("reason_required_for",)
    if "return" in step.actions:
        shown += ("resume",)
    return StepLine(
        step, who(definition, step.level), STEP_TYPES[step.type], tuple(details),
        unstated(step, *shown),
    )  # fmt: skip


# From marks to winners


def combination_rows(definition: Definition) -> list[dict]:
    """Rows for ``summary_list``: how sheets become a total and a total a result."""
    c, o = definition.combination, definition.outcome
    sources = "、".join(_source_words(definition, source) for source in c.sources)
    if len(c.sources) > 1:
        sources += f"；{ACROSS[c.across]}"
    method = _method_words(c)
    winners = WINNERS[o.winners.type].format(
        count=o.winners.count, percent=show((o.winners.ratio or Decimal(0)) * 100)
    )
    if not definition.is_scored:
        note = unstated(definition.rubric, "sections") or "方案没有评选标准"
        return [
            _row("评分", "不评分、不排名", note),
            _row("入选规则", winners, unstated(o.winners, "type")),
        ]
    ties = "，".join(rule.title for rule in o.tie_rules) or "不比较其他内容"
    ranked = "各类别一起排名" if o.ranked == "together" else "各类别分开排名"
    rows = [
        ("评分来源", sources, unstated(c, "sources")),
        ("合成方法", method, unstated(c, "method", "drop_high", "drop_low")),
        ("最少评审人数", f"{c.min_raters} 人", unstated(c, "min_raters")),
        ("保留小数", f"{c.decimals} 位", unstated(c, "decimals", "rounding")),
        (
            "分差提示",
            f"最高与最低相差超过 {show(c.spread_limit)} 分时提示复核"
            if c.spread_limit
            else "不提示",
            unstated(c, "spread_limit"),
        ),
        ("评审方式", _BLIND[c.blind], unstated(c, "blind")),
        (
            "合格线",
            "不设" if o.pass_mark is None else f"{show(o.pass_mark)} 分",
            unstated(o, "pass_mark"),
        ),
        *_minimum_rows(o),
        ("入选规则", winners, unstated(o.winners, "type", "count", "ratio")),
        ("排名范围", ranked, unstated(o, "ranked")),
        ("总分相同时", f"依次比较：{ties}" if o.tie_rules else ties, unstated(o, "tie_rules")),
        ("仍然相同", "并列，由市级主管部门决定", unstated(o, "tie_left")),
        *_award_rows(definition),
    ]
    return [_row(*row) for row in rows]


def _source_words(definition: Definition, source) -> str:
    rule = definition.combination
    words = [source.title]
    if rule.across == "weighted":
        words = [f"{source.title} {show(source.weight)}%"]
    if source.fact:
        words.append(f"按实测数据，达到 {show(source.full_at)} 得满分")
    elif source.method or source.min_raters:
        own = rule.rule(source)
        words.append(f"{_method_words(own)}，至少 {own.min_raters} 人")
    if source.optional:
        words.append("没有时由其他来源按权重分担")
    return words[0] + (f"（{'；'.join(words[1:])}）" if words[1:] else "")


def _method_words(rule) -> str:
    if rule.method == "trimmed_mean":
        return f"去掉 {rule.drop_high} 个最高分、{rule.drop_low} 个最低分后平均"
    return METHODS[rule.method]


def _minimum_rows(outcome) -> list[tuple]:
    rows = []
    for least in outcome.minimums:
        limit = (
            f"{show(least.at_least)} 分" if least.share is None else f"{show(least.share * 100)}%"
        )
        rows.append((least.title, f"得分不低于 {limit}，否则不得入选", unstated(least)))
    return rows


def _award_rows(definition: Definition) -> list[tuple]:
    """Band tables, what lowers a band and what follows from it."""
    o, rows = definition.outcome, []
    for table in o.tables:
        bands = "，".join(f"{band.title}（{band_limit(band)}）" for band in table.bands)
        only = [tracks_of(definition, table.tracks)] if table.tracks else []
        only += [all_words(table.when)] if table.when else []
        rows.append(
            (table.title, f"{'，'.join(only)}：{bands}" if only else bands, unstated(table))
        )
    for event in o.lowerings:
        text = f"{all_words(event.when)}的，降 {event.bands} 等"
        rows.append((event.title, text, unstated(event)))
    titles = {band.code: band.title for table in o.tables for band in table.bands}
    for effect in o.effects:
        words = ["、".join(titles[code] for code in effect.bands)]
        words += [tracks_of(definition, effect.tracks)] if effect.tracks else []
        words += [all_words(effect.when)] if effect.when else []
        if effect.amount is not None:
            each = f"每单位 {effect.per} " if effect.per else ""
            words.append(f"{each}{show(effect.amount)} {effect.unit}")
        rows.append((effect.title, "，".join(words), unstated(effect)))
    return rows


def band_limit(band) -> str:
    limits = [] if band.at_least is None else [f"{show(band.at_least)} 分以上"]
    if band.up_to_rank is not None:
        limits.append(f"前 {band.up_to_rank} 名")
    return "，".join(limits)


def _row(label: str, value: str, note: str) -> dict:
    """``is_unstated`` shows the badge; the note only where it says more than the value."""
    says_more = note and note not in value
    return {
        "label": label,
        "value": value,
        "is_unstated": bool(note),
        "note": note if says_more else "",
    }


def publication_rows(definition: Definition) -> list[dict]:
    p = definition.publication
    kind = "个工作日" if p.day_kind == "working" else "天"
    channels = "、".join(p.objection_channels) if p.objections else "不受理"
    rows = [
        ("公示时间", f"{p.notice_days} {kind}", unstated(p, "notice_days", "day_kind")),
        ("异议渠道", channels, unstated(p, "objections", "objection_channels")),
        ("公示内容", "、".join(SHOWN[name] for name in p.shows), unstated(p, "shows")),
    ]
    return [_row(*row) for row in rows]


# Everything the notice does not say


@dataclass(frozen=True)
class Default:
    """One default of ours with every place where it takes effect."""

    note: str
    value: str
    places: tuple[str, ...]

    @property
    def where(self) -> str:
        shown = "、".join(self.places[:_PLACED])
        more = len(self.places) - _PLACED
        return f"{shown} 等 {len(self.places)} 处" if more > 0 else shown


def defaults(definition: Definition) -> list[Default]:
    """All defaults, equal ones together, in the order of the definition."""
    found: dict[tuple[str, str], list[str]] = {}
    titles: dict[str, str] = {}
    for path, part in walk(definition):
        parent = path.rpartition(".")[0]
        titles[path] = _title(part) or titles.get(parent, definition.title)
        for name, note in part.unstated_fields.items():
            key = note, _plain(getattr(part, name))
            found.setdefault(key, []).append(titles[path])
    return [
        Default(note, value, tuple(dict.fromkeys(places)))
        for (note, value), places in found.items()
    ]


def _title(part: Part) -> str:
    title = getattr(part, "title", "") or _UNTITLED.get(type(part).__name__, "")
    return f"{part.code} {title}" if isinstance(part, Item) else title


def _plain(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return ""
    return show(Decimal(value))
