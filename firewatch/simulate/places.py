"""Where fields lie: clusters inside each county, the same in every season."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import KM_PER_DEGREE, Floats
from zones.places.areas import Areas

VILLAGES_A_COUNTY = 24
_FIELD_SPREAD_DEG = 0.022
_QUIET_MARGIN_DEG = 0.06
_ROUNDS = 12


def villages(areas: Areas, rng: np.random.Generator) -> dict[int, Floats]:
    """Return ``county adcode → (VILLAGES_A_COUNTY, 2)`` longitudes and latitudes."""
    codes = areas.counties["adcode"].to_numpy()
    return {
        int(code): _points_inside(polygon, VILLAGES_A_COUNTY, rng)
        for code, polygon in zip(codes, areas.geometry, strict=True)
    }


def fields(
    counties: NDArray[np.int64],
    areas: Areas,
    village: dict[int, Floats],
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Return a place round a village of each county code, inside that county."""
    polygon = dict(zip(areas.counties["adcode"].to_numpy(), areas.geometry, strict=True))
    lon, lat = np.zeros(len(counties)), np.zeros(len(counties))
    for code in np.unique(counties):
        rows = np.flatnonzero(counties == code)
        shapely.prepare(polygon[code])
        for _ in range(_ROUNDS):
            centre = village[int(code)][rng.integers(0, VILLAGES_A_COUNTY, len(rows))]
            place = centre + rng.normal(0, _FIELD_SPREAD_DEG, (len(rows), 2))
            lon[rows], lat[rows] = place[:, 0], place[:, 1]
            rows = rows[~shapely.contains_xy(polygon[code], place[:, 0], place[:, 1])]
            if not len(rows):
                break
        # What still lies outside after all rounds burns in the village itself.
        centre = village[int(code)][rng.integers(0, VILLAGES_A_COUNTY, len(rows))]
        lon[rows], lat[rows] = centre[:, 0], centre[:, 1]
    return lon, lat


def circle_places(
    circles: pd.DataFrame, index: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return a place in the circle (``lon, lat, radius_km``) of each index."""
    centre = circles.iloc[index]
    radius_deg = centre["radius_km"].to_numpy() / KM_PER_DEGREE * np.sqrt(rng.random(len(index)))
    angle = rng.uniform(0, 2 * np.pi, len(index))
    lat = centre["lat"].to_numpy() + radius_deg * np.sin(angle)
    lon = centre["lon"].to_numpy() + radius_deg * np.cos(angle) / np.cos(np.radians(lat))
    return lon, lat


def outside(areas: Areas, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Return whether places lie in no county."""
    tree = shapely.STRtree(areas.geometry)
    hit, _ = tree.query(shapely.points(lon, lat), predicate="intersects")
    result = np.ones(len(lon), dtype=bool)
    result[hit] = False
    return result


def near_quiet_cities(
    areas: Areas, quiet: list[int], lon: Floats, lat: Floats
) -> NDArray[np.bool_]:
    """Return whether places are so near a city without fires that a pixel could fall into it."""
    mine = areas.counties["city_adcode"].isin(quiet).to_numpy()
    tree = shapely.STRtree(areas.geometry[mine])
    hit, _ = tree.query(shapely.points(lon, lat), predicate="dwithin", distance=_QUIET_MARGIN_DEG)
    result = np.zeros(len(lon), dtype=bool)
    result[hit] = True
    return result


def _points_inside(polygon: shapely.Geometry, count: int, rng: np.random.Generator) -> Floats:
    west, south, east, north = shapely.bounds(polygon)
    shapely.prepare(polygon)
    found = np.empty((0, 2))
    while len(found) < count:
        tried = rng.uniform((west, south), (east, north), (count * 4, 2))
        found = np.vstack([found, tried[shapely.contains_xy(polygon, tried[:, 0], tried[:, 1])]])
    return found[:count]
