"""Ground seen, in and out of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coverage_accounts import combined, noted

from firewatch.ledger.coverage import (
    coverage_between,
    ground_between,
    ground_by_area,
    measured_granules,
    record_coverage,
)
from firewatch.ledger.store import Ledger, append_row, fetch
from firewatch.ledger.tables import coverage as areas_seen
from firewatch.ledger.tables import granules, source_files
from imagery.coverage.ground import AREA_COLUMNS
from imagery.coverage.table import of_granule, read_coverage, write_coverage

START_S = 1_604_556_360
EVER = (0, 2**40)
Opened = Callable[[], Ledger]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    made: list[Ledger] = []

    def open_one() -> Ledger:
        made.append(Ledger(tmp_path / f"{len(made)}.db"))
        return made[-1]

    yield open_one
    for ledger in made:
        ledger.close()


def take_in(ledger: Ledger, table: pd.DataFrame) -> None:
    with ledger.writing() as connection:
        on_record = len(fetch(connection, source_files.select()))
        values = dict.fromkeys(
            ("rows", "inside", "outside", "rejected", "duplicate", "superseded", "new"), 0
        )
        file_id = append_row(
            connection,
            source_files,
            {
                **values, "sha256": str(on_record), "name": "a", "size_bytes": 1,
                "format_name": "viirs", "simulated": False, "ingested_at": 1,
            },
        )  # fmt: skip
        record_coverage(connection, file_id, table)


def granule(
    seed: int = 1, minute: int = 0, platform: str = "S-NPP", rank: int = 220, share: float = 1.0,
    seconds: int = 0, codes: Sequence[int] = (450103, 450305),
) -> pd.DataFrame:  # fmt: skip
    draw = np.random.default_rng(seed)
    keys = [(code, view, "D") for code in codes for view in ("0-30", "30-50")]
    table = pd.DataFrame(keys, columns=["area_code", "view_class", "day_night"])
    for name in AREA_COLUMNS:
        table[name] = draw.uniform(1, 900, len(table)) * share
    started = START_S + minute * 60 + seconds
    return of_granule(
        table.assign(basis="measured"), platform, "VIIRS_I", "v", rank, started, started + 360
    )


ACCOUNTS = (
    granule(),
    granule(share=0.5, codes=(450103,)),
    granule(seed=2, rank=150, seconds=-40),
    granule(seed=3, minute=6),
    granule(seed=4, platform="NOAA-20", minute=50),
    noted([450103, 450305], "Terra", "MODIS", "6.1", 210, START_S, START_S + 300),
)


def test_what_was_recorded_comes_back_and_the_order_of_files_does_not_matter(
    opened: Opened,
) -> None:
    expected = combined(ACCOUNTS)
    for order in list(permutations(ACCOUNTS))[::131]:
        ledger = opened()
        for table in order:
            take_in(ledger, table)
        with ledger.reading() as connection:
            pd.testing.assert_frame_equal(coverage_between(connection, *EVER), expected)
            assert len(fetch(connection, granules.select())) == len(ACCOUNTS)


def test_many_granules_of_one_file_are_as_those_of_many_files(opened: Opened) -> None:
    one, many = opened(), opened()
    # One file never tells the same granule twice in the same words.
    told = (ACCOUNTS[0], *ACCOUNTS[2:])
    take_in(one, pd.concat(told))
    for table in told:
        take_in(many, table)
    with one.reading() as left, many.reading() as right:
        expected = coverage_between(right, *EVER)
        pd.testing.assert_frame_equal(coverage_between(left, *EVER), expected)


def test_sums_by_granule_and_by_area_are_those_of_the_rows(opened: Opened) -> None:
    ledger = opened()
    for table in ACCOUNTS:
        take_in(ledger, table)
    with ledger.reading() as connection:
        rows = coverage_between(connection, *EVER)
        by_granule = ground_between(connection, *EVER)
        by_area = ground_by_area(connection, *EVER)
    for sums, keys in (
        (by_granule, ["platform", "started_utc_s", "area_code"]),
        (by_area, ["platform", "area_code"]),
    ):
        expected = rows.groupby(keys)[list(AREA_COLUMNS)].sum(min_count=1)
        found = sums.set_index(keys)[list(AREA_COLUMNS)].sort_index()
        pd.testing.assert_frame_equal(found, expected)
        assert found.loc["Terra"].isna().all(axis=None)


def test_only_granules_that_start_in_the_interval_are_returned(opened: Opened) -> None:
    ledger = opened()
    for table in ACCOUNTS:
        take_in(ledger, table)
    with ledger.reading() as connection:
        # The account that begins 40 s earlier is of the granule that another one stands for.
        first = coverage_between(connection, START_S - 60, START_S - 1)
        assert first.empty
        within = coverage_between(connection, START_S, START_S)
        assert set(within["platform"]) == {"S-NPP", "Terra"}
        assert set(within["started_utc_s"]) == {START_S}
        assert ground_by_area(connection, START_S - 60, START_S - 1).empty
        measured = measured_granules(connection, *EVER)
    assert sorted(measured["platform"]) == ["NOAA-20", *["S-NPP"] * 4]


def test_an_empty_ledger_has_seen_nothing(opened: Opened) -> None:
    with opened().reading() as connection:
        assert coverage_between(connection, *EVER).empty
        assert ground_between(connection, *EVER).empty
        assert ground_by_area(connection, *EVER).empty
        assert measured_granules(connection, *EVER).empty


def test_a_granule_that_saw_none_of_the_areas_leaves_no_trace(opened: Opened) -> None:
    ledger = opened()
    take_in(ledger, granule(codes=()))
    with ledger.reading() as connection:
        assert fetch(connection, granules.select()).empty


def test_what_one_office_hands_to_another_gives_the_same_whoever_began(
    opened: Opened, tmp_path: Path
) -> None:
    first, second, third, fourth = (opened() for _ in range(4))
    for table in ACCOUNTS[:4]:
        take_in(first, table)
    for table in (ACCOUNTS[1], *ACCOUNTS[3:]):
        take_in(second, table)
    handed = []
    for number, ledger in enumerate((first, second)):
        path = tmp_path / f"{number}.parquet"
        with ledger.reading() as connection:
            write_coverage(coverage_between(connection, *EVER), path)
        handed.append(read_coverage(path))
    for ledger, order in ((third, handed), (fourth, handed[::-1])):
        for table in order:
            take_in(ledger, table)
    take_in(first, handed[1])
    take_in(second, handed[0])
    for ledger in (first, second, third, fourth):
        with ledger.reading() as connection:
            found = coverage_between(connection, *EVER)
        pd.testing.assert_frame_equal(found, combined(ACCOUNTS))


def test_coverage_is_recorded_with_its_file_or_not_at_all(opened: Opened) -> None:
    ledger = opened()

    def dies() -> None:
        with ledger.writing() as connection:
            record_coverage(connection, 1, granule())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dies()
    with ledger.reading() as connection:
        assert fetch(connection, granules.select()).empty
        assert fetch(connection, areas_seen.select()).empty
