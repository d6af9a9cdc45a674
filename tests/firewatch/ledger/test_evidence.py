"""Evidence stays with the points of a fire, whatever is decided anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from sqlalchemy import select

from firewatch.core.vocab import Finding, Language
from firewatch.ledger.current import rebuild
from firewatch.ledger.evidence import evidence_history, latest_evidence, record_evidence
from firewatch.ledger.history import history_of
from firewatch.ledger.store import Ledger, fetch
from firewatch.ledger.tables import evidence, points_current, statuses
from firewatch.pipeline import ingest
from firewatch.rulebook import rulebook
from firewatch.settings import Settings
from firewatch.views import current_points
from imagery.scar.values import Evidence, Reason, SceneLook

VIIRS = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,"
    "confidence,version,bright_ti5,frp,daynight"
)
NOW_S = 1_767_000_000
LOOK = SceneLook("after", "S2A_T48QZM", "Sentinel-2A", 1_604_804_400, 0.93, False)


def seen(finding: Finding, hectares: float = 0.0) -> Evidence:
    scar = shapely.box(108.32, 22.82, 108.321, 22.821) if hectares else None
    values = {
        "clear_share": 0.9, "wanted_share": 0.8, "trace_days": 10.0, "window_days": 30.0,
        "hectares": hectares, "bright": 0,
        **{f"{moment}_{part}": value for moment in ("before", "after")
           for part, value in (("scene", "S2"), ("time", "2020-11-08"), ("share", 0.9))},
    }  # fmt: skip
    key = {Finding.BURN_SCAR: "scar", Finding.NO_TRACE_CLEAR: "no_trace"}.get(
        finding, "not_seen_none"
    )
    return Evidence(
        finding, 1_604_556_720, None, None, LOOK, (LOOK,), 0.9, hectares, scar, pd.DataFrame(),
        Reason(key, values), {}, "scar-1-test",
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, line: Callable[..., str]) -> Any:
    """Return a ledger with two fires some 3 km apart, and how files are added to it."""
    ledger = Ledger(tmp_path / "e.db")
    rules = rulebook(ledger, Settings())

    class Desk:
        def __init__(self) -> None:
            self.ledger, self.rules, self.count = ledger, rules, 0

        def add(self, *rows: str) -> None:
            path = tmp_path / f"{self.count}.csv"
            path.write_text("\n".join([VIIRS, *rows]) + "\n")
            self.count += 1
            done = ingest(ledger, [path], rules, NOW_S)
            assert not done.files[0].rejected

        def points(self) -> pd.DataFrame:
            with ledger.reading() as connection:
                return current_points(connection, rules, Language.ZH)

        def record(self, rows: pd.DataFrame, found: Evidence) -> int:
            with ledger.writing() as connection:
                name = rows["event_id"].iloc[0]
                return record_evidence(connection, name, rows["point_key"], found, NOW_S)

    made = Desk()
    made.add(line(108.32, 22.82, "2020-11-05 0612"), line(108.35, 22.82, "2020-11-05 0612"))
    yield made
    ledger.close()


def test_the_latest_evidence_stands_beside_every_point_of_its_event(desk: Any) -> None:
    first = desk.points().iloc[:1]
    desk.record(first, seen(Finding.NOT_SEEN))
    desk.record(first, seen(Finding.BURN_SCAR, 2.4))
    table = desk.points()
    assert table["finding"].tolist() == ["burn_scar", ""]
    assert table["finding_ha"].iloc[0] == 2.4 and pd.isna(table["finding_ha"].iloc[1])
    assert "2.40 公顷" in table["finding_reason"].iloc[0]


def test_a_look_that_saw_nothing_takes_no_earlier_finding_away(desk: Any) -> None:
    first = desk.points().iloc[:1]
    desk.record(first, seen(Finding.BURN_SCAR, 2.4))
    desk.record(first, seen(Finding.NOT_SEEN))
    assert desk.points()["finding"].tolist() == ["burn_scar", ""]
    desk.record(first, seen(Finding.NO_TRACE_CLEAR))
    assert desk.points()["finding"].tolist() == ["no_trace_clear", ""]


def test_evidence_never_changes_a_status(desk: Any) -> None:
    desk.record(desk.points().iloc[:1], seen(Finding.NO_TRACE_CLEAR))
    assert set(desk.points()["status"].astype("str")) == {"suspected"}
    with desk.ledger.reading() as connection:
        assert fetch(connection, select(statuses)).empty


def test_evidence_goes_with_its_points_when_fires_grow_into_one(
    desk: Any, line: Callable[..., str]
) -> None:
    west = desk.points().iloc[:1]
    desk.record(west, seen(Finding.BURN_SCAR, 1.0))
    bridge = [line(108.32 + 0.006 * step, 22.82, "2020-11-05 0612") for step in range(1, 5)]
    desk.add(line(108.314, 22.82, "2020-11-05 0600"), *bridge)
    table = desk.points()
    assert len(set(table["event_id"])) == 1
    assert table["event_id"].iloc[0] != west["event_id"].iloc[0]
    assert set(table["finding"]) == {"burn_scar"}


def test_evidence_stays_when_a_newer_product_takes_the_place_of_the_point(
    desk: Any, line: Callable[..., str]
) -> None:
    before = desk.points()
    desk.record(before.iloc[:1], seen(Finding.BURN_SCAR, 1.0))
    standard = line(108.3204, 22.82, "2020-11-05 0612").replace("2.0NRT", "2")
    assert standard != line(108.3204, 22.82, "2020-11-05 0612")
    desk.add(standard)
    table = desk.points()
    kept = table[table["product_version"] == "2"]
    assert len(kept) == 1 and kept["point_key"].iloc[0] not in set(before["point_key"])
    assert kept["finding"].tolist() == ["burn_scar"]
    with desk.ledger.reading() as connection:
        history = history_of(connection, kept["point_id"].iloc[0], Language.EN)
    assert history is not None and history["evidence"]["hectares"].tolist() == [1.0]


def test_a_rebuilt_state_shows_the_same_evidence(desk: Any) -> None:
    desk.record(desk.points().iloc[:1], seen(Finding.BURN_SCAR, 1.0))
    before = desk.points()
    with desk.ledger.writing() as connection:
        rebuild(connection)
    pd.testing.assert_frame_equal(desk.points(), before)


def test_history_tells_all_that_was_seen_in_order(desk: Any) -> None:
    first = desk.points().iloc[:1]
    for finding in (Finding.NOT_SEEN, Finding.BURN_SCAR, Finding.NO_TRACE_CLEAR):
        desk.record(first, seen(finding, 1.0 if finding == Finding.BURN_SCAR else 0.0))
    with desk.ledger.reading() as connection:
        told = evidence_history(connection, int(first["point_key"].iloc[0]), Language.EN)
        (other,) = desk.points()["point_key"].iloc[1:]
        assert evidence_history(connection, int(other), Language.EN).empty
    assert told["finding"].tolist() == ["not_seen", "burn_scar", "no_trace_clear"]
    assert "1.00 ha burned" in told["reason"].iloc[1]


def test_what_is_kept_is_whole(desk: Any) -> None:
    evidence_id = desk.record(desk.points(), seen(Finding.BURN_SCAR, 1.0))
    with desk.ledger.reading() as connection:
        row = fetch(connection, select(evidence)).iloc[0]
        in_force = fetch(connection, select(points_current))
        latest = latest_evidence(connection, Language.ZH)
    assert row["evidence_id"] == evidence_id and row["recorded_at"] == NOW_S
    assert shapely.from_wkb(row["outline_wkb"]).equals(shapely.box(108.32, 22.82, 108.321, 22.821))
    assert '"S2A_T48QZM"' in row["looks"]
    assert set(latest.index) == set(in_force["event_key"])
