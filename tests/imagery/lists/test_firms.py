"""Reading FIRMS and LANCE text, against a row-by-row reader that knows nothing of ours."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imagery.lists import text
from imagery.lists.formats import FORMATS
from imagery.lists.formats.declare import FileColumn
from imagery.lists.formats.firms import FIRMS_VIIRS
from imagery.open import read
from imagery.reading import Reading

MEASURED = ("lon", "lat", "scan_km", "track_km", "bt_mir_k", "bt_tir_k", "frp_mw")


def assert_same(reading: Reading, expected: list[dict[str, object]]) -> None:
    assert reading.rows == len(reading.points) == len(expected)
    for column in expected[0]:
        assert reading.points[column].tolist() == [row[column] for row in expected], column


@pytest.mark.realdata
@pytest.mark.parametrize(
    "name",
    [
        "MODIS_C6_1_Global_24h.csv",
        "MODIS_C6_Global_MCD14DL_NRT_2019052.txt",
        "MODIS_C6_SouthEast_Asia_24h.csv",
        "VIIRS_I_SouthEast_Asia_VNP14IMGTDL_NRT_2021068.txt",
        "VNP14IMGTDL_NRT_SouthEast_Asia_24h.csv",
        "guangxi_bbox_modis_firms.csv",
    ],
)
def test_every_row_of_a_real_firms_file_is_read_as_it_stands(
    firms: Any, realdata: Path, name: str
) -> None:
    path = realdata / "firms" / name
    reading = firms.read(path)
    assert reading.rejections.empty
    assert_same(reading, firms.literal_rows(path.read_text()))
    assert reading.points["source_row"].tolist() == list(range(2, reading.rows + 2))
    assert not reading.simulated


def test_blocks_of_a_large_file_join_without_a_seam(
    firms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "MIN_BLOCK_BYTES", 700)
    monkeypatch.setattr(text, "MAX_BLOCK_BYTES", 1000)
    rows = firms.random_rows(500, seed=1)
    rows[100] = firms.viirs(frp="none at all")
    rows[200] = ""
    path = firms.viirs_file(tmp_path / "big.csv", *rows)
    good = [i for i in range(500) if i not in (100, 200)]
    reading = firms.read(path)
    assert reading.rejections[["source_row", "found"]].to_numpy().tolist() == [[102, "none at all"]]
    assert reading.points["source_row"].tolist() == [i + 2 for i in good]
    text_of_good = "\n".join([firms.viirs_heading, *(rows[i] for i in good)])
    expected = firms.literal_rows(text_of_good)
    for column in MEASURED:
        assert reading.points[column].tolist() == [row[column] for row in expected], column
    assert reading.points["acquired_utc"].tolist() == [row["acquired_utc"] for row in expected]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_generated_rows_in_many_spellings_equal_the_plain_reader(
    firms: Any, tmp_path: Path, seed: int
) -> None:
    path = firms.viirs_file(tmp_path / "any.txt", *firms.random_rows(300, seed))
    assert_same(firms.read(path), firms.literal_rows(path.read_text()))


@pytest.mark.parametrize(
    ("satellite", "platform", "sensor", "family"),
    [
        ("T", "Terra", "MODIS", "MODIS"),
        ("Terra", "Terra", "MODIS", "MODIS"),
        ("A", "Aqua", "MODIS", "MODIS"),
        ("Aqua", "Aqua", "MODIS", "MODIS"),
        ("N", "S-NPP", "VIIRS", "VIIRS_I"),
        ("S-NPP", "S-NPP", "VIIRS", "VIIRS_I"),
        ("Suomi NPP", "S-NPP", "VIIRS", "VIIRS_I"),
        ("N20", "NOAA-20", "VIIRS", "VIIRS_I"),
        ("1", "NOAA-20", "VIIRS", "VIIRS_I"),
        ("NOAA-20", "NOAA-20", "VIIRS", "VIIRS_I"),
        ("J1", "NOAA-20", "VIIRS", "VIIRS_I"),
        ("N21", "NOAA-21", "VIIRS", "VIIRS_I"),
        ("2", "NOAA-21", "VIIRS", "VIIRS_I"),
        ("NOAA-21", "NOAA-21", "VIIRS", "VIIRS_I"),
    ],
)
def test_a_satellite_has_several_codes(
    firms: Any, tmp_path: Path, satellite: str, platform: str, sensor: str, family: str
) -> None:
    row = firms.modis(satellite=satellite, acq_date="2024-01-05")
    point = firms.read(firms.modis_file(tmp_path / "f.csv", row)).points.iloc[0]
    assert (point["platform"], point["sensor"], point["product_family"]) == (
        platform,
        sensor,
        family,
    )


@pytest.mark.parametrize(
    ("version", "rank"),
    [
        ("1.0NRT", 210), ("2.0NRT", 220), ("2.0URT", 120), ("2.0RT", 120), ("1", 310), ("2", 320),
        ("2.0", 320), ("6.0NRT", 260), ("6.1NRT", 261), ("6.1URT", 161), ("6.03", 360),
        ("6.2", 360), ("61.03", 361), ("6.1", 361),
    ],
)  # fmt: skip
def test_standard_beats_near_real_time_and_a_newer_collection_an_older_one(
    firms: Any, tmp_path: Path, version: str, rank: int
) -> None:
    point = firms.read(firms.modis_file(tmp_path / "f.csv", firms.modis(version=version))).points
    assert point["product_rank"].tolist() == [rank]
    assert point["product_version"].tolist() == [version]


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("0", "low"), ("29", "low"), ("30", "nominal"), ("79", "nominal"), ("80", "high"),
        ("100", "high"), ("l", "low"), ("N", "nominal"), ("h", "high"), ("low", "low"),
        ("Nominal", "nominal"), ("HIGH", "high"), ("", "none"),
    ],
)  # fmt: skip
def test_confidence_is_a_class_and_the_raw_value_is_kept(
    firms: Any, tmp_path: Path, written: str, meaning: str
) -> None:
    point = firms.read(firms.modis_file(tmp_path / "f.csv", firms.modis(confidence=written))).points
    assert point["confidence"].tolist() == [meaning]
    assert point["confidence_raw"].tolist() == [written]


def test_a_percentage_means_nothing_for_viirs(firms: Any, tmp_path: Path) -> None:
    reading = firms.read(firms.viirs_file(tmp_path / "f.csv", firms.viirs(confidence="77")))
    assert reading.rejections["field"].tolist() == ["confidence"]


def test_columns_may_be_absent_added_or_in_another_order(firms: Any, tmp_path: Path) -> None:
    heading = "note,frp,version,confidence,satellite,acq_time,acq_date,track,scan,bright_ti5,"
    heading += "bright_ti4,longitude,latitude,region"
    row = "a,8.4,2.0NRT,n,N,605,2020-11-05,0.36,0.4,290.1,330.2,108.3,23.12345,广西"
    reading = firms.read(firms.file(tmp_path / "f.csv", heading, row))
    point = reading.points.iloc[0]
    assert [point[name] for name in MEASURED] == [108.3, 23.12345, 0.4, 0.36, 330.2, 290.1, 8.4]
    assert (point["day_night"], point["provider_type"]) == ("", "")


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("compressed", [False, True])
def test_content_and_not_the_name_tells_the_format(
    firms: Any, tmp_path: Path, delimiter: str, encoding: str, line_end: str, compressed: bool
) -> None:
    lines = [firms.modis_heading + ",地点", firms.modis() + ",桂林", firms.modis() + ",南宁"]
    content = line_end.join(lines).replace(",", delimiter).encode(encoding)
    path = tmp_path / "download.php"
    path.write_bytes(gzip.compress(content) if compressed else content)
    reading = firms.read(path)
    assert (reading.format_name, reading.rows, len(reading.points)) == ("firms_modis", 2, 2)


def test_line_numbers_are_those_of_the_file(firms: Any, tmp_path: Path) -> None:
    path = firms.file(
        tmp_path / "f.csv",
        "# fetched for the duty room",
        "",
        firms.modis_heading,
        firms.modis(),
        "",
        "# a gap",
        firms.modis(frp="?"),
        ",,,,,,,,,,,,,,",
        firms.modis(),
    )
    reading = firms.read(path)
    assert reading.points["source_row"].tolist() == [4, 9]
    assert reading.rejections["source_row"].tolist() == [7]
    assert reading.rows == 3


def test_quoted_fields_are_read(firms: Any, tmp_path: Path) -> None:
    quoted = ",".join(f'"{field}"' for field in firms.modis().split(","))
    path = firms.file(
        tmp_path / "f.csv",
        firms.modis_heading + ",note",
        quoted + ',"one, two"',
        firms.modis() + ',"over\ntwo lines"',
        firms.modis() + ",plain",
    )
    reading = firms.read(path)
    assert reading.points["source_row"].tolist() == [2, 3, 5]
    assert reading.rejections.empty


def test_quoting_every_field_changes_nothing(firms: Any, tmp_path: Path) -> None:
    rows = firms.random_rows(50, seed=5)
    lines = ['"' + line.replace(",", '","') + '"' for line in (firms.viirs_heading, *rows)]
    reading = firms.read(firms.file(tmp_path / "q.csv", *lines))
    assert_same(reading, firms.literal_rows("\n".join([firms.viirs_heading, *rows])))


def test_a_simulated_file_says_so(firms: Any, tmp_path: Path) -> None:
    heading = firms.modis_heading + ",simulated"
    said = firms.file(tmp_path / "s.csv", heading, firms.modis() + ",SIMULATED")
    silent = firms.file(tmp_path / "r.csv", heading, firms.modis() + ",")
    assert firms.read(said).simulated
    assert not firms.read(silent).simulated


def test_a_heading_alone_is_a_file_without_fires(firms: Any, tmp_path: Path) -> None:
    reading = firms.read(firms.modis_file(tmp_path / "f.csv"))
    assert (reading.rows, reading.extent, reading.period_utc_s) == (0, None, None)


def test_extent_and_period_are_those_of_the_accepted_rows(firms: Any, tmp_path: Path) -> None:
    rows = [
        firms.modis(latitude="22", longitude="107", acq_time="0100"),
        firms.modis(latitude="25", longitude="110", acq_time="2359"),
        firms.modis(latitude="59", longitude="10", acq_time="9999"),
    ]
    reading = firms.read(firms.modis_file(tmp_path / "f.csv", *rows))
    assert (reading.extent.west, reading.extent.south) == (107, 22)
    assert (reading.extent.east, reading.extent.north) == (110, 25)
    first, last = reading.period_utc_s
    assert last - first == 22 * 3600 + 59 * 60


def test_a_fill_value_is_a_missing_measure_and_still_a_fire(firms: Any, tmp_path: Path) -> None:
    row = firms.viirs(bright_t31="0", frp="")
    reading = firms.read(firms.viirs_file(tmp_path / "f.csv", row))
    assert reading.points[["bt_tir_k", "frp_mw"]].isna().all(axis=None)
    assert reading.points["bt_mir_k"].tolist() == [330.2]


def test_a_further_format_is_one_more_table_entry(firms: Any, tmp_path: Path) -> None:
    columns = tuple(
        FileColumn("scan_km", ("pixel_m",), "number", unit="m") if c.role == "scan_km" else c
        for c in FIRMS_VIIRS.columns
    )
    declared = replace(FIRMS_VIIRS, name="by_metre", columns=columns)
    heading = firms.viirs_heading.replace("scan", "pixel_m")
    path = firms.file(tmp_path / "f.csv", heading, firms.viirs(scan="375"))
    reading = read(path, firms.now_s, (*FORMATS, declared))
    assert reading.format_name == "by_metre"
    assert reading.points["scan_km"].tolist() == [0.375]
