"""What ground was seen: accounts of granules, appended as they come, resolved when read."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from firewatch.ledger.store import append, fetch
from firewatch.ledger.tables import coverage as areas_seen
from firewatch.ledger.tables import granules
from imagery.coverage_table import (
    GRANULE_COLUMNS,
    SAME_GRANULE_S,
    TABLE_COLUMNS,
    combine,
    conformed,
    standing,
)

_STORED_AS = {"started_utc_s": "started_s", "ended_utc_s": "ended_s"}
_AS_TABLE = {stored: name for name, stored in _STORED_AS.items()}


def record_coverage(connection: Connection, file_id: int, coverage: pd.DataFrame) -> None:
    """Append what one file says of the ground that was seen.

    Parameters
    ----------
    file_id
        The file on record, within whose transaction this happens.
    coverage
        `imagery.coverage_table.TABLE_COLUMNS`, of one granule or of many. Every account is kept,
        also of granules that are on record already; which one counts is decided on reading.
    """
    if coverage.empty:
        return
    table = conformed(coverage)
    header = list(GRANULE_COLUMNS)
    last = connection.execute(select(func.max(granules.c.granule_key))).scalar() or 0
    key = last + 1 + table.groupby(header).ngroup().to_numpy()
    table = table.assign(granule_key=key)
    made = table[["granule_key", *header]].drop_duplicates("granule_key").rename(columns=_STORED_AS)
    append(connection, granules, made.assign(file_id=file_id))
    append(connection, areas_seen, table)


def coverage_between(connection: Connection, first_s: int, last_s: int) -> pd.DataFrame:
    """Return the ground seen by granules that start in a closed interval (UTC epoch seconds).

    Returns
    -------
    pandas.DataFrame
        `imagery.coverage_table.TABLE_COLUMNS`: each granule and area by the one account that
        stands (see `imagery.coverage_table.standing`), whatever order the files came in.
    """
    # An account just outside may stand for a granule that another one begins just inside.
    reach = granules.c.started_s.between(first_s - SAME_GRANULE_S, last_s + SAME_GRANULE_S)
    headers = fetch(connection, select(granules).where(reach)).rename(columns=_AS_TABLE)
    rows = fetch(
        connection,
        select(areas_seen)
        .join(granules, granules.c.granule_key == areas_seen.c.granule_key)
        .where(reach),
    )
    if rows.empty:
        return combine([])
    place = np.searchsorted(np.sort(headers["granule_key"]), rows["granule_key"])
    named = headers.sort_values("granule_key")[list(GRANULE_COLUMNS)].iloc[place]
    table = pd.concat([rows.reset_index(drop=True), named.reset_index(drop=True)], axis=1)
    stands = standing(table, rows["granule_key"].to_numpy(dtype=np.int64))
    stands &= table["started_utc_s"].between(first_s, last_s).to_numpy()
    return conformed(table.loc[stands, list(TABLE_COLUMNS)])
