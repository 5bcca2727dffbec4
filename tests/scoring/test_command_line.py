"""`python -m scoring`: files in, ranks out, no database."""

import json
import subprocess
import sys
from pathlib import Path

from campaigns.definition import load_definition, shipped_definitions

PATH = shipped_definitions()["qinhuangdao_2023"]
ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    command = [sys.executable, "-m", "scoring", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def entry(definition, key, losses):
    marks = {item.code: item.full_mark() for item in definition.items()} | losses
    return {
        "key": key,
        "track": "professional",
        "facts": {
            "satisfaction_rate": 95,
            "fee_collection_rate": 96.5,
            "credit_grade": "A",
            "penalties": "无",
        },
        "attestations": {k: True for k, _, _ in definition.attestable("county", "professional")},
        "sheets": [{"rater": f"e{n}", "marks": marks} for n in range(5)],
    }


def test_files_are_scored_without_a_database(tmp_path):
    definition = load_definition(PATH)
    entries = [entry(definition, "B", {"7.3": {"defects": 1}}), entry(definition, "A", {})]
    marks = tmp_path / "marks.json"
    marks.write_text(json.dumps({"candidates": entries}, ensure_ascii=False), encoding="utf-8")
    done = run(PATH, marks)
    assert done.returncode == 0, done.stderr
    assert [line.split("\t")[:4] for line in done.stdout.splitlines()] == [
        ["1", "A", "100", "拟入选"],
        ["2", "B", "99.5", "拟入选"],
    ]


def test_wrong_mark_is_told_and_nothing_is_printed(tmp_path):
    definition = load_definition(PATH)
    marks = tmp_path / "marks.json"
    wrong = entry(definition, "A", {"1.1": {"points": 9}})
    marks.write_text(json.dumps({"candidates": [wrong]}), encoding="utf-8")
    done = run(PATH, marks)
    assert (done.returncode, done.stdout) == (1, "")
    assert "1.1 的得分应在 0 到 3 分之间" in done.stderr


def test_wrong_call_prints_the_usage():
    assert run(PATH).returncode == 2
