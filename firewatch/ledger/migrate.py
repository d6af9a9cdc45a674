"""The schema's version and the ordered steps from one version to the next."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

from sqlalchemy import Connection, inspect, select, update

from firewatch.core.errors import LedgerError
from firewatch.ledger.tables import SCHEMA_VERSION, meta, metadata

_VERSION_KEY = "schema_version"


def _runs_state_their_parameters(connection: Connection) -> None:
    """Version 2: each run records the thresholds it decided by; for older runs they are unknown."""
    connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN parameters TEXT NOT NULL DEFAULT ''")


def _zones_have_months_and_permits_exist(connection: Connection) -> None:
    """Version 3: zones count in months and hours and can be retired; permits and the air's quality
    bear on rulings, which say how sure they are."""
    _run_script(connection, "version_3.sql")


def _coverage_is_kept(connection: Connection) -> None:
    """Version 4: what ground each granule has seen, area by area, stands beside its points."""
    _run_script(connection, "version_4.sql")


def _what_was_asked_for_is_kept(connection: Connection) -> None:
    """Version 5: a file may claim several granules, and of each the reading last asked for stands:
    so far, that of the version last met."""
    _run_script(connection, "version_5.sql")


def _evidence_is_kept(connection: Connection) -> None:
    """Version 6: what high-resolution scenes showed of a fire stands beside its points."""
    _run_script(connection, "version_6.sql")


_ON_SQLITE = {"binary": "BLOB", "long": "INTEGER", "keyed": " WITHOUT ROWID"}
_ON_POSTGRESQL = {"binary": "BYTEA", "long": "BIGINT", "keyed": ""}


def _run_script(connection: Connection, name: str) -> None:
    """Run a file of statements; words in braces stand for what each database calls it.

    `{binary}` bytes, `{long}` a whole number of 64 bits, `{keyed}` a table stored by its key.
    """
    script = (files("firewatch.ledger") / name).read_text(encoding="utf-8")
    words = _ON_POSTGRESQL if connection.dialect.name == "postgresql" else _ON_SQLITE
    for statement in script.format(**words).split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)


MIGRATIONS: dict[int, Callable[[Connection], None]] = {
    1: _runs_state_their_parameters,
    2: _zones_have_months_and_permits_exist,
    3: _coverage_is_kept,
    4: _what_was_asked_for_is_kept,
    5: _evidence_is_kept,
}
"""`MIGRATIONS[n]` takes a ledger of version n to version n + 1."""


def bring_up_to_date(connection: Connection) -> None:
    """Create the tables of a new ledger, or migrate an older one, within one transaction.

    Raises
    ------
    LedgerError
        If the database holds other tables, or was written by a newer firewatch.
    """
    present = set(inspect(connection).get_table_names())
    if "meta" not in present:
        if present & set(metadata.tables):
            raise LedgerError(
                "数据库中已有同名表但不是台账 / the database holds tables of another program",
                remedy="为 --ledger 另选文件或数据库 / choose another file or database",
            )
        metadata.create_all(connection)
        connection.execute(meta.insert().values(key=_VERSION_KEY, value=str(SCHEMA_VERSION)))
        return
    version = ledger_version(connection)
    if version > SCHEMA_VERSION:
        raise LedgerError(
            f"台账版本 {version} 新于本程序支持的 {SCHEMA_VERSION} / ledger is newer than program",
            remedy="升级 firewatch / upgrade firewatch",
        )
    for step in range(version, SCHEMA_VERSION):
        MIGRATIONS[step](connection)
        connection.execute(
            update(meta).where(meta.c.key == _VERSION_KEY).values(value=str(step + 1))
        )


def is_up_to_date(connection: Connection) -> bool:
    """Tell whether the database is a ledger of exactly this program's version."""
    if not inspect(connection).has_table("meta"):
        return False
    return ledger_version(connection) == SCHEMA_VERSION


def ledger_version(connection: Connection) -> int:
    """Return the schema version a ledger was written with."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == _VERSION_KEY)).scalar_one()
    return int(value)
