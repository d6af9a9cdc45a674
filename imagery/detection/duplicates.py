"""Fires seen twice by adjacent scans of one granule.

Away from nadir the scans of a whisk-broom sensor overlap (the bow-tie). What the sensor does not
delete itself would be counted, and its power added, twice.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from firewatch.core.geo import EARTH_RADIUS_KM
from imagery.detection.scene import Bools


def bowtie_duplicates(pixels: pd.DataFrame, lines_a_scan: int, share: float) -> Bools:
    """Return which fire pixels repeat a hotter one of an adjacent scan.

    Parameters
    ----------
    pixels
        line, lon, lat, bt_mir_k, scan_km, track_km; `line` counts from the granule's first.
    lines_a_scan
        Lines that the sensor sees in one scan.
    share
        Two pixels are one when their centres are nearer than this share of their mean size.
    """
    duplicate = np.zeros(len(pixels), dtype=bool)
    if len(pixels) < 2:
        return duplicate
    size = np.sqrt((pixels["scan_km"] * pixels["track_km"]).to_numpy(dtype=float))
    place = _cartesian_km(pixels)
    pairs = cKDTree(place).query_pairs(share * float(np.nanmax(size)), output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    scan = pixels["line"].to_numpy(dtype=np.int64) // lines_a_scan
    distance = np.linalg.norm(place[first] - place[second], axis=1)
    same = np.abs(scan[first] - scan[second]) == 1
    same &= distance < share * (size[first] + size[second]) / 2
    first, second = first[same], second[same]
    heat = np.nan_to_num(pixels["bt_mir_k"].to_numpy(dtype=float))
    duplicate[np.where(heat[second] > heat[first], first, second)] = True
    return duplicate


def _cartesian_km(pixels: pd.DataFrame) -> NDArray[np.float64]:
    lon = np.radians(pixels["lon"].to_numpy(dtype=float))
    lat = np.radians(pixels["lat"].to_numpy(dtype=float))
    axes = (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat))
    return EARTH_RADIUS_KM * np.column_stack(axes)
