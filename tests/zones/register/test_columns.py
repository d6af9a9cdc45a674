"""What the columns of a file say of its zones: months, hours, crops, words, and dirt in cells."""

from __future__ import annotations

import struct
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.time import day_number
from firewatch.core.vocab import ZoneKind
from zones.register.kinds import is_known_kind, kind_code
from zones.register.read import read_zones
from zones.register.register import ALL_MONTHS, NEVER, register_from
from zones.register.write import write_register
from zones.tables.headings import find_columns, known_headings

NANNING = shapely.box(108.2, 22.7, 108.4, 22.9)
GUILIN = shapely.box(110.2, 25.2, 110.4, 25.4)
SAID = {"kind": "ban", "notice": "x", "valid_from": date(2020, 11, 1)}


@pytest.mark.parametrize("headings", [("月份", "时段", "作物"), ("months", "HOURS", "Crop")])
def test_months_hours_and_crop_are_read(
    tmp_path: Path, write_layer, headings: tuple[str, ...]
) -> None:
    values = (["11月至次年3月", None], ["20:00至次日6:00", ""], ["甘蔗", None])
    columns = dict(zip(headings, values, strict=True))
    path = write_layer(tmp_path / "z.gpkg", [NANNING, GUILIN], columns)
    zones = read_zones(path, **SAID).zones
    assert zones["months"].tolist() == [0b110000000111, ALL_MONTHS]
    assert zones["hours_from_min"].tolist() == [1200, 0]
    assert zones["hours_to_min"].tolist() == [360, 1440]
    assert zones["crop"].tolist() == ["甘蔗", ""]
    said = read_zones(path, **SAID, months=0b1, hours=(60, 120), crop="水稻").zones
    assert said[["months", "hours_from_min", "hours_to_min"]].iloc[1].tolist() == [1, 60, 120]
    assert set(said["crop"]) == {"水稻"}


@pytest.mark.parametrize(
    ("column", "text", "expected"), [("月份", "冬季", "11-3"), ("时段", "夜间", "06:00-22:00")]
)
def test_months_and_hours_that_are_none_are_refused(
    tmp_path: Path, write_layer, column: str, text: str, expected: str
) -> None:
    path = write_layer(tmp_path / "z.gpkg", [NANNING, GUILIN], {column: ["", text]})
    with pytest.raises(ZoneFileError, match=f"第 2 个图形.*{text}") as caught:
        read_zones(path, **SAID)
    assert expected in caught.value.expected
    assert "z.gpkg" in caught.value.where


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("秸秆禁烧区", "ban"), (" 禁 烧 区 ", "ban"), ("BAN", "ban"), ("限烧区", "restricted"),
        ("交通干线两侧", "trunk_road_side"), ("机场周边", "airport"), ("人口密集区", "dense_area"),
        ("临时禁烧区", "temporary_ban"), ("甘蔗“双高”基地", "sugarcane_base"),
        ("蔗叶禁烧区", "cane_leaf_ban"), ("风景名胜区", "scenic"), ("水源地", "水源地"),
    ],
)  # fmt: skip
def test_words_for_kinds(written: str, kind: str) -> None:
    assert kind_code(written) == kind


def test_every_kind_that_ships_is_known_by_its_own_code() -> None:
    assert all(kind_code(kind) == kind and is_known_kind(kind) for kind in ZoneKind)


def test_no_heading_stands_for_two_zone_columns() -> None:
    wanted = ("kind", "name", "notice", "authority", "valid_from", "valid_to", "months", "hours",
              "crop", "retired_from", "retired_by", "illustrative")  # fmt: skip
    for column in wanted:
        for heading in known_headings(column).split(" / "):
            assert find_columns([heading], wanted) == {column: heading}


def test_control_and_invisible_characters_do_not_get_into_the_register(
    tmp_path: Path, write_layer
) -> None:
    columns = {
        "名称": ["城\n区\x1f一", "a;b"],
        "文号": ["\u200b南府规〔2019〕5号\ufeff", "\u202e南府规〔2019〕5号\r\n"],
    }
    path = write_layer(tmp_path / "z.gpkg", [NANNING, GUILIN], columns)
    zones = read_zones(path, kind="ban", valid_from=date(2020, 11, 1)).zones
    assert zones["name"].tolist() == ["城 区 一", "a;b"]
    assert set(zones["notice"]) == {"南府规〔2019〕5号"}


def test_whole_numbers_in_a_column_with_gaps_are_texts_without_a_point(
    tmp_path: Path, write_layer
) -> None:
    columns = {"名称": [7.0, float("nan")], "生效日期": [20201101.0, 20201201.0]}
    path = write_layer(tmp_path / "z.gpkg", [NANNING, GUILIN], columns)
    zones = read_zones(path, kind="ban", notice="x").zones
    assert zones["name"].tolist() == ["7", "z-2"]
    assert zones["valid_from"].tolist() == [
        day_number(date(2020, 11, 1)),
        day_number(date(2020, 12, 1)),
    ]


def test_a_written_register_is_read_back_with_its_limits_and_retirements(tmp_path: Path) -> None:
    zones = pd.DataFrame(
        {
            "kind": ["ban", "cane_leaf_ban"],
            "name": ["城区", "蔗区"],
            "notice": ["甲", "乙"],
            "valid_from": [day_number(date(2019, 10, 1))] * 2,
            "months": [ALL_MONTHS, 0b110000000111],
            "hours_from_min": [0, 1200],
            "hours_to_min": [1440, 360],
            "crop": ["", "甘蔗"],
            "retired_from": [day_number(date(2020, 11, 1)), NEVER],
            "retired_by": ["丙", ""],
        }
    )
    register = register_from(zones, np.array([NANNING, GUILIN]))
    write_register(register, tmp_path / "r.gpkg")
    read = read_zones(tmp_path / "r.gpkg").register
    assert read.version == register.version
    limits = ["months", "hours_from_min", "hours_to_min", "crop", "retired_from", "retired_by"]
    assert read.zones[limits].equals(register.zones[limits])


def test_a_reading_keeps_what_was_in_the_file(tmp_path: Path, write_layer) -> None:
    bow_tie = shapely.Polygon([(108, 22), (108.2, 22.2), (108.2, 22), (108, 22.2)])
    path = write_layer(tmp_path / "z.gpkg", [GUILIN, bow_tie, NANNING], {"备注": ["a", "b", "c"]})
    reading = read_zones(path, **SAID)
    assert reading.layer.attributes["备注"].tolist() == ["a", "b", "c"]
    assert reading.zones.index.tolist() == [1, 2, 3]
    assert reading.names == ("z-1", "z-2", "z-3")
    assert [shape.is_valid for shape in reading.wgs84_raw] == [True, False, True]
    assert all(shape.is_valid for shape in reading.shapes)
    assert reading.shapes[2].equals(NANNING)


@pytest.mark.parametrize(
    "name",
    ["南宁市 禁烧区（2020）.gpkg", "a!b.gpkg", "a;b?c#d%20.gpkg", "[1]&'x.gpkg", "z.GPKG"],
)
def test_any_name_and_folder_will_do(tmp_path: Path, write_layer, name: str) -> None:
    written = write_layer(tmp_path / "z.gpkg", [NANNING], layer="z")
    folder = tmp_path / "各市 报送!;?"
    folder.mkdir()
    path = written.rename(folder / name)
    zones = read_zones(path, **SAID).zones
    assert zones["source_file"].tolist() == [name]
    assert zones["name"].tolist() == [f"{path.stem}-1"]


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("cpg", [None, "UTF-8", "GBK", "Big5", "nonsense"])
def test_texts_of_a_shapefile_are_right_whatever_its_cpg_says(
    tmp_path: Path, write_layer, encoding: str, cpg: str | None
) -> None:
    columns = {"名称": ["青秀山风景区"], "类型": ["旅游景区"]}
    path = write_layer(
        tmp_path / "z.shp", [NANNING], columns, geometry_type="Polygon", encoding=encoding
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    zones = read_zones(path, notice="x", valid_from=date(2020, 11, 1)).zones
    assert zones[["name", "kind"]].iloc[0].tolist() == ["青秀山风景区", "scenic"]


def test_endings_and_names_of_parts_may_differ_in_case(tmp_path: Path, write_layer) -> None:
    written = write_layer(
        tmp_path / "w.shp", [NANNING], {"名称": ["城区"]}, geometry_type="Polygon"
    )
    for ending, name in (
        (".shp", "Z.Shp"),
        (".shx", "z.SHX"),
        (".dbf", "Z.dbf"),
        (".prj", "z.PRJ"),
    ):
        written.with_suffix(ending).rename(tmp_path / name)
    assert read_zones(tmp_path / "Z.Shp", **SAID).names == ("城区",)


def with_measures(path: Path, ring: list[tuple[float, float]]) -> Path:
    """Write a shapefile of one PolygonM by hand, as ArcGIS exports polygons with measures."""
    box = [*np.min(ring, axis=0), *np.max(ring, axis=0)]
    record = struct.pack("<i4d3i", 25, *box, 1, len(ring), 0)
    record += np.array(ring, dtype="<f8").tobytes()
    record += struct.pack(f"<{2 + len(ring)}d", 0, 1, *range(len(ring)))
    for ending, content in (
        (".shp", struct.pack(">2i", 1, len(record) // 2) + record),
        (".shx", struct.pack(">2i", 50, len(record) // 2)),
    ):
        words = (100 + len(content)) // 2
        head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, words) + struct.pack("<2i", 1000, 25)
        path.with_suffix(ending).write_bytes(head + struct.pack("<8d", *box, 0, 0, 0, 1) + content)
    fields = b"ID".ljust(11, b"\0") + b"N" + bytes(4) + b"\x04" + bytes(15)
    head = struct.pack("<4BIHH20x", 3, 120, 11, 1, 1, 32 + 32 + 1, 5)
    path.with_suffix(".dbf").write_bytes(head + fields + b"\r" + b"    1" + b"\x1a")
    return path


def test_measures_are_dropped_without_a_word(tmp_path: Path) -> None:
    ring = [(108.2, 22.7), (108.2, 22.9), (108.4, 22.9), (108.2, 22.7)]
    path = with_measures(tmp_path / "z.shp", ring)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reading = read_zones(path, **SAID, crs="EPSG:4490")
    assert reading.shapes[0].equals(shapely.Polygon(ring))
    assert reading.remarks == ()
