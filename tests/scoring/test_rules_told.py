"""Rules the twin does not draw: titles held, votes as a source, the veto's tick, counts,
rounding of several sources."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.definition import dump_definition, load_definition, shipped_definitions
from campaigns.definition.requirements import Requirement
from scoring.engine import StoredSheet, combine_raters, evaluate_gates, score_sheet
from scoring.forms.marks import mark_controls, read_mark

D = Decimal
NOTICE = load_definition(shipped_definitions()["qinhuangdao_2023"])


def changed(**parts):
    return type(NOTICE).model_validate(NOTICE.model_dump(by_alias=True) | parts)


def with_item(code, **fields):
    data = NOTICE.model_dump(by_alias=True)
    for section in data["rubric"]["sections"]:
        section["items"] = [
            item | fields if item["code"] == code else item for item in section["items"]
        ]
    return type(NOTICE).model_validate(data)


@pytest.mark.parametrize(
    ("held", "status"),
    [
        ((date(2022, 5, 1),), "pass"),
        ((date(2019, 5, 1),), "fail"),
        ("无", "fail"),
        (None, "unknown"),
    ],
)
def test_a_lower_title_must_be_held_within_its_window(held, status):
    gate = {"kind": "title", "award": "county_title", "since": date(2021, 1, 1)}
    asked = Requirement.model_validate({"code": "T", "title": "县级称号", "gate": gate})
    definition = NOTICE.model_copy(update={"requirements": (asked,)})
    result = evaluate_gates(definition, "professional", {"county_title": held}, {}).results[0]
    assert result.status == status and "获得" in result.text or "记录" in result.text


def test_votes_are_a_source_with_a_weight():
    sources = [
        {"code": "panel", "title": "评委", "level": "expert", "weight": 80, "min_raters": 1,
         "method": "mean"},
        {"code": "votes", "title": "投票", "level": "city", "weight": 20, "fact": "votes",
         "full_at": 400},
    ]  # fmt: skip
    definition = changed(combination=NOTICE.combination.model_dump() | {"sources": sources})
    marks = {item.code: item.full_mark() for item in definition.items()}
    sheet = score_sheet(definition, "professional", marks).stored("e1", "panel")
    panel = combine_raters(definition, [sheet], {"votes": 100})
    assert panel.total == 85 and "按实测数据得 25 / 100 分" in panel.explanation[1]
    assert combine_raters(definition, [sheet]).problem.startswith("投票缺少实测数据")
    assert load_definition(dump_definition(definition)) == definition


def test_a_veto_is_ticked_beside_the_mark_and_the_row_is_scored_as_well():
    definition = with_item("7.4", veto="发生火灾事故")
    labels = [control["label"] for control in mark_controls(definition, "7.4", None)]
    assert labels[-1] == "一票否决：发生火灾事故"
    raw = read_mark(definition, "7.4", {"7.4:value": "1", "7.4:veto": "true"})
    mark = definition.parse_mark("7.4", raw)
    marks = {item.code: item.full_mark() for item in definition.items()} | {"7.4": mark}
    sheet = score_sheet(definition, "professional", marks)
    assert (sheet.total, sheet.vetoes) == (D("99.5"), ("7.4",))
    assert "一票否决：发生火灾事故" in sheet.items["7.4"].text


def test_counts_are_entered_one_by_one():
    parts = [{"code": "a", "title": "表彰", "each": 1}, {"code": "b", "title": "投诉", "each": -1}]
    tally = {"kind": "tally", "code": "7.4", "title": "项", "points": 3, "base": 1, "parts": parts}
    data = NOTICE.model_dump(by_alias=True)
    for section in data["rubric"]["sections"]:
        section["items"] = [tally if i["code"] == "7.4" else i for i in section["items"]]
    definition = type(NOTICE).model_validate(data)
    assert [c["name"] for c in mark_controls(definition, "7.4", None)] == ["7.4:a", "7.4:b"]
    assert read_mark(definition, "7.4", {}) is None
    raw = read_mark(definition, "7.4", {"7.4:a": "2"})
    assert definition.parse_mark("7.4", raw) == {"counts": {"a": 2, "b": 0}}


def test_halves_stay_halves_when_sources_are_weighted():
    """0.3 × a mean of three must not lose the last digit before it is rounded."""
    sources = [
        {"code": "p", "title": "组", "level": "expert", "weight": 70},
        {"code": "q", "title": "街", "level": "city", "weight": 30},
    ]
    rule = {"method": "mean", "min_raters": 3, "decimals": 2}
    definition = changed(combination=NOTICE.combination.model_dump() | {"sources": sources} | rule)
    sheets = [StoredSheet(f"p{n}", D(80), {}, True, "p") for n in range(3)]
    q = (D("80.05"), D("80.05"), D("80.05"))
    sheets += [StoredSheet(f"q{n}", total, {}, True, "q") for n, total in enumerate(q)]
    assert combine_raters(definition, sheets).total == D("80.02")  # 80.015 exactly
