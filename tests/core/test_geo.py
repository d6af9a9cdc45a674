"""Coordinates for people and for map apps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewatch.core.geo import distance_km, dms, gcj02_to_wgs84, wgs84_to_gcj02

coord_convert = pytest.importorskip("coord_convert.transform")
LON = st.floats(104, 113)
LAT = st.floats(20, 27)


@given(LON, LAT)
def test_gcj02_agrees_with_an_independent_library(lon: float, lat: float) -> None:
    ours = wgs84_to_gcj02(lon, lat)
    assert np.allclose(ours, coord_convert.wgs2gcj(lon, lat), atol=1e-9)


@given(LON, LAT)
def test_the_way_to_gcj02_and_back_ends_within_a_centimetre(lon: float, lat: float) -> None:
    x, y = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
    assert distance_km(lon, lat, x, y) < 1e-5


def test_sixty_seconds_never_appear() -> None:
    assert dms(108.99999, "lon") == "109°00′00.0″E"
    assert dms(22.5, "lat") == "22°30′00.0″N"
    assert dms(-0.26, "lat") == "0°15′36.0″S"


@given(LON)
def test_degrees_minutes_seconds_name_the_same_place_to_a_twentieth_of_a_second(lon: float) -> None:
    text = dms(lon, "lon").rstrip("E")
    whole, rest = text.split("°")
    minutes, seconds = rest.rstrip("″").split("′")
    assert abs(int(whole) + int(minutes) / 60 + float(seconds) / 3600 - lon) <= 0.0501 / 3600


def test_a_degree_of_latitude_is_111_km() -> None:
    assert distance_km(108, 22, 108, 23) == pytest.approx(111.2, abs=0.05)
