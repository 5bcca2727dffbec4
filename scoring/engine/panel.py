"""Several raters' sheets → one total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns.definition import Definition
from campaigns.definition.outcome import Combination
from campaigns.rubric import show
from scoring.engine.numbers import ROUNDING_WORDS, rounded
from scoring.engine.sheets import ZERO, StoredSheet

METHODS = {"mean": "平均", "median": "中位数", "trimmed_mean": "去掉最高分、最低分后平均"}


@dataclass(frozen=True, slots=True)
class SourceResult:
    """One source (panel, street …): which sheets count and what they give."""

    code: str
    title: str
    weight: Decimal
    value: Decimal
    used: tuple[StoredSheet, ...]
    dropped: tuple[StoredSheet, ...]


@dataclass(frozen=True, slots=True)
class PanelResult:
    """`total` and `sections` are None and empty while there is a `problem` (Chinese)."""

    total: Decimal | None
    sections: dict[str, Decimal]
    problem: str
    spread: Decimal
    needs_review: bool
    sources: tuple[SourceResult, ...]
    combination: Combination

    @property
    def used(self) -> tuple[str, ...]:
        """Raters whose sheets count."""
        return tuple(sheet.rater for source in self.sources for sheet in source.used)

    @property
    def dropped(self) -> tuple[str, ...]:
        """Raters whose sheets were dropped as highest or lowest."""
        return tuple(sheet.rater for source in self.sources for sheet in source.dropped)

    @property
    def explanation(self) -> list[str]:
        """How the total came about, line by line."""
        if self.problem:
            return [self.problem]
        rule, lines = self.combination, []
        for source in self.sources:
            used = "、".join(show(sheet.total) for sheet in source.used)
            line = f"{source.title}：{METHODS[rule.method]}"
            if source.dropped:
                dropped = "、".join(show(sheet.total) for sheet in source.dropped)
                line += f"，去掉 {dropped}"
            lines.append(f"{line}，计入 {used}，得 {show(round(source.value, 6))}。")
        if len(self.sources) > 1:
            parts = " + ".join(
                f"{show(round(s.value, 6))} × {show(s.weight)}%" for s in self.sources
            )
            lines.append(f"按权重合成：{parts}。")
        lines.append(
            f"保留 {rule.decimals} 位小数（{ROUNDING_WORDS[rule.rounding]}），"
            f"总分 {show(self.total)} 分。"
        )
        if self.needs_review:
            lines.append(
                f"最高分与最低分相差 {show(self.spread)} 分，"
                f"超过 {show(rule.spread_limit)} 分，请复核。"
            )
        return lines


def combine_raters(definition: Definition, sheets: Iterable[StoredSheet]) -> PanelResult:
    """The combined total. Partial sheets never count; fewer complete sheets than `min_raters`
    in any source give a problem instead of a total. The order of the sheets does not matter."""
    rule = definition.combination
    first = rule.sources[0].code
    by_source: dict[str, list[StoredSheet]] = {source.code: [] for source in rule.sources}
    for sheet in sheets:
        if sheet.complete:
            by_source[sheet.source or first].append(sheet)
    results, spread = [], ZERO
    for source in rule.sources:
        here = by_source[source.code]
        if len(here) < rule.min_raters:
            problem = (
                f"{source.title}只有 {len(here)} 份完整评分表，"
                f"至少需要 {rule.min_raters} 份，暂不能计算总分。"
            )
            return PanelResult(None, {}, problem, ZERO, False, (), rule)
        here.sort(key=_order)
        spread = max(spread, here[-1].total - here[0].total)
        used, dropped = _counting(rule, here)
        value = sum((sheet.total for sheet in used), ZERO) / len(used)
        results.append(SourceResult(source.code, source.title, source.weight, value, used, dropped))
    total = sum((result.value * result.weight for result in results), ZERO) / 100
    needs_review = rule.spread_limit is not None and spread > rule.spread_limit
    return PanelResult(
        rounded(total, rule.decimals, rule.rounding),
        _section_means(rule, results),
        "",
        spread,
        needs_review,
        tuple(results),
        rule,
    )


def _order(sheet: StoredSheet) -> tuple[Decimal, str]:
    return sheet.total, sheet.rater


def _counting(
    rule: Combination, ordered: Sequence[StoredSheet]
) -> tuple[tuple[StoredSheet, ...], tuple[StoredSheet, ...]]:
    """(sheets that count, sheets dropped) of sheets ordered from low to high."""
    low, high = 0, len(ordered)
    if rule.method == "trimmed_mean":
        low, high = rule.drop_low, len(ordered) - rule.drop_high
    elif rule.method == "median":
        low, high = (len(ordered) - 1) // 2, len(ordered) // 2 + 1
    return tuple(ordered[low:high]), (*ordered[:low], *ordered[high:])


def _section_means(rule: Combination, results: Sequence[SourceResult]) -> dict[str, Decimal]:
    """Means of the sections over the sheets that count; sources weighted as in the total."""
    means: dict[str, Decimal] = {}
    for result in results:
        sums: dict[str, Decimal] = {}
        for sheet in result.used:
            for code, points in sheet.sections.items():
                sums[code] = sums.get(code, ZERO) + Decimal(points)
        parts = 100 * len(result.used)
        for code, points in sums.items():
            means[code] = means.get(code, ZERO) + points * result.weight / parts
    return {code: rounded(value, rule.decimals, rule.rounding) for code, value in means.items()}
