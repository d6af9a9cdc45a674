"""The page recounts in the browser what the counting rule says, for every choice of the reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from map_browser import counts

from maps.inputs import MapInputs

pytestmark = pytest.mark.browser


def _counted(points: pd.DataFrame, days: pd.Series, inputs: MapInputs, **wanted: Any) -> int:
    """Count units the slow way: one by one, each by its first point and its gravest ruling."""
    gravity = ["ban_violation", "restricted_unpermitted", "restricted_permitted", "unzoned"]
    compared = set(days[inputs.days["compared"]])
    first, last = wanted.pop("first", "0"), wanted.pop("last", "9")
    county, city, ruling = (wanted.pop(name, None) for name in ("county", "city", "ruling"))
    units: dict[int, list[dict[str, Any]]] = {}
    for row in points.to_dict("records"):
        if row["unit"] >= 0 and all(row[name] == code for name, code in wanted.items()):
            units.setdefault(row["unit"], []).append(row)
    count = 0
    for rows in units.values():
        head = rows[0]
        day = str(pd.Timestamp(head["acquired_s"] + 8 * 3600, unit="s").date())
        gravest = min((row["ruling"] for row in rows), key=gravity.index)
        count += (
            day in compared
            and first <= day <= last
            and county in (None, head["county_adcode"])
            and city in (None, head["city_adcode"])
            and ruling in (None, gravest)
        )
    return count


def test_as_many_points_are_listed_as_the_table_has(
    opened: Callable[..., Any], path: Path, inputs: MapInputs
) -> None:
    page = opened(path).page
    drawn = page.locator("[data-scheme='ruling'] .fw-drawn").all_inner_texts()
    assert sum(map(int, drawn)) == len(inputs.points) == counts(page)[0]
    for scheme in ("status", "platform", "confidence"):
        page.select_option("#fw-scheme", scheme)
        drawn = page.locator(f"[data-scheme='{scheme}'] .fw-drawn").all_inner_texts()
        assert sum(map(int, drawn)) == len(inputs.points)


FILTERS: list[dict[str, Any]] = [
    {},
    {"city": 450100},
    {"city": 450200, "county": 450202},
    {"ruling": "ban_violation"},
    {"ruling": "unzoned", "city": 450100},
    {"platform": "NOAA-20"},
    {"source": "supervision"},
    {"status": "rejected", "confidence": "high"},
    {"city": 450100, "county": 450101, "ruling": "restricted_permitted", "platform": "S-NPP"},
]


def test_filters_count_as_the_rule_says(
    opened: Callable[..., Any], path: Path, inputs: MapInputs
) -> None:
    page = opened(path).page
    page.locator("summary", has_text="筛选").click()
    columns = {"city": "city_adcode", "county": "county_adcode"}
    days, base_days = inputs.days["day"], inputs.days["base_day"]
    for wanted in FILTERS:
        shown = inputs.points
        for name, value in wanted.items():
            page.select_option(f"#fw-{name}", str(value))
            shown = shown[shown[columns.get(name, name)] == value]
        assert counts(page) == [
            len(shown),
            _counted(inputs.points, days, inputs, **wanted),
            _counted(inputs.base_points, base_days, inputs, **wanted),
        ], wanted
        page.locator("#fw-all").click()
        assert counts(page)[0] == len(inputs.points)


def test_the_slider_counts_until_its_day_and_the_day_alone(
    opened: Callable[..., Any], path: Path, inputs: MapInputs
) -> None:
    page = opened(path).page
    slide = "day => { const s = document.getElementById('fw-slider'); s.value = day;"
    slide += " s.dispatchEvent(new Event('input')); }"
    for day in (0, 5, 23, 49, 59):
        page.locator("#fw-only").set_checked(False)
        page.evaluate(slide, day)
        last = inputs.days["day"].iloc[day]
        until = counts(page)
        assert until[1] == _counted(inputs.points, inputs.days["day"], inputs, last=last)
        base_last = inputs.days["base_day"].iloc[day]
        assert until[2] == _counted(
            inputs.base_points, inputs.days["base_day"], inputs, last=base_last
        )
        page.locator("#fw-only").set_checked(True)
        assert counts(page)[1] == _counted(
            inputs.points, inputs.days["day"], inputs, first=last, last=last
        )
        assert page.locator("#fw-day").inner_text() == last


def test_playing_runs_through_the_season_and_stops(opened: Callable[..., Any], path: Path) -> None:
    page = opened(path).page
    page.locator("#fw-play").click()
    page.wait_for_function("() => Number(document.getElementById('fw-slider').value) === 2")
    assert page.locator("#fw-play").get_attribute("aria-pressed") == "true"
    page.locator("#fw-play").click()
    assert page.locator("#fw-play").get_attribute("aria-pressed") == "false"


def test_last_year_stands_beside_on_the_same_days_and_moves_along(
    opened: Callable[..., Any], path: Path
) -> None:
    seen = opened(path)
    page = seen.page
    page.locator("#fw-beside").click()
    page.evaluate("map_firewatch.setView([23.4, 108.2], 10, {animate: false})")
    other = page.evaluate("firewatch.views.base.map.getCenter()")
    assert (other["lat"], other["lng"]) == pytest.approx((23.4, 108.2), abs=1e-3)
    title = page.locator("#fw-title-base").inner_text()
    assert "2019-20" in title and "2019-11-01" in title and str(counts(page)[2]) in title
    page.locator("#fw-beside").click()
    assert not page.locator("#fw-base").is_visible()
    assert seen.complaints == []


def test_the_chart_ends_at_thecounts(
    opened: Callable[..., Any], path: Path, inputs: MapInputs
) -> None:
    label = opened(path).page.locator("#fw-chart svg").get_attribute("aria-label")
    now = _counted(inputs.points, inputs.days["day"], inputs)
    base = _counted(inputs.base_points, inputs.days["base_day"], inputs)
    assert f"本季 {now}" in label and f"上年整季 {base}" in label
    assert f"目标线 {round(base * 0.9)}" in label
