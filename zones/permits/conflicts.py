"""Permits that reach into ban areas in force while they are valid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.vocab import Ruling
from zones.geometry.polygons import area_km2
from zones.permits.permits import Permits
from zones.register.in_force import last_days, month_of
from zones.register.periods import ALL_MONTHS, MINUTES_A_DAY
from zones.register.register import Register
from zones.ruling.precedence import Precedence, default_precedence

_DTYPES = {
    "permit_id": "str",
    "number": "str",
    "zone_id": "str",
    "kind": "str",
    "zone": "str",
    "notice": "str",
    "overlap_km2": "float64",
    "first_day": "int64",
    "last_day": "int64",
    "days": "int64",
}
CONFLICT_COLUMNS = tuple(_DTYPES)


def conflicts(
    permits: Permits, register: Register, precedence: Precedence | None = None
) -> pd.DataFrame:
    """Return where permits overlap zones in which burning is a violation, while both count.

    Parameters
    ----------
    permits, register
        Areas that only touch are no conflict, nor are hours that never meet.
    precedence
        Which kinds of zones make burning a violation; by default the shipped table.

    Returns
    -------
    pandas.DataFrame
        permit_id, number, zone_id, kind, zone (its name), notice, overlap_km2, first_day, last_day
        (days since 1970-01-01 on which both count at some minute), days (how many such days are
        between them). In the order of permits, then of zones.
    """
    ruling = (precedence or default_precedence()).ruling
    bans = register.zones["kind"].map(lambda kind: ruling.get(kind) == Ruling.BAN_VIOLATION)
    zones = np.flatnonzero(bans.to_numpy(dtype=bool))
    permit, zone = _overlapping(permits, register, zones)
    table = pd.DataFrame(
        {
            **_columns(permits.permits, permit, ("permit_id", "number")),
            **_columns(register.zones, zone, ("zone_id", "kind")),
            "zone": register.zones["name"].to_numpy()[zone],
            "notice": register.zones["notice"].to_numpy()[zone],
            "overlap_km2": _overlap_km2(permits, register, permit, zone),
        }
    )
    windows = zip(_windows(permits, permit), _zone_windows(register, zone), strict=True)
    days = np.array([_common_days(*pair) for pair in windows], dtype=np.int64).reshape(-1, 3)
    table = table.assign(first_day=days[:, 0], last_day=days[:, 1], days=days[:, 2])
    real = (table["overlap_km2"] > 0) & (table["days"] > 0)
    return table.loc[real, list(CONFLICT_COLUMNS)].astype(_DTYPES).reset_index(drop=True)


def _columns(
    table: pd.DataFrame, rows: NDArray[np.intp], names: tuple[str, ...]
) -> dict[str, object]:
    return {name: table[name].to_numpy()[rows] for name in names}


def _overlapping(
    permits: Permits, register: Register, zones: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs whose shapes meet and whose days do, by permit and zone."""
    tree = shapely.STRtree(register.geometry[zones])
    permit, found = tree.query(permits.geometry, predicate="intersects")
    zone = zones[found]
    first, last = permits.permits["valid_from"].to_numpy(), permits.permits["valid_to"].to_numpy()
    # A night's window may run into the day after the last one, on both sides.
    meet = register.zones["valid_from"].to_numpy()[zone] <= last[permit] + 1
    meet &= first[permit] <= last_days(register.zones)[zone] + 1
    permit, zone = permit[meet], zone[meet]
    order = np.lexsort((zone, permit))
    return permit[order], zone[order]


def _overlap_km2(
    permits: Permits, register: Register, permit: NDArray[np.intp], zone: NDArray[np.intp]
) -> NDArray[np.float64]:
    both = shapely.intersection(permits.geometry[permit], register.geometry[zone])
    # Shapes that only touch leave a point or a line, whose area is zero.
    km2: NDArray[np.float64] = np.nan_to_num(area_km2(both), nan=0.0)
    return km2


@dataclass(frozen=True)
class _Window:
    """First and last day, minutes of the day, and months as bits."""

    first: int
    last: int
    start: int
    end: int
    months: int

    def parts(self) -> list[tuple[int, int, int]]:
        """Return hours as (days after the window's own day, first minute, minute after the last).

        Hours over midnight are two parts.
        """
        if self.start < self.end:
            return [(0, self.start, self.end)]
        return [(0, self.start, MINUTES_A_DAY), (1, 0, self.end)]


def _windows(permits: Permits, rows: NDArray[np.intp]) -> list[_Window]:
    table = permits.permits.iloc[rows]
    last = np.minimum(table["valid_to"], table["revoked_from"] - 1).tolist()
    first, start, end = (
        table[name].tolist() for name in ("valid_from", "hours_from_min", "hours_to_min")
    )
    every = [ALL_MONTHS] * len(table)
    return [_Window(*row) for row in zip(first, last, start, end, every, strict=True)]


def _zone_windows(register: Register, rows: NDArray[np.intp]) -> list[_Window]:
    table = register.zones.iloc[rows]
    first, start, end, months = (
        table[name].tolist() for name in ("valid_from", "hours_from_min", "hours_to_min", "months")
    )
    last = last_days(table).tolist()
    return [_Window(*row) for row in zip(first, last, start, end, months, strict=True)]


def _common_days(permit: _Window, zone: _Window) -> tuple[int, int, int]:
    """Return first, last and number of the calendar days on which both count at some minute."""
    met = [np.array([], dtype=np.int64)]
    for after, p_from, p_to in permit.parts():
        for z_after, z_from, z_to in zone.parts():
            if max(p_from, z_from) >= min(p_to, z_to):
                continue
            first = max(permit.first + after, zone.first + z_after)
            days = np.arange(first, min(permit.last + after, zone.last + z_after) + 1)
            # A night counts with the month of the day on which it begins.
            met.append(days[zone.months >> (month_of(days - z_after) - 1) & 1 == 1])
    common = np.unique(np.concatenate(met))
    return (int(common[0]), int(common[-1]), len(common)) if len(common) else (0, 0, 0)
