"""Ledgers and FIRMS files made for the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.time import Clock, day_number, parse_time
from firewatch.decide import Rulebook
from firewatch.ledger.store import Ledger, fetch
from firewatch.ledger.tables import metadata
from firewatch.pipeline import IngestOutcome, ingest
from firewatch.rulebook import rulebook
from firewatch.settings import Settings
from firewatch.views import points_by_city
from zones.register.register import Register, register_from

NOW_S = Clock(parse_time("2026-01-01")).now_epoch_s()

VIIRS_HEADING = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,"
    "confidence,version,bright_ti5,frp,daynight"
)


def viirs_line(
    lon: float,
    lat: float,
    when: str = "2020-11-05 0612",
    satellite: str = "N",
    version: str = "2.0NRT",
    confidence: str = "n",
    day_night: str = "D",
    frp: float = 5.0,
) -> str:
    """Return one row of FIRMS text; `when` is UTC."""
    day, clock = when.split()
    return (
        f"{lat:.5f},{lon:.5f},335.0,0.4,0.4,{day},{clock},{satellite},VIIRS,"
        f"{confidence},{version},295.0,{frp},{day_night}"
    )


@cache
def new_ledger() -> tuple[bytes, Rulebook]:
    """Return a ledger of nothing and its rules, made once: many tests begin with it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "firewatch.db"
        with Ledger(path) as ledger:
            rules = rulebook(ledger, Settings())
        return path.read_bytes(), rules


class Office:
    """A ledger with rules, and files to take in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / "firewatch.db"
        content, self.rules = new_ledger()
        if not path.exists():
            path.write_bytes(content)
        self.ledger = Ledger(path)

    def file(self, name: str, lines: Iterable[str], heading: str = VIIRS_HEADING) -> Path:
        path = self.folder / name
        path.write_text("\n".join([heading, *lines]) + "\n")
        return path

    def take_in(self, *paths: Path, declared: Any = None) -> IngestOutcome:
        return ingest(self.ledger, paths, self.rules, NOW_S, declared)

    def by_city(self, outcome: IngestOutcome) -> dict[str, int]:
        return points_by_city(self.ledger, outcome.file_ids, self.rules)

    def table(self, name: str) -> pd.DataFrame:
        with self.ledger.reading() as connection:
            return fetch(connection, metadata.tables[name].select())

    def current(self, *columns: str) -> pd.DataFrame:
        """Return points in force joined with their facts and latest decision."""
        from firewatch.views import current_points

        with self.ledger.reading() as connection:
            points = current_points(connection, self.rules, Settings().language)
        return points[list(columns)] if columns else points

    def with_zones(self, register: Register) -> None:
        self.rules = replace(self.rules, register=register)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def another_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Office]]:
    """Make further, independent ledgers."""
    made: list[Office] = []

    def make() -> Office:
        made.append(Office(tmp_path_factory.mktemp("office")))
        return made[-1]

    yield make
    for one in made:
        one.ledger.close()


@pytest.fixture(scope="session")
def line() -> Callable[..., str]:
    return viirs_line


@pytest.fixture(scope="session")
def ban_box() -> Callable[..., Register]:
    """Make a register of one zone, a box in degrees."""

    def make(
        west: float, south: float, east: float, north: float, kind: str = "ban",
        valid_from: str = "2015-01-01",
    ) -> Register:  # fmt: skip
        zones = pd.DataFrame(
            {
                "kind": [kind],
                "name": [f"{kind} box"],
                "notice": ["测试〔2020〕1号"],
                "valid_from": [day_number(date.fromisoformat(valid_from))],
            }
        )
        return register_from(zones, np.array([shapely.box(west, south, east, north)]))

    return make


@pytest.fixture(scope="session")
def facts_of() -> Callable[[Sequence[dict[str, Any]]], pd.DataFrame]:
    """Make the working rows that supersession and events take."""

    def make(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
        defaults = {
            "platform": "S-NPP",
            "product_family": "VIIRS_I",
            "product_rank": 220,
            "source": "satellite",
            "acquired_s": 1_604_556_720,
            "scan_km": 0.4,
            "track_km": 0.4,
        }
        frame = pd.DataFrame([{**defaults, **row} for row in rows])
        return frame.assign(point_key=np.arange(1, len(frame) + 1))

    return make
