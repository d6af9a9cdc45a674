"""Months and hours in force, as people write them and as the register keeps them."""

from __future__ import annotations

import re

from firewatch.core.errors import UsageError

ALL_MONTHS = 0xFFF
"""Bit m - 1 stands for month m."""
MINUTES_A_DAY = 1440
WHOLE_DAY = (0, MINUTES_A_DAY)

WHOLE_YEAR_WORDS = ("", "全年", "常年", "每月", "all", "all year")
WHOLE_DAY_WORDS = ("", "全天", "全日", "24小时", "all day")

_RANGE = re.compile(r"^(\d{1,2})(?:-(\d{1,2}))?$")
_HOURS = re.compile(r"^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$")
_MONTH_FILLERS = re.compile(r"次年|翌年|月份|月|\s")
_HOUR_FILLERS = re.compile(r"次日|翌日|\s")
_BETWEEN = re.compile(r"[—–－~～至到]+")
_LISTED = re.compile(r"[,，、;；]")


def parse_months(text: str) -> int:
    """Return month bits of ``11-3``, ``11月至次年3月`` or ``11,12,1,2,3``; all if blank.

    Raises
    ------
    UsageError
        If the text names no months.
    """
    plain = text.strip().lower()
    if plain in WHOLE_YEAR_WORDS:
        return ALL_MONTHS
    plain = _BETWEEN.sub("-", _MONTH_FILLERS.sub("", plain))
    bits = 0
    for part in _LISTED.split(plain):
        found = _RANGE.match(part)
        first = int(found[1]) if found else 0
        last = int(found[2] or found[1]) if found else 0
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise UsageError(
                f"无法识别的月份 {text!r} / months not understood",
                expected="11-3、11月至次年3月、11,12,1,2,3",
                remedy="按上述格式填写，全年留空 / write them so; blank for the whole year",
            )
        for step in range((last - first) % 12 + 1):
            bits |= 1 << (first - 1 + step) % 12
    return bits


def parse_hours(text: str) -> tuple[int, int]:
    """Return the minutes of the day of ``06:00-22:00`` or ``20:00至次日6:00``; all day if blank.

    Raises
    ------
    UsageError
        If the text names no hours.
    """
    plain = text.strip().lower()
    if plain in WHOLE_DAY_WORDS:
        return WHOLE_DAY
    plain = re.sub(r"(\d)[时点](?!\d)", r"\1:00", _HOUR_FILLERS.sub("", plain)).replace("：", ":")
    found = _HOURS.match(_BETWEEN.sub("-", plain))
    h1, m1, h2, m2 = (int(part) for part in found.groups()) if found else (99, 99, 99, 99)
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if max(m1, m2) > 59 or start >= MINUTES_A_DAY or end > MINUTES_A_DAY:
        raise UsageError(
            f"无法识别的时段 {text!r} / hours not understood",
            expected="06:00-22:00、20:00至次日6:00",
            remedy="按上述格式填写，全天留空 / write them so; blank for the whole day",
        )
    return WHOLE_DAY if start == end % MINUTES_A_DAY else (start, end)


def months_written(bits: int) -> str:
    """Return months as ``11-3`` or ``1,3-5``, "" for the whole year; `parse_months` reads it."""
    if bits == ALL_MONTHS:
        return ""
    chosen = [month for month in range(1, 13) if bits >> (month - 1) & 1]
    starts = [month for month in chosen if not bits >> (month - 2) % 12 & 1]
    runs = []
    for first in starts:
        last = first
        while bits >> last % 12 & 1:
            last = last % 12 + 1
        runs.append(str(first) if first == last else f"{first}-{last}")
    return ",".join(runs)


def hours_written(start: int, end: int) -> str:
    """Return hours as ``06:00-22:00``, "" for the whole day; `parse_hours` reads it."""
    if (start, end) == WHOLE_DAY:
        return ""
    return f"{_clock(start)}-{_clock(end)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
