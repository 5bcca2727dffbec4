"""The visible sheets of a workbook as tables; numbers as people see them."""

from __future__ import annotations

import warnings
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from campaigns.notice_import.tables import Annex, Cell, Table
from campaigns.rubric.base import show
from documents.inspection.result import InspectionError

MOST_PLACES = 2_000_000  # rows × columns that a sheet claims to use


def read_sheets(source: Path) -> Annex:
    """One table per sheet that holds something, its rows counted as the program shows them;
    formulas give the value last computed."""
    with warnings.catch_warnings(), source.open("rb") as opened:  # a path would be judged by name
        warnings.simplefilter("ignore")  # about styles and drawings that are not read
        book = load_workbook(opened, data_only=True, keep_links=False)
        try:
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            tables = [table for sheet in sheets if (table := _table(sheet)) is not None]
        finally:
            book.close()
    return Annex(tables=tuple(tables))


def _table(sheet) -> Table | None:
    if sheet.max_row * sheet.max_column > MOST_PLACES:
        raise InspectionError(
            f"的工作表“{sheet.title[:20]}”范围过大，请把评选标准复制到新建的工作簿，另存后再上传。"
        )
    extents = {
        (area.min_row, area.min_col): (area.max_row - area.min_row + 1,
                                       area.max_col - area.min_col + 1)
        for area in sheet.merged_cells.ranges
    }  # fmt: skip
    filled = [
        (cell.row, cell.column, text)
        for row in sheet.iter_rows()
        for cell in row
        if (text := _shown(cell.value, cell.number_format))
    ]
    if not filled:
        return None
    height, width = max(row for row, *_ in filled), max(column for _, column, _ in filled)
    cells = []
    for row, column, text in filled:
        rows, columns = extents.get((row, column), (1, 1))
        height, width = max(height, row + rows - 1), max(width, column + columns - 1)
        cells.append(Cell(row=row - 1, column=column - 1, rows=rows, columns=columns, text=text))
    return Table(caption=sheet.title, height=height, width=width, cells=tuple(cells))


def _shown(value: Any, number_format: str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int | float):
        number = Decimal(str(value))
        if not number.is_finite():
            return ""
        return f"{show(number * 100)}%" if "%" in (number_format or "") else show(number)
    return "\n".join(line.strip() for line in str(value).splitlines() if line.strip())
