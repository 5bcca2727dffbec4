"""The printed tables with the draft beside them, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field

from campaigns.notice_import.columns import header_roles, read_columns
from campaigns.notice_import.proposal import Proposal, ProposedItem, ProposedSection
from campaigns.notice_import.tables import Table


@dataclass
class PrintedCell:
    """One cell as it stands; `label` is the heading of its column."""

    text: str
    rows: int
    columns: int
    label: str


@dataclass
class PrintedRow:
    """A row and what was read out of it. `number` counts from 1, `is_header`: printed heading."""

    number: int
    cells: list[PrintedCell]
    is_header: bool = False
    sections: list[ProposedSection] = field(default_factory=list)
    items: list[ProposedItem] = field(default_factory=list)


@dataclass
class PrintedTable:
    """`number` counts from 1; `width` in columns."""

    number: int
    caption: str
    width: int
    rows: list[PrintedRow]


def side_by_side(proposal: Proposal) -> list[PrintedTable]:
    """The tables out of which something was read."""
    used = {row.place.table for row in (*proposal.sections, *proposal.items)}
    printed, labels = [], {}
    for index, table in enumerate(proposal.tables):
        if index not in used:
            continue
        labels = _labels(table) or (labels if printed and printed[-1].width == table.width else {})
        rows = [
            PrintedRow(
                row + 1,
                _cells(table, row, labels),
                bool(header_roles(table, row)),
                [s for s in proposal.sections if (s.place.table, s.place.row) == (index, row)],
                [i for i in proposal.items if (i.place.table, i.place.row) == (index, row)],
            )
            for row in range(table.height)
        ]
        rows = [row for row in rows if any(c.text for c in row.cells) or row.items or row.sections]
        printed.append(PrintedTable(index + 1, table.caption[:60], table.width, rows))
    return printed


def printed_row(proposal: Proposal, table: int, row: int) -> list[PrintedCell]:
    """What stands in one row, with the texts of the cells that reach into it from above."""
    printed = proposal.tables[table]
    labels: dict[int, str] = {}
    for index in range(table, -1, -1):  # a table broken by a page has its header before
        if proposal.tables[index].width == printed.width:
            labels = labels or _labels(proposal.tables[index])
    found = {}
    for column in range(printed.width):
        cell = printed.at(row, column)
        if cell is not None and cell.text.strip():
            found[(cell.row, cell.column)] = PrintedCell(
                cell.text, cell.rows, cell.columns, labels.get(cell.column, "")
            )
    return list(found.values())


def _labels(table: Table) -> dict[int, str]:
    columns = read_columns(table)
    if columns is None:
        return {}
    cells = {c: table.at(columns.header_rows - 1, c) for c in range(table.width)}
    return {c: "".join(cell.text.split()) for c, cell in cells.items() if cell and cell.text}


def _cells(table: Table, row: int, labels: dict[int, str]) -> list[PrintedCell]:
    """The cells that begin in this row; a place without any is an empty one."""
    cells = []
    for column in range(table.width):
        cell = table.at(row, column)
        label = labels.get(column, "")
        if cell is None:
            cells.append(PrintedCell("", 1, 1, label))
        elif (cell.row, cell.column) == (row, column):
            cells.append(PrintedCell(cell.text, cell.rows, cell.columns, label))
    return cells
