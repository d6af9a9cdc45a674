"""Which column of a layer is what, and which kind a written word means: two tables, no guessing."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
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


def kind_code(written: str) -> str:
    """Return the code of a written kind; a word that is not on the list stays as it is."""
    return _kinds().get(plain(written), written.strip())


def kind_codes(written: pd.Series) -> pd.Series:
    """Return the kind codes of written kinds, as `kind_code`."""
    codes = {text: kind_code(text) for text in written.unique()}
    return written.map(codes).astype("str")


def is_known_kind(kind: str) -> bool:
    """Tell whether a kind is one that ships with firewatch."""
    return kind in _kinds().values()


def closest_kind_word(written: str) -> str | None:
    """Return the listed word that a written kind may be a slip of, None if none is close."""
    close = get_close_matches(plain(written), _kinds(), n=1, cutoff=0.7)
    return close[0] if close else None


def _cut(heading: str) -> list[str]:
    encoded = (heading.encode(encoding) for encoding in ("utf-8", "gb18030"))
    cut = zip((text[:_HEADING_BYTES] for text in encoded), ("utf-8", "gb18030"), strict=True)
    return [text.decode(encoding, errors="ignore") for text, encoding in cut]


@cache
def _headings() -> tuple[tuple[str, str], ...]:
    return _pairs("headings.csv")


@cache
def _kinds() -> dict[str, str]:
    return {plain(written): kind for kind, written in _pairs("kinds.csv")}


def _pairs(name: str) -> tuple[tuple[str, str], ...]:
    with (files("zones.register") / name).open("r", encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype="str")
    return tuple(table.itertuples(index=False, name=None))
