"""From marks to winners: combination, outcome, quotas, obligations, publication, documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from campaigns.conditions import FactTest
from campaigns.definition.form import Tracked
from campaigns.definition.requirements import Requirement
from campaigns.schema import ANY, Code, Part, Title, policy

Rounding = Literal["half_up", "half_even", "up", "down"]


Method = Literal["mean", "median", "trimmed_mean"]


class ScoreSource(Part):
    """A group of raters whose result enters the total with a weight, or (`fact`) a measured
    result such as votes, where `full_at` gives all points. What is left out of the method is the
    combination's. An `optional` source may be missing: the others then share its weight."""

    code: Code
    title: Title
    level: str
    weight: Decimal = Field(Decimal(100), gt=0, le=100)
    method: Method | None = None
    drop_high: int | None = Field(None, ge=0, le=100)
    drop_low: int | None = Field(None, ge=0, le=100)
    min_raters: int | None = Field(None, ge=1, le=1000)
    optional: bool = False
    fact: Code | None = Field(None, description="以实测数据为得分：数据名称")
    full_at: Decimal = Field(Decimal(100), gt=0, description="实测数据达到此数得满分")


class RaterRule(NamedTuple):
    """How the sheets of one source become its value."""

    method: Method
    drop_high: int
    drop_low: int
    min_raters: int


RATED = ("sources", ANY)


class Combination(Part):
    """How the sheets of several raters become one total.

    `across` several sources: `weighted` each scaled to the rubric's total and weighted; `added`
    each scores its own items and all are added; `last` the last source that has scored counts
    (each level re-scores); `lowest` the lowest. A notice without a rubric has no source."""

    sources: tuple[ScoreSource, ...] = ()
    across: Literal["weighted", "added", "last", "lowest"] = "weighted"
    method: Method = policy("trimmed_mean", when=RATED)
    drop_high: int = policy(1, "方案未规定，系统默认去掉 1 个最高分", when=RATED, ge=0, le=100)
    drop_low: int = policy(1, "方案未规定，系统默认去掉 1 个最低分", when=RATED, ge=0, le=100)
    min_raters: int = policy(5, "方案未规定评审人数，系统默认至少 5 人", when=RATED, ge=1, le=1000)
    spread_limit: Decimal | None = policy(
        Decimal(20), "方案未规定，系统默认最高分与最低分相差超过 20 分时提示复核", when=RATED, gt=0
    )
    decimals: int = policy(2, "方案未规定保留位数，系统默认保留两位小数", when=RATED, ge=0, le=6)
    rounding: Rounding = policy("half_up", "方案未规定，系统默认四舍五入", when=RATED)

    blind: bool = policy(True, "方案未规定评审是否匿名，系统默认专家之间互不可见评分", when=RATED)

    @model_validator(mode="after")
    def _somebody_is_left(self) -> Combination:
        for source in self.sources:
            rule = self.rule(source)
            if rule.method == "trimmed_mean" and rule.drop_high + rule.drop_low >= rule.min_raters:
                raise ValueError("去掉的最高分、最低分个数须少于最少评审人数")
        return self

    def rule(self, source: ScoreSource) -> RaterRule:
        """The rule of one source: its own words, else those of the combination."""
        names = RaterRule._fields
        own = {name: getattr(source, name) for name in names}
        return RaterRule(
            **{name: getattr(self, name) if own[name] is None else own[name] for name in names}
        )


class WinnersRule(Part):
    """`all_passing`: everybody above the pass mark; `count`, `ratio`: at most so many of them;
    `chosen`: the officer picks among those who pass."""

    type: Literal["all_passing", "count", "ratio", "chosen"]
    count: int | None = Field(None, ge=1)
    ratio: Decimal | None = Field(None, gt=0, le=1)
    rounding: Literal["up", "down", "half_up"] = policy(
        "down", "方案未规定取整，系统默认舍去", when=("type", "ratio")
    )

    @model_validator(mode="after")
    def _type_has_its_number(self) -> WinnersRule:
        if self.type == "count" and not self.count:
            raise ValueError("须写 count")
        if self.type == "ratio" and not self.ratio:
            raise ValueError("须写 ratio")
        return self


class TieRule(Part):
    """Equal totals are told apart by a section's points or a fact; more is better unless said."""

    code: Code
    title: Title
    by: Literal["section", "fact"]
    key: str = Field(min_length=1, description="类别代码或实测数据名称")
    better: Literal["higher", "lower"] = "higher"


class Minimum(Part):
    """Fewer points than this bar the award: of each section or source (`key` empty) or of one.
    Either points or a share of what can be reached."""

    code: Code
    title: Title
    of: Literal["section", "source"]
    key: str = Field("", description="类别或评分来源代码；空为每一个")
    at_least: Decimal | None = Field(None, ge=0)
    share: Decimal | None = Field(None, gt=0, le=1, description="得分率，写作 0.6")

    @model_validator(mode="after")
    def _one_measure(self) -> Minimum:
        if (self.at_least is None) == (self.share is None):
            raise ValueError("须写 at_least（分数）或 share（得分率）之一")
        return self


class Band(Part):
    """The grade, star or medal `title` from `at_least` points on, or down to a rank."""

    code: Code
    title: Title
    at_least: Decimal | None = None
    up_to_rank: int | None = Field(None, ge=1, description="前几名")

    @model_validator(mode="after")
    def _has_a_limit(self) -> Band:
        if self.at_least is None and self.up_to_rank is None:
            raise ValueError("须写 at_least（分数）或 up_to_rank（名次）")
        return self


class BandTable(Tracked):
    """Bands from the best down. The first table whose tracks and facts fit counts."""

    code: Code
    title: Title
    when: tuple[FactTest, ...] = ()
    bands: tuple[Band, ...] = Field(min_length=1)
    needs_gates: bool = policy(True, "方案未规定不符合原则要求的能否评定等次，系统默认不评定")


class Lowering(Part):
    """An event that lowers the grade by some bands; below the lowest there is none."""

    code: Code
    title: Title
    when: tuple[FactTest, ...] = Field(min_length=1)
    bands: int = Field(1, ge=1, le=20)


class Effect(Tracked):
    """What follows from a band, by size class if the notice has them: an amount of money (for each
    unit of the fact `per`, if given), or only words."""

    code: Code
    title: Title
    bands: tuple[str, ...] = Field(min_length=1)
    when: tuple[FactTest, ...] = ()
    amount: Decimal | None = None
    unit: str = "元"
    per: Code | None = Field(None, description="按此数据的数量计，如 community.floor_area")
    decimals: int = policy(
        2, "方案未规定金额保留位数，系统默认保留两位小数", when=("per", ANY), ge=0, le=6
    )


class Outcome(Part):
    """`minimums` bar the award beside the pass mark; `tables` turn totals into bands."""

    title: Title
    pass_mark: Decimal | None = policy(Decimal(80), "方案未规定合格线，系统默认 80 分", ge=0)
    minimums: tuple[Minimum, ...] = ()
    winners: WinnersRule
    ranked: Literal["together", "apart"] = policy(
        "together", "方案未规定各类别是否分开排名，系统默认一起排名"
    )
    tie_rules: tuple[TieRule, ...] = ()
    tie_left: Literal["shared_rank"] = policy(
        "shared_rank", "方案未规定，系统默认仍相同的并列，由市级主管部门决定"
    )
    tables: tuple[BandTable, ...] = ()
    lowerings: tuple[Lowering, ...] = ()
    effects: tuple[Effect, ...] = ()
    conditions: tuple[Requirement, ...] = Field((), description="入选项目另须具备的条件")


class Scope(Part):
    """Where a quota counts: each division of the level, the named ones, or all others."""

    level: str
    names: tuple[str, ...] = ()
    others: bool = Field(False, description="同级中没有另行规定的各区划")


class QuotaRule(Part):
    """`percentage`: `value` per cent of `base`, a count of the registry in the same division (all
    communities, or those that a property company manages); at least or, by `limit`, at most."""

    type: Literal["min", "max", "range", "exact", "percentage"]
    value: Decimal = Field(ge=0)
    upper: Decimal | None = Field(None, ge=0)
    base: Literal["", "communities", "managed_communities"] = ""
    limit: Literal["min", "max"] = "min"
    rounding: Literal["up", "down", "half_up"] = policy(
        "up", "方案未规定取整，系统默认进一", when=("type", "percentage")
    )

    @model_validator(mode="after")
    def _type_has_its_numbers(self) -> QuotaRule:
        if self.type == "range" and (self.upper is None or self.upper < self.value):
            raise ValueError("范围须写 upper，且不小于 value")
        if self.type == "percentage" and not self.base:
            raise ValueError("百分比须写 base（基数）")
        return self

    def bounds(self, base: Decimal | None = None) -> tuple[int | None, int | None]:
        """(fewest, most); `base` is the registry count that a percentage is of."""
        value = int(self.value)
        if self.type == "min":
            return value, None
        if self.type == "max":
            return None, value
        if self.type == "exact":
            return value, value
        if self.type == "range":
            return value, int(self.upper)
        if base is None:
            return None, None
        share = self.value * base / 100
        rounding = {"up": "ROUND_CEILING", "down": "ROUND_FLOOR", "half_up": "ROUND_HALF_UP"}
        number = int(share.to_integral_value(rounding[self.rounding]))
        return (number, None) if self.limit == "min" else (None, number)


class Quota(Part):
    code: Code
    title: Title
    object: Literal["applications", "winners", "cases"]
    scope: Scope
    rule: QuotaRule
    step: str = Field("", description="入选名额在哪个环节核定；空为最后的审定")
    enforcement: Literal["warn", "enforce"] = policy(
        "warn", "方案未规定达不到名额的后果，系统默认只提示"
    )


class Obligation(Part):
    """What a level owes besides its dossiers. `deadline` names a deadline of the calendar."""

    code: Code
    title: Title
    owner_level: str
    deadline: str
    to: str = ""
    outline: tuple[str, ...] = ()


class Publication(Part):
    notice_days: int = policy(5, "方案未规定公示天数，系统默认 5 个工作日", ge=1, le=90)
    day_kind: Literal["working", "calendar"] = policy("working", "方案未规定，系统默认按工作日计算")
    objections: bool = policy(True, "方案未规定异议渠道，系统默认公示期内受理异议")
    objection_channels: tuple[str, ...] = policy(
        ("公示页面在线提交",), "方案未规定异议渠道，系统默认公示页面在线提交"
    )
    shows: tuple[Literal["name", "county", "company", "track", "total", "rank"], ...] = policy(
        ("name", "county", "company"), "方案未规定公示内容，系统默认小区、县区、物业企业"
    )


class Document(Part):
    """A paper of the campaign: how many copies, for whom."""

    code: Code
    title: Title
    copies: int = Field(1, ge=1, le=20)
    recipients: tuple[str, ...] = ()
