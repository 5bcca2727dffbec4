"""The Chinese word of every part, field and choice of a definition, in one place: for the forms of
the designer and whoever else names them. A field that has no word here shows its own title or
description; a test asks for a word of every one.
"""

from __future__ import annotations

from typing import Any

from campaigns import wording
from campaigns.quotas import BASES, OBJECTS
from campaigns.rubric import KINDS
from campaigns.schema import Part

PARTS = {
    "Parent": "上级方案", "Refinement": "下级可以细化的内容",
    "Definition": "概况", "Window": "时间范围", "Note": "矛盾与缺漏", "Level": "层级",
    "Track": "申报类别", "Deadline": "时限", "Form": "申报材料", "FormField": "申报表栏目",
    "Choice": "选项", "Material": "附件材料", "CaseReport": "典型案例材料",
    "CaseSection": "案例材料部分", "CasePart": "分条", "Figure": "须写明的数值", "Pledge": "真实性承诺",
    "Requirement": "原则要求", "Attested": "由有关单位认定", "MetricGate": "实测数据达到要求",
    "RankGate": "位次在前", "RegisterGate": "按登记核验", "AllOf": "须全部符合",
    "AnyOf": "符合其一", "Evidence": "佐证材料", "Rubric": "评选标准", "Section": "类别",
    "Step": "环节", "Combination": "评分合成", "ScoreSource": "评分来源", "Outcome": "结果",
    "WinnersRule": "入选规则", "TieRule": "同分比较", "Band": "等级", "Quota": "名额",
    "Scope": "适用范围", "QuotaRule": "数量", "Obligation": "报送事项", "Publication": "公示",
    "Document": "文书", "BonusCondition": "加分条件", "Component": "分项", "Grade": "等次",
    "GradedCriterion": "评定要点", "MetricStep": "台阶", "TitleGate": "已获得称号",
    "FactTest": "小区条件", "Minimum": "单项最低要求", "BandTable": "等次表", "Lowering": "降等情形",
    "Effect": "奖补与后果", "Family": "扣分封顶的同类项", "TallyPart": "计数要点",
}  # fmt: skip

FIELDS = {
    "source": "方案中的位置", "note": "说明", "code": "编号", "title": "名称", "text": "内容",
    "year": "年度", "authorities": "组织单位", "disclosure": "公开属性", "key": "标识",
    "evidence_window": "佐证材料的时间范围", "notes": "方案中的矛盾与缺漏", "levels": "层级",
    "tracks": "申报类别", "calendar": "日程", "form": "申报材料", "requirements": "原则要求",
    "rubric": "评选标准", "route": "办理流程", "combination": "评分合成", "outcome": "结果",
    "quotas": "名额", "obligations": "县区报送", "publication": "公示", "documents": "文书",
    "since": "起始日期", "until": "截止日期", "where": "涉及之处", "body": "单位",
    "may_be_absent": "有的小区没有这个单位", "names": "区划或单位名称",
    "applicant_kinds": "申报主体", "due": "截止日期", "at": "截止时刻", "opens": "开始日期",
    "owner_level": "负责层级", "grace_minutes": "宽限分钟", "enforce": "逾期不再受理",
    "type": "类型", "required": "必填", "max_chars": "字数上限", "choices": "选项", "help": "填写说明",
    "fields": "申报表栏目", "materials": "附件材料", "case_report": "典型案例材料",
    "pledge": "真实性承诺", "missing_evidence": "缺少佐证材料时", "evidence_max_count": "每项佐证份数上限",
    "evidence_max_megabytes": "单个佐证文件大小上限（MB）", "kinds": "文件种类",
    "min_count": "最少份数", "max_count": "最多份数", "max_seconds": "时长上限（秒）",
    "max_megabytes": "单个文件大小上限（MB）", "issued_by": "出具单位", "guidance": "写作提示", "figure": "须写明的数值", "is_dated": "须注明时间",
    "requirement": "对应的原则要求",
    "min_images": "最少图片数", "max_images": "最多图片数", "parts": "分条", "sections": "部分",
    "gate": "认定办法", "gates": "各项条件", "consequence": "不符合时", "by": "认定单位",
    "evidence": "佐证材料", "metric": "实测数据名称", "op": "比较", "threshold": "要求的数值", "unit": "单位",
    "population": "比较范围", "best": "以何为好", "share": "比例（如 0.05 为 5%）", "measure": "比较的量",
    "rounding": "取整办法", "min_population": "最少样本", "register": "登记种类", "rule": "规则",
    "grade": "要求的等级", "grades": "等级（从高到低）", "total": "满分", "mark_step": "评分步长",
    "bonus_cap": "加分合计上限", "points": "分值", "items": "指标", "criterion": "标准",
    "applies_to": "适用类别", "not_applicable_in": "不适用类别", "not_applicable_rule": "不适用时的计分",
    "veto": "一票否决的情形", "conditions": "条件", "needs": "条件关系", "components": "分项",
    "criteria": "评定要点", "weight": "权重", "step": "本项评分步长", "better": "方向", "target": "目标值",
    "steps": "台阶", "deduction": "扣分", "unit_short": "每差多少", "floor": "扣至多少分为止",
    "level": "层级", "actions": "可作的处理", "reason_required_for": "须写明理由", "resume": "补正后",
    "requires": "办理前须完成", "box": "申报表上的意见栏", "skip_when": "何时跳过", "deadline": "时限",
    "instructions": "办理要求", "sources": "评分来源", "method": "合成方法", "drop_high": "去掉几个最高分",
    "drop_low": "去掉几个最低分", "min_raters": "最少评审人数", "spread_limit": "提示复核的分差",
    "decimals": "保留小数位数", "blind": "专家之间互不可见评分", "pass_mark": "合格线", "winners": "入选规则",
    "ranked": "排名范围", "tie_rules": "总分相同时的比较", "tie_left": "仍然相同时", "bands": "等级",
    "count": "数量", "ratio": "比例（如 0.1 为 10%）", "at_least": "至少多少分", "object": "计数对象",
    "scope": "适用范围", "enforcement": "达不到时", "others": "用于没有另行规定的各区划",
    "value": "数值", "upper": "上限", "base": "百分比的基数", "to": "报送给", "outline": "应包括的内容",
    "notice_days": "公示天数", "day_kind": "天数算法", "objections": "受理异议",
    "minimums": "单项最低要求", "tables": "等次表", "lowerings": "降等情形", "effects": "奖补与后果",
    "award": "称号的数据名称", "when": "小区条件（须同时成立）", "amount": "金额", "per": "按什么数量计",
    "fact": "数据名称", "above": "大于", "at_most": "不超过", "below": "少于", "one_of": "为其中之一",
    "needs_gates": "须符合原则要求", "of": "对什么的要求", "across": "多个来源如何合成",
    "optional": "可以没有", "full_at": "数据达到多少得满分", "families": "扣分封顶的同类项",
    "cap": "得分上限", "not_applicable_when": "不适用的小区条件（须同时成立）",
    "marked_by": "由哪些来源评定", "none_below": "低于多少分不计分", "family": "扣分封顶的同类项",
    "veto_when": "否决的认定", "veto_needs": "几位评审人认定才否决", "each": "每项分值（扣分为负）",
    "beyond_floor": "扣完之后", "part_short": "不足一档的", "up_to_rank": "前几名", "scores": "本步同时评分",
    "objection_channels": "异议渠道", "shows": "公示哪些内容", "copies": "份数", "recipients": "报送对象",
}  # fmt: skip

OWN = {
    ("Level", "title"): "简称",
    ("Level", "body"): "单位全称",
    ("Form", "title"): "申报表名称",
    ("Form", "fields"): "申报表栏目",
    ("FormField", "required"): "必填",
    ("Material", "required"): "必交",
    ("Evidence", "required"): "必交",
    ("CasePart", "required"): "必写",
    ("CaseSection", "required"): "必写",
    ("CaseSection", "since"): "只写这一天以后的内容",
    ("Pledge", "required"): "提交时必须勾选",
    ("Rubric", "sections"): "类别",
    ("Section", "floor"): "本类得分下限",
    ("Section", "cap"): "本类得分上限",
    ("Rubric", "floor"): "总分下限",
    ("Rubric", "cap"): "总分上限",
    ("Family", "at_most"): "合计至多扣多少分",
    ("TallyPart", "at_most"): "至多加或扣多少分",
    ("Tally", "base"): "基础分",
    ("Tally", "parts"): "计数要点",
    ("Tally", "floor"): "本项得分下限",
    ("Penalty", "points"): "至多扣多少分",
    ("Penalty", "deduction"): "每次扣分",
    ("ScoreSource", "fact"): "以实测数据为得分：数据名称",
    ("Minimum", "share"): "得分率（0 至 1）",
    ("Minimum", "key"): "类别或来源编号（空为每一个）",
    ("Lowering", "bands"): "降几等",
    ("Effect", "bands"): "用于哪些等次",
    ("BandTable", "bands"): "等次（从高到低）",
    ("Section", "points"): "方案所写的本类分值",
    ("Component", "points"): "缺少时扣分",
    ("PerDefect", "deduction"): "每处扣分",
    ("Metric", "deduction"): "每差一档扣分",
    ("MetricStep", "at"): "达到的数值",
    ("Grade", "share"): "占分值的比例（0 至 1）",
    ("Graded", "grades"): "等次",
    ("RankGate", "share"): "前百分之几（如 0.05）",
    ("WinnersRule", "type"): "怎样入选",
    ("WinnersRule", "count"): "名额",
    ("QuotaRule", "type"): "数量要求",
    ("QuotaRule", "limit"): "百分比是至少还是至多",
    ("Quota", "step"): "入选名额在哪个环节核定（空为审定）",
    ("Section", "weight"): "方案所写的本类权重（%）",
    ("RankGate", "count_metric"): "按件数比较时的数据名称",
    ("RankGate", "population"): "比较范围",
    ("Level", "outside"): "不在系统内的上级，只记录其结果",
    ("TieRule", "by"): "比较什么",
    ("TieRule", "key"): "类别编号或实测数据名称",
    ("Outcome", "title"): "称号",
    ("Outcome", "conditions"): "入选另须具备的条件",
    ("Bonus", "conditions"): "加分条件",
    ("Requirement", "text"): "方案原意",
    ("Step", "type"): "办理什么",
    **{
        (gate, "title"): "核验内容"
        for gate in ("Attested", "MetricGate", "RankGate", "RegisterGate", "TitleGate")
    },
    ("Definition", "title"): "活动名称",
    ("Definition", "source"): "名称的出处",
}

ROUNDING = {"up": "进一", "down": "舍去", "half_up": "四舍五入", "half_even": "四舍六入五成双"}
REFINABLE = {
    "items": "在各类中增加指标", "points": "在本类总分之内调整各项分值", "criteria": "细化指标的标准",
    "evidence": "增加佐证材料", "materials": "增加附件材料", "calendar": "增加时限，或提前截止日期",
    "requirements": "增加原则要求", "obligations": "增加报送事项",
}  # fmt: skip
CHOICES: dict[str, dict[Any, str]] = {
    "allows": REFINABLE,
    "disclosure": wording.DISCLOSURE,
    "applicant_kinds": wording.APPLICANTS,
    "kinds": wording.MEDIA,
    "actions": wording.ACTIONS,
    "reason_required_for": wording.ACTIONS,
    "requires": wording.STEP_TYPES,
    "consequence": wording.CONSEQUENCES,
    "not_applicable_rule": wording.NOT_APPLICABLE,
    "veto_when": {"ticked": "由评审人勾选", "no_points": "本项没有得分即否决"},
    "veto_needs": {"one": "一位", "majority": "超过半数"},
    "beyond_floor": {"ends_there": "扣至下限为止"},
    "part_short": {"whole": "按一档扣", "dropped": "不扣", "exact": "按比例扣"},
    "across": wording.ACROSS,
    "of": {"section": "某一类的得分", "source": "某一来源（阶段）的得分"},
    "skip_when": wording.SKIPPED,
    "method": wording.METHODS,
    "shows": wording.SHOWN,
    "object": OBJECTS,
    "rounding": ROUNDING,
    "missing_evidence": {"warns": "只提示", "bars_submission": "不得提交"},
    "op": {">=": "不低于", ">": "高于", "<=": "不高于", "<": "低于", "==": "等于"},
    "best": {"highest": "数值越高越好", "lowest": "数值越低越好"},
    "measure": {"rate": "比率", "count": "件数"},
    "needs": {"all": "须全部符合", "any": "符合其一"},
    "better": {"higher": "越高越好", "lower": "越低越好"},
    "resume": {"first_step": "从第一级重新审核", "returner": "直接由退回的一级审核"},
    "ranked": {"together": "各类别一起排名", "apart": "各类别分开排名"},
    "tie_left": {"shared_rank": "并列，由市级主管部门决定"},
    "enforcement": {"warn": "只提示", "enforce": "不得办理"},
    "day_kind": {"working": "工作日", "calendar": "自然日"},
    "RegisterGate.rule": {"none_since": "自某天起没有记录", "grade_at_least": "不低于某个等级"},
    "Metric.rule": {
        "threshold": "达到目标计满分，否则不计分",
        "steps": "按台阶计分",
        "per_short": "每差一档扣分",
        "share": "按完成比例计分",
    },
    "FormField.type": {
        "text": "一行文字", "longtext": "多行文字", "choice": "选择", "boolean": "是或否", "number": "数字",
        "date": "日期", "community": "小区名称（取自名录）", "organisation": "物业企业（取自名录）",
        "track": "申报类别",
    },
    "Step.type": wording.STEP_TYPES,
    "WinnersRule.type": {
        "all_passing": "达到合格线并满足原则要求的全部拟入选", "count": "按名次取前几个",
        "ratio": "按名次取一定比例", "chosen": "由主管部门在合格者中选定",
    },
    "RankGate.population": {"county": "同县区的小区", "city": "全市的小区"},
    "QuotaRule.limit": {"min": "至少", "max": "至多"},
    "QuotaRule.base": {"": "不按百分比", **BASES},
    "QuotaRule.type": {
        "min": "至少", "max": "至多", "range": "在范围之内", "exact": "正好", "percentage": "基数的百分之几",
    },
    "TieRule.by": {"section": "某一类的得分", "fact": "某项实测数据"},
}  # fmt: skip
BOOLEANS = {True: "是", False: "否"}


def part_word(model: type[Part]) -> str:
    """What one part of this class is called; an item kind has its own title."""
    known = PARTS.get(model.__name__)
    if known is None and model in KINDS.values():
        return model.kind_title
    return known or (model.__doc__ or "").split("。")[0].strip() or model.__name__


def field_word(model: type[Part], name: str) -> str:
    """The label of a field; ``name`` is its key in the data or its name in the class."""
    for known in model.__mro__:
        if word := OWN.get((known.__name__, name)):
            return word
    if word := FIELDS.get(name):
        return word
    for field_name, field in model.model_fields.items():
        if name in (field_name, field.alias):
            return field.title or field.description or FIELDS.get(field.alias or "", name)
    return name


def choice_word(model: type[Part], name: str, value: Any) -> str:
    """The word of a choice of the field; the value itself where there is none."""
    words = CHOICES.get(f"{model.__name__}.{name}") or CHOICES.get(name, {})
    word = words.get(value) if isinstance(value, str | int) else None
    return (word or str(value)).replace("{count}", "若干").replace("{percent}", "若干")


def has_words(model: type[Part], name: str, values: tuple[Any, ...] = ()) -> bool:
    """Whether the field has its own word, and so has each of its choices."""
    field = model.model_fields.get(name)
    is_named = (
        any((known.__name__, name) in OWN for known in model.__mro__)
        or name in FIELDS
        or bool(field and (field.title or field.description))
    )
    words = CHOICES.get(f"{model.__name__}.{name}") or CHOICES.get(name, {})
    return is_named and all(value in words for value in values)
