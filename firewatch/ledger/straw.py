"""The straw-stock ledger on record: entries are appended, the later import's counts."""

from __future__ import annotations

from sqlalchemy import Connection, select

from firewatch.ledger.imports import STRAW_STOCK, record_import
from firewatch.ledger.store import append, fetch
from firewatch.ledger.tables import register_imports, straw_stock
from zones.straw.stock import StrawStock, straw_stock_from


def load_straw_stock(connection: Connection) -> StrawStock:
    """Return every entry on record."""
    query = (
        select(straw_stock, register_imports.c.source_file, register_imports.c.source_sha256)
        .join(register_imports, register_imports.c.import_id == straw_stock.c.import_id)
        .order_by(straw_stock.c.import_id)
    )
    return straw_stock_from(fetch(connection, query))


def add_straw_stock(connection: Connection, added: StrawStock, now_s: int) -> StrawStock:
    """Append the entries of one table and return all entries."""
    before = load_straw_stock(connection)
    whole = before.combined(added)
    if whole.version != before.version:
        file, sha256 = added.table[["source_file", "source_sha256"]].iloc[0]
        import_id = record_import(connection, STRAW_STOCK, whole.version, now_s, file, sha256)
        append(connection, straw_stock, added.table.assign(import_id=import_id))
    return whole
