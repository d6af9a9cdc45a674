"""Which other counties the ground of a fire pixel reaches into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.footprint import boxes, half_size_degrees
from firewatch.core.geo import Floats
from zones.areas import Areas
from zones.grid import Indices, PointGrid, candidate_pairs, grid_points

# About 500 m: finer cells would rule out few more points and take longer to draw.
_CELL_DEGREES = 0.005
_SAMPLE_DEGREES = _CELL_DEGREES / 2

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Footprints:
    """Half width and height (degrees) of the ground of each point of a grid, and its pixel."""

    half_x: Floats
    half_y: Floats
    scan_km: Floats
    track_km: Floats


@dataclass(frozen=True, eq=False)
class BorderCells:
    """For each county a small raster of the cells that its border runs through.

    Stored as running sums over rows and columns, so that "does the border run through any cell of
    this box" takes four look-ups whatever the size of the box. All rasters lie in one flat array.
    """

    west: Floats
    south: Floats
    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    offset: NDArray[np.int64]
    sums: NDArray[np.int32]

    def may_touch(
        self, county: Indices, x: Floats, y: Floats, half: tuple[Floats, Floats]
    ) -> Bools:
        """Say of (county, box) pairs whether the county's border may reach the box; never misses.

        Border samples lie up to `_SAMPLE_DEGREES` apart, so boxes are grown by as much.
        """
        grown_x, grown_y = half[0] + _SAMPLE_DEGREES, half[1] + _SAMPLE_DEGREES
        west, south = self.west[county], self.south[county]
        columns, rows = self.columns[county], self.rows[county]
        left = np.clip(np.floor((x - grown_x - west) / _CELL_DEGREES), 0, columns).astype(np.int64)
        right = np.clip(np.floor((x + grown_x - west) / _CELL_DEGREES) + 1, 0, columns)
        low = np.clip(np.floor((y - grown_y - south) / _CELL_DEGREES), 0, rows).astype(np.int64)
        high = np.clip(np.floor((y + grown_y - south) / _CELL_DEGREES) + 1, 0, rows)
        stride, origin = columns + 1, self.offset[county]
        bottom, top = origin + low * stride, origin + high.astype(np.int64) * stride
        reach = right.astype(np.int64)
        inside = self.sums[top + reach] - self.sums[top + left]
        touched: Bools = inside > self.sums[bottom + reach] - self.sums[bottom + left]
        return touched


@cache
def border_cells(areas: Areas) -> BorderCells:
    """Draw the borders of all counties into their rasters (about 0.1 s, once a process)."""
    bounds = shapely.bounds(areas.geometry)
    west, south = bounds[:, 0], bounds[:, 1]
    columns = (np.floor((bounds[:, 2] - west) / _CELL_DEGREES) + 1).astype(np.int64)
    rows = (np.floor((bounds[:, 3] - south) / _CELL_DEGREES) + 1).astype(np.int64)
    sizes = (columns + 1) * (rows + 1)
    sums = [
        _running_sums(polygon, west[i], south[i], int(columns[i]), int(rows[i]))
        for i, polygon in enumerate(areas.geometry)
    ]
    return BorderCells(west, south, columns, rows, np.cumsum(sizes) - sizes, np.concatenate(sums))


def _running_sums(
    polygon: shapely.Geometry, west: float, south: float, columns: int, rows: int
) -> NDArray[np.int32]:
    x, y = shapely.get_coordinates(shapely.segmentize(polygon, _SAMPLE_DEGREES)).T
    sums = np.zeros((rows + 1, columns + 1), dtype=np.int32)
    row = ((y - south) / _CELL_DEGREES).astype(np.int64)
    column = ((x - west) / _CELL_DEGREES).astype(np.int64)
    sums[row + 1, column + 1] = 1
    flat: NDArray[np.int32] = sums.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32).ravel()
    return flat


def counties_reached(
    areas: Areas, grid: PointGrid, home: NDArray[np.int16], pixels: Footprints
) -> tuple[Indices, Indices]:
    """Return (county, point) positions where a pixel touches a county that is not its home.

    Parameters
    ----------
    home
        The county of each point of the grid, -1 outside the region. Pixels of points outside are
        not looked at.
    """
    cells = border_cells(areas)
    inside = np.flatnonzero(home >= 0)
    own = home[inside].astype(np.intp)
    # A pixel leaves its county only across that county's own border.
    leaving = inside[_near_border(cells, own, inside, grid, pixels)]
    reached_counties, reached_points = [], []
    for county, point in _neighbours(areas, grid, leaving, pixels):
        other = home[point] != county
        county, point = county[other], point[other]
        near = _near_border(cells, county, point, grid, pixels)
        county, point = county[near], point[near]
        touches = _touches(areas, county, point, grid, pixels)
        reached_counties.append(county[touches])
        reached_points.append(point[touches])
    nothing = [np.array([], dtype=np.intp)]
    return np.concatenate(nothing + reached_counties), np.concatenate(nothing + reached_points)


def footprints(lat: Floats, scan_km: Floats, track_km: Floats) -> Footprints:
    half_x, half_y = half_size_degrees(lat, scan_km, track_km)
    return Footprints(half_x, half_y, scan_km, track_km)


def _near_border(
    cells: BorderCells, county: Indices, point: Indices, grid: PointGrid, pixels: Footprints
) -> Bools:
    half = pixels.half_x[point], pixels.half_y[point]
    return cells.may_touch(county, grid.lon[point], grid.lat[point], half)


def _neighbours(
    areas: Areas, grid: PointGrid, points: Indices, pixels: Footprints
) -> Iterator[tuple[Indices, Indices]]:
    """Yield (county, point) positions where the county's box may touch the pixel."""
    if len(points) == 0:
        return
    few = grid_points(grid.lon[points], grid.lat[points], grid.cells)
    reach_x, reach_y = pixels.half_x[points].max(), pixels.half_y[points].max()
    bounds = shapely.bounds(areas.geometry) + np.array([-reach_x, -reach_y, reach_x, reach_y])
    for county, position in candidate_pairs(few, bounds):
        yield county, points[few.order[position]]


def _touches(
    areas: Areas, county: Indices, point: Indices, grid: PointGrid, pixels: Footprints
) -> Bools:
    """Say of (county, pixel) pairs whether they have a point in common.

    Most pixels that touch a county have a corner in it, which is quick to see; the box itself is
    made and compared only for the others.
    """
    polygons = areas.geometry[county]
    x, y = grid.lon[point], grid.lat[point]
    half_x, half_y = pixels.half_x[point], pixels.half_y[point]
    touches = np.zeros(len(point), dtype=bool)
    for corner_x, corner_y in ((x - half_x, y - half_y), (x - half_x, y + half_y),
                               (x + half_x, y - half_y), (x + half_x, y + half_y)):  # fmt: skip
        open_ = np.flatnonzero(~touches)
        touches[open_] = shapely.intersects_xy(polygons[open_], corner_x[open_], corner_y[open_])
    unsure = np.flatnonzero(~touches & (half_x > 0))
    pixel = point[unsure]
    ground = boxes(grid.lon[pixel], grid.lat[pixel], pixels.scan_km[pixel], pixels.track_km[pixel])
    touches[unsure] = shapely.intersects(polygons[unsure], ground)
    return touches
