"""The rows of all rubric tables as one stream: what each says under which role."""

from __future__ import annotations

from dataclasses import dataclass, field

from campaigns.notice_import.columns import Columns, guess_columns, header_roles, read_columns
from campaigns.notice_import.marks import amount_in_cell, normal, ordinal, ordinal_in_cell
from campaigns.notice_import.tables import Annex, Table


@dataclass
class Line:
    """One line of a criterion; `starts` when it begins with a number (printed or Word's own)."""

    text: str
    starts: bool


@dataclass
class Row:
    """`section`, `group` (a name between section and item), `number`, `points`, `evidence`: the
    text of the cell that begins in this row, or ""; `lines`: the criterion. `opens`: first row of a table that continues the one before."""

    table: int
    row: int
    section: str = ""
    number: str = ""
    points: str = ""
    evidence: str = ""
    group: str = ""
    lines: list[Line] = field(default_factory=list)
    opens: bool = False
    points_span: int = 1

    @property
    def criterion(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass
class Stream:
    """`whole`: rows that are one cell over the whole width, as (row, text)."""

    rows: list[Row] = field(default_factory=list)
    whole: dict[tuple[int, int], str] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)
    has_evidence: bool = False
    is_guessed: bool = False
    points_words: str = ""


def read_rows(annex: Annex) -> Stream:
    """The stream of every table that is, or continues, a rubric; the others are named."""
    stream, last = Stream(), None
    for index, table in enumerate(annex.tables):
        columns = read_columns(table)
        continues = columns is None and _may_continue(table, last)
        if continues:
            columns = Columns(last[1].roles)
        elif columns is None:
            columns = guess_columns(table)
        if columns is None:
            stream.skipped.append(index)
            continue
        _read_table(stream, index, table, columns, continues=continues or last is not None)
        last = (table, columns)
    return stream


def _may_continue(table: Table, last: tuple[Table, Columns] | None) -> bool:
    if last is None or table.width != last[0].width:
        return False
    criterion = last[1].having("criterion")
    return any(cell.column in criterion and cell.text.strip() for cell in table.cells)


def _read_table(
    stream: Stream, index: int, table: Table, columns: Columns, *, continues: bool
) -> None:
    stream.has_evidence |= bool(columns.having("evidence"))
    stream.is_guessed |= columns.is_guessed
    if columns.header_rows:
        heads = [table.at(columns.header_rows - 1, c) for c in columns.having("points")]
        stream.points_words += "".join(normal(cell.text) for cell in heads if cell)
    is_first = True
    for row in range(columns.header_rows, table.height):
        if header_roles(table, row):
            continue  # printed again at the top of a page
        read = _read_row(stream, index, table, columns, row)
        if read is not None:
            read.opens = is_first and continues
            stream.rows.append(read)
            is_first = False


def _read_row(stream, index: int, table: Table, columns: Columns, row: int) -> Row | None:
    filled = [cell for cell in table.starting(row) if cell.text.strip()]
    if not filled:
        return None
    read = Row(index, row)
    if len(filled) == 1 and 1 < filled[0].columns >= table.width - 1:
        stream.whole[(index, row)] = filled[0].text
        return read
    for cell in filled:
        role = columns.roles.get(cell.column, "")
        if role == "section" and cell.text.strip().isdigit():
            role = "number"  # items counted under their heading
        if role == "criterion":
            read.lines += [
                Line(text, ordinal(text) is not None or at in cell.numbered)
                for at, text in enumerate(cell.lines)
            ]
        elif role in ("section", "group", "number", "points", "evidence"):
            former = getattr(read, role)
            setattr(read, role, f"{former}\n{cell.text}" if former else cell.text)
            if role == "points":
                read.points_span = cell.rows
    return read


def numbers_sections(stream: Stream) -> bool:
    """Whether the column of numbers counts the sections rather than the items."""
    numbered = [row for row in stream.rows if ordinal_in_cell(row.number) is not None]
    both = sum(bool(row.section) for row in numbered)
    sections = sum(bool(row.section) for row in stream.rows)
    return bool(numbered) and both >= 0.8 * len(numbered) and len(numbered) <= sections


def marks_sections(stream: Stream) -> bool:
    """Whether the column of points belongs to whole sections: few cells, many items."""
    marked = [row for row in stream.rows if amount_in_cell(row.points)]
    if any("%" in normal(row.points) for row in marked) or "权重" in stream.points_words:
        return True
    items = sum(max(sum(line.starts for line in row.lines), bool(row.lines)) for row in stream.rows)
    sections = sum(bool(row.section) for row in stream.rows)
    return bool(marked) and len(marked) <= sections and items > 1.5 * len(marked)
