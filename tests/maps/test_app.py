"""The page's own code, function by function, beside the same functions in Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firewatch.core.geo import dms, gcj02_to_wgs84, wgs84_to_gcj02

pytestmark = pytest.mark.browser

COORDINATES = {
    "108.35, 22.81": (108.35, 22.81),
    "22.81 108.35": (108.35, 22.81),
    "22.81，108.35": (108.35, 22.81),
    "108°21′7.2″E 22°48′36″N": (108.352, 22.81),
    "22°48'36\"N, 108°21'7.2\"E": (108.352, 22.81),
    "N22°48'36'' E108°21'7.2''": (108.352, 22.81),
    "北纬22度48分36秒 东经108度21分7.2秒": (108.352, 22.81),
    "东经108.352° 北纬22.81°": (108.352, 22.81),
    "lat=22.81&lng=108.352": (108.352, 22.81),
    "22.81N 108.352E": (108.352, 22.81),
    "-33.5, 18.25": (-33.5, 18.25),
    "S33.5 E18.25": (18.25, -33.5),
}
NO_COORDINATES = ["", "乙市", "108.35", "1 2 3", "208.35, 22.81", "22.81, 95.5N", "镇安镇 3 号"]


@pytest.fixture(scope="module")
def run(opened: Callable[..., Any], path: Path) -> Callable[..., Any]:
    """Call a function of the page with each of some arguments."""
    page = opened(path).page

    def run(name: str, arguments: list[Any]) -> Any:
        return page.evaluate(
            "([name, all]) => all.map(one => firewatch[name](...one))", [name, arguments]
        )

    return run


def test_degrees_minutes_seconds_read_as_in_the_alerts(run: Callable[..., Any]) -> None:
    values = [108.352, 0.0, -0.5, 109.999999, 23.99999, 21.0166666, -108.5, 22.123456]
    for axis, hemispheres in (("lon", "EW"), ("lat", "NS")):
        assert run("dms", [[value, hemispheres] for value in values]) == [
            dms(value, axis) for value in values
        ]


def test_gcj02_agrees_with_the_shift_of_the_alerts_both_ways(run: Callable[..., Any]) -> None:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(104, 112, 200), rng.uniform(20, 27, 200)
    places = np.column_stack([lon, lat]).tolist()
    there = np.column_stack(wgs84_to_gcj02(lon, lat))
    assert np.abs(np.array(run("gcj", places)) - there).max() < 1e-9
    back = np.column_stack(gcj02_to_wgs84(lon, lat))
    assert np.abs(np.array(run("fromGcj", places)) - back).max() < 1e-7


def test_coordinates_are_read_in_the_spellings_people_paste(run: Callable[..., Any]) -> None:
    found = run("coordinates", [[text] for text in COORDINATES])
    for text, place, wanted in zip(COORDINATES, found, COORDINATES.values(), strict=True):
        assert place == pytest.approx(wanted, abs=1e-9), text


def test_what_is_no_pair_of_coordinates_is_no_place(run: Callable[..., Any]) -> None:
    found = run("coordinates", [[text] for text in NO_COORDINATES])
    assert dict(zip(NO_COORDINATES, found, strict=True)) == dict.fromkeys(NO_COORDINATES)


def test_changes_read_as_in_the_table_of_cities(run: Callable[..., Any]) -> None:
    pairs = [[25_000, 22_501], [30, 40], [10, 10], [1, 0], [0, 3], [100_000, 89_999]]
    shown = ["-9.99%", "+33.34%", "0.00%", "-100.00%", "无", "-10.00%"]
    assert run("percent", pairs) == shown


def test_no_cell_of_a_saved_table_runs_or_breaks_its_row(run: Callable[..., Any]) -> None:
    cells: dict[Any, str] = {
        "=1+1": "'=1+1", "@x": "'@x", "-a": "'-a", "plain": "plain", 'a"b,c': '"a""b,c"',
        "line\nbreak": '"line\nbreak"', -5: "-5", 1.5: "1.5",
    }  # fmt: skip
    assert run("csvCell", [[cell] for cell in cells]) == list(cells.values())
    assert run("csvCell", [[None]]) == [""]
