"""The way in: the file is checked, read, and understood."""

from __future__ import annotations

from pathlib import Path

from campaigns.notice_import.archive import DAMAGED, TOO_BIG, checked_format
from campaigns.notice_import.proposal import Proposal
from campaigns.notice_import.reading import propose
from campaigns.notice_import.sheet import read_sheets
from campaigns.notice_import.tables import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Annex
from campaigns.notice_import.word import read_word
from documents.inspection import InspectionError, run_safely

READERS = {"docx": read_word, "xlsx": read_sheets}


def read_annex(source: Path, name: str) -> Proposal:
    """The proposal of the file `source` that the user calls `name`. Raises InspectionError, and
    nothing else but MemoryError."""
    kind = checked_format(source, name)
    try:
        annex = READERS[kind](source)
        _check_size(annex)
    except (InspectionError, MemoryError):
        raise
    except Exception as error:  # the libraries raise whatever they like on broken data
        raise InspectionError(DAMAGED) from error
    return propose(annex)


def read_annex_as_data(source: Path, name: str) -> dict:
    """`read_annex` for the child process: a proposal as plain data."""
    return read_annex(source, name).model_dump(mode="json")


def read_annex_safely(source: Path, name: str) -> Proposal:
    """`read_annex` within the limits of time and memory of an inspection."""
    found = run_safely(f"{__name__}:{read_annex_as_data.__name__}", source=source, name=name)
    return Proposal.model_validate(found)


def _check_size(annex: Annex) -> None:
    if (
        sum(table.height for table in annex.tables) > MOST_ROWS
        or any(table.width > MOST_COLUMNS for table in annex.tables)
        or sum(len(cell.text) for table in annex.tables for cell in table.cells) > MOST_CHARACTERS
        or any(
            cell.row + cell.rows > table.height or cell.column + cell.columns > table.width
            for table in annex.tables
            for cell in table.cells
        )
    ):
        raise InspectionError(TOO_BIG)
