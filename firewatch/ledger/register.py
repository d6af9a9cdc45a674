"""The zone register in the ledger: imports and retirements are appended, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, and_, func, select

from firewatch.core.errors import UsageError
from firewatch.core.time import local_text
from firewatch.ledger.imports import ZONES, record_import
from firewatch.ledger.store import append, fetch
from firewatch.ledger.tables import (
    decisions,
    points_current,
    register_imports,
    zone_retirements,
    zones,
)
from zones.register.register import NEVER, Register, known_register
from zones.register.replacing import Replacement

_END = ("zone_id", "retired_from", "retired_by")


@dataclass(frozen=True, eq=False)
class ImportOutcome:
    """What an import changed.

    Parameters
    ----------
    register
        The whole register after it.
    added, known
        Zones that are new, and zones that were on record before.
    retired
        Zones that another notice now takes the place of.
    reinstated
        Zones that were retired and are in force again, because they were imported again.
    """

    register: Register
    added: int
    known: int
    retired: int
    reinstated: int


def load_register(connection: Connection, import_id: int | None = None) -> Register:
    """Return every zone ever imported; each counts on the days it is in force.

    Parameters
    ----------
    import_id
        The register as it stood after this import; as it stands now if None.
    """
    query, ended = select(zones), select(zone_retirements)
    if import_id is not None:
        query = query.where(zones.c.import_id <= import_id)
        ended = ended.where(zone_retirements.c.import_id <= import_id)
    rows = fetch(connection, query)
    if rows.empty:
        return Register.empty()
    latest = fetch(connection, ended.order_by(zone_retirements.c.import_id))
    latest = latest.drop_duplicates("zone_id", keep="last").drop(columns="import_id")
    rows = rows.merge(latest.astype({"zone_id": rows["zone_id"].dtype}), on="zone_id", how="left")
    rows = rows.assign(
        retired_from=rows["retired_from"].fillna(NEVER).astype("int64"),
        retired_by=rows["retired_by"].astype("str").fillna(""),
    )
    geometry = np.asarray(shapely.from_wkb(rows["geometry_wkb"].to_list()), dtype=object)
    return known_register(rows, geometry)


def register_of_version(connection: Connection, version: str) -> Register:
    """Return the register as it stood when it had a version, which every ruling records.

    Raises
    ------
    UsageError
        If the register never had that version.
    """
    query = (
        select(register_imports.c.import_id)
        .where(register_imports.c.subject == ZONES, register_imports.c.version == version)
        .order_by(register_imports.c.import_id.desc())
    )
    import_id = connection.execute(query).scalars().first()
    if import_id is None:
        raise UsageError(
            f"登记册没有版本 {version!r} / the register never had this version",
            remedy="firewatch zones versions 列出各版本 / lists the versions",
        )
    return load_register(connection, import_id)


def import_zones(
    connection: Connection, added: Register, now_s: int, replacement: Replacement | None = None
) -> ImportOutcome:
    """Append the zones that are not in the register yet, and what they retire.

    A zone that is imported again after it was retired counts again, unless the file itself, as
    an exported register does, says that it was retired.

    Parameters
    ----------
    replacement
        Which zones end because of this import; none if None.
    """
    before = load_register(connection)
    ended = replacement or Replacement.nothing()
    ends = _ends(before, added, ended)
    whole = before.combined(added).with_retirements(ends)
    new = ~added.zones["zone_id"].isin(before.zones["zone_id"]).to_numpy()
    again = ends["zone_id"].isin(before.zones["zone_id"]) & (ends["retired_from"] == NEVER)
    outcome = ImportOutcome(
        whole, int(new.sum()), int((~new).sum()), len(ended.zone_ids), int(again.sum())
    )
    if not new.any() and whole.version == before.version:
        return outcome
    first = added.zones.iloc[0]
    import_id = record_import(
        connection,
        ZONES,
        whole.version,
        now_s,
        first["source_file"],
        first["source_sha256"],
        ended.note,
    )
    rows = added.zones[new].assign(
        import_id=import_id, geometry_wkb=shapely.to_wkb(added.geometry[new])
    )
    append(connection, zones, rows)
    append(connection, zone_retirements, ends.assign(import_id=import_id))
    return outcome


def import_of(connection: Connection, zone_ids: Iterable[str]) -> pd.DataFrame:
    """Return zone_id, import_id, imported_at and the version that the zone's import led to."""
    query = (
        select(
            zones.c.zone_id,
            register_imports.c.import_id,
            register_imports.c.imported_at,
            register_imports.c.version.label("register_version"),
        )
        .join(register_imports, register_imports.c.import_id == zones.c.import_id)
        .where(zones.c.zone_id.in_(list(zone_ids)))
    )
    found = fetch(connection, query)
    return found.assign(imported_at=[local_text(second) for second in found["imported_at"]])


def decided_by(connection: Connection, zone_ids: Iterable[str]) -> dict[str, int]:
    """Return zone_id → how many points in force it decides now."""
    query = (
        select(decisions.c.ruling_zone_id, func.count().label("points"))
        .join(
            points_current,
            and_(
                points_current.c.point_key == decisions.c.point_key,
                points_current.c.run_id == decisions.c.run_id,
            ),
        )
        .where(decisions.c.ruling_zone_id.in_(list(zone_ids)))
        .group_by(decisions.c.ruling_zone_id)
    )
    counts = fetch(connection, query)
    return dict(zip(counts["ruling_zone_id"].tolist(), counts["points"].tolist(), strict=True))


def _ends(before: Register, added: Register, ended: Replacement) -> pd.DataFrame:
    """Return zone_id, retired_from and retired_by of the zones for which the import changes it."""
    replaced = pd.DataFrame(
        {
            "zone_id": list(ended.zone_ids),
            "retired_from": ended.from_day,
            "retired_by": ended.by,
        }
    )
    said = pd.concat([added.zones[list(_END)], replaced]).drop_duplicates("zone_id", keep="last")
    recorded = said["zone_id"].map(before.zones.set_index("zone_id")["retired_from"]).fillna(NEVER)
    return said[said["retired_from"] != recorded].astype({"retired_from": "int64"})
