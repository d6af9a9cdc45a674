"""The city and county of each fire point.

Rules
-----
- A point belongs to the county whose polygon covers it. A point on a border is covered by all
  counties that meet there and goes to the one with the **lowest adcode**: exactly one, always the
  same one, whatever the order of rows.
- A point in a gap between county polygons that is closed all round and narrower than
  `areas.GAP_KM` goes to the nearest county (the lowest adcode among equally near ones). Wider
  holes are another province's exclaves, and everything beyond the outer border is outside,
  however near: the outer border is never widened.
- Points outside get city and county 0.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from zones.areas import Areas
from zones.borders import counties_reached, footprints
from zones.combinations import combine, text_column
from zones.grid import PointGrid, grid_points, points_in

OUTSIDE = -1


def locate(points: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Add city_adcode, county_adcode, township and straddles to a table of fire points.

    Parameters
    ----------
    points
        lon, lat (WGS-84, degrees), scan_km, track_km (km, NaN without a pixel); other columns
        pass through.
    areas
        The counties of the region.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order. `straddles` lists the other counties of the region that
        the pixel's ground touches, for points inside the region. `township` is empty: no boundary
        layer of townships is at hand, and a guess would be worse.
    """
    extent = Extent(*shapely.total_bounds(areas.geometry))
    grid = grid_points(points["lon"].to_numpy(), points["lat"].to_numpy(), extent)
    home = _home_counties(grid, areas)
    straddles = _straddles(points, areas, grid, home)
    codes = np.append(areas.counties["adcode"].to_numpy(dtype=np.int64), 0)
    cities = np.append(areas.counties["city_adcode"].to_numpy(dtype=np.int64), 0)
    back = np.empty(len(grid.order), dtype=np.intp)
    back[grid.order] = np.arange(len(grid.order))
    county = home[back]
    nowhere = text_column([""], np.zeros(len(points), dtype=np.int8))
    added = {"township": nowhere, "straddles": straddles.iloc[back]}
    return points.assign(
        city_adcode=cities[county],
        county_adcode=codes[county],
        **{name: column.set_axis(points.index) for name, column in added.items()},
    )


def _home_counties(grid: PointGrid, areas: Areas) -> NDArray[np.int16]:
    """Return the position of each grid point's county in `areas`, -1 outside."""
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


def _straddles(
    points: pd.DataFrame, areas: Areas, grid: PointGrid, home: NDArray[np.int16]
) -> pd.Series:
    scan_km = points["scan_km"].to_numpy(dtype=float)[grid.order]
    track_km = points["track_km"].to_numpy(dtype=float)[grid.order]
    pixels = footprints(grid.lat, scan_km, track_km)
    county, point = counties_reached(areas, grid, home, pixels)
    sets = combine(point, county, len(grid.order), len(areas.geometry))
    return text_column(sets.texts(areas.counties["adcode"].astype(str).tolist()), sets.of_point)
