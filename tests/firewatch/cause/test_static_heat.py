"""Static heat by recurrence, and the list of works."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.cause.decide import decide_causes
from firewatch.cause.static_heat import cell_centre, heat_cells, shipped_rule, static_cells
from firewatch.cause.works import WorksList, nearest_listed, read_works
from firewatch.core.errors import UnreadableFileError
from firewatch.core.time import day_number

RULE = shipped_rule()
CELL = int(heat_cells(109.38, 24.38))


def seen(days: list[date], night: bool = False, cell: int = CELL) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "heat_cell": cell,
            "local_day": [day_number(day) for day in days],
            "day_night": "N" if night else "D",
        }
    )


def every(days: int, count: int, start: date = date(2020, 1, 5)) -> list[date]:
    return [start + timedelta(days=days * n) for n in range(count)]


def test_a_place_hot_all_the_year_is_static_heat() -> None:
    found = static_cells(seen(every(20, 18)), RULE)
    assert found["level"].to_dict() == {CELL: "medium"}
    assert found.loc[CELL, "days"] == 18


def test_a_furnace_that_burns_by_night_on_thirty_days_is_certain() -> None:
    found = static_cells(seen(every(3, 30, date(2020, 10, 1)), night=True), RULE)
    assert found["level"].to_dict() == {CELL: "high"}


def test_a_field_burned_on_twelve_days_of_one_harvest_is_no_static_heat() -> None:
    assert static_cells(seen(every(2, 12, date(2020, 11, 1))), RULE).empty


def test_nine_days_are_not_enough_however_spread() -> None:
    assert static_cells(seen(every(40, 9)), RULE).empty


def test_several_points_of_one_day_count_once() -> None:
    days = every(20, 6)
    assert static_cells(seen(days * 3), RULE).empty


def test_ten_days_spread_over_ten_years_are_no_static_heat() -> None:
    assert static_cells(seen(every(365, 10)), RULE).empty


def test_what_is_judged_is_only_what_was_known_as_of_the_day() -> None:
    days = every(20, 18)
    assert static_cells(seen(days[:8]), RULE).empty
    assert not static_cells(seen(days), RULE).empty


@settings(deadline=None, max_examples=examples(60))
@given(st.lists(st.integers(0, 1200), max_size=60), st.integers(0, 2**32 - 1))
def test_the_fullest_window_equals_a_literal_search(offsets: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    start = date(2018, 1, 1)
    points = pd.DataFrame(
        {
            "heat_cell": CELL,
            "local_day": [day_number(start) + offset for offset in offsets],
            "day_night": rng.choice(["D", "N"], len(offsets)),
        }
    )
    found = static_cells(points, RULE)
    distinct = sorted(set(points["local_day"]))
    most = max((sum(last - 364 <= d <= last for d in distinct) for last in distinct), default=0)
    if not found.empty:
        assert found.loc[CELL, "days"] == most
    if most < min(level.min_days for level in RULE.levels):
        assert found.empty


def test_cells_are_centred_on_even_hundredths() -> None:
    assert heat_cells(109.3899, 24.3701) == CELL
    assert heat_cells(109.3901, 24.38) != CELL
    assert cell_centre(CELL) == (109.38, 24.38)


def caused(points: pd.DataFrame, static: pd.DataFrame, works: WorksList) -> pd.DataFrame:
    located = points.assign(heat_cell=heat_cells(points["lon"], points["lat"]))
    return decide_causes(located, static, works, RULE)


def test_a_steelworks_is_not_a_straw_fire_and_says_why() -> None:
    points = pd.DataFrame({"source": ["satellite"], "lon": [109.381], "lat": [24.379]})
    static = static_cells(seen(every(20, 18)), RULE)
    row = caused(points, static, WorksList.empty()).iloc[0]
    assert (row["cause"], bool(row["unscreened"])) == ("static_heat", False)
    assert "24.38N 109.38E" in row["cause_evidence"]
    assert "18 d" in row["cause_evidence"]


def test_without_land_cover_a_fire_says_that_it_is_unscreened() -> None:
    points = pd.DataFrame({"source": ["satellite"], "lon": [108.0], "lat": [22.0]})
    row = caused(points, static_cells(seen([]), RULE), WorksList.empty()).iloc[0]
    assert (row["cause"], bool(row["unscreened"])) == ("unknown", True)


def test_what_a_patrol_saw_is_not_overruled_by_recurrence() -> None:
    points = pd.DataFrame({"source": ["supervision"], "lon": [109.381], "lat": [24.379]})
    static = static_cells(seen(every(20, 18)), RULE)
    assert caused(points, static, WorksList.empty())["cause"].tolist() == ["unknown"]


def test_a_listed_works_is_named(tmp_path: Path) -> None:
    listed = tmp_path / "works.csv"
    listed.write_text("名称,经度,纬度,半径_km\n某钢铁厂,109.40,24.40,1.5\n", encoding="utf-8")
    points = pd.DataFrame({"source": "satellite", "lon": [109.405, 109.42], "lat": [24.40, 24.40]})
    found = caused(points, static_cells(seen([]), RULE), read_works(listed))
    assert found["cause"].tolist() == ["works", "unknown"]
    assert found["cause_evidence"].iloc[0].startswith("某钢铁厂 0.5 km")


def test_of_two_works_the_nearer_is_named() -> None:
    works = WorksList(
        pd.DataFrame({"name": ["a", "b"], "lon": [109.0, 109.01], "lat": 24.0, "radius_km": 2.0}),
        "x",
    )
    row, _ = nearest_listed(np.array([109.008, 110.0]), np.array([24.0, 24.0]), works)
    assert row.tolist() == [1, -1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,x,y\na,1,2\n", "lon, lat"),
        ("name,lon,lat\na,109,940\n", "第 2 行"),
        ("name,lon,lat\na,109,north\n", "第 2 行"),
    ],
)
def test_a_bad_list_of_works_names_the_place(tmp_path: Path, text: str, says: str) -> None:
    listed = tmp_path / "works.csv"
    listed.write_text(text)
    with pytest.raises(UnreadableFileError, match=says):
        read_works(listed)
