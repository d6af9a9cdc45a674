"""Dates and clock times in the forms people and providers write."""

from __future__ import annotations

from calendar import month_abbr
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewatch.core.time import day_number
from imagery.lists.dates import read_clock, read_date, read_moment

DAY = day_number(date(2020, 11, 5))


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_reads_the_same_in_every_form(hour: int, minute: int) -> None:
    second = (hour * 60 + minute) * 60
    forms = (
        str(hour * 100 + minute),
        f"{hour:02d}{minute:02d}",
        f"{hour:02d}:{minute:02d}",
        f"{hour}:{minute:02d}",
        f"{hour:02d}:{minute:02d}:00",
        f"{hour}时{minute}分",
        f"{hour:02d}：{minute:02d}",
        time(hour, minute).strftime("%I:%M %p"),
    )
    assert {read_clock(form).second for form in forms} == {second}


@given(st.integers(0, 9999))
def test_digits_are_a_clock_only_where_the_clock_has_them(digits: int) -> None:
    hour, minute = divmod(digits, 100)
    exists = hour < 24 and minute < 60
    assert (read_clock(str(digits)).second is not None) == exists


@pytest.mark.parametrize("text", ["24:00", "12:60", "6:5", "noon", "-605", "60500", "6.05", "1e3"])
def test_what_no_clock_shows_is_no_time(text: str) -> None:
    assert read_clock(text).fault == "clock"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_reads_the_same_in_every_form(day: date) -> None:
    forms = (
        day.isoformat(),
        day.strftime("%Y/%m/%d"),
        f"{day.year}/{day.month}/{day.day}",
        day.strftime("%Y%m%d"),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.day:02d}-{month_abbr[day.month]}-{day.year}",
        f"{day.isoformat()} 00:00:00",
    )
    read = [read_date(form) for form in forms]
    assert {one.day for one in read} == {day_number(day)}
    assert {one.second for one in read} == {None}


@pytest.mark.parametrize("text", ["25/12/2020", "12/25/2020", "25.12.2020"])
def test_a_date_with_one_reading_is_taken(text: str) -> None:
    assert read_date(text).day == day_number(date(2020, 12, 25))


@pytest.mark.parametrize("text", ["03/04/2020", "3-4-2020", "12/11/2020"])
def test_a_date_with_two_readings_is_not(text: str) -> None:
    assert read_date(text).fault == "date_ambiguous"


@pytest.mark.parametrize(
    "text", ["2020-02-30", "2021-02-29", "2020-13-01", "44140", "5 Nov", "20-11-05", "2020-11-051"]
)
def test_a_day_that_no_calendar_has_is_no_date(text: str) -> None:
    assert read_date(text).fault == "date"


@pytest.mark.parametrize(
    ("text", "second", "offset_s"),
    [
        ("2020-11-05 14:20", 51_600, None),
        ("2020-11-05T14:20:30", 51_630, None),
        ("2020/11/5 14:20", 51_600, None),
        ("2020年11月5日 14时20分", 51_600, None),
        ("2020年11月5日下午2时20分", 51_600, None),
        ("20201105 1420", 51_600, None),
        ("2020-11-05T14:20:00Z", 51_600, 0),
        ("2020-11-05T14:20:00+08:00", 51_600, 28_800),
        ("2020-11-05 14:20 -0300", 51_600, -10_800),
    ],
)
def test_date_and_clock_may_stand_in_one_cell(text: str, second: int, offset_s: int | None) -> None:
    read = read_moment(text)
    assert (read.day, read.second, read.offset_s) == (DAY, second, offset_s)
