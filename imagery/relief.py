"""A shaded relief of an elevation model as a picture that lies under a web map."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from imagery.reading import unreadable
from imagery.user_geotiff import opened_geotiff

if TYPE_CHECKING:
    import rasterio

LONGEST_SIDE_PX = 1600
MOST_BYTES = 1_200_000
_EARTH_RADIUS_M = 6_378_137.0
# The sun stands where map readers expect it; slopes of hills a pixel of 500 m wide are gentle.
_AZIMUTH_DEG, _ALTITUDE_DEG, _EXAGGERATION = 315.0, 45.0, 2.5
_DARKEST, _LIGHTEST = 180, 255
# (side in px, number of greys), each lighter than the one before.
_SIZES = ((LONGEST_SIDE_PX, 32), (LONGEST_SIDE_PX, 16), (1100, 16), (800, 12), (500, 8))

Floats = NDArray[np.float64]


def relief_png(path: Path, region: Extent) -> bytes:
    """Return the shaded relief of a region in Web Mercator (EPSG:3857), as PNG.

    Light greys, transparent where there is no elevation. The picture's edges are those of the
    region's box. At most `LONGEST_SIDE_PX` wide and high, and `MOST_BYTES` long.

    Parameters
    ----------
    path
        A GeoTIFF in any projection; its first band holds elevations in metres.

    Raises
    ------
    UnreadableFileError
        If the file is no readable GeoTIFF, has no projection, holds no elevation in the region,
        or the package rasterio is not installed.
    """
    with opened_geotiff(path, "dem_raster") as raster:
        if raster.crs is None:
            raise unreadable(path, "dem_crs")
        for side, greys in _SIZES:
            picture = _png(*_shaded(path, raster, region, side), greys)
            if len(picture) <= MOST_BYTES:
                break
    return picture


def _shaded(
    path: Path, raster: rasterio.DatasetReader, region: Extent, side: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return brightness (0..1) and where it is known, north up."""
    west, east = (_mercator_x(lon) for lon in (region.west, region.east))
    south, north = (_mercator_y(lat) for lat in (region.south, region.north))
    step_m = max(east - west, north - south) / side
    width, height = (max(2, round(span / step_m)) for span in (east - west, north - south))
    heights = _heights(raster, (west, south, east, north), (height, width))
    known = np.isfinite(heights)
    if not known.any():
        box = f"{region.west:g}–{region.east:g} E, {region.south:g}–{region.north:g} N"
        raise unreadable(path, "dem_outside", region=box)
    # A metre of the projection is shorter on the ground, the more so the farther north.
    y = np.linspace(north, south, height)
    ground_m = step_m / np.cosh(y / _EARTH_RADIUS_M)
    return _brightness(heights, ground_m[:, None]), known


def _heights(
    raster: rasterio.DatasetReader,
    bounds: tuple[float, float, float, float],
    shape: tuple[int, int],
) -> Floats:
    from rasterio.enums import Resampling
    from rasterio.transform import from_bounds
    from rasterio.vrt import WarpedVRT

    height, width = shape
    with WarpedVRT(
        raster,
        crs="EPSG:3857",
        transform=from_bounds(*bounds, width, height),
        width=width,
        height=height,
        resampling=Resampling.bilinear,
        dtype="float64",
        src_nodata=raster.nodata,
        nodata=np.nan,
    ) as warped:
        heights: Floats = warped.read(1)
    return heights


def _brightness(heights: Floats, step_m: Floats) -> Floats:
    """Return the light on each slope, 0..1 (Horn 1981, as gdaldem hillshade)."""
    filled = np.where(np.isfinite(heights), heights, 0.0)
    padded = np.pad(filled, 1, mode="edge")
    rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    columns = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    to_east = (rows[:, 2:] - rows[:, :-2]) / (8 * step_m) * _EXAGGERATION
    to_south = (columns[2:] - columns[:-2]) / (8 * step_m) * _EXAGGERATION
    azimuth, altitude = np.radians(_AZIMUTH_DEG), np.radians(_ALTITUDE_DEG)
    # The surface's normal times the direction to the sun.
    sun_east = np.cos(altitude) * np.sin(azimuth)
    sun_south = -np.cos(altitude) * np.cos(azimuth)
    light = np.sin(altitude) - to_east * sun_east - to_south * sun_south
    shade: Floats = np.clip(light / np.sqrt(1 + to_east**2 + to_south**2), 0, 1)
    return shade


def _png(brightness: Floats, known: NDArray[np.bool_], greys: int) -> bytes:
    from rasterio.errors import NotGeoreferencedWarning
    from rasterio.io import MemoryFile

    level = np.rint(brightness * (greys - 1)) / (greys - 1)
    grey = np.rint(_DARKEST + level * (_LIGHTEST - _DARKEST)).astype(np.uint8)
    alpha = np.where(known, 255, 0).astype(np.uint8)
    height, width = grey.shape
    with warnings.catch_warnings():
        # A plain picture: where it lies is said beside it.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile() as memory:
            options = {"driver": "PNG", "width": width, "height": height, "count": 2}
            with memory.open(dtype="uint8", ZLEVEL=6, **options) as picture:
                picture.write(np.stack([np.where(known, grey, _LIGHTEST).astype(np.uint8), alpha]))
            return bytes(memory.read())


def _mercator_x(lon: float) -> float:
    return _EARTH_RADIUS_M * float(np.radians(lon))


def _mercator_y(lat: float) -> float:
    return _EARTH_RADIUS_M * float(np.arctanh(np.sin(np.radians(lat))))
