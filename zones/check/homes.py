"""Which city or county a zone is of: by its own column, by who issued it, or by where it lies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from zones.check.threads import elementwise
from zones.geometry.arrays import Geometries
from zones.places.adcodes import city_of, current_adcode
from zones.places.areas import Areas
from zones.places.names import plain_name

Codes = NDArray[np.int64]

NOWHERE = 0
_CODE = re.compile(r"^(\d{6})(?:0{3,6})?(?:\.0)?$")
_REGION_WORD = "自治区"
_ENDINGS = ("市", "县", "区")


@dataclass(frozen=True, eq=False)
class Homes:
    """The area that each zone should lie in.

    Parameters
    ----------
    adcode
        Of a county, a city or the region; 0 where the zone lies in none and names none.
    declared
        Whether the file says so; otherwise it is the city that holds most of the zone.
    city
        The city that holds most of the zone, 0 outside the region.
    """

    adcode: Codes
    declared: NDArray[np.bool_]
    city: Codes


def homes(
    geometry: Geometries,
    authority: Sequence[str],
    written: Sequence[tuple[str, ...]],
    areas: Areas,
) -> Homes:
    """Return the homes of zones.

    Parameters
    ----------
    geometry
        The zones.
    authority
        Who issued each.
    written
        What the file's own columns say of each zone's county or city, by name or code, the
        narrowest first; the first that is known counts.
    """
    said = list(zip(written, authority, strict=True))
    codes = {one: _area_said(*one, areas) for one in set(said)}
    declared = np.array([codes[one] for one in said], dtype=np.int64)
    city = main_city(geometry, areas)
    return Homes(np.where(declared > 0, declared, city), declared > 0, city)


def _area_said(written: tuple[str, ...], authority: str, areas: Areas) -> int:
    found = (area_written(text, areas) for text in written)
    return next((code for code in found if code), 0) or area_of_authority(authority, areas)


def area_written(text: str, areas: Areas) -> int:
    """Return the code of an area given by name (old, short or full) or code; 0 if unknown."""
    plain = plain_name(text)
    digits = _CODE.match(plain)
    if digits:
        code = int(current_adcode([int(digits[1])])[0])
        return code if code in home_names(areas) else NOWHERE
    codes = (areas.adcode_of(f"{plain}{ending}") for ending in ("", *_ENDINGS))
    return next((found for found in codes if found), NOWHERE)


def area_of_authority(text: str, areas: Areas) -> int:
    """Return the code of the county or city whose name an authority's name holds, else 0.

    The county of 柳州市柳江区人民政府 is 柳江区; an authority of several areas is of none. Who
    names no city but the autonomous region is of the whole region.
    """
    plain = plain_name(text)
    found = {code for name, code in areas.aliases.items() if name in plain}
    cities = found & set(areas.city_names())
    counties = found - cities
    if len(cities) == 1:
        counties = {code for code in counties if int(city_of([code])[0]) in cities}
    best = counties or cities
    if len(best) == 1:
        return best.pop()
    if not found and _REGION_WORD in plain:
        return region_code(areas)
    return cities.pop() if len(cities) == 1 else NOWHERE


def region_code(areas: Areas) -> int:
    """Return the adcode of the province in which the areas lie."""
    return int(areas.counties["adcode"].iloc[0]) // 10_000 * 10_000


def home_geometry(areas: Areas) -> dict[int, shapely.Geometry]:
    """Return the polygon of every county, every city and the region."""
    counties = dict(zip(areas.counties["adcode"].tolist(), areas.geometry, strict=True))
    cities = dict(zip(areas.cities()["adcode"].tolist(), areas.city_geometry(), strict=True))
    return {**counties, **cities, region_code(areas): areas.region}


def home_names(areas: Areas) -> dict[int, str]:
    """Return the name of every county and city, and of the region its code."""
    names = {**areas.county_names(), **areas.city_names()}
    return {**names, region_code(areas): str(region_code(areas))}


def main_city(geometry: Geometries, areas: Areas) -> Codes:
    """Return the city that holds most of each polygon's area, 0 for one outside the region."""
    codes, _ = main_area(geometry, areas.city_geometry(), areas.cities()["adcode"].to_numpy())
    return codes


def main_area(geometry: Geometries, areas: Geometries, codes: Codes) -> tuple[Codes, Floats]:
    """Return the code of the area that holds most of each polygon, and its share of what they hold.

    0 and 0 for a polygon that meets none.
    """
    shapely.prepare(areas)
    area, row = shapely.STRtree(geometry).query(areas, predicate="intersects")
    held = np.ones(len(row))
    # Most zones lie in one area; only those on a border need measuring.
    shared = np.flatnonzero(np.bincount(row, minlength=len(geometry))[row] > 1)
    parts = elementwise(shapely.intersection, geometry[row[shared]], areas[area[shared]])
    held[shared] = shapely.area(parts)
    total = np.bincount(row, held, minlength=len(geometry))
    result, share = np.full(len(geometry), NOWHERE, dtype=np.int64), np.zeros(len(geometry))
    best_last = np.lexsort((-area, held, row))
    result[row[best_last]] = codes[area[best_last]]
    share[row[best_last]] = (held / np.where(total > 0, total, 1)[row])[best_last]
    return result, share
