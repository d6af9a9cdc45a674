"""Evidence on record: what high-resolution scenes showed of a fire, each time somebody looked.

Evidence is attached to the points of an event, so that it stays with the fire when events are
joined anew or a newer product takes the place of a point. It never changes a status.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, and_, case, func, select, union

from firewatch.core.vocab import Finding, Language
from firewatch.ledger.store import append, append_row, fetch
from firewatch.ledger.tables import decisions, evidence, evidence_points, points_current
from firewatch.supersession import IN_FORCE
from imagery.scar.reasons import reason_text
from imagery.scar.values import Reason

if TYPE_CHECKING:
    from imagery.scar.values import Evidence

TOLD = ("evidence_id", "recorded_at", "finding", "hectares", "clear_share", "reason")
"""What the history of a point tells of evidence."""


def record_evidence(
    connection: Connection,
    event_id: str,
    point_keys: Iterable[int],
    found: Evidence,
    now_s: int,
) -> int:
    """Append evidence of the event with the given points and return its id."""
    polygon = found.polygon
    evidence_id = append_row(
        connection,
        evidence,
        {
            "event_id": event_id,
            "event_s": found.event_s,
            "recorded_at": now_s,
            "finding": str(found.finding),
            "clear_share": float(found.clear_share),
            "hectares": float(found.hectares),
            "reason": _as_json({"key": found.reason.key, "values": dict(found.reason.values)}),
            "looks": _as_json([asdict(look) for look in found.looks]),
            "parameters": found.parameters,
            "simulated": found.simulated,
            "outline_wkb": shapely.to_wkb(polygon) if polygon is not None else None,
        },
    )
    keys = np.unique(np.asarray(list(point_keys), dtype=np.int64))
    append(
        connection,
        evidence_points,
        pd.DataFrame({"point_key": keys, "evidence_id": evidence_id}),
    )
    return evidence_id


def latest_evidence(connection: Connection, language: Language) -> pd.DataFrame:
    """Return the latest evidence of each event that has any.

    That nothing was seen takes the place of nothing that was: a look through cloud, or at files
    that are damaged, says nothing against an earlier one.

    Returns
    -------
    pandas.DataFrame
        Index event_key; finding, finding_ha (hectares of flame or scar), finding_reason (text in
        `language`).
    """
    of_event = _of_events().subquery()
    telling = case((evidence.c.finding != Finding.NOT_SEEN, evidence.c.evidence_id))
    latest = func.coalesce(func.max(telling), func.max(evidence.c.evidence_id))
    newest = (
        select(of_event.c.event_key, latest.label("evidence_id"))
        .join(evidence, evidence.c.evidence_id == of_event.c.evidence_id)
        .group_by(of_event.c.event_key)
        .subquery()
    )
    query = select(
        newest.c.event_key, evidence.c.finding, evidence.c.hectares, evidence.c.reason
    ).join(evidence, evidence.c.evidence_id == newest.c.evidence_id)
    rows = fetch(connection, query)
    return pd.DataFrame(
        {
            "finding": rows["finding"].astype("str"),
            "finding_ha": rows["hectares"].astype("float64"),
            "finding_reason": _reasons(rows["reason"], language),
        }
    ).set_axis(pd.Index(rows["event_key"].astype("int64"), name="event_key"))


def evidence_history(connection: Connection, point_key: int, language: Language) -> pd.DataFrame:
    """Return all evidence of the event a point belongs to, or of the point itself, oldest first."""
    of_event = _of_events().subquery()
    event = select(points_current.c.event_key).where(points_current.c.point_key == point_key)
    ids = union(
        select(evidence_points.c.evidence_id).where(evidence_points.c.point_key == point_key),
        select(of_event.c.evidence_id).where(of_event.c.event_key.in_(event)),
    )
    query = (
        select(*(evidence.c[name] for name in TOLD))
        .where(evidence.c.evidence_id.in_(ids))
        .order_by(evidence.c.evidence_id)
    )
    rows = fetch(connection, query)
    return rows.assign(reason=_reasons(rows["reason"], language))


def _of_events() -> Select[tuple[int, int]]:
    """Return event_key and evidence_id: of points in force, and of those that they superseded."""
    later = decisions.alias("later")
    latest = (
        select(func.max(later.c.run_id))
        .where(later.c.point_key == decisions.c.point_key)
        .correlate(decisions)
        .scalar_subquery()
    )
    in_force = select(points_current.c.event_key, evidence_points.c.evidence_id).join(
        evidence_points, evidence_points.c.point_key == points_current.c.point_key
    )
    superseded = (
        select(points_current.c.event_key, evidence_points.c.evidence_id)
        .select_from(evidence_points)
        .join(
            decisions,
            and_(
                decisions.c.point_key == evidence_points.c.point_key,
                decisions.c.run_id == latest,
            ),
        )
        .join(points_current, points_current.c.point_key == decisions.c.superseded_by)
        .where(decisions.c.superseded_by != IN_FORCE)
    )
    both = union(in_force, superseded).subquery()
    return select(both.c.event_key, both.c.evidence_id)


def _reasons(stored: pd.Series, language: Language) -> pd.Series:
    texts = [reason_text(Reason(**json.loads(text)), language) for text in stored]
    return pd.Series(texts, index=stored.index, dtype="str")


def _as_json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, default=_plain)


def _plain(number: NDArray[np.generic]) -> object:
    return number.item()
