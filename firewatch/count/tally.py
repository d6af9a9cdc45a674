"""Counting the points in force by a rule, in the ledger itself.

A *unit* (pixel, overpass point, event of a local day) may hold several points. It counts once, in
the county of its earliest point (of simultaneous ones the lowest adcode), on that point's local
day, and under the gravest ruling among its points.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    true,
)

from firewatch.core.time import Period
from firewatch.core.vocab import Cause, CountUnit, Ruling, Source, Status
from firewatch.count.rule import CountingRule
from firewatch.ledger.store import fetch
from firewatch.ledger.tables import points_current as current
from firewatch.ledger.tables import products

_COUNTY_SPAN = 1_000_000
"""Adcodes have six digits: time and county fit into one number that sorts by time first."""

_GRAVITY = {
    Ruling.BAN_VIOLATION: 0,
    Ruling.RESTRICTED_UNPERMITTED: 1,
    Ruling.RESTRICTED_PERMITTED: 2,
    Ruling.UNZONED: 3,
}
_RULING_OF_GRAVITY = {gravity: str(ruling) for ruling, gravity in _GRAVITY.items()}

UNIT_KEY: dict[CountUnit, tuple[ColumnElement[int], ...]] = {
    CountUnit.PIXEL: (current.c.point_key,),
    CountUnit.OVERPASS_POINT: (current.c.overpass_key,),
    CountUnit.EVENT_DAY: (current.c.event_key, current.c.local_day),
}


def counted_points(rule: CountingRule, period: Period) -> ColumnElement[bool]:
    """Return the condition under which a point in force counts."""
    first, last = period.day_numbers()
    conditions = [
        current.c.local_day.between(first, last),
        current.c.county_adcode > 0,
        current.c.product_key.in_(_product_keys(rule)),
        current.c.cause.in_([str(code) for code in rule.causes]),
        current.c.status.in_([str(code) for code in rule.statuses]),
        current.c.confidence.in_([str(code) for code in rule.confidences]),
    ]
    if not rule.unscreened:
        conditions.append(current.c.unscreened.is_(False))
    return and_(*conditions)


def _product_keys(rule: CountingRule) -> Select[tuple[int]]:
    """Return the products that count: the rule's sources, of its satellites if it names any."""
    query = select(products.c.product_key).where(
        products.c.source.in_([str(code) for code in rule.sources])
    )
    if rule.platforms is None:
        return query
    on_ground = products.c.source == str(Source.SUPERVISION)
    return query.where(on_ground | products.c.platform.in_(rule.platforms))


def from_satellite() -> ColumnElement[bool]:
    """Return the condition that a point in force was seen from space."""
    satellite = products.c.source == str(Source.SATELLITE)
    return current.c.product_key.in_(select(products.c.product_key).where(satellite))


def tally(
    connection: Connection,
    rule: CountingRule,
    period: Period,
    by: str,
    counties: Collection[int] | None = None,
) -> pd.DataFrame:
    """Count units by `by`: county_adcode, local_day or ruling.

    Parameters
    ----------
    counties
        Count only the units of these counties (adcodes); of the whole region if None.

    Returns
    -------
    pandas.DataFrame
        The key column (county_adcode, local_day or ruling) and `count`; keys without points are
        absent.
    """
    columns = _pixels(rule, period) if rule.unit == CountUnit.PIXEL else _units(rule, period)
    column, county = columns[by].label(by), columns["county_adcode"]
    query = select(column, func.count().label("count")).group_by(column)
    query = query.where(columns["counted"])
    if counties is not None:
        query = query.where(county.in_(list(counties)))
    counts = fetch(connection, query)
    if by == "ruling" and rule.unit != CountUnit.PIXEL:
        return counts.assign(ruling=counts["ruling"].map(_RULING_OF_GRAVITY))
    return counts


def count_total(connection: Connection, rule: CountingRule, period: Period) -> int:
    """Return the number of units in the whole region."""
    return int(tally(connection, rule, period, "county_adcode")["count"].sum())


def count_sources(connection: Connection, rule: CountingRule, period: Period) -> dict[str, int]:
    """Count satellite points, supervision points, and their union with doubles matched.

    A supervision point is a double when a satellite point that counts belongs to the same event
    on the same local day.
    """
    satellite = count_total(connection, replace(rule, sources=(Source.SATELLITE,)), period)
    on_ground = replace(rule, sources=(Source.SUPERVISION,))
    both = counted_points(replace(rule, sources=tuple(Source)), period)
    seen_from_space = func.max(case((from_satellite(), 1), else_=0))
    unseen = (
        select(current.c.event_key, current.c.local_day, func.count().label("points"))
        .where(both)
        .group_by(current.c.event_key, current.c.local_day)
        .having(seen_from_space == 0)
        .cte("unseen")
    )
    per_event = literal(1) if rule.unit == CountUnit.EVENT_DAY else unseen.c.points
    added = connection.execute(select(func.coalesce(func.sum(per_event), 0)).select_from(unseen))
    return {
        str(Source.SATELLITE): satellite,
        str(Source.SUPERVISION): count_total(connection, on_ground, period),
        "union": satellite + int(added.scalar_one()),
    }


def count_statuses(connection: Connection, rule: CountingRule, period: Period) -> dict[str, int]:
    """Count points by status, whatever statuses the rule counts (unit: pixel or sighting)."""
    every_status = replace(rule, statuses=tuple(Status))
    query = (
        select(current.c.status, func.count().label("count"))
        .where(counted_points(every_status, period))
        .group_by(current.c.status)
    )
    counts = fetch(connection, query)
    return dict(zip(counts["status"], map(int, counts["count"]), strict=True))


def count_marks(connection: Connection, rule: CountingRule, period: Period) -> dict[str, int]:
    """Count units by the marks beside their ruling; a unit may carry several marks."""
    keys = UNIT_KEY[rule.unit]
    columns: list[ColumnElement[Any]] = [*keys, current.c.marks]
    query = select(*columns).where(counted_points(rule, period), current.c.marks != "").distinct()
    rows = fetch(connection, query)
    if rows.empty:
        return {}
    exploded = rows.assign(mark=rows["marks"].str.split(";")).explode("mark")
    unit_columns = [key.key for key in keys if key.key]
    unique = exploded.drop_duplicates([*unit_columns, "mark"])
    return {str(mark): int(n) for mark, n in unique["mark"].value_counts().sort_index().items()}


def count_excluded_causes(
    connection: Connection, rule: CountingRule, period: Period
) -> dict[str, int]:
    """Count the points in force that the rule leaves out for their cause (unit: pixel)."""
    others = tuple(cause for cause in Cause if cause not in rule.causes)
    query = (
        select(current.c.cause, func.count().label("count"))
        .where(counted_points(replace(rule, causes=others), period))
        .group_by(current.c.cause)
    )
    counts = fetch(connection, query)
    return dict(zip(counts["cause"], map(int, counts["count"]), strict=True))


def platforms_on_record(connection: Connection, period: Period) -> frozenset[str]:
    """Return the satellites with at least one point in force in the period."""
    used = select(current.c.product_key).where(current.c.local_day.between(*period.day_numbers()))
    query = select(products.c.platform).where(
        products.c.source == str(Source.SATELLITE), products.c.product_key.in_(used)
    )
    return frozenset(connection.execute(query).scalars())


def _units(rule: CountingRule, period: Period) -> dict[str, ColumnElement[Any]]:
    """Return what is known of each unit that holds several points."""
    keys = UNIT_KEY[rule.unit]
    gravity = case(
        {str(ruling): rank for ruling, rank in _GRAVITY.items()},
        value=current.c.ruling,
        else_=_GRAVITY[Ruling.UNZONED],
    )
    first_seen = func.min(current.c.acquired_s * _COUNTY_SPAN + current.c.county_adcode)
    units = (
        select(
            cast(first_seen, current.c.acquired_s.type).label("first_seen"),
            func.min(current.c.local_day).label("local_day"),
            cast(func.min(gravity), Integer).label("gravity"),
        )
        .where(counted_points(rule, period))
        .group_by(*keys)
        .cte("units")
    )
    return {
        "county_adcode": units.c.first_seen % _COUNTY_SPAN,
        "local_day": units.c.local_day,
        "ruling": units.c.gravity,
        "counted": true(),
    }


def _pixels(rule: CountingRule, period: Period) -> dict[str, ColumnElement[Any]]:
    """Return what is known of each point, where every point is a unit of its own."""
    names = ("county_adcode", "local_day", "ruling")
    columns: dict[str, ColumnElement[Any]] = {name: current.c[name] for name in names}
    return {**columns, "counted": counted_points(rule, period)}
