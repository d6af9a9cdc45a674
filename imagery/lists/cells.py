"""The declared columns of a file, as numbers and as codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from imagery.lists.angles import read_angles
from imagery.lists.formats.declare import Role
from imagery.lists.heading import Match

Mask: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = NDArray[np.intp]

# Spellings of "no value"; they are missing numbers, not unreadable ones.
_NO_VALUE = ("", "nan", "na", "n/a", "#n/a", "null", "none", "-", "--", "—", "无", "/")


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


def no_row_blank(rows: Rows) -> Mask:
    return np.zeros(len(rows), dtype=bool)


def cells_of_texts(
    match: Match,
    source_rows: NDArray[np.int64],
    texts: Mapping[Role, pd.Series],
    blank: Callable[[Rows], Mask] = no_row_blank,
) -> Cells:
    """Return the declared columns of a table whose cells are texts, "" where empty."""
    numbers: dict[Role, Floats] = {}
    unreadable: dict[Role, Mask] = {}
    codes: dict[Role, pd.Categorical] = {}
    for role, column in texts.items():
        kind = match.format.column(role).kind
        if kind == "code":
            codes[role] = stripped(pd.Categorical(column.astype(object)))
        else:
            numbers[role], unreadable[role] = _numbers(column, angle=kind == "angle")

    def written(role: Role, rows: Rows) -> list[str]:
        return [str(text) for text in texts[role].to_numpy()[rows]]

    return Cells(match, source_rows, numbers, unreadable, codes, written, blank)


def _numbers(column: pd.Series, *, angle: bool) -> tuple[Floats, Mask]:
    """Return the numbers of texts, and which texts are neither a number nor blank."""
    read = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, copy=True)
    odd = np.isnan(read)
    if not odd.any():
        return read, odd
    plain = column[odd].str.strip().str.normalize("NFKC")
    again = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float)
    if angle:
        again = np.where(np.isnan(again), read_angles(plain), again)
    read[odd] = again
    odd[odd] = np.isnan(again) & ~plain.str.casefold().isin(_NO_VALUE).to_numpy()
    return read, odd


def stripped(column: pd.Categorical) -> pd.Categorical:
    """Return a column of codes without blanks around them; blank ones become missing."""
    texts = column.categories.tolist()
    if all(text and text == text.strip() for text in map(str, texts)):
        return column
    return _joined_codes([column])


def joined(parts: Sequence[Cells]) -> Cells:
    """Return the rows of several parts of one table as one."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    starts = np.cumsum([0] + [len(part) for part in parts])

    def asked(rows: Rows) -> list[tuple[Cells, Rows]]:
        owner = np.searchsorted(starts, rows, side="right") - 1
        return [(parts[i], rows[owner == i] - starts[i]) for i in np.unique(owner)]

    def written(role: Role, rows: Rows) -> list[str]:
        return [text for part, own in asked(rows) for text in part.written(role, own)]

    def blank(rows: Rows) -> Mask:
        return np.concatenate([no_row_blank(rows[:0])] + [p.blank(own) for p, own in asked(rows)])

    return Cells(
        first.match,
        np.concatenate([part.source_rows for part in parts]),
        {role: np.concatenate([part.numbers[role] for part in parts]) for role in first.numbers},
        _joined_masks(parts),
        {role: _joined_codes([part.codes[role] for part in parts]) for role in first.codes},
        written,
        blank,
    )


def _joined_masks(parts: Sequence[Cells]) -> dict[Role, Mask]:
    roles = {role for part in parts for role in part.unreadable}
    return {
        role: np.concatenate(
            [part.unreadable.get(role, np.zeros(len(part), dtype=bool)) for part in parts]
        )
        for role in roles
    }


def _joined_codes(columns: Sequence[pd.Categorical]) -> pd.Categorical:
    spellings = [[str(text).strip() for text in column.categories.tolist()] for column in columns]
    place: dict[str, int] = {}
    for text in (text for texts in spellings for text in texts if text):
        place.setdefault(text, len(place))
    # Blank cells have the code -1, which takes the last entry of each table.
    tables = [
        np.array([*(place.get(text, -1) for text in texts), -1], dtype=np.int32)
        for texts in spellings
    ]
    codes = np.concatenate([table[c.codes] for table, c in zip(tables, columns, strict=True)])
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(place), dtype="str"))
