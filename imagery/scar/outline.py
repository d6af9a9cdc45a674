"""Marked pixels as groups, polygons and hectares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from imagery.highres.grid import Grid
from imagery.highres.shapes import in_degrees, on_grid
from imagery.scar.look import Bools

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

M2_PER_HA = 10_000.0
_TOUCHING = np.ones((3, 3), dtype=bool)


def groups_of(marked: Bools, grid: Grid, min_area_m2: float) -> NDArray[np.int32]:
    """Return the number, from 1, of the group of touching pixels each belongs to.

    Pixels touch at sides and corners. Unmarked pixels and those of groups smaller than
    `min_area_m2` are 0.
    """
    from scipy.ndimage import label

    groups, _ = label(marked, structure=_TOUCHING)
    sizes = np.bincount(groups.ravel())
    kept = sizes * grid.pixel_area_m2() >= min_area_m2
    kept[0] = False
    numbers = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
    chosen: NDArray[np.int32] = numbers[groups]
    return chosen


def hectares(marked: Bools, grid: Grid) -> float:
    """Return the area of the marked pixels."""
    return float(np.count_nonzero(marked)) * grid.pixel_area_m2() / M2_PER_HA


def polygons(values: NDArray[np.int32], grid: Grid) -> Iterator[tuple[int, BaseGeometry]]:
    """Yield (value, outline in WGS-84) of each patch of one value; 0 has none."""
    from rasterio.features import shapes
    from rasterio.transform import Affine

    # Outlines in columns and lines, which the grid itself turns into degrees.
    for shape, value in shapes(
        values, mask=values != 0, connectivity=8, transform=Affine.identity()
    ):
        outline = shapely.make_valid(shapely.geometry.shape(shape))
        yield int(value), in_degrees(outline, grid)


def joined(marked: Bools, grid: Grid) -> BaseGeometry | None:
    """Return the outline of all marked pixels in WGS-84; None without any."""
    parts = [outline for _, outline in polygons(marked.astype(np.int32), grid)]
    return shapely.union_all(parts) if parts else None


def within(outline: BaseGeometry, grid: Grid) -> Bools:
    """Return the pixels whose centre lies in an outline; of a tiny one those that it touches."""
    from rasterio.features import rasterize
    from rasterio.transform import Affine

    placed = on_grid(outline, grid)
    if placed.is_empty:
        return np.zeros(grid.shape, dtype=bool)

    def drawn(all_touched: bool) -> Bools:
        burned: NDArray[Any] = rasterize(
            [placed], grid.shape, transform=Affine.identity(), all_touched=all_touched,
            dtype="uint8",
        )  # fmt: skip
        return burned.astype(bool)

    inside = drawn(False)
    return inside if inside.any() else drawn(True)
