"""Lines of a delimited text as rows of equal width, with their true line numbers."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imagery.reading import Rejection, both

# A remark may be quoted over a few lines; a stray quote must not swallow the file.
_QUOTED_LINES = 20


@dataclass(frozen=True)
class Layout:
    """The rows of one block of lines.

    Parameters
    ----------
    clean
        Rows of equal width without quotes, one a line, UTF-8.
    lines
        Number of each row's line, the first line of the block being 0.
    n_lines
        Number of lines in the block.
    rejections
        Lines that have no place in the table; `source_row` counts as `lines` does.
    """

    clean: bytes
    lines: NDArray[np.int64]
    n_lines: int
    rejections: tuple[Rejection, ...] = ()


def lay_out(block: bytes, delimiter: bytes, width: int) -> Layout:
    """Return the rows of a block of lines that have `width` fields each.

    Blank lines and lines that begin with ``#`` are no rows. Lines of another width, and lines
    with zero bytes, are rejections.
    """
    cut_short = not block.endswith(b"\n")
    if cut_short:
        block += b"\n"
    # Only what shapes the table is kept: if that is the same short line over and over,
    # every row is regular and none needs a look of its own.
    shape = block.translate(None, bytes(set(range(256)) - set(delimiter + b'\n"\0#')))
    if b'"' in shape and b'"' not in (unquoted := shape.replace(b'""', b"")):
        # Nothing that shapes the table stands between quotes, so they can go.
        block, shape = block.replace(b'"', b""), unquoted
    regular = delimiter * (width - 1) + b"\n"
    n_lines = len(shape) // len(regular)
    cut_in_last_field = cut_short and _lacks_last_field(block, delimiter)
    if width > 1 and shape == regular * n_lines and not cut_in_last_field:
        return Layout(block, np.arange(n_lines, dtype=np.int64), n_lines)
    odd = [i for i, line in enumerate(shape.split(b"\n")[:-1]) if line != regular[:-1]]
    if cut_in_last_field:
        block = block[:-1].rstrip(delimiter) + b"\n"
        odd = sorted({*odd, shape.count(b"\n") - 1})
    return _OddLines(block, delimiter, width, cut_short).straightened(odd)


def _lacks_last_field(block: bytes, delimiter: bytes) -> bool:
    """Return whether the last line ends in a blank field and the one before it does not."""
    last_two = block[:-1].rsplit(b"\n", 2)[-2:]
    return len(last_two) == 2 and last_two[1].endswith(delimiter) > last_two[0].endswith(delimiter)


class _OddLines:
    """A block whose lines are not all alike; each odd one is looked at."""

    def __init__(self, block: bytes, delimiter: bytes, width: int, cut_short: bool) -> None:
        self.delimiter, self.width, self.cut_short = delimiter, width, cut_short
        self.lines: list[bytes | None] = list(block.split(b"\n")[:-1])
        self.rejections: list[Rejection] = []

    def straightened(self, odd: list[int]) -> Layout:
        for index in odd:
            if self.lines[index] is not None:
                self.lines[index] = self._regular(index)
        kept = [i for i, line in enumerate(self.lines) if line is not None]
        clean = b"".join([line + b"\n" for line in self.lines if line is not None])
        lines = np.array(kept, dtype=np.int64)
        return Layout(clean, lines, len(self.lines), tuple(self.rejections))

    def _regular(self, index: int) -> bytes | None:
        """Return the line as a regular row, or None after listing why it is none."""
        line = self.lines[index] or b""
        if not line.strip() or line.lstrip().startswith(b"#"):
            return None
        if b"\0" in line:
            self._reject(index, "nul", "NUL (0x00)")
            return None
        fields = self._split(index)
        if len(fields) > self.width and not any(field.strip() for field in fields[self.width :]):
            fields = fields[: self.width]
        if len(fields) == self.width:
            breaks = rb"[\n" + self.delimiter + rb"]"
            return self.delimiter.join(re.sub(breaks, b" ", field) for field in fields)
        if not any(field.strip() for field in fields):
            return None
        last = index == len(self.lines) - 1 and self.cut_short
        short = len(fields) < self.width
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
                if extra == 0 or len(fields) == self.width:
                    for used in range(index + 1, index + extra + 1):
                        self.lines[used] = None
                    return fields
            if index + extra + 1 >= len(self.lines):
                break
            joined += b"\n" + (self.lines[index + extra + 1] or b"")
        return line.replace(b'"', b"").split(self.delimiter)

    def _unquoted(self, line: bytes) -> list[bytes]:
        lines = [part + "\n" for part in line.decode().split("\n")]
        try:
            rows = list(csv.reader(lines, delimiter=self.delimiter.decode()))
        except csv.Error:
            return line.replace(b'"', b"").split(self.delimiter)
        return [field.encode() for row in rows for field in row]

    def _reject(self, index: int, fault: str, found: str) -> None:
        expected, remedy = (
            both(f"fault.{fault}.{part}").format(width=self.width)
            for part in ("expected", "remedy")
        )
        self.rejections.append(Rejection(index, "", found, expected, remedy))
