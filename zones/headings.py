"""Which column of a layer is what, and which kind a written word means: two tables, no guessing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import pandas as pd

# A shapefile cuts headings at ten bytes, in whichever encoding it was written.
_HEADING_BYTES = 10


def find_columns(headings: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """Return wanted column → the heading that stands for it, where there is one.

    Of several fitting headings the first in `headings.csv` wins.
    """
    present = {_plain(heading): heading for heading in reversed(headings)}
    found: dict[str, str] = {}
    for column, heading in _headings():
        for written in (heading, *_cut(heading)):
            if column in wanted and column not in found and written in present:
                found[column] = present[written]
    return found


def known_headings(column: str) -> str:
    """Return the headings accepted for a column, for messages."""
    return " / ".join(heading for name, heading in _headings() if name == column)


def kind_codes(written: pd.Series) -> pd.Series:
    """Return kind codes of written kinds; words that are not on the list stay as they are."""
    return written.map(lambda text: _kinds().get(_plain(text), text.strip()))


def _plain(text: str) -> str:
    return text.strip().lower()


def _cut(heading: str) -> list[str]:
    encoded = (heading.encode(encoding) for encoding in ("utf-8", "gb18030"))
    cut = zip((text[:_HEADING_BYTES] for text in encoded), ("utf-8", "gb18030"), strict=True)
    return [text.decode(encoding, errors="ignore") for text, encoding in cut]


@cache
def _headings() -> tuple[tuple[str, str], ...]:
    return _pairs("headings.csv")


@cache
def _kinds() -> dict[str, str]:
    return {_plain(written): kind for kind, written in _pairs("kinds.csv")}


def _pairs(name: str) -> tuple[tuple[str, str], ...]:
    with (files("zones") / name).open("r", encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype="str")
    return tuple(table.itertuples(index=False, name=None))
