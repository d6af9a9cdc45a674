"""Counting and comparing two seasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firewatch.core.time import Period, SeasonCalendar
from firewatch.core.vocab import CountUnit, Language, Source, Status
from firewatch.count.alike import days_with_data
from firewatch.count.calendar import tally_by_calendar
from firewatch.count.compare import Comparison, compare
from firewatch.count.rule import counting_rule, shipped_rules
from firewatch.count.seasons import season_pair
from firewatch.count.tally import tally
from firewatch.count.target import Target
from firewatch.ledger.current import refresh
from firewatch.ledger.store import append_row
from firewatch.ledger.tables import statuses
from firewatch.views import area_names

Line = Callable[..., str]
CALENDAR = SeasonCalendar()
SEASON_OVER = datetime(2021, 3, 1, tzinfo=UTC)
CITIES = ["南宁市", "桂林市"]
NANNING, GUILIN = (108.32, 22.82), (110.29, 25.27)


def compared(
    office: Any, now: datetime = SEASON_OVER, rule: str = "event_day", language: str = "en"
) -> Comparison:
    with office.ledger.reading() as connection:
        return compare(
            connection,
            counting_rule(rule),
            season_pair(CALENDAR, 2020, now),
            Target(),
            area_names(office.rules.areas),
            Language(language),
        )


def of_city(comparison: Comparison, city: str) -> pd.Series:
    return comparison.cities.set_index("city").loc[city]


def burned(
    line: Line, days: list[str], place: tuple[float, float] = NANNING, **row: Any
) -> list[str]:
    return [line(*place, f"{day} 0612", **row) for day in days]


def daily(start: str, count: int) -> list[str]:
    return pd.date_range(start, periods=count, freq="D").strftime("%Y-%m-%d").tolist()


def test_ten_fires_less_one_meet_the_target_and_ten_do_not(office: Any, line: Line) -> None:
    base = burned(line, daily("2019-10-05", 10))
    office.take_in(office.file("a.csv", base + burned(line, daily("2020-10-05", 9))))
    assert of_city(compared(office), "南宁市")["verdict"] == "met"
    office.take_in(office.file("b.csv", burned(line, ["2020-12-01"])))
    row = of_city(compared(office), "南宁市")
    assert (row["verdict"], row["allowance"]) == ("missed", -1)


def test_a_fire_before_beijing_midnight_of_1_october_is_not_of_the_season(
    office: Any, line: Line
) -> None:
    edge = [line(*NANNING, "2020-09-30 1559"), line(*GUILIN, "2020-09-30 1630")]
    office.take_in(office.file("a.csv", edge + burned(line, ["2019-11-01"])))
    found = compared(office)
    assert of_city(found, "南宁市")["now"] == 0
    assert of_city(found, "桂林市")["now"] == 1


def test_one_fire_seen_by_two_satellites_counts_once_a_day(office: Any, line: Line) -> None:
    seen = [
        line(*NANNING, f"{year}-11-05 {clock}", satellite)
        for year in (2019, 2020)
        for clock, satellite in (("0548", "N"), ("0640", "N20"))
    ]
    office.take_in(office.file("a.csv", seen))
    row = of_city(compared(office), "南宁市")
    assert (row["event_day_now"], row["overpass_point_now"], row["pixel_now"]) == (1, 2, 2)


def test_a_satellite_of_one_season_only_is_left_out_and_said(office: Any, line: Line) -> None:
    base = burned(line, daily("2019-11-01", 5))
    now = burned(line, daily("2020-11-01", 4))
    extra = burned(line, daily("2020-12-01", 7), GUILIN, satellite="N20")
    office.take_in(office.file("a.csv", base + now + extra))
    found = compared(office)
    assert of_city(found, "桂林市")["now"] == 0
    assert any("NOAA-20" in note for note in found.notes)
    assert found.rule.platforms == ("S-NPP",)


def test_a_season_in_progress_compares_the_same_days(office: Any, line: Line) -> None:
    both = burned(line, daily("2019-10-01", 100)) + burned(line, daily("2020-10-01", 40))
    office.take_in(office.file("a.csv", both))
    found = compared(office, datetime(2020, 10, 20, 4, tzinfo=UTC))
    assert found.in_progress
    assert str(found.now) == "2020-10-01..2020-10-19"
    assert str(found.base) == "2019-10-01..2019-10-19"
    assert (found.total["base"].item(), found.total["now"].item()) == (19, 19)


def test_the_whole_season_is_compared_from_its_last_midnight_on() -> None:
    just_over = season_pair(CALENDAR, 2020, datetime(2021, 2, 28, 16, tzinfo=UTC))
    still_on = season_pair(CALENDAR, 2020, datetime(2021, 2, 28, 15, 59, tzinfo=UTC))
    assert (just_over.in_progress, still_on.in_progress) == (False, True)
    assert still_on.now.end == date(2021, 2, 27)


def test_29_february_is_left_out_and_a_verdict_it_would_flip_is_named(
    office: Any, line: Line
) -> None:
    base = burned(line, [*daily("2019-10-05", 9), "2020-02-29"])
    office.take_in(office.file("a.csv", base + burned(line, daily("2020-10-05", 9))))
    found = compared(office)
    row = of_city(found, "南宁市")
    assert (row["base"], row["verdict"], bool(row["leap_flips"])) == (9, "missed", True)
    assert any("29 February" in note and "南宁市" in note for note in found.notes)


def test_a_season_without_any_data_is_unknown_not_zero(office: Any, line: Line) -> None:
    office.take_in(office.file("a.csv", burned(line, daily("2020-10-05", 3))))
    found = compared(office)
    assert set(found.cities["verdict"]) == {"unknown"}
    assert any("no data" in note for note in found.notes)


def test_a_base_of_zero_has_words_of_its_own(office: Any, line: Line) -> None:
    both = burned(line, ["2019-11-01"]) + burned(line, ["2020-11-01"], GUILIN)
    office.take_in(office.file("a.csv", both))
    found = compared(office)
    assert of_city(found, "桂林市")["verdict"] == "rose_from_zero"
    assert of_city(found, "北海市")["verdict"] == "held_at_zero"
    assert bool(of_city(found, "南宁市")["small_base"])


def test_what_was_counted_stands_in_the_notes_in_both_languages(office: Any, line: Line) -> None:
    office.take_in(office.file("a.csv", burned(line, ["2019-11-01", "2020-11-01"])))
    for language, words in (("zh", "火情（按日）"), ("en", "fire event by day")):
        notes = compared(office, language=language).notes
        assert any("event_day v1" in note and words in note for note in notes)


def test_more_patrols_do_not_look_like_more_burning(office: Any, line: Line) -> None:
    office.take_in(
        office.file("a.csv", burned(line, ["2019-11-05", "2020-11-05"])),
        office.file(
            "巡查.csv",
            ["2020-11-05 14:30,108.321,22.821,巡查", "2020-11-06 09:00,110.29,25.27,无人机"],
            "时间,经度,纬度,发现方式",
        ),
    )
    found = compared(office)
    sources = found.breakdowns["source"].set_index("code")["now"]
    assert sources.to_dict() == {"satellite": 1, "supervision": 2, "union": 2}
    assert found.total["now"].item() == 1


def test_a_rejected_point_leaves_the_count_and_the_difference_is_said(
    office: Any, line: Line
) -> None:
    office.take_in(office.file("a.csv", burned(line, ["2019-11-05", "2020-11-05"])))
    key = int(office.current()["point_key"].iloc[-1])
    verdict = {"point_key": key, "status": str(Status.REJECTED), "reason": "生活垃圾",
               "role": "city", "decided_at": 1}  # fmt: skip
    with office.ledger.writing() as connection:
        append_row(connection, statuses, verdict)
        refresh(connection, [key])
    found = compared(office)
    assert (found.total["base"].item(), found.total["now"].item()) == (1, 0)
    assert any("Rejected after checks: 0 pixels in the base, 1 now" in note for note in found.notes)


def test_a_ban_counts_by_zone_kind_and_a_mark_beside_it(
    office: Any, line: Line, ban_box: Callable[..., Any]
) -> None:
    register = ban_box(108.0, 22.5, 108.6, 23.1).combined(
        ban_box(108.0, 22.5, 108.6, 23.1, kind="scenic")
    )
    office.with_zones(register)
    days = ["2019-11-05", "2020-11-05"]
    office.take_in(office.file("a.csv", burned(line, days) + burned(line, days, GUILIN)))
    kinds = compared(office).breakdowns["zone_kind"].set_index("code")["now"]
    assert kinds.to_dict() == {"ban": 1, "unzoned": 1, "scenic": 1}


def test_days_between_files_are_days_without_data(office: Any, line: Line) -> None:
    office.take_in(
        office.file("a.csv", burned(line, ["2020-10-03", "2020-10-05"])),
        office.file("b.csv", burned(line, ["2020-10-20"])),
    )
    with office.ledger.reading() as connection:
        october = Period(date(2020, 10, 1), date(2020, 10, 31))
        assert days_with_data(connection, october) == 4


def test_weeks_begin_on_monday_and_every_week_is_listed(office: Any, line: Line) -> None:
    office.take_in(office.file("a.csv", burned(line, ["2020-10-04", "2020-10-05", "2020-10-19"])))
    october = Period(date(2020, 10, 1), date(2020, 10, 25))
    with office.ledger.reading() as connection:
        weeks = tally_by_calendar(connection, counting_rule("pixel"), october, october, "week")
    now = weeks[weeks["season"] == "now"]
    counts = dict(zip(now["start"], now["count"], strict=True))
    assert counts == {"2020-09-28": 1, "2020-10-05": 1, "2020-10-12": 0, "2020-10-19": 1}


@pytest.mark.parametrize("rule", ["pixel", "event_day"])
def test_the_days_of_all_cities_together_are_the_days_of_the_region(
    office: Any, line: Line, rule: str
) -> None:
    days = ["2020-10-04", "2020-10-05", "2020-11-19"]
    rows = burned(line, days) + burned(line, days[1:], GUILIN)
    office.take_in(office.file("a.csv", rows))
    season = CALENDAR.season(2020)
    areas = office.rules.areas

    def per_day(counties: list[int] | None) -> dict[int, int]:
        with office.ledger.reading() as connection:
            counts = tally(connection, counting_rule(rule), season, "local_day", counties)
        return dict(zip(counts["local_day"], counts["count"], strict=True))

    whole, cities = per_day(None), [per_day(areas.counties_of(name)) for name in CITIES]
    assert sorted(whole.values()) == [1, 2, 2]
    assert {day: sum(city.get(day, 0) for city in cities) for day in whole} == whole
    assert sorted(len(city) for city in cities) == [2, 3]


def literal_tally(points: pd.DataFrame, unit: CountUnit) -> dict[int, int]:
    """Count by plain loops, from the exported rows."""
    keys = {
        CountUnit.PIXEL: lambda p: p.point_key,
        CountUnit.EVENT_DAY: lambda p: (p.event_key, (p.acquired_s + 28800) // 86400),
    }
    first: dict[Any, tuple[int, int]] = {}
    for point in points.itertuples():
        if point.source != "satellite" or point.cause != "unknown":
            continue
        key = keys[unit](point)
        here = (point.acquired_s, point.county_adcode)
        first[key] = min(first.get(key, here), here)
    counts: dict[int, int] = {}
    for _, county in first.values():
        counts[county] = counts.get(county, 0) + 1
    return counts


@pytest.mark.parametrize("unit", [CountUnit.PIXEL, CountUnit.EVENT_DAY])
def test_the_tally_equals_a_literal_count_of_the_exported_rows(
    office: Any, line: Line, unit: CountUnit
) -> None:
    rng = np.random.default_rng(7)
    rows = [
        line(
            108 + float(rng.uniform(0, 0.6)),
            22.6 + float(rng.uniform(0, 0.5)),
            f"2020-1{rng.integers(0, 3)}-{rng.integers(1, 29):02d} {rng.choice(['0548', '1812'])}",
            str(rng.choice(["N", "N20"])),
        )
        for _ in range(600)
    ]
    office.take_in(office.file("a.csv", rows))
    rule = replace(counting_rule(str(unit)), sources=(Source.SATELLITE,))
    with office.ledger.reading() as connection:
        counted = tally(connection, rule, CALENDAR.season(2020), "county_adcode")
    ours = dict(zip(counted["county_adcode"], counted["count"], strict=True))
    assert ours == literal_tally(office.current(), unit)


def test_every_shipped_rule_says_why(office: Any) -> None:
    for rule in shipped_rules().values():
        for language in Language:
            assert dict(rule.reason)[str(language)] in rule.describe(language)
