"""Static heat: places that are hot again and again, all the year, by night as by day.

A field burns on one day a year, a steelworks on dozens. The thresholds stand, with their source,
in `static_levels.json`. Cells are 0.02 degrees, centred on multiples of 0.02, because a 1 km
pixel of one source wanders by about a pixel from pass to pass.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

CELL_DEG = 0.02
"""Side of a cell; a constant of the ledger, where cells are stored."""
CELL_ROWS = 100_000
"""Cells are numbered row by row, with room for more columns than there are."""

_CELL_SPREAD = 1_000_000
"""Days of one cell and the next are laid so far apart that no window reaches across."""


@dataclass(frozen=True)
class StaticLevel:
    """One row of the table of levels: all four minima must be reached within the window."""

    name: str
    min_days: int
    min_night_share: float
    min_off_season_days: int
    min_months: int


@dataclass(frozen=True)
class StaticHeatRule:
    window_days: int
    off_season_months: tuple[int, ...]
    levels: tuple[StaticLevel, ...]
    version: str

    @property
    def fewest_days(self) -> int:
        """Fewer days than this make no cell static, at any level."""
        return min(level.min_days for level in self.levels)


@cache
def shipped_rule() -> StaticHeatRule:
    """Return the rule that ships with firewatch."""
    text = files("firewatch.cause").joinpath("static_levels.json").read_text(encoding="utf-8")
    table = json.loads(text)
    levels = tuple(StaticLevel(**row) for row in table["levels"])
    version = "+".join(f"{level.name}{level.min_days}" for level in levels)
    return StaticHeatRule(table["window_days"], tuple(table["off_season_months"]), levels, version)


def heat_cells(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int64]:
    """Return the number of the cell a position (degrees, WGS-84, positive) lies in."""
    column = np.floor(np.asarray(lon) / CELL_DEG + 0.5).astype(np.int64)
    row = np.floor(np.asarray(lat) / CELL_DEG + 0.5).astype(np.int64)
    return row * CELL_ROWS + column


def cell_centre(cell: int) -> tuple[float, float]:
    """Return (lon, lat) of a cell's centre in degrees."""
    row, column = divmod(int(cell), CELL_ROWS)
    return round(column * CELL_DEG, 6), round(row * CELL_DEG, 6)


def static_cells(points: pd.DataFrame, rule: StaticHeatRule) -> pd.DataFrame:
    """Find the cells that are static heat, judged by the points given and nothing else.

    Parameters
    ----------
    points
        Satellite points on record as of a date: heat_cell, local_day (days since 1970-01-01),
        day_night. Several points of one cell and day count once.

    Returns
    -------
    pandas.DataFrame
        Index heat_cell; level, days (most distinct days within the window), night_share,
        off_season_days, months of that window. Only static cells are listed.
    """
    days = _days_of_cells(points, rule)
    best = _fullest_window(days, rule)
    level = np.full(len(best), "", dtype=object)
    for candidate in reversed(rule.levels):
        reached = (
            (best["days"] >= candidate.min_days)
            & (best["night_share"] >= candidate.min_night_share)
            & (best["off_season_days"] >= candidate.min_off_season_days)
            & (best["months"] >= candidate.min_months)
        )
        level[reached.to_numpy()] = candidate.name
    static: pd.DataFrame = best.assign(level=level).loc[level != ""]
    return static


def _days_of_cells(points: pd.DataFrame, rule: StaticHeatRule) -> pd.DataFrame:
    """Return one row a cell and day, with the share of its points seen by night.

    Cells with too few points to be static are left out: most burn once.
    """
    cell, number = np.unique(points["heat_cell"].to_numpy(dtype=np.int64), return_inverse=True)
    enough = np.bincount(number)[number] >= rule.fewest_days
    spread = number[enough] * _CELL_SPREAD + points["local_day"].to_numpy(dtype=np.int64)[enough]
    night = (points["day_night"] == "N").to_numpy()[enough]
    spread, row = np.unique(spread, return_inverse=True)
    share = np.bincount(row, weights=night) / np.maximum(np.bincount(row), 1)
    day = spread % _CELL_SPREAD
    return pd.DataFrame(
        {
            "heat_cell": cell[spread // _CELL_SPREAD],
            "local_day": day,
            "night": share,
            "spread": spread,
        }
    )


def _fullest_window(days: pd.DataFrame, rule: StaticHeatRule) -> pd.DataFrame:
    """Return, per cell, the statistics of the window that holds most distinct days.

    Every day is tried as the last of a window; of equally full windows the latest is taken. Cells
    whose fullest window holds too few days are left out.
    """
    cell, spread = days["heat_cell"].to_numpy(), days["spread"].to_numpy()
    first = np.searchsorted(spread, spread - rule.window_days + 1)
    held = np.arange(len(days)) - first + 1
    order = np.lexsort((spread, held, cell))
    last_of_cell = np.append(cell[order][1:] != cell[order][:-1], True)[: len(order)]
    chosen = order[last_of_cell]
    chosen = chosen[held[chosen] >= rule.fewest_days]
    month = pd.DatetimeIndex(days["local_day"].to_numpy().astype("datetime64[D]")).month.to_numpy()
    off_season = np.isin(month, rule.off_season_months)
    windows = [slice(a, b) for a, b in zip(first[chosen], chosen + 1, strict=True)]
    night = days["night"].to_numpy()
    return pd.DataFrame(
        {
            "days": held[chosen],
            "night_share": [night[window].mean() for window in windows],
            "off_season_days": [off_season[window].sum() for window in windows],
            "months": [len(set(month[window])) for window in windows],
        },
        index=pd.Index(cell[chosen], name="heat_cell"),
    )
