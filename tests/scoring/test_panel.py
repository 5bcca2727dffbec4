"""Several raters: trimming, too few, partial sheets, rounding, sources."""

from decimal import Decimal
from itertools import permutations

import pytest

from campaigns.definition import load_definition, shipped_definitions
from scoring.engine import StoredSheet, combine_raters

D = Decimal


@pytest.fixture(scope="module")
def notice():
    return load_definition(shipped_definitions()["qinhuangdao_2023"])


def with_combination(notice, **changes):
    combination = notice.combination.model_copy(update=changes)
    return notice.model_copy(update={"combination": combination})


def sheets(*totals, **kwargs):
    return [
        StoredSheet(f"e{n}", D(total), {"7": D(total) / 10}, **kwargs)
        for n, total in enumerate(totals, 1)
    ]


def test_one_highest_and_one_lowest_are_dropped(notice):
    result = combine_raters(notice, sheets("90", "70", "85", "99", "88"))
    assert result.total == D("87.67")  # (85 + 88 + 90) / 3
    assert result.used == ("e3", "e5", "e1")
    assert result.dropped == ("e2", "e4")
    assert result.sections == {"7": D("8.77")}
    assert any("去掉 70、99" in line for line in result.explanation)
    assert result.explanation[-2] == "保留 2 位小数（四舍五入），总分 87.67 分。"


def test_wide_spread_asks_for_a_review(notice):
    assert combine_raters(notice, sheets(70, 85, 88, 90, 91)).needs_review
    assert not combine_raters(notice, sheets(71, 85, 88, 90, 91)).needs_review


def test_fewer_raters_than_needed_give_no_total(notice):
    result = combine_raters(notice, sheets(90, 91, 92, 93))
    assert result.total is None and result.sections == {}
    assert result.problem == "市级专家组只有 4 份完整评分表，至少需要 5 份，暂不能计算总分。"
    assert result.explanation == [result.problem]


def test_partial_sheets_never_count(notice):
    partial = StoredSheet("e9", D(100), {}, complete=False)
    assert combine_raters(notice, [*sheets(90, 91, 92, 93), partial]).total is None
    five = sheets(90, 91, 92, 93, 94)
    assert combine_raters(notice, [partial, *five]) == combine_raters(notice, five)


def test_order_of_sheets_does_not_matter(notice):
    five = sheets(90, 90, 85, 99, 90)
    results = {combine_raters(notice, list(order)).used for order in permutations(five)}
    assert len(results) == 1


def test_equal_totals_drop_one_at_each_end(notice):
    result = combine_raters(notice, sheets(90, 90, 90, 90, 90))
    assert result.total == 90
    assert len(result.used) == 3


@pytest.mark.parametrize(
    ("method", "totals", "total"),
    [
        ("mean", ["80", "81", "83", "90", "95"], "85.80"),
        ("median", ["80", "81", "83", "90", "95"], "83.00"),
        ("median", ["80", "81", "83", "90", "95", "96"], "86.50"),
    ],
)
def test_other_methods(notice, method, totals, total):
    assert combine_raters(with_combination(notice, method=method), sheets(*totals)).total == D(
        total
    )


@pytest.mark.parametrize(
    ("rounding", "total"),
    [("half_up", "85.13"), ("half_even", "85.12"), ("up", "85.13"), ("down", "85.12")],
)
def test_rounding_as_the_definition_says(notice, rounding, total):
    definition = with_combination(notice, method="mean", min_raters=4, rounding=rounding)
    four = sheets("85", "85", "85", "85.5")  # mean 85.125
    assert combine_raters(definition, four).total == D(total)


def test_sources_are_weighted(notice):
    source = notice.combination.sources[0]
    definition = with_combination(
        notice,
        method="mean",
        min_raters=1,
        sources=(
            source.model_copy(update={"weight": D(70)}),
            source.model_copy(update={"code": "street", "title": "街道", "weight": D(30)}),
        ),
    )
    mixed = [
        StoredSheet("e1", D(90), {"7": D(9)}),
        StoredSheet("e2", D(80), {"7": D(8)}),
        StoredSheet("s1", D(60), {"7": D(6)}, source="street"),
    ]
    result = combine_raters(definition, mixed)
    assert result.total == D("77.50")
    assert result.sections == {"7": D("7.75")}
    assert combine_raters(definition, mixed[:2]).problem.startswith("街道只有 0 份")
