"""Cells of a user's table as numbers and days, and what is said of a cell that is neither."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from firewatch.core.errors import FirewatchError, ZoneFileError
from zones.tables.dates import written_days
from zones.tables.table import UserTable

# What stands in a table where nothing was measured or nothing is limited.
_ABSENT = (
    "",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "无",
    "缺测",
    "缺",
    "na",
    "n/a",
    "nan",
    "null",
    "none",
)
# A comma only where it groups thousands: "1,5" could be 1.5 or 15.
_NUMBER = r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?$"
PERSONAL = ("responsible",)
"""Columns whose cells are names of persons and appear in no message."""
_MOST_SHOWN = 5
_MOST_CHARACTERS = 40


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers by row of the file.

    Parameters
    ----------
    value
        In the column's unit, NaN where there is none.
    absent
        True where the cell is empty or says that there is no value.
    unread
        True where something stands that is no finite number.
    """

    value: pd.Series
    absent: pd.Series
    unread: pd.Series

    def outside(self, low: float, high: float) -> pd.Series:
        """Tell which numbers lie outside a closed range."""
        return self.value.notna() & ~self.value.between(low, high)


def numbers(table: UserTable, column: str) -> Numbers:
    """Return a column's numbers, in the unit of the column (``亩`` becomes hectares)."""
    texts = _half_width(table.texts(column))
    absent = texts.str.lower().isin(_ABSENT)
    fits = texts.str.match(_NUMBER) & texts.str.contains(r"\d") & ~absent
    values = pd.to_numeric(texts.where(fits).str.replace(",", ""), errors="coerce").astype("float")
    values = values.where(np.isfinite(values))
    factor = table.factors.get(column, Fraction(1))
    # Multiplied and divided apart, so that 15 亩 are 1 hectare to the last digit.
    values = values * factor.numerator / factor.denominator
    return Numbers(values, absent, ~absent & values.isna())


def span(table: UserTable, column: str, low: float, high: float) -> str:
    """Return a range as text, in the unit in which the user wrote the column."""
    factor = float(table.factors.get(column, Fraction(1)))
    return f"{low / factor:g}–{high / factor:g}"


def fractions(table: UserTable, column: str) -> dict[int, Fraction]:
    """Return row → exact number in the unit of the column, for the rows that have one."""
    found = numbers(table, column)
    texts = _half_width(table.texts(column))[found.value.notna()].str.replace(",", "")
    factor = table.factors.get(column, Fraction(1))
    return {
        row: Fraction(text) * factor for row, text in zip(texts.index.tolist(), texts, strict=True)
    }


def days(table: UserTable, column: str) -> pd.Series:
    """Return Beijing day numbers, NaN where the text is no day."""
    return written_days(_half_width(table.texts(column)))


def parsed(texts: pd.Series, parse: Callable[[str], object]) -> tuple[pd.Series, pd.Series]:
    """Return what `parse` makes of each text (None where it fails), and where it fails.

    Each distinct text is parsed once. `parse` raises a ValueError or a FirewatchError.
    """
    known: dict[str, object] = {}
    failed = set()
    for text in texts.unique():
        try:
            known[text] = parse(text)
        except (FirewatchError, ValueError):
            known[text] = None
            failed.add(text)
    values = pd.Series([known[text] for text in texts], index=texts.index, dtype=object)
    return values, texts.isin(failed)


@dataclass(frozen=True)
class Fault:
    """What is wrong with cells of a column, for an error."""

    what: str
    expected: str
    remedy: str


def refuse(table: UserTable, wrong: pd.Series, column: str, fault: Fault) -> None:
    """Raise an error that names the rows where `wrong` is true, and what stands there.

    Raises
    ------
    ZoneFileError
    """
    rows = wrong.index[wrong.to_numpy(dtype=bool)].tolist()
    if not rows:
        return
    more = "…" if len(rows) > _MOST_SHOWN else ""
    shown = [str(row) for row in rows[:_MOST_SHOWN]]
    heading = table.headings.get(column, column)
    cells = ", ".join(repr(short(table.texts(column)[row])) for row in rows[:_MOST_SHOWN])
    found = "" if column in PERSONAL else f"；实为 / found: {cells}{more}"
    raise ZoneFileError(
        f"{fault.what}{found}",
        f"{table.path} 第 {'、'.join(shown)}{more} 行“{heading}”列"
        f" / row {', '.join(shown)}{more}, column {heading}",
        expected=fault.expected,
        remedy=fault.remedy,
    )


def short(text: str) -> str:
    """Return a cell's text, cut where it is too long for a message."""
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


def _half_width(texts: pd.Series) -> pd.Series:
    return texts.map(lambda text: unicodedata.normalize("NFKC", text)).astype("str").str.strip()
