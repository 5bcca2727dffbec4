"""Lists as Excel files: django-import-export says the columns, openpyxl writes row by row."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from import_export.resources import Resource
from import_export.widgets import Widget
from openpyxl import Workbook

from core.errors import Refused

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 20_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Plain(Widget):
    """Numbers and dates stay what they are."""

    def render(self, value, obj=None, **kwargs):
        return value


class Label(Widget):
    """The label of a choice."""

    def __init__(self, choices):
        super().__init__()
        self.labels = dict(choices)

    def render(self, value, obj=None, **kwargs):
        return self.labels.get(value, value)


def neutral(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def xlsx_bytes(resource: Resource, rows) -> bytes:
    """The rows under the resource's headings."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.freeze_panes = "A2"
    sheet.append([neutral(str(header)) for header in resource.get_export_headers()])
    for row in resource.iter_queryset(rows):
        sheet.append([neutral(cell) for cell in resource.export_resource(row)])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xlsx_answer(resource: Resource, queryset, name: str) -> HttpResponse:
    """The list as a download; ``Refused`` when it is too long for one sheet of paper work."""
    if queryset[MOST_ROWS : MOST_ROWS + 1]:
        raise Refused(f"一次最多导出 {MOST_ROWS} 条，请先用查询条件缩小范围。")
    response = HttpResponse(xlsx_bytes(resource, queryset), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    return response
