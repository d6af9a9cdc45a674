"""When a zone counts: days, months, hours, and the notice that retired it.

Rules
-----
- Days are Beijing days; the first and the last one count.
- From the day on which a later notice retired it, a zone no longer counts.
- Hours are half-open: "06:00 to 22:00" counts at 06:00 and no longer at 22:00. Hours that run over
  midnight belong to the day on which they begin, with that day's month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.time import local_day_number, local_minute
from zones.geometry.arrays import Indices
from zones.geometry.grid import Eligible
from zones.register.periods import ALL_MONTHS, WHOLE_DAY


@dataclass(frozen=True, eq=False)
class Moments:
    """The Beijing day and minute of each point."""

    day: NDArray[np.int32]
    minute: NDArray[np.int16]

    @classmethod
    def of(cls, epoch_s: NDArray[np.int64]) -> Moments:
        """Return the moments of UTC epoch seconds."""
        return cls(local_day_number(epoch_s), local_minute(epoch_s))

    def __getitem__(self, chosen: Indices) -> Moments:
        return Moments(self.day[chosen], self.minute[chosen])


def in_force(zones: pd.DataFrame, moments: Moments) -> Eligible:
    """Return the predicate that says of (zone, point) positions whether the zone counts then.

    Parameters
    ----------
    zones
        valid_from, valid_to, retired_from (days since 1970-01-01), months (bits), hours_from_min,
        hours_to_min (minutes of the day).
    moments
        Of the points that the predicate will be asked about.
    """
    first = zones["valid_from"].to_numpy()
    last = last_days(zones)
    partial = ~whole_time(zones)
    months = zones["months"].to_numpy()
    start, end = zones["hours_from_min"].to_numpy(), zones["hours_to_min"].to_numpy()

    def counts(zone: Indices, point: Indices) -> NDArray[np.bool_]:
        day = moments.day[point]
        valid: NDArray[np.bool_] = (day >= first[zone]) & (day <= last[zone])
        return valid

    def counts_by_the_hour(zone: Indices, point: Indices) -> NDArray[np.bool_]:
        # A zone over midnight may still count on the morning after its last day.
        day, minute = moments.day[point], moments.minute[point]
        a, b = start[zone], end[zone]
        overnight = a > b
        began_before = overnight & (minute < b)
        day = day - began_before
        in_hours = np.where(overnight, (minute >= a) | (minute < b), (minute >= a) & (minute < b))
        in_month = months[zone] >> (month_of(day) - 1) & 1 == 1
        valid: NDArray[np.bool_] = (day >= first[zone]) & (day <= last[zone]) & in_hours & in_month
        return valid

    def mixed(zone: Indices, point: Indices) -> NDArray[np.bool_]:
        result = counts(zone, point)
        few = np.flatnonzero(partial[zone])
        result[few] = counts_by_the_hour(zone[few], point[few])
        return result

    return mixed if partial.any() else counts


def last_days(zones: pd.DataFrame) -> NDArray[np.int64]:
    """Return the last day on which each zone counts; before its first day if it never does."""
    days: NDArray[np.int64] = np.minimum(
        zones["valid_to"].to_numpy(), zones["retired_from"].to_numpy() - 1
    )
    return days


def whole_time(zones: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which zones count in every month and at every hour."""
    start, end = WHOLE_DAY
    whole: NDArray[np.bool_] = (
        (zones["months"] == ALL_MONTHS)
        & (zones["hours_from_min"] == start)
        & (zones["hours_to_min"] == end)
    ).to_numpy(dtype=bool)
    return whole


def month_of(day: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the month (1 to 12) of days since 1970-01-01."""
    months = np.asarray(day).astype("datetime64[D]").astype("datetime64[M]")
    number: NDArray[np.int64] = months.astype(np.int64) % 12 + 1
    return number
