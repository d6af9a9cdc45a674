"""What the user says of all zones of a file, and of its columns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Self

MAPPED = (
    "kind", "name", "notice", "authority", "valid_from", "valid_to", "months", "hours", "crop",
)  # fmt: skip
"""Zone columns that a file of another make may have under its own headings."""


@dataclass(frozen=True)
class Declared:
    """What holds for all zones of a file and wins over the file's own columns.

    Parameters
    ----------
    months
        Bits of months (`periods.parse_months`); None is not said.
    hours
        Minutes of the day (`periods.parse_hours`); None is not said.
    """

    kind: str | None = None
    notice: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    authority: str = ""
    months: int | None = None
    hours: tuple[int, int] | None = None
    crop: str = ""

    def over(self, other: Self) -> Declared:
        """Return this with what it leaves open taken from `other`."""
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        merged = {k: getattr(other, k) if v in (None, "") else v for k, v in said.items()}
        return Declared(**merged)
