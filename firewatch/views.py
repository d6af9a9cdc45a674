"""What the outputs are made of: points in force with names and reasons, and their events."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, and_, exists, func, select

from firewatch.core.geo import Extent
from firewatch.core.time import Period, from_epoch_seconds
from firewatch.core.vocab import Language
from firewatch.count.names import AreaNames
from firewatch.decide import Rulebook
from firewatch.identity import PRODUCT_COLUMNS, point_ids
from firewatch.ledger.evidence import latest_evidence
from firewatch.ledger.points import with_wanted
from firewatch.ledger.store import Ledger, fetch
from firewatch.ledger.tables import (
    alerts,
    decisions,
    points,
    points_current,
    products,
    sightings,
    source_files,
)
from zones.permits.clauses import permit_clauses
from zones.places.areas import Areas
from zones.ruling.reasons import reasons

_FACTS = (
    "point_key", "acquired_s", "lon", "lat", "scan_km", "track_km", "bt_mir_k", "bt_tir_k",
    "frp_mw", "confidence", "day_night",
)  # fmt: skip
_DECIDED = (
    "county_adcode", "township", "village", "straddles", "ruling", "ruling_zone_id",
    "ruling_share", "near_boundary", "permit_id", "zones_hit", "marks", "cause",
    "cause_evidence", "unscreened", "event_key", "run_id",
)  # fmt: skip


def area_names(areas: Areas) -> AreaNames:
    """Return names and memberships of the areas, as the counts need them."""
    counties = areas.counties
    codes = counties["adcode"].to_numpy(dtype=np.int64).tolist()
    city_codes = counties["city_adcode"].to_numpy(dtype=np.int64).tolist()
    return AreaNames(
        areas.city_names(),
        areas.county_names(),
        dict(zip(codes, city_codes, strict=True)),
        _boxes(areas),
    )


def _boxes(areas: Areas) -> dict[int, Extent]:
    """Return the boxes of counties and cities, by adcode."""
    edges = ["west", "south", "east", "north"]
    bounds = pd.DataFrame(shapely.bounds(areas.geometry), columns=edges)
    codes = areas.counties[["adcode", "city_adcode"]].reset_index(drop=True)
    outer = {"west": "min", "south": "min", "east": "max", "north": "max"}
    cities = bounds.groupby(codes["city_adcode"]).agg(outer)
    every = pd.concat([bounds.set_axis(codes["adcode"]), cities[edges]])
    return {int(code): Extent(*map(float, box)) for code, *box in every.itertuples()}


def current_points(
    connection: Connection,
    rules: Rulebook,
    language: Language,
    period: Period | None = None,
) -> pd.DataFrame:
    """Return the points in force, in order of time and position, with names and reasons.

    Parameters
    ----------
    rules
        Names of areas come from here, and zones and permits for the reasons.
    period
        Beijing days; all that is on record if None.
    """
    query = (
        select(
            *(points.c[name] for name in _FACTS),
            *(products.c[name] for name in PRODUCT_COLUMNS),
            *(decisions.c[name] for name in _DECIDED),
            points_current.c.status,
        )
        .select_from(points_current)
        .join(points, points.c.point_key == points_current.c.point_key)
        .join(products, products.c.product_key == points.c.product_key)
        .join(
            decisions,
            and_(
                decisions.c.point_key == points_current.c.point_key,
                decisions.c.run_id == points_current.c.run_id,
            ),
        )
        .where(points_current.c.county_adcode > 0)
        .order_by(points.c.acquired_s, points.c.lon, points.c.lat, points.c.product_key)
    )
    if period is not None:
        query = query.where(points_current.c.local_day.between(*period.day_numbers()))
    rows, names = fetch(connection, query), area_names(rules.areas)
    rows = rows.assign(
        acquired_utc=from_epoch_seconds(rows["acquired_s"].astype("int64")),
        point_id=point_ids(rows) if len(rows) else pd.Series(dtype="str"),
        city_adcode=rows["county_adcode"].map(names.city_of_county),
        city=rows["county_adcode"].map(names.city_of_county).map(names.cities),
        county=rows["county_adcode"].map(names.counties),
        unscreened=rows["unscreened"].astype(bool),
        near_boundary=rows["near_boundary"].astype(bool),
    )
    clauses = permit_clauses(rows, rules.permits, rules.air, language)
    return with_evidence(connection, rows, language).assign(
        event_id=_event_ids(connection, rows),
        simulated=_simulated(connection, rows),
        reason=reasons(rows, rules.register, language, clauses),
    )


PUBLIC_COLUMNS = [
    "point_id", "event_id", "acquired_utc", "lon", "lat", "city", "county", "city_adcode",
    "county_adcode", "township", "village", "straddles", "source", "platform", "product_family",
    "product_version", "confidence", "day_night", "frp_mw", "bt_mir_k", "bt_tir_k", "scan_km",
    "track_km", "ruling", "ruling_zone_id", "ruling_share", "near_boundary", "permit_id",
    "reason", "zones_hit", "marks", "cause",
    "cause_evidence", "unscreened", "status", "finding", "finding_ha", "finding_reason",
    "simulated",
]  # fmt: skip
"""What leaves the ledger for GIS and spreadsheets: no internal keys."""


def with_evidence(connection: Connection, rows: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Add finding, finding_ha and finding_reason: the latest evidence of each row's event."""
    found = latest_evidence(connection, language).reindex(rows["event_key"]).set_axis(rows.index)
    return rows.assign(
        finding=found["finding"].fillna(""),
        finding_ha=found["finding_ha"],
        finding_reason=found["finding_reason"].fillna(""),
    )


def events_of(current: pd.DataFrame) -> pd.DataFrame:
    """Return one row an event, described by its newest point (of simultaneous ones the hottest).

    Columns as `alerts.calls.decide` takes them, and `point_key` of the newest point.
    """
    names = {"acquired_s": "newest_epoch_s"}
    ordered = current.sort_values(["acquired_s", "frp_mw", "point_id"], na_position="first")
    newest = ordered.drop_duplicates("event_id", keep="last").rename(columns=names)
    groups = current.groupby("event_id")
    described = newest.set_index("event_id").assign(
        first_epoch_s=groups["acquired_s"].min(),
        pixels=groups.size(),
        frp_mw=groups["frp_mw"].max(),
        platforms=groups["platform"].agg(lambda seen: ";".join(sorted(set(seen)))),
    )
    return described.reset_index()


def told_events(connection: Connection) -> frozenset[int]:
    """Return the event_key of every event that an alert, once made, now belongs to.

    An event may have grown, merged with another, or had its points superseded since; the alert
    stays with the point it was made for, or with the newer version of that point.
    """
    direct = select(points_current.c.event_key).join(
        alerts, alerts.c.point_key == points_current.c.point_key
    )
    latest = (
        select(decisions.c.point_key, func.max(decisions.c.run_id).label("run_id"))
        .join(alerts, alerts.c.point_key == decisions.c.point_key)
        .group_by(decisions.c.point_key)
        .subquery()
    )
    superseded = (
        select(points_current.c.event_key)
        .join(decisions, decisions.c.superseded_by == points_current.c.point_key)
        .join(
            latest,
            and_(
                latest.c.point_key == decisions.c.point_key,
                latest.c.run_id == decisions.c.run_id,
            ),
        )
    )
    return frozenset(
        int(key) for query in (direct, superseded) for key in connection.execute(query).scalars()
    )


def points_by_city(ledger: Ledger, file_ids: Iterable[int], rules: Rulebook) -> dict[str, int]:
    """Count the points in force that came from some files, by city, most first."""
    with ledger.reading() as connection:
        wanted = with_wanted(connection, file_ids)
        came = select(sightings.c.point_key).where(
            sightings.c.file_id.in_(select(wanted.c.wanted_key))
        )
        query = (
            select(points_current.c.county_adcode, func.count().label("points"))
            .where(points_current.c.point_key.in_(came), points_current.c.county_adcode > 0)
            .group_by(points_current.c.county_adcode)
        )
        counts = fetch(connection, query)
    cities = rules.areas.counties.set_index("adcode")[["city_adcode", "city_name"]]
    sums = counts.join(cities, on="county_adcode").groupby(["city_adcode", "city_name"])["points"]
    ranked = (
        sums.sum().reset_index().sort_values(["points", "city_adcode"], ascending=[False, True])
    )
    return dict(zip(ranked["city_name"].tolist(), ranked["points"].tolist(), strict=True))


def holds_simulated(connection: Connection) -> bool:
    """Tell whether any file on record declares itself simulated."""
    return bool(connection.execute(select(exists().where(source_files.c.simulated))).scalar())


def _event_ids(connection: Connection, rows: pd.DataFrame) -> pd.Series:
    """Return the readable id of each row's event: that of its first point."""
    if rows.empty:
        return pd.Series(dtype="str")
    known = rows.set_index("point_key")["point_id"]
    missing = np.setdiff1d(rows["event_key"], rows["point_key"])
    if len(missing):
        known = pd.concat([known, _ids_of(connection, missing.tolist())])
    return "E_" + rows["event_key"].map(known)


def _ids_of(connection: Connection, keys: Iterable[int]) -> pd.Series:
    wanted = with_wanted(connection, keys)
    query = (
        select(points, *(products.c[name] for name in PRODUCT_COLUMNS))
        .join(products, products.c.product_key == points.c.product_key)
        .join(wanted, wanted.c.wanted_key == points.c.point_key)
    )
    rows = fetch(connection, query)
    return point_ids(rows).set_axis(pd.Index(rows["point_key"]))


def _simulated(connection: Connection, rows: pd.DataFrame) -> pd.Series:
    """Tell which points were seen in a simulated file."""
    query = (
        select(sightings.c.point_key)
        .join(source_files, source_files.c.file_id == sightings.c.file_id)
        .where(source_files.c.simulated)
        .distinct()
    )
    simulated = fetch(connection, query)["point_key"]
    return rows["point_key"].isin(simulated)
