"""How cities stand to the target."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pandas as pd
import pytest

from firewatch.core.time import SeasonCalendar
from firewatch.core.vocab import Language
from firewatch.count.compare import Comparison, compare
from firewatch.count.rule import counting_rule
from firewatch.count.seasons import season_pair
from firewatch.count.state import at_risk_note, target_states
from firewatch.count.target import Target
from firewatch.views import area_names

Line = Callable[..., str]
NANNING, GUILIN = (108.32, 22.82), (110.29, 25.27)
OVER = datetime(2021, 3, 1, tzinfo=UTC)
HALFWAY = datetime(2020, 12, 1, tzinfo=UTC)


def compared(office: Any, now: datetime = OVER) -> Comparison:
    with office.ledger.reading() as connection:
        return compare(
            connection,
            counting_rule("event_day"),
            season_pair(SeasonCalendar(), 2020, now),
            Target(),
            area_names(office.rules.areas),
            Language.EN,
        )


def states(office: Any, now: datetime = OVER) -> pd.Series:
    found = compared(office, now)
    return target_states(found).set_axis(found.cities["city"])


def burned(line: Line, start: str, count: int, place: tuple[float, float] = NANNING) -> list[str]:
    days = pd.date_range(start, periods=count).strftime("%Y-%m-%d")
    return [line(*place, f"{day} 0612") for day in days]


@pytest.mark.parametrize(
    ("base", "now", "over", "halfway"),
    [
        (40, 30, "met", "met"),
        (40, 32, "met", "met"),
        (40, 33, "met", "at_risk"),
        (40, 36, "met", "at_risk"),
        (40, 37, "missed", "missed"),
        # Of a limit of 4 a tenth is less than one point; one is the least that can be left.
        (5, 3, "met", "at_risk"),
        (5, 2, "met", "met"),
        (0, 0, "met", "met"),
        (0, 1, "missed", "missed"),
    ],
)
def test_a_city_is_at_risk_while_the_season_runs_and_little_is_left(
    office: Any, line: Line, base: int, now: int, over: str, halfway: str
) -> None:
    elsewhere = burned(line, "2019-10-05", 2, GUILIN) + burned(line, "2020-10-05", 1, GUILIN)
    rows = burned(line, "2019-10-05", base) + burned(line, "2020-10-05", now)
    office.take_in(office.file("a.csv", elsewhere + rows))
    assert states(office)["南宁市"] == over
    assert states(office, HALFWAY)["南宁市"] == halfway


def test_without_a_season_before_there_is_no_baseline(office: Any, line: Line) -> None:
    office.take_in(office.file("a.csv", burned(line, "2020-10-05", 3)))
    assert set(states(office)) == {"no_baseline"}
    assert compared(office).no_baseline == set(compared(office).cities["city_adcode"])


def test_a_season_without_data_is_unseen_whatever_the_one_before(office: Any, line: Line) -> None:
    assert set(states(office)) == {"unseen"}
    office.take_in(office.file("a.csv", burned(line, "2019-10-05", 3)))
    assert set(states(office)) == {"unseen"}
    assert compared(office).no_baseline == frozenset()


def test_the_limit_of_risk_is_declared_with_its_reason() -> None:
    text = files("firewatch.count").joinpath("state.json").read_text(encoding="utf-8")
    limits = json.loads(text)
    for language in Language:
        note = at_risk_note(language)
        assert f"{limits['at_risk_percent']}" in note
