"""The schema's version."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, select, update

from firewatch.core.errors import LedgerError
from firewatch.ledger.current import rebuild
from firewatch.ledger.migrate import MIGRATIONS, ledger_version
from firewatch.ledger.register import load_register, register_of_version
from firewatch.ledger.store import Ledger, fetch
from firewatch.ledger.tables import (
    SCHEMA_VERSION,
    claims,
    meta,
    metadata,
    points_current,
    products,
    runs,
)
from firewatch.pipeline import ingest, redecide
from firewatch.recording import FileOutcome, ask_again
from firewatch.rulebook import rulebook
from firewatch.settings import Settings
from zones.register.in_force import whole_time
from zones.register.register import NEVER

OLD_LEDGERS = Path(__file__).parents[2] / "data"
KEPT = ("source_files", "claims", "rejections", "points", "sightings", "decisions", "alerts")
VIIRS = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,"
    "confidence,version,bright_ti5,frp,daynight"
)


def test_a_new_ledger_has_this_programs_version(tmp_path: Path) -> None:
    with Ledger(tmp_path / "new.db") as ledger, ledger.reading() as connection:
        assert ledger_version(connection) == SCHEMA_VERSION


def test_a_ledger_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    with Ledger(tmp_path / "new.db") as ledger, ledger.writing() as connection:
        connection.execute(update(meta).values(value=str(SCHEMA_VERSION + 1)))
    with pytest.raises(LedgerError, match="upgrade"):
        Ledger(tmp_path / "new.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("这不是台账" * 1000)
    with pytest.raises(LedgerError, match=r"notes\.db"):
        Ledger(file)


def test_the_database_of_another_program_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE points (x)")
    with pytest.raises(LedgerError, match="another program"):
        Ledger(file)
    with sqlite3.connect(file) as other:
        tables = other.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("points",)]


def laid_out(folder: Path, version: int) -> Path:
    """Lay out a ledger as a program of an earlier schema version wrote it."""
    file = folder / "old.db"
    with sqlite3.connect(file) as old:
        old.executescript((OLD_LEDGERS / f"ledger_v{version}.sql").read_text(encoding="utf-8"))
    return file


@pytest.fixture(params=[1, 2, 3, 4, 5])
def older(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return laid_out(tmp_path, request.param)


def test_an_older_ledger_is_migrated_and_loses_nothing(older: Path) -> None:
    with sqlite3.connect(older) as old:
        before = {name: pd.read_sql_query(f"SELECT * FROM {name}", old) for name in KEPT}
    with Ledger(older) as ledger, ledger.reading() as connection:
        assert ledger_version(connection) == SCHEMA_VERSION
        for table in metadata.tables.values():
            fetch(connection, table.select())
    with sqlite3.connect(older) as now:
        for name, rows in before.items():
            kept = pd.read_sql_query(f"SELECT {', '.join(rows)} FROM {name}", now)
            pd.testing.assert_frame_equal(kept, rows)


def _register_versions(old: sqlite3.Connection) -> list[tuple[str]]:
    """Return the versions that the imports of zones led to, as versions up to 3 store them."""
    (version,) = old.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    if int(version) < 3:
        return old.execute("SELECT register_version FROM zone_imports").fetchall()
    query = "SELECT version FROM register_imports WHERE subject = 'zones'"
    return old.execute(query).fetchall()


def test_zones_of_an_older_ledger_count_at_all_times_as_before(older: Path) -> None:
    with sqlite3.connect(older) as old:
        versions = _register_versions(old)
        ids = {zone_id for (zone_id,) in old.execute("SELECT zone_id FROM zones")}
    with Ledger(older) as ledger, ledger.reading() as connection:
        register = load_register(connection)
        assert set(register.zones["zone_id"]) == ids
        assert whole_time(register.zones).all()
        assert (register.zones["retired_from"] == NEVER).all()
        for (version,) in versions:
            assert len(register_of_version(connection, version)) == len(ids)


def test_thresholds_of_runs_before_they_were_recorded_stay_unknown(tmp_path: Path) -> None:
    first = laid_out(tmp_path, 1)
    with Ledger(first) as ledger, ledger.reading() as connection:
        assert fetch(connection, runs.select())["parameters"].tolist() == ["", ""]


def test_the_state_of_an_older_ledger_can_be_rebuilt(older: Path) -> None:
    with Ledger(older) as ledger:
        with ledger.reading() as connection:
            before = fetch(connection, points_current.select())
        with ledger.writing() as connection:
            rebuild(connection)
            after = fetch(connection, points_current.select())
    assert len(before) == 3
    pd.testing.assert_frame_equal(after, before)


def test_an_older_ledger_takes_new_files_in(
    older: Path, tmp_path: Path, line: Callable[..., str]
) -> None:
    path = tmp_path / "new.csv"
    path.write_text("\n".join([VIIRS, line(108.32, 22.82, "2020-12-05 0612")]) + "\n")
    with Ledger(older) as ledger:
        rules = rulebook(ledger, Settings())
        assert ingest(ledger, [path], rules, 1_767_000_000).files[0].new == 1
        with ledger.reading() as connection:
            stated = fetch(connection, runs.select())["parameters"].iloc[-1]
    assert json.loads(stated)["events"]["gap_h"] == 12.0


def test_a_migrated_ledger_has_the_tables_of_a_new_one(older: Path, tmp_path: Path) -> None:
    def shape(file: Path) -> dict[str, list[Any]]:
        with sqlite3.connect(file) as opened:
            query = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main'"
            tables = opened.execute(query).fetchall()
            columns = {
                f"{name} {keyed}": opened.execute(
                    # Order and defaults differ where a column was added to an older table.
                    "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY name",
                    (name,),
                ).fetchall()
                for name, keyed in tables
            }
            query = "SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name"
            return columns | {"indexes": opened.execute(query).fetchall()}

    Ledger(older).close()
    Ledger(tmp_path / "new.db").close()
    assert shape(older) == shape(tmp_path / "new.db")


def test_a_migration_that_fails_leaves_the_older_ledger_as_it_was(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_half_way(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half (x)")
        raise LedgerError("power cut")

    with sqlite3.connect(older) as old:
        version = old.execute("SELECT value FROM meta").fetchone()
    monkeypatch.setitem(MIGRATIONS, SCHEMA_VERSION - 1, fails_half_way)
    with pytest.raises(LedgerError, match="power cut"):
        Ledger(older)
    with sqlite3.connect(older) as old:
        assert old.execute("SELECT value FROM meta").fetchone() == version
        assert old.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchone() is None


def test_every_older_version_has_a_migration() -> None:
    assert set(MIGRATIONS) == set(range(1, SCHEMA_VERSION))


def test_of_versions_that_an_older_ledger_met_the_later_stands_until_another_is_asked_for(
    tmp_path: Path,
) -> None:
    first, second = "+00c08c44", "+0b82f5b0"
    with Ledger(laid_out(tmp_path, 4)) as ledger:
        rules = rulebook(ledger, Settings())
        assert redecide(ledger, rules, 1_767_000_000, "test").run_id == 0
        assert second in _own_version_in_force(ledger)
        with ledger.writing() as connection:
            file_of = {rank: file_id for file_id, rank in connection.execute(_OWN_FILES)}
            known = FileOutcome(Path("scene_I04.tif"), file_id=file_of[2])
            again = ask_again(connection, known, "as before", rules, 1_767_000_000)
            assert (again.again, again.superseded) == (True, 1)
        assert first in _own_version_in_force(ledger)


_OWN_FILES = select(claims.c.file_id, claims.c.product_rank).where(claims.c.product_rank < 100)


def _own_version_in_force(ledger: Ledger) -> str:
    query = (
        select(products.c.product_version)
        .join(points_current, points_current.c.product_key == products.c.product_key)
        .where(products.c.product_rank < 100)
    )
    with ledger.reading() as connection:
        return str(connection.execute(query).scalar_one())
