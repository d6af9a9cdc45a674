"""Beijing days, weeks, months and seasons, and the one clock.

Satellites report UTC; the campaign counts by Beijing time (UTC+8, no daylight saving since
1991). Every edge of a day, week or season is converted here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.errors import UsageError

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
BEIJING_OFFSET_S = 8 * 3600
DAY_S = 86_400


@dataclass(frozen=True)
class Clock:
    """The only source of "now". `as_of` freezes it, so that output can be repeated."""

    as_of: datetime | None = None
    system: Callable[[], datetime] = lambda: datetime.now(UTC)

    def now(self) -> datetime:
        """Return the time in UTC, to the second."""
        return (self.as_of or self.system()).astimezone(UTC).replace(microsecond=0)

    def now_epoch_s(self) -> int:
        return int(self.now().timestamp())

    def today(self) -> date:
        """Return the Beijing calendar day."""
        return self.now().astimezone(BEIJING).date()


def parse_time(text: str) -> datetime:
    """Read ``2020-11-05``, ``2020-11-05T18:00`` or a time with offset; Beijing if none is given.

    A bare day means its end: "as of 5 November" includes 5 November.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(
            f"无法识别的时间 {text!r} / time not understood",
            expected="2020-11-05, 2020-11-05T18:00 (北京时间) 或 2020-11-05T10:00:00Z",
            remedy="按上述格式填写 / write it in one of these forms",
        ) from error
    if len(text.strip()) <= len("2020-11-05"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def parse_day(text: str) -> date:
    """Read a calendar day such as ``2020-10-01``."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(
            f"无法识别的日期 {text!r} / date not understood",
            expected="2020-10-01",
            remedy="按上述格式填写 / write it in this form",
        ) from error


def epoch_seconds(times: pd.Series) -> NDArray[np.int64]:
    """Return UTC epoch seconds of an aware datetime column."""
    seconds: NDArray[np.int64] = times.dt.as_unit("s").astype("int64").to_numpy()
    return seconds


def from_epoch_seconds(seconds: NDArray[np.int64] | pd.Series) -> pd.Series:
    """Return an aware UTC datetime column (unit: second)."""
    values = np.asarray(seconds, dtype="int64").astype("datetime64[s]")
    return pd.Series(values).dt.tz_localize("UTC")


def local_day_number(epoch_s: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return Beijing days since 1970-01-01 for UTC epoch seconds."""
    return ((epoch_s + BEIJING_OFFSET_S) // DAY_S).astype(np.int32)


def local_minute(epoch_s: NDArray[np.int64]) -> NDArray[np.int16]:
    """Return the minute of the Beijing day, 0 to 1439, for UTC epoch seconds."""
    return ((epoch_s + BEIJING_OFFSET_S) % DAY_S // 60).astype(np.int16)


def day_number(day: date) -> int:
    """Return days since 1970-01-01 of a calendar day."""
    return (day - date(1970, 1, 1)).days


def date_of_day_number(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=int(number))


def local_text(epoch_s: int) -> str:
    """Return Beijing time as ``2020-11-05 14:12``."""
    return datetime.fromtimestamp(int(epoch_s), BEIJING).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, order=True)
class Period:
    """Beijing calendar days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise UsageError(
                f"时段终点 {self.end} 早于起点 {self.start} / period ends before it starts",
                remedy="交换两个日期 / swap the two dates",
            )

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"

    def day_numbers(self) -> tuple[int, int]:
        """Return the first and last day as days since 1970-01-01."""
        return day_number(self.start), day_number(self.end)

    def epoch_bounds_s(self) -> tuple[int, int]:
        """Return the half-open UTC interval ``[first, after_last)`` in epoch seconds."""
        first, last = self.day_numbers()
        return first * DAY_S - BEIJING_OFFSET_S, (last + 1) * DAY_S - BEIJING_OFFSET_S

    def clipped_to(self, last_day: date) -> Period | None:
        """Return the part up to `last_day`, or None if nothing is left."""
        return Period(self.start, min(self.end, last_day)) if last_day >= self.start else None


@dataclass(frozen=True)
class SeasonCalendar:
    """When a campaign season starts and ends, as (month, day); it may run over New Year.

    The default is Guangxi's winter 2020 – spring 2021 campaign: 1 October to 28 February.
    """

    start: tuple[int, int] = (10, 1)
    end: tuple[int, int] = (2, 28)

    @property
    def over_new_year(self) -> bool:
        return self.end < self.start

    def season(self, start_year: int) -> Period:
        """Return the season that begins in `start_year`."""
        end_year = start_year + 1 if self.over_new_year else start_year
        return Period(date(start_year, *self.start), date(end_year, *self.end))

    def name(self, start_year: int) -> str:
        """Return ``2020-21`` for a season over New Year, ``2020`` otherwise."""
        if not self.over_new_year:
            return str(start_year)
        return f"{start_year}-{(start_year + 1) % 100:02d}"

    def start_year(self, name: str) -> int:
        """Return the year in which the season called `name` begins.

        Raises
        ------
        UsageError
            If the name is not of the form ``2020-21`` (or ``2020``).
        """
        head = name.strip()[:4]
        if not head.isdigit() or self.name(int(head)) != name.strip():
            raise UsageError(
                f"没有名为 {name!r} 的季节 / no such season",
                expected=self.name(2020),
                remedy="写成起始年-结束年后两位 / write it in this form",
            )
        return int(head)


def same_days_a_year_earlier(period: Period) -> Period:
    """Return the same calendar days one year before; 29 February becomes 28 February."""
    return Period(_year_earlier(period.start), _year_earlier(period.end))


def leap_days_beside(period: Period) -> tuple[date, ...]:
    """Return the 29 Februaries that fall in the period or right after its last day.

    They have no counterpart a year apart, so a fair comparison leaves them out.
    """
    found = []
    for year in range(period.start.year, period.end.year + 1):
        if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            leap = date(year, 2, 29)
            if period.start <= leap <= period.end + timedelta(days=1):
                found.append(leap)
    return tuple(found)


def _year_earlier(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
