"""The Excel report holds the comparison's own numbers, in cells that a spreadsheet can use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from firewatch.core.vocab import Language
from firewatch.reports.xlsx import write_yoy_xlsx

NOW_EPOCH_S = 1_614_500_000
Write = Callable[..., Any]


@pytest.fixture(scope="module")
def workbook(
    comparison: Callable[..., Any],
    fire_points: Callable[..., pd.DataFrame],
    tmp_path_factory: pytest.TempPathFactory,
) -> Write:
    """Return a function: changes of the comparison (and `details`) → the opened workbook."""
    path = tmp_path_factory.mktemp("workbook") / "yoy.xlsx"

    def write(details: pd.DataFrame | None = None, **changes: Any) -> Any:
        if details is None and not changes:
            return usual()
        points = fire_points() if details is None else details
        write_yoy_xlsx(path, comparison(**changes), points, now_epoch_s=NOW_EPOCH_S)
        return openpyxl.load_workbook(path)

    @cache
    def usual() -> Any:
        return write(fire_points())

    return write


def block(sheet: Any, first_title: str) -> pd.DataFrame:
    """Return the table of a sheet: from its heading row down to the first empty row."""
    rows = list(sheet.iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if row[0] == first_title and row[1] is not None)
    end = next((n for n in range(top, len(rows)) if rows[n][0] is None), len(rows))
    titles = [str(title).replace("\n", "") for title in rows[top]]
    return pd.DataFrame(rows[top + 1 : end], columns=titles)


def all_text(sheet: Any) -> str:
    cells = (cell for row in sheet.iter_rows(values_only=True) for cell in row)
    return "\n".join(str(cell) for cell in cells if cell is not None)


def test_every_number_of_the_city_table_is_the_comparisons(
    workbook: Write, comparison: Callable[..., Any]
) -> None:
    shown = block(workbook()["同比"], "设区市")
    source = comparison()
    wanted = pd.concat([source.cities, source.total], ignore_index=True)
    titles = {
        "上年同期": "base",
        "本季": "now",
        "增减": "change",
        "目标（不多于）": "target_max",
        "余量": "allowance",
        "火点像元上年同期": "pixel_base",
        "火点像元本季": "pixel_now",
        "过境火点上年同期": "overpass_point_base",
        "过境火点本季": "overpass_point_now",
    }
    assert shown["设区市"].tolist() == wanted["city"].tolist()
    for title, name in titles.items():
        assert shown[title].tolist() == wanted[name].tolist(), title
    percent = pd.to_numeric(shown["同比"], errors="coerce") * 100
    np.testing.assert_allclose(percent, wanted["change_pct"], atol=0.01)


def test_every_number_of_the_county_and_breakdown_tables_is_the_comparisons(
    workbook: Write, comparison: Callable[..., Any]
) -> None:
    book, source = workbook(), comparison()
    counties = block(book["县（市、区）"], "设区市")
    for title, name in {"上年同期": "base", "本季": "now", "增减": "change"}.items():
        assert counties[title].tolist() == source.counties[name].tolist()
    parts = block(book["分类"], "分类")
    wanted = pd.concat(source.breakdowns.values())
    assert parts["本季"].tolist() == wanted["now"].tolist()
    assert parts["上年同期"].tolist() == wanted["base"].tolist()
    assert parts["类别"].tolist()[:3] == ["禁烧区", "限烧区", "未划区"]


def test_verdicts_are_words_and_a_rise_from_zero_says_how_far(workbook: Write) -> None:
    shown = block(workbook()["同比"], "设区市")["结论"].tolist()
    assert shown == ["达标", "未达标", "保持为零", "由零增加（3）", "达标", "未达标", "未达标"]


def test_small_bases_and_leap_days_are_remarked(workbook: Write) -> None:
    remarks = block(workbook()["同比"], "设区市")["备注"].fillna("").tolist()
    assert "2 月 29 日" in remarks[1] and "一个火点" in remarks[4]
    assert [bool(remark) for remark in remarks] == [False, True, False, False, True, False, False]


def test_what_was_counted_stands_under_every_table(workbook: Write) -> None:
    for sheet in workbook():
        text = all_text(sheet)
        assert "计数规则 event_day v1" in text and "计数单位为火情（按日）" in text, sheet.title
        assert "2020-02-29 不参与比较。" in text, sheet.title


@pytest.mark.parametrize("language", list(Language))
def test_simulated_data_are_called_so_at_the_top_of_every_sheet(
    workbook: Write, language: Language
) -> None:
    book = workbook(simulated=True, illustrative=True, language=language)
    assert len(book.sheetnames) == 4
    for sheet in book:
        assert sheet["A1"].value == "模拟数据 / SIMULATED"
        assert "ILLUSTRATIVE" in sheet["A2"].value
        assert "SIMULATED" in sheet.oddHeader.center.text


def test_real_data_are_not_called_simulated(workbook: Write) -> None:
    assert all("SIMULATED" not in all_text(sheet) for sheet in workbook())


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://x", "00123"])
def test_a_name_from_a_file_never_becomes_a_formula_a_link_or_a_number(
    workbook: Write, fire_points: Callable[..., pd.DataFrame], start: str
) -> None:
    points = fire_points(2, township=start, reason=start, county=start)
    sheet = workbook(points)["火点明细"]
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value == start]
    assert len(found) == 6
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in found)


def test_the_detail_sheet_has_true_dates_in_beijing_time_newest_first(workbook: Write) -> None:
    shown = block(workbook()["火点明细"], "设区市")
    times = shown["过境时间（北京时间）"].tolist()
    assert times[-1] == pd.Timestamp("2020-11-06 00:30")
    assert times == sorted(times, reverse=True)
    assert shown["中心经度"].iloc[-1] == "108°16′27.8″E"
    assert shown["判定"].iloc[-1] == "禁烧区焚烧"


def test_a_point_without_radiative_power_has_no_number(
    workbook: Write, fire_points: Callable[..., pd.DataFrame]
) -> None:
    shown = block(workbook(fire_points(1, frp_mw=np.nan))["火点明细"], "设区市")
    assert shown["辐射功率(MW)"].tolist() == ["–"]


def test_an_unscreened_point_says_so(
    workbook: Write, fire_points: Callable[..., pd.DataFrame]
) -> None:
    shown = block(workbook(fire_points(1, unscreened=True))["火点明细"], "设区市")
    assert shown["成因"].tolist() == ["疑似秸秆焚烧（未经土地覆盖筛查）"]


def test_sheets_are_set_up_for_a4_paper_with_repeated_headings(workbook: Write) -> None:
    for sheet in workbook():
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.print_title_rows is not None
        assert sheet.freeze_panes is not None
    assert workbook()["火点明细"].auto_filter.ref is not None


def test_a_season_without_fire_points_is_still_a_report(
    workbook: Write, fire_points: Callable[..., pd.DataFrame], comparison: Callable[..., Any]
) -> None:
    usual = comparison()
    empty = {name: table.iloc[:0] for name, table in usual.breakdowns.items()}
    book = workbook(fire_points(0), breakdowns=empty, counties=usual.counties.iloc[:0])
    assert "没有火点" in all_text(book["火点明细"])


def test_the_same_input_gives_the_same_bytes(
    comparison: Callable[..., Any], fire_points: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    contents = []
    for name, points in (("a", fire_points(20)), ("b", fire_points(20).iloc[::-1])):
        path = tmp_path / f"{name}.xlsx"
        write_yoy_xlsx(path, comparison(), points, now_epoch_s=NOW_EPOCH_S)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    created = openpyxl.load_workbook(path).properties.created
    assert created == pd.Timestamp(NOW_EPOCH_S, unit="s")
