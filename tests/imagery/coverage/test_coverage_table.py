"""The table of coverage that one office hands to another, and which account of a granule stands."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from coverage_accounts import combined, noted

from firewatch.core.errors import UnreadableFileError
from imagery.coverage.ground import AREA_COLUMNS, BASES, CROPLAND_COLUMNS
from imagery.coverage.table import (
    GRANULE_COLUMNS,
    TABLE_COLUMNS,
    of_granule,
    read_coverage,
    states_simulated,
    write_coverage,
)

START_S = 1_604_556_360
GRANULE: dict[str, Any] = {
    "platform": "S-NPP",
    "family": "VIIRS_I",
    "version": "2L2",
    "rank": 220,
    "started_utc_s": START_S,
    "ended_utc_s": START_S + 360,
}


def ground(
    seed: int = 1, codes: tuple[int, ...] = (450103, 450305, 451102), share: float = 1.0
) -> pd.DataFrame:
    """Return what `imagery.coverage.ground.coverage` gives of one granule; `share` of it only."""
    draw = np.random.default_rng(seed)
    rows = [(code, view, "D") for code in codes for view in ("0-30", "30-50")]
    table = pd.DataFrame(rows, columns=["area_code", "view_class", "day_night"])
    for name in AREA_COLUMNS:
        table[name] = draw.uniform(1, 900, len(table)) * share
    return table.assign(basis="measured")


def account(table: pd.DataFrame | None = None, **changes: Any) -> pd.DataFrame:
    return of_granule(ground() if table is None else table, **(GRANULE | changes))


def with_cropland(table: pd.DataFrame) -> pd.DataFrame:
    halves = {f"cropland_{name}": table[name] / 2 for name in AREA_COLUMNS[:4]}
    return table.assign(**halves)


def test_a_table_comes_back_from_parquet_as_it_was(tmp_path: Path) -> None:
    table = account(with_cropland(ground()), cropland_version="abc")
    write_coverage(table, tmp_path / "c.parquet")
    pd.testing.assert_frame_equal(read_coverage(tmp_path / "c.parquet"), table)
    assert tuple(table) == TABLE_COLUMNS
    assert (tmp_path / "c.parquet").stat().st_size < 30_000


def test_a_table_of_simulated_data_says_so_wherever_it_goes(tmp_path: Path) -> None:
    for simulated in (True, False):
        write_coverage(account(), tmp_path / "c.parquet", simulated=simulated)
        assert states_simulated(tmp_path / "c.parquet") is simulated


def test_a_granule_that_two_offices_read_counts_once(tmp_path: Path) -> None:
    table = account()
    for name in ("a", "b"):
        write_coverage(table, tmp_path / f"{name}.parquet")
    both = combined(read_coverage(tmp_path / f"{name}.parquet") for name in ("a", "b"))
    pd.testing.assert_frame_equal(both, table)


def test_the_account_that_saw_more_of_an_area_stands_and_windows_do_not_add_up() -> None:
    whole, window = account(), account(ground(share=0.4))
    other_window = account(ground(seed=2, share=0.5))
    pd.testing.assert_frame_equal(combined([window, whole]), whole)
    windows = combined([window, other_window])
    for code, rows in windows.groupby("area_code"):
        alone = [part[part["area_code"] == code] for part in (window, other_window)]
        sums = [part[list(AREA_COLUMNS)].to_numpy().sum() for part in alone]
        assert rows[list(AREA_COLUMNS)].to_numpy().sum() == max(sums)


def test_areas_of_one_granule_may_come_from_different_accounts() -> None:
    west, east = account(ground(codes=(450103, 450305))), account(ground(codes=(451102,)))
    assert set(combined([west, east])["area_code"]) == {450103, 450305, 451102}


def test_what_was_measured_stands_before_what_was_only_there() -> None:
    present = noted([450103, 450900], **(GRANULE | {"rank": 900}))
    table = combined([present, account()])
    assert set(table.loc[table["area_code"] == 450103, "basis"]) == {"measured"}
    unmeasured = table[table["area_code"] == 450900]
    assert unmeasured["basis"].tolist() == ["feed_present"]
    assert unmeasured[list(AREA_COLUMNS)].isna().all(axis=None)


def test_a_higher_rank_stands_before_more_ground() -> None:
    official, own = account(ground(share=0.5), rank=320), account(version="own-1", rank=150)
    for tables in ([official, own], [own, official]):
        pd.testing.assert_frame_equal(combined(tables), official)


def test_levels_of_one_granule_whose_starts_differ_by_seconds_are_one_granule() -> None:
    cut_to_the_minute = account(rank=150, started_utc_s=START_S - 59)
    pd.testing.assert_frame_equal(combined([cut_to_the_minute, account()]), account())


def test_the_same_pass_at_another_pixel_size_is_one_look() -> None:
    coarse = account(ground(seed=5), family="VIIRS_M", version="2L2-750")
    families = combined([coarse, account()]).groupby("area_code")["product_family"].nunique()
    assert families.tolist() == [1, 1, 1]


def test_the_next_granule_and_another_satellite_stand_beside_it() -> None:
    parts = [
        account(),
        account(started_utc_s=START_S + 85, ended_utc_s=START_S + 170),
        account(platform="NOAA-20"),
    ]
    assert len(combined(parts)) == 3 * len(account())
    assert combined([]).empty


def test_cropland_stands_before_none_and_never_mixes() -> None:
    plain, farmed = account(), account(with_cropland(ground()), cropland_version="abc")
    for tables in ([plain, farmed], [farmed, plain]):
        pd.testing.assert_frame_equal(combined(tables), farmed)
    assert plain[list(CROPLAND_COLUMNS)].isna().all(axis=None)


def literal(tables: list[pd.DataFrame]) -> set[tuple[Any, ...]]:
    """Choose the standing rows one granule and area at a time, by sorting Python tuples."""
    said: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for table in tables:
        for header, rows in table.groupby(list(GRANULE_COLUMNS)):
            named = dict(zip(GRANULE_COLUMNS, header, strict=True))
            for area, part in rows.groupby("area_code"):
                basis = max(BASES.index(word) for word in part["basis"])
                total = round(float(np.nansum(part[list(AREA_COLUMNS)].to_numpy())), 3)
                merit = (
                    basis, named["product_rank"], total,
                    bool(part["cropland_clear_km2"].notna().any()),
                    round(float(part["clear_km2"].sum()), 3),
                )  # fmt: skip
                kept = part[part["basis"] == BASES[basis]].fillna(-1.0)
                rest = tuple(v for k, v in named.items() if k != "product_rank")
                content = frozenset(map(tuple, kept.to_numpy().tolist()))
                # Starts are drawn so that rounding to 6 minutes tells the granules apart.
                key = (named["platform"], round(named["started_utc_s"] / 360), area)
                said.setdefault(key, []).append((merit, rest, content))
    chosen: set[tuple[Any, ...]] = set()
    for accounts in said.values():
        best = max(merit for merit, _, _ in accounts)
        alike = sorted((rest, content) for merit, rest, content in accounts if merit == best)
        chosen |= alike[0][1]
    return chosen


@pytest.mark.parametrize("seed", range(4))
def test_the_outcome_does_not_depend_on_the_order_and_is_what_a_literal_choice_gives(
    seed: int,
) -> None:
    draw = np.random.default_rng(seed)
    tables = []
    for _ in range(5):
        codes = tuple(sorted(draw.choice([450103, 450305, 451102, 451200], 2, replace=False)))
        table = ground(int(draw.integers(3)), tuple(map(int, codes)), float(draw.choice([0.5, 1])))
        farmed = bool(draw.integers(2))
        second = int(draw.integers(-25, 25)) + 360 * int(draw.integers(2)) + START_S // 360 * 360
        tables.append(
            account(
                with_cropland(table) if farmed else table,
                platform=str(draw.choice(["S-NPP", "Terra"])),
                version=str(draw.choice(["a", "b"])),
                rank=int(draw.choice([150, 220])),
                started_utc_s=second,
                ended_utc_s=second + 360,
                cropland_version="abc" if farmed else "",
            )
        )
    expected = combined(tables)
    rows = set(map(tuple, expected.fillna(-1.0).to_numpy().tolist()))
    assert rows == literal(tables)
    for order in list(permutations(tables))[::17]:
        pd.testing.assert_frame_equal(combined(order), expected)
    # Handing on what stands, in any grouping, changes nothing either.
    handed_on = combined([combined(tables[:2]), combined(tables[2:])])
    pd.testing.assert_frame_equal(handed_on, expected)


@pytest.mark.parametrize("content", [b"", b"PAR1 cut", b"area_code,clear_km2\n1,2\n"])
def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.parquet"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError) as caught:
        read_coverage(path)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("clear_km2", -1.0), ("cloud_km2", np.nan), ("glint_km2", np.inf), ("basis", "guessed"),
        ("view_class", "wide"), ("day_night", "X"), ("area_code", 0), ("platform", ""),
        ("platform", None), ("started_utc_s", 2**50), ("ended_utc_s", START_S - 1),
    ],
)  # fmt: skip
def test_impossible_values_are_refused(tmp_path: Path, column: str, value: Any) -> None:
    path = tmp_path / "c.parquet"
    write_coverage(account().assign(**{column: value}), path)
    with pytest.raises(UnreadableFileError):
        read_coverage(path)


def test_a_granule_told_twice_in_one_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.parquet"
    write_coverage(pd.concat([account(), account(ground(seed=2))]), path)
    with pytest.raises(UnreadableFileError, match="2 ×"):
        read_coverage(path)


def test_a_table_of_another_kind_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.parquet"
    pd.DataFrame({"x": [1]}).to_parquet(path)
    with pytest.raises(UnreadableFileError, match="area_code"):
        read_coverage(path)
    with pytest.raises(UnreadableFileError, match="opened"):
        read_coverage(tmp_path / "absent.parquet")
    whole = tmp_path / "w.parquet"
    write_coverage(account(), whole)
    path.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(UnreadableFileError):
        read_coverage(path)
