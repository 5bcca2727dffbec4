"""Reading, writing and checking of definition files."""

import json
from decimal import Decimal

import pytest
from pydantic import ValidationError

from campaigns.definition import (
    DefinitionError,
    check_definition,
    dump_definition,
    load_definition,
    read_definition,
    shipped_definitions,
)

SMALL = """\
key: small
title: 小方案
year: 2023
authorities: [市住建局]
disclosure: public
levels:
  - {code: city, title: 市, body: 市住建局, names: [某市]}
tracks:
  - {code: pro, title: 专业, applicant_kinds: [property_company]}
calendar:
  - {code: apply, title: 申报, due: 2023-10-30, owner_level: city}
form: {title: 申报表}
rubric:
  total: 5
  sections:
    - code: "1"
      title: 第一类
      points: 5
      items:
        - {kind: judged, code: "1.1", title: 甲, points: 2.5, evidence: [{title: 图片}]}
        - {kind: per_defect, code: "1.2", title: 乙, points: 2.5, deduction: 0.5, evidence: [{title: 图片}]}
route:
  - {code: score, title: 评审, type: scoring, level: expert}
combination:
  sources: [{code: panel, title: 专家组, level: expert}]
outcome: {title: 美好家园, pass_mark: 4, winners: {type: all_passing}}
publication: {notice_days: 7}
"""  # noqa: E501


def problems_after(old, new, *, severity="error"):
    assert old in SMALL
    found = check_definition(SMALL.replace(old, new))
    return [problem for problem in found if problem.severity == severity]


def test_good_definition_has_no_problems():
    assert check_definition(SMALL) == []


@pytest.mark.parametrize("name", sorted(shipped_definitions()))
def test_shipped_definition_survives_yaml_and_json(name):
    definition = load_definition(shipped_definitions()[name])
    again = load_definition(dump_definition(definition))
    stored = read_definition(json.loads(definition.canonical_json()))
    assert again.sha256() == stored.sha256() == definition.sha256()
    assert stored.unstated() == again.unstated() == definition.unstated()
    assert dump_definition(again) == dump_definition(definition)


def test_shipped_definition_has_only_warnings_about_empty_evidence():
    text = shipped_definitions()["qinhuangdao_2023"].read_text(encoding="utf-8")
    found = [(p.severity, p.message) for p in check_definition(text)]
    assert found == [("warning", f"{code} 没有写明佐证材料") for code in ("6.3", "6.4", "6.5")]


def test_default_left_out_is_flagged_and_stated_value_is_not():
    definition = load_definition(SMALL)
    assert definition.combination.min_raters == 5
    assert definition.combination.is_unstated("min_raters")
    assert definition.publication.notice_days == 7
    assert not definition.publication.is_unstated("notice_days")


def test_stated_value_equal_to_the_default_stays_stated_through_a_dump():
    text = SMALL.replace("notice_days: 7", "notice_days: 5")
    again = load_definition(dump_definition(load_definition(text)))
    assert not again.publication.is_unstated("notice_days")


def test_definition_cannot_be_changed():
    definition = load_definition(SMALL)
    with pytest.raises(ValidationError):
        definition.title = "别的"
    with pytest.raises(ValidationError):
        definition.combination.min_raters = 1


def test_numbers_are_exact():
    assert load_definition(SMALL).item("1.2").deduction == Decimal("0.5")
    odd = load_definition(SMALL.replace("points: 2.5,", "points: 2.35,"))
    assert odd.item("1.1").points == Decimal("2.35")


def test_content_decides_the_hash():
    assert load_definition(SMALL).sha256() == load_definition("# 注释\n" + SMALL).sha256()
    other = SMALL.replace("deduction: 0.5", "deduction: 1")
    assert load_definition(SMALL).sha256() != load_definition(other).sha256()


@pytest.mark.parametrize(
    ("old", "new", "path", "line", "message"),
    [
        ("year: 2023", "year: 二〇二三", "year", 3, "整数"),
        ("year: 2023", "", "year", 1, "缺少必填内容"),
        ("year: 2023", "year: .nan", "", 3, "“.nan”不是可用的数字或日期"),
        ("due: 2023-10-30", "due: 2023-02-30", "", 11, "“2023-02-30”不是可用的"),
        ("kind: judged", "kind: [judged]", "rubric.sections[0].items[0]", 20, "没有"),
        ("title: 小方案", "title: 小方案\ncolour: red", "colour", 3, "不认识的内容"),
        ('code: "1.1"', "code: 1.1", "rubric.sections[0].items[0].code", 20, "加引号"),
        ("kind: judged", "kind: guessed", "rubric.sections[0].items[0]", 20, "没有 guessed"),
        ("deduction: 0.5", "deduction: -1", "rubric.sections[0].items[1].deduction", 21, "大于 0"),
        ("deduction: 0.5", "deductoin: 0.5", "rubric.sections[0].items[1].deductoin", 21, "不认识"),
        ("due: 2023-10-30", "due: 十月底", "calendar[0].due", 11, "日期"),
        ("type: scoring", "type: voting", "route[0].type", 23, "只能是"),
        ('code: "1.2"', 'code: "1.1"', "rubric.sections", 15, "重复"),
        ("level: expert}\ncomb", "level: moon}\ncomb", "route[0].level", 23, "没有层级“moon”"),
        ("pass_mark: 4", "pass_mark: 6", "outcome.pass_mark", 26, "高于满分"),
        ("level: expert}]", "level: expert, weight: 70}]", "combination.sources", 25, "应为 100"),
        ("notice_days: 7", "unstated: {days: x}", "publication", 27, "没有这样的字段"),
    ],
)
def test_mistake_is_told_with_path_and_line(old, new, path, line, message):
    found = {(problem.path, problem.line): problem.message for problem in problems_after(old, new)}
    assert message in found[path, line]


def test_more_items_than_anybody_can_read_are_refused():
    item = SMALL.partition("      items:\n")[2].splitlines()[0]
    many = "\n".join(item.replace('"1.1"', f'"2.{n}"') for n in range(500))
    (problem,) = [p for p in problems_after(item, f"{item}\n{many}") if p.severity == "error"]
    assert problem.path == "rubric.sections[0]" and "至多 500 项" in problem.message
    two = f"{item}\n    - code: x\n      title: 第二类\n      points: 1\n      items:\n{many}"
    two = two.replace(f"{many.splitlines()[0]}\n", "")
    (problem,) = [p for p in problems_after(item, two) if p.severity == "error"]
    assert problem.path == "rubric" and "合计至多 500 项" in problem.message


def test_sources_that_the_web_does_not_collect_are_told_before_opening():
    two = "level: expert, weight: 60}, {code: street, title: 街道, level: street, weight: 40}]"
    found = {p.path: p.message for p in problems_after("level: expert}]", two, severity="warning")}
    assert "不会自动得出总分" in found["combination.sources"]


def test_several_mistakes_are_told_at_once():
    text = SMALL.replace("year: 2023", "year: x").replace("points: 2.5, ded", "points: y, ded")
    assert [p.path for p in check_definition(text)] == [
        "year",
        "rubric.sections[0].items[1].points",
    ]


def test_sum_that_does_not_close_is_a_warning_and_still_loads():
    text = SMALL.replace("      points: 5\n", "      points: 6\n")
    (problem,) = check_definition(text)
    assert problem.severity == "warning"
    assert "合计 5 分" in problem.message and "写 6 分" in problem.message
    assert load_definition(text).section("1").points == 6


def test_unknown_track_of_an_item_is_refused():
    (problem,) = problems_after('"1.1", title', '"1.1", applies_to: [pro, moon], title')
    assert problem.path == "rubric.sections[0].items[0].applies_to"
    assert "moon" in problem.message


def test_quota_for_an_unknown_division_is_refused():
    quota = """quotas:
  - code: q
    title: 名额
    object: applications
    scope: {level: city, names: [别处]}
    rule: {type: min, value: 3}
"""
    (problem,) = check_definition(SMALL + quota)
    assert "没有区划“别处”" in problem.message
    assert problem.path == "quotas[0].scope.names"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "只是一句话",
        "- 1\n- 2",
        "a: [1, 2",
        "a: 1\na: 2",
        "a: &x [1]\nb: *x",
        "\x00\x01",
        "a: !!python/object:os.system x",
        "due: 2023-13-45",
        "x: " + "[" * 3000 + "]" * 3000,
        "? {a: 1}\n: 2",
        "a: .inf",
        "title: " + "长" * 3_000_000,
    ],
)
def test_text_that_is_no_definition_is_told_and_never_raises(text):
    found = check_definition(text)
    assert found and all(problem.severity == "error" for problem in found)
    with pytest.raises(DefinitionError) as caught:
        load_definition("\n" + text)
    assert caught.value.errors


def test_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "gbk.yaml"
    path.write_bytes("title: 小方案".encode("gbk"))
    with pytest.raises(DefinitionError, match="UTF-8"):
        load_definition(path)


def test_unknown_code_is_a_key_error():
    definition = load_definition(SMALL)
    for look_up in (definition.item, definition.step, definition.track, definition.section_of):
        with pytest.raises(KeyError):
            look_up("nothing")
