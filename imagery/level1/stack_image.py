"""One GeoTIFF: its grid, its tags, and the values of a window of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from firewatch.core.geo import KM_PER_DEGREE, Extent
from imagery.content import check_start
from imagery.level1.window import Grid, Window, sampled_columns, sampled_lines, window_over
from imagery.libraries import needed_for
from imagery.radiometry import Singles
from imagery.reading import unreadable

if TYPE_CHECKING:
    import rasterio

FORMAT = "GeoTIFF"
_LARGEST_PIXELS = 200_000_000
"""Five times a whole VIIRS granule; a damaged heading may promise any size."""
_SAMPLES = 256


@dataclass(frozen=True)
class ImageGrid:
    """Projection and cells of an image, and what its heading says.

    `unit` is what the values are in, "" where the image does not say.
    """

    path: Path
    crs: Any
    transform: Any
    shape: tuple[int, int]
    tags: dict[str, str]
    unit: str

    def same_cells(self, other: ImageGrid) -> bool:
        same = self.shape == other.shape and self.crs == other.crs
        return same and bool(self.transform.almost_equals(other.transform))

    def whole(self) -> Window:
        return Window(0, self.shape[0], 0, self.shape[1])

    def window(self, region: Extent, margin_px: int) -> Window:
        """Return the window over a region; see `imagery.level1.window.window_over`."""
        lines, samples = self.shape
        rows, columns = np.array(sampled_lines(lines)), sampled_columns(samples)
        lon, lat = self.positions(rows, columns)
        grid = Grid(lines, samples, 1, max(self.cell_km(float(np.nanmedian(lat)))))
        return window_over(self.path, region, lon, lat, grid, margin_px)

    def positions(self, rows: ArrayLike, columns: ArrayLike) -> tuple[Singles, Singles]:
        """Return lon and lat of cell centres, NaN where the projection gives none.

        Parameters
        ----------
        rows, columns
            Numbers of rows and of columns; the result has one value for each of both.
        """
        from pyproj import Transformer
        from pyproj.exceptions import ProjError

        right, down = np.meshgrid(np.asarray(columns) + 0.5, np.asarray(rows) + 0.5)
        cell = self.transform
        x = cell.a * right + cell.b * down + cell.c
        y = cell.d * right + cell.e * down + cell.f
        try:
            to_wgs84 = Transformer.from_crs(self.crs.to_wkt(), "EPSG:4326", always_xy=True)
            lon, lat = to_wgs84.transform(x, y)
        except (ProjError, ValueError) as error:
            raise unreadable(self.path, "granule_damaged", place="CRS", format=FORMAT) from error
        outside = ~((np.abs(lon) <= 360.0) & (np.abs(lat) <= 90.0))
        lon, lat = (np.where(outside, np.nan, degrees) for degrees in (lon, lat))
        lon = np.where(np.abs(lon) > 180.0, lon - np.sign(lon) * 360.0, lon)
        return lon.astype(np.float32), lat.astype(np.float32)

    def cell_km(self, lat: float) -> tuple[float, float]:
        """Return width and height of a cell, at a latitude where the grid is in degrees."""
        cell = self.transform
        width, height = float(np.hypot(cell.a, cell.d)), float(np.hypot(cell.b, cell.e))
        if not self.crs.is_geographic:
            factor = float(self.crs.linear_units_factor[1]) / 1000.0
            return width * factor, height * factor
        return width * KM_PER_DEGREE * float(np.cos(np.radians(lat))), height * KM_PER_DEGREE


def grid_of(path: Path) -> ImageGrid:
    """Return the grid of an image.

    Raises
    ------
    UnreadableFileError
        If the file is damaged, has no projection, or is larger than any granule.
    """
    with _opened(path) as image:
        unit = (image.units[0] or "").strip().lower()
        grid = ImageGrid(path, image.crs, image.transform, image.shape, image.tags(), unit)
    placed = grid.crs is not None and (grid.crs.is_geographic or grid.crs.is_projected)
    if not placed or grid.transform.is_degenerate or not np.isfinite(grid.transform).all():
        raise unreadable(path, "granule_missing", place="CRS", format=FORMAT)
    if not 0 < grid.shape[0] * grid.shape[1] <= _LARGEST_PIXELS:
        raise unreadable(
            path,
            "granule_shape",
            place="band 1",
            found_shape=grid.shape,
            expected_shape=f"1 … {_LARGEST_PIXELS} pixels",
        )
    return grid


def tags_of(path: Path) -> dict[str, str]:
    """Return the tags of an image, none where it cannot be opened."""
    from firewatch.core.errors import UnreadableFileError

    try:
        with _opened(path) as image:
            tags: dict[str, str] = image.tags()
    except UnreadableFileError:
        return {}
    return tags


def values_of(grid: ImageGrid, window: Window) -> Singles:
    """Return values of a window in their unit, NaN where the image has none."""
    from rasterio.windows import Window as Part

    rows, columns = window.shape
    part = Part(window.sample0, window.line0, columns, rows)
    with _opened(grid.path) as image:
        return _numbers(image, window=part)


def sample_of(grid: ImageGrid) -> tuple[Singles, Singles, Singles]:
    """Return at most 256 x 256 values all over an image, and their lon and lat."""
    shape = tuple(min(_SAMPLES, side) for side in grid.shape)
    with _opened(grid.path) as image:
        values = _numbers(image, out_shape=shape)
    rows, columns = (
        (np.arange(count) + 0.5) * side / count - 0.5
        for count, side in zip(shape, grid.shape, strict=True)
    )
    return values, *grid.positions(rows, columns)


def _numbers(image: rasterio.DatasetReader, **part: Any) -> Singles:
    values: Singles = image.read(1, masked=True, **part).astype(np.float32).filled(np.nan)
    scale, offset = image.scales[0], image.offsets[0]
    if (scale, offset) != (1.0, 0.0):
        values = values * np.float32(scale) + np.float32(offset)
    values[np.isinf(values)] = np.nan
    return values


@contextmanager
def _opened(path: Path) -> Iterator[rasterio.DatasetReader]:
    with needed_for(path):
        import rasterio
        from rasterio.errors import RasterioError
    check_start(path)
    try:
        with rasterio.open(path) as image:
            yield image
    except (RasterioError, ValueError, IndexError, TypeError, MemoryError) as error:
        raise unreadable(path, "granule_damaged", place="band 1", format=FORMAT) from error
