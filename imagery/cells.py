"""The declared columns of a file, as numbers and as codes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from imagery.angles import read_angles
from imagery.formats.declare import Role
from imagery.heading import Match
from imagery.text import Layout

Mask: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = NDArray[np.intp]

# Spellings of "no value"; they are missing numbers, not unreadable ones.
_NO_VALUE = frozenset({"", "nan", "na", "n/a", "null", "none", "-", "--", "—", "无", "/"})


@dataclass(frozen=True)
class Cells:
    """The declared columns of one table, before they are understood.

    Parameters
    ----------
    match
        The heading and its format.
    source_rows
        Line or spreadsheet row of each row.
    numbers
        Values by role; NaN where blank or unreadable.
    unreadable
        Where a number column holds a text that is no number, by role.
    codes
        Texts by role, categorical; missing where blank.
    written
        Gives the texts of some rows of a role as the file writes them.
    blank
        Tells which of some rows hold nothing at all.
    """

    match: Match
    source_rows: NDArray[np.int64]
    numbers: Mapping[Role, Floats]
    unreadable: Mapping[Role, Mask]
    codes: Mapping[Role, pd.Categorical]
    written: Callable[[Role, Rows], list[str]]
    blank: Callable[[Rows], Mask]

    def __len__(self) -> int:
        return len(self.source_rows)


def cells_of_text(layout: Layout) -> Cells:
    """Return the declared columns of a delimited text.

    Text whose numbers are all numbers is parsed straight into them; otherwise every column is
    read as text first, so that each unreadable cell can be named.
    """
    match = layout.match
    kinds = {role: match.format.column(role).kind for role in match.fields}
    if "angle" in kinds.values() or not len(layout.source_rows):
        return _cells_of_layout_texts(layout)
    types = {
        match.fields[role]: "float64" if kind == "number" else "category"
        for role, kind in kinds.items()
    }
    try:
        table = _parsed(layout, types, na_filter=True)
    except ValueError:
        return _cells_of_layout_texts(layout)
    numbers, codes = {}, {}
    for role, kind in kinds.items():
        column = table[match.fields[role]]
        if kind == "number":
            numbers[role] = column.to_numpy()
        else:
            codes[role] = column.array
    lines = _Lines(layout)
    return Cells(match, layout.source_rows, numbers, {}, codes, lines.written, lines.blank)


def cells_of_rows(
    match: Match, source_rows: NDArray[np.int64], texts: Mapping[Role, pd.Series]
) -> Cells:
    """Return the declared columns of a table whose cells are texts, "" where empty."""
    numbers: dict[Role, Floats] = {}
    unreadable: dict[Role, Mask] = {}
    codes: dict[Role, pd.Categorical] = {}
    stripped = {role: column.str.strip() for role, column in texts.items()}
    for role, column in stripped.items():
        kind = match.format.column(role).kind
        if kind == "code":
            codes[role] = pd.Categorical(column.where(column != ""))
            continue
        plain = column.str.normalize("NFKC")
        read = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float)
        if kind == "angle":
            read = np.where(np.isnan(read), read_angles(plain), read)
        numbers[role] = read
        unreadable[role] = np.isnan(read) & ~plain.str.casefold().isin(_NO_VALUE).to_numpy()

    def written(role: Role, rows: Rows) -> list[str]:
        return [str(text) for text in texts[role].to_numpy()[rows]]

    def blank(rows: Rows) -> Mask:
        empty = np.ones(len(rows), dtype=bool)
        for column in stripped.values():
            empty &= (column.to_numpy()[rows] == "").astype(bool)
        return empty

    return Cells(match, source_rows, numbers, unreadable, codes, written, blank)


def _cells_of_layout_texts(layout: Layout) -> Cells:
    match = layout.match
    types = dict.fromkeys(match.fields.values(), "str")
    if len(layout.source_rows):
        table = _parsed(layout, types, na_filter=False)
    else:
        table = pd.DataFrame({place: pd.Series(dtype="str") for place in types})
    texts = {role: table[place] for role, place in match.fields.items()}
    cells = cells_of_rows(match, layout.source_rows, texts)
    lines = _Lines(layout)
    return Cells(
        match,
        cells.source_rows,
        cells.numbers,
        cells.unreadable,
        cells.codes,
        cells.written,
        lines.blank,
    )


def _parsed(layout: Layout, types: dict[int, str], *, na_filter: bool) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        return pd.read_csv(
            io.BytesIO(layout.clean),
            sep=layout.delimiter.decode(),
            header=None,
            names=list(range(layout.match.width)),
            index_col=False,
            usecols=sorted(types),
            dtype=types,  # type: ignore[arg-type]
            na_filter=na_filter,
            quoting=3,
            skip_blank_lines=False,
            low_memory=False,
        )


class _Lines:
    """The lines of a text, split only when a row must be explained."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._split: list[bytes] | None = None

    def _line(self, row: int) -> bytes:
        if self._split is None:
            self._split = self._layout.clean.split(b"\n")
        return self._split[row]

    def written(self, role: Role, rows: Rows) -> list[str]:
        place = self._layout.match.fields[role]
        delimiter = self._layout.delimiter
        return [self._line(row).split(delimiter)[place].decode(errors="replace") for row in rows]

    def blank(self, rows: Rows) -> Mask:
        empty = self._layout.delimiter + b' \t"'
        return np.array([not self._line(row).strip(empty) for row in rows], dtype=bool)
