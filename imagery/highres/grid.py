"""Where the pixels of a high-resolution scene lie: a value that knows its own arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firewatch.core.geo import KM_PER_DEGREE, Extent, Floats

if TYPE_CHECKING:
    from pyproj import Transformer

Transform: TypeAlias = tuple[float, float, float, float, float, float]
_EDGE_STEPS = 21


@dataclass(frozen=True)
class Grid:
    """A raster grid in a projected or geographic coordinate system.

    Attributes
    ----------
    crs
        "EPSG:32648", or WKT where the system has no code.
    transform
        (a, b, c, d, e, f) of x = a·column + b·line + c, y = d·column + e·line + f, which goes to
        the corner of a pixel; its centre lies at column + ½, line + ½.
    lines, columns
        Size in pixels.
    """

    crs: str
    transform: Transform
    lines: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.lines, self.columns

    def window(self, line0: int, column0: int, lines: int, columns: int) -> Grid:
        """Return the grid of a part of this one."""
        a, b, _, d, e, _ = self.transform
        x, y = self._projected(column0, line0)
        return replace(
            self, transform=(a, b, float(x), d, e, float(y)), lines=lines, columns=columns
        )

    def covering(self, extent: Extent) -> Grid:
        """Return the grid continued over all of a box (degrees), with the same pixels."""
        side = np.linspace(0.0, 1.0, _EDGE_STEPS)
        ends = np.zeros_like(side), np.ones_like(side)
        lon = extent.west + (extent.east - extent.west) * np.concatenate([side, side, *ends])
        lat = extent.south + (extent.north - extent.south) * np.concatenate([*ends, side, side])
        line, column = self.position(lon, lat)
        top, left = int(np.floor(line.min())), int(np.floor(column.min()))
        bottom, right = int(np.ceil(line.max())), int(np.ceil(column.max()))
        return self.window(top, left, bottom - top, right - left)

    def lon_lat(self, line: ArrayLike, column: ArrayLike) -> tuple[Floats, Floats]:
        """Return WGS-84 degrees of positions; 0, 0 is the first pixel's outer corner.

        The centre of pixel (i, j) is at line i + 0.5, column j + 0.5.
        """
        x, y = self._projected(np.asarray(column, dtype=float), np.asarray(line, dtype=float))
        lon, lat = _to_degrees(self.crs).transform(x, y)
        return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)

    def position(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Return (line, column) of WGS-84 positions, the inverse of `lon_lat`; may lie outside."""
        x, y = _from_degrees(self.crs).transform(np.asarray(lon), np.asarray(lat))
        a, b, c, d, e, f = self.transform
        determinant = a * e - b * d
        dx, dy = np.asarray(x, dtype=float) - c, np.asarray(y, dtype=float) - f
        return (a * dy - d * dx) / determinant, (e * dx - b * dy) / determinant

    def middle(self) -> tuple[float, float]:
        """Return longitude and latitude of the middle of the grid, WGS-84 degrees."""
        lon, lat = self.lon_lat(self.lines / 2, self.columns / 2)
        return float(lon), float(lat)

    def extent(self) -> Extent:
        """Return the box of the grid's outline in degrees."""
        side = np.linspace(0.0, 1.0, _EDGE_STEPS)
        ends = np.zeros_like(side), np.ones_like(side)
        line = np.concatenate([ends[0], ends[1], side, side]) * self.lines
        column = np.concatenate([side, side, ends[0], ends[1]]) * self.columns
        lon, lat = self.lon_lat(line, column)
        return Extent(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))

    def pixel_area_m2(self) -> float:
        """Return the area of the middle pixel; of a projected grid that of every pixel."""
        a, b, _, d, e, _ = self.transform
        area = abs(a * e - b * d)
        if not self.is_geographic:
            return area
        _, lat = self.middle()
        return area * _METRES_PER_DEGREE**2 * float(np.cos(np.radians(lat)))

    @property
    def is_geographic(self) -> bool:
        """Whether x and y are degrees, not metres."""
        return _is_geographic(self.crs)

    def _projected(self, column: ArrayLike, line: ArrayLike) -> tuple[Floats, Floats]:
        a, b, c, d, e, f = self.transform
        x: NDArray[np.float64] = np.asarray(a * np.asarray(column) + b * np.asarray(line) + c)
        y: NDArray[np.float64] = np.asarray(d * np.asarray(column) + e * np.asarray(line) + f)
        return x, y


_METRES_PER_DEGREE = 1000 * KM_PER_DEGREE


def utm_zone(lon: float) -> int:
    """Return the UTM zone of a longitude (degrees), 1 to 60."""
    return int((lon + 180) // 6) + 1


def utm_crs(zone: int, north: bool = True) -> str:
    """Return the name of a UTM zone's system of coordinates (WGS-84, metres)."""
    return f"EPSG:{(32600 if north else 32700) + zone}"


@cache
def _to_degrees(crs: str) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


@cache
def _from_degrees(crs: str) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


@cache
def _is_geographic(crs: str) -> bool:
    from pyproj import CRS

    return bool(CRS.from_user_input(crs).is_geographic)
