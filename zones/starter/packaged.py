"""What zones are drawn round where the user brings nothing: seats, four scenic places, cane."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import shapely

from zones.geometry.arrays import Geometries
from zones.places.areas import Areas
from zones.places.seats import seats
from zones.starter.classes import InputClass
from zones.starter.inputs import StarterInputs, inputs_from

_SEATS = "zones/places/seats.csv"
_PLACES = "zones/starter/places.csv"
_DISTRICT_ENDING = "区"


def packaged_inputs(areas: Areas) -> StarterInputs:
    """Return the packaged inputs of a region.

    Points all: built_up, the seats of cities and their districts; town, the seats of the other
    counties; scenic, four well-known places; cane_county, one point in each of 14 counties that
    grow cane. Of the other classes nothing is packaged.
    """
    return (
        _built_up(areas).combined(_towns(areas)).combined(_scenic()).combined(_cane_counties(areas))
    )


def _built_up(areas: Areas) -> StarterInputs:
    cities = seats().merge(areas.cities()[["adcode"]], on="adcode")
    districts = areas.counties[_is_district(areas)]
    # A city's built-up area is that of its seat and its districts together: one zone.
    names = pd.concat([cities["name"], districts["city_name"]]) + "城区"
    lon = pd.concat([cities["lon"], districts["seat_lon"]])
    lat = pd.concat([cities["lat"], districts["seat_lat"]])
    return inputs_from(InputClass.BUILT_UP, names, _points(lon, lat), _SEATS)


def _towns(areas: Areas) -> StarterInputs:
    counties = areas.counties[~_is_district(areas)]
    points = _points(counties["seat_lon"], counties["seat_lat"])
    return inputs_from(InputClass.TOWN, counties["name"] + "驻地", points, _SEATS)


def _scenic() -> StarterInputs:
    listed = _places()[_places()["class"] == InputClass.SCENIC]
    points = _points(listed["lon"], listed["lat"])
    return inputs_from(InputClass.SCENIC, listed["name"], points, _PLACES)


def _cane_counties(areas: Areas) -> StarterInputs:
    grow = _places().loc[_places()["class"] == InputClass.CANE_COUNTY, "adcode"]
    chosen = np.flatnonzero(areas.counties["adcode"].isin(grow))
    names = areas.counties["name"].iloc[chosen]
    inside = shapely.point_on_surface(areas.geometry[chosen])
    return inputs_from(InputClass.CANE_COUNTY, names, inside, _PLACES)


def _points(lon: pd.Series, lat: pd.Series) -> Geometries:
    return np.asarray(shapely.points(lon, lat), dtype=object)


def _is_district(areas: Areas) -> pd.Series:
    return areas.counties["name"].str.endswith(_DISTRICT_ENDING)


@cache
def _places() -> pd.DataFrame:
    with (files("zones.starter") / "places.csv").open("r", encoding="utf-8") as stream:
        return pd.read_csv(stream)
