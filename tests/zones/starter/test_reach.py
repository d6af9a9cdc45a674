"""Distances round points, lines and areas, against geodesics on the ellipsoid."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer
from scipy.spatial import cKDTree

from firewatch.core.geo import Extent
from zones.places.areas import load_areas
from zones.starter import InputClass, StarterInputs, draw_starter, inputs_from
from zones.starter.reach import Distances, reach

GEOD = Geod(ellps="WGS84")
GUANGXI = Extent(104.4, 20.9, 112.1, 26.4)


def distances(count: int, km: float, *wind: float) -> Distances:
    """Return the same distance for all: all round, and upwind if (km, from, half width) follow."""
    values = (km, *(wind or (np.nan, np.nan, 45.0)))
    return Distances(*(np.full(count, value) for value in values))


def reached(shape: shapely.Geometry, km: float, *wind: float) -> shapely.Geometry:
    pieces, _ = reach(np.array([shape], dtype=object), distances(1, km, *wind), GUANGXI)
    return shapely.union_all(pieces)


def samples(shape: shapely.Geometry, step_m: float) -> np.ndarray:
    """Return points along a shape's lines or outline, straight in degrees, closer than a step."""
    return shapely.get_coordinates(shapely.segmentize(shape, step_m / 112_000))


def in_space(lonlat: np.ndarray) -> np.ndarray:
    """Return geocentric metres on the ellipsoid, in which chords are as good as geodesics."""
    change = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    return np.column_stack(change.transform(lonlat[:, 0], lonlat[:, 1], np.zeros(len(lonlat))))


def geodesic_km(points: np.ndarray, shape: shapely.Geometry, step_m: float = 25) -> np.ndarray:
    """Return the geodesic distance from points to a shape's lines or outline, km."""
    along = samples(shape, step_m)
    # The tree only proposes candidates; a geodesic decides among them.
    candidates = min(8, len(along))
    _, near = cKDTree(in_space(along)).query(in_space(points), candidates)
    near = near.reshape(len(points), candidates)
    start = np.broadcast_to(points[:, None], (*near.shape, 2))
    _, _, metres = GEOD.inv(start[..., 0], start[..., 1], along[near][..., 0], along[near][..., 1])
    return np.asarray(metres).min(axis=1) / 1000


def edge(shape: shapely.Geometry, step_m: float) -> np.ndarray:
    return samples(shapely.boundary(shape), step_m)


CORNERS = [(104.5, 26.3), (112.0, 26.3), (104.6, 21.0), (109.1, 21.02), (108.999, 23.999)]


@pytest.mark.parametrize("km", [1.0, 2.0, 10.0, 15.0, 50.0])
@pytest.mark.parametrize("place", CORNERS)
def test_a_circle_is_true_to_a_thousandth_wherever_it_lies(
    place: tuple[float, float], km: float
) -> None:
    circle = reached(shapely.Point(place), km)
    away = geodesic_km(edge(circle, 20 * km), shapely.Point(place))
    assert np.abs(away / km - 1).max() < 0.001


def test_both_sides_of_a_straight_road_through_the_whole_region_are_true_to_a_thousandth() -> None:
    road = shapely.LineString([(104.5, 21.1), (112.0, 26.2)])
    strip = reached(road, 2.0)
    assert strip.geom_type == "Polygon"
    away = geodesic_km(edge(strip, 400), road)
    assert np.abs(away / 2 - 1).max() < 0.001


@pytest.mark.parametrize("seed", range(8))
def test_a_winding_railway_is_true_to_a_thousandth(seed: int) -> None:
    rng = np.random.default_rng(seed)
    heading = np.cumsum(rng.normal(0, rng.uniform(0.01, 0.5), 300))
    steps = rng.uniform(0.0005, 0.02) * np.column_stack([np.cos(heading), np.sin(heading)])
    track = np.cumsum(steps, axis=0)
    line = shapely.LineString(track - track.mean(axis=0) + [108.5, 23.7])
    strip = reached(shapely.intersection(line, shapely.box(105, 21.5, 111.5, 26)), 2.0)
    line = shapely.intersection(line, shapely.box(105, 21.5, 111.5, 26))
    away = geodesic_km(edge(strip, 200), line)
    assert np.abs(away / 2 - 1).max() < 0.001


def town(corners: int, jag: float, seed: int = 1) -> shapely.Polygon:
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = 0.02 * (1 + 0.3 * np.sin(3 * turn) + jag * rng.normal(size=corners))
    place = np.column_stack([110 + radius * np.cos(turn), 24 + radius * np.sin(turn)])
    return shapely.make_valid(shapely.Polygon(place))


# Few corners, many of them, and many across the meeting of four cells at 110 E, 24 N.
@pytest.mark.parametrize(("corners", "jag"), [(12, 0.0), (150, 0.04), (900, 0.0), (900, 0.03)])
def test_a_built_up_area_with_any_outline_is_true_to_a_thousandth(corners: int, jag: float) -> None:
    area = town(corners, jag)
    grown = reached(area, 2.0)
    assert grown.covers(area)
    away = geodesic_km(edge(grown, 100), shapely.boundary(area))
    assert np.abs(away / 2 - 1).max() < 0.001


def test_a_hole_shrinks_by_the_distance_and_a_narrow_one_is_gone() -> None:
    outer = shapely.box(108.0, 23.0, 108.4, 23.4)
    wide, narrow = shapely.box(108.05, 23.05, 108.2, 23.2), shapely.box(108.3, 23.3, 108.33, 23.33)
    grown = reached(outer.difference(wide).difference(narrow), 2.0)
    (inner,) = grown.interiors
    away = geodesic_km(samples(inner, 50), wide.exterior)
    assert np.abs(away / 2 - 1).max() < 0.001
    assert shapely.Polygon(inner).within(wide)


def test_points_lines_areas_collections_and_heights_all_have_ground_round_them() -> None:
    mixed = shapely.GeometryCollection(
        [
            shapely.MultiPoint([(106.0, 22.0), (107.0, 22.5)]),
            shapely.MultiLineString([[(108, 22), (108.1, 22.1)], [(109, 22), (109.2, 22.3)]]),
            shapely.MultiPolygon([shapely.box(110, 24, 110.1, 24.1), shapely.box(111, 25, 111.1, 25)
                                  .buffer(0.01)]),
        ]
    )  # fmt: skip
    parts = [part for group in mixed.geoms for part in group.geoms]
    apart = shapely.union_all([reached(part, 1.5) for part in parts])
    whole = reached(mixed, 1.5)
    assert len(shapely.get_parts(whole)) == 6
    assert shapely.symmetric_difference(whole, apart).area < 1e-9 * whole.area


def test_at_no_distance_an_area_stays_as_it_is() -> None:
    area = town(50, 0.01)
    assert reached(area, 0.0).equals_exact(area, 0)


def test_what_lies_too_far_from_the_region_reaches_nothing() -> None:
    places = np.array([shapely.Point(120, 30), shapely.Point(108, 23)], dtype=object)
    _, owner = reach(places, distances(2, 10.0), GUANGXI)
    assert set(owner) == {1}


def blown_oracle(points: np.ndarray, sources: np.ndarray, slack: float, turn: float) -> np.ndarray:
    """Say which points lie within 10 km of a source, or 15 km to the upwind side (30° ± 45°)."""
    count = (len(points), len(sources))
    start = np.broadcast_to(sources[None], (*count, 2))
    end = np.broadcast_to(points[:, None], (*count, 2))
    bearing, _, metres = GEOD.inv(start[..., 0], start[..., 1], end[..., 0], end[..., 1])
    off = np.abs((np.asarray(bearing) - 30 + 180) % 360 - 180)
    km = np.asarray(metres) / 1000
    inside = (km <= 10 * slack) | ((km <= 15 * slack) & (off <= 45 + turn))
    return np.asarray(inside.any(axis=1))


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(108.32, 22.82),
        shapely.MultiPoint([(108.2, 22.9), (108.4, 22.7)]),
        shapely.LineString([(108.2, 22.7), (108.3, 22.9), (108.4, 22.7)]),
        shapely.box(108.25, 22.75, 108.35, 22.9) - shapely.box(108.3, 22.8, 108.32, 22.85),
    ],
    ids=["point", "points", "line", "area"],
)  # fmt: skip
def test_the_upwind_side_reaches_further_within_its_sector_and_nowhere_else(
    shape: shapely.Geometry,
) -> None:
    grown = reached(shape, 10.0, 15.0, 30.0, 45.0)
    rng = np.random.default_rng(4)
    points = np.column_stack([rng.uniform(107.9, 108.8, 1500), rng.uniform(22.4, 23.3, 1500)])
    sources = samples(shape, 200)
    found = shapely.intersects_xy(grown, points)
    within_shape = shapely.intersects_xy(shape, points)
    surely = blown_oracle(points, sources, 0.998, -0.5) | within_shape
    possibly = blown_oracle(points, sources, 1.002, 0.5) | within_shape
    assert found[surely].all()
    assert not found[~possibly].any()
    calm = shapely.intersects_xy(reached(shape, 10.0), points)
    assert (found & ~calm).sum() > 10


def test_wind_from_the_north_reaches_north() -> None:
    grown = reached(shapely.Point(108.32, 22.82), 10.0, 15.0, 0.0, 45.0)
    for bearing, far in [(0, 14.9), (44, 14.9), (316, 14.9), (46, 9.9), (90, 9.9), (180, 9.9)]:
        lon, lat, _ = GEOD.fwd(108.32, 22.82, bearing, far * 1000)
        assert grown.contains(shapely.Point(lon, lat))
        lon, lat, _ = GEOD.fwd(108.32, 22.82, bearing, (far + 0.2) * 1000)
        assert not grown.contains(shapely.Point(lon, lat))


KM = {
    InputClass.BUILT_UP: 10.0,
    InputClass.TOWN: 2.0,
    InputClass.EXPRESSWAY: 2.0,
    InputClass.RAILWAY: 2.0,
    InputClass.AIRPORT: 15.0,
    InputClass.MONUMENT: 1.0,
    InputClass.VILLAGE: 0.0,
}
CITY = shapely.box(108.2, 22.7, 108.6, 23.2) - shapely.box(108.3, 22.8, 108.5, 23.1)
TRACKS = shapely.MultiLineString([[(106, 23), (107, 23.6)], [(109, 24), (110, 25)]])
THINGS = (
    (InputClass.BUILT_UP, CITY),
    (InputClass.TOWN, shapely.MultiPoint([(107.0, 22.4), (109.5, 24.5), (110.9, 25.9)])),
    (InputClass.EXPRESSWAY, shapely.LineString([(107.2, 22.2), (108.32, 22.82), (111.9, 24.9)])),
    (InputClass.RAILWAY, TRACKS),
    (InputClass.AIRPORT, shapely.Point(110.04, 25.22)),
    (InputClass.MONUMENT, shapely.box(106.7, 23.1, 106.9, 23.4)),
    (InputClass.VILLAGE, shapely.box(106.5, 24.2, 106.8, 24.5)),
)


def test_a_point_is_banned_if_and_only_if_an_input_is_within_its_distance() -> None:
    guangxi = load_areas("amap")
    inputs = StarterInputs.none()
    for code, shape in THINGS:
        inputs = inputs.combined(inputs_from(code, [""], np.array([shape]), "f"))
    register = draw_starter(guangxi, date(2020, 1, 1), inputs, packaged=False).register
    ban = shapely.union_all(register.geometry[register.zones["kind"] == "ban"])

    rng = np.random.default_rng(20)
    west, south, east, north = guangxi.region.bounds
    anywhere = np.column_stack([rng.uniform(west, east, 4000), rng.uniform(south, north, 4000)])
    along = np.concatenate([samples(shape, 5000) for _, shape in THINGS])
    near = along[rng.integers(0, len(along), 4000)] + rng.normal(0, 0.04, (4000, 2))
    points = np.concatenate([anywhere, near])
    points = points[shapely.intersects_xy(guangxi.region, points)]
    surely, possibly = np.zeros((2, len(points)), dtype=bool)
    for code, shape in THINGS:
        inside = shapely.intersects_xy(shape, points)
        away = np.where(inside, 0.0, geodesic_km(points, shape))
        surely |= away <= KM[code] * 0.998
        possibly |= away <= KM[code] * 1.002
    banned = shapely.intersects_xy(ban, points)
    assert banned[surely].all()
    assert not banned[~possibly].any()
    assert surely.sum() > 1000
    assert (~possibly).sum() > 1000
    assert (surely == possibly).mean() > 0.99
