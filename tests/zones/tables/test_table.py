"""Tables that people keep by hand: usual files are read, ugly ones refused with row and remedy."""

from __future__ import annotations

from datetime import date, time
from fractions import Fraction
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from firewatch.core.errors import ZoneFileError
from zones.tables.cells import Fault, days, fractions, numbers, refuse
from zones.tables.sheets import read_grids
from zones.tables.table import Heading, read_table, table_of

HEADINGS = (
    Heading("township", "乡镇", Fraction(1)),
    Heading("township", "township", Fraction(1)),
    Heading("area_ha", "面积（亩）", Fraction(1, 15)),
    Heading("area_ha", "面积（公顷）", Fraction(1)),
    Heading("day", "日期", Fraction(1)),
)
NEEDED = (("township",), ("area_ha",))
PLAIN = "乡镇,面积（公顷）\n那楼镇,12.5\n蒲庙镇,3\n"


def read(path: Path):
    return read_table(path, HEADINGS, NEEDED)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def book(path: Path, rows: list[list[object]], merged: str = "") -> Path:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if merged:
        workbook.active.merge_cells(merged)
    workbook.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_of_any_encoding_line_end_and_delimiter_is_read(
    tmp_path: Path, encoding: str, ends: str, delimiter: str
) -> None:
    text = PLAIN.replace(",", delimiter).replace("\n", ends)
    table = read(write(tmp_path / "a.csv", text, encoding))
    assert table.texts("township").to_dict() == {2: "那楼镇", 3: "蒲庙镇"}
    assert numbers(table, "area_ha").value.to_dict() == {2: 12.5, 3: 3.0}


def test_an_excel_sheet_with_title_merged_cells_and_true_dates_is_read(tmp_path: Path) -> None:
    rows = [
        ["南宁市秸秆存量台账", None, None],
        [None, None, None],
        ["乡镇", "面积\n（ 公顷 ）", "日期"],
        ["那楼镇", 12.5, date(2020, 10, 31)],
        [None, 3, pd.Timestamp("2020-11-01")],
        [None, None, None],
        ["蒲庙镇", "１，２００", "2020年11月5日"],
    ]
    table = read(book(tmp_path / "a.xlsx", rows, merged="A4:A5"))
    assert table.texts("township").to_dict() == {4: "那楼镇", 5: "那楼镇", 7: "蒲庙镇"}
    assert numbers(table, "area_ha").value.to_dict() == {4: 12.5, 5: 3.0, 7: 1200.0}
    epoch = date(1970, 1, 1)
    assert days(table, "day").tolist() == [
        (day - epoch).days for day in (date(2020, 10, 31), date(2020, 11, 1), date(2020, 11, 5))
    ]


def test_the_bytes_decide_and_not_the_ending(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", [["乡镇", "面积（公顷）"], ["那楼镇", 1]]).rename(tmp_path / "b.csv")
    assert read(tmp_path / "b.csv").texts("township").tolist() == ["那楼镇"]


def test_a_unit_in_the_heading_is_converted_exactly(tmp_path: Path) -> None:
    table = read(write(tmp_path / "a.csv", '乡镇,面积(亩)\na,15\nb,"4,500"\nc,1\n'))
    assert numbers(table, "area_ha").value.tolist() == [1.0, 300.0, 1 / 15]
    assert fractions(table, "area_ha") == {2: 1, 3: 300, 4: Fraction(1, 15)}


def test_rows_of_totals_and_repeated_headings_are_no_rows(tmp_path: Path) -> None:
    text = "乡镇,面积（公顷）\na,1\n,\n乡镇,面积（公顷）\nb,2\n合 计,3\n"
    table = read(write(tmp_path / "a.csv", text))
    assert table.texts("township").to_dict() == {2: "a", 5: "b"}
    assert table.totals == (6,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0), (" 12.50 ", 12.5), ("1,234.5", 1234.5), ("１２．５", 12.5), ("-3", -3.0),
        ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0), ("+7", 7.0),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(tmp_path: Path, text: str, value: float) -> None:
    found = numbers(read(write(tmp_path / "a.csv", f'乡镇,面积（公顷）\na,"{text}"\n')), "area_ha")
    assert found.value.tolist() == [value]
    assert not found.absent.any()


@pytest.mark.parametrize(
    "text",
    [
        "约12", "12亩", "1,5", "12,34", "nan1", "inf", "1e999", "0x10", "十二", "=B2*2", "#DIV/0!",
        ".", "1 2",
    ],
)  # fmt: skip
def test_a_text_that_is_no_number_is_neither_a_number_nor_absent(tmp_path: Path, text: str) -> None:
    found = numbers(read(write(tmp_path / "a.csv", f'乡镇,面积（公顷）\na,"{text}"\n')), "area_ha")
    assert found.unread.tolist() == [True]
    assert np.isnan(found.value.iloc[0])


@pytest.mark.parametrize("text", ["", "-", "—", "/", "无", "缺测", "NA", "n/a", "NaN"])
def test_words_for_no_value_are_absent(tmp_path: Path, text: str) -> None:
    found = numbers(read(write(tmp_path / "a.csv", f"乡镇,面积（公顷）\na,{text}\n")), "area_ha")
    assert (found.absent.tolist(), found.unread.tolist()) == ([True], [False])


def test_a_formula_saved_without_its_value_is_shown_as_written(tmp_path: Path) -> None:
    rows = [["乡镇", "面积（公顷）"], ["a", 2], ["b", "=B2*2"]]
    table = read(book(tmp_path / "a.xlsx", rows))
    found = numbers(table, "area_ha")
    assert found.unread.to_dict() == {2: False, 3: True}
    with pytest.raises(ZoneFileError, match=r"=B2\*2") as caught:
        refuse(
            table, found.unread, "area_ha", Fault("不是数字 / no number", "12.5", "改正 / correct")
        )
    assert "第 3 行“面积（公顷）”列 / row 3" in caught.value.where


def test_an_excel_time_reads_as_hours_and_minutes(tmp_path: Path) -> None:
    table = read(book(tmp_path / "a.xlsx", [["乡镇", "面积（公顷）"], [time(6, 5), 1]]))
    assert table.texts("township").tolist() == ["06:05"]


def test_the_sheet_that_has_the_columns_is_taken_and_two_such_sheets_are_refused(
    tmp_path: Path,
) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["说明"])
    for name in ("甲", "乙"):
        sheet = workbook.create_sheet(name)
        sheet.append(["乡镇", "面积（公顷）"])
        sheet.append([name, 1])
        workbook.save(tmp_path / f"{name}.xlsx")
    assert read(tmp_path / "甲.xlsx").texts("township").tolist() == ["甲"]
    with pytest.raises(ZoneFileError, match="甲、乙"):
        read(tmp_path / "乙.xlsx")


def test_a_short_row_has_empty_cells_and_what_exceeds_the_heading_is_ignored(
    tmp_path: Path,
) -> None:
    table = read(write(tmp_path / "a.csv", "乡镇,备注,面积（公顷）\na\nb,x,2,多余\n"))
    assert table.cells["area_ha"].tolist() == ["", "2"]


def test_the_attributes_of_a_layer_are_a_table_by_feature_number() -> None:
    attributes = pd.DataFrame({"乡镇": ["a", None], "面积（亩）": [30, 15.5]})
    table = table_of(attributes, HEADINGS, Path("z.gpkg"))
    assert table.texts("township").to_dict() == {1: "a", 2: ""}
    assert numbers(table, "area_ha").value.to_dict() == {1: 2.0, 2: 15.5 / 15}


BROKEN = {
    "empty": (b"", "空的"),
    "only commas": (b",,\n,,\n", "空的"),
    "heading only": ("乡镇,面积（公顷）\n".encode(), "没有数据"),
    "no heading": (b"a,1\nb,2\n", "找不到表头"),
    "column missing": ("乡镇,面积\na,1\n".encode(), "area_ha"),
    "heading twice": ("乡镇,乡镇,面积（公顷）\na,b,1\n".encode(), "出现 2 次"),
    "open quote": ('乡镇,面积（公顷）\na,"1\nb,2\n'.encode(), "引号"),
    "huge cell": ('乡镇,面积（公顷）\na,"'.encode() + b"x" * 200_000 + b'"\n', "过长"),
    "broken utf-8": ("乡镇,面积（公顷）\n那楼镇那楼镇那楼镇".encode() + b"\xff,1\n", "编码"),
    "binary": (b"\x89HDF\r\n\x1a\n\0\0\0", "不是表格"),
    "web page": (b"<html><body>404</body></html>", "不是表格"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "另存为 .xlsx"),
    "damaged workbook": (b"PK\x03\x04 nothing", "损坏"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_unusable_file_is_refused_with_file_and_remedy(tmp_path: Path, case: str) -> None:
    content, says = BROKEN[case]
    path = tmp_path / "台账.csv"
    path.write_bytes(content)
    with pytest.raises(ZoneFileError) as caught:
        read(path)
    assert says in str(caught.value)
    assert "台账.csv" in caught.value.where
    assert caught.value.remedy


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ZoneFileError, match="无法打开"):
        read_grids(tmp_path / "none.csv")


def test_a_table_without_its_heading_shows_no_cell(tmp_path: Path) -> None:
    # Where the heading is missing, the first cells are people's names and telephones.
    with pytest.raises(ZoneFileError) as caught:
        read(write(tmp_path / "a.csv", "张三,13800000000\n李四,13900000000\n"))
    assert "张三" not in str(caught.value)
    assert "138" not in str(caught.value)
