"""A register to begin with, drawn by the distances of published notices round known points.

It shows how the program works where no city has sent its polygons yet. It is nobody's decision:
every zone is marked illustrative, and every output says so.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import shapely

from firewatch.core.geo import Floats
from firewatch.core.time import day_number
from zones.areas import Areas, seats
from zones.register import Geometries, Register, register_from

NOTICE = "示意-STARTER"

# Enough corners that a circle's edge lies within 0.1 % of its radius.
_CORNERS = 72
_RESTRICTED_NAME = "{name}限烧区（禁烧区以外）"
_DISTRICT_ENDING = "区"


def starter_register(areas: Areas, valid_from: date) -> Register:
    """Return an illustrative register for a region, in force from a day on without end.

    Circles by `starter_rules.csv` round city, district and county seats, scenic places and points
    in cane counties, joined per name and clipped to the region; the rest of each city is
    restricted.
    """
    circles = starter_circles(areas)
    shapes = shapely.intersection(circles["shape"].to_numpy(), areas.region)
    circles = circles.assign(shape=shapes)[~shapely.is_empty(shapes)]
    bans = circles.loc[circles["kind"] == "ban", "shape"].to_numpy()
    zones = pd.concat([circles, _restricted(areas, shapely.union_all(bans))], ignore_index=True)
    zones = zones.assign(notice=NOTICE, valid_from=day_number(valid_from), illustrative=True)
    return register_from(zones, zones["shape"].to_numpy())


def starter_circles(areas: Areas) -> pd.DataFrame:
    """Return one row a name and kind: kind, name, shape (not clipped)."""
    placed = starter_rules().merge(_places(areas), on="around", suffixes=("_rule", ""))
    placed["shape"] = circles(
        placed["lon"].to_numpy(), placed["lat"].to_numpy(), placed["radius_km"].to_numpy(float)
    )
    texts = zip(placed["name_rule"], placed["name"], placed["radius_km"], strict=True)
    placed["name"] = [rule.format(name=name, radius_km=radius) for rule, name, radius in texts]
    distinct = placed[["kind", "name"]].drop_duplicates(ignore_index=True)
    group = placed.groupby(["kind", "name"], sort=False).ngroup().to_numpy()
    parts = placed["shape"].to_numpy()
    joined = [shapely.union_all(parts[group == number]) for number in range(len(distinct))]
    return distinct.assign(shape=np.array(joined, dtype=object))


def circles(lon: Floats, lat: Floats, radius_km: Floats) -> Geometries:
    """Return circles on the WGS-84 ellipsoid as polygons in degrees.

    Every corner lies at the radius by the geodesic, so that distances are true everywhere.
    """
    from pyproj import Geod

    azimuths = np.linspace(0, 360, _CORNERS, endpoint=False)
    shape = (len(lon), _CORNERS)
    x, y, _ = Geod(ellps="WGS84").fwd(
        np.broadcast_to(lon[:, None], shape),
        np.broadcast_to(lat[:, None], shape),
        np.broadcast_to(azimuths, shape),
        np.broadcast_to(1000 * radius_km[:, None], shape),
    )
    return np.asarray(shapely.polygons(np.stack([x, y], axis=-1)), dtype=object)


@cache
def starter_rules() -> pd.DataFrame:
    """Return kind, around, radius_km, name, source: which zone is drawn round what."""
    with (files("zones") / "starter_rules.csv").open("r", encoding="utf-8") as stream:
        return pd.read_csv(stream)


def _places(areas: Areas) -> pd.DataFrame:
    """Return around, name, lon, lat of everything that a zone is drawn round."""
    cities = seats().merge(areas.cities()[["adcode"]], on="adcode").assign(around="city")
    counties = areas.counties.rename(columns={"seat_lon": "lon", "seat_lat": "lat"})
    is_district = counties["name"].str.endswith(_DISTRICT_ENDING)
    counties = counties.assign(around=np.where(is_district, "district", "county"))
    # A city's built-up area is that of its seat and its districts together: one zone.
    counties["name"] = counties["name"].mask(is_district, counties["city_name"])
    with (files("zones") / "starter_places.csv").open("r", encoding="utf-8") as stream:
        listed = pd.read_csv(stream)
    cane = listed[listed["adcode"].notna()].drop(columns=["lon", "lat"])
    inner = shapely.get_coordinates(shapely.point_on_surface(areas.geometry))
    inside = areas.counties[["adcode"]].assign(lon=inner[:, 0], lat=inner[:, 1])
    groups = [cities, counties, cane.merge(inside, on="adcode"), listed[listed["lon"].notna()]]
    return pd.concat([group[["around", "name", "lon", "lat"]] for group in groups])


def _restricted(areas: Areas, banned: shapely.Geometry) -> pd.DataFrame:
    rest = shapely.difference(areas.city_geometry(), banned)
    names = [_RESTRICTED_NAME.format(name=name) for name in areas.cities()["name"]]
    return pd.DataFrame({"kind": "restricted", "name": names, "shape": rest})
