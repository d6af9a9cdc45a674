"""Delimited text: its heading, found by content, and the blocks of lines below it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from firewatch.core.errors import UnreadableFileError
from imagery.lists.formats import FORMATS
from imagery.lists.formats.declare import Format
from imagery.lists.heading import Match, Miss, match_heading
from imagery.reading import unreadable

DELIMITERS = (b",", b"\t", b";")
# Exports put a title, a unit and notes above the heading, not pages of them.
_HEADING_SEARCH_LINES = 60
_HEADING_BYTES = 1 << 14
# Each block costs some milliseconds, however small; very large ones cost memory.
MIN_BLOCK_BYTES, MAX_BLOCK_BYTES = 2 << 20, 16 << 20
_MESSAGE = re.compile(
    rb"invalid|error|exceed|denied|unauthori[sz]ed|forbidden|not found|limit|map_?key|no data",
    re.IGNORECASE,
)
_MESSAGE_BYTES = 4096


@dataclass(frozen=True)
class Body:
    """The lines below the heading of a delimited text.

    Parameters
    ----------
    match
        The heading and its format.
    delimiter
        One byte.
    text
        The whole text as UTF-8 with ``\\n`` line ends.
    start
        Place in `text` of the first byte below the heading.
    first_line
        Line number of the line at `start`, the first line of the file being 1.
    """

    match: Match
    delimiter: bytes
    text: bytes
    start: int
    first_line: int

    def blocks(self, workers: int) -> Iterator[slice]:
        """Give the places of pieces of whole lines, at least one a worker in a large text.

        Only the last may lack its line end. A quoted field may hold a line end, so a text with
        quotes stays in one piece.
        """
        quoted = b'"' in self.text
        start, end = self.start, len(self.text)
        size = min(max((end - start) // workers + 1, MIN_BLOCK_BYTES), MAX_BLOCK_BYTES)
        while start < end:
            cut = end if quoted else self.text.find(b"\n", start + size) + 1
            yield slice(start, cut or end)
            start = cut or end


def find_body(path: Path, text: bytes, formats: Sequence[Format] = FORMATS) -> Body:
    """Find the heading of a text by its content.

    Raises
    ------
    UnreadableFileError
        If no line is the heading of a known format.
    """
    start, number = 0, 1
    nearest: Miss | None = None
    while start < len(text) and number <= _HEADING_SEARCH_LINES:
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        for delimiter in DELIMITERS if end - start <= _HEADING_BYTES else ():
            found = match_heading(_fields(text[start:end].decode(), delimiter.decode()), formats)
            if isinstance(found, Match):
                return Body(found, delimiter, text, end + 1, number + 1)
            if nearest is None or found.nearness > nearest.nearness:
                nearest = found
        start, number = end + 1, number + 1
    raise _no_heading(path, text, nearest)


def _no_heading(path: Path, text: bytes, nearest: Miss | None) -> UnreadableFileError:
    first = text.lstrip().split(b"\n", 1)[0]
    half_known = nearest is not None and nearest.worth_naming
    if len(text) <= _MESSAGE_BYTES and _MESSAGE.search(text) and not half_known:
        return unreadable(path, "message", found=first.decode(errors="replace"))
    if nearest is None or not half_known:
        return unreadable(path, "unknown_format")
    return unreadable(
        path, "missing_columns", format=nearest.format.title, columns=", ".join(nearest.missing)
    )


def _fields(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)
