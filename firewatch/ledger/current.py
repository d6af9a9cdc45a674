"""`points_current`: what is true now, derived from the facts and rebuilt from them at will."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    select,
)

from firewatch.core.vocab import Status
from firewatch.ledger.points import latest_decision_join, with_wanted
from firewatch.ledger.tables import decisions, points, points_current, products, statuses
from firewatch.supersession import IN_FORCE


def refresh(connection: Connection, keys: Iterable[int]) -> None:
    """Bring the rows of the given points up to date with their latest facts."""
    wanted = with_wanted(connection, keys)
    outdated = select(wanted.c.point_key)
    connection.execute(delete(points_current).where(points_current.c.point_key.in_(outdated)))
    _insert(connection, _definition().join(wanted, wanted.c.point_key == points.c.point_key))


def rebuild(connection: Connection) -> None:
    """Derive the whole table again from history."""
    connection.execute(delete(points_current))
    _insert(connection, _definition())


def _insert(connection: Connection, query: Select[Any]) -> None:
    names = [column.name for column in points_current.columns]
    connection.execute(insert(points_current).from_select(names, query))


def _definition() -> Select[Any]:
    """Return the one query that defines the table: each point in force with its latest facts."""
    decided, latest_decision = latest_decision_join()
    newer = statuses.alias("newer")
    latest_status = (
        select(func.max(newer.c.status_id))
        .where(newer.c.point_key == points.c.point_key)
        .correlate(points)
        .scalar_subquery()
    )
    status = func.coalesce(statuses.c.status, literal(str(Status.SUSPECTED))).label("status")
    sources: dict[str, ColumnElement[Any]] = {"status": status}
    for table in (decisions, points, products):
        sources |= {column.name: column for column in table.columns if column.name not in sources}
    columns = [sources[column.name] for column in points_current.columns]
    return (
        select(*columns)
        .select_from(points)
        .join(products, products.c.product_key == points.c.product_key)
        .join(decided, latest_decision)
        .outerjoin(
            statuses,
            and_(statuses.c.point_key == points.c.point_key, statuses.c.status_id == latest_status),
        )
        .where(decisions.c.superseded_by == IN_FORCE)
    )
