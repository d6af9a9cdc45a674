"""Which other counties the ground of a fire pixel reaches into."""

from __future__ import annotations

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from zones.geometry.arrays import Indices
from zones.geometry.grid import PointGrid
from zones.geometry.outlines import Outlines, Pixels, outlines_of
from zones.geometry.shares import enters, strokes
from zones.places.areas import Areas


@cache
def _borders(areas: Areas) -> Outlines:
    return outlines_of(areas.geometry)


def counties_reached(
    areas: Areas, grid: PointGrid, home: NDArray[np.int16], scan_km: Floats, track_km: Floats
) -> tuple[Indices, Indices]:
    """Return (county, point) positions where a pixel touches a county that is not its home.

    Parameters
    ----------
    home
        The county of each point of the grid, -1 outside the region. Pixels of points outside are
        not looked at.
    scan_km, track_km
        Size of each point's pixel; NaN without one, which reaches nowhere.
    """
    borders = _borders(areas)
    inside = np.flatnonzero(home >= 0)
    inside = inside[(scan_km[inside] > 0) & (track_km[inside] > 0)]
    ground = Pixels.of(grid.lon[inside], grid.lat[inside], scan_km[inside], track_km[inside])
    near = np.flatnonzero(borders.near(ground))
    ground, inside = ground[near], inside[near]
    own = home[inside]
    drawn = strokes(borders, ground, lambda county, place: own[place] != county)
    pair, number = np.unique(drawn.pixel * len(areas.geometry) + drawn.polygon, return_inverse=True)
    place, county = np.divmod(pair, len(areas.geometry))
    touches = np.bincount(number, enters(drawn), len(pair)) > 0
    # A border that comes near and does not run through the pixel may still touch it.
    unsure = np.flatnonzero(~touches)
    west, south, east, north = ground[place[unsure]].grown(0, 0).T
    box = shapely.box(west, south, east, north)
    touches[unsure] = shapely.intersects(areas.geometry[county[unsure]], box)
    return county[touches], inside[place[touches]]
