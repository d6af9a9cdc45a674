"""The acquisition time of each row, from whichever time columns a file has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.time import DAY_S, local_text
from imagery.lists.cells import Cells, Mask
from imagery.lists.dates import TimeText, read_clock, read_date, read_moment
from imagery.lists.faults import Faults
from imagery.lists.formats.declare import Role

FUTURE_GRACE_S = 3600
_ABSENT = np.iinfo(np.int64).min


@dataclass(frozen=True)
class _TimeColumn:
    """A role that tells of time; earlier ones of `_TIME_COLUMNS` win where two disagree."""

    role: Role
    read: Callable[[str], TimeText]
    utc: bool = False


_TIME_COLUMNS = (
    _TimeColumn("moment_utc", read_moment, utc=True),
    _TimeColumn("moment", read_moment),
    _TimeColumn("clock", read_clock),
    _TimeColumn("date", read_date),
)
_DAY_ROLES = ("moment_utc", "moment", "date", "clock")


@dataclass
class _Parts:
    """Day, second of the day and offset of each row.

    `_ABSENT` where a cell is silent; None where the whole column is.
    """

    day: NDArray[np.int64] | None
    second: NDArray[np.int64] | None
    offset_s: NDArray[np.int64] | None


def acquired_epoch_s(cells: Cells, faults: Faults, now_epoch_s: int) -> NDArray[np.int64]:
    """Return UTC epoch seconds a row, marking rows without a time that can be."""
    present = [column for column in _TIME_COLUMNS if column.role in cells.codes]
    parts = {column.role: _parts(cells, faults, column) for column in present}
    day = _first([parts[role].day for role in _DAY_ROLES if role in parts], len(cells))
    second = _first([parts[column.role].second for column in present], len(cells))
    offset_s = _first([parts[column.role].offset_s for column in present], len(cells))
    offset_s = np.where(offset_s == _ABSENT, cells.match.format.utc_offset_s, offset_s)
    day_role = next(role for role in _DAY_ROLES if role in parts)
    clock_role = next(column.role for column in present)
    faults.mark(day == _ABSENT, "date_blank", day_role)
    faults.mark(second == _ABSENT, "clock_blank", clock_role)
    known = (day != _ABSENT) & (second != _ABSENT)
    epoch_s = day * DAY_S + second - offset_s
    if not known.all():
        epoch_s = np.where(known, epoch_s, 0)
    faults.mark(
        known & (epoch_s > now_epoch_s + FUTURE_GRACE_S),
        "future",
        day_role,
        now=local_text(now_epoch_s),
    )
    return epoch_s


def _parts(cells: Cells, faults: Faults, column: _TimeColumn) -> _Parts:
    texts = cells.codes[column.role]
    read = [column.read(str(text)) for text in texts.categories.tolist()]
    fault_names = sorted({one.fault for one in read if one.fault not in ("", "blank")})
    for name in fault_names:
        faulty = np.array([one.fault == name for one in read] + [False])
        faults.mark(faulty[texts.codes], name, column.role)
    utc = column.utc or _says_utc(cells.match.notes[column.role])
    offsets = [0 if utc and one.offset_s is None else one.offset_s for one in read]
    return _Parts(
        _taken([one.day for one in read], texts),
        _taken([one.second for one in read], texts),
        _taken(offsets, texts),
    )


def _says_utc(note: str) -> bool:
    """Return whether a heading's brackets mean UTC itself, not UTC+8."""
    return "utc" in note and "utc+" not in note


def _taken(values: list[int | None], texts: pd.Categorical) -> NDArray[np.int64] | None:
    if all(value is None for value in values):
        return None
    table = np.array(
        [*(_ABSENT if value is None else value for value in values), _ABSENT], dtype=np.int64
    )
    taken: NDArray[np.int64] = table[texts.codes]
    return taken


def _first(columns: list[NDArray[np.int64] | None], n_rows: int) -> NDArray[np.int64]:
    """Return, row by row, the first value that is there."""
    telling = [column for column in columns if column is not None]
    result = telling[0] if telling else np.full(n_rows, _ABSENT)
    for column in telling[1:]:
        absent = result == _ABSENT
        if not absent.any():
            break
        result = np.where(absent, column, result)
    return result


def mark_impossible(
    faults: Faults, epoch_s: NDArray[np.int64], since_s: NDArray[np.int64], role: Role
) -> None:
    """Mark rows older than the satellite that should have seen them."""
    too_early: Mask = epoch_s < since_s
    faults.mark(too_early, "too_early", role)
