"""Days worth looking at: those on which many zones of a file are in force together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zones.check.common_time import months_ever
from zones.register.in_force import last_days, month_of

# A file has a handful of first days; of very many the commonest are tried.
_MOST_TRIED = 50


def counts_on(zones: pd.DataFrame, day: int) -> NDArray[np.bool_]:
    """Say which zones count on a day, be it for some hours only."""
    month = int(month_of(np.array([day]))[0])
    first, months = zones["valid_from"].to_numpy(), zones["months"].to_numpy()
    counts: NDArray[np.bool_] = (first <= day) & (day <= last_days(zones))
    counts &= months >> (month - 1) & 1 == 1
    return counts


def counts_on_any(zones: pd.DataFrame) -> NDArray[np.bool_]:
    """Say which zones count on some day."""
    some: NDArray[np.bool_] = months_ever(zones) != 0
    return some


def busiest_days(zones: pd.DataFrame, most: int) -> list[int]:
    """Return the day on which most zones are in force, then those that show most of the others.

    Only first days of zones (in one of their months) come into question: between two of them
    nothing comes into force.
    """
    zones = zones[counts_on_any(zones)]
    tried = pd.Series(_first_days(zones)).value_counts().sort_index()
    days = tried.sort_values(ascending=False, kind="stable").index[:_MOST_TRIED].tolist()
    in_force = {int(day): counts_on(zones, int(day)) for day in days}
    chosen: list[int] = []
    unseen = np.ones(len(zones), dtype=bool)
    while unseen.any() and in_force and len(chosen) < most:
        best = max(in_force, key=lambda day: int((in_force[day] & unseen).sum()))
        seen = in_force.pop(best)
        if not (seen & unseen).any():
            break
        chosen.append(best)
        unseen &= ~seen
    return chosen


def _first_days(zones: pd.DataFrame) -> NDArray[np.int64]:
    """Return the first day of each zone that lies in one of its months."""
    first = zones["valid_from"].to_numpy(dtype=np.int64)
    months = zones["months"].to_numpy()
    start = first.astype("datetime64[D]").astype("datetime64[M]")
    result = first.copy()
    found = months >> (month_of(first) - 1) & 1 == 1
    for later in range(1, 12):
        day = (start + later).astype("datetime64[D]").astype(np.int64)
        here = ~found & (months >> (month_of(day) - 1) & 1 == 1)
        result[here] = day[here]
        found |= here
    return result
