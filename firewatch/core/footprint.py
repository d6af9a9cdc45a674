"""The ground that one fire pixel covers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from firewatch.core.geo import KM_PER_DEGREE, Floats

NOMINAL_PIXEL_KM = {"MODIS": 1.0, "VIIRS_I": 0.375, "VIIRS_M": 0.75}
"""Side of a pixel at nadir by product family, the least that a pixel can cover.

MODIS 1 km: Giglio et al. 2016, Remote Sensing of Environment 178. VIIRS 375 m: Schroeder et al.
2014, Remote Sensing of Environment 143; its M bands have pixels of twice that side.
"""


def pixel_sizes(points: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return scan_km and track_km of fire points, NaN for points without a pixel.

    A satellite row that does not say the size of its pixel has the nominal one of its
    product_family, if the table has that column.
    """
    scan_km = points["scan_km"].to_numpy(dtype=float)
    track_km = points["track_km"].to_numpy(dtype=float)
    unsaid = np.isnan(scan_km) | np.isnan(track_km)
    if "product_family" not in points or not unsaid.any():
        return scan_km, track_km
    nominal = points["product_family"].map(NOMINAL_PIXEL_KM).to_numpy(dtype=float)
    return (
        np.where(np.isnan(scan_km), nominal, scan_km),
        np.where(np.isnan(track_km), nominal, track_km),
    )


def half_size_degrees(
    lat: ArrayLike, scan_km: ArrayLike, track_km: ArrayLike
) -> tuple[Floats, Floats]:
    """Return half the width and height of pixels in degrees of longitude and latitude.

    A polar orbiter scans within about 13° of east–west over Guangxi, so the footprint is taken
    as a box along the axes. Points without a pixel (patrols) have size 0.
    """
    # fmax prefers a number to NaN.
    width_km = np.fmax(np.asarray(scan_km, dtype=float), 0)
    height_km = np.fmax(np.asarray(track_km, dtype=float), 0)
    cos_lat = np.cos(np.radians(np.asarray(lat, dtype=float)))
    return width_km / (2 * KM_PER_DEGREE * cos_lat), height_km / (2 * KM_PER_DEGREE)


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
