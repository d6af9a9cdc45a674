"""Bad files are refused with what to do; bad rows are listed one by one; good ones go in."""

from __future__ import annotations

import gzip
import io
import math
import zipfile
from pathlib import Path
from typing import Any

import pytest

from firewatch.core.errors import UnreadableFileError
from firewatch.core.i18n import texts
from firewatch.core.vocab import Language


@pytest.mark.parametrize(
    ("values", "field", "found", "hint"),
    [
        ({"latitude": ""}, "latitude", "", "position"),
        ({"longitude": " "}, "longitude", "", "position"),
        ({"latitude": "nan"}, "latitude", "nan", "position"),
        ({"latitude": "inf"}, "latitude", "inf", "convert"),
        ({"longitude": "abc"}, "longitude", "abc", "coordinate"),
        ({"latitude": "108.3", "longitude": "23.1"}, "latitude", "108.3", "swapped"),
        ({"latitude": "2543210.5", "longitude": "36512345.1"}, "latitude", "2543210.5", "convert"),
        ({"longitude": "512345"}, "longitude", "512345", "convert"),
        ({"longitude": "181"}, "longitude", "181", "coordinate"),
        ({"latitude": "0", "longitude": "0.0"}, "latitude", "0", "fix"),
        ({"acq_date": "2020-02-30"}, "acq_date", "2020-02-30", "date"),
        ({"acq_date": ""}, "acq_date", "", "date"),
        ({"acq_date": "03/04/2020"}, "acq_date", "03/04/2020", "year-month-day"),
        ({"acq_date": "2026-01-02"}, "acq_date", "2026-01-02", "clock"),
        ({"acq_date": "1987-05-06"}, "acq_date", "1987-05-06", "satellite"),
        ({"acq_time": "2460"}, "acq_time", "2460", "clock"),
        ({"acq_time": ""}, "acq_time", "", "clock"),
        ({"satellite": "X9"}, "satellite", "X9", "firms_modis"),
        ({"satellite": ""}, "satellite", "", "firms_modis"),
        ({"version": "beta"}, "version", "beta", "version"),
        ({"version": ""}, "version", "", "version"),
        ({"confidence": "101"}, "confidence", "101", "confidence"),
        ({"confidence": "perhaps"}, "confidence", "perhaps", "confidence"),
        ({"scan": "-1"}, "scan", "-1", "columns"),
        ({"track": "77"}, "track", "77", "columns"),
        ({"brightness": "40"}, "brightness", "40", "columns"),
        ({"frp": "12.3.4"}, "frp", "12.3.4", "number"),
        ({"daynight": "Q"}, "daynight", "Q", "day/night"),
    ],
)
def test_a_bad_row_is_listed_with_what_to_do_and_its_neighbours_go_in(
    firms: Any, tmp_path: Path, values: dict[str, str], field: str, found: str, hint: str
) -> None:
    path = firms.modis_file(tmp_path / "f.csv", firms.modis(), firms.modis(**values), firms.modis())
    reading = firms.read(path)
    assert reading.points["source_row"].tolist() == [2, 4]
    rejection = reading.rejections.iloc[0]
    assert (rejection["source_row"], rejection["field"], rejection["found"]) == (3, field, found)
    assert hint in rejection["remedy"]
    assert rejection["expected"]
    assert reading.rows == 3


def test_every_reason_is_given_in_both_languages() -> None:
    chinese, english = (texts("imagery", language).entries for language in Language)
    assert chinese.keys() == english.keys()
    assert all(chinese.values()) and all(english.values())


def test_an_hour_of_grace_allows_for_clocks_that_differ(firms: Any, tmp_path: Path) -> None:
    rows = [
        firms.modis(acq_date="2026-01-01", acq_time="0100"),
        firms.modis(acq_date="2026-01-01", acq_time="0101"),
    ]
    reading = firms.read(firms.modis_file(tmp_path / "f.csv", *rows))
    assert reading.points["source_row"].tolist() == [2]
    assert reading.rejections["source_row"].tolist() == [3]


def test_a_satellite_sees_nothing_before_its_launch(firms: Any, tmp_path: Path) -> None:
    row = firms.viirs(satellite="N21", acq_date="2020-11-05")
    reading = firms.read(firms.viirs_file(tmp_path / "f.csv", row))
    assert len(reading.rejections) == 1


def test_what_was_found_is_shown_short_and_on_one_line(firms: Any, tmp_path: Path) -> None:
    row = firms.modis(satellite="Z" * 300 + "\x07")
    found = firms.read(firms.modis_file(tmp_path / "f.csv", row)).rejections["found"][0]
    assert len(found) == 80
    assert found.isprintable()


@pytest.mark.parametrize("kept", range(1, 71))
def test_a_last_line_cut_short_is_a_rejection_wherever_it_is_cut(
    firms: Any, tmp_path: Path, kept: int
) -> None:
    whole = firms.modis_heading + "\n" + firms.modis() + "\n"
    path = tmp_path / "f.csv"
    path.write_text(whole + firms.modis()[:kept])
    reading = firms.read(path)
    assert reading.points["source_row"].tolist() == [2]
    assert reading.rejections["source_row"].tolist() == [3]
    assert "complete file" in reading.rejections["remedy"][0]


def test_a_last_line_without_a_line_end_is_whole(firms: Any, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(firms.modis_heading + "\n" + firms.modis() + "\n" + firms.modis())
    assert len(firms.read(path).points) == 2


@pytest.mark.parametrize("width", [14, 16])
def test_a_line_of_another_width_is_a_rejection(firms: Any, tmp_path: Path, width: int) -> None:
    odd = ",".join((firms.modis() + ",7").split(",")[:width])
    reading = firms.read(firms.modis_file(tmp_path / "f.csv", odd, firms.modis()))
    assert reading.points["source_row"].tolist() == [3]
    assert reading.rejections[["source_row", "found"]].to_numpy().tolist() == [[2, str(width)]]


def test_trailing_delimiters_do_no_harm(firms: Any, tmp_path: Path) -> None:
    reading = firms.read(firms.modis_file(tmp_path / "f.csv", firms.modis() + ",,"))
    assert len(reading.points) == 1


def test_a_zero_byte_spoils_its_line_alone(firms: Any, tmp_path: Path) -> None:
    rows = (firms.modis(), firms.modis(frp="8\0.4"), firms.modis())
    reading = firms.read(firms.modis_file(tmp_path / "f.csv", *rows))
    assert reading.points["source_row"].tolist() == [2, 4]
    assert reading.rejections["source_row"].tolist() == [3]


def test_a_damaged_byte_spoils_its_line_alone(firms: Any, tmp_path: Path) -> None:
    path = firms.modis_file(tmp_path / "f.csv", firms.modis(), firms.modis(), firms.modis())
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2].replace(b"23.12345", b"23.1\xff345")
    path.write_bytes(b"\n".join(lines))
    reading = firms.read(path)
    assert reading.points["source_row"].tolist() == [2, 4]
    assert "�" in reading.rejections["found"][0]


def test_a_stray_quote_does_not_swallow_the_file(firms: Any, tmp_path: Path) -> None:
    rows = [firms.modis()] * 50
    rows[10] = '"' + firms.modis()
    reading = firms.read(firms.modis_file(tmp_path / "f.csv", *rows))
    assert len(reading.points) + len(reading.rejections) == 50
    assert len(reading.points) >= 49


def zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "empty"),
        (b" \n\r\n\t\n", "empty"),
        (b"\0" * 5000, "empty"),
        (b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "web page"),
        (b"\n <HTML>\nlatitude,longitude\n</HTML>", "web page"),
        (b"<?xml version='1.0'?><ExceptionReport/>", "web page"),
        (b"Invalid MAP_KEY.", "Invalid MAP_KEY."),
        (b"Exceeding allowed transaction limit.\n", "transaction limit"),
        (b"%PDF-1.7\n...", "binary"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "truncated or damaged"),
        (bytes(range(256)) * 40, "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xlsx"),
        (zipped("fire.csv"), "unpack"),
        (zipped("xl/workbook.xml"), "workbook is damaged"),
        (b"PK\x03\x04 xl/ cut", "workbook is damaged"),
        (b"name,age\nx,3\n", "no line is the heading"),
        ("这是说明".encode("gbk"), "no line is the heading"),
        (b"\x1f\x8b\x08\x00rubbish", "gzip"),
    ],
)
def test_what_is_no_fire_point_file_is_refused_with_what_to_do(
    firms: Any, tmp_path: Path, content: bytes, hint: str
) -> None:
    path = tmp_path / "fires.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError) as caught:
        firms.read(path)
    assert hint in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.expected
    assert caught.value.remedy


def test_an_absent_file_is_reported_as_such(firms: Any, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="cannot be opened"):
        firms.read(tmp_path / "gone.csv")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_nothing_of_a_truncated_gzip_is_taken(firms: Any, tmp_path: Path, share: float) -> None:
    rows = "\n".join([firms.viirs_heading, *firms.random_rows(400, seed=9)])
    packed = gzip.compress(rows.encode())
    path = tmp_path / "f.csv.gz"
    path.write_bytes(packed[: math.floor(len(packed) * share)])
    with pytest.raises(UnreadableFileError, match="incomplete"):
        firms.read(path)


@pytest.mark.parametrize("absent", ["latitude", "acq_time", "satellite", "bright_t31", "version"])
def test_a_missing_column_is_named_with_the_nearest_format(
    firms: Any, tmp_path: Path, absent: str
) -> None:
    heading = ",".join(name for name in firms.modis_heading.split(",") if name != absent)
    with pytest.raises(UnreadableFileError) as caught:
        firms.read(firms.file(tmp_path / "f.csv", heading, firms.modis()))
    assert f"required columns are missing: {absent}" in str(caught.value)
    assert "MODIS" in str(caught.value)


def test_a_column_that_appears_twice_is_refused(firms: Any, tmp_path: Path) -> None:
    path = firms.file(tmp_path / "f.csv", firms.modis_heading + ",latitude", firms.modis() + ",1")
    with pytest.raises(UnreadableFileError, match="twice: latitude"):
        firms.read(path)
