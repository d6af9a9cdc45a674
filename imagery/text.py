"""Delimited text: its heading, and its rows with their true line numbers."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imagery.heading import Match, Miss, match_heading
from imagery.reading import Rejection, both, unreadable

DELIMITERS = (b",", b"\t", b";")
# Exports put a title, a unit and notes above the heading, not pages of them.
_HEADING_SEARCH_LINES = 60
# A remark may be quoted over a few lines; a stray quote must not swallow the file.
_QUOTED_LINES = 20
_MESSAGE = re.compile(
    rb"invalid|error|exceed|denied|unauthori[sz]ed|forbidden|not found|limit|map_?key|no data",
    re.IGNORECASE,
)
_MESSAGE_BYTES = 4096


@dataclass(frozen=True)
class Layout:
    """The rows of a delimited text.

    Parameters
    ----------
    match
        The heading and its format.
    delimiter
        One byte.
    clean
        Rows of equal width without quotes, one a line, UTF-8.
    source_rows
        Line number of each clean row, the first line of the file being 1.
    rejections
        Lines that have no place in the table.
    """

    match: Match
    delimiter: bytes
    clean: bytes
    source_rows: NDArray[np.int64]
    rejections: tuple[Rejection, ...]


def lay_out(path: Path, text: bytes) -> Layout:
    """Find the heading of a text by its content and lay out the rows below it.

    Raises
    ------
    UnreadableFileError
        If no line is the heading of a known format.
    """
    start, number, nearest = 0, 1, None
    while start < len(text) and number <= _HEADING_SEARCH_LINES:
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        for delimiter in DELIMITERS:
            found = match_heading(_fields(text[start:end].decode(), delimiter.decode()))
            if isinstance(found, Match):
                return _rows(found, delimiter, text[end + 1 :], number + 1)
            if nearest is None or found.matched > nearest.matched:
                nearest = found
        start, number = end + 1, number + 1
    raise no_heading(path, text, nearest)


def no_heading(path: Path, text: bytes, nearest: Miss | None) -> Exception:
    """Return the error for a text in which no format is recognised."""
    first = text.lstrip().split(b"\n", 1)[0]
    half_known = nearest is not None and nearest.matched >= 2
    if len(text) <= _MESSAGE_BYTES and _MESSAGE.search(text) and not half_known:
        return unreadable(path, "message", found=first.decode(errors="replace"))
    if nearest is None or not half_known:
        return unreadable(path, "unknown_format")
    return unreadable(
        path,
        "missing_columns",
        format=nearest.format.title,
        columns=", ".join(nearest.missing),
    )


def _fields(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _rows(match: Match, delimiter: bytes, body: bytes, first_line: int) -> Layout:
    ends_whole = body.endswith(b"\n") or not body
    if not ends_whole:
        body += b"\n"
    # Only what shapes the table is kept: if that is the same short line over and over,
    # every row is regular and none needs a look of its own.
    shape = body.translate(None, bytes(set(range(256)) - set(delimiter + b'\n"\0#')))
    regular = delimiter * (match.width - 1) + b"\n"
    n_lines = len(shape) // len(regular)
    if match.width > 1 and shape == regular * n_lines:
        lines = np.arange(first_line, first_line + n_lines, dtype=np.int64)
        return Layout(match, delimiter, body, lines, ())
    return _Explained(match, delimiter, body, shape, first_line, ends_whole).layout()


class _Explained:
    """Rows of a text whose lines are not all alike; each odd line is looked at."""

    def __init__(
        self,
        match: Match,
        delimiter: bytes,
        body: bytes,
        shape: bytes,
        first_line: int,
        ends_whole: bool,
    ) -> None:
        self.match, self.delimiter, self.first_line = match, delimiter, first_line
        self.lines: list[bytes | None] = list(body.split(b"\n")[:-1])
        regular = delimiter * (match.width - 1)
        self.odd = [i for i, line in enumerate(shape.split(b"\n")[:-1]) if line != regular]
        self.ends_whole = ends_whole
        self.rejections: list[Rejection] = []

    def layout(self) -> Layout:
        for index in self.odd:
            if self.lines[index] is not None:
                self.lines[index] = self._regular(index)
        kept = [(i, line) for i, line in enumerate(self.lines) if line is not None]
        clean = b"\n".join([line for _, line in kept] + [b""])
        rows = np.array([i + self.first_line for i, _ in kept], dtype=np.int64)
        return Layout(self.match, self.delimiter, clean, rows, tuple(self.rejections))

    def _regular(self, index: int) -> bytes | None:
        """Return the line as a regular row, or None after listing why it is none."""
        line = self.lines[index] or b""
        if not line.strip() or line.lstrip().startswith(b"#"):
            return None
        if b"\0" in line:
            self._reject(index, "nul", "NUL (0x00)")
            return None
        fields = self._split(index)
        width = self.match.width
        if len(fields) > width and not any(field.strip() for field in fields[width:]):
            fields = fields[:width]
        if len(fields) == width:
            plain = (re.sub(rb"[\r\n" + self.delimiter + rb"]", b" ", f) for f in fields)
            return self.delimiter.join(plain)
        last = index == len(self.lines) - 1 and not self.ends_whole
        short = len(fields) < width
        self._reject(index, "cut" if last and short else "width", str(len(fields)))
        return None

    def _split(self, index: int) -> list[bytes]:
        """Return the fields of the line, joined with the following ones if quoted across them."""
        line = self.lines[index] or b""
        if b'"' not in line:
            return line.split(self.delimiter)
        joined = line
        for extra in range(_QUOTED_LINES):
            if joined.count(b'"') % 2 == 0:
                fields = self._unquoted(joined)
                if extra == 0 or len(fields) == self.match.width:
                    for used in range(index + 1, index + extra + 1):
                        self.lines[used] = None
                    return fields
            if index + extra + 1 >= len(self.lines):
                break
            joined += b"\n" + (self.lines[index + extra + 1] or b"")
        return line.replace(b'"', b"").split(self.delimiter)

    def _unquoted(self, line: bytes) -> list[bytes]:
        reader = csv.reader(
            line.decode().splitlines(keepends=True), delimiter=self.delimiter.decode()
        )
        return [field.encode() for row in reader for field in row]

    def _reject(self, index: int, fault: str, found: str) -> None:
        width = self.match.width
        self.rejections.append(
            Rejection(
                source_row=self.first_line + index,
                field="",
                found=found,
                expected=both(f"fault.{fault}.expected").format(width=width),
                remedy=both(f"fault.{fault}.remedy").format(width=width),
            )
        )
