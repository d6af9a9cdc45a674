"""The illustrative register: all of the region, true distances, labelled as no one's decision."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.errors import UsageError, ZoneFileError
from firewatch.core.time import day_number
from firewatch.core.vocab import Language
from zones.places.areas import Areas, load_areas
from zones.places.seats import seats
from zones.register.register import OPEN_END, Register
from zones.starter import (
    InputClass,
    StarterInputs,
    draw_starter,
    inputs_from,
    packaged_inputs,
    starter_rules,
    with_wind,
)

DAY = date(2019, 10, 1)


@pytest.fixture(scope="module")
def guangxi() -> Areas:
    return load_areas("amap")


@pytest.fixture(scope="module")
def starter(guangxi: Areas) -> Register:
    return draw_starter(guangxi, DAY).register


def of_kind(register: Register, kind: str) -> np.ndarray:
    return register.geometry[(register.zones["kind"] == kind).to_numpy()]


def brought(
    code: InputClass, *shapes: shapely.Geometry, names: tuple[str, ...] = (), file: str = "f.shp"
) -> StarterInputs:
    array = np.array(shapes, dtype=object)
    return inputs_from(code, names or [""] * len(shapes), array, file)


CITY = shapely.box(108.25, 22.75, 108.4, 22.88) - shapely.box(108.3, 22.8, 108.32, 22.82)
ROAD = shapely.LineString([(107.5, 22.2), (108.32, 22.82), (109.4, 23.3), (111.9, 24.9)])
RAILWAY = shapely.MultiLineString([[(106, 23), (107, 23.6)], [(109, 24, 8), (110.3, 25.3, 9)]])
RESERVE = shapely.MultiPolygon(
    [shapely.box(110, 22, 110.2, 22.1), shapely.box(110.5, 22.2, 110.7, 22.3)]
)


@pytest.fixture(scope="module")
def mixed() -> StarterInputs:
    """Return points, lines and areas, with a hole, of several parts, with heights."""
    return (
        brought(InputClass.BUILT_UP, CITY, names=("南宁市城区",), file="city.gpkg")
        .combined(brought(InputClass.EXPRESSWAY, ROAD, names=("G7201",), file="roads.shp"))
        .combined(brought(InputClass.RAILWAY, RAILWAY, file="rail.shp"))
        .combined(brought(InputClass.AIRPORT, shapely.Point(110.04, 25.22), names=("两江机场",)))
        .combined(brought(InputClass.NATURE_RESERVE, RESERVE, names=("保护区",)))
        .combined(brought(InputClass.TOWNSHIP, shapely.box(106.5, 24.2, 106.8, 24.5)))
        .combined(brought(InputClass.TOWN, shapely.Point(107.0, 22.4), shapely.Point(109.5, 24.5)))
    )


@pytest.fixture(scope="module")
def drawn(guangxi: Areas, mixed: StarterInputs) -> Register:
    return draw_starter(guangxi, DAY, mixed, packaged=False).register


@pytest.fixture(scope="module", params=["starter", "drawn"])
def any_register(request: pytest.FixtureRequest) -> Register:
    register: Register = request.getfixturevalue(request.param)
    return register


def test_every_zone_is_illustrative_and_in_force_from_the_given_day_without_end(
    any_register: Register,
) -> None:
    assert any_register.illustrative
    assert any_register.zones["illustrative"].all()
    assert set(any_register.zones["notice"]) == {"示意-STARTER"}
    assert set(any_register.zones["valid_from"]) == {day_number(DAY)}
    assert set(any_register.zones["valid_to"]) == {OPEN_END}


def test_ban_and_restricted_together_are_the_whole_region_without_overlap(
    guangxi: Areas, any_register: Register
) -> None:
    ban = shapely.union_all(of_kind(any_register, "ban"))
    restricted = shapely.union_all(of_kind(any_register, "restricted"))
    assert len(of_kind(any_register, "restricted")) == 14
    assert shapely.intersection(ban, restricted).area < 1e-12
    both = shapely.union(ban, restricted)
    assert shapely.symmetric_difference(both, guangxi.region).area < 1e-12


def test_the_restricted_area_of_a_city_lies_in_that_city(
    guangxi: Areas, any_register: Register
) -> None:
    zones = any_register.zones
    for name, city in zip(guangxi.cities()["name"], guangxi.city_geometry(), strict=True):
        of_city = (zones["name"] == f"{name}限烧区（禁烧区以外）").to_numpy()
        (rest,) = any_register.geometry[of_city]
        assert shapely.difference(rest, city).area < 1e-12


def test_all_zones_are_valid_polygons_inside_the_region(
    guangxi: Areas, any_register: Register
) -> None:
    assert bool(shapely.is_valid(any_register.geometry).all())
    assert set(shapely.get_type_id(any_register.geometry)) <= {3, 6}
    outside = shapely.difference(any_register.geometry, guangxi.region)
    assert shapely.area(outside).max() < 1e-12


def test_every_city_and_county_seat_lies_in_a_ban_area(starter: Register) -> None:
    ban = shapely.union_all(of_kind(starter, "ban"))
    places = seats()
    assert bool(shapely.intersects_xy(ban, places["lon"], places["lat"]).all())


def test_cane_counties_and_scenic_places_are_marked(starter: Register) -> None:
    assert len(of_kind(starter, "sugarcane_base")) == 14
    scenic = shapely.union_all(of_kind(starter, "scenic"))
    assert scenic.intersects(shapely.Point(110.296, 25.267))
    names = starter.zones.loc[starter.zones["kind"] == "sugarcane_base", "name"]
    assert any(name.startswith("扶绥县") for name in names)


def test_the_same_day_gives_the_same_register(guangxi: Areas, starter: Register) -> None:
    assert draw_starter(guangxi, DAY).register.version == starter.version
    assert draw_starter(guangxi, date(2020, 10, 1)).register.version != starter.version


def version(guangxi: Areas, inputs: StarterInputs) -> str:
    return draw_starter(guangxi, DAY, inputs, packaged=False).register.version


def test_the_same_inputs_in_another_order_give_the_same_register(
    guangxi: Areas, mixed: StarterInputs, drawn: Register
) -> None:
    rng = np.random.default_rng(9)
    order = rng.permutation(len(mixed.features))
    shuffled = StarterInputs(
        mixed.features.iloc[order].reset_index(drop=True), mixed.geometry[order], mixed.files[::-1]
    )
    again = shuffled.combined(StarterInputs.none())
    assert version(guangxi, again) == drawn.version
    towns = [shapely.Point(x, y) for x, y in rng.uniform([107, 23], [108, 24], (40, 2))]
    forwards = brought(InputClass.TOWN, *towns)
    backwards = brought(InputClass.TOWN, *towns[::-1], towns[0])
    assert version(guangxi, forwards) == version(guangxi, backwards)
    half = brought(InputClass.TOWN, *towns[:20]), brought(InputClass.TOWN, *towns[20:])
    assert version(guangxi, half[1].combined(half[0])) == version(guangxi, forwards)


def test_a_name_makes_one_zone_and_nameless_parts_are_numbered_from_the_north(
    guangxi: Areas,
) -> None:
    rails = brought(
        InputClass.RAILWAY,
        shapely.LineString([(107, 23.0), (107.5, 23.0)]),
        shapely.LineString([(107.5, 23.0), (107.5, 23.3)]),
        shapely.LineString([(109, 24.0), (109.5, 24.0)]),
        shapely.LineString([(106.5, 24.1), (106.8, 24.1)]),
        shapely.LineString([(110.0, 23.0), (110.2, 23.0)]),
        names=("", "", "", "湘桂铁路", "湘桂铁路"),
    )
    zones = draw_starter(guangxi, DAY, rails, packaged=False).register
    bans = zones.zones["kind"] == "ban"
    parts = dict(zip(zones.zones.loc[bans, "name"], zones.geometry[bans.to_numpy()], strict=True))
    assert set(parts) == {"铁路1两侧2公里", "铁路2两侧2公里", "湘桂铁路两侧2公里"}
    assert parts["铁路1两侧2公里"].intersects(shapely.Point(109.2, 24.0))
    assert parts["铁路2两侧2公里"].intersects(shapely.Point(107.5, 23.2))
    assert len(shapely.get_parts(parts["湘桂铁路两侧2公里"])) == 2


def test_one_nameless_area_has_no_number(guangxi: Areas) -> None:
    port = brought(InputClass.AIRPORT, shapely.Point(108.17, 22.61))
    names = draw_starter(guangxi, DAY, port, packaged=False).register.zones["name"]
    assert "机场周边15公里" in set(names)


def test_what_the_user_brings_takes_the_place_of_the_packaged_class_only(
    guangxi: Areas, starter: Register
) -> None:
    city = brought(InputClass.BUILT_UP, CITY, names=("南宁建成区",))
    drawing = draw_starter(guangxi, DAY, city)
    names = set(drawing.register.zones["name"])
    assert "南宁建成区周边10公里" in names
    assert not any("城区周边10公里" in name and "建成区" not in name for name in names)
    assert "横州市驻地周边2公里" in names
    (note,) = drawing.sentences(Language.ZH)
    assert (
        note == "城市建成区采用用户的输入；城镇建成区、风景名胜区、产蔗县示意点仍采用自带的示意数据"
    )
    only = draw_starter(guangxi, DAY, city, packaged=False)
    assert only.sentences(Language.EN) == ()
    assert (only.register.zones["kind"] == "ban").sum() == 1


def test_real_cane_bases_take_the_place_of_the_circles_for_show(guangxi: Areas) -> None:
    base = shapely.box(107.8, 22.5, 107.9, 22.6)
    zones = draw_starter(
        guangxi, DAY, brought(InputClass.SUGARCANE_BASE, base, names=("扶绥渠黎基地",))
    ).register
    (name,) = zones.zones.loc[zones.zones["kind"] == "sugarcane_base", "name"]
    (shape,) = of_kind(zones, "sugarcane_base")
    assert name == "扶绥渠黎基地"
    assert shape.equals(base)


def test_whole_townships_are_taken_as_they_are(drawn: Register) -> None:
    shape = drawn.geometry[(drawn.zones["name"] == "乡镇全域").to_numpy()]
    assert shape[0].equals(shapely.box(106.5, 24.2, 106.8, 24.5))


def test_lines_cannot_be_taken_whole(guangxi: Areas) -> None:
    lines = brought(InputClass.TOWNSHIP, ROAD, file="乡镇.shp")
    with pytest.raises(ZoneFileError, match=r"乡镇\.shp.*要求面，实有LineString"):
        draw_starter(guangxi, DAY, lines)


def test_the_wind_is_told_in_the_name_and_only_moves_rules_that_know_of_it(
    guangxi: Areas, mixed: StarterInputs, drawn: Register
) -> None:
    windy = draw_starter(
        guangxi, DAY, mixed, with_wind(starter_rules(), 22.5), packaged=False
    ).register
    same = set(windy.zones["zone_id"]) & set(drawn.zones["zone_id"])
    bans = drawn.zones["kind"] == "ban"
    assert len(set(drawn.zones.loc[bans, "zone_id"]) - same) == 1
    assert "南宁市城区周边10公里（上风向15公里）" in set(windy.zones["name"])


def test_a_file_wholly_outside_the_region_is_told(guangxi: Areas) -> None:
    far = brought(InputClass.RAILWAY, shapely.LineString([(116, 39), (117, 40)]), file="北京.shp")
    near = brought(InputClass.RAILWAY, RAILWAY, file="广西.shp")
    drawing = draw_starter(guangxi, DAY, far.combined(near), packaged=False)
    (note,) = drawing.sentences(Language.ZH)
    assert note.startswith("北京.shp（铁路）全部位于区域之外（116.000–117.000 E, 39.000–40.000 N）")
    alone = draw_starter(guangxi, DAY, far, packaged=False)
    assert set(alone.register.zones["kind"]) == {"restricted"}
    assert len(alone.notes) == 1


def test_a_thing_beyond_the_border_bans_the_ground_it_reaches_on_this_side(
    guangxi: Areas,
) -> None:
    # Lianjiang in Guangdong, 3 km from the border.
    edge = shapely.Point(109.78, 21.52)
    assert not guangxi.region.contains(edge)
    zones = draw_starter(guangxi, DAY, brought(InputClass.AIRPORT, edge), packaged=False).register
    ban = shapely.union_all(of_kind(zones, "ban"))
    assert ban.area > 0
    assert shapely.difference(ban, guangxi.region).area < 1e-12


def test_every_zone_names_its_inputs_and_their_hash(guangxi: Areas, drawn: Register) -> None:
    zones = drawn.zones.set_index("name")
    assert zones.loc["南宁市城区周边10公里", "source_file"] == "city.gpkg"
    assert zones.loc["G7201两侧2公里", "source_file"] == "roads.shp"
    everything = zones.loc["南宁市限烧区（禁烧区以外）", "source_file"]
    assert everything == "city.gpkg; f.shp; rail.shp; roads.shp"
    (digest,) = set(zones["source_sha256"])
    assert len(digest) == 64
    city = brought(InputClass.BUILT_UP, CITY)
    moved = brought(InputClass.BUILT_UP, shapely.transform(CITY, lambda xy: xy + 0.001))
    digests = {
        draw_starter(guangxi, day, inputs, rules, packaged=False).register.zones["source_sha256"][0]
        for day, inputs, rules in [
            (DAY, city, None),
            (date(2020, 1, 1), city, None),
            (DAY, moved, None),
            (DAY, city, starter_rules().assign(distance_km=5.0)),
        ]
    }
    assert len(digests) == 3


def test_packaged_inputs_are_seats_of_all_counties_and_some_places(guangxi: Areas) -> None:
    packaged = packaged_inputs(guangxi)
    assert packaged.classes == (
        InputClass.BUILT_UP,
        InputClass.TOWN,
        InputClass.SCENIC,
        InputClass.CANE_COUNTY,
    )
    names = packaged.features.groupby("input_class")["name"].agg(set)
    assert names["built_up"] == {f"{city}城区" for city in guangxi.cities()["name"]}
    counties = guangxi.counties[~guangxi.counties["name"].str.endswith("区")]
    assert names["town"] == {f"{county}驻地" for county in counties["name"]}
    assert (len(names["scenic"]), len(names["cane_county"])) == (4, 14)


def test_without_anything_to_draw_round_there_is_an_error(guangxi: Areas) -> None:
    with pytest.raises(UsageError, match="没有可据以画区的输入"):
        draw_starter(guangxi, DAY, packaged=False)
    of_depots = starter_rules().query("input_class == 'depot'")
    with pytest.raises(UsageError, match="没有可据以画区的输入"):
        draw_starter(guangxi, DAY, rules=of_depots)


def test_a_class_that_the_rules_do_not_know_is_an_error(guangxi: Areas) -> None:
    rules = starter_rules()[starter_rules()["input_class"] != "depot"]
    depot = brought(InputClass.DEPOT, shapely.Point(108, 23))
    with pytest.raises(UsageError, match="规则表中没有 油库粮库"):
        draw_starter(guangxi, DAY, depot, rules)


def test_every_class_has_a_rule_and_every_rule_names_its_source() -> None:
    rules: pd.DataFrame = starter_rules()
    assert set(rules["input_class"]) == set(InputClass)
    assert rules["source"].str.len().gt(0).all()


def test_distances_are_those_of_the_published_notices() -> None:
    bans = starter_rules().query("kind == 'ban'").set_index("input_class")
    km = bans["distance_km"].to_dict()
    assert (km["built_up"], bans.loc["built_up", "upwind_km"]) == (10, 15)
    assert km["town"] == km["expressway"] == km["railway"] == 2
    assert km["township"] == km["village"] == 0
    protected = ("nature_reserve", "scenic", "monument", "depot", "power_line")
    assert {km[code] for code in protected} == {1}
    assert starter_rules()["upwind_from_deg"].isna().all()
