"""Which days are compared: a season and the one before it, the same days of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from firewatch.core.time import (
    BEIJING,
    Period,
    SeasonCalendar,
    leap_days_beside,
    same_days_a_year_earlier,
)


@dataclass(frozen=True)
class SeasonPair:
    """The season under judgement and its base, cut to the same days while it is in progress."""

    now: Period
    base: Period
    now_name: str
    base_name: str
    in_progress: bool

    @property
    def leap_days(self) -> tuple[date, ...]:
        """29 Februaries that belong to neither period because they have no counterpart."""
        days = {*leap_days_beside(self.now), *leap_days_beside(self.base)}
        return tuple(sorted(day for day in days if day not in self.now and day not in self.base))


def season_pair(calendar: SeasonCalendar, start_year: int, now: datetime) -> SeasonPair:
    """Return the season that begins in `start_year` and its base, as of a moment.

    Only complete Beijing days are compared: a season in progress ends with the last day that is
    over, and the base with the same calendar day.
    """
    whole = calendar.season(start_year)
    base = calendar.season(start_year - 1)
    names = calendar.name(start_year), calendar.name(start_year - 1)
    last_complete = (now + timedelta(seconds=1)).astimezone(BEIJING).date() - timedelta(days=1)
    if last_complete >= whole.end:
        return SeasonPair(whole, base, *names, in_progress=False)
    clipped = whole.clipped_to(max(last_complete, whole.start)) or whole
    end = min(same_days_a_year_earlier(clipped).end, base.end)
    return SeasonPair(clipped, Period(base.start, end), *names, in_progress=True)
