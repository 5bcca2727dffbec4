"""Ranks, ties and proposals from stored totals."""

from decimal import Decimal

import pytest

from campaigns.definition import load_definition, shipped_definitions
from campaigns.definition.outcome import WinnersRule
from scoring.engine import Candidate, choose_winners, rank

D = Decimal


@pytest.fixture(scope="module")
def notice():
    return load_definition(shipped_definitions()["qinhuangdao_2023"])


def candidate(key, total, *, satisfaction=None, passed=True, track="professional", **sections):
    return Candidate(
        key,
        None if total is None else D(total),
        {code[1:]: D(points) for code, points in sections.items()},
        track,
        {"satisfaction_rate": satisfaction},
        passed,
        "" if total is not None else "只有 4 份完整评分表。",
    )


def ranks(rows):
    return [(row.key, row.rank, row.tied, row.tie_rule) for row in rows]


def test_more_points_come_first(notice):
    rows = rank(notice, [candidate("b", "90"), candidate("a", "91.5"), candidate("c", "80")])
    assert ranks(rows) == [("a", 1, False, ""), ("b", 2, False, ""), ("c", 3, False, "")]
    assert rows[0].explanation == ("总分 91.5 分，第 1 名。",)


def test_first_tie_rule_is_satisfaction(notice):
    rows = rank(notice, [candidate("a", 90, satisfaction=92), candidate("b", 90, satisfaction=95)])
    assert ranks(rows) == [("b", 1, False, "satisfaction"), ("a", 2, False, "satisfaction")]
    assert rows[0].explanation == (
        "总分 90 分，共 2 个小区总分相同。",
        "按“业主满意度高者在前”区分（本小区 95）。",
        "第 1 名。",
    )


def test_later_tie_rules_are_used_where_earlier_ones_do_not_help(notice):
    rows = rank(
        notice,
        [
            candidate("a", 90, satisfaction=95, _7=12, _6=13),
            candidate("b", 90, satisfaction=95, _7=12, _6=14),
            candidate("c", 90, satisfaction=95, _7=13, _6=10),
            candidate("d", 90, satisfaction=91, _7=15, _6=15),
        ],
    )
    assert ranks(rows) == [
        ("c", 1, False, "environment"),
        ("b", 2, False, "management"),
        ("a", 3, False, "management"),
        ("d", 4, False, "satisfaction"),
    ]


def test_equal_in_everything_share_a_rank_and_the_next_is_left_out(notice):
    same = [candidate(key, 90, satisfaction=95, _7=12, _6=13) for key in "ba"]
    rows = rank(notice, [candidate("z", 95), *same, candidate("c", 85)])
    assert ranks(rows) == [
        ("z", 1, False, ""),
        ("a", 2, True, ""),
        ("b", 2, True, ""),
        ("c", 4, False, ""),
    ]
    assert rows[1].explanation[-1] == "区分规则用尽仍有 2 个相同，并列第 2 名。"


def test_unknown_fact_comes_after_every_known_one(notice):
    rows = rank(notice, [candidate("a", 90), candidate("b", 90, satisfaction=1)])
    assert [row.key for row in rows] == ["b", "a"]
    assert "没有数据" in rows[1].explanation[1]


def test_without_total_there_is_no_rank(notice):
    rows = rank(notice, [candidate("a", None), candidate("b", 60)])
    assert ranks(rows) == [("b", 1, False, ""), ("a", None, False, "")]
    assert rows[1].explanation == ("只有 4 份完整评分表。",)


def test_order_of_input_does_not_matter(notice):
    members = [candidate(key, 90 + n % 2, satisfaction=n) for n, key in enumerate("abcdef")]
    assert ranks(rank(notice, members)) == ranks(rank(notice, reversed(members)))


def test_tracks_ranked_apart(notice):
    outcome = notice.outcome.model_copy(update={"ranked": "apart"})
    definition = notice.model_copy(update={"outcome": outcome})
    rows = rank(
        definition,
        [candidate("s", 99, track="self_managed"), candidate("a", 90), candidate("b", 80)],
    )
    assert [(row.group, row.key, row.rank) for row in rows] == [
        ("professional", "a", 1),
        ("professional", "b", 2),
        ("self_managed", "s", 1),
    ]


def with_winners(notice, **rule):
    outcome = notice.outcome.model_copy(update={"winners": WinnersRule(**rule)})
    return notice.model_copy(update={"outcome": outcome})


def chosen(definition, candidates):
    return choose_winners(definition, rank(definition, candidates))


def test_all_who_pass_are_proposed(notice):
    choices = chosen(
        notice,
        [
            candidate("a", "80"),
            candidate("b", "79.99"),
            candidate("c", "95", passed=False),
            candidate("d", None),
        ],
    )
    assert {key: choice.proposed for key, choice in choices.items()} == {
        "a": True,
        "b": False,
        "c": False,
        "d": False,
    }
    assert choices["b"].reason == "总分 79.99 分，低于合格线 80 分。"
    assert choices["c"].reason == "原则要求未全部满足，不得入选。"
    assert choices["d"].reason == "只有 4 份完整评分表。"


def test_count_is_filled_by_rank_and_skips_who_is_barred(notice):
    definition = with_winners(notice, type="count", count=2)
    choices = chosen(
        definition,
        [
            candidate("a", 99, passed=False),
            candidate("b", 95),
            candidate("c", 90),
            candidate("d", 85),
        ],
    )
    assert [key for key, choice in choices.items() if choice.proposed] == ["b", "c"]
    assert choices["d"].reason == "第 4 名，超出 2 个名额。"


def test_tie_across_the_last_place_is_left_to_the_bureau(notice):
    definition = with_winners(notice, type="count", count=2)
    choices = chosen(definition, [candidate("a", 95), candidate("b", 90), candidate("c", 90)])
    assert choices["a"].proposed
    assert [choices[key].undecided for key in "bc"] == [True, True]
    assert not any(choices[key].proposed for key in "bc")
    assert "只剩 1 个名额" in choices["b"].reason


@pytest.mark.parametrize(("rounding", "count"), [("down", 1), ("up", 2), ("half_up", 2)])
def test_ratio_of_those_who_pass(notice, rounding, count):
    definition = with_winners(notice, type="ratio", ratio="0.5", rounding=rounding)
    choices = chosen(definition, [candidate(key, 90 + n) for n, key in enumerate("abc")])
    assert sum(choice.proposed for choice in choices.values()) == count


def test_chosen_by_the_bureau_proposes_nobody(notice):
    choices = chosen(with_winners(notice, type="chosen"), [candidate("a", 95), candidate("b", 70)])
    assert choices["a"].undecided and not choices["a"].proposed
    assert not choices["b"].undecided
