"""Ingest against a bare `executemany`, re-ingest against hashing, and the season's tally.

Prints seconds and ratios of one run; asserts only that the counts agree. 1,000,000 rows with
``FIREWATCH_BENCHMARK=full``.
"""

from __future__ import annotations

import csv
import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firewatch.core.files import sha256_of_file
from firewatch.core.time import SeasonCalendar
from firewatch.count.rule import counting_rule
from firewatch.count.tally import tally
from firewatch.ledger.store import Ledger
from firewatch.pipeline import ingest
from firewatch.rulebook import rulebook
from firewatch.settings import Settings

pytestmark = pytest.mark.benchmark
FULL = os.environ.get("FIREWATCH_BENCHMARK") == "full"
SIZES = (100_000, 1_000_000) if FULL else (5_000, 20_000)
NOW_S = 1_767_000_000
SEED = 20_201_001


def firms_file(path: Path, count: int) -> Path:
    """Write standard VIIRS rows inside Guangxi, eight years of them in order of time."""
    rng = np.random.default_rng(SEED)
    clock = rng.choice([548, 612, 630, 1748, 1812], count)
    day = np.datetime64("2013-01-01") + rng.integers(0, 8 * 365, count)
    rows = pd.DataFrame(
        {
            "latitude": rng.uniform(22.6, 24.9, count).round(5),
            "longitude": rng.uniform(107.2, 110.4, count).round(5),
            "bright_ti4": rng.uniform(300, 360, count).round(2),
            "scan": rng.uniform(0.37, 0.8, count).round(2),
            "track": rng.uniform(0.37, 0.8, count).round(2),
            "acq_date": day.astype(str),
            "acq_time": clock,
            "satellite": "N",
            "instrument": "VIIRS",
            "confidence": rng.choice(["l", "n", "h"], count, p=[0.1, 0.8, 0.1]),
            "version": "2",
            "bright_ti5": rng.uniform(280, 300, count).round(2),
            "frp": rng.uniform(0.5, 20, count).round(2),
            "daynight": np.where(clock < 1200, "D", "N"),
            "type": 0,
        }
    )
    rows.sort_values(["acq_date", "acq_time"]).to_csv(path, index=False)
    return path


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def bare(database: Path, tables: dict[str, tuple[list[str], Iterable[Any]]]) -> float:
    """Insert prepared rows by `executemany` in one durable transaction and nothing else."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for name, (columns, _) in tables.items():
        connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
    start = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for name, (columns, rows) in tables.items():
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    connection.execute("COMMIT")
    elapsed = time.perf_counter() - start
    connection.close()
    return elapsed


def streamed(database: Path, path: Path) -> float:
    """Insert a file row by row as a user would: `executemany` fed by `csv.reader`."""
    with path.open(newline="") as stream:
        reader = csv.reader(stream)
        return bare(database, {"rows": (next(reader), reader)})


def rows_of_file(path: Path) -> tuple[list[str], list[Any]]:
    table = pd.read_csv(path)
    columns = (table[name].tolist() for name in table)
    return list(table), list(zip(*columns, strict=True))


def rows_of_ledger(database: Path) -> dict[str, tuple[list[str], Iterable[Any]]]:
    """Return the very rows that the ledger holds, table by table."""
    connection = sqlite3.connect(database)
    found = {}
    for name in ("points", "sightings", "decisions", "points_current"):
        cursor = connection.execute(f"SELECT * FROM {name}")
        found[name] = [item[0] for item in cursor.description], cursor.fetchall()
    connection.close()
    return found


@pytest.mark.parametrize("count", SIZES)
def test_ingest_beside_a_bare_insert(
    count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = firms_file(tmp_path / "rows.csv", count)
    with Ledger(tmp_path / "firewatch.db") as ledger:
        rules = rulebook(ledger, Settings())
        ingest(ledger, [firms_file(tmp_path / "warm.csv", 100)], rules, NOW_S)
        ingest_s, outcome = seconds(lambda: ingest(ledger, [path], rules, NOW_S))
        hash_s, _ = seconds(lambda: sha256_of_file(path))
        again_s, again = seconds(lambda: ingest(ledger, [path], rules, NOW_S))
        tally_s = season_tally(ledger)
    streamed_s = streamed(tmp_path / "streamed.db", path)
    file_s = bare(tmp_path / "file.db", {"rows": rows_of_file(path)})
    ledger_s = bare(tmp_path / "ledger.db", rows_of_ledger(tmp_path / "firewatch.db"))
    with capsys.disabled():
        print(
            f"\n{count:>9,} rows: ingest {ingest_s:.2f} s"
            f"\n  {ingest_s / file_s:5.2f} x bare executemany of the file's rows ({file_s:.2f} s)"
            f"\n  {ingest_s / streamed_s:5.2f} x executemany fed by csv.reader ({streamed_s:.2f} s)"
            f"\n  {ingest_s / ledger_s:5.2f} x bare executemany of the rows the ledger holds"
            f" ({ledger_s:.2f} s)"
            f"\n  re-ingest {again_s:.3f} s, hashing alone {hash_s:.3f} s"
            f"\n  season tally, warm: pixel {tally_s['pixel']:.3f} s,"
            f" event_day {tally_s['event_day']:.3f} s"
        )
    file = outcome.files[0]
    assert file.rows == count == file.inside + file.outside
    assert again.files[0].known


def season_tally(ledger: Ledger) -> dict[str, float]:
    """Time the tally by county of one season, once warmed up."""
    season = SeasonCalendar().season(2018)
    times = {}
    for name in ("pixel", "event_day"):
        rule = counting_rule(name)
        with ledger.reading() as connection:
            tally(connection, rule, season, "county_adcode")
            start = time.perf_counter()
            tally(connection, rule, season, "county_adcode")
            times[name] = time.perf_counter() - start
    return times
