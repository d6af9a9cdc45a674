"""The schema's version."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import update

from firewatch.core.errors import LedgerError
from firewatch.ledger.migrate import MIGRATIONS, ledger_version
from firewatch.ledger.store import Ledger
from firewatch.ledger.tables import SCHEMA_VERSION, meta


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


def test_every_older_version_has_a_migration() -> None:
    assert set(MIGRATIONS) == set(range(1, SCHEMA_VERSION))
