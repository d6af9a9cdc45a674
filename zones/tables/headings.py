"""Which column of a layer is what: a table of headings, no guessing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import pandas as pd

from zones.tables.table import plain

# A shapefile cuts headings at ten bytes, in whichever encoding it was written.
_HEADING_BYTES = 10


def find_columns(headings: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """Return wanted column → the heading that stands for it, where there is one.

    Of several fitting headings the first in `headings.csv` wins.
    """
    present = {plain(heading): heading for heading in reversed(headings)}
    found: dict[str, str] = {}
    for column, heading in _headings():
        for written in (heading, *_cut(heading)):
            if column in wanted and column not in found and plain(written) in present:
                found[column] = present[plain(written)]
    return found


def matching_heading(wanted: str, headings: Sequence[str]) -> str | None:
    """Return the heading that a user means: as written, else but for case, blanks or its cut."""
    if wanted in headings:
        return wanted
    present = {plain(heading): heading for heading in reversed(headings)}
    return next((present[plain(w)] for w in (wanted, *_cut(wanted)) if plain(w) in present), None)


def known_headings(column: str) -> str:
    """Return the headings accepted for a column, for messages."""
    return " / ".join(heading for name, heading in _headings() if name == column)


def _cut(heading: str) -> list[str]:
    encoded = (heading.encode(encoding) for encoding in ("utf-8", "gb18030"))
    cut = zip((text[:_HEADING_BYTES] for text in encoded), ("utf-8", "gb18030"), strict=True)
    return [text.decode(encoding, errors="ignore") for text, encoding in cut]


@cache
def _headings() -> tuple[tuple[str, str], ...]:
    with (files("zones.tables") / "headings.csv").open("r", encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype="str")
    return tuple(table.itertuples(index=False, name=None))
