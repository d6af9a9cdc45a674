"""Tables that people keep by hand: CSV in any usual encoding, or Excel; cells as texts.

Rules
-----
- The heading row is the first of the first rows that holds all needed columns; titles above it
  are passed over, and a heading repeated on each printed page is no row.
- Which heading stands for which column is a table (column, heading, times, over): a number below
  ``面积（亩）`` is multiplied by 1/15 to become hectares.
- Rows of totals (合计) are set aside by number, so that nothing is counted twice.
- A row's number is that of the sheet, or of the record in a CSV: the first row is 1.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from firewatch.core.errors import ZoneFileError
from firewatch.core.files import sha256_of_file
from zones.tables.sheets import Grid, read_grids

_HEADING_SEARCH_ROWS = 30
_TOTAL_WORDS = frozenset({"合计", "总计", "小计", "共计", "全区合计", "total", "subtotal", "sum"})

Needed = Sequence[tuple[str, ...]]
"""Columns that a table must have; of the several names in one entry any will do."""


@dataclass(frozen=True)
class Heading:
    """A heading, the column it stands for, and what its numbers are multiplied by."""

    column: str
    heading: str
    factor: Fraction


@dataclass(frozen=True, eq=False)
class UserTable:
    """The known columns of a user's table.

    Parameters
    ----------
    cells
        Texts without blanks around them, "" where empty; the index is the row's number in the
        file.
    headings
        Column → heading as the user wrote it.
    factors
        Column → what its numbers are multiplied by to come into the column's unit.
    totals
        Numbers of the rows of totals, which are not among the cells.
    unread
        Headings that stand for no column.
    path, sha256
        The user's file and the hash of its bytes.
    """

    cells: pd.DataFrame
    headings: Mapping[str, str]
    factors: Mapping[str, Fraction]
    totals: tuple[int, ...]
    unread: tuple[str, ...]
    path: Path
    sha256: str

    def texts(self, column: str) -> pd.Series:
        """Return a column's texts, all empty where the table does not have it."""
        if column in self.cells:
            return self.cells[column]
        return pd.Series("", index=self.cells.index, dtype="str")


def read_table(path: Path, headings: Sequence[Heading], needed: Needed) -> UserTable:
    """Read the one sheet of a file that has the needed columns.

    Raises
    ------
    ZoneFileError
        If there is no such file, it is no table, no sheet has the columns or several have, a
        heading stands twice, or there is no row below it.
    """
    path = Path(path)
    grids = read_grids(path)
    found = [
        (grid, place) for grid in grids if (place := _heading_row(grid, headings, needed)) >= 0
    ]
    if not found:
        raise _no_heading(path, grids, headings, needed)
    if len(found) > 1:
        raise ZoneFileError(
            f"有 {len(found)} 个工作表都是这种表：{'、'.join(grid.title for grid, _ in found)}"
            " / several sheets hold such a table",
            str(path),
            expected="一个工作表 / one sheet",
            remedy="合并为一个工作表，或分别另存 / merge them, or save each as a file",
        )
    grid, place = found[0]
    table = _table(grid, place, headings, path)
    if table.cells.empty:
        raise ZoneFileError(
            "表头之下没有数据 / no row below the heading",
            f"{path} 第 {place + 1} 行 / row {place + 1}",
            remedy="填写后再导入 / fill the table in",
        )
    return table


def table_of(attributes: pd.DataFrame, headings: Sequence[Heading], path: Path) -> UserTable:
    """Return the known columns of a layer's attributes; row numbers are feature numbers from 1."""
    columns = [attributes[name].astype("str").fillna("").str.strip() for name in attributes]
    heading = [str(name) for name in attributes]
    rows = [heading, *(list(row) for row in zip(*columns, strict=True))]
    table = _table(Grid("", rows), 0, headings, path, keep_all=True)
    table.cells.index = pd.RangeIndex(1, len(rows))
    return table


@cache
def heading_table(package: str, name: str) -> tuple[Heading, ...]:
    """Return a table of headings that ships with a package: column, heading, times, over."""
    with (files(package) / name).open("r", encoding="utf-8") as stream:
        rows = pd.read_csv(stream, dtype="str").fillna("1")
    return tuple(
        Heading(column, heading, Fraction(int(times), int(over)))
        for column, heading, times, over in rows.itertuples(index=False, name=None)
    )


def accepted(headings: Sequence[Heading], column: str) -> str:
    """Return the headings accepted for a column, for messages."""
    return " / ".join(known.heading for known in headings if known.column == column)


def plain(text: str) -> str:
    """Return a heading or word as it is compared: half-width, lower case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split()).strip("*:")


def _heading_row(grid: Grid, headings: Sequence[Heading], needed: Needed) -> int:
    for place, row in enumerate(grid.rows[:_HEADING_SEARCH_ROWS]):
        if not _lacking(row, headings, needed):
            return place
    return -1


def _lacking(row: Sequence[str], headings: Sequence[Heading], needed: Needed) -> list[str]:
    present = {plain(cell) for cell in row}
    columns = {known.column for known in headings if plain(known.heading) in present}
    return [names[0] for names in needed if not columns.intersection(names)]


def _no_heading(
    path: Path, grids: Sequence[Grid], headings: Sequence[Heading], needed: Needed
) -> ZoneFileError:
    # Cells are not shown: where the heading is missing they may be names of persons.
    rows = [row for grid in grids for row in grid.rows[:_HEADING_SEARCH_ROWS]]
    lacking = min((_lacking(row, headings, needed) for row in rows), key=len)
    return ZoneFileError(
        f"找不到表头，或缺少列：{'、'.join(lacking)} / heading not found or columns missing",
        f"{path} 前 {_HEADING_SEARCH_ROWS} 行 / first {_HEADING_SEARCH_ROWS} rows",
        expected="；".join(f"{name}: {accepted(headings, name)}" for name in lacking),
        remedy="在表中写明这些列名（含单位） / write these headings, with their units",
    )


def _table(
    grid: Grid, place: int, headings: Sequence[Heading], path: Path, keep_all: bool = False
) -> UserTable:
    heading = grid.rows[place]
    chosen = _columns(heading, headings, path, place + 1)
    read_at = {at for _, at in chosen}
    numbers: list[int] = []
    totals: list[int] = []
    for number, row in enumerate(grid.rows[place + 1 :], place + 2):
        filled = [plain(cell) for cell in row if cell]
        if not keep_all and (not filled or row == heading):
            continue
        (totals if _TOTAL_WORDS.intersection(filled[:2]) else numbers).append(number)
    width = len(heading)
    cells = {
        known.column: pd.Series(
            [_cell(grid.rows[number - 1], at, width) for number in numbers], numbers, dtype="str"
        )
        for known, at in chosen
    }
    return UserTable(
        pd.DataFrame(cells, index=numbers),
        {known.column: heading[at] for known, at in chosen},
        {known.column: known.factor for known, _ in chosen},
        tuple(totals),
        tuple(text for at, text in enumerate(heading) if text and at not in read_at),
        path,
        sha256_of_file(path) if path.is_file() else "",
    )


def _cell(row: Sequence[str], at: int, width: int) -> str:
    return row[at] if at < min(len(row), width) else ""


def _columns(
    row: Sequence[str], headings: Sequence[Heading], path: Path, number: int
) -> list[tuple[Heading, int]]:
    """Return each known column and where it stands; of several fitting headings the first in the
    table of headings wins."""
    present = [plain(cell) for cell in row]
    chosen: dict[str, tuple[Heading, int]] = {}
    for known in headings:
        written = plain(known.heading)
        if known.column in chosen or written not in present:
            continue
        if present.count(written) > 1:
            raise ZoneFileError(
                f"列名“{known.heading}”出现 {present.count(written)} 次 / heading stands twice",
                f"{path} 第 {number} 行 / row {number}",
                expected="每个列名一次 / each heading once",
                remedy="删除或改名多余的列 / delete or rename the other column",
            )
        chosen[known.column] = known, present.index(written)
    return list(chosen.values())
