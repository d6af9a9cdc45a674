"""Everything on record about one point: the files it stood in and each decision about it."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, select

from firewatch.core.vocab import Language
from firewatch.identity import PRODUCT_COLUMNS, point_ids, position_of
from firewatch.ledger.evidence import evidence_history
from firewatch.ledger.store import fetch
from firewatch.ledger.tables import (
    alerts,
    decisions,
    points,
    products,
    runs,
    sightings,
    source_files,
    statuses,
)


def history_of(
    connection: Connection, point_id: str, language: Language
) -> dict[str, pd.DataFrame] | None:
    """Return the tables sightings, decisions, statuses, evidence and alerts; None if unknown."""
    key = _key_of(connection, point_id)
    if key is None:
        return None
    return {
        "sightings": fetch(
            connection,
            select(source_files.c.name, sightings.c.source_row, source_files.c.ingested_at)
            .join(sightings, sightings.c.file_id == source_files.c.file_id)
            .where(sightings.c.point_key == key),
        ),
        "decisions": fetch(
            connection,
            select(runs, *(c for c in decisions.columns if c.name not in runs.columns))
            .join(decisions, decisions.c.run_id == runs.c.run_id)
            .where(decisions.c.point_key == key)
            .order_by(runs.c.run_id),
        ),
        "statuses": fetch(connection, select(statuses).where(statuses.c.point_key == key)),
        "evidence": evidence_history(connection, key, language),
        "alerts": fetch(connection, select(alerts).where(alerts.c.point_key == key)),
    }


def _key_of(connection: Connection, point_id: str) -> int | None:
    """Find a point by the position that its id ends with, then by the whole id."""
    position = position_of(point_id)
    if position is None:
        return None
    query = (
        select(points, *(products.c[name] for name in PRODUCT_COLUMNS))
        .join(products, products.c.product_key == points.c.product_key)
        .where(points.c.lon == position[0], points.c.lat == position[1])
    )
    rows = fetch(connection, query)
    if rows.empty:
        return None
    same = (point_ids(rows) == point_id).to_numpy()
    return int(rows["point_key"][same].iloc[0]) if same.any() else None
