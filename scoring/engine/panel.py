"""Several raters' sheets, of one source or several → one total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from campaigns.definition import Definition
from campaigns.definition.outcome import Combination, Minimum, RaterRule, ScoreSource
from campaigns.rubric import show
from scoring.engine.numbers import ROUNDING_WORDS, ROUNDINGS, as_fact, rounded, step_of
from scoring.engine.plans import ZERO, plan_of, rating_source
from scoring.engine.sheets import StoredSheet

METHODS = {"mean": "平均", "median": "中位数", "trimmed_mean": "去掉最高分、最低分后平均"}
HUNDRED = Decimal(100)


UNSCORED = "方案没有评选标准，不评分、不排名，由主管部门按原则要求和名额选定。"


@dataclass(frozen=True, slots=True)
class SourceResult:
    """One source (panel, street, votes …): which sheets count and what they give. Its value is
    `amount` / `parts`, kept apart so that nothing is rounded before the total; it is out of
    `full`, and `factor` scales it to the rubric's total where the source marks only a part."""

    source: ScoreSource
    rule: RaterRule
    amount: Decimal
    parts: Decimal | int
    full: Decimal
    factor: Fraction
    used: tuple[StoredSheet, ...]
    dropped: tuple[StoredSheet, ...]

    @property
    def code(self) -> str:
        return self.source.code

    @property
    def value(self) -> Decimal:
        return self.amount / self.parts

    @property
    def exact(self) -> Fraction:
        """The value on the scale of the total."""
        return Fraction(self.amount) / Fraction(self.parts) * self.factor

    def section_sums(self) -> dict[str, Decimal]:
        """Points of the sections over the sheets that count; `parts` times their means."""
        if not self.used:
            return {}
        sums = dict(self.used[0].sections)
        for sheet in self.used[1:]:
            for code, points in sheet.sections.items():
                sums[code] = sums.get(code, ZERO) + points
        return sums

    @property
    def sections(self) -> dict[str, Decimal]:
        """Means of the sections over the sheets that count."""
        return {code: points / self.parts for code, points in self.section_sums().items()}


@dataclass(frozen=True)
class PanelResult:
    """`total` and `sections` are None and empty while there is a `problem` (Chinese). `counted`:
    the sources that make the total, all or the one that counts; `vetoes`: codes of the items by
    which the entrant is vetoed."""

    definition: Definition
    total: Decimal | None
    problem: str
    spread: Decimal
    sources: tuple[SourceResult, ...] = ()
    counted: tuple[SourceResult, ...] = ()
    vetoes: tuple[str, ...] = ()

    @property
    def combination(self) -> Combination:
        return self.definition.combination

    @property
    def needs_review(self) -> bool:
        limit = self.combination.spread_limit
        return limit is not None and self.spread > limit

    @cached_property
    def sections(self) -> dict[str, Decimal]:
        """Points of the sections, sources taken together as in the total."""
        rule = self.combination
        if _is_single(self.counted):
            (only,) = self.counted
            means = ((code, points / only.parts) for code, points in only.section_sums().items())
        else:
            sums: dict[str, Fraction] = {}
            shares = _shares(rule, self.counted)
            for result, share in zip(self.counted, shares, strict=True):
                share = share * result.factor / Fraction(result.parts)
                for code, points in result.section_sums().items():
                    sums[code] = sums.get(code, Fraction(0)) + Fraction(points) * share
            means = ((code, as_decimal(value)) for code, value in sums.items())
        step, rounding = step_of(rule.decimals), ROUNDINGS[rule.rounding]
        return {code: value.quantize(step, rounding) for code, value in means}

    @property
    def used(self) -> tuple[str, ...]:
        """Raters whose sheets count."""
        return tuple(sheet.rater for source in self.counted for sheet in source.used)

    @property
    def dropped(self) -> tuple[str, ...]:
        """Raters whose sheets were dropped as highest or lowest."""
        return tuple(sheet.rater for source in self.counted for sheet in source.dropped)

    @property
    def bars(self) -> tuple[str, ...]:
        """Why the entrant cannot win whatever its total: vetoes, points below a minimum."""
        texts = [f"{code} 一票否决：{self.definition.item(code).veto}。" for code in self.vetoes]
        if self.total is not None and self.definition.outcome.minimums:
            texts += _below_minimums(self)
        return tuple(texts)

    @property
    def explanation(self) -> list[str]:
        """How the total came about, line by line."""
        if self.problem:
            return [self.problem]
        rule = self.combination
        lines = [_source_line(self, source) for source in self.sources]
        if len(self.sources) > 1:
            lines.append(_across_line(self))
        lines.append(
            f"保留 {rule.decimals} 位小数（{ROUNDING_WORDS[rule.rounding]}），"
            f"总分 {show(self.total)} 分。"
        )
        if self.needs_review:
            lines.append(
                f"最高分与最低分相差 {show(self.spread)} 分，"
                f"超过 {show(rule.spread_limit)} 分，请复核。"
            )
        return [*lines, *self.bars]


def combine_raters(
    definition: Definition,
    sheets: Iterable[StoredSheet],
    facts: Mapping[str, Any] | None = None,
) -> PanelResult:
    """The total of one dossier. Only complete sheets count; the result does not depend on their
    order. Sheets without a source belong to the first one that rates. `facts` feed sources that
    are measured."""
    if not definition.is_scored:
        return PanelResult(definition, None, UNSCORED, ZERO)
    plan, first = plan_of(definition), rating_source(definition)
    by_source: dict[str, list[StoredSheet]] = {source.code: [] for source, _ in plan.sources}
    for sheet in sheets:
        if sheet.complete:
            by_source[sheet.source or first].append(sheet)
    results, spread = [], ZERO
    for source, rule in plan.sources:
        here = by_source[source.code]
        if source.fact:
            found = _measured(definition, source, rule, facts or {})
        else:
            found = _rated(definition, source, rule, here)
        if isinstance(found, SourceResult):
            results.append(found)
            if here:
                spread = max(spread, here[-1].total - here[0].total)
        elif not source.optional or here:
            return PanelResult(definition, None, found, ZERO)
    vetoes = _vetoes(definition, by_source) if plan.has_vetoes else ()
    counted = _counted(definition.combination, results)
    total = _total(definition.combination, counted)
    return PanelResult(definition, total, "", spread, tuple(results), tuple(counted), vetoes)


def _total(rule: Combination, counted: Sequence[SourceResult]) -> Decimal:
    if _is_single(counted):
        return rounded(counted[0].value, rule.decimals, rule.rounding)
    shares = _shares(rule, counted)
    exact = sum((r.exact * share for r, share in zip(counted, shares, strict=True)), Fraction(0))
    return rounded(as_decimal(exact), rule.decimals, rule.rounding)


def _is_single(counted: Sequence[SourceResult]) -> bool:
    return len(counted) == 1 and counted[0].factor == 1


def as_decimal(exact: Fraction) -> Decimal:
    """Divided once and last, so that halves stay halves."""
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _counted(rule: Combination, results: Sequence[SourceResult]) -> Sequence[SourceResult]:
    if rule.across in ("weighted", "added"):
        return results
    if rule.across == "last":
        return results[-1:]
    return (min(results, key=lambda result: result.exact),)


def _shares(rule: Combination, counted: Sequence[SourceResult]) -> list[Fraction]:
    """The part that each source has in the total."""
    if rule.across != "weighted":
        return [Fraction(1)] * len(counted)
    weights = [Fraction(result.source.weight) for result in counted]
    return [weight / sum(weights) for weight in weights]


def _rated(
    definition: Definition, source: ScoreSource, rule: RaterRule, sheets: list[StoredSheet]
) -> SourceResult | str:
    """The value of a source that is rated by people, or what is missing. Sorts the sheets."""
    if len(sheets) < rule.min_raters:
        return (
            f"{source.title}只有 {len(sheets)} 份完整评分表，"
            f"至少需要 {rule.min_raters} 份，暂不能计算总分。"
        )
    sheets.sort(key=_order)
    used, dropped = _counting(rule, sheets)
    amount = sum([sheet.total for sheet in used], ZERO)
    full, factor = plan_of(definition).scale(source.code)
    return SourceResult(source, rule, amount, len(used), full, factor, used, dropped)


def _measured(
    definition: Definition, source: ScoreSource, rule: RaterRule, facts: Mapping[str, Any]
) -> SourceResult | str:
    """The value of a source that is a measured result: its share of `full_at`."""
    number = as_fact(facts.get(source.fact)).number
    if number is None:
        return f"{source.title}缺少实测数据，暂不能计算总分。"
    is_added = definition.combination.across == "added"
    full = source.weight if is_added else definition.rubric.total
    reached = max(min(number, source.full_at), ZERO)
    return SourceResult(source, rule, reached * full, source.full_at, full, Fraction(1), (), ())


def _order(sheet: StoredSheet) -> tuple[Decimal, str]:
    return sheet.total, sheet.rater


def _counting(
    rule: RaterRule, ordered: Sequence[StoredSheet]
) -> tuple[tuple[StoredSheet, ...], tuple[StoredSheet, ...]]:
    """(sheets that count, sheets dropped) of sheets ordered from low to high."""
    low, high = 0, len(ordered)
    if rule.method == "trimmed_mean":
        low, high = rule.drop_low, len(ordered) - rule.drop_high
    elif rule.method == "median":
        low, high = (len(ordered) - 1) // 2, len(ordered) // 2 + 1
    return tuple(ordered[low:high]), (*ordered[:low], *ordered[high:])


def _vetoes(
    definition: Definition, by_source: Mapping[str, Sequence[StoredSheet]]
) -> tuple[str, ...]:
    """Items whose veto enough raters found, of all that owe the item."""
    found = []
    for item in definition.items():
        if not item.veto:
            continue
        owing = [s for code in definition.sources_of(item) for s in by_source[code]]
        votes = sum(item.code in sheet.vetoes for sheet in owing)
        if votes and (item.veto_needs == "one" or 2 * votes > len(owing)):
            found.append(item.code)
    return tuple(found)


def _below_minimums(panel: PanelResult) -> list[str]:
    texts = []
    for minimum in panel.definition.outcome.minimums:
        if minimum.of == "section":
            reached = panel.sections
            fulls = plan_of(panel.definition).section_fulls
            titles = {s.code: s.title for s in panel.definition.rubric.sections}
        else:
            reached = {r.code: r.value for r in panel.sources}
            fulls = {r.code: r.full for r in panel.sources}
            titles = {r.code: r.source.title for r in panel.sources}
        for code, points in reached.items():
            least = _least(minimum, fulls[code])
            if minimum.key in ("", code) and points < least:
                points = rounded(points, 4, "half_up")
                texts.append(
                    f"“{titles[code]}”得 {show(points)} 分，"
                    f"低于“{minimum.title}”要求的 {show(least)} 分。"
                )
    return texts


def _least(minimum: Minimum, full: Decimal) -> Decimal:
    return minimum.share * full if minimum.at_least is None else minimum.at_least


def _source_line(panel: PanelResult, result: SourceResult) -> str:
    value = show(round(result.value, 6))
    if result.source.fact:
        return f"{result.source.title}：按实测数据得 {value} / {show(result.full)} 分。"
    used = "、".join(show(sheet.total) for sheet in result.used)
    line = f"{result.source.title}：{METHODS[result.rule.method]}"
    if result.dropped:
        line += f"，去掉 {'、'.join(show(sheet.total) for sheet in result.dropped)}"
    line += f"，计入 {used}，得 {value}"
    if len(panel.sources) > 1:
        titles = {section.code: section.title for section in panel.definition.rubric.sections}
        parts = (f"{titles[c]} {show(round(p, 6))}" for c, p in result.sections.items())
        line += f"（{'，'.join(parts)}）"
    return f"{line}。"


def _across_line(panel: PanelResult) -> str:
    across = panel.combination.across
    if across == "last":
        return f"逐级复评，以{panel.counted[0].source.title}的评分为准。"
    if across == "lowest":
        return f"以各级评分中最低的{panel.counted[0].source.title}为准。"
    if across == "added":
        values = " + ".join(show(round(s.value, 6)) for s in panel.sources)
        return f"各来源得分相加：{values}。"
    weights = sum((s.source.weight for s in panel.sources), ZERO)
    parts = " + ".join(
        f"{show(round(as_decimal(s.exact), 6))} × {show(s.source.weight)}%" for s in panel.sources
    )
    if weights != HUNDRED:
        return f"有的来源没有评分，按权重 {show(weights)}% 折算：（{parts}） ÷ {show(weights)}%。"
    return f"按权重合成：{parts}。"
