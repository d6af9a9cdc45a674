"""The year-on-year report as a Word document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import pandas as pd
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from firewatch.core.files import atomic_path
from firewatch.core.i18n import Texts, texts
from firewatch.reports.columns import BRIEF_DETAIL, Form
from firewatch.reports.statements import (
    banners,
    counted_lines,
    period_sentence,
    reminder,
    title,
    verdict_lines,
)
from firewatch.reports.tables import DisplayTable, details_table, year_on_year

if TYPE_CHECKING:
    from firewatch.count.compare import Comparison

DETAIL_ROWS_MAX = 50
_A4_LANDSCAPE = (Mm(297), Mm(210))
_MARGIN = Mm(18)
_HEADER_DISTANCE = Mm(8)
# A picture shares its page with a heading.
_PICTURE_ROOM = (_A4_LANDSCAPE[0] - 2 * _MARGIN, _A4_LANDSCAPE[1] - 2 * _MARGIN - Mm(16))
_BANNER_GAP = "  "
_WARNING_COLOUR = RGBColor(0xC0, 0x00, 0x00)
_SHADE = "DDEBF7"
# Style name → Latin font, Chinese font, size, space before and after in points.
_STYLES = {
    "Normal": ("Times New Roman", "宋体", 10.5, 0, 6),
    "Title": ("Arial", "黑体", 16, 0, 6),
    "Heading 1": ("Arial", "黑体", 13, 12, 4),
    "Header": ("Arial", "黑体", 11, 0, 0),
    "List Bullet": ("Times New Roman", "宋体", 10.5, 0, 2),
}
_TABLE_POINTS = 8.5
# The earliest date a zip entry can carry; python-docx would put the system's time there.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_yoy_docx(
    path: Path,
    comparison: Comparison,
    details: pd.DataFrame,
    *,
    now_epoch_s: int,
    pictures: Sequence[Path] = (),
) -> None:
    """Write the year-on-year report for reading and for signing off.

    Parameters
    ----------
    path
        Replaced in one step, or left as it was on failure.
    comparison
        The counts and verdicts; no number is computed again here.
    details
        Fire points, one row a point; the newest `DETAIL_ROWS_MAX` are listed and the rest
        is pointed to.
    now_epoch_s
        Creation date stated in the file, UTC epoch seconds; the same input gives the same bytes.
    pictures
        Maps as `maps.pictures` writes them, one a page after the table of cities.
    """
    words = texts("firewatch.reports", comparison.language)
    document = docx.Document()
    _set_styles(document)
    _set_up_page(document, banners(comparison, words), words)
    _add_summary(document, comparison, words)
    _add_table(document, year_on_year(comparison, words))
    _add_pictures(document, pictures, words)
    _add_list(document, words("section.counted"), counted_lines(comparison, words))
    _add_details(document, details_table(details, words), words)
    _set_properties(document, title(comparison, words), now_epoch_s)
    with atomic_path(path) as temporary:
        temporary.write_bytes(_bytes_without_system_time(document))


def _add_summary(document: Any, comparison: Comparison, words: Texts) -> None:
    document.add_paragraph(title(comparison, words), style="Title")
    if warnings := banners(comparison, words):
        run = document.add_paragraph().add_run(_BANNER_GAP.join(warnings))
        run.bold = True
        run.font.color.rgb = _WARNING_COLOUR
    document.add_paragraph(period_sentence(comparison, words))
    _add_list(document, words("section.verdicts"), verdict_lines(comparison, words))
    document.add_paragraph().add_run(reminder(comparison, words)).bold = True
    document.add_heading(words("sheet.cities"), level=1)


def _add_pictures(document: Any, pictures: Sequence[Path], words: Texts) -> None:
    for number, path in enumerate(pictures, start=1):
        heading = words("section.picture", number=number)
        document.add_heading(heading, level=1).paragraph_format.page_break_before = True
        shape = document.add_picture(str(path))
        scale = min(width / own for width, own in zip(_PICTURE_ROOM, _size(shape), strict=True))
        shape.width, shape.height = (int(own * scale) for own in _size(shape))
        # What a screen reader says instead of the picture.
        shape._inline.docPr.set("descr", heading)


def _size(shape: Any) -> tuple[int, int]:
    return shape.width, shape.height


def _add_list(document: Any, heading: str, lines: Sequence[str]) -> None:
    document.add_heading(heading, level=1)
    for line in lines:
        document.add_paragraph(line, style="List Bullet")


def _add_details(document: Any, points: DisplayTable, words: Texts) -> None:
    document.add_heading(points.title, level=1)
    total = len(points.rows)
    newest = points.only(BRIEF_DETAIL).head(DETAIL_ROWS_MAX)
    shown = len(newest.rows)
    said = "details_none" if not total else "details_all" if shown == total else "details_shown"
    document.add_paragraph(words(said, shown=shown, total=total))
    if total:
        _add_table(document, newest)


def _add_table(document: Any, table: DisplayTable) -> None:
    cells = [[column.title for column in table.columns], *table.cells()]
    grid = document.add_table(rows=len(cells), cols=len(table.columns), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    widths = _column_widths(table)
    # Word goes by the cells' widths, LibreOffice by the grid's.
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    first_total = len(cells) - table.total_rows
    numeric = [column.form is not Form.TEXT for column in table.columns]
    for number, (row, values) in enumerate(zip(grid.rows, cells, strict=True)):
        _keep_row_whole(row, repeat=number == 0)
        bold = number == 0 or number >= first_total
        # row.cells builds its list anew at every call.
        for cell, value, width, right in zip(row.cells, values, widths, numeric, strict=True):
            cell.width = width
            _fill(cell, value, bold, right and number > 0)
            if number == 0:
                _shade(cell)


def _column_widths(table: DisplayTable) -> list[int]:
    """Share the width of the page among the columns by their declared widths."""
    room = _A4_LANDSCAPE[0] - 2 * _MARGIN
    total = sum(column.width for column in table.columns)
    return [int(room * column.width / total) for column in table.columns]


def _fill(cell: Any, text: str, bold: bool, right: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size = Pt(_TABLE_POINTS)


def _keep_row_whole(row: Any, repeat: bool) -> None:
    """Keep a row on one page; repeat the heading row on each."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeat:
        properties.append(OxmlElement("w:tblHeader"))


def _shade(cell: Any) -> None:
    shading = OxmlElement("w:shd")
    for name, value in {"val": "clear", "color": "auto", "fill": _SHADE}.items():
        shading.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shading)


def _set_styles(document: Any) -> None:
    for style_name, (latin, chinese, points, before, after) in _STYLES.items():
        style = document.styles[style_name]
        style.font.name = latin
        style.font.size = Pt(points)
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
        properties = style.element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), chinese)
        # A theme font would win over the names.
        for name in [name for name in fonts.attrib if name.endswith("Theme")]:
            del fonts.attrib[name]
    _write_simplified_chinese(document)


def _write_simplified_chinese(document: Any) -> None:
    """State the language, by which a substitute font picks the shapes of shared characters."""
    language = document.styles.element.find(".//" + qn("w:lang"))
    language.set(qn("w:eastAsia"), "zh-CN")


def _set_up_page(document: Any, warnings: Sequence[str], words: Texts) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = _A4_LANDSCAPE
    section.left_margin = section.right_margin = _MARGIN
    section.top_margin = section.bottom_margin = _MARGIN
    section.header_distance = section.footer_distance = _HEADER_DISTANCE
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    header.add_run(_BANNER_GAP.join(warnings)).font.color.rgb = _WARNING_COLOUR
    _add_page_number(section.footer.paragraphs[0], words)


def _add_page_number(paragraph: Any, words: Texts) -> None:
    before, after = words("page").split("{page}")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(before)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    paragraph.add_run(after)


def _set_properties(document: Any, heading: str, now_epoch_s: int) -> None:
    properties = document.core_properties
    created = datetime.fromtimestamp(now_epoch_s, UTC).replace(tzinfo=None)
    properties.title = heading
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = created
    properties.revision = 1


def _bytes_without_system_time(document: Any) -> bytes:
    """Return the saved document with one fixed date on every zip entry."""
    saved, fixed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
