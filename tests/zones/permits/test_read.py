"""Permits from the files that counties send: usual forms are read, bad ones refused by row."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import wgs84_to_gcj02
from firewatch.core.time import day_number
from firewatch.core.vocab import Language
from zones.formats.layer import Layer
from zones.permits.read import LONGEST_DAYS, read_permits
from zones.places.areas import Areas, areas_from

DAY = day_number(date(2020, 11, 5))
HEAD = (
    "方案编号,批准单位,焚烧地点,开始日期,结束日期,焚烧时段,焚烧面积（亩）,AQI上限,"
    "风速上限（米/秒）,责任人"
)
ROW = "邕计烧1号,邕宁区政府,那楼镇那良村,2020-11-05,2020年11月7日,9:00-17:00,150,100,5.4,张三"
PLACE = "经度,纬度,半径（米）"
CIRCLE = f"{HEAD},{PLACE}\n{ROW},108.5,22.5,2000\n"
SQUARE = shapely.box(108.4, 22.4, 108.5, 22.5)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def geojson(path: Path, shapes, columns: dict[str, list]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {name: values[i] for name, values in columns.items()},
            "geometry": shapely.geometry.mapping(shape),
        }
        for i, shape in enumerate(shapes)
    ]
    content = {"type": "FeatureCollection", "features": features}
    return write(path, json.dumps(content, ensure_ascii=False))


def radius_km(shape: shapely.Geometry, lon: float, lat: float) -> np.ndarray:
    corners = shapely.get_coordinates(shape)
    lons, lats = np.full(len(corners), lon), np.full(len(corners), lat)
    return Geod(ellps="WGS84").inv(lons, lats, *corners.T)[2] / 1000


def check_row(row: pd.Series) -> None:
    assert (row["number"], row["issuer"]) == ("邕计烧1号", "邕宁区政府")
    assert (row["name"], row["responsible"]) == ("那楼镇那良村", "张三")
    assert (row["valid_from"], row["valid_to"]) == (DAY, DAY + 2)
    assert (row["hours_from_min"], row["hours_to_min"]) == (540, 1020)
    assert (row["straw_area_ha"], row["max_aqi"], row["max_wind_m_s"]) == (10.0, 100.0, 5.4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_csv_with_circles_is_read(tmp_path: Path, encoding: str) -> None:
    reading = read_permits(write(tmp_path / "许可.csv", CIRCLE, encoding))
    check_row(reading.permits.permits.iloc[0])
    assert reading.permits.permits["source_file"].tolist() == ["许可.csv"]
    assert reading.notes(Language.ZH) == ()
    # The ellipsoid and the sphere part by 0.5 %.
    assert radius_km(reading.permits.geometry[0], 108.5, 22.5) == pytest.approx(2.0, rel=6e-3)


def test_the_headings_that_the_documents_promise_are_read_and_others_told(tmp_path: Path) -> None:
    head = (
        "许可编号,发放机关,起始日期,截止日期,时段,秸秆面积（亩）,AQI上限,风速上限,责任人,"
        "经度,纬度,半径（公里）,湿度"
    )
    row = "邕计烧1号,邕宁区政府,2020-11-05,2020-11-07,09:00-17:00,150,100,5.4,张三,108.5,22.5,2,60"
    reading = read_permits(write(tmp_path / "a.csv", f"{head}\n{row}\n"))
    check_row(reading.permits.permits.assign(name="那楼镇那良村").iloc[0])
    (note,) = reading.notes(Language.EN)
    assert "not read: 湿度" in note


def test_an_excel_table_with_true_dates_and_times_in_two_columns_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["2020年冬季计划烧除许可"])
    book.active.append(
        ["编号", "开始日期", "结束日期", "开始时间", "结束时间", "最大风力（级）", "经度", "纬度",
         "半径（公里）"]
    )  # fmt: skip
    row = [7, date(2020, 11, 5), date(2020, 11, 5), time(22), time(2), "3级", 108.5, 22.5, 1.5]
    book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    row = read_permits(tmp_path / "a.xlsx", issuer="横州市").permits.permits.iloc[0]
    assert (row["number"], row["issuer"]) == ("7", "横州市")
    assert (row["hours_from_min"], row["hours_to_min"]) == (1320, 120)
    # Force 3 ends at 5.4 m/s (GB/T 28591-2012).
    assert row["max_wind_m_s"] == 5.4
    assert np.isnan(row["max_aqi"])
    assert np.isnan(row["straw_area_ha"])


def test_a_polygon_layer_is_read_with_its_attributes(tmp_path: Path) -> None:
    columns = dict(zip(HEAD.split(","), ([text] for text in ROW.split(",")), strict=True))
    reading = read_permits(geojson(tmp_path / "a.geojson", [SQUARE], columns))
    check_row(reading.permits.permits.iloc[0])
    assert reading.permits.geometry[0].equals(SQUARE)


def test_polygons_beside_a_table_are_joined_by_number(tmp_path: Path) -> None:
    other = shapely.box(109.0, 22.4, 109.1, 22.5)
    third = shapely.box(109.3, 22.4, 109.4, 22.5)
    numbers = {"编号": ["2号", "邕计烧1号", "2号", "无关"]}
    layer = geojson(tmp_path / "a.geojson", [other, SQUARE, third, third], numbers)
    table = write(tmp_path / "a.csv", f"{HEAD}\n{ROW}\n{ROW.replace('邕计烧1号', '2号')}\n")
    permits = read_permits(table, polygons=layer).permits
    ground = dict(zip(permits.permits["number"], permits.geometry, strict=True))
    assert ground["邕计烧1号"].equals(SQUARE)
    assert ground["2号"].equals(shapely.union(other, third))
    write(tmp_path / "a.csv", f"{HEAD}\n{ROW.replace('邕计烧1号', '3号')}\n")
    with pytest.raises(ZoneFileError, match="没有该编号的面") as caught:
        read_permits(table, polygons=layer)
    assert "第 2 行" in caught.value.where


def test_a_layer_made_of_names_is_taken(tmp_path: Path) -> None:
    attributes = pd.DataFrame(
        {"编号": ["1号", "1号"], "开始日期": ["2020-11-05"] * 2, "结束日期": ["2020-11-05"] * 2}
    )
    shapes = np.array([SQUARE, shapely.box(108.5, 22.4, 108.6, 22.5)], dtype=object)
    layer = Layer(attributes, shapes, "EPSG:4326", tmp_path / "名单.csv", "abc")
    permits = read_permits(tmp_path / "名单.csv", layer=layer).permits
    assert len(permits) == 1
    assert permits.geometry[0].equals(shapely.box(108.4, 22.4, 108.6, 22.5))
    assert permits.permits["source_sha256"].tolist() == ["abc"]


def test_circles_may_be_given_in_the_chinese_map_datum(tmp_path: Path) -> None:
    lon, lat = wgs84_to_gcj02(108.5, 22.5)
    text = CIRCLE.replace("108.5,22.5", f"{float(lon):.7f},{float(lat):.7f}")
    shape = read_permits(write(tmp_path / "a.csv", text), crs="GCJ-02").permits.geometry[0]
    assert shape.centroid.distance(shapely.Point(108.5, 22.5)) < 1e-5


def test_rows_of_one_number_are_plots_of_one_permit(tmp_path: Path) -> None:
    text = CIRCLE + f"{ROW.replace('那良村', '那头村')},108.6,22.5,2000\n"
    permits = read_permits(write(tmp_path / "a.csv", text)).permits
    assert len(permits) == 1
    assert shapely.get_num_geometries(permits.geometry[0]) == 2
    check_row(permits.permits.iloc[0])


def test_one_number_of_two_issuers_is_two_permits(tmp_path: Path) -> None:
    text = CIRCLE + f"{ROW.replace('邕宁区', '横州市').replace('150', '90')},108.6,22.5,2000\n"
    assert len(read_permits(write(tmp_path / "a.csv", text)).permits) == 2


BAD_CELLS = {
    "no number": ("邕计烧1号", "", "编号"),
    "day": ("2020-11-05", "11月5日", "不是日期"),
    "no last day": ("2020年11月7日", "", "不是日期"),
    "no such day": ("2020年11月7日", "2020-11-31", "不是日期"),
    "ends before": ("2020年11月7日", "2020-11-04", "结束早于开始"),
    "hours": ("9:00-17:00", "上午", "时段不可读"),
    "hour 25": ("9:00-17:00", "9:00-25:00", "时段不可读"),
    "negative area": (",150,", ",-150,", "范围"),
    "text as area": (",150,", ",约150,", "范围"),
    "formula": (",150,", ",=G3+1,", "=G3"),
    "index": (",100,", ",1000,", "0–999"),
    "wind": (",5.4,", ",75,", "0–60"),
    "longitude": ("108.5", "188.5", "范围"),
    "no longitude": ("108.5", "", "范围"),
    "no radius": (",2000", ",0", "范围"),
    "wide radius": (",2000", ",20000", "0–10"),
    "far away": ("108.5", "116.4", "区域之外"),
    "swapped": ("108.5,22.5", "22.5,88.5", "区域之外"),
}


@pytest.mark.parametrize("case", BAD_CELLS)
def test_a_bad_cell_is_refused_with_row_expectation_and_remedy(tmp_path: Path, case: str) -> None:
    good, bad, says = BAD_CELLS[case]
    assert good in CIRCLE
    ninth = CIRCLE.splitlines()[1].replace("邕计烧1号", "9号")
    second = ninth.replace(good.replace("邕计烧1号", "9号"), bad)
    with pytest.raises(ZoneFileError) as caught:
        read_permits(write(tmp_path / "a.csv", f"{CIRCLE}{second}\n"))
    assert says in str(caught.value)
    assert "a.csv" in caught.value.where
    assert case in ("far away", "swapped") or "第 3 行" in caught.value.where
    assert caught.value.expected
    assert caught.value.remedy
    assert "张三" not in str(caught.value)


@pytest.mark.parametrize(("good", "bad"), [("150", "90"), ("9:00", "8:00"), ("张三", "李四")])
def test_rows_of_one_number_that_differ_are_refused_by_row(
    tmp_path: Path, good: str, bad: str
) -> None:
    text = f"{CIRCLE}{ROW.replace(good, bad)},108.6,22.5,2000\n"
    with pytest.raises(ZoneFileError, match="同一编号的各行不一致") as caught:
        read_permits(write(tmp_path / "a.csv", text))
    assert "第 3 行" in caught.value.where
    assert "李四" not in str(caught.value)


def test_a_table_that_does_not_say_where_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ZoneFileError, match="没有许可的范围") as caught:
        read_permits(write(tmp_path / "a.csv", f"{HEAD}\n{ROW}\n"))
    assert "经度" in caught.value.expected


def test_a_layer_without_the_columns_of_permits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ZoneFileError, match="缺少列：number、valid_from、valid_to"):
        read_permits(geojson(tmp_path / "a.geojson", [SQUARE], {"名称": ["x"]}))


def test_oddities_are_told_by_row_and_taken(tmp_path: Path) -> None:
    long = ROW.replace("2020年11月7日", "2021-02-28").replace("150", "1亿").replace("1亿", "99999")
    bare = "9号,,,2020-11-05,2020-11-05,,,,,"
    text = f"{HEAD},{PLACE}\n{long},108.5,22.5,500\n{bare},108.5,22.5,500\n"
    reading = read_permits(write(tmp_path / "a.csv", text))
    assert len(reading.permits) == 2
    codes = reading.findings.table[["row", "code"]].itertuples(index=False, name=None)
    assert list(codes) == [
        (2, "long_window"), (2, "more_straw_than_ground"), (3, "no_responsible"),
        (3, "no_straw_area"),
    ]  # fmt: skip
    lines = "\n".join(reading.notes(Language.ZH))
    assert "第 2 行" in lines
    assert "116 天" in lines
    assert str(LONGEST_DAYS) in lines
    assert "张三" not in lines
    assert "row 3" in "\n".join(reading.notes(Language.EN))


def test_a_window_of_the_longest_length_is_not_odd(tmp_path: Path) -> None:
    text = CIRCLE.replace("2020年11月7日", "2020-12-05")
    reading = read_permits(write(tmp_path / "a.csv", text))
    assert reading.notes(Language.ZH) == ()


def small_region() -> Areas:
    counties = pd.DataFrame(
        {
            "adcode": [450102], "name": ["甲区"], "city_adcode": [450100], "city_name": ["南宁市"],
            "seat_lon": [108.4], "seat_lat": [22.4],
        }
    )  # fmt: skip
    return areas_from(counties, np.array([shapely.box(108, 22, 108.5, 23)], dtype=object), "test")


def test_ground_outside_the_region_is_refused_and_ground_beyond_its_border_told(
    tmp_path: Path,
) -> None:
    reading = read_permits(write(tmp_path / "a.csv", CIRCLE), areas=small_region())
    (line,) = reading.notes(Language.ZH)
    # Half of a circle of 2 km is 6.28 km².
    assert "6.2" in line
    with pytest.raises(ZoneFileError, match="不在本区域内") as caught:
        text = CIRCLE.replace("108.5,", "108.6,")
        read_permits(write(tmp_path / "a.csv", text), areas=small_region())
    assert "第 2 行" in caught.value.where


def test_a_polygon_that_crosses_itself_is_mended_and_told(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(108, 22), (108.2, 22.2), (108.2, 22), (108, 22.2)])
    columns = dict(zip(HEAD.split(","), ([text] for text in ROW.split(",")), strict=True))
    reading = read_permits(geojson(tmp_path / "a.geojson", [bow_tie], columns))
    assert reading.permits.geometry[0].is_valid
    assert "自相交" in reading.notes(Language.ZH)[0]


def test_a_kml_is_read_and_its_datum_told_unless_it_is_declared(tmp_path: Path) -> None:
    corners = " ".join(f"{x},{y}" for x, y in shapely.get_coordinates(SQUARE))
    columns = zip(HEAD.split(","), ROW.split(","), strict=True)
    data = "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in columns)
    ring = f"<LinearRing><coordinates>{corners}</coordinates></LinearRing>"
    polygon = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
    mark = f"<Placemark><ExtendedData>{data}</ExtendedData>{polygon}</Placemark>"
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{mark}</Document></kml>'
    path = write(tmp_path / "a.kml", text)
    reading = read_permits(path)
    check_row(reading.permits.permits.iloc[0])
    assert any("GCJ-02" in note for note in reading.notes(Language.ZH))
    assert read_permits(path, crs="EPSG:4326").notes(Language.ZH) == ()
