"""`points_current`: what is true now, derived from the facts and rebuilt from them at will."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
)

from firewatch.cause.static_heat import CELL_DEG, CELL_ROWS
from firewatch.core.time import BEIJING_OFFSET_S, DAY_S
from firewatch.core.vocab import Status
from firewatch.ledger.points import latest_decision_join, with_wanted
from firewatch.ledger.tables import decisions, points, points_current, statuses
from firewatch.supersession import IN_FORCE

_LOCAL_DAY = cast((points.c.acquired_s + BEIJING_OFFSET_S) // DAY_S, Integer)
"""`core.time.local_day_number` in SQL: both sides are integers, the division rounds down."""

_HEAT_CELL = (
    cast(points.c.lat / CELL_DEG + 0.5, Integer) * CELL_ROWS
    + cast(points.c.lon / CELL_DEG + 0.5, Integer)
)  # fmt: skip
"""`cause.static_heat.heat_cells` in SQL, the same arithmetic in the same order."""


def add_new(connection: Connection, first_key: int) -> None:
    """Append the points from `first_key` on, which were decided just now for the first time.

    Each has one decision and nobody can have said anything of it yet, so that neither needs
    looking up point by point.
    """
    query = (
        select(*_columns(literal(str(Status.SUSPECTED))))
        .select_from(points)
        .join(decisions, decisions.c.point_key == points.c.point_key)
        .where(points.c.point_key >= first_key, decisions.c.superseded_by == IN_FORCE)
    )
    _insert(connection, query)


def refresh(connection: Connection, keys: Iterable[int]) -> None:
    """Bring the rows of points on record up to date with their latest facts."""
    keys = list(keys)
    if not keys:
        return
    # A list of keys, not a join: SQLite would walk all points and look each up in the list.
    among = points.c.point_key.in_(select(with_wanted(connection, keys).c.wanted_key))
    row = tuple_(points_current.c.local_day, points_current.c.point_key)
    outdated = select(_LOCAL_DAY, points.c.point_key).where(among)
    connection.execute(delete(points_current).where(row.in_(outdated)))
    _insert(connection, _definition().where(among))


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
    status = func.coalesce(statuses.c.status, literal(str(Status.SUSPECTED)))
    return (
        select(*_columns(status))
        .select_from(points)
        .join(decided, latest_decision)
        .outerjoin(
            statuses,
            and_(statuses.c.point_key == points.c.point_key, statuses.c.status_id == latest_status),
        )
        .where(decisions.c.superseded_by == IN_FORCE)
    )


def _columns(status: ColumnElement[str]) -> list[ColumnElement[Any]]:
    """Return what each column of the table is made of."""
    sources: dict[str, ColumnElement[Any]] = {
        "status": status.label("status"),
        "local_day": _LOCAL_DAY.label("local_day"),
        "heat_cell": _HEAT_CELL.label("heat_cell"),
    }
    for table in (points, decisions):
        sources |= {column.name: column for column in table.columns if column.name not in sources}
    return [sources[column.name] for column in points_current.columns]
