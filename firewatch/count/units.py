"""Which points make up which counted unit, for those who count again, such as the map's page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, select

from firewatch.core.time import Period
from firewatch.count.rule import CountingRule
from firewatch.count.tally import UNIT_KEY, counted_points
from firewatch.ledger.store import fetch
from firewatch.ledger.tables import points_current as current

NOT_COUNTED = -1


def unit_numbers(
    connection: Connection, rule: CountingRule, compared: Period, whole: Period
) -> pd.Series:
    """Number the units of a season, by the conditions and keys of `firewatch.count.tally.tally`.

    A unit counts once, in the county and on the local day of its earliest point (of simultaneous
    ones the lowest adcode), under the gravest ruling among its points. Counted so, the units of
    the days compared are those of ``tally(connection, rule, compared, ...)``.

    Parameters
    ----------
    compared
        The days that a comparison takes.
    whole
        All days whose points are numbered. Of an overpass or event that goes on after the days
        compared, what lies beyond them is a unit of its own.

    Returns
    -------
    pandas.Series
        point_key → number of its unit: 0, 1, 2 … in order of their first points. Points that do
        not count are absent; on a map they are `NOT_COUNTED`.
    """
    keys = UNIT_KEY[rule.unit]
    names = [f"key_{place}" for place in range(len(keys))]
    columns: list[ColumnElement[Any]] = [
        current.c.point_key,
        current.c.local_day,
        *(key.label(name) for key, name in zip(keys, names, strict=True)),
    ]
    query = (
        select(*columns)
        .where(counted_points(rule, whole))
        .order_by(current.c.acquired_s, current.c.county_adcode, current.c.point_key)
    )
    rows = fetch(connection, query)
    if rows.empty:
        return pd.Series(dtype="int64", index=pd.Index([], dtype="int64"))
    within = rows["local_day"].between(*compared.day_numbers())
    number = rows[names].assign(within=within).groupby([*names, "within"], sort=False).ngroup()
    return pd.Series(number.to_numpy(dtype=np.int64), index=pd.Index(rows["point_key"]))
