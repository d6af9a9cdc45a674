"""Straw-use and machine-harvest rates against the plan's 85 % and 30 %, exact at the edge."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from firewatch.core.errors import ZoneFileError
from firewatch.core.vocab import Language, Verdict
from zones.places.areas import Areas, load_areas
from zones.straw.rates import RATE_COLUMNS, plan_targets, read_rates, titled

HEAD = "地区,秸秆产生量（吨）,秸秆利用量（吨）,“双高”基地面积（亩）,机收面积（亩）"


@pytest.fixture(scope="module")
def areas() -> Areas:
    return load_areas()


def read(folder: Path, areas: Areas, *rows: str, head: str = HEAD, encoding: str = "utf-8"):
    path = folder / "a.csv"
    path.write_bytes("\n".join([head, *rows, ""]).encode(encoding))
    return read_rates(path, areas)


def test_the_plan_asks_for_85_and_30_percent() -> None:
    asked = {target.rate: Fraction(target.num, target.den) for target in plan_targets()}
    assert asked == {"straw_use": Fraction(85, 100), "machine_harvest": Fraction(30, 100)}


def test_rates_and_verdicts_of_cities_and_counties(tmp_path: Path, areas: Areas) -> None:
    reading = read(
        tmp_path, areas, "崇左市,1000,900,1500,300", "横县,200,150,3000,1200", encoding="gbk"
    )
    assert tuple(reading.table) == RATE_COLUMNS
    hengzhou, chongzuo = reading.table.to_dict("records")
    assert (hengzhou["area_adcode"], hengzhou["area"], hengzhou["row"]) == (450181, "横州市", 3)
    assert (hengzhou["straw_use_pct"], hengzhou["straw_use_verdict"]) == (75.0, "missed")
    assert (hengzhou["machine_harvest_pct"], hengzhou["machine_harvest_verdict"]) == (40.0, "met")
    assert (chongzuo["straw_use_pct"], chongzuo["straw_use_verdict"]) == (90.0, "met")
    assert (chongzuo["machine_harvest_pct"], chongzuo["machine_harvest_verdict"]) == (
        20.0,
        "missed",
    )
    assert chongzuo["cane_ha"] == 100.0
    assert reading.notes(Language.ZH) == ()


@pytest.mark.parametrize(
    ("produced", "used", "verdict"),
    [
        ("100", "85", "met"), ("100", "84.999999999999999999", "missed"), ("0.1", "0.085", "met"),
        ("1", "0.85", "met"), ("3", "2.55", "met"), ("0.7", "0.595", "met"),
        ("0", "0", "unknown"), ("", "85", "unknown"), ("100", "", "unknown"),
        ("100", "101", "unknown"), ("100", "100", "met"), ("100", "0", "missed"),
    ],
)  # fmt: skip
def test_a_rate_at_the_edge_meets_and_one_without_figures_is_unknown(
    tmp_path: Path, areas: Areas, produced: str, used: str, verdict: str
) -> None:
    row = read(tmp_path, areas, f"崇左市,{produced},{used},,").table.iloc[0]
    assert row["straw_use_verdict"] == verdict
    assert row["machine_harvest_verdict"] == "unknown"
    assert np.isnan(row["machine_harvest_pct"])


def test_converting_units_does_not_move_the_edge(tmp_path: Path, areas: Areas) -> None:
    # 300 of 1000 mu is 30 %, though 20 / 66.67 ha in floating point is less.
    assert read(tmp_path, areas, "崇左市,,,1000,300").table["machine_harvest_verdict"][0] == "met"
    mixed = HEAD.replace("机收面积（亩）", "机收面积（公顷）")
    reading = read(tmp_path, areas, "崇左市,,,1000,20", head=mixed)
    assert reading.table["machine_harvest_verdict"][0] == "met"
    reading = read(tmp_path, areas, "崇左市,,,1000,19.9999999999999999", head=mixed)
    assert reading.table["machine_harvest_verdict"][0] == "missed"


def test_a_part_greater_than_its_whole_is_told(tmp_path: Path, areas: Areas) -> None:
    reading = read(tmp_path, areas, "崇左市,100,101,100,200")
    assert reading.findings.table["code"].tolist() == ["more_than_whole"] * 2
    assert all("无法判定" in line for line in reading.notes(Language.ZH))


def test_the_total_counts_each_ground_once(tmp_path: Path, areas: Areas) -> None:
    rows = (
        "南宁市,1000,900,,", "横州市,400,100,1500,300",  # within Nanning's own row
        "扶绥县,500,300,1500,600", "江州区,500,,1500,300", "合计,2400,1300,4500,1200",
    )  # fmt: skip
    total = read(tmp_path, areas, *rows).total.iloc[0]
    # Straw: Nanning and Fusui (Jiangzhou gives no use); cane: Fusui and Jiangzhou.
    assert (total["produced_t"], total["used_t"], total["straw_use_pct"]) == (1500, 1200, 80.0)
    assert total["straw_use_verdict"] == "missed"
    assert (total["cane_ha"], total["machine_ha"]) == (200.0, 60.0)
    assert total["machine_harvest_verdict"] == "met"


def test_an_area_that_stands_twice_is_taken_once_or_not_at_all(
    tmp_path: Path, areas: Areas
) -> None:
    same = read(tmp_path, areas, "崇左市,100,85,,", "崇左市,100,85,,")
    assert same.table["row"].tolist() == [2]
    assert same.findings.table["code"].tolist() == ["repeated"]
    other = read(tmp_path, areas, "崇左市,100,85,,", "451400,100,95,,", "柳州市,10,9,,")
    assert other.table["area_adcode"].tolist() == [450200]
    assert other.findings.refused == [2, 3]


@pytest.mark.parametrize("cell", ["约85", "-1", "85%", "=B2", "1e99", "八十五"])
def test_a_cell_that_is_no_figure_keeps_its_row_out(
    tmp_path: Path, areas: Areas, cell: str
) -> None:
    reading = read(tmp_path, areas, f"崇左市,100,{cell},,", "柳州市,100,85,,")
    assert reading.table["area_adcode"].tolist() == [450200]
    assert reading.findings.table["code"].tolist() == ["bad_number"]
    assert reading.total["used_t"].tolist() == [85.0]


def test_an_unknown_area_or_a_table_without_figures_is_refused(
    tmp_path: Path, areas: Areas
) -> None:
    with pytest.raises(ZoneFileError, match="第 3 行"):
        read(tmp_path, areas, "崇左市,100,85,,", "长沙市,100,85,,")
    with pytest.raises(ZoneFileError, match="produced_t"):
        read(tmp_path, areas, "崇左市,100", head="地区,数量")


def test_columns_and_verdicts_have_words_in_both_languages(tmp_path: Path, areas: Areas) -> None:
    table = read(tmp_path, areas, "崇左市,100,85,100,20").table
    chinese, english = titled(table, Language.ZH), titled(table, Language.EN)
    assert chinese["秸秆利用是否达标"].tolist() == ["达标"]
    assert chinese["机收是否达标"].tolist() == ["未达标"]
    assert "straw use (%)" in english
    assert "row" not in english
    assert set(table["straw_use_verdict"]) <= {str(verdict) for verdict in Verdict}
