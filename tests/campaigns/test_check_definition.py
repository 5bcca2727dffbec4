"""The command that checks a definition file."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from campaigns.definition import shipped_definitions
from tests.factories.campaigns import changed_text


def run(file):
    out = StringIO()
    try:
        call_command("check_definition", str(file), stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


@pytest.mark.parametrize("key", shipped_definitions())
def test_shipped_definition_has_no_error(key):
    code, out = run(shipped_definitions()[key])
    assert code == 0 and "没有错误" in out


def test_errors_are_told_with_path_and_line(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text(changed_text("pass_mark: 80", "pass_mark: 800"), "utf-8")
    code, out = run(file)
    line = file.read_text("utf-8").split("\n").index("  pass_mark: 800") + 1
    assert code == 1 and f"第 {line} 行 outcome.pass_mark" in out and "1 处错误" in out


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"- 1", b"a: [", b"x: 1"])
def test_file_that_is_no_definition_is_told(tmp_path, content):
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    code, out = run(file)
    assert code == 1 and "错误" in out


def test_missing_file_is_told(tmp_path):
    assert run(tmp_path / "nothing.yaml")[0] == 1
