"""The one county, township and village of each point (the rules stand in `zones.places.locate`)."""

from __future__ import annotations

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.geometry.arrays import Indices
from zones.geometry.grid import PointGrid, cells_over, grid_points, points_in
from zones.places.areas import Areas
from zones.places.subareas import SubAreas

OUTSIDE = -1
_MIXED = -2
# A cell is at least four steps wide, so that a border between two samples stays within a step of
# one of them.
_STEPS_IN_A_CELL = 4

Homes = NDArray[np.int16]
Positions = NDArray[np.int32]


def home_counties(grid: PointGrid, areas: Areas) -> Homes:
    """Return the position in `areas` of the county of each point of a grid; `OUTSIDE` without one.

    Parameters
    ----------
    grid
        Points on the cells over the areas' polygons.
    """
    home = grid.at_points(_homes_of_cells(areas))
    unsure = np.flatnonzero(home == _MIXED)
    few = grid_points(grid.lon[unsure], grid.lat[unsure], grid.cells)
    home[unsure[few.order]] = _exact_homes(few, areas)
    return home


@cache
def _homes_of_cells(areas: Areas) -> Homes:
    """Return the county that wholly covers each cell, `OUTSIDE`, or `_MIXED` (30 ms, once).

    Four in five points lie in a cell of one county, and need no polygon.
    """
    cells = cells_over(areas.geometry)
    grid = grid_points(*cells.centres(), cells)
    homes = np.empty(cells.count, dtype=np.int16)
    homes[grid.order] = _exact_homes(grid, areas)
    width, height = cells.sizes()
    step = min(width, height) / _STEPS_IN_A_CELL
    lines = shapely.segmentize(shapely.boundary(np.append(areas.geometry, areas.gaps)), step)
    x, y = shapely.get_coordinates(lines).T
    for aside in (-step, step):
        for above in (-step, step):
            homes[cells.cell_of(x + aside, y + above)] = _MIXED
    return homes


def _exact_homes(grid: PointGrid, areas: Areas) -> Homes:
    home = np.full(len(grid.order), OUTSIDE, dtype=np.int16)
    county, point = points_in(grid, areas.geometry)
    # Of several values for one place NumPy keeps the last: backwards, the lowest adcode.
    home[point[::-1]] = county[::-1]
    in_gap, nearest = _across_gaps(grid, np.flatnonzero(home == OUTSIDE), areas)
    home[in_gap] = nearest
    return home


def subarea_homes(grid: PointGrid, county: NDArray[np.int64], subareas: SubAreas) -> Positions:
    """Return the position of the township or village of each point; `OUTSIDE` without one.

    Parameters
    ----------
    county
        Adcode of the county of each point of the grid, 0 outside. Only its own areas are taken.
    """
    home = np.full(len(grid.order), OUTSIDE, dtype=np.int32)
    counties = subareas.table["county_adcode"].to_numpy()

    def of_same_county(subarea: Indices, point: Indices) -> NDArray[np.bool_]:
        same: NDArray[np.bool_] = (counties[subarea] == county[point]) & (county[point] > 0)
        return same

    subarea, point = points_in(grid, subareas.geometry, of_same_county)
    home[point[::-1]] = subarea[::-1]
    left = np.flatnonzero((home == OUTSIDE) & np.isin(county, counties) & (county > 0))
    in_gap, nearest = _across_gaps(grid, left, subareas)
    same = counties[nearest] == county[in_gap]
    home[in_gap[same]] = nearest[same]
    return home


def _across_gaps(
    grid: PointGrid, left: Indices, layer: Areas | SubAreas
) -> tuple[Indices, Indices]:
    """Return those of the points left over that lie in a gap, and the nearest polygon of each."""
    if len(left) == 0 or len(layer.gaps) == 0:
        return left[:0], left[:0]
    few = grid_points(grid.lon[left], grid.lat[left], grid.cells)
    _, inside = points_in(few, layer.gaps)
    in_gap = np.unique(left[few.order[inside]])
    places = shapely.points(grid.lon[in_gap], grid.lat[in_gap])
    place, nearest = shapely.STRtree(layer.geometry).query_nearest(places)
    # Of several values for one place NumPy keeps the last: the lowest of equally near ones.
    order = np.lexsort((-nearest, place))
    return in_gap[place[order]], nearest[order]
