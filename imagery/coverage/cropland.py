"""Share of cropland at positions, from a land-cover raster of any size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firewatch.core.files import sha256_of_file, short_hash
from firewatch.core.geo import Extent, distance_km
from imagery.reading import unreadable
from imagery.user_geotiff import opened_geotiff

if TYPE_CHECKING:
    import rasterio

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOW_M = 375.0
"""The share is that of a square of this side about a position, a VIIRS I pixel at nadir."""
_CELL_M = 125.0
"""Shares are worked out for cells of this side, 3 by 3 of which make up the window."""
_SAMPLE_M = 20.0
"""Finer rasters are looked at by every n-th column and row, about this far apart."""
_TILE_CELLS = 256
_FULL = 255
_PROBES, _PROBE_PX = 20, 128


@dataclass(frozen=True)
class _Grid:
    """How a raster lies on the ground, and how its pixels are gathered into cells.

    Attributes
    ----------
    crs_wkt, affine
        Projection; column, row → x, y as (a, b, c, d, e, f).
    shape
        Rows and columns, pixels.
    side_px, step_px
        Side of a cell and the distance of samples within it, pixels.
    reach
        Cells on each side of one that its window takes in.
    """

    crs_wkt: str
    affine: tuple[float, ...]
    shape: tuple[int, int]
    side_px: int
    step_px: int
    reach: int

    @property
    def cells(self) -> tuple[int, int]:
        rows, columns = self.shape
        return -(-rows // self.side_px), -(-columns // self.side_px)


@dataclass(frozen=True, eq=False)
class Cropland:
    """Share of cropland, 0..1, at positions; `read_cropland` makes it.

    Reads only those parts of the raster in which positions are asked for, each once, and goes to
    other processes without them.

    Attributes
    ----------
    values
        Classes of the raster that are cropland.
    """

    path: Path
    values: tuple[int, ...]
    grid: _Grid
    _tiles: dict[tuple[int, int], NDArray[np.uint8]] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[type[Cropland], tuple[Any, ...]]:
        return Cropland, (self.path, self.values, self.grid)

    @cached_property
    def version(self) -> str:
        """Short hash of the file's bytes and of `values`; a large file is read when asked for."""
        return short_hash(f"{sha256_of_file(self.path)} {self.values}")

    def __call__(self, lon: NDArray[np.floating], lat: NDArray[np.floating]) -> Floats:
        """Return the share at positions in degrees (WGS-84), in the shape of `lon`.

        Positions outside the raster, and pixels without data, are no cropland.

        Raises
        ------
        UnreadableFileError
            If the raster has become damaged or is gone.
        """
        shape = np.shape(lon)
        row, column = _cells_of(self.grid, np.ravel(lon), np.ravel(lat))
        rows, columns = self.grid.cells
        there = np.flatnonzero((row >= 0) & (row < rows) & (column >= 0) & (column < columns))
        row, column = row[there], column[there]
        share = np.zeros(int(np.prod(shape)), dtype=np.float64)
        tile = row // _TILE_CELLS * (columns // _TILE_CELLS + 1) + column // _TILE_CELLS
        for number in np.unique(tile):
            inside = np.flatnonzero(tile == number)
            at = int(row[inside[0]] // _TILE_CELLS), int(column[inside[0]] // _TILE_CELLS)
            shares = self._tile(at)
            found = shares[row[inside] % _TILE_CELLS, column[inside] % _TILE_CELLS]
            share[there[inside]] = found / _FULL
        return share.reshape(shape)

    def _tile(self, at: tuple[int, int]) -> NDArray[np.uint8]:
        if at not in self._tiles:
            with opened_geotiff(self.path, "cropland_raster") as raster:
                self._tiles[at] = _shares(raster, self.grid, at, self.values)
        return self._tiles[at]


def read_cropland(
    path: str | Path, values: Iterable[int], region: Extent | None = None
) -> Cropland:
    """Return the cropland of a land-cover raster.

    Parameters
    ----------
    path
        A GeoTIFF in any projection; its first band holds classes.
    values
        The classes that are cropland, such as 40 in ESA WorldCover or 1 in CLCD.
    region
        Where it must lie; None does not ask.

    Raises
    ------
    UnreadableFileError
        If the file is no readable GeoTIFF, has no projection, does not touch the region, or
        holds none of the classes there.
    """
    path, wanted = Path(path), tuple(sorted({int(value) for value in values}))
    if not wanted:
        raise unreadable(path, "cropland_values", values="")
    with opened_geotiff(path, "cropland_raster") as raster:
        grid = _grid_of(path, raster)
        window = _window_over(grid, region)
        if window is None:
            assert region is not None
            raise unreadable(path, "cropland_outside", region=_box(region))
        if not _holds(raster, window, wanted):
            listed = ", ".join(map(str, wanted))
            raise unreadable(path, "cropland_values", values=listed)
    return Cropland(path, wanted, grid)


def _grid_of(path: Path, raster: rasterio.DatasetReader) -> _Grid:
    if raster.crs is None or not (raster.crs.is_geographic or raster.crs.is_projected):
        raise unreadable(path, "cropland_crs")
    affine = tuple(float(value) for value in tuple(raster.transform)[:6])
    plain = _Grid(raster.crs.to_wkt(), affine, raster.shape, 1, 1, 0)
    pixel_m = _pixel_m(plain)
    if not (np.isfinite(pixel_m) and pixel_m > 0):
        raise unreadable(path, "cropland_crs")
    step = max(1, int(_SAMPLE_M / pixel_m))
    side = step * max(1, round(_CELL_M / (pixel_m * step)))
    reach = max(0, round((WINDOW_M / (side * pixel_m) - 1) / 2))
    return _Grid(plain.crs_wkt, affine, raster.shape, side, step, reach)


def _pixel_m(grid: _Grid) -> float:
    """Return the side of a pixel in the middle of the raster, metres."""
    row, column = grid.shape[0] / 2, grid.shape[1] / 2
    lon, lat = _positions(
        grid, np.array([row, row, row + 1]), np.array([column, column + 1, column])
    )
    apart_km = distance_km(lon[0], lat[0], lon[1:], lat[1:])
    return float(np.sqrt(np.prod(apart_km))) * 1000.0


def _positions(grid: _Grid, row: Floats, column: Floats) -> tuple[Floats, Floats]:
    from pyproj import Transformer

    a, b, c, d, e, f = grid.affine
    x, y = a * column + b * row + c, d * column + e * row + f
    to_wgs84 = Transformer.from_crs(grid.crs_wkt, "EPSG:4326", always_xy=True)
    lon, lat = to_wgs84.transform(x, y)
    return np.asarray(lon), np.asarray(lat)


def _pixels_of(
    grid: _Grid, lon: NDArray[np.floating], lat: NDArray[np.floating]
) -> tuple[Floats, Floats]:
    """Return row and column of positions, fractions of a pixel; infinite where there is none."""
    from pyproj import CRS, Transformer

    crs = CRS.from_wkt(grid.crs_wkt)
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    # The commonest projection is none, and costs nothing.
    if not crs.equals("EPSG:4326", ignore_axis_order=True):
        x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(x, y)
    a, b, c, d, e, f = grid.affine
    determinant = a * e - b * d
    column = (e * (x - c) - b * (y - f)) / determinant
    row = (a * (y - f) - d * (x - c)) / determinant
    return row, column


def _cells_of(
    grid: _Grid, lon: NDArray[np.floating], lat: NDArray[np.floating]
) -> tuple[Ints, Ints]:
    row, column = _pixels_of(grid, lon, lat)
    nowhere = ~(np.isfinite(row) & np.isfinite(column))
    # Far outside is as good as -1 and fits into a number.
    limit = grid.side_px * (max(grid.cells) + 1.0)
    cell_row, cell_column = (
        np.floor(np.clip(np.where(nowhere, -1.0, axis), -1.0, limit) / grid.side_px).astype(
            np.int64
        )
        for axis in (row, column)
    )
    return cell_row, cell_column


def _shares(
    raster: rasterio.DatasetReader, grid: _Grid, at: tuple[int, int], values: tuple[int, ...]
) -> NDArray[np.uint8]:
    """Return the shares of one tile of cells, each of the window about it, 0..`_FULL`."""
    from scipy.ndimage import uniform_filter

    size = _TILE_CELLS + 2 * grid.reach
    first = [index * _TILE_CELLS - grid.reach for index in at]
    samples = grid.side_px // grid.step_px
    crops = np.zeros((size * samples, size * samples), dtype=bool)
    begin, end = [], []
    for axis in (0, 1):
        begin.append(max(first[axis], 0))
        end.append(min(first[axis] + size, grid.cells[axis]))
    part = _sampled(raster, grid, begin, end, values)
    place = tuple(
        slice((low - start) * samples, (low - start) * samples + length)
        for low, start, length in zip(begin, first, part.shape, strict=True)
    )
    crops[place] = part
    cells = crops.reshape(size, samples, size, samples).mean(axis=(1, 3), dtype=np.float64)
    if grid.reach:
        cells = uniform_filter(cells, 2 * grid.reach + 1, mode="constant")
        cells = cells[grid.reach : -grid.reach, grid.reach : -grid.reach]
    shares: NDArray[np.uint8] = np.rint(np.clip(cells, 0, 1) * _FULL).astype(np.uint8)
    return shares


def _sampled(
    raster: rasterio.DatasetReader,
    grid: _Grid,
    begin: list[int],
    end: list[int],
    values: tuple[int, ...],
) -> NDArray[np.bool_]:
    """Tell which samples of a block of cells are cropland, from the raster's own pixels."""
    top, left = (index * grid.side_px for index in begin)
    bottom, right = (
        min(index * grid.side_px, length) for index, length in zip(end, grid.shape, strict=True)
    )
    # At full size: overviews of classes are often averages of their codes, which are no classes.
    block = raster.read(1, window=((top, bottom), (left, right)))
    half = grid.step_px // 2
    return np.isin(block[half :: grid.step_px, half :: grid.step_px], values)


def _window_over(grid: _Grid, region: Extent | None) -> tuple[int, int, int, int] | None:
    """Return top, bottom, left and right of the pixels over a region, None if there are none."""
    rows, columns = grid.shape
    if region is None:
        return 0, rows, 0, columns
    lon = np.linspace(region.west, region.east, 21)
    lat = np.linspace(region.south, region.north, 21)
    row, column = _pixels_of(grid, *(axis.ravel() for axis in np.meshgrid(lon, lat)))
    there = np.isfinite(row) & np.isfinite(column)
    if not there.any():
        return None
    top, bottom = (int(np.clip(edge, 0, rows)) for edge in _edges(row[there]))
    left, right = (int(np.clip(edge, 0, columns)) for edge in _edges(column[there]))
    return None if top >= bottom or left >= right else (top, bottom, left, right)


def _edges(values: Floats) -> tuple[float, float]:
    return np.floor(values.min()), np.ceil(values.max())


def _holds(
    raster: rasterio.DatasetReader, window: tuple[int, int, int, int], values: tuple[int, ...]
) -> bool:
    """Tell whether any of the classes occurs in probes spread evenly over a window."""
    top, bottom, left, right = window
    for row in _starts(top, bottom):
        for column in _starts(left, right):
            probe = (
                (row, min(row + _PROBE_PX, bottom)),
                (column, min(column + _PROBE_PX, right)),
            )
            if np.isin(raster.read(1, window=probe), values).any():
                return True
    return False


def _starts(first: int, end: int) -> Iterable[int]:
    """Return where probes along one side begin; all of a side that they cover."""
    if end - first <= _PROBES * _PROBE_PX:
        return range(first, end, _PROBE_PX)
    return [int(start) for start in np.linspace(first, end - _PROBE_PX, _PROBES)]


def _box(region: Extent) -> str:
    return f"{region.west:.2f},{region.south:.2f},{region.east:.2f},{region.north:.2f}"
