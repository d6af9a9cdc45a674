"""CSV that Excel opens rightly: UTF-8 with a byte-order mark, and no cell that runs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

# What makes Excel and LibreOffice take a CSV cell for a formula (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defused(texts: pd.Series) -> pd.Series:
    """Return texts with an apostrophe before those that a spreadsheet would run."""
    return texts.where(~texts.str.startswith(_FORMULA_STARTS), "'" + texts)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV for people: text cells defused, numbers as they are."""
    names = [name for name in table.columns if pd.api.types.is_string_dtype(table[name].dtype)]
    safe = table.assign(**{name: defused(table[name].astype("str").fillna("")) for name in names})
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
