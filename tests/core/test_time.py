"""Beijing days, seasons and the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewatch.core.errors import UsageError
from firewatch.core.time import (
    BEIJING,
    Clock,
    Period,
    SeasonCalendar,
    date_of_day_number,
    epoch_seconds,
    leap_days_beside,
    local_day_number,
    parse_time,
    same_days_a_year_earlier,
)

CAMPAIGN = SeasonCalendar()


def season_of(text: str) -> int:
    """Return the year in which the season of a moment begins, 0 outside every season."""
    moment = pd.Series(pd.to_datetime([text], utc=True))
    day = local_day_number(epoch_seconds(moment))[0]
    for year in (2019, 2020, 2021):
        first, last = CAMPAIGN.season(year).day_numbers()
        if first <= day <= last:
            return year
    return 0


def test_a_fire_at_1630_utc_on_30_september_2020_belongs_to_the_season() -> None:
    assert season_of("2020-09-30T16:30Z") == 2020


def test_a_fire_at_1559_utc_on_30_september_2020_does_not_belong_to_the_season() -> None:
    assert season_of("2020-09-30T15:59Z") == 0


def test_the_season_ends_with_28_february_beijing_time() -> None:
    assert season_of("2021-02-28T15:59:59Z") == 2020
    assert season_of("2021-02-28T16:00Z") == 0


def test_29_february_belongs_to_no_season() -> None:
    assert season_of("2020-02-29T04:00Z") == 0
    assert season_of("2020-02-28T04:00Z") == 2019


@given(st.integers(-3, 154 * 24), st.integers(1995, 2060))
def test_a_second_lies_within_a_seasons_bounds_when_its_local_day_is_of_the_season(
    hour: int, year: int
) -> None:
    season = CAMPAIGN.season(year)
    first, after = season.epoch_bounds_s()
    for second in (first + hour * 3600 - 1, first + hour * 3600):
        day = date_of_day_number(local_day_number(np.array([second]))[0])
        assert (first <= second < after) == (day in season)


@given(st.integers(788_918_400, 2_840_140_800).map(lambda s: datetime.fromtimestamp(s, UTC)))
def test_the_local_day_is_that_of_the_beijing_calendar(moment: datetime) -> None:
    number = local_day_number(np.array([int(moment.timestamp())]))[0]
    assert date_of_day_number(number) == moment.astimezone(BEIJING).date()


def test_the_bounds_of_a_period_are_its_beijing_midnights_in_utc() -> None:
    first, after = Period(date(2020, 10, 1), date(2021, 2, 28)).epoch_bounds_s()
    assert datetime.fromtimestamp(first, UTC) == datetime(2020, 9, 30, 16, tzinfo=UTC)
    assert datetime.fromtimestamp(after, UTC) == datetime(2021, 2, 28, 16, tzinfo=UTC)


def test_a_season_is_called_by_both_its_years() -> None:
    assert CAMPAIGN.name(2020) == "2020-21"
    assert CAMPAIGN.name(1999) == "1999-00"
    assert CAMPAIGN.start_year("2019-20") == 2019


@pytest.mark.parametrize("name", ["2020", "2020-22", "20-21", "", "spring"])
def test_a_name_of_no_season_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="2020-21"):
        CAMPAIGN.start_year(name)


def test_the_same_days_a_year_earlier_keep_the_calendar_day() -> None:
    period = Period(date(2020, 10, 1), date(2020, 11, 5))
    assert same_days_a_year_earlier(period) == Period(date(2019, 10, 1), date(2019, 11, 5))


def test_29_february_beside_the_baseline_is_found() -> None:
    assert leap_days_beside(CAMPAIGN.season(2019)) == (date(2020, 2, 29),)
    assert leap_days_beside(CAMPAIGN.season(2020)) == ()


def test_a_bare_day_as_of_includes_that_day() -> None:
    assert Clock(parse_time("2020-11-05")).today() == date(2020, 11, 5)
    assert parse_time("2020-11-05").hour == 23


def test_a_time_without_zone_is_beijing_time() -> None:
    assert parse_time("2020-11-05T08:00").astimezone(UTC) == datetime(2020, 11, 5, tzinfo=UTC)
    assert parse_time("2020-11-05T08:00Z") == datetime(2020, 11, 5, 8, tzinfo=UTC)


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(UsageError):
        Period(date(2020, 10, 2), date(2020, 10, 1))
