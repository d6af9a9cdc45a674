"""Points in and out of the ledger: facts on record, and the working rows of a decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    func,
    select,
)

from firewatch.identity import NATURAL_KEY, PRODUCT_COLUMNS
from firewatch.ledger.store import append, append_row, fetch
from firewatch.ledger.tables import decisions, points, points_current, products

DECIDED = tuple(
    column.name for column in decisions.columns if column.name not in ("point_key", "run_id")
)
"""What a decision says of a point."""

_wanted = Table(
    "wanted",
    MetaData(),
    Column("wanted_key", Integer, primary_key=True),
    prefixes=["TEMPORARY"],
)


def product_keys(connection: Connection, rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return the key of each row's product, recording products not seen before."""
    names = list(PRODUCT_COLUMNS)
    combos = rows[names].drop_duplicates().astype(object)
    known = fetch(connection, select(products)).set_index(names)["product_key"].to_dict()
    for combo in combos.sort_values(names).itertuples(index=False):
        if tuple(combo) not in known:
            known[tuple(combo)] = append_row(
                connection, products, dict(zip(names, combo, strict=True))
            )
    numbered = combos.assign(product_key=[known[tuple(c)] for c in combos.itertuples(index=False)])
    if len(numbered) == 1:
        return np.full(len(rows), numbered["product_key"].iloc[0], dtype=np.int64)
    merged = rows[names].astype(object).merge(numbered, on=names, how="left", sort=False)
    keys: NDArray[np.int64] = merged["product_key"].to_numpy(dtype=np.int64)
    return keys


def known_keys(connection: Connection, rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return the point_key of each row that is already on record, 0 for the others."""
    if rows.empty:
        return np.empty(0, dtype=np.int64)
    first, last = int(rows["acquired_s"].min()), int(rows["acquired_s"].max())
    columns = [points.c.point_key, *(points.c[name] for name in NATURAL_KEY)]
    query = select(*columns).where(points.c.acquired_s.between(first, last))
    recorded = fetch(connection, query)
    if recorded.empty:
        return np.zeros(len(rows), dtype=np.int64)
    merged = rows[list(NATURAL_KEY)].merge(recorded, on=list(NATURAL_KEY), how="left", sort=False)
    keys: NDArray[np.int64] = merged["point_key"].fillna(0).to_numpy(dtype=np.int64, copy=True)
    return keys


def record(connection: Connection, rows: pd.DataFrame) -> NDArray[np.int64]:
    """Append points that are not on record and return their new keys, in the order of `rows`."""
    last = connection.execute(select(func.max(points.c.point_key))).scalar() or 0
    keys = np.arange(last + 1, last + 1 + len(rows), dtype=np.int64)
    append(connection, points, rows.assign(point_key=keys))
    return keys


def working_rows(
    connection: Connection, first_s: int, last_s: int, before_key: int | None = None
) -> pd.DataFrame:
    """Return every decided point acquired in a closed interval, in force or not.

    Parameters
    ----------
    before_key
        Leave out points from this key on: those just recorded have no decision yet.
    """
    query = _working_query().where(points.c.acquired_s.between(first_s, last_s))
    if before_key is not None:
        query = query.where(points.c.point_key < before_key)
    return fetch(connection, query)


def working_rows_of(connection: Connection, keys: NDArray[np.int64]) -> pd.DataFrame:
    """Return the working rows of the points with the given keys."""
    if not len(keys):
        return pd.DataFrame({"point_key": keys})
    wanted = with_wanted(connection, keys)
    among = points.c.point_key.in_(select(wanted.c.wanted_key))
    return fetch(connection, _working_query().where(among))


def current_keys_by(
    connection: Connection, column: str, values: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the keys of points in force whose event_key or heat_cell is among `values`.

    Reads the whole of `points_current` once (0.3 s a million points): an index would cost every
    ingest more than it saves.
    """
    if not len(values):
        return np.empty(0, dtype=np.int64)
    with_wanted(connection, np.unique(values))
    among = points_current.c[column].in_(select(_wanted.c.wanted_key))
    query = select(points_current.c.point_key).where(among)
    return fetch(connection, query)["point_key"].to_numpy(dtype=np.int64)


def with_wanted(connection: Connection, keys: Iterable[int]) -> Table:
    """Fill the temporary table of wanted keys, of points or of whatever else, and return it."""
    _wanted.create(connection, checkfirst=True)
    connection.execute(_wanted.delete())
    rows = pd.DataFrame({"wanted_key": np.asarray(list(keys), dtype=np.int64)})
    append(connection, _wanted, rows)
    return _wanted


def latest_decision_join() -> tuple[Table, ColumnElement[bool]]:
    """Return the join that adds each point's latest decision."""
    later = decisions.alias("later")
    latest = (
        select(func.max(later.c.run_id))
        .where(later.c.point_key == points.c.point_key)
        .correlate(points)
        .scalar_subquery()
    )
    return decisions, and_(
        decisions.c.point_key == points.c.point_key, decisions.c.run_id == latest
    )


def _working_query() -> Select[Any]:
    table, condition = latest_decision_join()
    return (
        select(
            points,
            *(products.c[name] for name in PRODUCT_COLUMNS),
            *(decisions.c[name] for name in DECIDED),
        )
        .join(products, products.c.product_key == points.c.product_key)
        .join(table, condition)
    )
