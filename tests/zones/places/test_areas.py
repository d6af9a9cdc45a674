"""Cities and counties, their codes of today and of earlier years, and the user's own layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from firewatch.core.errors import UsageError, ZoneFileError
from zones.places.adcodes import current_adcode, history
from zones.places.areas import Areas, load_areas
from zones.places.locate import locate
from zones.places.seats import seats


@pytest.fixture(scope="module")
def guangxi() -> Areas:
    return load_areas("amap")


@pytest.mark.parametrize("source", ["amap", "tianditu"])
def test_guangxi_has_14_cities_and_111_counties(source: str) -> None:
    areas = load_areas(source)
    assert len(areas.cities()) == len(areas.city_geometry()) == 14
    assert len(areas.counties) == len(areas.geometry) == 111
    assert areas.counties["adcode"].is_monotonic_increasing
    assert bool(shapely.is_valid(areas.geometry).all())
    assert (areas.counties["city_adcode"] == areas.counties["adcode"] // 100 * 100).all()


def test_the_region_has_the_area_of_guangxi(guangxi: Areas) -> None:
    from pyproj import Geod

    area_km2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(guangxi.region)[0]) / 1e6
    assert area_km2 == pytest.approx(237_600, rel=0.01)


def test_the_two_publishers_agree_on_nearly_all_land_of_each_county(guangxi: Areas) -> None:
    other = load_areas("tianditu")
    assert other.county_names().keys() == guangxi.county_names().keys()
    shared = shapely.area(shapely.intersection(guangxi.geometry, other.geometry))
    assert shared.sum() / shapely.area(guangxi.geometry).sum() > 0.98
    assert guangxi.version != other.version


def test_every_seat_lies_in_its_county_or_city(guangxi: Areas) -> None:
    counties = guangxi.counties
    points = shapely.points(counties["seat_lon"], counties["seat_lat"])
    assert bool(shapely.intersects(guangxi.geometry, points).all())
    cities = guangxi.cities().merge(seats(), on="adcode")
    assert len(cities) == 14
    points = shapely.points(cities["lon"], cities["lat"])
    assert bool(shapely.intersects(guangxi.city_geometry(), points).all())


@pytest.mark.parametrize(
    ("old_name", "old_code", "today"),
    [
        ("横县", 450127, "横州市"),
        ("平果县", 451023, "平果市"),
        ("荔浦县", 450331, "荔浦市"),
        ("武鸣县", 450122, "武鸣区"),
        ("宜州市", 451281, "宜州区"),
        ("田阳县", 451021, "田阳区"),
        ("靖西县", 451025, "靖西市"),
        ("临桂县", 450322, "临桂区"),
        ("柳江县", 450221, "柳江区"),
        ("城北区", 450104, "西乡塘区"),
    ],
)
def test_an_old_name_or_code_leads_to_todays_county(
    guangxi: Areas, old_name: str, old_code: int, today: str
) -> None:
    code = int(current_adcode(old_code))
    assert guangxi.county_names()[code] == today
    assert guangxi.adcode_of(old_name) == guangxi.adcode_of(today) == code


@pytest.mark.parametrize(
    ("code_of_2001", "code_of_2010", "today"),
    [(452122, 450127, "横州市"), (452624, 451023, "平果市"), (452702, 451281, "宜州区")],
)
def test_a_county_that_changed_its_code_twice_is_one_county_in_all_years(
    guangxi: Areas, code_of_2001: int, code_of_2010: int, today: str
) -> None:
    codes = current_adcode([code_of_2001, code_of_2010, guangxi.adcode_of(today)])
    assert set(codes.tolist()) == {guangxi.adcode_of(today)}


def test_points_of_2019_and_2021_in_heng_county_count_together(
    guangxi: Areas, tmp_path: Path
) -> None:
    heng = guangxi.geometry[guangxi.counties["adcode"].tolist().index(450181)]
    layer_2019 = load_areas(str(write_layer(tmp_path / "2019.gpkg", ["450127"], [heng])))
    at = heng.representative_point()
    point = pd.DataFrame({"lon": [at.x], "lat": [at.y], "scan_km": np.nan, "track_km": np.nan})
    seasons = [locate(point, layer_2019), locate(point, guangxi)]
    count = pd.concat(seasons).groupby("county_adcode").size()
    assert count.to_dict() == {450181: 2}
    assert layer_2019.county_names() == {450181: "横州市"}


@pytest.mark.parametrize(
    ("written", "code"),
    [("三江县", 450226), ("龙胜县", 450328), (" 横县 ", 450181), ("新城区", 450103)],
)
def test_short_and_old_names_of_counties_are_understood(
    guangxi: Areas, written: str, code: int
) -> None:
    assert guangxi.adcode_of(written) == code


def test_every_code_of_the_history_leads_to_a_county_of_today(guangxi: Areas) -> None:
    changes = history()
    names = guangxi.county_names()
    assert [names[code] for code in changes["adcode"]] == changes["name"].tolist()
    renamed = changes[changes["old_adcode"] == changes["adcode"]]
    reused = set(changes["old_adcode"]) & set(names) - set(renamed["adcode"])
    assert not reused
    assert changes["source"].str.len().min() > 0
    assert not changes.duplicated(["old_adcode", "old_name"]).any()
    assert (current_adcode(changes["old_adcode"]) == changes["adcode"]).all()


def test_codes_of_today_stay_as_they_are(guangxi: Areas) -> None:
    codes = guangxi.counties["adcode"].to_numpy()
    assert (current_adcode(codes) == codes).all()
    assert guangxi.adcode_of("南宁市") == 450100
    assert guangxi.adcode_of("无此地") is None


def write_layer(path: Path, codes: list[object], shapes: list[shapely.Geometry], **options) -> Path:
    names = np.array([f"县{code}" for code in codes], dtype=object)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes),
        [np.array(codes, dtype=object), names],
        [options.pop("code_heading", "行政区划代码"), "名称"],
        geometry_type="Polygon",
        crs=options.pop("crs", "EPSG:4490"),
        **options,
    )
    return path


def test_the_users_layer_takes_old_codes_as_todays_and_joins_parts_of_a_county(
    tmp_path: Path,
) -> None:
    shapes = [
        shapely.box(109.0, 22.5, 109.1, 22.6),
        shapely.box(109.1, 22.5, 109.2, 22.6),
        shapely.box(107.5, 23.3, 107.6, 23.4),
        shapely.box(113.0, 23.0, 113.1, 23.1),
    ]
    path = write_layer(tmp_path / "县界.gpkg", ["450127", "450181", "451023", "440106"], shapes)
    areas = load_areas(str(path))
    assert areas.counties["adcode"].tolist() == [450181, 451082]
    assert areas.county_names() == {450181: "横州市", 451082: "平果市"}
    assert areas.city_names() == {450100: "南宁市", 451000: "百色市"}
    assert areas.geometry[0].equals(shapely.box(109.0, 22.5, 109.2, 22.6))
    assert areas.source.startswith("县界.gpkg")


def test_twelve_digit_codes_are_read(tmp_path: Path) -> None:
    path = write_layer(
        tmp_path / "a.geojson",
        ["450127000000"],
        [shapely.box(109, 22.5, 109.1, 22.6)],
        crs="EPSG:4326",
    )
    assert load_areas(str(path)).counties["adcode"].tolist() == [450181]


@pytest.mark.parametrize(
    ("codes", "heading", "says"),
    [
        (["450127", "横县"], "adcode", "第 2 个图形"),
        (["450100", "450200"], "adcode", "县级"),
        (["450127", "450181"], "编号", "代码列"),
    ],
)
def test_a_layer_without_usable_county_codes_is_refused_with_a_remedy(
    tmp_path: Path, codes: list[object], heading: str, says: str
) -> None:
    shapes = [shapely.box(109, 22.5, 109.1, 22.6), shapely.box(109.1, 22.5, 109.2, 22.6)]
    path = write_layer(tmp_path / "a.gpkg", codes, shapes, code_heading=heading)
    with pytest.raises(ZoneFileError, match=says) as caught:
        load_areas(str(path))
    assert caught.value.remedy


def test_the_counties_of_an_area_are_found_by_name_old_name_or_code() -> None:
    areas = load_areas()
    assert areas.counties_of("横县") == areas.counties_of("450127") == areas.counties_of("横州市")
    assert len(areas.counties_of("北海市")) == 4
    with pytest.raises(UsageError, match="450100"):
        areas.counties_of("广州市")
