"""What ground was seen: accounts of granules, appended as they come, resolved when read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from firewatch.ledger.points import with_wanted
from firewatch.ledger.requests import requested_between
from firewatch.ledger.store import append, fetch
from firewatch.ledger.tables import coverage as areas_seen
from firewatch.ledger.tables import granules
from imagery.coverage.ground import AREA_COLUMNS, CROPLAND_COLUMNS, MEASURED
from imagery.coverage.table import (
    GRANULE_COLUMNS,
    SAME_GRANULE_S,
    TABLE_COLUMNS,
    conformed,
    granule_numbers,
    standing,
)

_STORED_AS = {"started_utc_s": "started_s", "ended_utc_s": "ended_s"}
_AS_TABLE = {stored: name for name, stored in _STORED_AS.items()}
_KM2 = (*AREA_COLUMNS, *CROPLAND_COLUMNS)


def record_coverage(connection: Connection, file_id: int, coverage: pd.DataFrame) -> None:
    """Append what one file says of the ground that was seen.

    Parameters
    ----------
    file_id
        The file on record, within whose transaction this happens.
    coverage
        `imagery.coverage.table.TABLE_COLUMNS`, of one granule or of many. Every account is kept,
        also of granules that are on record already; which one counts is decided on reading.
    """
    if coverage.empty:
        return
    table = conformed(coverage)
    header = list(GRANULE_COLUMNS)
    last = connection.execute(select(func.max(granules.c.granule_key))).scalar() or 0
    table = table.assign(granule_key=last + 1 + table.groupby(header).ngroup().to_numpy())
    made = table[["granule_key", *header]].drop_duplicates("granule_key").rename(columns=_STORED_AS)
    append(connection, granules, made.assign(file_id=file_id))
    append(connection, areas_seen, table)


def coverage_between(connection: Connection, first_s: int, last_s: int) -> pd.DataFrame:
    """Return the ground seen by granules that start in a closed interval (UTC epoch seconds).

    Returns
    -------
    pandas.DataFrame
        `imagery.coverage.table.TABLE_COLUMNS`: each granule and area by the one account that
        stands (see `imagery.coverage.table.standing`), whatever order the files came in; of our
        own detections the one that was last asked for.
    """
    whole = _standing_between(connection, first_s, last_s, select(areas_seen))
    return conformed(whole.reindex(columns=list(TABLE_COLUMNS)))


def ground_between(connection: Connection, first_s: int, last_s: int) -> pd.DataFrame:
    """Return the same ground as `coverage_between`, view angles and day and night added up.

    Returns
    -------
    pandas.DataFrame
        One row a granule and area: `imagery.coverage.table.GRANULE_COLUMNS`, area_code, basis,
        and the columns in km².
    """
    keys = [areas_seen.c[name] for name in ("granule_key", "area_code", "basis")]
    query = select(*keys, *_sums()).group_by(*keys)
    return _standing_between(connection, first_s, last_s, query).drop(columns="granule_key")


def ground_by_area(connection: Connection, first_s: int, last_s: int) -> pd.DataFrame:
    """Return the same ground, all granules of a platform added up: platform, area_code, basis, km².

    Added up in the database: ten times as fast as by way of `ground_between`, except for granules
    of which there are several accounts.
    """
    headers = fetch(connection, select(granules).where(_reach(first_s, last_s)))
    number = granule_numbers(headers["platform"], headers["started_s"])
    shared = headers["granule_key"][pd.Series(number).duplicated(keep=False).to_numpy(dtype=bool)]
    several = with_wanted(connection, shared)
    among = areas_seen.c.granule_key.in_(select(several.c.wanted_key))
    resolved = _standing_between(connection, first_s, last_s, select(areas_seen).where(among))
    keys = [granules.c.platform, areas_seen.c.area_code, areas_seen.c.basis]
    query = (
        select(*keys, *_sums())
        .join(granules, granules.c.granule_key == areas_seen.c.granule_key)
        .where(granules.c.started_s.between(first_s, last_s), ~among)
        .group_by(*keys)
    )
    names = [key.name for key in keys]
    both = pd.concat([fetch(connection, query), resolved[[*names, *_KM2]]], ignore_index=True)
    both = both.astype(dict.fromkeys(_KM2, "float64") | {"area_code": "int64"})
    return both.groupby(names, as_index=False)[list(_KM2)].sum(min_count=1)


def measured_granules(connection: Connection, first_s: int, last_s: int) -> pd.DataFrame:
    """Return granule_key, platform, started_s of the accounts whose ground was measured."""
    seen = exists().where(
        areas_seen.c.granule_key == granules.c.granule_key, areas_seen.c.basis == MEASURED
    )
    columns = [granules.c[name] for name in ("granule_key", "platform", "started_s")]
    within = granules.c.started_s.between(first_s, last_s)
    found = fetch(connection, select(*columns).where(within, seen))
    return found.astype({"granule_key": "int64", "platform": "str", "started_s": "int64"})


def areas_seen_clear(connection: Connection, granule_keys: Iterable[int]) -> frozenset[int]:
    """Return the codes of areas of which any of these accounts saw clear land."""
    wanted = with_wanted(connection, granule_keys)
    query = (
        select(areas_seen.c.area_code)
        .where(
            areas_seen.c.granule_key.in_(select(wanted.c.wanted_key)), areas_seen.c.clear_km2 > 0
        )
        .distinct()
    )
    return frozenset(connection.execute(query).scalars())


def files_with_coverage() -> Select[tuple[int]]:
    """Return the query of files that say themselves what ground they saw."""
    return select(granules.c.file_id)


def _standing_between(
    connection: Connection, first_s: int, last_s: int, query: Select[Any]
) -> pd.DataFrame:
    """Return those rows of a query of coverage that stand, with the columns of their granules."""
    reach = _reach(first_s, last_s)
    headers = fetch(connection, select(granules).where(reach).order_by(granules.c.granule_key))
    rows = fetch(connection, query.where(_among(reach)))
    named = headers.rename(columns=_AS_TABLE)[list(GRANULE_COLUMNS)]
    if rows.empty:
        return rows.reindex(columns=[*rows, *named])
    rows[list(_KM2)] = rows[list(_KM2)].astype("float64")
    account = rows["granule_key"].to_numpy(dtype=np.int64)
    place = np.searchsorted(headers["granule_key"], account)
    table = pd.concat([rows, named.iloc[place].reset_index(drop=True)], axis=1)
    within = table["started_utc_s"].between(first_s, last_s)
    requested = requested_between(connection, first_s - SAME_GRANULE_S, last_s + SAME_GRANULE_S)
    ranks = requested.account_ranks(headers).to_numpy()[place]
    named_as = requested.account_platforms(headers).to_numpy()[place]
    stands = standing(table.assign(product_rank=ranks, platform=named_as), account)
    return table[stands & within].reset_index(drop=True)


def _reach(first_s: int, last_s: int) -> ColumnElement[bool]:
    # An account just outside may stand for a granule that another one begins just inside.
    return granules.c.started_s.between(first_s - SAME_GRANULE_S, last_s + SAME_GRANULE_S)


def _sums() -> list[ColumnElement[float]]:
    return [func.sum(areas_seen.c[name]).label(name) for name in _KM2]


def _among(reach: ColumnElement[bool]) -> ColumnElement[bool]:
    return areas_seen.c.granule_key.in_(select(granules.c.granule_key).where(reach))
