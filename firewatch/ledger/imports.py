"""What was imported beside fire points, when, from which file, and the version it led to."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, select

from firewatch.ledger.store import append_row, fetch
from firewatch.ledger.tables import register_imports

ZONES, PERMITS, AIR_QUALITY, STRAW_STOCK = "zones", "permits", "air_quality", "straw_stock"


def record_import(
    connection: Connection,
    subject: str,
    version: str,
    now_s: int,
    source_file: str = "",
    sha256: str = "",
    note: str = "",
) -> int:
    """Append one import and return its number.

    Parameters
    ----------
    version
        Of the whole of that subject after the import.
    note
        What the user said of it, such as the notice that it replaces.
    """
    return append_row(
        connection,
        register_imports,
        {
            "imported_at": now_s,
            "subject": subject,
            "version": version,
            "source_file": source_file,
            "source_sha256": sha256,
            "note": note,
        },
    )


def imports(connection: Connection) -> pd.DataFrame:
    """Return every import, oldest first."""
    return fetch(connection, select(register_imports).order_by(register_imports.c.import_id))
