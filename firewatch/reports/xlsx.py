"""The year-on-year report as an Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xlsxwriter
from numpy.typing import NDArray

from firewatch.core.files import atomic_path
from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import Verdict
from firewatch.reports.columns import Form
from firewatch.reports.statements import (
    banners,
    counted_lines,
    period_sentence,
    title,
    verdict_lines,
)
from firewatch.reports.tables import (
    DisplayTable,
    breakdowns,
    by_county,
    cell_text,
    details_table,
    year_on_year,
)

if TYPE_CHECKING:
    from firewatch.count.compare import Comparison

# A workbook much larger opens slowly on an office computer; the point file holds all.
DETAIL_ROWS_MAX = 100_000
_A4 = 9
_LINE_POINTS = 14.0
_HEADING_MARGIN_POINTS = 4.0
_TOP_POINTS = 20.0
# Notes of a table wider than one page stay on its first page.
_NOTE_WIDTH_MAX = 130
# Names from files must stay text: a township called "=1+1" is not a formula.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "宋体", "font_size": 10},
}
_NUMBER_FORMATS = {
    Form.TEXT: "@",
    Form.COUNT: "0",
    Form.CHANGE: "+0;-0;0",
    Form.PERCENT: "+0.00%;-0.00%;0.00%",
    Form.SHARE: "0%",
    Form.DECIMAL: "0.0",
    Form.DEGREES: "0.00000",
    Form.TIME: "yyyy-mm-dd hh:mm",
}
_GOOD = {"bg_color": "#C6EFCE", "font_color": "#006100"}
_BAD = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
_VERDICT_COLOURS = {
    Verdict.MET: _GOOD,
    Verdict.HELD_AT_ZERO: _GOOD,
    Verdict.MISSED: _BAD,
    Verdict.ROSE_FROM_ZERO: _BAD,
    Verdict.UNKNOWN: {"bg_color": "#D9D9D9", "font_color": "#404040"},
}
_BANNER = {"bold": True, "font_size": 12, "bg_color": "#FFC000", "font_color": "#9C0006"}
_TITLE = {"bold": True, "font_size": 14, "font_name": "黑体"}
_NOTE = {"text_wrap": True, "valign": "top"}
_CELL = {"border": 1, "valign": "vcenter"}
_ALIGNMENT: dict[Form, dict[str, Any]] = {
    form: {"align": "left", "indent": 1, "text_wrap": True}
    if form is Form.TEXT
    else {"align": "right"}
    for form in Form
}
_HEADING = {
    "bold": True,
    "text_wrap": True,
    "align": "center",
    "valign": "vcenter",
    "border": 1,
    "bg_color": "#DDEBF7",
}


@dataclass(frozen=True)
class _Layout:
    """How one sheet is set up for the screen and for paper."""

    table: DisplayTable
    notes: tuple[str, ...]
    pages_wide: int = 1
    key_columns: int = 1
    filtered: bool = False


@dataclass(frozen=True)
class _Frame:
    """What stands above the table on every sheet."""

    banners: tuple[str, ...]
    title: str
    period: str


def write_yoy_xlsx(
    path: Path, comparison: Comparison, details: pd.DataFrame, *, now_epoch_s: int
) -> None:
    """Write the year-on-year workbook: cities, counties, breakdown and fire points.

    Parameters
    ----------
    path
        Replaced in one step, or left as it was on failure.
    comparison
        The counts and verdicts; no number is computed again here.
    details
        Fire points with names, rulings, causes and status, one row a point.
    now_epoch_s
        Creation date stated in the file, UTC epoch seconds; the same input gives the same bytes.
    """
    words = texts("firewatch.reports", comparison.language)
    frame = _Frame(
        banners(comparison, words), title(comparison, words), period_sentence(comparison, words)
    )
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, _OPTIONS) as book:
        created = datetime.fromtimestamp(now_epoch_s, UTC).replace(tzinfo=None)
        status = words("simulated") if comparison.simulated else ""
        book.set_properties({"title": frame.title, "created": created, "status": status})
        for layout in _layouts(comparison, details, words):
            _write_sheet(book, layout, frame, words)
    with atomic_path(path) as temporary:
        temporary.write_bytes(written.getbuffer())


def _layouts(comparison: Comparison, details: pd.DataFrame, words: Texts) -> list[_Layout]:
    notes = counted_lines(comparison, words)
    points = details_table(details, words)
    shown, total = min(len(points.rows), DETAIL_ROWS_MAX), len(points.rows)
    said = "details_none" if not total else "details_all" if shown == total else "details_cut"
    point_note = words(said, shown=shown, total=total)
    return [
        _Layout(year_on_year(comparison, words), (*verdict_lines(comparison, words), *notes)),
        _Layout(by_county(comparison, words), notes, key_columns=2, filtered=True),
        _Layout(breakdowns(comparison, words), notes, key_columns=2),
        _Layout(
            points.head(shown), (point_note, *notes), pages_wide=2, key_columns=3, filtered=True
        ),
    ]


def _write_sheet(book: Any, layout: _Layout, frame: _Frame, words: Texts) -> None:
    sheet = book.add_worksheet(layout.table.title)
    table = layout.table
    reach = _note_reach(table)
    heading_row = _write_top(book, sheet, frame, len(table.columns), reach)
    _write_table(book, sheet, table, heading_row)
    _colour_verdicts(book, sheet, table, heading_row, words)
    last_row = heading_row + len(table.rows)
    if layout.filtered:
        sheet.autofilter(heading_row, 0, last_row, len(table.columns) - 1)
    _write_notes(book, sheet, layout.notes, last_row + 2, reach)
    _set_up_paper(sheet, layout, heading_row, frame)


def _write_top(book: Any, sheet: Any, frame: _Frame, width: int, reach: tuple[int, int]) -> int:
    """Write banners, title and period; return the row of the headings."""
    lines = [(text, _BANNER) for text in frame.banners] + [(frame.title, _TITLE)]
    for row, (text, look) in enumerate(lines):
        cell_format = book.add_format(look)
        sheet.set_row(row, _TOP_POINTS)
        if look is _BANNER:
            for column in range(1, width):
                sheet.write_blank(row, column, None, cell_format)
        sheet.write_string(row, 0, text, cell_format)
    _write_notes(book, sheet, (frame.period,), len(lines), reach)
    return len(lines) + 1


def _write_table(book: Any, sheet: Any, table: DisplayTable, heading_row: int) -> None:
    heading = book.add_format(_HEADING)
    heading_lines = max(lines_needed(column.title, column.width) for column in table.columns)
    sheet.set_row(heading_row, _LINE_POINTS * heading_lines + _HEADING_MARGIN_POINTS)
    for offset, lines in enumerate(_row_lines(table)):
        if lines > 1:
            sheet.set_row(heading_row + 1 + offset, _LINE_POINTS * int(lines))
    first_total = len(table.rows) - table.total_rows
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(heading_row, number, column.title, heading)
        look = {**_CELL, **_ALIGNMENT[column.form], "num_format": _NUMBER_FORMATS[column.form]}
        plain = book.add_format(look)
        total = book.add_format({**look, "bold": True, "bg_color": "#F2F2F2"})
        write = _writer(sheet, column.form)
        for offset, value in enumerate(table.rows[column.name]):
            cell_format = plain if offset < first_total else total
            write(heading_row + 1 + offset, number, value, cell_format)


def _writer(sheet: Any, form: Form) -> Callable[[int, int, Any, Any], None]:
    """Return the function that writes one cell of a form."""

    def write_text(row: int, column: int, value: Any, look: Any) -> None:
        sheet.write_string(row, column, cell_text(value, Form.TEXT), look)

    def write_value(row: int, column: int, value: Any, look: Any) -> None:
        if pd.isna(value):
            sheet.write_string(row, column, cell_text(value, form), look)
        elif form is Form.TIME:
            sheet.write_datetime(row, column, value, look)
        else:
            # Excel keeps percentages as fractions.
            scale = 100 if form is Form.PERCENT else 1
            sheet.write_number(row, column, value / scale, look)

    return write_text if form is Form.TEXT else write_value


def _colour_verdicts(
    book: Any, sheet: Any, table: DisplayTable, heading_row: int, words: Texts
) -> None:
    """Colour the verdict cells; their text says the same to those who see no colour."""
    names = [column.name for column in table.columns]
    if "verdict" not in names or not len(table.rows):
        return
    column = names.index("verdict")
    for verdict, look in _VERDICT_COLOURS.items():
        rule = {
            "type": "text",
            "criteria": "begins with",
            "value": words.label("verdict", verdict),
            "format": book.add_format(look),
        }
        last_row = heading_row + len(table.rows)
        sheet.conditional_format(heading_row + 1, column, last_row, column, rule)


def _write_notes(
    book: Any, sheet: Any, notes: tuple[str, ...], row: int, reach: tuple[int, int]
) -> None:
    """Write one wrapped line of text a row over the first `reach[0]` columns."""
    look = book.add_format(_NOTE)
    columns, width = reach
    for number, note in enumerate(notes):
        sheet.merge_range(row + number, 0, row + number, columns - 1, "", look)
        sheet.write_string(row + number, 0, note, look)
        sheet.set_row(row + number, _LINE_POINTS * lines_needed(note, width))


def _note_reach(table: DisplayTable) -> tuple[int, int]:
    """Return over how many columns notes run, and the width of these in characters."""
    ends = [end for end in accumulate(c.width for c in table.columns) if end <= _NOTE_WIDTH_MAX]
    return len(ends), ends[-1]


def lines_needed(text: str, width: int) -> int:
    """Return how many lines of `width` Latin characters a text fills; Chinese ones are two."""
    room = max(width - 2, 1)
    sizes = [sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in text.split("\n")]
    return sum(-(-size // room) or 1 for size in sizes)


def _row_lines(table: DisplayTable) -> NDArray[np.int64]:
    """Return the lines of each row's tallest cell: not every program fits heights by itself."""
    lines = np.ones(len(table.rows), dtype=np.int64)
    for column in table.columns:
        if column.form is Form.TEXT:
            cells = table.rows[column.name].astype("str").fillna("")
            needed = {text: lines_needed(text, column.width) for text in cells.unique()}
            lines = np.maximum(lines, cells.map(needed).to_numpy(dtype=np.int64))
    return lines


def _set_up_paper(sheet: Any, layout: _Layout, heading_row: int, frame: _Frame) -> None:
    sheet.freeze_panes(heading_row + 1, layout.key_columns)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(layout.pages_wide, 0)
    sheet.repeat_rows(heading_row)
    if layout.pages_wide > 1:
        sheet.repeat_columns(0, layout.key_columns - 1)
    if frame.banners:
        # Excel's header codes begin with an ampersand.
        sheet.set_header("&C" + "  ".join(frame.banners).replace("&", "&&"))
    sheet.set_footer("&C&P / &N")
