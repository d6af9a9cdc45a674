"""Tables that counties keep: points of patrol, drone, tower video and infrared."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from coord_convert.transform import wgs2gcj

from firewatch.core.errors import UnreadableFileError
from imagery.lists.workbook import SHEET_STEP

HEADING = "序号,发现时间,经度(°),纬度(°),发现方式,置信度,坐标系,巡查员,联系电话"


def table(firms: Any, path: Path, *rows: str, heading: str = HEADING) -> Any:
    return firms.read(firms.file(path, heading, *rows))


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_clock_times_are_beijing_time(firms: Any, tmp_path: Path) -> None:
    rows = [
        "1,2020-10-01 00:30,108.36,22.81,巡查,,,,",
        "2,2020-09-30T16:30:00Z,108.36,22.81,巡查,,,,",
    ]
    points = table(firms, tmp_path / "t.csv", *rows).points
    expected = datetime(2020, 9, 30, 16, 30, tzinfo=UTC)
    assert points["acquired_utc"].tolist() == [expected, expected]
    assert points["source"].tolist() == ["supervision"] * 2
    assert points["product_family"].tolist() == ["SUPERVISION"] * 2
    assert points["product_rank"].tolist() == [0, 0]
    assert points[["scan_km", "track_km", "frp_mw"]].isna().all(axis=None)


@pytest.mark.parametrize(
    "heading", ["时间(UTC)", "时间（UTC）", "UTC时间", "time_utc", "time (UTC)"]
)
def test_a_utc_column_is_utc(firms: Any, tmp_path: Path, heading: str) -> None:
    lines = (f"{heading},lon,lat,means", "2020-11-05 06:05,108.36,22.81,uav")
    points = firms.read(firms.file(tmp_path / "t.csv", *lines)).points
    assert points["acquired_utc"].tolist() == [datetime(2020, 11, 5, 6, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    "heading", ["时间(UTC+8)", "时间（北京时间）", "Time", "北京时间", "时间*"]
)
def test_a_heading_may_say_beijing_time(firms: Any, tmp_path: Path, heading: str) -> None:
    lines = (f"{heading},lon,lat,means", "2020-11-05 06:05,108.36,22.81,uav")
    points = firms.read(firms.file(tmp_path / "t.csv", *lines)).points
    assert points["acquired_utc"].tolist() == [datetime(2020, 11, 4, 22, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("日期,时间", "2020-11-05,14:20"),
        ("发现日期,时刻", "2020年11月5日,14时20分"),
        ("date,time", "20201105,1420"),
        ("日期,时间", "2020/11/5,2020/11/5 14:20"),
        ("日期,发现时间", "05-Nov-2020,下午2:20"),
    ],
)
def test_date_and_clock_may_have_columns_of_their_own(
    firms: Any, tmp_path: Path, heading: str, cells: str
) -> None:
    lines = (f"{heading},经度,纬度,方式", f"{cells},108.36,22.81,红外")
    points = firms.read(firms.file(tmp_path / "t.csv", *lines)).points
    assert points["acquired_utc"].tolist() == [datetime(2020, 11, 5, 6, 20, tzinfo=UTC)]


def test_a_day_without_a_clock_is_not_guessed(firms: Any, tmp_path: Path) -> None:
    reading = table(firms, tmp_path / "t.csv", "1,2020-11-05,108.36,22.81,巡查,,,,")
    assert reading.rejections["field"].tolist() == ["发现时间"]
    assert "clock time" in reading.rejections["remedy"][0]


@pytest.mark.parametrize(
    ("written", "platform"),
    [
        ("巡查", "patrol"), ("网格员巡查", "patrol"), ("Patrol", "patrol"), ("无人机", "uav"),
        ("无人机航拍", "uav"), ("UAV", "uav"), ("drone", "uav"), ("高塔视频", "tower_video"),
        ("Tower Video", "tower_video"), ("tower_video", "tower_video"), ("铁塔", "tower_video"),
        ("红外", "infrared"), ("红外热成像", "infrared"), ("Infrared", "infrared"),
    ],
)  # fmt: skip
def test_each_means_has_its_words(firms: Any, tmp_path: Path, written: str, platform: str) -> None:
    row = f"1,2020-11-05 14:20,108.36,22.81,{written},,,,"
    assert table(firms, tmp_path / "t.csv", row).points["platform"].tolist() == [platform]


def test_an_unknown_means_is_rejected_with_the_known_ones(firms: Any, tmp_path: Path) -> None:
    row = "1,2020-11-05 14:20,108.36,22.81,卫星,,,,"
    rejection = table(firms, tmp_path / "t.csv", row).rejections.iloc[0]
    assert (rejection["field"], rejection["found"]) == ("发现方式", "卫星")
    assert "无人机" in rejection["expected"]


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("低", "low"),
        ("中", "nominal"),
        ("高", "high"),
        ("HIGH", "high"),
        ("85", "high"),
        ("", "none"),
    ],
)
def test_confidence_comes_in_chinese_too(
    firms: Any, tmp_path: Path, written: str, meaning: str
) -> None:
    row = f"1,2020-11-05 14:20,108.36,22.81,巡查,{written},,,"
    assert table(firms, tmp_path / "t.csv", row).points["confidence"].tolist() == [meaning]


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("108.352", "22.816667"), ("108°21′07.2″", "22°49′00″"), ("108-21-07.2", "22-49-00"),
        ("108°21'7.2''E", "22°49'N"), ("东经108°21′07.2″", "北纬22°49′"),
        ("１０８.３５２", "22.816667"),
    ],
)  # fmt: skip
def test_a_place_may_be_decimal_or_sexagesimal(
    firms: Any, tmp_path: Path, lon: str, lat: str
) -> None:
    points = table(firms, tmp_path / "t.csv", f"1,2020-11-05 14:20,{lon},{lat},巡查,,,,").points
    assert points["lon"][0] == pytest.approx(108.352, abs=1e-6)
    assert points["lat"][0] == pytest.approx(22.816667, abs=1e-6)


@pytest.mark.parametrize("datum", ["GCJ-02", "gcj02", "高德", "火星坐标", "腾讯地图"])
def test_coordinates_of_map_apps_are_brought_back(firms: Any, tmp_path: Path, datum: str) -> None:
    lon, lat = wgs2gcj(108.36, 22.81)
    row = f"1,2020-11-05 14:20,{lon:.7f},{lat:.7f},巡查,,{datum},,"
    points = table(firms, tmp_path / "t.csv", row).points
    assert points["lon"][0] == pytest.approx(108.36, abs=2e-6)
    assert points["lat"][0] == pytest.approx(22.81, abs=2e-6)


@pytest.mark.parametrize(
    "datum", ["", "WGS-84", "wgs84", "CGCS2000", "国家2000", "EPSG:4490", "GPS"]
)
def test_coordinates_of_receivers_stay(firms: Any, tmp_path: Path, datum: str) -> None:
    points = table(firms, tmp_path / "t.csv", f"1,2020-11-05 14:20,108.36,22.81,巡查,,{datum},,")
    assert points.points[["lon", "lat"]].to_numpy().tolist() == [[108.36, 22.81]]


@pytest.mark.parametrize("datum", ["BD-09", "百度", "西安80", "someone's"])
def test_a_datum_that_cannot_be_converted_is_rejected(
    firms: Any, tmp_path: Path, datum: str
) -> None:
    row = f"1,2020-11-05 14:20,108.36,22.81,巡查,,{datum},,"
    rejections = table(firms, tmp_path / "t.csv", row).rejections
    assert rejections[["field", "found"]].to_numpy().tolist() == [["坐标系", datum]]


def test_a_heading_may_name_the_datum(firms: Any, tmp_path: Path) -> None:
    lon, lat = wgs2gcj(108.36, 22.81)
    lines = ("时间,经度（GCJ-02）,纬度（GCJ-02）,方式", f"2020-11-05 14:20,{lon},{lat},uav")
    points = firms.read(firms.file(tmp_path / "t.csv", *lines)).points
    assert points["lon"][0] == pytest.approx(108.36, abs=2e-6)


def test_a_place_that_is_right_only_after_swapping_is_rejected(firms: Any, tmp_path: Path) -> None:
    row = "1,2020-11-05 14:20,22.81,108.36,巡查,,,,"
    rejections = table(firms, tmp_path / "t.csv", row).rejections
    assert "swapped" in rejections["remedy"][0]


def test_names_and_telephone_numbers_stay_in_the_file(firms: Any, tmp_path: Path) -> None:
    rows = [
        "1,2020-11-05 14:20,108.36,22.81,巡查,,,韦某某,13800138000",
        "2,,,,,,,黄某某,13900139000",
        "3,2020-11-05 14:20,108.36,22.81,巡查,,,覃某某,13700137000,多一列",
        "填表人：蒙某某 13600136000",
    ]
    reading = table(firms, tmp_path / "t.csv", *rows)
    assert (len(reading.points), len(reading.rejections)) == (1, 3)
    shown = reading.points.to_csv() + reading.rejections.to_csv()
    assert "某某" not in shown
    assert "00" + "13" not in shown and "13800138000" not in shown and "1360" not in shown


def test_a_table_without_its_heading_shows_nobody(firms: Any, tmp_path: Path) -> None:
    path = firms.file(tmp_path / "t.csv", "1,2020-11-05,108.36,22.81,韦某某,13800138000")
    with pytest.raises(UnreadableFileError) as caught:
        firms.read(path)
    assert "某某" not in str(caught.value)
    assert "138001" not in str(caught.value)


def test_a_table_without_its_means_names_the_column(firms: Any, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="发现方式"):
        table(firms, tmp_path / "t.csv", heading="时间,经度,纬度,备注")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_a_remark_may_run_over_lines(firms: Any, tmp_path: Path, encoding: str) -> None:
    text = "时间,经度,纬度,方式,备注\n"
    text += '2020-11-05 14:20,108.36,22.81,巡查,"已扑灭,\n无人受伤"\n'
    text += "2020-11-05 15:20,108.36,22.81,巡查,\n"
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    assert firms.read(path).points["source_row"].tolist() == [2, 4]


def test_a_workbook_with_merged_titles_is_read_by_its_heading(firms: Any, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某县2020年秋冬季秸秆禁烧强化监督火点台账"])
    sheet.merge_cells("A1:F1")
    sheet.append(["填报单位：", None, "填报日期：", "2020-11-06"])
    sheet.append(["序号", "日期", "时间", "位置", None, "发现方式"])
    sheet.append([None, None, None, "经度", "纬度", None])
    for column in "ABCF":
        sheet.merge_cells(f"{column}3:{column}4")
    sheet.merge_cells("D3:E3")
    sheet.append(
        [1, datetime.combine(date(2020, 11, 5), time()), time(14, 20), 108.36, 22.81, "无人机"]
    )
    sheet.append([2, None, time(15, 20), "108°21′36″", "22°48′36″", "巡查"])
    sheet.merge_cells("B5:B6")
    sheet.append([])
    sheet.append([3, date(2020, 11, 6), None, 108.36, 22.81, "巡查"])
    sheet.append(["合计", 3])
    path = tmp_path / "台账.xlsx"
    book.save(path)
    reading = firms.read(path)
    assert reading.points["source_row"].tolist() == [5, 6]
    assert reading.points["acquired_utc"].dt.strftime("%dT%H:%M").tolist() == [
        "05T06:20",
        "05T07:20",
    ]
    assert reading.points["lon"].round(6).tolist() == [108.36, 108.36]
    assert reading.rejections["source_row"].tolist() == [8, 9]


def test_every_sheet_with_a_known_heading_is_read(firms: Any, tmp_path: Path) -> None:
    heading = ["time", "longitude", "latitude", "means"]
    row = [datetime.combine(date(2020, 11, 5), time(14, 20)), 108.36, 22.81, "patrol"]
    path = workbook(
        tmp_path / "t.xlsx",
        说明=[["读我"]],
        一月=[heading, row, [None, 108.36, 22.81, "patrol"]],
        二月=[["标题"], heading, row, row],
    )
    reading = firms.read(path)
    assert reading.points["source_row"].tolist() == [2, SHEET_STEP + 3, SHEET_STEP + 4]
    assert reading.rejections[["source_row", "field"]].to_numpy().tolist() == [[3, "一月!time"]]


def test_satellite_text_saved_as_a_workbook_is_still_satellite_text(
    firms: Any, tmp_path: Path
) -> None:
    row: list[object] = [23.1, 108.3, 330.2, 0.4, 0.36, date(2020, 11, 5), 605, "N", "VIIRS"]
    rows = [firms.viirs_heading.split(","), [*row, "n", "2.0NRT", 290.1, 8.4, "D", 0]]
    reading = firms.read(workbook(tmp_path / "f.xlsx", Sheet1=rows))
    point = reading.points.iloc[0]
    assert reading.format_name == "firms_viirs"
    assert point["acquired_utc"] == datetime(2020, 11, 5, 6, 5, tzinfo=UTC)
    assert (point["platform"], point["provider_type"]) == ("S-NPP", "0")


def test_a_workbook_without_fires_says_what_is_missing(firms: Any, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="missing: 发现方式"):
        firms.read(workbook(tmp_path / "t.xlsx", a=[["时间", "经度", "纬度"], [1, 2, 3]]))
    with pytest.raises(UnreadableFileError, match="no line is the heading"):
        firms.read(workbook(tmp_path / "u.xlsx", a=[["姓名", "电话"], ["韦某某", 138]]))


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_truncated_workbook_is_refused(firms: Any, tmp_path: Path, share: float) -> None:
    path = workbook(tmp_path / "t.xlsx", a=[["时间", "经度", "纬度", "方式"]])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UnreadableFileError):
        firms.read(path)
