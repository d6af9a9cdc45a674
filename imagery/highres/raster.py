"""One raster file of a scene: its grid, and a window of it on the grid of the scene."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from imagery.content import check_start
from imagery.highres.grid import Grid
from imagery.libraries import needed_for
from imagery.reading import outside_region, unreadable

if TYPE_CHECKING:
    import rasterio

Result = TypeVar("Result")
Item = TypeVar("Item")

_LARGEST_PIXELS = 250_000_000
"""Twice a Sentinel-2 tile at 10 m; a damaged heading may promise any size."""
_THREADS = 2
_LINES_AT_ONCE = 512
"""Blocks of JPEG 2000 bands are 1,024 lines high."""
_EDGE_POINTS = 9


@dataclass(frozen=True)
class Part:
    """A window of a grid: first line and column, and size."""

    line0: int
    column0: int
    lines: int
    columns: int

    def of(self, grid: Grid) -> Grid:
        return grid.window(self.line0, self.column0, self.lines, self.columns)


@dataclass(frozen=True)
class Heading:
    """What a raster file says of itself."""

    path: Path
    grid: Grid | None
    lines: int
    columns: int
    bands: int
    dtype: str
    descriptions: tuple[str, ...]
    tags: dict[str, str]


def heading_of(path: Path, format_name: str) -> Heading:
    """Return the heading of a raster file; `grid` is None where it has no projection.

    Raises
    ------
    UnreadableFileError
        If the file is damaged, or larger than any scene.
    """
    with opened(path, format_name) as image:
        lines, columns = image.shape
        grid = None
        if image.crs is not None and not image.transform.is_degenerate:
            code = image.crs.to_epsg()
            crs = f"EPSG:{code}" if code else image.crs.to_wkt()
            a, b, c, d, e, f = tuple(image.transform)[:6]
            grid = Grid(crs, (a, b, c, d, e, f), lines, columns)
        names = tuple(str(name or "") for name in image.descriptions)
        tags = {str(key): str(value) for key, value in image.tags().items()}
        heading = Heading(
            path, grid, lines, columns, image.count, str(image.dtypes[0]), names, tags
        )
    if not 0 < lines * columns <= _LARGEST_PIXELS:
        raise unreadable(
            path,
            "granule_shape",
            place="band 1",
            found_shape=(lines, columns),
            expected_shape=f"1 … {_LARGEST_PIXELS} pixels",
        )
    return heading


def placed(heading: Heading, format_name: str) -> Grid:
    """Return the grid of a file that must have one.

    Raises
    ------
    UnreadableFileError
        If it has no projection.
    """
    if heading.grid is None:
        raise unreadable(heading.path, "granule_missing", place="CRS", format=format_name)
    return heading.grid


def part_over(path: Path, grid: Grid, region: Extent | None) -> Part:
    """Return the part of a grid over a region, all of it without one.

    Raises
    ------
    OutsideRegionError
        If no pixel lies over the region.
    """
    if region is None:
        return Part(0, 0, grid.lines, grid.columns)
    side = np.linspace(0.0, 1.0, _EDGE_POINTS)
    lon, lat = np.meshgrid(
        region.west + side * (region.east - region.west),
        region.south + side * (region.north - region.south),
    )
    line, column = grid.position(lon.ravel(), lat.ravel())
    inside = np.isfinite(line) & np.isfinite(column)
    if inside.any():
        top = max(int(np.floor(line[inside].min())), 0)
        bottom = min(int(np.ceil(line[inside].max())), grid.lines)
        left = max(int(np.floor(column[inside].min())), 0)
        right = min(int(np.ceil(column[inside].max())), grid.columns)
        if bottom > top and right > left:
            return Part(top, left, bottom - top, right - left)
    raise outside_region(path, region)


def read_part(
    path: Path, part: Part, format_name: str, band: int = 1, step: float = 1.0
) -> NDArray[np.uint16]:
    """Return a part of a band as unsigned numbers.

    Parameters
    ----------
    part
        In pixels of the scene.
    step
        Pixels of the file along a side of a pixel of the scene: 2 for 10 m bands on a 20 m grid,
        whose pixels are averaged; ⅓ for 60 m bands, whose pixels are repeated.

    Raises
    ------
    UnreadableFileError
        If the file is damaged or cut short.
    """
    with opened(path, format_name) as image:
        if step > 1:
            return _averaged(image, part, band, round(step))
        from rasterio.enums import Resampling
        from rasterio.windows import Window

        window = Window(
            part.column0 * step, part.line0 * step, part.columns * step, part.lines * step
        )
        shape = (part.lines, part.columns)
        nearest = Resampling.nearest
        values = image.read(band, window=window, out_shape=shape, resampling=nearest)
    return _unsigned(path, values)


def _averaged(
    image: rasterio.DatasetReader, part: Part, band: int, step: int
) -> NDArray[np.uint16]:
    """Return means of `step` × `step` pixels, fill (0) where one of them has no data.

    GDAL would answer from the next level of the wavelet, whose numbers mix neighbouring pixels.
    """
    from rasterio.windows import Window

    result = np.empty((part.lines, part.columns), dtype=np.uint16)
    for line in range(0, part.lines, _LINES_AT_ONCE):
        lines = min(_LINES_AT_ONCE, part.lines - line)
        top = (part.line0 + line) * step
        window = Window(part.column0 * step, top, part.columns * step, lines * step)
        fine = image.read(band, window=window).reshape(lines, step, part.columns, step)
        total = fine.sum(axis=(1, 3), dtype=np.uint32)
        mean = (total + step * step // 2) // (step * step)
        mean[(fine == 0).any(axis=(1, 3))] = 0
        result[line : line + lines] = mean
    return result


def _unsigned(path: Path, values: NDArray[np.generic]) -> NDArray[np.uint16]:
    """Return stored numbers as the unsigned ones they are.

    Some programs write Landsat's 16 bits as signed ones: the bright half then looks negative.
    """
    if values.dtype == np.uint16:
        return np.asarray(values, dtype=np.uint16)
    if values.dtype == np.int16:
        signed: NDArray[np.uint16] = values.view(np.uint16)
        return signed
    if values.dtype == np.uint8:
        return values.astype(np.uint16)
    raise unreadable(path, "scene_numbers", found=str(values.dtype))


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return the results of a function over items, in their order; unpacking frees the lock."""
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, items))


@contextmanager
def opened(path: Path, format_name: str) -> Iterator[rasterio.DatasetReader]:
    """Open a raster file.

    Raises
    ------
    UnreadableFileError
        Whatever goes wrong in opening and reading it.
    """
    with needed_for(path):
        import rasterio
        from rasterio.errors import RasterioError
    check_start(path)
    try:
        with rasterio.open(path) as image:
            yield image
    except (RasterioError, ValueError, IndexError, TypeError, MemoryError) as error:
        raise unreadable(path, "granule_damaged", place="band 1", format=format_name) from error
