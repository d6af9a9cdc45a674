"""Dates and clock times as files write them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from firewatch.core.time import day_number

TimeFault = Literal["", "blank", "date", "date_ambiguous", "clock"]

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH_NAMED = re.compile(r"(\d{1,2})[-/ .]([a-z]{3})[a-z]*[-/ .,]+(\d{4})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_CLOCK = re.compile(
    r"(?P<before>上午|下午|am|pm)?\s*(?P<hour>\d{1,2})\s*"
    r"(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"|[时時点點]\s*(?:(?P<minute_zh>\d{1,2})\s*分?\s*)?(?:(?P<second_zh>\d{1,2})\s*秒)?)"
    r"\s*(?P<after>am|pm)?"
)
# Files repeat few days and at most 1,440 minutes, in a few spellings.
_REMEMBERED = 1 << 13
_MORNING, _AFTERNOON = ("上午", "am"), ("下午", "pm")
_HHMM = re.compile(r"(\d{1,4})(?:\.0)?")
_ZONE = re.compile(r"(z|utc|[+-]\d{2}:?\d{2})$")


@dataclass(frozen=True)
class TimeText:
    """What a text says about a time; None where it says nothing.

    Parameters
    ----------
    day
        Days since 1970-01-01.
    second
        Seconds since midnight.
    offset_s
        Seconds ahead of UTC, if the text itself says so.
    """

    day: int | None = None
    second: int | None = None
    offset_s: int | None = None
    fault: TimeFault = ""


@lru_cache(_REMEMBERED)
def read_date(text: str) -> TimeText:
    """Read a date: ``2020-11-05``, ``2020/11/5``, ``20201105``, ``05-Nov-2020``, ``2020年11月5日``.

    ``25/12/2020`` has one reading and is taken; ``03/04/2020`` has two and is not. A clock
    behind the date is kept unless it is midnight, which spreadsheets add to bare dates.
    """
    both = read_moment(text)
    return TimeText(both.day, both.second or None, both.offset_s, both.fault)


@lru_cache(_REMEMBERED)
def read_clock(text: str) -> TimeText:
    """Read a clock time: ``605``, ``0605``, ``06:05``, ``06:05:00``, ``6时5分``, ``下午2:05``.

    A date before the clock is kept.
    """
    plain = _plain(text)
    if not plain:
        return TimeText(fault="blank")
    clock = _clock_alone(plain)
    if not clock.fault:
        return clock
    moment = read_moment(text)
    return clock if moment.second is None else moment


def read_moment(text: str) -> TimeText:
    """Read a date with or without a clock time and an offset such as ``Z`` or ``+08:00``.

    A clock alone is read too, for tables that give the date in a column of its own.
    """
    plain = _plain(text)
    if not plain:
        return TimeText(fault="blank")
    day, rest, fault = _leading_date(plain)
    if day is None:
        clock = _clock_alone(plain)
        return TimeText(fault=fault) if clock.fault else clock
    rest = rest.strip().removeprefix("t").strip(" ,")
    if not rest:
        return TimeText(day)
    zone = _ZONE.search(rest)
    clock = _clock_alone(rest[: zone.start()].strip() if zone else rest)
    if clock.fault:
        return clock
    return TimeText(day, clock.second, _offset_s(zone[1]) if zone else None)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _clock_alone(plain: str) -> TimeText:
    if digits := _HHMM.fullmatch(plain):
        hour, minute = divmod(int(digits[1]), 100)
        return _clock(hour, minute, 0)
    parts = _CLOCK.fullmatch(plain)
    if not parts:
        return TimeText(fault="clock")
    hour, half = int(parts["hour"]), parts["before"] or parts["after"]
    if half in _AFTERNOON and hour < 12:
        hour += 12
    if half in _MORNING and hour == 12:
        hour = 0
    minute, second = (int(parts[name] or parts[f"{name}_zh"] or 0) for name in ("minute", "second"))
    return _clock(hour, minute, second)


def _leading_date(plain: str) -> tuple[int | None, str, TimeFault]:
    if found := _YEAR_FIRST.match(plain) or _COMPACT.match(plain):
        year, month, day = (int(part) for part in found.groups())
    elif found := _MONTH_NAMED.match(plain):
        if found[2] not in _MONTHS:
            return None, "", "date"
        day, month, year = int(found[1]), _MONTHS[found[2]], int(found[3])
    elif found := _YEAR_LAST.match(plain):
        first, second, year = (int(part) for part in found.groups())
        if first <= 12 and second <= 12 and first != second:
            return None, "", "date_ambiguous"
        day, month = (first, second) if first > 12 else (second, first)
    else:
        return None, "", "date"
    rest = plain[found.end() :]
    if rest[:1].isdigit():
        return None, "", "date"
    try:
        return day_number(date(year, month, day)), rest, ""
    except ValueError:
        return None, "", "date"


def _clock(hour: int, minute: int, second: int) -> TimeText:
    if hour > 23 or minute > 59 or second > 59:
        return TimeText(fault="clock")
    return TimeText(second=hour * 3600 + minute * 60 + second)


def _offset_s(zone: str) -> int:
    if zone in ("z", "utc"):
        return 0
    digits = zone[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds
