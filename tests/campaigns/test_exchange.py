"""Export and import without loss, in both formats; the published schema; lines of JSON faults."""

import json
from io import StringIO

import jsonschema
import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.definition import (
    Definition,
    check_definition,
    dump_definition,
    dump_json,
    load_definition,
    read_definition,
    shipped_definitions,
)
from campaigns.definition.loading import locate_definition
from campaigns.json_schema import definition_schema
from tests.campaigns.test_check_definition import run
from tests.factories.definitions import definitions

WAYS = {
    "yaml": lambda d: load_definition(dump_definition(d)),
    "json": lambda d: load_definition(dump_json(d)),
    "indented by tabs": lambda d: load_definition(
        json.dumps(json.loads(dump_json(d)), indent="\t")
    ),
    "stored": lambda d: read_definition(json.loads(d.canonical_json())),
}


def check_round_trip(definition: Definition) -> None:
    for way, again in WAYS.items():
        other = again(definition)
        assert other == definition, way
        assert other.sha256() == definition.sha256(), way
        assert other.unstated() == definition.unstated(), way
        assert dump_definition(other) == dump_definition(definition), way
        assert dump_json(other) == dump_json(definition), way


@pytest.mark.parametrize("key", shipped_definitions())
def test_shipped_definition_is_exchanged_without_loss(key):
    check_round_trip(load_definition(shipped_definitions()[key]))


@given(definitions())
@settings(max_examples=30, deadline=None)
def test_any_definition_is_exchanged_without_loss(definition):
    check_round_trip(definition)


@pytest.mark.parametrize("key", shipped_definitions())
def test_file_says_only_what_is_not_a_default(key):
    text = dump_definition(load_definition(shipped_definitions()[key]))
    stored = read_definition(json.loads(load_definition(text).canonical_json()))
    assert dump_definition(stored) == text and "note: ''" not in text and "tracks: []" not in text


def test_zeros_at_the_end_of_a_number_do_not_make_another_definition():
    text = dump_definition(load_definition(shipped_definitions()["qinhuangdao_2023"]))
    assert "pass_mark: 80\n" in text
    assert load_definition(text.replace("pass_mark: 80", "pass_mark: 80.00")).sha256() == (
        load_definition(text).sha256()
    )


# ---- faults ----------------------------------------------------------------------------------


def shipped_json() -> str:
    return dump_json(load_definition(shipped_definitions()["qinhuangdao_2023"]))


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ('"pass_mark": 80', '"pass_mark": "viel"', "outcome.pass_mark", "应为数字"),
        ('"code": "7.3"', '"code": 7.3', "rubric.sections[6].items[2].code", "加引号"),
        ('"pass_mark": 80', '"pass_mark": 800', "outcome.pass_mark", "高于满分"),
        ('"pass_mark": 80', '"pass_mark": 80,, ', "", "双引号括起的名称"),
        ('"pass_mark": 80', '"pass_mark" 80', "", "缺少冒号"),
        ('"pass_mark": 80', '"pass_mark": ', "", "缺少内容"),
        ('"pass_mark": 80', '"pass_mark": 80 "x": 1', "", "缺少逗号"),
        ('"pass_mark": 80', '"pass_mark": 80, "pass_mark": 81', "", "写了两次"),
    ],
)
def test_fault_in_json_is_told_with_path_and_line(tmp_path, old, new, path, message):
    text = shipped_json()
    at = text.index(old)
    broken = text[:at] + new + text[at + len(old) :]
    found = [p for p in check_definition(broken) if p.severity == "error"]
    assert any(p.path == path and message in p.message for p in found), found
    assert found[0].line in (text.count("\n", 0, at) + 1, text.count("\n", 0, at) + 2)
    file = tmp_path / "x.json"
    file.write_text(broken, "utf-8")
    code, out = run(file)
    assert code == 1 and message in out and f"第 {found[0].line} 行" in out


def test_good_json_file_is_checked_without_errors(tmp_path):
    file = tmp_path / "x.json"
    file.write_text(shipped_json(), "utf-8")
    code, out = run(file)
    assert code == 0 and "没有错误，3 处提醒" in out and "提醒：第" in out


@pytest.mark.parametrize("text", ["{", '{"a"', '{"a": 1e999999}', '{"a": Infinity}', '{"a": "\\ud83d"}',
                                  '{"a": ' + "[" * 5000 + "]" * 5000 + "}", '{"a": 1}x', "{}",
                                  '{"year": ' + "9" * 5000 + "}"])  # fmt: skip
def test_json_that_is_no_definition_is_told_and_never_raises(text):
    found = check_definition(text)
    assert found and all(p.severity == "error" for p in found)


@given(
    st.text(max_size=60) | st.text(alphabet='{}[]",:\\ \n1a', max_size=40).map(lambda t: '{"' + t)
)
@settings(max_examples=100, deadline=None)
def test_any_text_is_judged_and_never_raises(text):
    assert check_definition(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: 美好家园", 'title: "美好\\0家园"', "控制字符"),
        ("pass_mark: 80", "pass_mark: 1.0e+999999999", "数字"),
        ("pass_mark: 80", "pass_mark: '1e999999999'", "数字"),
    ],
)
def test_what_cannot_be_kept_is_refused(old, new, message):
    text = dump_definition(load_definition(shipped_definitions()["qinhuangdao_2023"]))
    text = text.replace("  title: “美好家园”小区\n", "  title: 美好家园\n")
    assert old in text or new.startswith("title")
    broken = (
        text.replace(old, new, 1)
        if old in text
        else text.replace("year: 2023", 'year: 2023\nnote: "\\0"', 1)
    )
    (problem,) = [p for p in check_definition(broken) if p.severity == "error"]
    assert message in problem.message


def test_faults_of_yaml_are_told_in_chinese():
    (problem,) = check_definition("key: a\n  title: [b\n")
    assert problem.line and "缩进" in problem.message and "expected" not in problem.message


def test_places_are_kept_for_later_checks():
    for text in (dump_definition(load_definition(shipped_json())), shipped_json()):
        definition, locator = locate_definition(text)
        path, line = locator.place(("rubric", "sections", 6, "items", 2, "points"))
        assert path == "rubric.sections[6].items[2].points"
        assert "points" in text.split("\n")[line - 1]
        assert definition.item("7.3").code == "7.3"


# ---- the schema ------------------------------------------------------------------------------


def test_schema_has_chinese_titles_and_our_own_rules():
    schema = json.loads(definition_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["calendar"]["title"] == "日程"
    assert schema["$defs"]["PerDefect"]["properties"]["deduction"]["title"] == "每处扣分"
    assert "系统默认" in schema["$defs"]["PerDefect"]["properties"]["floor"]["description"]
    assert '"policy"' not in definition_schema()


@pytest.mark.parametrize("key", shipped_definitions())
def test_exported_json_follows_the_schema(key):
    validator = jsonschema.Draft202012Validator(json.loads(definition_schema()))
    data = json.loads(dump_json(load_definition(shipped_definitions()[key])))
    assert not list(validator.iter_errors(data))
    for broken in (data | {"colour": "red"}, data | {"year": "x"}, data | {"route": []}):
        assert list(validator.iter_errors(broken))


@given(definitions())
@settings(max_examples=10, deadline=None)
def test_any_exported_json_follows_the_schema(definition):
    jsonschema.validate(json.loads(dump_json(definition)), json.loads(definition_schema()))


def test_schema_is_printed_and_published(client, db):
    out = StringIO()
    call_command("definition_schema", stdout=out)
    answer = client.get("/schema/definition.json")
    assert answer.status_code == 200 and answer["Content-Type"].startswith(
        "application/schema+json"
    )
    assert answer.content.decode() == out.getvalue() == definition_schema()
