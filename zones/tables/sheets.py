"""Sheets as rows of texts: CSV in UTF-8, GBK or UTF-16, and Excel workbooks; bytes decide."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firewatch.core.errors import ZoneFileError
from zones.tables.encoding import marked_encoding, text_encoding

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_EXPECTED = "CSV (UTF-8, GBK), Excel (.xlsx)"
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS = ",\t;"
_SAMPLE_CHARACTERS = 10_000


@dataclass(frozen=True)
class Grid:
    """A sheet: its title ("" for a CSV) and its rows of texts, without blanks around them."""

    title: str
    rows: list[list[str]]


def read_grids(path: Path) -> list[Grid]:
    """Return the sheets of a file that hold anything.

    A formula counts with the value that was saved with it; one saved without a value stays as
    written, so that its reader finds no number there. A cell merged over several rows holds for
    each of them.

    Raises
    ------
    ZoneFileError
        If the file is absent, empty, damaged, or neither CSV nor an Excel workbook.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(
            path, f"无法打开：{error.strerror} / cannot be opened", "检查路径 / check the path"
        ) from error
    if content.startswith(_OLD_EXCEL):
        raise _unusable(
            path, "旧版 Excel（.xls） / an old Excel file", "另存为 .xlsx / save it as .xlsx"
        )
    grids = _workbook(path, content) if content.startswith(_ZIP) else [_csv(path, content)]
    filled = [grid for grid in grids if any(any(row) for row in grid.rows)]
    if not filled:
        raise _unusable(path, "文件是空的 / the file is empty", "填写后再导入 / fill it in")
    return filled


def _unusable(path: Path, what: str, remedy: str, place: str = "") -> ZoneFileError:
    return ZoneFileError(what, f"{path} {place}".strip(), expected=_EXPECTED, remedy=remedy)


def _csv(path: Path, content: bytes) -> Grid:
    text = _text(path, content)
    delimiter = max(_DELIMITERS, key=text[:_SAMPLE_CHARACTERS].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return Grid("", [[cell.strip() for cell in row] for row in reader])
    except csv.Error as error:
        raise _unusable(
            path,
            f"引号不成对或单元格过长 / a quote is not closed, or a cell is too long: {error}",
            "核对该行的引号 / check the quotes of this line",
            f"第 {reader.line_num} 行 / line {reader.line_num}",
        ) from error


def _text(path: Path, content: bytes) -> str:
    encoding = marked_encoding(content)
    if not encoding:
        encoding = text_encoding(content)
        if b"\0" in content or content.lstrip()[:1] == b"<":
            raise _unusable(
                path, "不是表格 / this is no table", "另存为 CSV 或 .xlsx / save it as one of these"
            )
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _unusable(
            path,
            f"文字编码损坏（{encoding}） / broken text encoding",
            "另存为 UTF-8 的 CSV / save it as CSV in UTF-8",
            f"第 {line} 行 / line {line}",
        ) from error


def _workbook(path: Path, content: bytes) -> list[Grid]:
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        written = _sheets(content, values=False)
        # A second reading costs as much again, so only where there are formulas.
        has_formulas = any(_is_formula(cell) for _, rows in written for row in rows for cell in row)
        saved = _sheets(content, values=True) if has_formulas else written
    except (
        InvalidFileException, zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError,
        SyntaxError, TypeError, EOFError, AttributeError, IndexError,
    ) as error:  # fmt: skip
        raise _unusable(
            path, "工作簿损坏或加密 / the workbook is damaged or encrypted",
            "用 Excel 打开后另存为 .xlsx / open it in Excel and save it again",
        ) from error  # fmt: skip
    return [
        Grid(title, _merged_texts(rows, values))
        for (title, rows), (_, values) in zip(written, saved, strict=True)
    ]


def _sheets(content: bytes, values: bool) -> list[tuple[str, list[list[Any]]]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), data_only=values)
    return [(sheet.title, _cells(sheet)) for sheet in book.worksheets]


def _cells(sheet: Worksheet) -> list[list[Any]]:
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    for area in sheet.merged_cells.ranges:
        for row in range(area.min_row, min(area.max_row, len(rows))):
            rows[row][area.min_col - 1] = rows[area.min_row - 1][area.min_col - 1]
    return rows


def _is_formula(value: Any) -> bool:
    if isinstance(value, str):
        return value.startswith("=")
    # Array formulas and data tables are objects that know the cells they fill.
    return hasattr(value, "ref")


def _merged_texts(
    written: Sequence[Sequence[Any]], saved: Sequence[Sequence[Any]]
) -> list[list[str]]:
    return [
        [
            _as_text(cell if value is None else value)
            for cell, value in zip(row, values, strict=True)
        ]
        for row, values in zip(written, saved, strict=True)
    ]


def _as_text(value: Any) -> str:
    """Return a cell's value as a person would have typed it."""
    if value is None:
        return ""
    if hasattr(value, "ref"):
        return str(getattr(value, "text", "="))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
