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
    best = _fullest_window(days, rule.window_days)
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
    """Return one row a cell and day, with the share of its points seen by night."""
    seen = pd.DataFrame(
        {
            "heat_cell": points["heat_cell"].to_numpy(),
            "local_day": points["local_day"].to_numpy(),
            "night": (points["day_night"] == "N").to_numpy(dtype=float),
        }
    )
    fewest = min(level.min_days for level in rule.levels)
    # Most cells burn once; only those with enough points need the window.
    enough = seen.groupby("heat_cell")["night"].transform("size") >= fewest
    days = seen[enough].groupby(["heat_cell", "local_day"], as_index=False)["night"].mean()
    month = pd.DatetimeIndex(days["local_day"].to_numpy().astype("datetime64[D]")).month
    dated: pd.DataFrame = days.assign(month=month, off_season=month.isin(rule.off_season_months))
    return dated


def _fullest_window(days: pd.DataFrame, window_days: int) -> pd.DataFrame:
    """Return, per cell, the statistics of the window that holds most distinct days.

    Every day is tried as the last of a window; of equally full windows the latest is taken.
    """
    columns = ["days", "night_share", "off_season_days", "months"]
    if days.empty:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="heat_cell", dtype="int64"))
    cell, day = days["heat_cell"].to_numpy(), days["local_day"].to_numpy()
    # Rows are sorted by cell and day; cells are spread so far apart that a window never
    # reaches into its neighbour.
    spread = pd.factorize(cell)[0].astype(np.int64) * 1_000_000 + day
    first = np.searchsorted(spread, spread - window_days + 1)
    held = np.arange(len(days)) - first + 1
    order = np.lexsort((day, held, cell))
    last_of_cell = np.append(np.diff(cell[order]) != 0, True)
    chosen = order[last_of_cell]
    night = np.concatenate([[0.0], np.cumsum(days["night"].to_numpy())])
    off_season = np.concatenate([[0], np.cumsum(days["off_season"].to_numpy())])
    begin, end = first[chosen], chosen + 1
    per_month = days["month"].to_numpy()[:, None] == np.arange(1, 13)
    seen_in_month = np.vstack([np.zeros(12, dtype=np.int64), np.cumsum(per_month, axis=0)])
    months = ((seen_in_month[end] - seen_in_month[begin]) > 0).sum(axis=1)
    return pd.DataFrame(
        {
            "days": held[chosen],
            "night_share": (night[end] - night[begin]) / held[chosen],
            "off_season_days": off_season[end] - off_season[begin],
            "months": months,
        },
        index=pd.Index(cell[chosen], name="heat_cell"),
    )
