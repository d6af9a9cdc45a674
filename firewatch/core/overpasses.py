"""Overpasses of satellites, and the pairs of fire pixels that two tables have of the same ones."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.geo import Floats, distance_km, local_km

Indices: TypeAlias = NDArray[np.int64]

_OVERPASS_SPACING_KM = 1e5
"""Overpasses lie so far apart on a third axis that no match crosses from one to another."""
_SEARCH_MARGIN = 1.05


def overpass_numbers(points: pd.DataFrame, gap_min: int) -> Indices:
    """Number the overpasses from 0: one platform, without a silence longer than `gap_min` minutes.

    Over a region a few hundred kilometres wide a polar orbiter needs about two minutes and
    comes back after about 100, so that the numbering does not depend on which points are there.

    Parameters
    ----------
    points
        platform, acquired_s (UTC epoch seconds).
    """
    platform = pd.factorize(points["platform"].astype("str"), sort=True)[0]
    acquired_s = points["acquired_s"].to_numpy()
    order = np.lexsort((acquired_s, platform))
    starts = np.zeros(len(order), dtype=bool)
    starts[1:] = (np.diff(platform[order]) != 0) | (np.diff(acquired_s[order]) > gap_min * 60)
    numbers: Indices = np.empty(len(order), dtype=np.int64)
    numbers[order] = np.cumsum(starts)
    return numbers


def nearest_pairs(
    one: pd.DataFrame, other: pd.DataFrame, reach_pixels: float
) -> tuple[Indices, Indices, Floats]:
    """Match pixels of the same overpass one-to-one, nearest pair first.

    Parameters
    ----------
    one, other
        overpass, lon, lat (degrees), size_km. Where distances are equal the earlier rows match:
        rows sorted by place make the result independent of the order they came in.
    reach_pixels
        Largest distance in units of the mean side of the two pixels.

    Returns
    -------
    tuple
        Positions in `one`, positions in `other`, distance in km; all (n,), nearest first within
        each round of choosing.
    """
    from scipy.spatial import cKDTree

    none: Indices = np.empty(0, dtype=np.int64)
    if one.empty or other.empty:
        return none, none, np.empty(0)
    reach_max_km = reach_pixels * max(one["size_km"].max(), other["size_km"].max())
    if not reach_max_km > 0:
        return none, none, np.empty(0)
    # Nearest the pole a degree of longitude is shortest: no pair lies farther on this plane than
    # on the ground, and those that lie nearer are measured again.
    lat0 = float(max(np.abs(one["lat"]).max(), np.abs(other["lat"]).max()))
    near = cKDTree(_laid_out(one, lat0)).sparse_distance_matrix(
        cKDTree(_laid_out(other, lat0)), reach_max_km * _SEARCH_MARGIN, output_type="ndarray"
    )
    i, j = near["i"].astype(np.int64), near["j"].astype(np.int64)
    apart_km = distance_km(
        one["lon"].to_numpy()[i], one["lat"].to_numpy()[i],
        other["lon"].to_numpy()[j], other["lat"].to_numpy()[j],
    )  # fmt: skip
    side_km = (one["size_km"].to_numpy()[i] + other["size_km"].to_numpy()[j]) / 2
    close = apart_km <= reach_pixels * side_km
    return _nearest_first(i[close], j[close], apart_km[close])


def _laid_out(points: pd.DataFrame, lat0: float) -> Floats:
    x_km, y_km = local_km(points["lon"], points["lat"], lat0)
    return np.column_stack([x_km, y_km, points["overpass"].to_numpy() * _OVERPASS_SPACING_KM])


def _nearest_first(i: Indices, j: Indices, apart_km: Floats) -> tuple[Indices, Indices, Floats]:
    """Choose pairs nearest first, each end once, many at a time.

    A pair that is the best of both its ends would be chosen by a walk from the nearest on,
    whatever happens elsewhere.
    """
    order = np.lexsort((j, i, apart_km))
    i, j, apart_km = i[order], j[order], apart_km[order]
    chosen = [np.empty(0, dtype=np.int64)]
    alive = np.arange(len(i))
    while len(alive):
        best_of_i, best_of_j = np.zeros((2, len(alive)), dtype=bool)
        best_of_i[np.unique(i[alive], return_index=True)[1]] = True
        best_of_j[np.unique(j[alive], return_index=True)[1]] = True
        best = alive[best_of_i & best_of_j]
        chosen.append(best)
        alive = alive[~(np.isin(i[alive], i[best]) | np.isin(j[alive], j[best]))]
    kept = np.concatenate(chosen)
    return i[kept], j[kept], apart_km[kept]
