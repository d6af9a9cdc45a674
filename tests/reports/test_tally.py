"""The tally as CSV: one row an area and unit, with what a footnote would say in each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from firewatch.count.compare import Comparison
from firewatch.reports.tally import COLUMNS, write_tally_csv

Write = Callable[..., pd.DataFrame]


@pytest.fixture
def tally(comparison: Callable[..., Comparison], tmp_path: Path) -> Write:
    """Return a function: changes of the comparison → the CSV as read again."""

    def write(**changes: Any) -> pd.DataFrame:
        path = tmp_path / "tally.csv"
        write_tally_csv(path, comparison(**changes))
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        return pd.read_csv(path, encoding="utf-8-sig")

    return write


@pytest.mark.parametrize("unit", ["pixel", "overpass_point", "event_day"])
def test_every_city_is_there_in_every_unit(
    tally: Write, comparison: Callable[..., Comparison], unit: str
) -> None:
    table, cities = tally(), comparison().cities
    rows = table.query("level == 'city' and unit == @unit")
    assert rows["adcode"].tolist() == cities["city_adcode"].tolist()
    assert rows["base"].tolist() == cities[f"{unit}_base"].tolist()
    assert rows["now"].tolist() == cities[f"{unit}_now"].tolist()


def test_only_the_unit_that_is_the_count_has_a_verdict(tally: Write) -> None:
    table = tally().query("level != 'county'")
    counted = table["unit"] == "event_day"
    judged = ["verdict", "target_max", "allowance"]
    assert table.loc[counted, judged].notna().all(axis=None)
    assert table.loc[~counted, judged].isna().all(axis=None)


def test_region_cities_and_counties_are_levels(tally: Write) -> None:
    table = tally()
    assert list(table.columns) == list(COLUMNS)
    assert table["level"].drop_duplicates().tolist() == ["region", "city", "county"]
    counties = table.query("level == 'county'")
    assert counties["adcode"].tolist() == [450110, 450403]
    assert counties["now"].tolist() == [90, 3]


def test_a_name_never_runs_as_a_formula(tally: Write) -> None:
    table = tally()
    assert "'=SUM(1)" in set(table["city"]) and "'+万秀区" in set(table["county"])
    assert table["change"].min() < 0


def test_every_row_says_the_rule_and_whether_the_data_are_simulated(tally: Write) -> None:
    notes = tally(simulated=True)["note"]
    assert notes.str.contains("模拟数据 / SIMULATED").all()
    assert notes.str.contains("event_day v1").all()
    assert not tally()["note"].str.contains("SIMULATED").any()


def test_a_region_without_counties_is_a_tally_too(
    tally: Write, comparison: Callable[..., Comparison]
) -> None:
    table = tally(counties=comparison().counties.iloc[:0])
    assert set(table["level"]) == {"region", "city"}
