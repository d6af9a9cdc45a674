"""Cropland by county from tables that people keep."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from firewatch.core.errors import ZoneFileError
from zones.places.areas import load_areas
from zones.places.cropland_area import read_cropland_area

XINGNING, HENGZHOU = 450102, 450181


def table(folder: Path, *rows: str) -> Path:
    path = folder / "cropland.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("heading", "written"),
    [
        ("cropland_kha", "12.5"),
        ("耕地面积（千公顷）", "12.5"),
        ("耕地面积（公顷）", "12500"),
        ("耕地面积（万亩）", "18.75"),
        ("耕地面积（平方公里）", "125"),
    ],
)
def test_the_unit_in_the_heading_is_turned_into_thousand_hectares(
    tmp_path: Path, heading: str, written: str
) -> None:
    found = read_cropland_area(table(tmp_path, f"县,{heading}", f"兴宁区,{written}"), load_areas())
    assert found.to_dict() == pytest.approx({XINGNING: 12.5})


def test_old_names_and_codes_are_todays_counties_and_cities_and_totals_are_passed_over(
    tmp_path: Path,
) -> None:
    rows = ["合计,4000", "南宁市,600", "横县,110", "450102,12", "良庆区,"]
    path = table(tmp_path, "地区,耕地面积（千公顷）", *rows)
    found = read_cropland_area(path, load_areas())
    assert found.to_dict() == {HENGZHOU: 110, XINGNING: 12}


def test_an_excel_table_reads_like_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "cropland.xlsx"
    rows = pd.DataFrame({"adcode": [XINGNING], "耕地面积（千公顷）": [12.5]})
    rows.to_excel(path, index=False)
    assert read_cropland_area(path, load_areas()).to_dict() == {XINGNING: 12.5}


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        (["兴宁区,12", "不存在县,5"], 3),
        (["兴宁区,很多"], 2),
        (["兴宁区,0"], 2),
        # Hectares under a heading of thousands.
        (["兴宁区,12500"], 2),
        (["兴宁区,12", "良庆区,9", "450102,12"], 4),
    ],
)
def test_a_row_that_cannot_be_is_named_with_what_is_expected(
    tmp_path: Path, rows: list[str], row: int
) -> None:
    path = table(tmp_path, "地区,耕地面积（千公顷）", *rows)
    with pytest.raises(ZoneFileError) as caught:
        read_cropland_area(path, load_areas())
    assert f"第 {row} 行" in caught.value.where
    assert "cropland.csv" in caught.value.where
    assert caught.value.expected
    assert caught.value.remedy


def test_a_table_without_its_heading_says_which_headings_there_are(tmp_path: Path) -> None:
    with pytest.raises(ZoneFileError, match="耕地面积（千公顷）"):
        read_cropland_area(table(tmp_path, "县,面积", "兴宁区,12"), load_areas())
