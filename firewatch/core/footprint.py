"""The ground that one fire pixel covers."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from firewatch.core.geo import KM_PER_DEGREE, Floats


def half_size_degrees(
    lat: ArrayLike, scan_km: ArrayLike, track_km: ArrayLike
) -> tuple[Floats, Floats]:
    """Return half the width and height of pixels in degrees of longitude and latitude.

    A polar orbiter scans within about 13° of east–west over Guangxi, so the footprint is taken
    as a box along the axes. Points without a pixel (patrols) have size 0.
    """
    width_km = np.nan_to_num(np.asarray(scan_km, dtype=float))
    height_km = np.nan_to_num(np.asarray(track_km, dtype=float))
    cos_lat = np.cos(np.radians(np.asarray(lat, dtype=float)))
    return width_km / 2 / (KM_PER_DEGREE * cos_lat), height_km / 2 / KM_PER_DEGREE


def boxes(
    lon: ArrayLike, lat: ArrayLike, scan_km: ArrayLike, track_km: ArrayLike
) -> NDArray[np.object_]:
    """Return one shapely box a point, in degrees."""
    half_x, half_y = half_size_degrees(lat, scan_km, track_km)
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    result: NDArray[np.object_] = shapely.box(x - half_x, y - half_y, x + half_x, y + half_y)
    return result


def size_km(scan_km: ArrayLike, track_km: ArrayLike) -> Floats:
    """Return the side of the square with the pixel's area, in km; 0 without a pixel."""
    area = np.nan_to_num(np.asarray(scan_km, dtype=float)) * np.nan_to_num(
        np.asarray(track_km, dtype=float)
    )
    result: Floats = np.sqrt(area)
    return result
