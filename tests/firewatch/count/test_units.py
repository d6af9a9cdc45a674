"""Units by point, counted again from the points alone, against the tally in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firewatch.core.time import Period, date_of_day_number, local_day_number
from firewatch.core.vocab import CountUnit, Source
from firewatch.count.rule import CountingRule, counting_rule
from firewatch.count.tally import tally
from firewatch.count.units import unit_numbers
from zones.register.register import Register

Line = Callable[..., str]
SEASON = Period(date(2020, 10, 1), date(2020, 10, 20))
GRAVEST_FIRST = ["ban_violation", "restricted_unpermitted", "restricted_permitted", "unzoned"]
START = datetime(2020, 9, 30, 12, tzinfo=UTC)


def random_lines(line: Line, seed: int, count: int = 400) -> list[str]:
    """Return fires that smoulder about a corner of four counties, also over midnight."""
    rng = np.random.default_rng(seed)
    fires = rng.uniform((108.306, 22.809), (108.320, 22.822), (12, 2))
    rows = []
    for _ in range(count):
        lon, lat = fires[rng.integers(len(fires))] + rng.normal(0, 0.004, 2)
        # Beijing's midnight is 16:00 UTC.
        hour = rng.choice([4, 6, 15, 16, 18])
        minute = rng.choice([0, 5, 55, 59]) if hour != 16 else rng.choice([0, 3])
        moment = START.replace(hour=int(hour), minute=int(minute)) + timedelta(
            days=int(rng.integers(0, 22))
        )
        satellite, version = rng.choice(["N", "N20"]), rng.choice(["2.0NRT", "2"])
        confidence = rng.choice(["l", "n", "h"])
        when = moment.strftime("%Y-%m-%d %H%M")
        rows.append(line(lon, lat, when, satellite, version, confidence))
    return rows


def recounted(points: pd.DataFrame, units: pd.Series, compared: Period) -> dict[str, Counter[Any]]:
    """Count as a reader of the map's page would: walk along the points in order."""
    counts: dict[str, Counter[Any]] = {
        name: Counter() for name in ("county_adcode", "local_day", "ruling")
    }
    first: dict[int, Any] = {}
    gravest: dict[int, str] = {}
    for row in points.sort_values(["acquired_s", "county_adcode"]).itertuples():
        unit = units.get(row.point_key, -1)
        if unit < 0:
            continue
        first.setdefault(unit, row)
        before = gravest.get(unit, GRAVEST_FIRST[-1])
        gravest[unit] = min(before, row.ruling, key=GRAVEST_FIRST.index)
    for unit, row in first.items():
        day = int(local_day_number(np.array([row.acquired_s]))[0])
        if date_of_day_number(day) in compared:
            counts["county_adcode"][row.county_adcode] += 1
            counts["local_day"][day] += 1
            counts["ruling"][gravest[unit]] += 1
    return counts


def in_force(office: Any, line: Line, ban: Register, seed: int) -> pd.DataFrame:
    office.with_zones(ban)
    office.take_in(office.file(f"{seed}.csv", random_lines(line, seed)))
    points: pd.DataFrame = office.current()
    return points


RULES = [
    *(replace(counting_rule("event_day"), unit=unit) for unit in CountUnit),
    replace(counting_rule("overpass_point"), platforms=("NOAA-20",)),
    replace(counting_rule("event_day"), unscreened=False),
    replace(counting_rule("pixel"), sources=(Source.SUPERVISION,)),
]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_units_counted_along_the_points_are_those_of_the_tally(
    office: Any, line: Line, ban_box: Callable[..., Register], seed: int
) -> None:
    points = in_force(office, line, ban_box(108.31, 22.7, 108.315, 23.0), seed)
    # A whole season, one in progress whose last night goes on past midnight, and its first day.
    for last in (20, 11, 7, 1):
        compared = Period(SEASON.start, date(2020, 10, last))
        for rule in RULES:
            check(office, points, rule, compared)


def check(office: Any, points: pd.DataFrame, rule: CountingRule, compared: Period) -> None:
    with office.ledger.reading() as connection:
        units = unit_numbers(connection, rule, compared, SEASON)
        expected = {
            by: tally(connection, rule, compared, by)
            for by in ("county_adcode", "local_day", "ruling")
        }
    found = recounted(points, units, compared)
    for by, table in expected.items():
        pairs = zip(table[by].tolist(), table["count"].tolist(), strict=True)
        assert found[by] == dict(pairs), (rule.title, rule.unit, compared, by)


def test_units_of_several_points_over_counties_rulings_and_midnight_were_among_those_counted(
    office: Any, line: Line, ban_box: Callable[..., Register]
) -> None:
    points = in_force(office, line, ban_box(108.31, 22.7, 108.315, 23.0), 1).set_index("point_key")
    with office.ledger.reading() as connection:
        units = unit_numbers(connection, RULES[1], SEASON, SEASON)
    table = points.assign(
        unit=units, local_day=local_day_number(points["acquired_s"].to_numpy())
    ).dropna(subset="unit")
    kinds = table.groupby("unit")[["county_adcode", "ruling", "local_day"]].nunique()
    assert (kinds > 1).any().all()
    assert len(table) < len(points)


def test_units_are_numbered_densely_in_order_of_their_first_points(
    office: Any, line: Line, ban_box: Callable[..., Register]
) -> None:
    points = in_force(office, line, ban_box(108.31, 22.7, 108.315, 23.0), 1)
    for rule in RULES[:3]:
        with office.ledger.reading() as connection:
            units = unit_numbers(connection, rule, SEASON, SEASON)
        ordered = points.sort_values(["acquired_s", "county_adcode", "point_key"])["point_key"]
        numbers = ordered.map(units).dropna().astype(int)
        assert numbers.unique().tolist() == list(range(units.max() + 1))


def test_without_points_there_are_no_units(office: Any) -> None:
    with office.ledger.reading() as connection:
        units = unit_numbers(connection, counting_rule("event_day"), SEASON, SEASON)
    assert len(units) == 0
    assert pd.Series([1, 2]).map(units).isna().all()
