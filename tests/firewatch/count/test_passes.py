"""The latest overpasses and the shares of land they saw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from coverage_accounts import noted

from firewatch.core.time import Period
from firewatch.count.passes import Passes, latest_passes
from firewatch.ledger.coverage import record_coverage
from firewatch.ledger.store import append_row
from firewatch.ledger.tables import source_files
from imagery.coverage.table import of_granule

Line = Callable[..., str]
SEASON = Period(date(2020, 10, 1), date(2021, 2, 28))
LATER_S = int(datetime(2021, 3, 1, tzinfo=UTC).timestamp())
LAND_KM2 = pd.Series({450102: 1000.0, 450103: 800.0})
NANNING = (108.32, 22.82)


def at(when: str) -> int:
    return int(datetime.strptime(when, "%Y-%m-%d %H%M").replace(tzinfo=UTC).timestamp())


def granule(
    when: str, ground: dict[int, tuple[float, ...]], platform: str = "S-NPP", **changes: Any
) -> pd.DataFrame:
    """Return an account: area → clear, cloud, glint, not seen, water in km²."""
    names = ("clear_km2", "cloud_km2", "glint_km2", "not_seen_km2", "water_km2")
    rows = [
        {"area_code": code, "view_class": "0-30", "day_night": "D",
         **dict(zip(names, km2, strict=True))}
        for code, km2 in ground.items()
    ]  # fmt: skip
    values = {"version": "v", "rank": 220, "started_utc_s": at(when), "ended_utc_s": at(when) + 360}
    table = pd.DataFrame(rows).assign(basis="measured")
    return of_granule(table, platform, "VIIRS_I", **(values | changes))


def record(office: Any, *tables: pd.DataFrame) -> None:
    for number, table in enumerate(tables):
        with office.ledger.writing() as connection:
            counts = ("rows", "inside", "outside", "rejected", "duplicate", "superseded", "new")
            source = {
                **dict.fromkeys(counts, 0), "sha256": f"{number} {table['started_utc_s'].min()}",
                "name": "g.nc", "size_bytes": 1, "format_name": "x", "simulated": False,
                "ingested_at": 1,
            }  # fmt: skip
            record_coverage(connection, append_row(connection, source_files, source), table)


def latest(office: Any, now_s: int = LATER_S, **changes: Any) -> Passes:
    with office.ledger.reading() as connection:
        return latest_passes(connection, SEASON, now_s, LAND_KM2, 30, **changes)


def shares(found: Passes, pass_id: str) -> dict[int, list[float]]:
    mine = found.ground[found.ground["pass_id"] == pass_id].set_index("county_adcode")
    return {
        int(str(code)): [round(float(share), 6) for share in row]
        for code, row in zip(mine.index, mine.drop(columns="pass_id").to_numpy(), strict=True)
    }


def test_granules_of_one_overpass_are_one_and_shares_are_of_the_countys_land(office: Any) -> None:
    record(
        office,
        granule("2020-11-05 0606", {450102: (300, 100, 0, 0, 50)}),
        granule("2020-11-05 0612", {450102: (190, 0, 90, 20, 50), 450103: (80, 0, 0, 0, 0)}),
        granule("2020-11-05 0748", {450103: (0, 800, 0, 0, 0)}),
        granule("2020-11-05 0550", {450102: (900, 0, 0, 0, 0)}, platform="NOAA-20"),
    )
    found = latest(office)
    assert found.passes["pass_id"].tolist() == [
        "S-NPP_20201105T074800", "S-NPP_20201105T060600", "NOAA-20_20201105T055000",
    ]  # fmt: skip
    assert found.passes["started_local"].tolist() == [
        "2020-11-05 15:48", "2020-11-05 14:06", "2020-11-05 13:50",
    ]  # fmt: skip
    # Of 1,000 km² 100 are water, which the other satellite did not tell.
    assert shares(found, "S-NPP_20201105T060600") == {
        450102: [round(490 / 900, 6), round(190 / 900, 6), round(220 / 900, 6)],
        450103: [0.1, 0, 0.9],
    }
    assert shares(found, "NOAA-20_20201105T055000") == {450102: [1, 0, 0], 450103: [0, 0, 1]}
    # A county that a pass did not reach is unseen in it.
    assert shares(found, "S-NPP_20201105T074800") == {450102: [0, 0, 1], 450103: [0, 1, 0]}


@pytest.mark.parametrize("seed", [1, 2])
def test_shares_lie_within_0_and_1_and_add_up_to_1(office: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for day in range(1, 10):
        # Pixels at the swath's edge add up to more than the polygon.
        ground = {int(code): tuple(rng.uniform(0, 700, 5)) for code in LAND_KM2.index}
        record(office, granule(f"2020-11-{day:02d} 0606", ground))
    found = latest(office).ground
    values = found[["clear_share", "cloudy_share", "unseen_share"]].to_numpy()
    assert len(found) == 18
    assert ((values >= 0) & (values <= 1)).all()
    np.testing.assert_allclose(values.sum(axis=1), 1)


def test_the_latest_overpasses_up_to_now_come_newest_first(office: Any) -> None:
    for day in range(1, 20):
        record(office, granule(f"2020-11-{day:02d} 0606", {450102: (500, 0, 0, 0, 0)}))
    record(office, granule("2019-11-05 0606", {450102: (500, 0, 0, 0, 0)}))
    found = latest(office, at("2020-11-15 0000"))
    days = [f"2020-11-{day:02d} 14:06" for day in range(14, 2, -1)]
    assert found.passes["started_local"].tolist() == days
    assert set(found.ground["pass_id"]) == set(found.passes["pass_id"])
    assert len(latest(office, latest=3).passes) == 3


def test_of_several_accounts_of_a_granule_one_stands(office: Any) -> None:
    record(
        office,
        granule("2020-11-05 0606", {450102: (500, 500, 0, 0, 0)}),
        granule("2020-11-05 0606", {450102: (900, 100, 0, 0, 0)}, rank=320, version="std"),
    )
    found = latest(office)
    assert len(found.passes) == 1
    assert shares(found, found.passes["pass_id"].item())[450102] == [0.9, 0.1, 0]


def test_with_lists_of_fire_points_alone_overpasses_are_present_and_nothing_is_known_of_ground(
    office: Any, line: Line
) -> None:
    rows = [
        line(*NANNING, "2020-11-05 0606"),
        line(*NANNING, "2020-11-05 0612"),
        line(*NANNING, "2020-11-06 0606", satellite="N20"),
        line(*NANNING, "2020-09-06 0606"),
    ]
    office.take_in(office.file("a.csv", rows))
    found = latest(office)
    assert found.passes["pass_id"].tolist() == ["NOAA-20_20201106T060600", "S-NPP_20201105T060600"]
    assert set(found.passes["basis"]) == {"feed_present"}
    assert found.ground.empty
    record(office, granule("2020-11-04 0606", {450102: (500, 0, 0, 0, 0)}))
    assert latest(office).passes["basis"].tolist() == ["measured"]


def test_a_granule_without_areas_is_no_measured_pass(office: Any) -> None:
    start = at("2020-11-05 0606")
    record(office, noted((450102,), "S-NPP", "VIIRS_I", "v", 220, start, start + 360))
    assert "measured" not in set(latest(office).passes["basis"])


def test_cropland_is_that_of_the_newest_look_at_the_whole_county(office: Any) -> None:
    def with_cropland(table: pd.DataFrame, share: float) -> pd.DataFrame:
        crops = {f"cropland_{name}_km2": table[f"{name}_km2"] * share
                 for name in ("clear", "cloud", "glint", "not_seen")}  # fmt: skip
        return table.assign(cropland_version="map", **crops)

    whole = {450102: (600.0, 300.0, 0.0, 95.0, 0.0), 450103: (300.0, 0.0, 0.0, 0.0, 0.0)}
    record(
        office,
        with_cropland(granule("2020-11-05 0606", whole), 0.2),
        with_cropland(granule("2020-11-06 0606", {450102: (985, 0, 0, 0, 0)}), 0.3),
        # Newer, but of a part, and without a land-cover map.
        with_cropland(granule("2020-11-07 0606", {450102: (700, 0, 0, 0, 0)}), 0.5),
        granule("2020-11-08 0606", {450102: (1000, 0, 0, 0, 0)}),
    )
    assert latest(office).cropland_km2.to_dict() == pytest.approx({450102: 985 * 0.3})


def test_without_anything_on_record_the_tables_are_empty_and_have_their_columns(
    office: Any,
) -> None:
    found = latest(office)
    assert found.passes.columns.tolist() == ["pass_id", "platform", "started_local", "basis"]
    assert found.ground.columns.tolist() == [
        "pass_id", "county_adcode", "clear_share", "cloudy_share", "unseen_share",
    ]  # fmt: skip
    assert (len(found.passes), len(found.ground)) == (0, 0)
