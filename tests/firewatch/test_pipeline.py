"""Files in, decisions out: nothing lost, nothing counted twice, whatever the order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from examples import FULL

from firewatch.core.geo import Extent
from firewatch.core.time import Period
from firewatch.ledger.current import rebuild
from firewatch.ledger.store import fetch
from firewatch.ledger.tables import points_current
from firewatch.pipeline import redecide
from firewatch.recording import Declaration

Line = Callable[..., str]
NANNING = (108.32, 22.82)
NOW_S = 1_767_000_000
STANDARD = "2"
PLACES = [(108.1 + 0.05 * n, 22.9 + 0.03 * n) for n in range(6)]


def state_of(office: Any) -> pd.DataFrame:
    """Everything that is true now, without the keys that depend on the order of arrival."""
    current = office.current().drop(columns=["point_key", "event_key", "run_id", "product_rank"])
    return current.sort_values("point_id", ignore_index=True).sort_index(axis=1)


def events_in(office: Any) -> int:
    return len(set(office.current("event_id")["event_id"]))


def a_season(office: Any, line: Line) -> list[Any]:
    """Four files: two satellites, a repeat, a late standard version that drops a point."""
    nrt = [line(x, y) for x, y in PLACES]
    standard = [line(x + 0.0004, y, version=STANDARD) for x, y in PLACES[1:]]
    other = [line(x + 0.002, y, "2020-11-05 0702", "N20") for x, y in PLACES[:3]]
    repeat = [*nrt[2:4], line(109.5, 24.0, "2020-11-06 0548")]
    named = {"nrt": nrt, "standard": standard, "other": other, "repeat": repeat}
    return [office.file(f"{name}.csv", lines) for name, lines in named.items()]


def test_the_counts_of_a_file_add_up(office: Any, line: Line) -> None:
    path = office.file(
        "a.csv",
        [line(*NANNING), line(*NANNING), line(100.0, 15.0), line(108.4, 22.9, satellite="XX")],
    )
    file = office.take_in(path).files[0]
    assert (file.rows, file.inside, file.outside, file.rejected) == (4, 2, 1, 1)
    assert (file.new, file.duplicate) == (1, 1)


def test_the_same_file_twice_changes_nothing(office: Any, line: Line) -> None:
    path = office.file("a.csv", [line(*NANNING)])
    office.take_in(path)
    before = {name: office.table(name) for name in ("points", "decisions", "sightings", "runs")}
    again = office.take_in(path)
    assert again.files[0].known
    assert office.by_city(again) == {"南宁市": 1}
    for name, table in before.items():
        pd.testing.assert_frame_equal(office.table(name), table)


def test_the_same_rows_in_another_file_add_sightings_but_no_points(office: Any, line: Line) -> None:
    office.take_in(office.file("a.csv", [line(*NANNING)]))
    file = office.take_in(office.file("b.csv", [line(*NANNING), line(108.5, 23.0)])).files[0]
    assert (file.duplicate, file.new) == (1, 1)
    assert len(office.table("sightings")) == 3


def test_files_in_any_order_lead_to_the_same_state(
    office: Any, another_office: Callable[[], Any], line: Line
) -> None:
    files = a_season(office, line)
    office.take_in(*files)
    expected = state_of(office)
    for order in list(itertools.permutations(files))[:: 3 if FULL else 5]:
        other = another_office()
        for file in order:
            other.take_in(file)
        names = [file.name for file in order]
        pd.testing.assert_frame_equal(state_of(other), expected, obj=f"the state after {names}")


def test_a_newer_version_supersedes_and_both_stay_on_record(office: Any, line: Line) -> None:
    office.take_in(*a_season(office, line)[:2])
    assert len(office.table("points")) == 11
    in_force = office.current("product_version")["product_version"]
    assert in_force.tolist() == ["2.0NRT"] + [STANDARD] * 5


def test_absence_from_a_standard_file_retracts_within_its_own_extent(
    office: Any, line: Line
) -> None:
    nrt = office.file("nrt.csv", [line(108.2, 23.0), line(108.5, 23.0), line(109.5, 23.0)])
    standard = [line(108.1, 22.9, version=STANDARD), line(108.6, 23.1, version=STANDARD)]
    office.take_in(nrt)
    file = office.take_in(office.file("standard.csv", standard)).files[0]
    assert file.superseded == 2
    assert set(office.current("lon")["lon"]) == {108.1, 108.6, 109.5}


def test_a_declared_extent_and_period_retract_where_the_file_is_empty_of_points(
    office: Any, line: Line
) -> None:
    office.take_in(office.file("nrt.csv", [line(108.2, 23.0, "2020-11-07 0612")]))
    whole = Declaration(Extent(104, 20, 113, 27), Period(date(2020, 11, 1), date(2020, 11, 30)))
    standard = office.file("standard.csv", [line(109.0, 24.0, version=STANDARD)])
    assert office.take_in(standard, declared=whole).files[0].superseded == 1
    assert office.current("lon")["lon"].tolist() == [109.0]


def test_the_current_state_can_be_rebuilt_from_history(office: Any, line: Line) -> None:
    office.take_in(*a_season(office, line))
    redecide(office.ledger, office.rules, NOW_S, "test")
    before = office.table("points_current")
    with office.ledger.writing() as connection:
        rebuild(connection)
        after = fetch(connection, points_current.select())
    assert len(before) > 0
    pd.testing.assert_frame_equal(after, before)


def test_a_late_point_between_two_fires_makes_them_one_event(office: Any, line: Line) -> None:
    apart = [line(108.300, 22.82), line(108.320, 22.82)]
    office.take_in(office.file("a.csv", apart))
    assert events_in(office) == 2
    office.take_in(office.file("late.csv", [line(108.310, 22.82, "2020-11-05 0702", "N20")]))
    assert events_in(office) == 1


def test_a_point_taken_out_of_force_parts_the_event_it_joined(office: Any, line: Line) -> None:
    row = [(108.300, 22.82), (108.310, 22.82), (108.320, 22.82)]
    office.take_in(office.file("nrt.csv", [line(*place) for place in row]))
    assert events_in(office) == 1
    standard = [line(*place, version=STANDARD) for place in (row[0], row[2])]
    office.take_in(office.file("standard.csv", standard))
    assert events_in(office) == 2


def test_an_event_grows_beyond_the_window_of_the_newest_file(office: Any, line: Line) -> None:
    passes = ["2020-11-05 0612", "2020-11-05 1812", "2020-11-06 0612", "2020-11-06 1812"]
    for number, when in enumerate(passes):
        office.take_in(office.file(f"{number}.csv", [line(*NANNING, when)]))
    assert events_in(office) == 1


def test_a_new_zone_register_is_decided_again_by_the_same_mechanism(
    office: Any, line: Line, ban_box: Callable[..., Any]
) -> None:
    office.take_in(office.file("a.csv", [line(*NANNING), line(110.3, 25.27)]))
    office.with_zones(ban_box(108.0, 22.5, 108.6, 23.1))
    changed = redecide(office.ledger, office.rules, NOW_S, "zones")
    assert changed.before["ruling"].tolist() == ["unzoned"]
    assert changed.after["ruling"].tolist() == ["ban_violation"]
    history = office.table("decisions")
    assert history.groupby("point_key").size().sort_values().tolist() == [1, 2]
    versions = office.table("runs")["register_version"].tolist()
    assert versions == ["empty", office.rules.register.version]


def test_a_point_whose_decision_stays_gets_no_further_row_of_history(
    office: Any, line: Line
) -> None:
    office.take_in(office.file("a.csv", [line(x, y) for x, y in PLACES]))
    office.take_in(office.file("b.csv", [line(x, y, "2020-11-07 0612") for x, y in PLACES]))
    assert len(office.table("decisions")) == 2 * len(PLACES)


def test_superseded_counts_the_points_that_went_out_of_force(office: Any, line: Line) -> None:
    outcome = office.take_in(*a_season(office, line))
    out_of_force = len(office.table("points")) - len(office.table("points_current"))
    assert sum(file.superseded for file in outcome.files) == out_of_force == 5


def test_deciding_again_without_a_change_records_nothing(office: Any, line: Line) -> None:
    office.take_in(*a_season(office, line))
    runs = len(office.table("runs"))
    assert redecide(office.ledger, office.rules, NOW_S, "test").run_id == 0
    assert len(office.table("runs")) == runs


def test_a_cell_that_becomes_static_changes_its_earlier_points_too(office: Any, line: Line) -> None:
    days = pd.date_range("2020-03-01", periods=14, freq="20D").strftime("%Y-%m-%d")
    rows = [line(109.38, 24.38, f"{day} 0612") for day in days]
    office.take_in(office.file("first.csv", rows[:9]))
    assert set(office.current("cause")["cause"]) == {"unknown"}
    office.take_in(office.file("rest.csv", rows[9:]))
    assert set(office.current("cause")["cause"]) == {"static_heat"}
    assert not office.current("unscreened")["unscreened"].any()


def test_a_bad_file_among_good_ones_is_reported_and_the_others_go_in(
    office: Any, line: Line
) -> None:
    bad = office.folder / "error.csv"
    bad.write_text("<!DOCTYPE html><html><body>503 Service Unavailable</body></html>")
    outcome = office.take_in(office.file("a.csv", [line(*NANNING)]), bad)
    assert [file.path.name for file in outcome.failed] == ["error.csv"]
    assert "error.csv" in outcome.failed[0].error
    assert office.by_city(outcome) == {"南宁市": 1}


def test_rejected_rows_are_kept_with_their_place_and_reason(office: Any, line: Line) -> None:
    office.take_in(office.file("a.csv", [line(*NANNING), line(108.4, 22.9, satellite="XX")]))
    rejected = office.table("rejections").iloc[0]
    assert rejected["source_row"] == 3
    assert "XX" in rejected["found"]


def test_two_writers_at_once_take_a_file_in_once(office: Any, line: Line) -> None:
    from concurrent.futures import ThreadPoolExecutor

    path = office.file("a.csv", [line(x, y) for x, y in PLACES])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: office.take_in(path), range(4)))
    assert len(office.table("source_files")) == 1
    assert len(office.table("points")) == len(PLACES)


def test_every_reference_between_tables_leads_somewhere(office: Any, line: Line) -> None:
    office.take_in(*a_season(office, line))
    with office.ledger.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.realdata
def test_south_east_asia_of_one_day_has_37_rows_in_guangxi(office: Any, realdata: Any) -> None:
    outcome = office.take_in(realdata / "firms" / "MODIS_C6_SouthEast_Asia_24h.csv")
    assert outcome.files[0].inside == 37
    assert office.by_city(outcome) == {
        "玉林市": 23,
        "北海市": 7,
        "钦州市": 4,
        "梧州市": 2,
        "防城港市": 1,
    }


@pytest.mark.realdata
def test_the_steelworks_at_2438_n_10938_e_is_static_heat_and_no_neighbour_is(
    office: Any, realdata: Any
) -> None:
    file = office.take_in(realdata / "firms" / "guangxi_bbox_modis_firms.csv").files[0]
    assert (file.rows, file.inside, file.new) == (5109, 2960, 2960)
    points = office.current("lon", "lat", "cause", "acquired_utc")
    static = points[points["cause"] == "static_heat"]
    assert len(static) == 43
    assert static["acquired_utc"].dt.date.nunique() == 38
    assert np.allclose(static["lon"], 109.38, atol=0.0101)
    assert np.allclose(static["lat"], 24.38, atol=0.0101)


def test_the_same_bytes_under_two_names_are_one_file(office: Any, line: Line) -> None:
    paths = [office.file(name, [line(*NANNING)]) for name in ("a.csv", "b.csv")]
    first, second = (outcome := office.take_in(*paths)).files
    assert not first.known and second.known
    assert office.by_city(outcome) == {"南宁市": 1}


def test_a_file_of_elsewhere_is_no_look_at_the_region(office: Any, line: Line) -> None:
    outcome = office.take_in(office.file("far.csv", [line(100.0, 10.0), line(101.0, 11.0)]))
    assert outcome.files[0].outside == 2
    assert office.table("claims").empty
    office.take_in(office.file("near.csv", [line(100.0, 10.0), line(*NANNING)]))
    assert len(office.table("claims")) == 1
