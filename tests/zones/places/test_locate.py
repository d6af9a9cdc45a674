"""Where a fire point lies: exactly one county, whatever lies on a border."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.core.footprint import boxes
from zones.places.areas import Areas, areas_from, load_areas
from zones.places.locate import locate


def pixels(lon, lat, scan_km=1.0, track_km=1.0) -> pd.DataFrame:
    lon, lat = np.atleast_1d(lon).astype(float), np.atleast_1d(lat).astype(float)
    return pd.DataFrame({"lon": lon, "lat": lat, "scan_km": scan_km, "track_km": track_km})


def made_up_areas(polygons: dict[int, shapely.Geometry]) -> Areas:
    codes = list(polygons)
    counties = pd.DataFrame(
        {
            "adcode": codes,
            "name": [f"县{code}" for code in codes],
            "city_adcode": [code // 100 * 100 for code in codes],
            "city_name": [f"市{code // 100 * 100}" for code in codes],
            "seat_lon": 108.0,
            "seat_lat": 23.0,
        }
    )
    return areas_from(counties, np.array(list(polygons.values()), dtype=object), "test")


@pytest.fixture(scope="module")
def guangxi() -> Areas:
    return load_areas("amap")


def county_by_plain_predicates(areas: Areas, lon: float, lat: float) -> int:
    point = shapely.Point(lon, lat)
    codes = areas.counties["adcode"].tolist()
    covering = [c for c, p in zip(codes, areas.geometry, strict=True) if p.covers(point)]
    return min(covering, default=0)


def straddled_by_plain_predicates(areas: Areas, row: pd.Series) -> str:
    ground = boxes([row["lon"]], [row["lat"]], [row["scan_km"]], [row["track_km"]])[0]
    codes = areas.counties["adcode"].tolist()
    touched = [c for c, p in zip(codes, areas.geometry, strict=True) if p.intersects(ground)]
    inside = row["county_adcode"] != 0
    return ";".join(str(c) for c in touched if c != row["county_adcode"]) if inside else ""


@pytest.mark.realdata
def test_the_southeast_asian_day_has_37_rows_in_five_cities_of_guangxi(
    guangxi: Areas, realdata: Path
) -> None:
    rows = pd.read_csv(realdata / "firms" / "MODIS_C6_SouthEast_Asia_24h.csv")
    placed = locate(pixels(rows["longitude"], rows["latitude"]), guangxi)
    by_city = placed.query("city_adcode > 0")["city_adcode"].map(guangxi.city_names())
    expected = {"玉林市": 23, "北海市": 7, "钦州市": 4, "梧州市": 2, "防城港市": 1}
    assert by_city.value_counts().to_dict() == expected


@pytest.mark.realdata
def test_2960_of_5109_rows_of_the_bounding_box_lie_in_guangxi(
    guangxi: Areas, realdata: Path
) -> None:
    rows = pd.read_csv(realdata / "firms" / "guangxi_bbox_modis_firms.csv")
    placed = locate(pixels(rows["longitude"], rows["latitude"]), guangxi)
    assert len(rows) == 5109
    assert int((placed["county_adcode"] > 0).sum()) == 2960


def test_every_point_goes_to_the_county_that_plain_predicates_name(guangxi: Areas) -> None:
    rng = np.random.default_rng(20201001)
    lon, lat = rng.uniform(104.4, 112.1, 300), rng.uniform(20.8, 26.5, 300)
    placed = locate(pixels(lon, lat), guangxi)
    expected = [county_by_plain_predicates(guangxi, x, y) for x, y in zip(lon, lat, strict=True)]
    assert placed["county_adcode"].tolist() == expected
    assert (placed["city_adcode"] == placed["county_adcode"] // 100 * 100).all()


def test_a_point_on_a_shared_border_goes_to_the_lowest_adcode_that_covers_it(
    guangxi: Areas,
) -> None:
    corners = shapely.get_coordinates(guangxi.geometry[::10])[::400]
    placed = locate(pixels(corners[:, 0], corners[:, 1], np.nan, np.nan), guangxi)
    expected = [county_by_plain_predicates(guangxi, x, y) for x, y in corners]
    assert placed["county_adcode"].tolist() == expected
    assert (placed["county_adcode"] > 0).all()


def test_no_land_of_the_region_has_two_counties_or_none(guangxi: Areas) -> None:
    together = shapely.area(guangxi.geometry).sum()
    assert guangxi.region.area == pytest.approx(together, rel=1e-12)
    assert len(guangxi.gaps) == 0


def test_weizhou_island_belongs_to_haicheng_in_beihai(guangxi: Areas) -> None:
    placed = locate(pixels(109.11, 21.04), guangxi).iloc[0]
    assert guangxi.county_names()[placed["county_adcode"]] == "海城区"
    assert guangxi.city_names()[placed["city_adcode"]] == "北海市"


def test_an_exclave_of_another_province_inside_the_region_stays_outside(guangxi: Areas) -> None:
    holes = [ring for part in shapely.get_parts(guangxi.region) for ring in part.interiors]
    assert len(holes) == 1
    inside = shapely.point_on_surface(shapely.Polygon(holes[0]))
    assert locate(pixels(inside.x, inside.y), guangxi)["county_adcode"].tolist() == [0]


def test_a_narrow_closed_gap_goes_to_the_nearest_county_and_a_wide_one_to_none() -> None:
    left = shapely.box(108.0, 23.0, 108.1, 23.2)
    right = shapely.box(108.1, 23.0, 108.2, 23.2)
    narrow = shapely.box(108.0995, 23.05, 108.1005, 23.06)
    wide = shapely.box(108.08, 23.1, 108.12, 23.15)
    cut = shapely.union_all([narrow, wide])
    areas = made_up_areas({450102: left.difference(cut), 450103: right.difference(cut)})
    assert len(areas.gaps) == 1
    placed = locate(pixels([108.0998, 108.1002, 108.1], [23.055, 23.055, 23.12]), areas)
    assert placed["county_adcode"].tolist() == [450102, 450103, 0]


def test_a_point_just_beyond_the_outer_border_is_outside() -> None:
    areas = made_up_areas({450102: shapely.box(108.0, 23.0, 108.1, 23.1)})
    placed = locate(pixels([108.1, 108.1 + 1e-9, 108.05], [23.05, 23.05, 23.1 + 1e-9]), areas)
    assert placed["county_adcode"].tolist() == [450102, 0, 0]


def test_straddles_names_the_other_counties_under_the_pixel(guangxi: Areas) -> None:
    rng = np.random.default_rng(7)
    corners = shapely.get_coordinates(guangxi.geometry)
    near = corners[rng.choice(len(corners), 250)] + rng.normal(0, 0.008, (250, 2))
    points = pixels(near[:, 0], near[:, 1], rng.uniform(0.38, 4.8, 250), rng.uniform(0.37, 2, 250))
    placed = locate(points, guangxi)
    expected = [straddled_by_plain_predicates(guangxi, row) for _, row in placed.iterrows()]
    assert placed["straddles"].tolist() == expected
    assert (placed["straddles"] != "").sum() > 50


def test_a_patrol_without_pixel_straddles_nothing(guangxi: Areas) -> None:
    placed = locate(pixels(108.32, 22.82, np.nan, np.nan), guangxi)
    assert placed["straddles"].tolist() == [""]


def test_the_order_of_rows_changes_nothing_and_the_index_stays(guangxi: Areas) -> None:
    rng = np.random.default_rng(3)
    points = pixels(rng.uniform(106, 111, 200), rng.uniform(22, 25, 200), 2.0, 2.0)
    shuffled = points.sample(frac=1, random_state=1)
    again = locate(shuffled, guangxi)
    assert again.index.tolist() == shuffled.index.tolist()
    pd.testing.assert_frame_equal(again.sort_index(), locate(points, guangxi))


def test_an_empty_table_gets_its_columns(guangxi: Areas) -> None:
    placed = locate(pixels([], []), guangxi)
    assert len(placed) == 0
    assert {"city_adcode", "county_adcode", "township", "straddles"} <= set(placed.columns)
    assert str(placed["straddles"].dtype) == str(placed["township"].dtype) == "str"


# Whole numbers of 1/64 degree are exact, so that many points fall on edges and vertices.
steps = st.integers(0, 32)


@settings(max_examples=examples(60), deadline=None)
@given(places=st.lists(st.tuples(steps, steps), min_size=1, max_size=30))
def test_holes_islands_and_shared_vertices_agree_with_plain_predicates(
    places: list[tuple[int, int]],
) -> None:
    at = 1 / 64
    ring = shapely.box(108, 23, 108 + 16 * at, 23 + 16 * at)
    lake = shapely.box(108 + 4 * at, 23 + 4 * at, 108 + 8 * at, 23 + 8 * at)
    islet = shapely.box(108 + 24 * at, 23 + 24 * at, 108 + 25 * at, 23 + 25 * at)
    wedge = shapely.Polygon([(108 + 16 * at, 23), (108.5, 23), (108 + 16 * at, 23 + 16 * at)])
    areas = made_up_areas(
        {
            450107: ring.difference(lake),
            450102: shapely.MultiPolygon([lake, islet]),
            450105: wedge,
        }
    )
    lon = [108 + x * at for x, _ in places]
    lat = [23 + y * at for _, y in places]
    placed = locate(pixels(lon, lat, np.nan, np.nan), areas)
    expected = [county_by_plain_predicates(areas, x, y) for x, y in zip(lon, lat, strict=True)]
    assert placed["county_adcode"].tolist() == expected
