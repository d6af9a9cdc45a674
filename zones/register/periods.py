"""Months and hours in force, as people write them and as the register keeps them.

Rules
-----
- Months are whole: ``11月1日至次年3月31日`` is November to March, ``10月15日至…`` is refused.
- Hours are half-open: ``06:00-22:00`` counts at 06:00 and no longer at 22:00. An end at 23:59 means
  midnight. An end before the start is on the next day. One run of hours a zone.
- A blank means every month, the whole day.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange

from firewatch.core.errors import UsageError

ALL_MONTHS = 0xFFF
"""Bit m - 1 stands for month m."""
MINUTES_A_DAY = 1440
WHOLE_DAY = (0, MINUTES_A_DAY)

_WHOLE_YEAR = ("", "全年", "常年", "每月", "逐月", "长期", "all", "all year", "whole year")
_WHOLE_DAY = ("", "全天", "全日", "全天候", "每日全天", "24小时", "全天24小时", "all", "all day",
              "whole day")  # fmt: skip

_BETWEEN = re.compile(r"\s*(?:[-—–−~〜]+|至|到|\bto\b|\bthrough\b|\buntil\b)\s*")
_LISTED = re.compile(r"\s*(?:[,、;/]|和|及|与|\band\b|&)\s*")
_NEXT = r"次年|翌年|来年|第二年"

_MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH_NAME = re.compile(rf"\b({'|'.join(_MONTH_NAMES)})[a-z]*\.?")
_NUMERALS = {word: number for number, word in enumerate("一二三四五六七八九十", 1)} | {
    "十一": 11,
    "十二": 12,
}
_NUMERAL = re.compile(r"十[一二]?|[一二三四五六七八九]")
_MONTH_FILLERS = re.compile(rf"{_NEXT}|每年|当年|本年|月份|月")
_MONTHS = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?")
_WHOLE_MONTHS = re.compile(rf"(\d{{1,2}})月1[日号]-(?:{_NEXT})?(\d{{1,2}})月(\d{{1,2}})[日号]")

_NEXT_DAY = "次日|翌日|第二天|隔天|next day"
# Lowest and highest hour that goes with the word, and what makes it an hour of 24.
_DAY_PARTS = {
    "凌晨": (0, 6, 0),
    "清晨": (4, 9, 0),
    "早上": (4, 11, 0),
    "早晨": (4, 11, 0),
    "上午": (5, 12, 0),
    "中午": (11, 13, 0),
    "下午": (1, 6, 12),
    "傍晚": (4, 8, 12),
    "晚上": (5, 11, 12),
    "晚间": (5, 11, 12),
    "夜间": (6, 11, 12),
    "早": (4, 11, 0),
    "晚": (5, 11, 12),
}
_TIME = re.compile(
    rf"(?P<next>{_NEXT_DAY})?\s*(?P<part>{'|'.join(_DAY_PARTS)})?\s*"
    r"(?P<hour>\d{1,2})(?:[:时点](?:(?P<minute>\d{1,2})(?::(?P<second>00|59))?分?|(?P<half>半))?)?"
    r"(?:整)?\s*(?P<meridiem>am|pm)?(?:\s*(?:the\s+)?(?P<after>next day))?"
)
_LAST_MINUTE = MINUTES_A_DAY - 1


def parse_months(text: str) -> int:
    """Return month bits of ``11-3``, ``11月至次年3月``, ``11,12,1,2,3``, ``Nov-Mar``; all if blank.

    Raises
    ------
    UsageError
        If the text names no months, or parts of months.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _WHOLE_YEAR:
        return ALL_MONTHS
    plain = _MONTH_NAME.sub(lambda found: str(_MONTH_NAMES.index(found[1]) + 1), plain)
    # "第二年" holds a numeral that is no month.
    plain = _NUMERAL.sub(lambda found: str(_NUMERALS[found[0]]), plain.replace("第二年", "次年"))
    plain = re.sub(r"\s", "", _BETWEEN.sub("-", plain))
    whole = _WHOLE_MONTHS.fullmatch(plain)
    if whole and 1 <= int(whole[2]) <= 12 and int(whole[3]) >= monthrange(2021, int(whole[2]))[1]:
        plain = f"{whole[1]}-{whole[2]}"
    bits = 0
    for part in _LISTED.split(_MONTH_FILLERS.sub("", plain)):
        found = _MONTHS.fullmatch(part)
        first = int(found[1]) if found else 0
        last = int(found[2] or found[1]) if found else 0
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise UsageError(
                f"无法识别的月份 {text[:40]!r} / months not understood",
                expected="11-3、11月至次年3月、11,12,1,2,3、全年（须为整月 / whole months）",
                remedy="按上述格式填写，全年留空 / write them so; blank for the whole year",
            )
        for step in range((last - first) % 12 + 1):
            bits |= 1 << (first - 1 + step) % 12
    return bits


def parse_hours(text: str) -> tuple[int, int]:
    """Return minutes of the day of ``06:00-22:00``, ``20:00至次日6:00``, ``早6点到晚10点``.

    A blank is the whole day.

    Raises
    ------
    UsageError
        If the text names no hours, more than a day or several runs of hours.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    plain = re.sub(r"^(?:每日|每天|当日|当天)\s*", "", plain)
    if plain in _WHOLE_DAY:
        return WHOLE_DAY
    hours = _run(_BETWEEN.split(plain))
    if hours:
        return hours
    raise UsageError(
        f"无法识别的时段 {text[:40]!r} / hours not understood",
        expected="06:00-22:00、20:00至次日6:00、全天（一段 / one run of hours）",
        remedy="按上述格式填写，全天留空；几段时间各作一个分区"
        " / write them so, blank for the whole day; a zone for each run of hours",
    )


def months_written(bits: int) -> str:
    """Return months as ``11-3`` or ``1,3-5``, "" for the whole year; `parse_months` reads it."""
    if bits == ALL_MONTHS:
        return ""
    runs = (str(a) if a == b else f"{a}-{b}" for a, b in _month_runs(bits))
    return ",".join(runs)


def hours_written(start: int, end: int) -> str:
    """Return hours as ``06:00-22:00``, "" for the whole day; `parse_hours` reads it."""
    if (start, end) == WHOLE_DAY:
        return ""
    return f"{_clock(start)}-{_clock(end)}"


def _month_runs(bits: int) -> list[tuple[int, int]]:
    """Return first and last month of each run; a run may go over the year's end."""
    runs = []
    for first in range(1, 13):
        if bits >> (first - 1) & 1 and not bits >> (first - 2) % 12 & 1:
            last = first
            while bits >> last % 12 & 1:
                last = last % 12 + 1
            runs.append((first, last))
    return runs


def _run(written: list[str]) -> tuple[int, int] | None:
    """Return the minutes of a start and an end, None if they are no run within a day."""
    times = [_TIME.fullmatch(part) for part in written]
    if len(times) != 2 or not (times[0] and times[1]) or times[0]["next"] or times[0]["after"]:
        return None
    start, end = _minute(times[0]), _minute(times[1])
    next_day = times[1]["next"] or times[1]["after"]
    if next_day and end >= start:
        return None
    # Midnight ends the day that it follows.
    if end == _LAST_MINUTE or (end == 0 and start > 0):
        end = MINUTES_A_DAY
    usable = 0 <= start < MINUTES_A_DAY and 0 < end <= MINUTES_A_DAY and start != end
    return (start, end) if usable else None


def _minute(found: re.Match[str]) -> int:
    """Return the minute of the day of a time, -1 where it is none."""
    hour = int(found["hour"])
    minute = 30 if found["half"] else int(found["minute"] or 0)
    if found["meridiem"]:
        if found["part"] or not 1 <= hour <= 12:
            return -1
        hour = hour % 12 + 12 * (found["meridiem"] == "pm")
    if found["part"]:
        low, high, shift = _DAY_PARTS[found["part"]]
        if low <= hour <= high:
            hour += shift
        elif not low + shift <= hour <= high + shift:
            return -1
    return hour * 60 + minute if minute < 60 else -1


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
