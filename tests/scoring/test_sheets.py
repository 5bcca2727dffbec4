"""One sheet: running totals, rescaling, partial sheets, measured items, bonus."""

from decimal import Decimal

import pytest

from campaigns.definition import load_definition, shipped_definitions
from scoring.engine import score_sheet

D = Decimal

RUBRIC = """\
key: t
title: 试
year: 2023
authorities: [局]
disclosure: public
levels: [{{code: city, title: 市, body: 局}}]
tracks:
  - {{code: a, title: 甲类, applicant_kinds: [property_company]}}
  - {{code: b, title: 乙类, applicant_kinds: [self_managed]}}
form: {{title: 表}}
rubric:
{rubric}
route: [{{code: s, title: 评, type: scoring, level: expert}}]
combination: {{sources: [{{code: p, title: 组, level: expert}}]}}
outcome: {{title: 奖, pass_mark: null, winners: {{type: all_passing}}}}
publication: {{}}
"""


def rubric(text):
    return load_definition(RUBRIC.format(rubric=text))


@pytest.fixture(scope="module")
def notice():
    return load_definition(shipped_definitions()["qinhuangdao_2023"])


def full_marks(definition, track):
    return {item.code: item.full_mark() for item in definition.items(track)}


@pytest.mark.parametrize("track", ["professional", "self_managed"])
def test_full_marks_give_one_hundred_on_each_track(notice, track):
    sheet = score_sheet(notice, track, full_marks(notice, track))
    assert sheet.complete
    assert sheet.total == 100
    assert {code: s.points for code, s in sheet.sections.items()} == {
        section.code: section.points for section in notice.rubric.sections
    }
    assert sheet.due_count == sheet.marked_count == (36 if track == "professional" else 31)


def test_sheet_with_losses_of_every_kind(notice):
    marks = full_marks(notice, "professional") | {
        "1.1": {"points": "2.5"},
        "3.3": {"met": False},
        "7.1": {"defects": 3},
        "7.5": {"defects": 11},
        "10.1": {"present": ["自行车停车棚"]},
    }
    sheet = score_sheet(notice, "professional", marks)
    assert sheet.total == D("100") - D("0.5") - 3 - D("1.5") - 5 - 1
    assert sheet.sections["7"].points == D("8.5")
    assert sheet.items["7.5"].points == 0
    assert "11 处" in sheet.items["7.5"].text
    assert sheet.explanation[-1] == "合计 89 分。"


def test_rescaled_section_keeps_its_weight_and_says_how(notice):
    marks = full_marks(notice, "self_managed") | {"6.2": {"points": "3.5"}, "8.2": {"met": False}}
    sheet = score_sheet(notice, "self_managed", marks)
    six = sheet.sections["6"]
    assert (six.earned, six.available, six.points, six.max) == (D("8.5"), 10, D("12.75"), 15)
    assert six.rescaled and "6.1、6.3 不适用" in six.text
    assert sheet.sections["8"].points == 0
    assert not sheet.sections["7"].rescaled
    assert sheet.total == 100 - D("2.25") - 10


def test_rescaled_points_are_rounded_half_up_and_the_total_closes(notice):
    marks = full_marks(notice, "self_managed") | {"1.1": {"points": "2.5"}}
    sheet = score_sheet(notice, "self_managed", marks)
    assert sheet.sections["1"].points == D("9.38")  # 7.5 / 8 × 10 = 9.375
    assert sheet.total == sum(s.points for s in sheet.sections.values()) == D("99.38")


def test_partial_sheet_is_never_complete(notice):
    marks = full_marks(notice, "professional")
    del marks["9.1"], marks["6.3"]
    sheet = score_sheet(notice, "professional", marks)
    assert not sheet.complete
    assert sheet.missing == ("6.3", "9.1")
    assert (sheet.marked_count, sheet.due_count) == (34, 36)
    assert sheet.total == 92
    assert "尚有 2 项未评（6.3、9.1）" in sheet.explanation[-1]
    assert not sheet.stored("e1").complete


def test_empty_sheet_has_no_points(notice):
    sheet = score_sheet(notice, "professional", {})
    assert (sheet.total, len(sheet.missing)) == (0, 36)


def test_marks_of_items_that_do_not_apply_are_ignored(notice):
    marks = full_marks(notice, "professional")
    assert score_sheet(notice, "self_managed", marks).total == 100


def test_unknown_track_is_refused(notice):
    with pytest.raises(KeyError):
        score_sheet(notice, "moon", {})


NOT_APPLICABLE = """\
  total: 20
  sections:
    - code: "1"
      title: 一
      points: 10
      items:
        - {kind: judged, code: "1.1", title: 甲, points: 4}
        - {kind: judged, code: "1.2", title: 乙, points: 4}
        - {kind: judged, code: "1.3", title: 丙, points: 2, not_applicable_in: [b], RULE}
    - code: "2"
      title: 二
      points: 10
      items: [{kind: judged, code: "2.1", title: 丁, points: 10}]
"""


@pytest.mark.parametrize(
    ("rule", "points", "rescaled"),
    [
        ("rescale_section", "7.5", True),
        ("full_marks", "8", False),
        ("mean_of_others", "7.5", False),
    ],
)
def test_ways_to_treat_an_item_that_does_not_apply(rule, points, rescaled):
    definition = rubric(NOT_APPLICABLE.replace("RULE", f"not_applicable_rule: {rule}"))
    marks = {"1.1": {"points": "4"}, "1.2": {"points": "2"}, "2.1": {"points": "10"}}
    sheet = score_sheet(definition, "b", marks)
    assert sheet.complete
    assert sheet.sections["1"].points == D(points)
    assert sheet.sections["1"].rescaled is rescaled
    assert sheet.total == 10 + D(points)


def test_section_of_which_nothing_applies_is_left_out_and_the_rest_rescaled():
    text = NOT_APPLICABLE.replace(", RULE", "").replace(
        "points: 10}]", "points: 10, applies_to: [a]}]"
    )
    sheet = score_sheet(rubric(text), "b", {"1.1": {"points": "4"}, "1.2": {"points": "2"}})
    assert set(sheet.sections) == {"1"}
    assert sheet.total == 15
    assert sheet.complete


def test_measured_item_takes_its_points_from_the_fact_and_never_from_a_mark():
    definition = rubric("""\
  total: 5
  sections:
    - code: "1"
      title: 一
      points: 5
      items:
        - {kind: metric, code: "1.1", title: 率, points: 5, metric: rate, target: 95, unit: "%"}
""")
    cheat = {"1.1": {"value": "99"}}
    assert score_sheet(definition, "a", cheat, {}).missing == ("1.1",)
    assert score_sheet(definition, "a", cheat, {"rate": "94.9"}).total == 0
    sheet = score_sheet(definition, "a", {}, {"rate": {"value": "95", "source": "第三方"}})
    assert sheet.total == 5 and sheet.complete


@pytest.mark.parametrize(("cap", "total"), [("", 105), ("  bonus_cap: 3\n", 103)])
def test_bonus_stands_outside_the_hundred_up_to_its_cap(cap, total):
    definition = rubric(
        cap
        + """\
  sections:
    - code: "1"
      title: 一
      points: 100
      items:
        - {kind: judged, code: "1.1", title: 甲, points: 100}
        - {kind: bonus, code: "1.2", title: 加分, points: 5, conditions: [{code: x, title: 红榜}]}
"""
    )
    marks = {"1.1": {"points": "100"}, "1.2": {"met": ["x"]}}
    sheet = score_sheet(definition, "a", marks)
    assert (sheet.total, sheet.bonus) == (total, 5)
    assert sheet.sections["1"].points == 100
