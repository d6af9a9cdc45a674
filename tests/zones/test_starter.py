"""The illustrative register: true distances, all of the region, labelled as no one's decision."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from firewatch.core.time import day_number
from zones.areas import Areas, load_areas, seats
from zones.register import OPEN_END, Register
from zones.starter import starter_register, starter_rules


@pytest.fixture(scope="module")
def guangxi() -> Areas:
    return load_areas("amap")


@pytest.fixture(scope="module")
def starter(guangxi: Areas) -> Register:
    return starter_register(guangxi, date(2019, 10, 1))


def of_kind(register: Register, kind: str) -> np.ndarray:
    return register.geometry[(register.zones["kind"] == kind).to_numpy()]


def test_every_zone_is_illustrative_and_in_force_from_the_given_day_without_end(
    starter: Register,
) -> None:
    assert starter.illustrative
    assert starter.zones["illustrative"].all()
    assert set(starter.zones["notice"]) == {"示意-STARTER"}
    assert set(starter.zones["valid_from"]) == {day_number(date(2019, 10, 1))}
    assert set(starter.zones["valid_to"]) == {OPEN_END}


def test_ban_and_restricted_together_are_the_whole_region_without_overlap(
    guangxi: Areas, starter: Register
) -> None:
    ban = shapely.union_all(of_kind(starter, "ban"))
    restricted = shapely.union_all(of_kind(starter, "restricted"))
    assert len(of_kind(starter, "restricted")) == 14
    assert shapely.intersection(ban, restricted).area == pytest.approx(0, abs=1e-9)
    assert ban.area + restricted.area == pytest.approx(guangxi.region.area, rel=1e-9)


def test_all_zones_are_valid_polygons_inside_the_region(guangxi: Areas, starter: Register) -> None:
    assert bool(shapely.is_valid(starter.geometry).all())
    assert set(shapely.get_type_id(starter.geometry)) <= {3, 6}
    outside = shapely.difference(starter.geometry, guangxi.region)
    assert shapely.area(outside).max() < 1e-9


def test_every_city_and_county_seat_lies_in_a_ban_area(starter: Register) -> None:
    ban = shapely.union_all(of_kind(starter, "ban"))
    places = seats()
    assert bool(shapely.intersects_xy(ban, places["lon"], places["lat"]).all())


def test_cane_counties_and_scenic_places_are_marked(guangxi: Areas, starter: Register) -> None:
    assert len(of_kind(starter, "sugarcane_base")) == 14
    scenic = shapely.union_all(of_kind(starter, "scenic"))
    assert scenic.intersects(shapely.Point(110.296, 25.267))
    names = starter.zones.loc[starter.zones["kind"] == "sugarcane_base", "name"]
    assert any(name.startswith("扶绥县") for name in names)


def test_every_rule_names_its_source() -> None:
    assert starter_rules()["source"].str.len().gt(0).all()


def test_the_same_day_gives_the_same_register(guangxi: Areas, starter: Register) -> None:
    assert starter_register(guangxi, date(2019, 10, 1)).version == starter.version
    assert starter_register(guangxi, date(2020, 10, 1)).version != starter.version
