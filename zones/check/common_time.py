"""Whether two zones are ever in force at the same moment, for the same crop."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zones.geometry.arrays import Bools
from zones.register.in_force import last_days, month_of
from zones.register.periods import ALL_MONTHS, MINUTES_A_DAY

Rows = NDArray[np.intp]

_YEAR_DAYS = 365


def common_time(zones: pd.DataFrame, one: Rows, other: Rows) -> Bools:
    """Say of pairs of rows whether both zones are in force on a day, month and minute together.

    A zone for one crop and a zone for another never meet. What runs over midnight counts for the
    day on which it begins; a common night that begins on two different days is not looked for.
    """
    crop = zones["crop"].to_numpy(dtype=object)
    same_crop = (crop[one] == crop[other]) | (crop[one] == "") | (crop[other] == "")
    start, end = zones["hours_from_min"].to_numpy(), zones["hours_to_min"].to_numpy()
    hours = _hours_meet(start[one], end[one], start[other], end[other])
    months = zones["months"].to_numpy()[one] & zones["months"].to_numpy()[other]
    first, last = common_days(zones, one, other)
    met: Bools = same_crop & hours & (first <= last) & (months & _months_of(first, last) != 0)
    return met


def common_days(
    zones: pd.DataFrame, one: Rows, other: Rows
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and last day common to pairs of rows; first after last if there is none."""
    first, last = zones["valid_from"].to_numpy(), last_days(zones)
    return np.maximum(first[one], first[other]), np.minimum(last[one], last[other])


def months_ever(zones: pd.DataFrame) -> NDArray[np.int64]:
    """Return the months (bits) in which each zone counts on any day; 0 if it never does."""
    first, last = zones["valid_from"].to_numpy(), last_days(zones)
    bits: NDArray[np.int64] = zones["months"].to_numpy() & _months_of(first, last)
    return bits


def _months_of(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the months (bits) that the days from first to last touch."""
    # Days of the year 9999 are as good as any in the year after the first.
    last = np.minimum(last, first + _YEAR_DAYS)
    begin, finish = month_of(first), month_of(np.maximum(last, first))
    steps = (finish - begin) % 12
    run = ((1 << (steps + 1)) - 1) << (begin - 1)
    bits = (run | run >> 12) & ALL_MONTHS
    bits = np.where(last - first >= _YEAR_DAYS, ALL_MONTHS, bits)
    touched: NDArray[np.int64] = np.where(first <= last, bits, 0)
    return touched


def _hours_meet(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    other_start: NDArray[np.int64],
    other_end: NDArray[np.int64],
) -> Bools:
    """Say whether two half-open windows of the day meet on the clock's face."""
    to_other = (other_start - start) % MINUTES_A_DAY
    from_other = (start - other_start) % MINUTES_A_DAY
    length = _length(start, end)
    other_length = _length(other_start, other_end)
    meet: Bools = (to_other < length) | (from_other < other_length)
    return meet


def _length(start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    length: NDArray[np.int64] = np.where(end > start, end - start, end - start + MINUTES_A_DAY)
    return length
