"""Links for map apps lead to the fire, in the datum the app expects."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from coord_convert.transform import wgs2gcj
from hypothesis import given
from hypothesis import strategies as st

from alerts.links import amap_navigation
from firewatch.core.geo import distance_km

# The box around Guangxi.
LONGITUDES = st.floats(104.4, 112.1)
LATITUDES = st.floats(20.8, 26.4)


def target(link: str) -> tuple[float, float, str]:
    lon, lat, name = parse_qs(urlsplit(link).query)["to"][0].split(",", 2)
    return float(lon), float(lat), name


@given(lon=LONGITUDES, lat=LATITUDES)
def test_the_link_is_the_position_an_independent_converter_gives(lon: float, lat: float) -> None:
    oracle_lon, oracle_lat = wgs2gcj(lon, lat)
    link_lon, link_lat, _ = target(amap_navigation(lon, lat, "南宁市"))
    assert link_lon == pytest.approx(oracle_lon, abs=2e-6)
    assert link_lat == pytest.approx(oracle_lat, abs=2e-6)


def test_the_link_is_shifted_by_the_hundreds_of_metres_that_gcj02_asks_for() -> None:
    lon, lat, _ = target(amap_navigation(108.3, 22.8, "x"))
    assert 0.2 < float(distance_km(lon, lat, 108.3, 22.8)) < 0.8


def test_a_chinese_name_with_commas_and_ampersands_stays_one_name() -> None:
    link = amap_navigation(108.3, 22.8, "南宁市,A&B=1 #")
    assert link.isascii()
    assert target(link)[2] == "南宁市,A&B=1 #"
    assert parse_qs(urlsplit(link).query)["mode"] == ["car"]


def test_coordinates_have_six_decimals() -> None:
    to = urlsplit(amap_navigation(108.0, 23.0, "x")).query.split("=")[1]
    assert [len(number.split(".")[1]) for number in to.split(",")[:2]] == [6, 6]
