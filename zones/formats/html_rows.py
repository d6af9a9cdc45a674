"""Two-column tables in HTML, as ArcGIS writes a feature's attributes into a KML description."""

from __future__ import annotations

from html.parser import HTMLParser

MAX_HTML_CHARACTERS = 1 << 20


def two_column_rows(html: str) -> list[tuple[str, str]]:
    """Return (first cell, second cell) of every table row that has two cells of plain text.

    A row around another table is none, so that tables for layout do no harm. A text without a
    table, or longer than `MAX_HTML_CHARACTERS`, gives none.
    """
    if "<td" not in html[:MAX_HTML_CHARACTERS].lower() or len(html) > MAX_HTML_CHARACTERS:
        return []
    reader = _Rows()
    reader.feed(html)
    reader.close()
    reader.end_row()
    return reader.pairs


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pairs: list[tuple[str, str]] = []
        self._row: list[str] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("table", "tr"):
            # An inner table begins: what stands before it in the outer row is layout.
            if tag == "table":
                self._row = []
            self.end_row()
        elif tag in ("td", "th"):
            self._row.append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False
        elif tag in ("tr", "table"):
            self.end_row()

    def handle_data(self, data: str) -> None:
        if self._in_cell and self._row:
            self._row[-1] += data

    def end_row(self) -> None:
        cells = [" ".join(cell.split()) for cell in self._row]
        if len(cells) == 2 and cells[0]:
            self.pairs.append((cells[0], cells[1]))
        self._row, self._in_cell = [], False
