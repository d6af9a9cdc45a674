"""Fire events: points of one fire, joined in space and time across satellites.

Two points are of one event when they lie within 1 km plus half a pixel of each other and at most
12 hours apart, directly or through further points (single linkage). The settings hold the
numbers. Points of one platform's overpass whose pixels touch are one *overpass point*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.footprint import size_km
from firewatch.core.geo import distance_km, local_km

_TOUCH_PIXELS = 1.5
"""Centres of diagonal neighbours are 1.41 pixel sizes apart."""
_TOUCH_GAP_S = 600
_SEARCH_MARGIN = 1.05


@dataclass(frozen=True)
class Linkage:
    """When two points belong together; see `EventSettings`."""

    reach_km: float
    reach_pixels: float
    gap_h: float


def join_events(points: pd.DataFrame, linkage: Linkage) -> pd.DataFrame:
    """Join points into events and overpass points.

    Parameters
    ----------
    points
        Columns point_key, platform, source, acquired_s, lon, lat, scan_km, track_km; only points
        in force.

    Returns
    -------
    pandas.DataFrame
        Index as `points`; event_key and overpass_key: the point_key of the group's first point
        by time, then position. The grouping depends on the set of points, not on their order.
    """
    if points.empty:
        return pd.DataFrame(
            {"event_key": [], "overpass_key": []}, dtype="int64", index=points.index
        )
    size = size_km(points["scan_km"], points["track_km"])
    i, j, apart_km = _near_pairs(points, size, linkage)
    reach = linkage.reach_km + linkage.reach_pixels * np.maximum(size[i], size[j])
    one_event = apart_km <= reach
    platform = pd.factorize(points["platform"].astype("str"))[0]
    acquired_s = points["acquired_s"].to_numpy()
    touching = apart_km <= _TOUCH_PIXELS * np.maximum(size[i], size[j])
    touching &= platform[i] == platform[j]
    touching &= np.abs(acquired_s[i] - acquired_s[j]) <= _TOUCH_GAP_S
    touching &= (points["source"] == "satellite").to_numpy()[i]
    return pd.DataFrame(
        {
            "event_key": _group_heads(i[one_event], j[one_event], points),
            "overpass_key": _group_heads(i[touching], j[touching], points),
        },
        index=points.index,
    )


def _near_pairs(
    points: pd.DataFrame, size: NDArray[np.float64], linkage: Linkage
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return every pair of rows that might be linked, with its distance in km."""
    from scipy.spatial import cKDTree

    touch_km = _TOUCH_PIXELS * size.max()
    radius = max(linkage.reach_km + linkage.reach_pixels * size.max(), touch_km) * _SEARCH_MARGIN
    gap_s = linkage.gap_h * 3600
    acquired_s = points["acquired_s"].to_numpy()
    lon, lat = points["lon"].to_numpy(), points["lat"].to_numpy()
    x, y = local_km(lon, lat, float(lat.mean()))
    # One cube search finds what is near in space and time; time is scaled so that the longest
    # gap, with the same margin as space, is as long as the search radius.
    scaled = (acquired_s - acquired_s.min()) / (gap_s * _SEARCH_MARGIN) * radius
    cube = np.column_stack([x, y, scaled])
    pairs = cKDTree(cube).query_pairs(radius, p=np.inf, output_type="ndarray")
    i, j = pairs[:, 0], pairs[:, 1]
    in_time = np.abs(acquired_s[i] - acquired_s[j]) <= gap_s
    i, j = i[in_time], j[in_time]
    return i, j, distance_km(lon[i], lat[i], lon[j], lat[j])


def _group_heads(
    i: NDArray[np.int64], j: NDArray[np.int64], points: pd.DataFrame
) -> NDArray[np.int64]:
    """Return, for every row, the key of the first row of its connected group.

    First means earliest; of simultaneous rows the westernmost, then the southernmost.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    heads = points["point_key"].to_numpy(dtype=np.int64, copy=True)
    linked, ends = np.unique(np.concatenate([i, j]), return_inverse=True)
    if not len(linked):
        return heads
    start, end = ends[: len(i)], ends[len(i) :]
    links = coo_array((np.ones(len(i), dtype=np.int8), (start, end)), shape=(len(linked),) * 2)
    groups, label = connected_components(links, directed=False)
    among = points.iloc[linked]
    order = np.lexsort((among["point_key"], among["lat"], among["lon"], among["acquired_s"]))
    head_of_group = np.empty(groups, dtype=np.int64)
    # Written last to first, so that the earliest row of a group has the last word.
    head_of_group[label[order[::-1]]] = heads[linked][order[::-1]]
    heads[linked] = head_of_group[label]
    return heads
