"""Each kind of rubric item: limits, wrong input, words."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from campaigns.rubric import KINDS, MarkError

D = Decimal


def make(kind, points="3", **parameters):
    return KINDS[kind].model_validate(
        {"kind": kind, "code": "1.1", "title": "某项", "points": points, **parameters}
    )


PARAMETERS = {
    "judged": {},
    "all_or_nothing": {},
    "per_defect": {"deduction": "0.5"},
    "components": {"components": [{"title": "车棚", "points": 1}, {"title": "充电", "points": 2}]},
    "graded": {
        "grades": [
            {"code": "A", "title": "好", "share": 1},
            {"code": "B", "title": "中", "share": "0.6"},
            {"code": "C", "title": "差", "points": 0},
        ]
    },
    "metric": {"metric": "rate", "unit": "%", "target": 95},
    "negative": {},
    "penalty": {"deduction": 1},
    "tally": {
        "base": 1,
        "parts": [
            {"code": "a", "title": "表彰", "each": 1, "at_most": 1},
            {"code": "b", "title": "活动", "each": "0.5"},
            {"code": "c", "title": "投诉", "each": -1, "at_most": 2},
        ],
    },
    "bonus": {"conditions": [{"code": "a", "title": "红榜"}, {"code": "b", "title": "少投诉"}]},
}

CASES = [
    ("judged", {"points": "2.5"}, {"points": "2.5"}, "2.5"),
    ("judged", {"points": 3}, {"points": "3"}, "3"),
    ("judged", {"points": "0"}, {"points": "0"}, "0"),
    ("judged", {"points": " 1.50 "}, {"points": "1.5"}, "1.5"),
    ("all_or_nothing", {"met": True}, {"met": True}, "3"),
    ("all_or_nothing", {"met": "false"}, {"met": False}, "0"),
    ("per_defect", {"defects": 0}, {"defects": 0}, "3"),
    ("per_defect", {"defects": "3"}, {"defects": 3}, "1.5"),
    ("per_defect", {"defects": 6}, {"defects": 6}, "0"),
    ("per_defect", {"defects": 7}, {"defects": 7}, "0"),
    (
        "per_defect",
        {"places": ["东门", " ", "西门"]},
        {"defects": 2, "places": ["东门", "西门"]},
        "2",
    ),
    ("per_defect", {"defects": 3, "places": ["东门"]}, {"defects": 3, "places": ["东门"]}, "1.5"),
    ("components", {"present": []}, {"present": []}, "0"),
    ("components", {"present": ["充电"]}, {"present": ["充电"]}, "2"),
    ("components", {"present": ["充电", "车棚", "充电"]}, {"present": ["车棚", "充电"]}, "3"),
    ("graded", {"grade": "A"}, {"grade": "A"}, "3"),
    ("graded", {"grade": "B"}, {"grade": "B"}, "1.8"),
    ("graded", {"grade": "C"}, {"grade": "C"}, "0"),
    ("metric", {"value": "95"}, {"value": "95"}, "3"),
    ("metric", {"value": "94.99"}, {"value": "94.99"}, "0"),
    ("negative", {"present": False}, {"present": False}, "3"),
    ("negative", {"present": True}, {"present": True}, "0"),
    ("penalty", {"defects": 0}, {"defects": 0}, "0"),
    ("penalty", {"defects": "2"}, {"defects": 2}, "-2"),
    ("penalty", {"defects": 9, "places": ["通报"]}, {"defects": 9, "places": ["通报"]}, "-3"),
    ("tally", {"counts": {}}, {"counts": {"a": 0, "b": 0, "c": 0}}, "1"),
    ("tally", {"counts": {"a": "3", "b": 1}}, {"counts": {"a": 3, "b": 1, "c": 0}}, "2.5"),
    ("tally", {"counts": {"a": 1, "b": 9}}, {"counts": {"a": 1, "b": 9, "c": 0}}, "3"),
    ("tally", {"counts": {"c": 5}}, {"counts": {"a": 0, "b": 0, "c": 5}}, "0"),
    ("tally", {"counts": {"b": 6, "c": 5}}, {"counts": {"a": 0, "b": 6, "c": 5}}, "2"),
    ("bonus", {"met": ["b", "a"]}, {"met": ["a", "b"]}, "3"),
    ("bonus", {"met": ["a"]}, {"met": ["a"]}, "0"),
]

WRONG = [
    ("penalty", {"defects": -1}, "0 到 999 的整数"),
    ("tally", {"counts": {"x": 1}}, "没有这样的要点：x"),
    ("tally", {"counts": {"a": "1.5"}}, "应为 0 到 999 的整数"),
    ("tally", {"counts": 3}, "请填写各要点的数量"),
    ("judged", {"points": "3.5"}, "0 到 3 分之间"),
    ("judged", {"points": "-0.5"}, "0 到 3 分之间"),
    ("judged", {"points": "2.3"}, "可填 2 或 2.5 分"),
    ("judged", {"points": ""}, "请填写得分"),
    ("judged", {"points": "三分"}, "不是数字"),
    ("judged", {"points": "NaN"}, "不是可用的数字"),
    ("judged", {"points": "Infinity"}, "不是可用的数字"),
    ("judged", {"points": "1e999999"}, "不是可用的数字"),
    ("judged", {"points": True}, "请填写得分"),
    ("judged", {"points": 1, "extra": 2}, "不认识的内容：extra"),
    ("judged", "2.5", "格式不正确"),
    ("all_or_nothing", {}, "请选择达到或未达到"),
    ("all_or_nothing", {"met": "maybe"}, "请选择达到或未达到"),
    ("all_or_nothing", {"met": 2}, "请选择达到或未达到"),
    ("per_defect", {"defects": -1}, "0 到 999 的整数"),
    ("per_defect", {"defects": "1.5"}, "0 到 999 的整数"),
    ("per_defect", {"defects": 1000}, "0 到 999 的整数"),
    ("per_defect", {}, "请填写问题处数"),
    ("per_defect", {"defects": 1, "places": ["东门", "西门"]}, "列出了 2 个问题点位"),
    ("per_defect", {"defects": 1, "places": "东门"}, "文字列表"),
    ("components", {"present": ["泳池"]}, "没有这样的分项：泳池；可选：车棚、充电"),
    ("components", {"present": None}, "应为列表"),
    ("components", {"present": [["车棚"]]}, "没有这样的分项"),
    ("graded", {"grade": "D"}, "可选：A（好）、B（中）、C（差）"),
    ("graded", {}, "没有等次"),
    ("metric", {"value": None}, "请填写实测数据"),
    ("negative", {"present": "?"}, "请选择存在或不存在"),
    ("bonus", {"met": ["c"]}, "没有这样的加分条件"),
    ("bonus", [], "格式不正确"),
]


def test_all_kinds_are_found_by_being_there():
    assert set(KINDS) == set(PARAMETERS)


@pytest.mark.parametrize(("kind", "raw", "stored", "points"), CASES)
def test_mark_is_stored_and_earns_points(kind, raw, stored, points):
    item = make(kind, **PARAMETERS[kind])
    mark = item.parse_mark(raw)
    assert mark == stored
    assert item.points_for(mark) == D(points)
    assert item.parse_mark(mark) == mark
    assert "分" in item.explain(mark)


@pytest.mark.parametrize(("kind", "raw", "words"), WRONG)
def test_wrong_mark_is_refused_in_words(kind, raw, words):
    with pytest.raises(MarkError, match=words):
        make(kind, **PARAMETERS[kind]).parse_mark(raw)


@pytest.mark.parametrize("kind", sorted(PARAMETERS))
def test_full_mark_earns_all_points_and_page_knows_the_input(kind):
    item = make(kind, **PARAMETERS[kind])
    mark = item.parse_mark(item.full_mark())
    best = D(0) if item.is_penalty else item.points
    assert item.points_for(mark) == best
    schema = item.input_schema()
    assert schema["kind"] == kind and D(schema["max"]) == best and schema["widget"]
    assert item.kind_title


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("per_defect", {}, "Field required"),
        ("per_defect", {"deduction": 0}, "greater than 0"),
        ("components", {"components": [{"title": "车棚", "points": 4}]}, "合计 4 分，超过"),
        (
            "components",
            {"components": [{"title": "车棚", "points": 1}, {"title": "车棚", "points": 1}]},
            "重复",
        ),
        ("graded", {"grades": [{"code": "A", "title": "好"}] * 2}, "之一"),
        ("graded", {"grades": [{"code": "A", "title": "好", "share": 1}] * 2}, "重复"),
        ("metric", {"metric": "rate"}, "target"),
        ("metric", {"metric": "rate", "rule": "steps"}, "steps"),
        ("metric", {"metric": "rate", "rule": "per_short", "target": 90}, "deduction"),
        ("metric", {"metric": "rate", "rule": "share", "target": 0}, "大于 0"),
        ("bonus", {"conditions": []}, "at least 1"),
        ("judged", {"applies_to": ["a"], "not_applicable_in": ["b"]}, "只能写一个"),
    ],
)
def test_wrong_parameters_are_refused(kind, parameters, words):
    with pytest.raises(ValidationError, match=words):
        make(kind, **parameters)


def test_judged_step_of_the_item_comes_before_that_of_the_rubric():
    item = make("judged", step="1")
    with pytest.raises(MarkError, match="以 1 分为一档"):
        item.parse_mark({"points": "2.5"})
    assert make("judged").parse_mark({"points": "2.75"}, step=D("0.25")) == {"points": "2.75"}


def test_judged_maximum_off_the_step_is_reachable():
    item = make("judged", points="2.3")
    assert item.points_for(item.parse_mark({"points": "2.3"})) == D("2.3")


def test_per_defect_stops_at_its_floor():
    item = make("per_defect", deduction="0.5", floor="1")
    assert item.points_for({"defects": 9}) == 1
    assert "扣至 1 分为止" in item.explain({"defects": 9})


def test_graded_with_several_criteria_takes_the_weighted_mean():
    criteria = [{"code": "x", "title": "甲", "weight": 2}, {"code": "y", "title": "乙"}]
    item = make("graded", criteria=criteria, **PARAMETERS["graded"])
    mark = item.parse_mark({"grades": {"x": "A", "y": "C"}})
    assert item.points_for(mark) == 2
    with pytest.raises(MarkError, match="每个要点"):
        item.parse_mark({"grades": {"x": "A"}})


@pytest.mark.parametrize(
    ("parameters", "value", "points"),
    [
        ({"rule": "steps", "steps": [{"at": 90, "points": 3}, {"at": 80, "points": 1}]}, "85", "1"),
        ({"rule": "steps", "steps": [{"at": 90, "points": 3}, {"at": 80, "points": 1}]}, "79", "0"),
        ({"rule": "per_short", "target": 90, "deduction": 1}, "88.5", "1"),
        ({"rule": "per_short", "target": 90, "deduction": 1}, "50", "0"),
        ({"rule": "share", "target": 90}, "45", "1.5"),
        ({"rule": "share", "target": 90}, "120", "3"),
        ({"rule": "threshold", "better": "lower", "target": 10}, "10", "3"),
        ({"rule": "threshold", "better": "lower", "target": 10}, "11", "0"),
    ],
)
def test_metric_rules(parameters, value, points):
    item = make("metric", metric="rate", **parameters)
    assert item.points_for(item.parse_mark({"value": value})) == D(points)


def test_bonus_may_need_only_one_condition():
    item = make("bonus", needs="any", **PARAMETERS["bonus"])
    assert item.points_for(item.parse_mark({"met": ["b"]})) == 3
    assert item.points_for(item.parse_mark({"met": []})) == 0
