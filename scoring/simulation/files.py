"""Files of facts and marks: JSON, or a workbook with the sheets 对象 and 评分."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from campaigns.definition import Definition
from campaigns.notice_import.archive import checked_format
from campaigns.rubric import show
from documents.inspection.result import InspectionError
from scoring.engine import Fact
from scoring.simulation.entrants import (
    Entrant,
    MarksError,
    Reader,
    Sheet,
    check_raters,
    entrants_of,
)

MOST_BYTES = 300 << 20
ENTRANTS, MARKS = "对象", "评分"
KEY, TITLE, TRACK, RATER, SOURCE, STEP = "代号", "名称", "类别", "评分人", "来源", "环节"
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_PLACE = re.compile(r"(\d+)\s*/\s*(\d+)")


def read_entrants(definition: Definition, path: Path) -> list[Entrant]:
    """The entrants of a file; MarksError (Chinese, every problem with its place)."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise MarksError([f"{path.name}：文件过大，至多 {MOST_BYTES >> 20} MB。"])
        if path.suffix.lower() == ".json":
            return entrants_of(definition, _json(path))
        checked_format(path, path.name)
        return _workbook(definition, path)
    except InspectionError as error:
        raise MarksError([f"{path.name} {error}".replace("上传", "使用")]) from None
    except OSError as error:
        raise MarksError([f"无法读取 {path}：{error.strerror or error}"]) from None


def _json(path: Path) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            again = next(name for name in names if names.count(name) > 1)
            raise MarksError([f"{path.name}：“{again}”在同一对象中写了两次。"])
        return found

    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = json.loads(
            text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=once
        )
        if _HALF.search(text):  # half a character cannot be printed or kept
            json.dumps(data, ensure_ascii=False, default=str).encode()
        return data
    except UnicodeEncodeError:
        raise MarksError([f"{path.name}：文字中有不成对的 \\u 字符，请删去。"]) from None
    except UnicodeDecodeError:
        raise MarksError([f"{path.name}：文件不是 UTF-8 编码的文本。"]) from None
    except json.JSONDecodeError as error:
        place = f"第 {error.lineno} 行第 {error.colno} 列"
        raise MarksError([f"{path.name} {place}：不是正确的 JSON。"]) from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, MarksError):
            raise
        raise MarksError([f"{path.name}：含有无法识别的数字或过深的嵌套。"]) from None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _workbook(definition: Definition, path: Path) -> list[Entrant]:
    with warnings.catch_warnings(), path.open("rb") as opened:
        warnings.simplefilter("ignore")  # about styles that are not read
        book = load_workbook(opened, read_only=True, data_only=True, keep_links=False)
        try:
            lacking = [name for name in (ENTRANTS, MARKS) if name not in book.sheetnames]
            if lacking:
                raise MarksError([f"{path.name}：缺少工作表“{'”“'.join(lacking)}”。"])
            reader = Reader(definition)
            entrants = _entrants(reader, list(_rows(book[ENTRANTS])))
            sheets = _sheets(reader, list(_rows(book[MARKS])), {e[0] for e in entrants})
        finally:
            book.close()
    found = []
    for key, title, track, facts, said in entrants:
        here = sheets.get(key, [])
        check_raters(reader, f"“{MARKS}”表 {KEY}“{key}”", here)
        found.append(Entrant(key, title, track, facts, said, tuple(here)))
    return reader.finish(found)


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """(number, texts) of every row that is not empty."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        texts = [_text(cell) for cell in row]
        if any(texts):
            yield number, texts


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int | float):
        number = Decimal(str(value))
        if not number.is_finite():
            return str(value)
        return show(number * 100 if "%" in (cell.number_format or "") else number)
    return str(value).strip()


def _heads(
    reader: Reader, name: str, rows: list[tuple[int, list[str]]], needed: tuple[str, ...]
) -> dict[int, str]:
    """Column → heading; a heading may stand only once."""
    if not rows:
        reader.problem(f"“{name}”表", "是空的。")
        return {}
    number, texts = rows[0]
    heads = {column: text for column, text in enumerate(texts) if text}
    for column, text in heads.items():
        if list(heads.values()).count(text) > 1:
            reader.problem(_at(name, number, column), f"列名“{text}”重复。")
    for text in needed:
        if text not in heads.values():
            reader.problem(f"“{name}”表", f"缺少“{text}”列。")
    return heads


def _at(name: str, row: int, column: int) -> str:
    return f"“{name}”表 {get_column_letter(column + 1)}{row}"


def _entrants(reader: Reader, rows: list[tuple[int, list[str]]]) -> list[tuple]:
    heads = _heads(reader, ENTRANTS, rows, (KEY,))
    if KEY not in heads.values():
        return []
    column_of = {text: column for column, text in heads.items()}
    found = []
    for number, texts in rows[1:]:
        cell = _cells(texts, column_of)
        key = reader.key(_at(ENTRANTS, number, column_of[KEY]), cell(KEY))
        track = reader.track(_at(ENTRANTS, number, column_of.get(TRACK, 0)), cell(TRACK))
        facts, said = {}, {}
        for column, head in heads.items():
            text = cell(head)
            if head in (KEY, TITLE, TRACK) or not text:
                continue
            place = _at(ENTRANTS, number, column)
            if head in reader.attestations:
                said[head] = reader.attestation(place, head, text)
            elif (fact := reader.fact(place, head, _fact(text))) is not None:
                facts[head] = fact
        found.append((key, cell(TITLE), track, facts, said))
    return found


def _cells(texts: list[str], column_of: dict[str, int]):
    def cell(head: str) -> str:
        column = column_of.get(head)
        return texts[column] if column is not None and column < len(texts) else ""

    return cell


def _fact(text: str) -> Any:
    """“3/120” is the third place of 120; several days stand with 、 between them."""
    if place := _PLACE.fullmatch(text):
        return Fact(None, place=int(place[1]), population=int(place[2]))
    if "、" in text and re.fullmatch(r"[\d\-、 ]+", text):
        return [day.strip() for day in text.split("、")]
    return text


def _sheets(
    reader: Reader, rows: list[tuple[int, list[str]]], known: set[str]
) -> dict[str, list[Sheet]]:
    heads = _heads(reader, MARKS, rows, (KEY, RATER))
    column_of = {text: column for column, text in heads.items()}
    if not {KEY, RATER} <= set(column_of):
        return {}
    sheets: dict[str, list[Sheet]] = {}
    for number, texts in rows[1:]:
        cell = _cells(texts, column_of)
        key = cell(KEY)
        if key not in known:
            place = _at(MARKS, number, column_of[KEY])
            reader.problem(place, f"“{ENTRANTS}”表中没有代号“{key}”。")
            continue
        place = _at(MARKS, number, column_of.get(SOURCE, column_of.get(STEP, column_of[KEY])))
        source = reader.source(place, cell(SOURCE), cell(STEP))
        if not cell(RATER):
            reader.problem(_at(MARKS, number, column_of[RATER]), "缺少评分人。")
        marks = {}
        for column, head in heads.items():
            if head in (KEY, RATER, SOURCE, STEP) or not cell(head):
                continue
            mark = reader.mark(_at(MARKS, number, column), head, cell(head), source)
            if mark is not None:
                marks[head] = mark
        sheets.setdefault(key, []).append(Sheet(cell(RATER), source, marks))
    return sheets
