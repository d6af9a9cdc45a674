"""Counts by local day, by week (Monday to Sunday) and by month."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd
from sqlalchemy import Connection

from firewatch.core.time import Period
from firewatch.count.rule import CountingRule
from firewatch.count.tally import tally

_FIRST_DAY_OF: dict[str, Callable[[pd.Series], pd.Series]] = {
    "day": lambda days: days,
    "week": lambda days: days - pd.to_timedelta(days.dt.day_of_week, unit="D"),
    "month": lambda days: days.dt.to_period("M").dt.start_time,
}


def tally_by_calendar(
    connection: Connection,
    rule: CountingRule,
    base: Period,
    now: Period,
    step: str,
    counties: Collection[int] | None = None,
) -> pd.DataFrame:
    """Count both seasons by day, week or month, in some counties or in the whole region.

    Returns
    -------
    pandas.DataFrame
        season ("base" or "now"), start (first day of the step, ISO text), count. Every step of the
        period is listed, also those without a point.
    """
    tables = []
    for season, period in (("base", base), ("now", now)):
        every_day = pd.Series(pd.date_range(period.start, period.end, freq="D"))
        counts = tally(connection, rule, period, "local_day", counties)
        days = pd.to_datetime(counts["local_day"].astype("int64"), unit="D")
        found = pd.Series(counts["count"].to_numpy(), index=days, dtype="int64")
        per_day = every_day.map(found).fillna(0).astype("int64")
        start = _FIRST_DAY_OF[str(step)](every_day).dt.strftime("%Y-%m-%d")
        sums = per_day.groupby(start).sum()
        tables.append(
            pd.DataFrame({"season": season, "start": sums.index, "count": sums.to_numpy()})
        )
    return pd.concat(tables, ignore_index=True)
