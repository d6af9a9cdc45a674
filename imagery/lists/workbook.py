"""Excel workbooks: every sheet whose heading a format explains."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from imagery.lists.cells import Cells, cells_of_texts
from imagery.lists.formats import FORMATS
from imagery.lists.formats.declare import Format
from imagery.lists.heading import Match, Miss, match_heading
from imagery.reading import unreadable

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_HEADING_SEARCH_ROWS = 60
# More than a sheet can have rows, so that rows of several sheets keep numbers of their own.
SHEET_STEP = 10_000_000


def cells_of_workbook(path: Path, data: bytes, formats: Sequence[Format] = FORMATS) -> list[Cells]:
    """Return the declared columns of every sheet whose heading is known.

    Title rows above a heading are passed over. A cell merged over several rows holds for each
    of them. Row numbers are those of the sheet; in the second sheet that is read they start
    at `SHEET_STEP`, in the third at twice that, and headings carry the sheet's name.

    Raises
    ------
    UnreadableFileError
        If the workbook is damaged, or no sheet has the heading of a known format.
    """
    sheets = _sheets(path, data)
    found: list[tuple[str, Match, int, list[list[Any]]]] = []
    nearest: Miss | None = None
    for title, rows in sheets:
        heading = _heading(rows, formats)
        if isinstance(heading, tuple):
            found.append((title, *heading, rows))
        elif heading and (nearest is None or heading.nearness > nearest.nearness):
            nearest = heading
    if not found:
        if nearest is None or not nearest.worth_naming:
            raise unreadable(path, "unknown_format")
        columns, title = ", ".join(nearest.missing), nearest.format.title
        raise unreadable(path, "missing_columns", format=title, columns=columns)
    return [
        _cells(_named(match, title) if len(found) > 1 else match, place, rows, number)
        for number, (title, match, place, rows) in enumerate(found)
    ]


def _sheets(path: Path, data: bytes) -> list[tuple[str, list[list[Any]]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), data_only=True)
    except (
        InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError,
        TypeError, EOFError, AttributeError, IndexError, zipfile.zlib.error,  # type: ignore[attr-defined]
    ) as error:  # fmt: skip
        raise unreadable(path, "workbook_damaged") from error
    return [(sheet.title, _values(sheet)) for sheet in book.worksheets]


def _values(sheet: Worksheet) -> list[list[Any]]:
    rows = [[_value(cell) for cell in row] for row in sheet.iter_rows()]
    for area in sheet.merged_cells.ranges:
        for row in range(area.min_row, min(area.max_row, len(rows))):
            rows[row][area.min_col - 1] = rows[area.min_row - 1][area.min_col - 1]
    return rows


def _value(cell: Any) -> Any:
    value = cell.value
    if isinstance(value, datetime) and value.time() == time() and "h" not in cell.number_format:
        return value.date()
    return value


def _heading(rows: list[list[Any]], formats: Sequence[Format]) -> tuple[Match, int] | Miss | None:
    nearest: Miss | None = None
    for place, row in enumerate(rows[:_HEADING_SEARCH_ROWS]):
        tried = match_heading([text_of(value) for value in row], formats)
        if isinstance(tried, Match):
            return tried, place
        if nearest is None or tried.nearness > nearest.nearness:
            nearest = tried
    return nearest


def _named(match: Match, sheet: str) -> Match:
    return replace(
        match, headings={role: f"{sheet}!{name}" for role, name in match.headings.items()}
    )


def _cells(match: Match, heading: int, rows: list[list[Any]], sheet_number: int) -> Cells:
    filled = list(_filled(rows, heading))
    source_rows = np.array([place + 1 for place in filled], dtype=np.int64)
    texts = {
        role: pd.Series([text_of(rows[place][column]) for place in filled], dtype="str")
        for role, column in match.fields.items()
    }
    return cells_of_texts(match, source_rows + sheet_number * SHEET_STEP, texts)


def _filled(rows: list[list[Any]], heading: int) -> Iterator[int]:
    """Give the rows below the heading in which any cell holds something."""
    repeated = rows[heading]
    for place in range(heading + 1, len(rows)):
        row = rows[place]
        if row != repeated and any(text_of(value) for value in row):
            yield place


def text_of(value: Any) -> str:
    """Return a cell's value as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, time):
        return value.isoformat("seconds")
    if isinstance(value, timedelta):
        # Some programs store 06:05 as a duration.
        minutes, second = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
