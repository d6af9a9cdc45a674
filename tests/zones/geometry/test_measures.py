"""Areas and widths on the ellipsoid, against geodesics and literal shrinking."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from zones.geometry.measures import (
    area_km2,
    mean_width_km,
    opened,
    perimeter_km,
    polygonal,
    somewhere_as_wide,
)
from zones.places.areas import load_areas

GEOD = Geod(ellps="WGS84")
KM_LAT = 111.19


def geodesic(shape: shapely.Geometry) -> tuple[float, float]:
    area, perimeter = GEOD.geometry_area_perimeter(shapely.segmentize(shape, 0.01))
    return abs(area) / 1e6, perimeter / 1e3


def test_every_county_and_the_region_have_their_geodesic_area() -> None:
    areas = load_areas()
    counties = np.array([geodesic(shape)[0] for shape in areas.geometry])
    np.testing.assert_allclose(area_km2(areas.geometry), counties, rtol=2e-5)
    region = area_km2(np.array([areas.region]))[0]
    assert region == pytest.approx(geodesic(areas.region)[0], rel=3e-4)


def test_an_empty_polygon_has_neither_area_nor_width() -> None:
    shapes = np.array([shapely.Polygon(), shapely.box(108, 22, 109, 23)])
    assert area_km2(shapes)[0] == 0
    assert mean_width_km(shapes)[0] == 0
    assert perimeter_km(shapes)[1] == pytest.approx(geodesic(shapes[1])[1], rel=0.007)


def test_a_strip_is_as_wide_on_average_as_it_was_drawn() -> None:
    strip = np.array([shapely.box(108, 22.5, 109, 22.5 + 0.1 / KM_LAT)])
    assert mean_width_km(strip)[0] == pytest.approx(0.1, rel=0.01)


def test_opening_takes_the_strip_and_leaves_the_square() -> None:
    square = shapely.box(108, 22, 108.05, 22.05)
    strip = shapely.box(108.05, 22.02, 108.5, 22.02 + 0.1 / KM_LAT)
    (left,) = opened(np.array([square | strip]), 0.25)
    assert (left ^ square).area / square.area < 0.001
    (nothing,) = opened(np.array([strip]), 0.25)
    assert nothing.is_empty


def test_somewhere_as_wide_is_what_a_literal_disk_says() -> None:
    rng = np.random.default_rng(23)
    shapes = []
    for _ in range(80):
        width, length = 10 ** rng.uniform(-3.6, -1.6, 2)
        box = shapely.box(108, 22.5, 108 + width, 22.5 + length)
        shapes.append(box | shapely.box(108, 22.5, 108.1, 22.5 + 10 ** rng.uniform(-4, -2.5)))
    scale = np.cos(np.radians(22.5)) * KM_LAT
    flat = [shapely.transform(s, lambda xy: xy * [scale, KM_LAT]) for s in shapes]
    inner = np.array([shapely.maximum_inscribed_circle(s, 1e-4).length * 2 for s in flat])
    clear = np.abs(inner - 0.25) > 0.01
    told = somewhere_as_wide(np.array(shapes), 0.25)
    assert told[clear].tolist() == (inner > 0.25)[clear].tolist()
    assert 10 < told.sum() < 70


def test_only_polygons_are_left_of_what_an_overlay_leaves() -> None:
    box, line = shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])
    other = shapely.MultiPolygon([shapely.box(2, 2, 3, 3), shapely.box(4, 4, 5, 5)])
    mixed = [box, line, shapely.GeometryCollection([box, line, other]), other, shapely.Polygon()]
    left = polygonal(np.array(mixed, dtype=object))
    assert shapely.area(left).tolist() == [1, 0, 3, 2, 0]
    assert set(shapely.get_type_id(left).tolist()) <= {3, 6}
    assert shapely.is_empty(polygonal(np.array([line], dtype=object))).all()
