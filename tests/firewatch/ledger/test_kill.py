"""Killed at any moment and started again: the same ledger as without the kill."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from examples import FULL

from imagery.coverage.ground import AREA_COLUMNS
from imagery.coverage.table import of_granule, write_coverage

pytestmark = pytest.mark.kill
TABLES = (
    "points", "sightings", "decisions", "points_current", "source_files", "claims", "granules",
    "coverage",
)  # fmt: skip

# For each moment named on its standard input starts a copy of itself that ingests and kills its own
# process, without any chance to tidy up, at that statement sent to the database; 0 for never.
# Answers with the copy's end and the number of statements. A first ingest, of the first file into a
# ledger that nobody looks at, loads what all copies then have loaded.
KILLED_INGESTS = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from firewatch.cli.main import run
import firewatch.pipeline, firewatch.views, imagery.open
count, moment = 0, 0
@event.listens_for(Engine, "before_cursor_execute")
def before(*_):
    global count
    count += 1
    if count == moment:
        os.kill(os.getpid(), signal.SIGKILL)
@event.listens_for(Engine, "commit")
def commit(_):
    before()
def ingested(files, ledger):
    return run(["ingest", *files, "--ledger", ledger, "--as-of", "2021-03-01", "--json"])
ingested(sys.argv[2:3], sys.argv[1])
for order in sys.stdin:
    number, ledger = order.split()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        count, moment = 0, int(number)
        code = ingested(sys.argv[2:], ledger)
        os.write(writer, str(count).encode())
        os._exit(code)
    os.close(writer)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    counted = os.read(reader, 20).decode() or "0"
    print("ENDED", ended, counted, flush=True)
"""


class Ingests:
    """Ingests of the same files into ledgers, each in a process of its own."""

    def __init__(self, unseen: Path, *files: Path) -> None:
        line = [sys.executable, "-c", KILLED_INGESTS, *map(str, (unseen, *files))]
        self.process = subprocess.Popen(
            line, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __call__(self, at: int, ledger: Path) -> tuple[int, int]:
        """Return how the process ended (negative: the signal) and its count of statements."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{at} {ledger}\n")
        self.process.stdin.flush()
        for answer in self.process.stdout:
            if answer.startswith("ENDED"):
                ended, statements = map(int, answer.split()[1:])
                return ended, statements
        raise AssertionError("the process that starts the ingests ended")


def content(ledger: Path) -> dict[str, list[Any]]:
    with sqlite3.connect(ledger) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in TABLES
        }


@pytest.fixture
def ingests(tmp_path: Path) -> Iterator[Callable[..., Ingests]]:
    started: list[Ingests] = []

    def start(*files: Path) -> Ingests:
        started.append(Ingests(tmp_path / "unseen.db", *files))
        return started[-1]

    yield start
    for one in started:
        one.process.communicate()


def coverage(folder: Path) -> Path:
    """Write what another office says that two granules saw."""
    seen = {"area_code": [450102, 450103], "view_class": "0-30", "day_night": "D"}
    table = pd.DataFrame(seen | dict.fromkeys(AREA_COLUMNS, 5.0)).assign(basis="measured")
    starts = (1_604_556_300, 1_604_642_700)
    parts = [of_granule(table, "S-NPP", "VIIRS_I", "2", 320, s, s + 360) for s in starts]
    write_coverage(pd.concat(parts), folder / "c.parquet")
    return folder / "c.parquet"


def test_an_ingest_killed_at_any_statement_and_repeated_gives_the_same_ledger(
    tmp_path: Path, line: Callable[..., str], office: Any, ingests: Callable[..., Ingests]
) -> None:
    places = [(108.1 + 0.05 * n, 22.9) for n in range(5)]
    first = office.file("a.csv", [line(*place) for place in places])
    second = office.file("b.csv", [line(*place, version="2") for place in places[:3]])
    whole, ingest = tmp_path / "whole.db", ingests(first, second, coverage(office.folder))
    ended, statements = ingest(0, whole)
    assert ended == 0 and statements > 20
    assert all(content(whole).values())
    # Bounded: moments spread over all files, the last statements among them.
    step = max(statements // (9 if FULL else 5), 1)
    moments = sorted({*range(3, statements, step), statements - 1, statements})
    for moment in moments:
        killed = tmp_path / f"killed{moment}.db"
        assert ingest(moment, killed)[0] == -signal.SIGKILL
        assert ingest(0, killed)[0] == 0
        assert content(killed) == content(whole), f"killed at statement {moment}"
