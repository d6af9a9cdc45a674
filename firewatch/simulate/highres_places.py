"""Where simulated high-resolution scenes lie: UTM grids as the products have them."""

from __future__ import annotations

import numpy as np

from firewatch.core.geo import KM_PER_DEGREE, Floats
from imagery.highres.grid import Grid, utm_crs, utm_zone
from imagery.highres.products import PIXEL_M
from imagery.highres.scene import SensorName

# Corners of OLI pixels lie at 15 m, those of MSI's 60 m pixels at whole multiples.
_ALIGNED_M: dict[SensorName, tuple[int, int]] = {"OLI": (30, 15), "MSI": (60, 0)}
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_SQUARE_M = 100_000
_UTM_NORTH = "EPSG:326"


def zone_of(grid: Grid) -> int:
    """Return the UTM zone of a grid; of one in degrees that of its middle."""
    if grid.crs.startswith(_UTM_NORTH):
        return int(grid.crs.removeprefix(_UTM_NORTH))
    return utm_zone(grid.middle()[0])


def grid_around(lon: float, lat: float, sensor: SensorName, lines: int, columns: int) -> Grid:
    """Return a UTM grid around a place of the north, aligned as the sensor's products are."""
    crs = utm_crs(utm_zone(lon))
    pixel_m = PIXEL_M[sensor]
    x, y = _to_utm(crs, lon, lat)
    step, shift = _ALIGNED_M[sensor]
    west = (x - columns * pixel_m / 2 - shift) // step * step + shift
    north = (y + lines * pixel_m / 2 - shift) // step * step + shift
    return Grid(crs, (float(pixel_m), 0.0, west, 0.0, -float(pixel_m), north), lines, columns)


def mgrs_tile(grid: Grid) -> str:
    """Return zone, band and 100 km square of a grid's middle, as in names of Sentinel-2.

    Military Grid Reference System (NGA.STND.0037), northern hemisphere.
    """
    zone = zone_of(grid)
    lon, lat = grid.middle()
    x, y = _to_utm(utm_crs(zone), lon, lat)
    column = _COLUMNS[(zone - 1) % 3][int(x // _SQUARE_M) - 1]
    row = _ROWS[(int(y // _SQUARE_M) + (5 if zone % 2 == 0 else 0)) % len(_ROWS)]
    band = _BANDS[int(np.clip((lat + 80) // 8, 0, len(_BANDS) - 1))]
    return f"{zone:02d}{band}{column}{row}"


def places_m(grid: Grid, line0: int, lines: int) -> tuple[Floats, Floats]:
    """Return where columns and a strip's lines of a north-up grid lie, in metres."""
    a, _, c, _, e, f = grid.transform
    metres = 1000 * KM_PER_DEGREE if grid.is_geographic else 1.0
    narrower = float(np.cos(np.radians(f))) if grid.is_geographic else 1.0
    x = metres * narrower * (a * (np.arange(grid.columns) + 0.5) + c)
    y = metres * (e * (np.arange(line0, line0 + lines) + 0.5) + f)
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def _to_utm(crs: str, lon: float, lat: float) -> tuple[float, float]:
    from pyproj import Transformer

    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    return float(x), float(y)
