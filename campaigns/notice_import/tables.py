"""Tables as they are printed: cells with their place, their extent and their text."""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 2000, 50, 300_000


class Cell(BaseModel):
    """`row` and `column` count from 0. `numbered`: lines that Word numbers by itself, whose
    numbers therefore are not in the text."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    text: str = ""
    numbered: tuple[int, ...] = ()

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


class Table(BaseModel):
    """`caption`: the line printed above it, or the name of the sheet."""

    caption: str = ""
    height: int
    width: int
    cells: tuple[Cell, ...]

    @cached_property
    def _by_place(self) -> dict[tuple[int, int], Cell]:
        return {
            (row, column): cell
            for cell in self.cells
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)
        }

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers this place."""
        return self._by_place.get((row, column))

    def starting(self, row: int) -> list[Cell]:
        """The cells that begin in this row, left to right."""
        return [cell for cell in self.cells if cell.row == row]


class Annex(BaseModel):
    """All tables of one file, in order; `lines` is the text around them."""

    tables: tuple[Table, ...]
    lines: tuple[str, ...] = ()
