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
from zones.geometry.arrays import Indices

Eligible = Callable[[Indices, Indices], NDArray[np.bool_]]

# Cell numbers below 2**16 are put in order by a radix sort, ten times faster than comparing.
_RADIX_CELLS = 2**16
_MAX_CELLS = 60_000
# Pairs looked at together: bounds memory at about 40 MB.
_CHUNK_PAIRS = 1_000_000


@dataclass(frozen=True)
class Cells:
    """The cells of a grid over a box, row by row from the south-west.

    Places beyond the box count to its outermost cells.
    """

    extent: Extent
    columns: int
    rows: int

    @property
    def count(self) -> int:
        """How many cells there are."""
        return self.columns * self.rows

    def column_of(self, lon: ArrayLike) -> NDArray[np.int64]:
        """Return the column of each longitude; one outside counts to the nearest."""
        return _step(lon, self.extent.west, self.extent.east, self.columns)

    def row_of(self, lat: ArrayLike) -> NDArray[np.int64]:
        """Return the row of each latitude; one outside counts to the nearest."""
        return _step(lat, self.extent.south, self.extent.north, self.rows)

    def cell_of(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int64]:
        """Return the number of the cell of each place, row by row."""
        return self.row_of(lat) * self.columns + self.column_of(lon)

    def sizes(self) -> tuple[float, float]:
        """Return width and height of a cell in degrees."""
        box = self.extent
        return (box.east - box.west) / self.columns, (box.north - box.south) / self.rows

    def centres(self) -> tuple[Floats, Floats]:
        """Return the longitudes and latitudes of the cells' middles."""
        width, height = self.sizes()
        row, column = np.divmod(np.arange(self.count), self.columns)
        return self.extent.west + (column + 0.5) * width, self.extent.south + (row + 0.5) * height


@dataclass(frozen=True, eq=False)
class PointGrid:
    """Points in the order of grid cells.

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
    cells: Cells

    def at_points(self, of_cell: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the value of each point's cell."""
        return np.repeat(of_cell, np.diff(self.starts))


def _step(values: ArrayLike, low: float, high: float, count: int) -> NDArray[np.int64]:
    scale = count / (high - low) if high > low else 0.0
    numbers = (np.asarray(values, dtype=float) - low) * scale
    steps: NDArray[np.int64] = np.clip(numbers, 0, count - 1).astype(np.int64)
    return steps


def cells_over(polygons: NDArray[np.object_]) -> Cells:
    """Return the grid over the box of some polygons, with nearly square cells."""
    box = Extent(*shapely.total_bounds(polygons))
    width, height = box.east - box.west, box.north - box.south
    side = max(np.sqrt(width * height / _MAX_CELLS), width / 1000, height / 1000, 1e-9)
    return Cells(box, max(1, int(width / side)), max(1, int(height / side)))


def grid_points(lon: ArrayLike, lat: ArrayLike, cells: Cells) -> PointGrid:
    """Put points (degrees) in the order of cells."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    cell = cells.cell_of(x, y)
    keys = cell.astype(np.uint16) if cells.count <= _RADIX_CELLS else cell
    order = np.argsort(keys, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=cells.count))])
    return PointGrid(order, x[order], y[order], starts, cells)


def candidate_pairs(grid: PointGrid, bounds: Floats) -> Iterator[tuple[Indices, Indices]]:
    """Yield (box, point) positions where the point may lie in the box, in ascending box.

    Parameters
    ----------
    bounds
        One row a box: west, south, east, north in degrees.
    """
    west, south, east, north = bounds.T
    cells = grid.cells
    first_row, last_row = cells.row_of(south), cells.row_of(north)
    row_counts = last_row - first_row + 1
    box, step = expand(np.zeros_like(row_counts), row_counts)
    row_start = (first_row[box] + step) * cells.columns
    run_start = grid.starts[row_start + cells.column_of(west)[box]]
    run_length = grid.starts[row_start + cells.column_of(east)[box] + 1] - run_start
    occupied = run_length > 0
    box, run_start, run_length = box[occupied], run_start[occupied], run_length[occupied]
    total = np.cumsum(run_length)
    chunk_of_run = total // _CHUNK_PAIRS
    edges = np.flatnonzero(np.diff(chunk_of_run)) + 1
    for runs in np.split(np.arange(len(box)), edges):
        run, point = expand(run_start[runs], run_length[runs])
        yield box[runs][run], point


def expand(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> tuple[Indices, Indices]:
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
