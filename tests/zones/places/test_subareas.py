"""The user's layers of townships and villages, and the points attributed to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.core.errors import ZoneFileError
from firewatch.core.vocab import Language
from zones.places.areas import Areas, areas_from, load_areas
from zones.places.locate import locate
from zones.places.subareas import SubAreas, load_subareas, subareas_from

AT = 1 / 64


def cell(x: float, y: float, width: float = 8, height: float = 8) -> shapely.Polygon:
    """Return a box of 1/64 degrees; such numbers are exact."""
    return shapely.box(108 + x * AT, 23 + y * AT, 108 + (x + width) * AT, 23 + (y + height) * AT)


@pytest.fixture(scope="module")
def two_counties() -> Areas:
    counties = pd.DataFrame(
        {
            "adcode": [450110, 450181],
            "name": ["武鸣区", "横州市"],
            "city_adcode": 450100,
            "city_name": "南宁市",
            "seat_lon": 108.0,
            "seat_lat": 23.0,
        }
    )
    shapes = np.array([cell(0, 0, 16, 16), cell(16, 0, 16, 16)], dtype=object)
    return areas_from(counties, shapes, "test")


def write(
    path: Path, shapes: Sequence[shapely.Geometry], crs: str | None = "EPSG:4490", **columns: object
) -> Path:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(list(shapes)),
        [np.array(values, dtype=object) for values in columns.values()],
        list(columns),
        geometry_type="Unknown",
        crs=crs,
    )
    return path


def at(x: Sequence[float], y: Sequence[float]) -> pd.DataFrame:
    lon, lat = 108 + np.asarray(x, float) * AT, 23 + np.asarray(y, float) * AT
    return pd.DataFrame({"lon": lon, "lat": lat, "scan_km": np.nan, "track_km": np.nan})


def townships(rows: Sequence[tuple[int, str, int]], shapes: Sequence[shapely.Geometry]) -> SubAreas:
    table = pd.DataFrame(rows, columns=["code", "name", "county_adcode"]).assign(township="")
    return subareas_from(table, np.array(shapes, dtype=object), "township", "test")


def test_codes_of_old_counties_and_names_give_the_county_of_today(
    tmp_path: Path, two_counties: Areas
) -> None:
    path = write(
        tmp_path / "乡镇.gpkg",
        [cell(0, 0), cell(16, 0), cell(16, 8), cell(0, 8), cell(24, 0)],
        代码=["450122100000", "450127100", "", "", ""],
        乡镇=["城厢镇", "横州镇", "横县百合镇", "太平镇人民政府", "南乡镇"],
        县名=["", "", "", "武鸣县", ""],
    )
    table = load_subareas(path, "township", two_counties).table
    assert table.to_dict("list") == {
        "code": [450110102, 450122100, 450127100, 450181101, 450181103],
        "name": ["太平镇", "城厢镇", "横州镇", "百合镇", "南乡镇"],
        "county_adcode": [450110, 450110, 450181, 450181, 450181],
        "township": [""] * 5,
    }


def test_polygons_of_one_township_are_joined_and_other_provinces_left_out(
    tmp_path: Path, two_counties: Areas
) -> None:
    path = write(
        tmp_path / "a.gpkg",
        [cell(0, 0), cell(8, 8), cell(500, 500)],
        code=["450110100", "450110100", "440100001"],
        name=["城厢镇", "城厢镇", "别处街道"],
    )
    layer = load_subareas(path, "township", two_counties)
    assert len(layer) == 1
    assert layer.geometry[0].area == pytest.approx(2 * 64 * AT**2)


def test_a_township_given_to_another_county_counts_there_if_list_and_place_agree() -> None:
    guangxi = load_areas("amap")
    listed = {"里雍镇": 450206101, "穿山镇": 450206109}
    yufeng = guangxi.geometry[guangxi.counties["adcode"].tolist().index(450203)]
    place = yufeng.representative_point().buffer(0.01)
    shapes = np.array([place, place], dtype=object)
    rows = pd.DataFrame({"name": list(listed), "township": ""})
    from zones.places.subarea_layer import _main_counties, _todays_counties

    stated = np.array([450206, 450206])
    rows["stated_county"] = stated
    rows["main_county"] = _main_counties(stated, shapes, guangxi)
    assert _todays_counties(rows, "township").tolist() == [450203, 450206]


def test_names_are_checked_against_the_list_of_2023(tmp_path: Path, two_counties: Areas) -> None:
    path = write(
        tmp_path / "a.gpkg",
        [cell(0, 0), cell(8, 0), cell(0, 8), cell(8, 8)],
        code=["450110100", "450110199", "450110452", "450110102"],
        name=["城厢镇", "城箱镇", "东风农场", "双桥乡"],
    )
    notes = load_subareas(path, "township", two_counties).notes(Language.ZH)
    assert any("城箱镇" in text and "武鸣区城厢镇" in text for text in notes)
    assert any("东风农场" in text and "撤销" in text for text in notes)
    assert any("缺少" in text and "太平镇" in text and "双桥" not in text for text in notes)
    assert any("1 个县" in text and "横州市" in text for text in notes)
    assert len(notes) == len(load_subareas(path, "township", two_counties).notes(Language.EN)) == 4


def test_an_area_most_of_which_lies_in_another_county_is_noted(
    tmp_path: Path, two_counties: Areas
) -> None:
    path = write(tmp_path / "a.gpkg", [cell(14, 0)], code=["450110100"], name=["城厢镇"])
    layer = load_subareas(path, "township", two_counties)
    assert layer.table["county_adcode"].tolist() == [450110]
    assert any("城厢镇" in text and "大部分位于横州市" in text for text in layer.notes(Language.ZH))


def test_villages_know_their_township_by_code_or_column(
    tmp_path: Path, two_counties: Areas
) -> None:
    path = write(
        tmp_path / "村.geojson",
        [cell(0, 0, 4, 4), cell(4, 0, 4, 4), cell(8, 0, 4, 4)],
        crs="EPSG:4326",
        村=["夏黄村委会", "双桥镇大梁村", "无名村"],
        代码=["450110100201", "", ""],
        乡镇=["", "双桥镇", ""],
    )
    table = load_subareas(path, "village", two_counties).table
    assert table["name"].tolist() == ["夏黄村", "大梁村", "无名村"]
    assert table["township"].tolist() == ["城厢镇", "双桥镇", ""]
    assert table["code"].tolist() == [450110100201, 0, 0]
    assert table["county_adcode"].tolist() == [450110] * 3


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"代码": ["450110100"]}, "名称列"),
        ({"代码": ["450110100"], "名称": [""]}, "没有名称"),
        ({"代码": ["450110100201"], "名称": ["夏黄村"]}, "村级代码"),
        ({"代码": ["4501101"], "名称": ["城厢镇"]}, "不可读"),
        ({"代码": ["440100001"], "名称": ["别处街道"]}, "本区域"),
    ],
)
def test_a_layer_that_cannot_be_used_is_refused_with_a_remedy(
    tmp_path: Path, two_counties: Areas, columns: dict[str, list[str]], says: str
) -> None:
    path = write(tmp_path / "a.gpkg", [cell(0, 0)], **columns)
    with pytest.raises(ZoneFileError, match=says) as caught:
        load_subareas(path, "township", two_counties)
    assert caught.value.remedy


def test_polygons_far_from_every_county_are_refused(tmp_path: Path, two_counties: Areas) -> None:
    path = write(tmp_path / "a.gpkg", [cell(100, 100)], name=["城厢镇"])
    with pytest.raises(ZoneFileError, match="本区域"):
        load_subareas(path, "township", two_counties)


def test_the_version_tells_apart_all_that_can_change_where_a_point_lies() -> None:
    rows = [(450110100, "城厢镇", 450110)]
    first = townships(rows, [cell(0, 0)])
    assert first.version == townships(rows, [cell(0, 0)]).version
    others = [
        townships(rows, [cell(0, 1)]),
        townships([(450110100, "城箱镇", 450110)], [cell(0, 0)]),
        townships([(450110100, "城厢镇", 450181)], [cell(0, 0)]),
        SubAreas.none(),
    ]
    assert len({first.version, *(other.version for other in others)}) == 5


def test_without_layers_township_and_village_are_empty(two_counties: Areas) -> None:
    placed = locate(at([1, 20], [1, 1]), two_counties)
    assert placed["township"].tolist() == placed["village"].tolist() == ["", ""]
    same = locate(at([1, 20], [1, 1]), two_counties, SubAreas.none(), None)
    pd.testing.assert_frame_equal(placed, same)


def test_a_point_on_a_shared_edge_goes_to_the_lowest_code_of_its_county(
    two_counties: Areas,
) -> None:
    layer = townships(
        [
            (450181100, "横州镇", 450181),
            (450110102, "双桥镇", 450110),
            (450110101, "太平镇", 450110),
        ],
        [cell(16, 0), cell(0, 0), cell(8, 0)],
    )
    placed = locate(at([8, 16, 4, 24, 4], [4, 4, 4, 4, 12]), two_counties, layer)
    assert placed["county_adcode"].tolist() == [450110, 450110, 450110, 450181, 450110]
    assert placed["township"].tolist() == ["太平镇", "太平镇", "双桥镇", "横州镇", ""]


def test_a_township_of_another_county_is_never_taken(two_counties: Areas) -> None:
    layer = townships(
        [(450110100, "城厢镇", 450110), (450181100, "横州镇", 450181)],
        [cell(0, 0, 20), cell(20, 0)],
    )
    placed = locate(at([10, 18, 22, 40], [4, 4, 4, 4]), two_counties, layer)
    assert placed["county_adcode"].tolist() == [450110, 450181, 450181, 0]
    assert placed["township"].tolist() == ["城厢镇", "", "横州镇", ""]


def test_a_narrow_closed_gap_goes_to_the_nearest_township_and_a_wide_one_to_none(
    two_counties: Areas,
) -> None:
    cut = shapely.union_all([cell(7.95, 2, 0.1, 1), cell(6, 5, 4, 2)])
    layer = townships(
        [(450110100, "城厢镇", 450110), (450110101, "太平镇", 450110)],
        [cell(0, 0).difference(cut), cell(8, 0).difference(cut)],
    )
    assert len(layer.gaps) == 1
    placed = locate(at([7.97, 8.03, 8], [2.5, 2.5, 6]), two_counties, layer)
    assert placed["township"].tolist() == ["城厢镇", "太平镇", ""]


def test_a_village_of_another_township_is_not_taken(two_counties: Areas) -> None:
    towns = townships(
        [(450110100, "城厢镇", 450110), (450110101, "太平乡", 450110)], [cell(0, 0), cell(8, 0)]
    )
    rows = pd.DataFrame(
        {
            "code": [450110100201, 450110101201, 0],
            "name": ["夏黄村", "太平村", "无名村"],
            "county_adcode": 450110,
            "township": ["城厢镇", "太平镇", ""],
        }
    )
    shapes = np.array([cell(0, 0, 10, 4), cell(10, 0, 6, 4), cell(0, 4, 16, 4)], dtype=object)
    villages = subareas_from(rows, shapes, "village", "test")
    points = at([4, 9, 12, 12], [2, 2, 2, 6])
    both = locate(points, two_counties, towns, villages)
    assert both["township"].tolist() == ["城厢镇", "太平乡", "太平乡", "太平乡"]
    assert both["village"].tolist() == ["夏黄村", "", "太平村", "无名村"]
    alone = locate(points, two_counties, None, villages)
    assert alone["village"].tolist() == ["夏黄村", "夏黄村", "太平村", "无名村"]


def by_plain_predicates(layer: SubAreas, county: int, lon: float, lat: float) -> str:
    point = shapely.Point(lon, lat)
    for (_, row), polygon in zip(layer.table.iterrows(), layer.geometry, strict=True):
        if county and row["county_adcode"] == county and polygon.covers(point):
            return str(row["name"])
    return ""


steps = st.integers(-1, 33)


@settings(max_examples=examples(40), deadline=None)
@given(places=st.lists(st.tuples(steps, steps), min_size=1, max_size=30))
def test_holes_exclaves_and_vertices_agree_with_plain_predicates(
    two_counties: Areas, places: list[tuple[int, int]]
) -> None:
    lake = cell(4, 4, 4, 4)
    layer = townships(
        [
            (450110102, "双桥镇", 450110),
            (450110100, "城厢镇", 450110),
            (450181100, "横州镇", 450181),
            (450181101, "百合镇", 450181),
        ],
        [
            cell(0, 0, 12, 16).difference(lake),
            shapely.MultiPolygon([lake, cell(12, 0, 4, 8)]),
            cell(14, 0, 10, 16),
            shapely.Polygon([(108.375, 23), (108.5, 23), (108.375, 23.25)]),
        ],
    )
    x, y = zip(*places, strict=True)
    placed = locate(at(x, y), two_counties, layer)
    expected = [
        by_plain_predicates(layer, county, lon, lat)
        for county, lon, lat in zip(
            placed["county_adcode"], placed["lon"], placed["lat"], strict=True
        )
    ]
    assert placed["township"].tolist() == expected


def test_the_order_of_rows_and_the_index_stay(two_counties: Areas) -> None:
    layer = townships([(450110100, "城厢镇", 450110)], [cell(0, 0)])
    rng = np.random.default_rng(3)
    points = at(rng.uniform(-2, 34, 200), rng.uniform(-2, 18, 200))
    shuffled = points.sample(frac=1, random_state=1)
    again = locate(shuffled, two_counties, layer)
    assert again.index.tolist() == shuffled.index.tolist()
    pd.testing.assert_frame_equal(again.sort_index(), locate(points, two_counties, layer))
