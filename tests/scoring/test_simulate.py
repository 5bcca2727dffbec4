"""`manage.py simulate`: files in, totals, gates, ranks and reasons out; no database."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from campaigns.definition import load_definition, shipped_definitions

KEY = "qinhuangdao_2023"
NOTICE = load_definition(shipped_definitions()[KEY])
FACTS = {
    "satisfaction_rate": 95,
    "fee_collection_rate": 96.5,
    "credit_grade": "A",
    "penalties": "无",
}
SAID = {key: True for key, _, _ in NOTICE.attestable("county", "professional")}


def entry(key, losses=None, **changes):
    marks = {item.code: item.full_mark() for item in NOTICE.items()} | (losses or {})
    sheets = [{"rater": f"e{n}", "marks": marks} for n in range(5)]
    data = {"key": key, "track": "professional", "facts": FACTS, "attestations": SAID}
    return data | {"sheets": sheets} | changes


def written(tmp_path, *entries):
    file = tmp_path / "marks.json"
    file.write_text(json.dumps({"candidates": entries}, ensure_ascii=False), encoding="utf-8")
    return file


def run(file, *options, definition=KEY):
    out = StringIO()
    try:
        call_command("simulate", str(definition), str(file), *options, stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_json_is_scored_and_told_as_data(tmp_path):
    low = {"satisfaction_rate": 80} | {k: v for k, v in FACTS.items() if k != "satisfaction_rate"}
    file = written(tmp_path, entry("B", {"7.3": {"defects": 1}}), entry("A"), entry("C", facts=low))
    code, out = run(file, "--json")
    rows = json.loads(out)["rows"]
    assert code == 0
    assert [(r["rank"], r["key"], r["total"], r["is_proposed"]) for r in rows] == [
        (1, "A", "100", True),
        (2, "C", "100", False),
        (3, "B", "99.5", True),
    ]
    assert rows[2]["sections"]["7"] == "14.5" and rows[2]["sheets"][0]["items"]["7.3"] == "2.5"
    assert not rows[1]["gates_passed"] and "原则要求" in rows[1]["reasons"]["choice"]


def test_table_names_ranks_totals_and_reasons(tmp_path):
    code, out = run(
        written(tmp_path, entry("B", {"7.3": {"defects": 1}}), entry("A", title="甲园"))
    )
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split()[:5] == ["名次", "代号", "名称", "类别", "总分"]
    assert lines[1].split()[:5] == ["1", "A", "甲园", "professional", "100"]
    assert "去掉最高分、最低分后平均" in out and "第 2 名" in out


def test_no_database_is_asked_for(tmp_path):
    file = written(tmp_path, entry("A"))
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.base", "SECRET_KEY": "x" * 60,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0",
        "ALLOWED_HOSTS": "localhost", "BASE_URL": "http://localhost", "EMAIL_URL": "consolemail://",
    }  # fmt: skip
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-B", "manage.py", "simulate", KEY, str(file), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"][0]["total"] == "100"


def workbook(tmp_path, change=None):
    """The example of docs/simulation.md for this notice: one candidate, five raters."""
    book = Workbook()
    first, marks = book.active, book.create_sheet("评分")
    first.title = "对象"
    first.append(["代号", "名称", "类别", *FACTS, *SAID])
    first.append(
        ["A", "甲园", "professional", 0.95, *list(FACTS.values())[1:], *["是"] * len(SAID)]
    )
    first["D2"].number_format = "0%"
    codes = [item.code for item in NOTICE.items("professional")]
    marks.append(["代号", "评分人", *codes])
    cells = {
        "judged": lambda item: float(item.points),
        "all_or_nothing": lambda item: "是",
        "per_defect": lambda item: 1,
        "components": lambda item: "、".join(part.title for part in item.components),
    }
    for rater in range(5):
        row = [cells[NOTICE.item(code).kind](NOTICE.item(code)) for code in codes]
        marks.append(["A", f"专家{rater}", *row])
    if change:
        change(first, marks)
    file = tmp_path / "marks.xlsx"
    book.save(file)
    return file


def test_a_workbook_is_scored_like_json(tmp_path):
    code, out = run(workbook(tmp_path), "--json")
    row = json.loads(out)["rows"][0]
    assert code == 0
    assert (row["total"], row["gates_passed"], row["title"]) == ("97.5", True, "甲园")
    values = {gate["code"]: gate["value"] for gate in row["gates"]}
    assert values["R7"] == "95%"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a, b: b.__setitem__("C2", 9), "“评分”表 C2：1.1 的得分应在 0 到 3 分之间"),
        (lambda a, b: b.__setitem__("C1", "x"), "“评分”表 C2：没有指标“x”"),
        (lambda a, b: b.__setitem__("A3", "Z"), "“评分”表 A3：“对象”表中没有代号“Z”"),
        (lambda a, b: b.__setitem__("B3", "专家0"), "评分人“专家0”有两份评分表"),
        (lambda a, b: a.__setitem__("C2", "其他"), "“对象”表 C2：没有申报类别“其他”"),
        (lambda a, b: a.__setitem__("D1", "满意"), "“对象”表 D2：方案没有用到数据“满意”"),
        (lambda a, b: a.__setitem__("A2", None), "“对象”表 A2：缺少代号"),
        (lambda a, b: setattr(b, "title", "分"), "缺少工作表“评分”"),
    ],
)
def test_faults_of_a_workbook_are_told_with_their_cells(tmp_path, change, words):
    code, out = run(workbook(tmp_path, change))
    assert code == 1 and words in out


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sheets": [{"rater": "e", "marks": {"1.1": {"points": 9}}}]},
         "candidates[0].sheets[0].marks.1.1：1.1 的得分应在 0 到 3 分之间"),
        ({"sheets": [{"rater": "e", "source": "街道", "marks": {}}]}, "没有评分来源“街道”"),
        ({"track": "x"}, "candidates[0].track：没有申报类别“x”"),
        ({"facts": {"nothing": 1}}, "方案没有用到数据“nothing”"),
        ({"facts": {"satisfaction_rate": {"place": 0, "population": [1]}}},
         "candidates[0].facts.satisfaction_rate：位次应写成两个整数"),
        ({"attestations": {"R1": "也许"}}, "应为“是”或“否”"),
        ({"points": 3}, "不认识的内容：points"),
        ({"sheets": {}}, ""),
    ],
)  # fmt: skip
def test_faults_of_json_are_told_with_their_paths(tmp_path, changes, words):
    code, out = run(written(tmp_path, entry("A", **changes)))
    assert code == (1 if words else 0) and words in out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "第 1 行第 2 列：不是正确的 JSON"),
        ("[]", '应为 {"candidates"'),
        ('{"candidates": []}', "没有任何评选对象"),
        ('{"candidates": [], "candidates": []}', "写了两次"),
        ("\udcff", "不是 UTF-8"),
        ("[" * 100_000, "过深的嵌套"),
        ('{"candidates": [{"key": "A", "facts": {"satisfaction_rate": NaN}}]}', "无法识别的数字"),
        (r'{"candidates": [{"key": "\ud800"}]}', "不成对"),
    ],
)
def test_a_bad_file_is_refused_in_words(tmp_path, content, words):
    file = tmp_path / "marks.json"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    code, out = run(file)
    assert code == 1 and words in out


def test_files_that_are_not_there_or_not_workbooks_are_refused(tmp_path):
    assert run(tmp_path / "no.json")[0] == 1
    fake = tmp_path / "marks.xlsx"
    fake.write_bytes(b"PK\x03\x04 nothing")
    assert run(fake)[0] == 1 and run(written(tmp_path), definition=fake)[0] == 1
