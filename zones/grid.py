"""Points in polygons, a million at a time.

Points are put in order of the cells of a coarse grid, so that the cells under a polygon's box are
a few runs of neighbours; only points of those runs meet the exact predicate of GEOS. On two cores
1,000,000 points meet 111 counties of 90,000 vertices in about 0.2 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from firewatch.core.geo import Extent, Floats

Indices = NDArray[np.intp]
Eligible = Callable[[Indices, Indices], NDArray[np.bool_]]

# Cell numbers below 2**16 are put in order by a radix sort, ten times faster than comparing.
_MAX_CELLS = 60_000
# Pairs looked at together: bounds memory at about 40 MB.
_CHUNK_PAIRS = 1_000_000


@dataclass(frozen=True, eq=False)
class PointGrid:
    """Points in the order of grid cells, row by row from the south-west.

    Parameters
    ----------
    order
        Position of each of these points in the caller's table.
    lon, lat
        Degrees, in this order.
    starts
        Where each cell's points begin; one more entry than cells.
    """

    order: Indices
    lon: Floats
    lat: Floats
    starts: NDArray[np.int64]
    extent: Extent
    columns: int
    rows: int

    def column_of(self, lon: ArrayLike) -> NDArray[np.int64]:
        return _cell_number(lon, self.extent.west, self.extent.east, self.columns)

    def row_of(self, lat: ArrayLike) -> NDArray[np.int64]:
        return _cell_number(lat, self.extent.south, self.extent.north, self.rows)


def _cell_number(values: ArrayLike, low: float, high: float, count: int) -> NDArray[np.int64]:
    # Points beyond the extent count to its outermost cells; the exact predicate sorts them out.
    scale = count / (high - low) if high > low else 0.0
    numbers = (np.asarray(values, dtype=float) - low) * scale
    cells: NDArray[np.int64] = np.clip(numbers, 0, count - 1).astype(np.int64)
    return cells


def grid_points(lon: ArrayLike, lat: ArrayLike, extent: Extent) -> PointGrid:
    """Put points (degrees, any shape of n) in the order of the cells of a grid over `extent`."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    width, height = extent.east - extent.west, extent.north - extent.south
    side = max(np.sqrt(width * height / _MAX_CELLS), width / 1000, height / 1000, 1e-9)
    columns, rows = max(1, int(width / side)), max(1, int(height / side))
    cells = _cell_number(y, extent.south, extent.north, rows) * columns
    cells += _cell_number(x, extent.west, extent.east, columns)
    order = np.argsort(cells.astype(np.uint16), kind="stable")
    counts = np.bincount(cells, minlength=rows * columns)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return PointGrid(order, x[order], y[order], starts, extent, columns, rows)


def candidate_pairs(grid: PointGrid, bounds: Floats) -> Iterator[tuple[Indices, Indices]]:
    """Yield (box, point) positions where the point may lie in the box, in ascending box.

    Parameters
    ----------
    bounds
        One row a box: west, south, east, north in degrees.
    """
    west, south, east, north = bounds.T
    first_row, last_row = grid.row_of(south), grid.row_of(north)
    row_counts = last_row - first_row + 1
    box, step = _expand(np.zeros_like(row_counts), row_counts)
    row_start = (first_row[box] + step) * grid.columns
    run_start = grid.starts[row_start + grid.column_of(west)[box]]
    run_length = grid.starts[row_start + grid.column_of(east)[box] + 1] - run_start
    occupied = run_length > 0
    box, run_start, run_length = box[occupied], run_start[occupied], run_length[occupied]
    total = np.cumsum(run_length)
    chunk_of_run = total // _CHUNK_PAIRS
    edges = np.flatnonzero(np.diff(chunk_of_run)) + 1
    for runs in np.split(np.arange(len(box)), edges):
        run, point = _expand(run_start[runs], run_length[runs])
        yield box[runs][run], point


def _expand(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> tuple[Indices, Indices]:
    """Return run number and member of the runs ``start, start + 1, …`` laid end to end."""
    run = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths
    member = np.arange(len(run)) + np.repeat(starts - before, lengths)
    return run, member


def points_in(
    grid: PointGrid, polygons: NDArray[np.object_], eligible: Eligible | None = None
) -> tuple[Indices, Indices]:
    """Return (polygon, point) positions where the closed polygon covers the point.

    A point on an edge or a vertex is covered. Pairs come in ascending polygon; the point is a
    position in the grid's order. Polygons should be prepared.

    Parameters
    ----------
    eligible
        Says of (polygon, point) positions which pairs count at all; asked before the polygons,
        because it is cheaper.
    """
    found_polygons, found_points = [], []
    for polygon, point in candidate_pairs(grid, shapely.bounds(polygons).reshape(-1, 4)):
        if eligible is not None:
            counts = eligible(polygon, point)
            polygon, point = polygon[counts], point[counts]
        covered = shapely.intersects_xy(polygons[polygon], grid.lon[point], grid.lat[point])
        found_polygons.append(polygon[covered])
        found_points.append(point[covered])
    if not found_polygons:
        nothing = np.array([], dtype=np.intp)
        return nothing, nothing
    return np.concatenate(found_polygons), np.concatenate(found_points)
