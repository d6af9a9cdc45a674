"""Killed at any moment and started again: the same ledger as without the kill."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.kill
TABLES = ("points", "sightings", "decisions", "points_current", "source_files", "claims")

# Runs an ingest that kills its own process, without any chance to tidy up, at the n-th statement
# that it sends to the database.
KILLED_INGEST = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
count = 0
@event.listens_for(Engine, "before_cursor_execute")
def before(*_):
    global count
    count += 1
    if count == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
@event.listens_for(Engine, "commit")
def commit(_):
    before()
from firewatch.cli.main import run
code = run(["ingest", *sys.argv[3:], "--ledger", sys.argv[2], "--as-of", "2021-03-01", "--json"])
print(count, file=sys.stderr)
sys.exit(code)
"""


def ingest(at: int, ledger: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", KILLED_INGEST, str(at), str(ledger), *map(str, files)]
    return subprocess.run(line, capture_output=True, text=True, env={**os.environ})


def content(ledger: Path) -> dict[str, list[Any]]:
    with sqlite3.connect(ledger) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in TABLES
        }


def test_an_ingest_killed_at_any_statement_and_repeated_gives_the_same_ledger(
    tmp_path: Path, line: Callable[..., str], office: Any
) -> None:
    places = [(108.1 + 0.05 * n, 22.9) for n in range(5)]
    first = office.file("a.csv", [line(*place) for place in places])
    second = office.file("b.csv", [line(*place, version="2") for place in places[:3]])
    whole = tmp_path / "whole.db"
    done = ingest(0, whole, first, second)
    assert done.returncode == 0, done.stderr
    statements = int(done.stderr.split()[-1])
    assert statements > 20
    # Bounded: a dozen moments spread over both files, the last statements among them.
    moments = sorted({*range(3, statements, max(statements // 9, 1)), statements - 1, statements})
    for moment in moments:
        killed = tmp_path / f"killed{moment}.db"
        assert ingest(moment, killed, first, second).returncode == -signal.SIGKILL
        assert ingest(0, killed, first, second).returncode == 0
        assert content(killed) == content(whole), f"killed at statement {moment}"
