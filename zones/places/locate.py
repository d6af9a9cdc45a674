"""The city and county of each fire point, and its township and village where layers are given.

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
- Townships and villages follow the same rules, but only those of the point's own county count:
  where two layers draw the county's border differently, the point keeps its county and its
  township stays empty rather than be one of the neighbour's. A village whose township is known
  counts only where it is the point's township too, as far as that is known.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.footprint import pixel_sizes
from zones.geometry.combinations import combine, text_column
from zones.geometry.grid import PointGrid, cells_over, grid_points
from zones.places.areas import Areas
from zones.places.borders import counties_reached
from zones.places.homes import OUTSIDE, Positions, home_counties, subarea_homes
from zones.places.names import stem_of
from zones.places.subareas import SubAreas


def locate(
    points: pd.DataFrame,
    areas: Areas,
    townships: SubAreas | None = None,
    villages: SubAreas | None = None,
) -> pd.DataFrame:
    """Add city_adcode, county_adcode, township, village and straddles to a table of fire points.

    Parameters
    ----------
    points
        lon, lat (WGS-84, degrees), scan_km, track_km (km, NaN without a pixel); other columns
        pass through.
    areas
        The counties of the region.
    townships, villages
        The user's layers; without one the names are empty, for a guess would be worse.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order. `straddles` lists the other counties of the region that
        the pixel's ground touches, for points inside the region. `township` and `village` are
        names, "" where unknown.
    """
    cells = cells_over(areas.geometry)
    grid = grid_points(points["lon"].to_numpy(), points["lat"].to_numpy(), cells)
    home = home_counties(grid, areas)
    straddles, straddling = _straddles(points, areas, grid, home)
    codes = np.append(areas.counties["adcode"].to_numpy(dtype=np.int64), 0)
    cities = np.append(areas.counties["city_adcode"].to_numpy(dtype=np.int64), 0)
    county, number = np.empty_like(home), np.empty_like(straddling)
    county[grid.order], number[grid.order] = home, straddling
    names = _subarea_names(grid, codes[home], townships, villages)
    return points.assign(
        city_adcode=cities[county],
        county_adcode=codes[county],
        township=names[0].set_axis(points.index),
        village=names[1].set_axis(points.index),
        straddles=text_column(straddles, number).set_axis(points.index),
    )


def county_codes(
    lon: NDArray[np.float64], lat: NDArray[np.float64], areas: Areas
) -> NDArray[np.int64]:
    """Return the adcode of the county of each position by the rules of `locate`, 0 outside."""
    grid = grid_points(lon, lat, cells_over(areas.geometry))
    codes = np.append(areas.counties["adcode"].to_numpy(dtype=np.int64), 0)
    found = np.empty(len(grid.order), dtype=np.int64)
    found[grid.order] = codes[home_counties(grid, areas)]
    return found


def _subarea_names(
    grid: PointGrid,
    county: NDArray[np.int64],
    townships: SubAreas | None,
    villages: SubAreas | None,
) -> tuple[pd.Series, pd.Series]:
    """Return township and village in the order of the caller's table; `county` in the grid's."""
    town, village = (
        subarea_homes(grid, county, layer) if layer is not None and len(layer) else None
        for layer in (townships, villages)
    )
    if townships and villages and town is not None and village is not None:
        of_town, of_village = _township_numbers(townships, villages)
        one, other = of_town[town], of_village[village]
        village[(one != other) & (one > 0) & (other > 0)] = OUTSIDE
    return _names_at(grid, townships, town), _names_at(grid, villages, village)


def _names_at(grid: PointGrid, layer: SubAreas | None, position: Positions | None) -> pd.Series:
    if layer is None or position is None:
        return pd.Series("", index=range(len(grid.order)), dtype="str")
    in_order = np.empty_like(position)
    in_order[grid.order] = position
    return text_column([*layer.table["name"], ""], in_order)


@cache
def _township_numbers(
    townships: SubAreas, villages: SubAreas
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a number for the township of each township and village, the same for one name.

    0 where it is unknown; one more entry at the end for points that lie in none.
    """
    texts = pd.concat([townships.table["name"], villages.table["township"]])
    stems = texts.map({text: stem_of(text)[1] for text in texts.unique()})
    number = np.append(pd.factorize(stems.mask(stems == ""))[0] + 1, 0)
    return np.append(number[: len(townships)], 0), number[len(townships) :]


def _straddles(
    points: pd.DataFrame, areas: Areas, grid: PointGrid, home: NDArray[np.int16]
) -> tuple[list[str], NDArray[np.int32]]:
    """Return the distinct texts, and the number of each grid point's text."""
    scan_km, track_km = (size[grid.order] for size in pixel_sizes(points))
    county, point = counties_reached(areas, grid, home, scan_km, track_km)
    sets = combine(point, county, len(grid.order), len(areas.geometry))
    return sets.texts(areas.counties["adcode"].astype(str).tolist()), sets.of_point
