"""The one county that each point belongs to (the rules stand in `zones.locate`)."""

from __future__ import annotations

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.areas import Areas
from zones.grid import PointGrid, cells_over, grid_points, points_in

OUTSIDE = -1
_MIXED = -2
# A cell is at least four steps wide, so that a border between two samples stays within a step of
# one of them.
_STEPS_IN_A_CELL = 4

Homes = NDArray[np.int16]


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
    if len(areas.gaps):
        _, in_gap = points_in(grid, areas.gaps)
        in_gap = np.unique(in_gap[home[in_gap] == OUTSIDE])
        places = shapely.points(grid.lon[in_gap], grid.lat[in_gap])
        place, nearest = shapely.STRtree(areas.geometry).query_nearest(places)
        order = np.lexsort((-nearest, place))
        home[in_gap[place[order]]] = nearest[order]
    return home
