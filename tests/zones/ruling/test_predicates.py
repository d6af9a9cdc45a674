"""Which polygon a point lies in, against plain predicates one pair at a time.

Two oracles that share nothing with the code: shapely's `covers` on polygons that are not prepared,
and a ray cast in whole fractions, in which no rounding can decide.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate

from zones.places.areas import Areas, areas_from, load_areas
from zones.places.locate import locate
from zones.register.register import Register, register_from
from zones.ruling.rule import rule, zone_sets

NOON = pd.Timestamp("2020-11-05T04:00:00Z")
FIRST_DAY = 18_200
SEED = 20_201_105
Ring = list[tuple[Fraction, Fraction]]


def points(lon, lat, county: int = 450102) -> pd.DataFrame:
    lon, lat = np.atleast_1d(lon).astype(float), np.atleast_1d(lat).astype(float)
    times = pd.Series([NOON] * len(lon), dtype="datetime64[s, UTC]")
    return pd.DataFrame(
        {
            "lon": lon,
            "lat": lat,
            "scan_km": np.nan,
            "track_km": np.nan,
            "acquired_utc": times,
            "county_adcode": county,
        }
    )


def register_of(shapes: list[shapely.Geometry], kinds: list[str]) -> Register:
    table = pd.DataFrame({"kind": kinds, "name": [f"区{n}" for n in range(len(shapes))]})
    table = table.assign(notice="试〔2020〕1号", valid_from=FIRST_DAY)
    return register_from(table, np.array(shapes, dtype=object))


def areas_of(shapes: dict[int, shapely.Geometry]) -> Areas:
    codes = np.array(list(shapes))
    counties = pd.DataFrame({"adcode": codes, "name": [f"县{code}" for code in codes]})
    counties["city_adcode"] = codes // 100 * 100
    counties["city_name"] = [f"市{code}" for code in codes // 100 * 100]
    return areas_from(
        counties.assign(seat_lon=108.0, seat_lat=23.0),
        np.array(list(shapes.values()), dtype=object),
        "test",
    )


def fresh(shape: shapely.Geometry) -> shapely.Geometry:
    """The same polygon without anything that was prepared for it."""
    return shapely.from_wkb(shapely.to_wkb(shape))


def hit_by_covers(register: Register, lon: float, lat: float) -> set[str]:
    place = shapely.Point(lon, lat)
    pairs = zip(register.zones["zone_id"], register.geometry, strict=True)
    return {zone_id for zone_id, shape in pairs if fresh(shape).covers(place)}


def hits(table: pd.DataFrame, register: Register) -> list[set[str]]:
    sets = zone_sets(table, register)
    texts = sets.texts(register.zones["zone_id"].tolist())
    return [set(filter(None, texts[number].split(";"))) for number in sets.of_point.tolist()]


def rings_of(shape: shapely.Geometry) -> list[Ring]:
    rings = [r for p in shapely.get_parts(shape) for r in [p.exterior, *p.interiors]]
    return [[(Fraction(x), Fraction(y)) for x, y in ring.coords] for ring in rings]


def covered_in_fractions(shape: shapely.Geometry, lon: float, lat: float) -> bool:
    """Even-odd rule over all rings, edges belonging to the polygon; no number is rounded."""
    x, y, inside = Fraction(lon), Fraction(lat), False
    for ring in rings_of(shape):
        for (ax, ay), (bx, by) in pairwise(ring):
            side = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            within = min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)
            if side == 0 and within:
                return True
            if (ay > y) != (by > y) and (side > 0) == (by > ay):
                inside = not inside
    return inside


def corners_and_middles(shape: shapely.Geometry) -> np.ndarray:
    """Vertices, and middles of edges as near to the edge as a double comes."""
    found = []
    for part in shapely.get_parts(shape):
        for ring in [part.exterior, *part.interiors]:
            xy = shapely.get_coordinates(ring)
            found += [xy[:-1], (xy[:-1] + xy[1:]) / 2]
    return np.concatenate(found)


def place_near(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.uniform([108.0, 22.0], [108.3, 22.3], (count, 2))


def odd_polygon(rng: np.random.Generator, x: float, y: float, size: float) -> shapely.Geometry:
    """A star with a hole in it, an island in the hole and an islet beside it."""
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    radius = size * rng.uniform(0.5, 1.0, 12)
    shell = np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
    hole = shapely.Polygon(shell * 0.4 + np.array([x, y]) * 0.6)
    island = shapely.Polygon(shell * 0.1 + np.array([x, y]) * 0.9)
    islet = translate(island, 1.5 * size, rng.uniform(-size, size))
    return shapely.Polygon(shell).difference(hole).union(island).union(islet)


@pytest.mark.parametrize("seed", range(4))
def test_zones_with_holes_islands_and_islets_agree_on_corners_edges_and_random_places(seed) -> None:
    rng = np.random.default_rng(SEED + seed)
    print(f"seed {SEED + seed}")
    shapes = [
        odd_polygon(rng, rng.uniform(108, 108.3), rng.uniform(22, 22.3), rng.uniform(0.001, 0.2))
        for _ in range(12)
    ]
    register = register_of(shapes, ["ban", "restricted", "scenic"] * 4)
    xy = np.concatenate([corners_and_middles(shape) for shape in shapes])
    xy = np.concatenate([xy[rng.permutation(len(xy))[:120]], place_near(rng, 80)])
    found = hits(points(*xy.T), register)
    assert found == [hit_by_covers(register, lon, lat) for lon, lat in xy]
    ids, geometry = register.zones["zone_id"], register.geometry
    for (lon, lat), zones in list(zip(xy, found, strict=True))[::4]:
        pairs = zip(ids, geometry, strict=True)
        assert zones == {z for z, shape in pairs if covered_in_fractions(shape, lon, lat)}


angles = st.sampled_from([0, 10, 30, 45, 77])
corner = st.tuples(st.integers(-6, 6), st.integers(-6, 6))


@settings(max_examples=examples(60), deadline=None)
@given(
    ring=st.lists(corner, min_size=3, max_size=8, unique=True),
    hole=st.lists(corner, min_size=3, max_size=5, unique=True),
    angle=angles,
)
def test_any_polygon_turned_anyhow_holds_its_corners_and_no_place_in_its_hole(
    ring, hole, angle
) -> None:
    shape = shapely.Polygon(ring).buffer(0).difference(shapely.Polygon(hole).buffer(0))
    shape = translate(rotate(shape, angle, origin=(0, 0)), 108, 22)
    if shape.is_empty or not shape.is_valid:
        return
    xy = np.concatenate([corners_and_middles(shape), corners_and_middles(shape) + 1e-13])
    inner = shapely.Polygon(hole).buffer(0).representative_point()
    away = translate(rotate(inner, angle, origin=(0, 0)), 108, 22)
    xy = np.concatenate([xy, shapely.get_coordinates(away)])
    found = hits(points(*xy.T), register_of([shape], ["ban"]))
    assert [bool(zones) for zones in found] == [covered_in_fractions(shape, *place) for place in xy]


def test_a_place_in_a_hole_has_no_ruling_and_every_side_of_the_hole_has_one() -> None:
    ban = shapely.box(108, 22, 109, 23).difference(shapely.box(108.25, 22.25, 108.75, 22.75))
    register = register_of([ban], ["ban"])
    in_hole = points([108.5, 108.2500001, 108.7499999], [22.5, 22.5, 22.7499999])
    assert (rule(in_hole, register)["ruling"] == "unzoned").all()
    sides = points([108.25, 108.75, 108.5, 108.5], [22.5, 22.5, 22.25, 22.75])
    assert (rule(sides, register)["ruling"] == "ban_violation").all()
    outer = points([108, 109, 108.5, 108.5, 108, 109], [22.5, 22.5, 22, 23, 22, 23])
    assert (rule(outer, register)["ruling"] == "ban_violation").all()


def test_the_direction_of_a_ring_and_its_first_corner_change_nothing() -> None:
    rng = np.random.default_rng(SEED)
    shape = odd_polygon(rng, 108.1, 22.1, 0.1)
    turned = shapely.reverse(shape)
    xy = np.concatenate([corners_and_middles(shape), place_near(rng, 200)])
    one, other = (hits(points(*xy.T), register_of([s], ["ban"])) for s in (shape, turned))
    assert [bool(zones) for zones in one] == [bool(zones) for zones in other]


def test_zones_with_a_common_edge_both_hold_the_points_on_it_and_the_stricter_decides() -> None:
    rng = np.random.default_rng(SEED)
    crooked = np.array([108.2, 22.0]) + np.cumsum(rng.uniform(-0.004, 0.01, (60, 2)), axis=0)
    west = shapely.Polygon([*crooked, (108.0, crooked[-1, 1]), (108.0, 22.0)]).buffer(0)
    east = shapely.box(108.0, 22.0, 109.0, crooked[-1, 1]).difference(west)
    register = register_of([west, east], ["restricted", "ban"])
    shared = shapely.get_coordinates(shapely.intersection(west.boundary, east.boundary))
    ruled = rule(points(*shared.T), register)
    both = [west.covers(p) and east.covers(p) for p in shapely.points(shared)]
    assert sum(both) > 40
    assert (ruled["zones_hit"].str.count(";") == 1).tolist() == both
    assert (ruled["ruling"][both] == "ban_violation").all()


def test_zones_that_split_a_county_rule_its_points_and_leave_the_county_whole() -> None:
    areas = load_areas("amap")
    county = areas.geometry[areas.counties["adcode"].tolist().index(450123)]
    west, south, east, north = county.bounds
    halves = [
        county.intersection(shapely.box(west, south, (west + east) / 2, north)),
        county.intersection(shapely.box((west + east) / 2, south, east, north)),
    ]
    register = register_of(halves, ["ban", "restricted"])
    rng = np.random.default_rng(SEED)
    lon, lat = rng.uniform(west, east, 500), rng.uniform(south, north, 500)
    lon[:60] = (west + east) / 2
    ruled = rule(locate(points(lon, lat), areas), register)
    places = shapely.points(lon, lat)
    within = shapely.covers(county, places)
    assert (ruled["county_adcode"] == 450123).tolist() == within.tolist()
    expected = np.where(
        shapely.covers(fresh(halves[1]), places), "restricted_unpermitted", "unzoned"
    )
    expected[shapely.covers(fresh(halves[0]), places)] = "ban_violation"
    # A point of a neighbour just on the county's border lies in the zone as well.
    assert (ruled["ruling"][within] == expected[within]).all()
    assert set(expected[within]) == {"ban_violation", "restricted_unpermitted"}


def expected_county(areas: Areas, lon: float, lat: float) -> int:
    pairs = zip(areas.counties["adcode"].tolist(), areas.geometry, strict=True)
    return min((c for c, shape in pairs if fresh(shape).covers(shapely.Point(lon, lat))), default=0)


def mosaic(rng: np.random.Generator) -> dict[int, shapely.Geometry]:
    """Four counties of many parts, holes and islands, whose common edges have the same corners."""
    lines = [odd_polygon(rng, *place_near(rng, 1)[0], 0.05).boundary for _ in range(4)]
    frame = shapely.box(107.8, 21.8, 108.5, 22.5).boundary
    cuts = [shapely.LineString(place_near(rng, 6)) for _ in range(2)]
    net = shapely.union_all([*lines, *cuts, frame])
    faces = np.array(shapely.get_parts(shapely.polygonize([net])))
    codes = rng.choice([450102, 450107, 450110, 450123], len(faces))
    return {int(c): shapely.coverage_union_all(faces[codes == c]) for c in np.unique(codes)}


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(0, 10**6))
def test_counties_with_holes_islands_and_common_edges_hold_each_point_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    areas = areas_of(mosaic(rng))
    xy = np.concatenate([corners_and_middles(shape) for shape in areas.geometry])
    xy = np.concatenate([xy[rng.permutation(len(xy))[:40]], place_near(rng, 20)])
    found = locate(points(*xy.T), areas)["county_adcode"].tolist()
    assert found == [expected_county(areas, lon, lat) for lon, lat in xy]
    assert all(found)


def test_a_satellite_row_that_does_not_say_its_pixel_straddles_by_the_nominal_one() -> None:
    west, east = shapely.box(108, 22, 108.5, 23), shapely.box(108.5, 22, 109, 23)
    areas = areas_of({450102: west, 450103: east})
    table = points([108.497] * 3, [22.5] * 3)
    families = pd.Categorical(["MODIS", "VIIRS_I", "SUPERVISION"])
    placed = locate(table.assign(product_family=families), areas)
    assert placed["straddles"].tolist() == ["450103", "", ""]


@pytest.fixture(scope="module", params=["amap", "tianditu"])
def layer(request) -> Areas:
    return load_areas(request.param)


def covering(areas: Areas, xy: np.ndarray) -> list[list[int]]:
    """The counties that cover each place, by one plain predicate a pair."""
    plain = [fresh(shape) for shape in areas.geometry]
    codes = areas.counties["adcode"].to_numpy()
    pairs = np.array([shapely.covers(shape, shapely.points(xy)) for shape in plain])
    return [codes[column].tolist() for column in pairs.T]


def test_every_corner_and_edge_of_the_real_layer_has_exactly_one_county(layer: Areas) -> None:
    rng = np.random.default_rng(SEED)
    xy = np.concatenate([corners_and_middles(shape) for shape in layer.geometry])
    xy = xy[rng.permutation(len(xy))[:700]]
    found = locate(points(*xy.T), layer)["county_adcode"].tolist()
    expected = covering(layer, xy)
    assert found == [min(codes, default=0) for codes in expected]
    # Middles of the outer border may lie outside by less than a double can tell.
    assert sum(len(codes) == 0 for codes in expected) < 40
    assert sum(len(codes) > 1 for codes in expected) > 200


def test_every_corner_of_the_real_layer_lies_in_the_region(layer: Areas) -> None:
    lon, lat = shapely.get_coordinates(layer.geometry).T
    placed = locate(points(lon, lat), layer)
    assert (placed["county_adcode"] > 0).all()
    assert (placed["city_adcode"] == placed["county_adcode"] // 100 * 100).all()


def test_no_land_of_the_region_is_without_exactly_one_county(layer: Areas) -> None:
    rng = np.random.default_rng(SEED)
    xy = rng.uniform([104.4, 20.8], [112.1, 26.5], (20_000, 2))
    land = shapely.covers(fresh(layer.region), shapely.points(xy))
    found = (locate(points(*xy.T), layer)["county_adcode"] > 0).to_numpy()
    assert land.sum() > 7_000
    assert (found == land).all()
    some = xy[land][:400]
    assert all(len(codes) == 1 for codes in covering(layer, some))


def test_weizhou_island_is_there_to_its_shore_and_the_sea_around_it_is_not(layer: Areas) -> None:
    codes = layer.counties["adcode"].tolist()
    parts = shapely.get_parts(layer.geometry[codes.index(450502)])
    island = next(part for part in parts if part.covers(shapely.Point(109.11, 21.03)))
    assert island.bounds[3] < 21.1
    shore = points(*shapely.get_coordinates(island).T)
    assert (locate(shore, layer)["county_adcode"] == 450502).all()
    ring = island.buffer(0.003).exterior
    sea = points(*shapely.get_coordinates(ring.segmentize(0.001)).T)
    assert (locate(sea, layer)["county_adcode"] == 0).all()
    between = locate(points(109.11, 21.25), layer)
    assert between["county_adcode"].tolist() == [0]


def test_a_zone_around_weizhou_island_rules_the_island_and_not_the_mainland() -> None:
    areas = load_areas("amap")
    parts = shapely.get_parts(areas.geometry[areas.counties["adcode"].tolist().index(450502)])
    island = next(part for part in parts if part.covers(shapely.Point(109.11, 21.03)))
    register = register_of([island], ["ban"])
    ruled = rule(locate(points([109.11, 109.12, 109.11], [21.03, 21.48, 21.25]), areas), register)
    assert ruled["ruling"].tolist() == ["ban_violation", "unzoned", "unzoned"]
    assert ruled["county_adcode"].tolist()[0] == 450502
