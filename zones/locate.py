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
from numpy.typing import NDArray

from zones.areas import Areas
from zones.borders import counties_reached, footprints
from zones.combinations import combine, text_column
from zones.grid import PointGrid, cells_over, grid_points
from zones.homes import home_counties


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
    cells = cells_over(areas.geometry)
    grid = grid_points(points["lon"].to_numpy(), points["lat"].to_numpy(), cells)
    home = home_counties(grid, areas)
    straddles, straddling = _straddles(points, areas, grid, home)
    codes = np.append(areas.counties["adcode"].to_numpy(dtype=np.int64), 0)
    cities = np.append(areas.counties["city_adcode"].to_numpy(dtype=np.int64), 0)
    county, number = np.empty_like(home), np.empty_like(straddling)
    county[grid.order], number[grid.order] = home, straddling
    return points.assign(
        city_adcode=cities[county],
        county_adcode=codes[county],
        township=pd.Series("", index=points.index, dtype="str"),
        straddles=text_column(straddles, number).set_axis(points.index),
    )


def _straddles(
    points: pd.DataFrame, areas: Areas, grid: PointGrid, home: NDArray[np.int16]
) -> tuple[list[str], NDArray[np.int32]]:
    """Return the distinct texts, and the number of each grid point's text."""
    scan_km = points["scan_km"].to_numpy(dtype=float)[grid.order]
    track_km = points["track_km"].to_numpy(dtype=float)[grid.order]
    pixels = footprints(grid.lat, scan_km, track_km)
    county, point = counties_reached(areas, grid, home, pixels)
    sets = combine(point, county, len(grid.order), len(areas.geometry))
    return sets.texts(areas.counties["adcode"].astype(str).tolist()), sets.of_point
