"""The zone register in the ledger: imports are appended, nothing is overwritten."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, select

from firewatch.ledger.store import append, append_row, fetch
from firewatch.ledger.tables import zone_imports, zones
from zones.register import ZONE_COLUMNS, Register, register_from


def load_register(connection: Connection) -> Register:
    """Return every zone ever imported; each counts on the days it is in force."""
    rows = fetch(connection, select(zones))
    if rows.empty:
        return Register.empty()
    geometry = np.asarray(shapely.from_wkb(rows["geometry_wkb"].to_list()), dtype=object)
    return register_from(rows[list(ZONE_COLUMNS)], geometry)


def import_zones(connection: Connection, added: Register, now_s: int) -> Register:
    """Append the zones that are not in the register yet and return the whole register."""
    before = load_register(connection)
    whole = before.combined(added)
    known = set(before.zones["zone_id"])
    new = ~added.zones["zone_id"].isin(known).to_numpy()
    if not new.any():
        return before
    import_id = append_row(
        connection, zone_imports, {"imported_at": now_s, "register_version": whole.version}
    )
    rows: pd.DataFrame = added.zones[new].assign(
        import_id=import_id, geometry_wkb=shapely.to_wkb(added.geometry[new])
    )
    append(connection, zones, rows)
    return whole
