"""Burn permits, their revocations and the air's quality in the ledger: only ever appended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from firewatch.core.errors import UsageError
from firewatch.ledger.imports import AIR_QUALITY, PERMITS, record_import
from firewatch.ledger.store import append, fetch
from firewatch.ledger.tables import air_quality, permit_revocations, permits
from zones.permits.air_quality import AIR_COLUMNS, AirQuality, air_quality_from
from zones.permits.permits import PERMIT_COLUMNS, Permits, permits_from
from zones.register.register import NEVER


def load_permits(connection: Connection) -> Permits:
    """Return every permit on record with the day of its latest revocation."""
    rows = fetch(connection, select(permits))
    if rows.empty:
        return Permits.empty()
    query = select(permit_revocations).order_by(permit_revocations.c.import_id)
    latest = fetch(connection, query).drop_duplicates("permit_id", keep="last")
    latest = latest.drop(columns="import_id").astype({"permit_id": rows["permit_id"].dtype})
    rows = rows.merge(latest, on="permit_id", how="left")
    rows["revoked_from"] = rows["revoked_from"].fillna(NEVER).astype("int64")
    geometry = np.asarray(shapely.from_wkb(rows["geometry_wkb"].to_list()), dtype=object)
    return permits_from(rows[list(PERMIT_COLUMNS)], geometry)


@dataclass(frozen=True, eq=False)
class PermitOutcome:
    """All permits after some were added, how many are new, and how many hold again."""

    permits: Permits
    added: int
    reinstated: int


def add_permits(connection: Connection, added: Permits, now_s: int) -> PermitOutcome:
    """Append the permits that are not on record.

    A permit that is added again after it was revoked holds again.

    Raises
    ------
    UsageError
        If an issuer has another permit of the same number on record.
    """
    before = load_permits(connection)
    taken = _ever_held(before).numbers_taken(added)
    if taken:
        raise UsageError(
            f"许可编号已被占用：{'、'.join(taken)} / permits of these numbers are on record",
            expected="每个编号一份许可 / one permit a number",
            remedy="先撤销旧许可（zones permit revoke），新许可另编号 / revoke the old one and"
            " give the new one its own number",
        )
    known = before.permits["permit_id"]
    again = _revoked_among(before, added)
    whole = before.combined(added).revoked(again, NEVER)
    new = ~added.permits["permit_id"].isin(known).to_numpy()
    if not new.any() and not again:
        return PermitOutcome(whole, 0, 0)
    first = added.permits.iloc[0]
    import_id = record_import(
        connection, PERMITS, whole.version, now_s, first["source_file"], first["source_sha256"]
    )
    rows = added.permits[new].assign(
        import_id=import_id, geometry_wkb=shapely.to_wkb(added.geometry[new])
    )
    append(connection, permits, rows)
    _append_revocations(connection, import_id, again, NEVER)
    return PermitOutcome(whole, int(new.sum()), len(again))


def revoke_permits(
    connection: Connection, number: str, issuer: str, from_day: int, now_s: int
) -> Permits:
    """Let the permits of a number no longer hold from a Beijing day on; return all permits.

    One that was revoked before it began, whose number another has since, stays as it is.

    Raises
    ------
    UsageError
        If there is no such permit, or several issuers have one and none was named.
    """
    before = load_permits(connection)
    table = before.permits
    meant = table[table["number"] == number]
    if issuer:
        meant = meant[meant["issuer"] == issuer]
    held = meant[_held(meant)]
    meant = meant if held.empty else held
    issuers = sorted(set(meant["issuer"]))
    if len(issuers) != 1:
        raise UsageError(
            f"编号 {number!r} 的许可：{'、'.join(issuers) or '没有'} / no such permit, or several",
            remedy="firewatch zones permit list；多家发放时加 --issuer / name the issuer",
        )
    ids = meant["permit_id"].tolist()
    whole = before.revoked(ids, from_day)
    import_id = record_import(connection, PERMITS, whole.version, now_s, note=f"撤销 {number}")
    _append_revocations(connection, import_id, ids, from_day)
    return whole


def load_air_quality(connection: Connection) -> AirQuality:
    """Return index and wind of every day and area on record; of two values the later import's."""
    query = select(air_quality).order_by(air_quality.c.import_id)
    return air_quality_from(fetch(connection, query)[list(AIR_COLUMNS)])


def add_air_quality(
    connection: Connection, added: AirQuality, now_s: int, source_file: str, sha256: str
) -> AirQuality:
    """Append the values of a table and return all values."""
    before = load_air_quality(connection)
    whole = before.combined(added)
    if whole.version != before.version:
        import_id = record_import(
            connection, AIR_QUALITY, whole.version, now_s, source_file, sha256
        )
        append(connection, air_quality, added.table.assign(import_id=import_id))
    return whole


def _ever_held(before: Permits) -> Permits:
    """Return the permits but those revoked before they began, whose numbers are free again."""
    held = _held(before.permits)
    return permits_from(before.permits[held], before.geometry[held])


def _held(table: pd.DataFrame) -> NDArray[np.bool_]:
    held: NDArray[np.bool_] = (table["revoked_from"] > table["valid_from"]).to_numpy(dtype=bool)
    return held


def _revoked_among(before: Permits, added: Permits) -> list[str]:
    revoked = before.permits[before.permits["revoked_from"] != NEVER]
    again = revoked["permit_id"].isin(added.permits["permit_id"])
    ids: list[str] = revoked.loc[again, "permit_id"].tolist()
    return ids


def _append_revocations(
    connection: Connection, import_id: int, ids: list[str], from_day: int
) -> None:
    rows = pd.DataFrame({"permit_id": ids, "revoked_from": from_day, "import_id": import_id})
    append(connection, permit_revocations, rows)
