"""The tables of a Word document; merged cells become one cell with its extent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn

from campaigns.notice_import.tables import Annex, Cell, Table

TABLE, ROW, CELL, PARAGRAPH = (qn(f"w:{name}") for name in ("tbl", "tr", "tc", "p"))
TRANSPARENT = {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:smartTag"), qn("w:customXml")}
HIDDEN = {qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), qn("w:rPr"), qn("w:pPr"),
          "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}  # fmt: skip
SIGNS = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
MOST_DEPTH = 60


def read_word(source: Path) -> Annex:
    """All tables, also those inside a cell of another one, and the lines between them."""
    document = Document(str(source))
    numbering = _numbered_styles(document)
    tables, lines = [], []
    for element in _children(document.element.body, {TABLE, PARAGRAPH}):
        if element.tag == PARAGRAPH:
            lines += [line for line in _text(element).split("\n") if line.strip()]
            continue
        tables.append(_table(element, numbering, lines[-1] if lines else ""))
        inner = [table for table in element.iter(TABLE) if table is not element]
        tables += [_table(table, numbering, "") for table in inner]
    return Annex(tables=tuple(tables), lines=tuple(lines))


def _children(parent, tags, depth: int = 0) -> Iterator:
    """Children with one of the tags; what only wraps them (content controls) is looked into."""
    if depth > MOST_DEPTH:
        raise RecursionError
    for child in parent:
        if child.tag in tags:
            yield child
        elif child.tag in TRANSPARENT:
            yield from _children(child, tags, depth + 1)


def _table(table, numbering: set[str], caption: str) -> Table:
    cells: list[Cell] = []
    above: dict[int, int] = {}  # column → index of the cell that a continuing one belongs to
    height = width = 0
    for row, element in enumerate(_children(table, {ROW})):
        column = max(_number(element, "w:trPr/w:gridBefore"), 0)
        for found in _children(element, {CELL}):
            columns = max(_number(found, "w:tcPr/w:gridSpan"), 1)
            merge = found.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            continues = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
            if continues and column in above:
                upper = cells[above[column]]
                cells[above[column]] = upper.model_copy(update={"rows": row - upper.row + 1})
            else:
                text, numbered = _cell_text(found, numbering)
                above[column] = len(cells)
                cells.append(
                    Cell(row=row, column=column, columns=columns, text=text, numbered=numbered)
                )
                if merge is None:
                    del above[column]
            column += columns
        height, width = row + 1, max(width, column)
    return Table(caption=caption, height=height, width=width, cells=tuple(cells))


def _number(element, path: str) -> int:
    found = element.find("/".join(qn(name) for name in path.split("/")))
    return int(found.get(qn("w:val"), 0)) if found is not None else 0


def _cell_text(cell, numbering: set[str]) -> tuple[str, tuple[int, ...]]:
    lines, numbered = [], []
    for paragraph in _children(cell, {PARAGRAPH}):
        text = _text(paragraph).strip()
        if not text:
            continue
        if _is_numbered(paragraph, numbering):
            numbered.append(len(lines))
        lines += text.split("\n")
    return "\n".join(lines), tuple(numbered)


def _text(element, depth: int = 0) -> str:
    """The text as it is read; deleted passages and text boxes are left out."""
    if depth > MOST_DEPTH:
        raise RecursionError
    parts = []
    for child in element:
        if child.tag == qn("w:t"):
            parts.append(child.text or "")
        elif child.tag in SIGNS:
            parts.append(SIGNS[child.tag])
        elif child.tag not in HIDDEN:
            parts.append(_text(child, depth + 1))
    return "".join(parts)


def _is_numbered(paragraph, numbering: set[str]) -> bool:
    own = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    if own is not None:
        return own.get(qn("w:val")) != "0"
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return style is not None and style.get(qn("w:val")) in numbering


def _numbered_styles(document) -> set[str]:
    path = f"{qn('w:pPr')}/{qn('w:numPr')}"
    return {
        style.get(qn("w:styleId"))
        for style in document.styles.element.iter(qn("w:style"))
        if style.find(path) is not None
    }
