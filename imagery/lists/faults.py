"""Which rows of a table cannot be fire points, and why: one reason a row, the first found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagery.lists.cells import Cells, Mask, Rows
from imagery.lists.formats.declare import Role
from imagery.reading import Rejection, both, shortened


@dataclass(frozen=True)
class Fault:
    """Why a row is rejected: a key under ``fault`` in the texts, and what they mention."""

    key: str
    role: Role
    values: tuple[tuple[str, object], ...]

    def text(self, part: str) -> str:
        return both(f"fault.{self.key}.{part}").format(**dict(self.values))


class Faults:
    """Collects the faults of the rows of one table."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._faults: list[Fault] = []
        self._first = np.zeros(len(cells), dtype=np.int16)

    def mark(self, bad: Mask, key: str, role: Role, **values: object) -> None:
        """Give the rows in `bad` that have no fault yet this one."""
        if not bad.any():
            return
        self._faults.append(Fault(key, role, tuple(values.items())))
        self._first[bad & (self._first == 0)] = len(self._faults)

    def none(self) -> bool:
        return not self._faults

    def good(self) -> Mask:
        """Return which rows have no fault."""
        accepted: Mask = self._first == 0
        return accepted

    def rejections(self) -> list[Rejection]:
        """Return one rejection a faulty row; rows with nothing in them are no rows."""
        found: list[Rejection] = []
        for number, fault in enumerate(self._faults, 1):
            rows: Rows = np.flatnonzero(self._first == number)
            rows = rows[~self._cells.blank(rows)]
            expected, remedy = fault.text("expected"), fault.text("remedy")
            written = self._cells.written(fault.role, rows)
            lines = self._cells.source_rows[rows].tolist()
            heading = self._cells.match.headings[fault.role]
            found += [
                Rejection(line, heading, shortened(text), expected, remedy)
                for line, text in zip(lines, written, strict=True)
            ]
        return found
