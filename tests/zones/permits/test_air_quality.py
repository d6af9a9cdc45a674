"""The day's index and wind: read, looked up, corrected, refused where it contradicts itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from firewatch.core.errors import ZoneFileError
from firewatch.core.time import day_number
from zones.permits.air_quality import AIR_COLUMNS, AirQuality, air_quality_from, read_air_quality
from zones.places.areas import Areas, load_areas

DAY = day_number(date(2020, 11, 5))
NAN = float("nan")


@pytest.fixture(scope="module")
def areas() -> Areas:
    return load_areas()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def air_of(*rows: tuple[int, int, float, float]) -> AirQuality:
    return air_quality_from(pd.DataFrame(list(rows), columns=list(AIR_COLUMNS)))


def rows_of(air: AirQuality) -> list[tuple]:
    filled = air.table.astype(object).where(air.table.notna(), None)
    return list(filled.itertuples(index=False, name=None))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_chinese_table_is_read_by_name(tmp_path: Path, areas: Areas, encoding: str) -> None:
    text = "日期,城市,AQI,风速（米/秒）\n2020-11-05,南宁市,85,2.5\n2020年11月6日,柳州,101,—\n"
    air = read_air_quality(write(tmp_path / "a.csv", text, encoding), areas)
    assert rows_of(air) == [(DAY, 450100, 85.0, 2.5), (DAY + 1, 450200, 101.0, None)]
    assert air.table.dtypes.astype("str").tolist() == ["int64", "int64", "float64", "float64"]


def test_an_english_workbook_is_read_by_code_old_ones_too(tmp_path: Path, areas: Areas) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["Date", "adcode", "AQI"],
        [date(2020, 11, 5), 450127, 60],
        [20201106, "450100", 70],
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    air = read_air_quality(tmp_path / "a.xlsx", areas)
    # 横县 450127 is 横州市 450181 since 2021.
    assert rows_of(air) == [(DAY + 1, 450100, 70.0, None), (DAY, 450181, 60.0, None)]


def test_a_row_counts_for_its_county_and_for_its_city_where_none_is_named(
    tmp_path: Path, areas: Areas
) -> None:
    text = "日期,城市,县区,AQI\n2020-11-05,南宁市,横县,60\n2020-11-05,南宁市,,80\n"
    air = read_air_quality(write(tmp_path / "a.csv", text), areas)
    assert air.table[["area_adcode", "aqi"]].to_numpy().tolist() == [[450100, 80], [450181, 60]]


def test_rows_that_repeat_or_complete_each_other_are_one(tmp_path: Path, areas: Areas) -> None:
    text = "日期,城市,AQI,风速(m/s)\n" + "2020-11-05,南宁市,85,\n" * 2 + "2020-11-05,450100,,3\n"
    air = read_air_quality(write(tmp_path / "a.csv", text), areas)
    assert rows_of(air) == [(DAY, 450100, 85.0, 3.0)]


def test_two_values_of_one_day_and_area_are_refused_naming_both_rows(
    tmp_path: Path, areas: Areas
) -> None:
    text = "日期,城市,AQI\n2020-11-05,南宁市,85\n2020-11-06,南宁市,85\n2020/11/5,南宁,86\n"
    with pytest.raises(ZoneFileError, match="85、86") as caught:
        read_air_quality(write(tmp_path / "a.csv", text), areas)
    assert "第 2 行和第 4 行" in caught.value.where
    assert "2020-11-05" in caught.value.what


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("去年,南宁市,85,2", "日期不可读"), ("2020-11-31,南宁市,85,2", "日期不可读"),
        ("2020-11-05,长沙市,85,2", "不是本区域"), ("2020-11-05,430100,85,2", "不是本区域"),
        ("2020-11-05,,85,2", "不是本区域"), ("2020-11-05,南宁市,-1,2", "超出范围"),
        ("2020-11-05,南宁市,1000,2", "超出范围"), ("2020-11-05,南宁市,85,61", "超出范围"),
        ("2020-11-05,南宁市,优,2", "不是数字"), ("2020-11-05,南宁市,85,3级", "不是数字"),
        ("2020-11-05,南宁市,=C3,2", "不是数字"), ("2020-11-05,南宁市,inf,2", "不是数字"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_refused_by_row(tmp_path: Path, areas: Areas, row: str, says: str) -> None:
    text = f"日期,城市,AQI,风速(m/s)\n2020-11-04,南宁市,85,2\n{row}\n"
    with pytest.raises(ZoneFileError, match=says) as caught:
        read_air_quality(write(tmp_path / "a.csv", text), areas)
    assert "第 3 行" in caught.value.where
    assert caught.value.remedy


def test_a_value_at_the_end_of_its_range_is_taken(tmp_path: Path, areas: Areas) -> None:
    text = "日期,城市,AQI,风速(m/s)\n2020-11-05,南宁市,500,60\n2020-11-06,南宁市,0,0\n"
    assert len(read_air_quality(write(tmp_path / "a.csv", text), areas)) == 2


def test_a_county_goes_before_its_city_value_by_value() -> None:
    air = air_of((DAY, 450100, 80.0, 3.0), (DAY, 450102, NAN, 5.0), (DAY + 1, 450102, 60.0, NAN))
    county = [450102, 450103, 450102, 450202, 450102]
    days = [DAY, DAY, DAY + 1, DAY, DAY + 2]
    aqi, wind = air.of_points(county, days)
    np.testing.assert_array_equal(aqi, [80, 80, 60, NAN, NAN])
    np.testing.assert_array_equal(wind, [5, 3, NAN, NAN, NAN])


def test_lookups_agree_with_a_plain_search() -> None:
    rng = np.random.default_rng(7)
    keys = rng.choice(20 * 8, 60, replace=False)
    codes = [450100, 450102, 450103, 450200, 450202, 450203, 450300, 450302]
    air = air_of(
        *((DAY + k // 8, codes[k % 8], float(rng.integers(20, 200)), NAN) for k in keys.tolist())
    )
    known = {(day, area): aqi for day, area, aqi, _ in air.table.itertuples(index=False)}
    county = rng.choice([450102, 450103, 450202, 450302, 450902, 0], 500)
    days = rng.integers(DAY - 2, DAY + 22, 500)
    expected = [
        known.get((day, code), known.get((day, code // 100 * 100), NAN))
        for day, code in zip(days.tolist(), county.tolist(), strict=True)
    ]
    np.testing.assert_array_equal(air.of_points(county, days)[0], expected)


def test_a_later_table_corrects_an_earlier_one_where_it_has_a_value() -> None:
    first = air_of((DAY, 450100, 80.0, 3.0), (DAY + 1, 450100, 70.0, NAN))
    later = air_of((DAY, 450100, 95.0, NAN), (DAY + 2, 450100, 60.0, NAN))
    both = first.combined(later)
    assert rows_of(both) == [
        (DAY, 450100, 95.0, 3.0), (DAY + 1, 450100, 70.0, None), (DAY + 2, 450100, 60.0, None),
    ]  # fmt: skip
    assert later.combined(first).table["aqi"].tolist()[0] == 80.0


def test_the_version_is_of_the_values_and_not_of_their_order() -> None:
    rows = [(DAY, 450100, 80.0, 3.0), (DAY + 1, 450100, 70.0, NAN), (DAY, 450200, 70.0, NAN)]
    version = air_of(*rows).version
    assert air_of(*rows[::-1]).version == version
    assert air_of(*rows[:2], (DAY, 450200, 71.0, NAN)).version != version
    assert AirQuality.empty().version == "empty"
    assert AirQuality.empty().combined(air_of(*rows)).version == version


def test_without_a_table_nothing_is_known() -> None:
    aqi, wind = AirQuality.empty().of_points([450102, 0], [DAY, DAY])
    assert np.isnan(aqi).all()
    assert np.isnan(wind).all()
    assert len(AirQuality.empty().of_points([], [])[0]) == 0
