"""Months and hours as notices write them, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewatch.core.errors import UsageError
from zones.register.periods import (
    ALL_MONTHS,
    MINUTES_A_DAY,
    WHOLE_DAY,
    hours_written,
    months_written,
    parse_hours,
    parse_months,
)


def bits(*months: int) -> int:
    return sum(1 << (month - 1) for month in months)


NOVEMBER_TO_MARCH = bits(11, 12, 1, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "11-3",
        "11月-次年3月",
        "11月至次年3月",
        "11月至翌年3月",
        "每年11月到第二年3月",
        "11,12,1,2,3",
        "11、12、1-3",
        "１１月～３月",
        "十一月至次年三月",
        "11月1日至次年3月31日",
        "Nov-Mar",
        "November to March",
        " 11 — 3 ",
        "11月份至次年3月份",
        "12月-2月、3月和11月",
    ],
)
def test_november_to_march_is_read_however_it_is_written(text: str) -> None:
    assert parse_months(text) == NOVEMBER_TO_MARCH


@pytest.mark.parametrize("text", ["", "全年", "常年", "1-12", "1月至12月", "All year", " "])
def test_a_blank_and_the_whole_year_are_all_months(text: str) -> None:
    assert parse_months(text) == ALL_MONTHS == bits(*range(1, 13))


@pytest.mark.parametrize(
    ("text", "months"), [("11", (11,)), ("11-11", (11,)), ("4月", (4,)), ("10-12", (10, 11, 12))]
)
def test_single_months_and_runs_within_a_year(text: str, months: tuple[int, ...]) -> None:
    assert parse_months(text) == bits(*months)


@pytest.mark.parametrize(
    "text",
    [
        "13",
        "0-3",
        "冬季",
        "10月15日至次年3月31日",
        "11月1日至次年3月15日",
        "11-",
        "2020年11月至2021年3月",
        "11月3日",
        "-3",
        "1112123",
        "11;;3",
        "nan",
    ],
)
def test_what_names_no_whole_months_is_refused_with_the_form_to_use(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_months(text)
    assert "11-3" in caught.value.expected
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("06:00-22:00", (360, 1320)),
        ("6:00~22:00", (360, 1320)),
        ("6时至22时", (360, 1320)),
        ("６：００－２２：００", (360, 1320)),
        ("早6点到晚10点", (360, 1320)),
        ("6am-10pm", (360, 1320)),
        ("6时30分至22时", (390, 1320)),
        ("6点半至22点", (390, 1320)),
        ("每日6:00至22:00", (360, 1320)),
        ("上午6点至晚上22点", (360, 1320)),
        ("6 am to 10 pm", (360, 1320)),
        ("6-22时", (360, 1320)),
        ("20:00至次日6:00", (1200, 360)),
        ("20:00-06:00", (1200, 360)),
        ("晚上8点至次日早上6点", (1200, 360)),
        ("20:00-24:00", (1200, 1440)),
        ("20:00至次日0:00", (1200, 1440)),
        ("20:00-0:00", (1200, 1440)),
        ("8:00-23:59", (480, 1440)),
        ("0:00-23:59", WHOLE_DAY),
        ("00:00:00-23:59:59", WHOLE_DAY),
        ("0:00-24:00", WHOLE_DAY),
        ("全天", WHOLE_DAY),
        ("24小时", WHOLE_DAY),
        ("", WHOLE_DAY),
    ],
)
def test_hours_are_read_however_they_are_written(text: str, hours: tuple[int, int]) -> None:
    assert parse_hours(text) == hours


@pytest.mark.parametrize(
    "text",
    [
        "25:00-26:00",
        "6:60-7:00",
        "8:00",
        "白天",
        "8:00-8:00",
        "6:00至次日22:00",
        "6:00-10:00,16:00-22:00",
        "次日6:00-22:00",
        "20:00至次日24:00",
        "13pm-14pm",
        "6:00-",
        "6月22日",
        "夜间2点至6点",
    ],
)
def test_what_names_no_single_run_of_hours_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_hours(text)
    assert "06:00-22:00" in caught.value.expected


@given(st.sets(st.integers(1, 12), min_size=1))
def test_what_is_written_of_months_is_read_back(months: set[int]) -> None:
    chosen = bits(*months)
    assert parse_months(months_written(chosen)) == chosen


@given(st.integers(0, MINUTES_A_DAY - 2), st.integers(1, MINUTES_A_DAY))
def test_what_is_written_of_hours_is_read_back(start: int, end: int) -> None:
    if start == end or end == MINUTES_A_DAY - 1:
        return
    assert parse_hours(hours_written(start, end)) == (start, end)
