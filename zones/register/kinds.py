"""Which kind a written word means: a table, no guessing."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.resources import files

import pandas as pd

from zones.tables.table import plain


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


@cache
def _kinds() -> dict[str, str]:
    with (files("zones.register") / "kinds.csv").open("r", encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype="str")
    return {plain(word): kind for kind, word in table.itertuples(index=False, name=None)}
