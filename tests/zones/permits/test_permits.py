"""Permits as a value: identity, version, order, revocation, and no names of persons."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from firewatch.core.time import day_number
from zones.permits.conflicts import CONFLICT_COLUMNS, conflicts
from zones.permits.permits import PERMIT_COLUMNS, Permits, permits_from
from zones.register.register import NEVER, Register, register_from

DAY = day_number(date(2020, 11, 5))
SQUARE = shapely.box(108.0, 22.0, 109.0, 23.0)
TABLE = pd.DataFrame(
    {
        "number": ["10号", "9号", "9号"],
        "issuer": ["甲县", "甲县", "乙县"],
        "valid_from": [DAY, DAY, DAY],
        "valid_to": [DAY, DAY + 1, DAY + 1],
        "max_aqi": [100.0, np.nan, np.nan],
        "responsible": ["张三 13800000000", "李四", ""],
        "straw_area_ha": [1.0, 2.0, np.nan],
    }
)
SHAPES = np.array([SQUARE, SQUARE, shapely.box(109, 22, 110, 23)], dtype=object)
PERMITS = permits_from(TABLE, SHAPES)


def test_permits_stand_by_number_as_people_count() -> None:
    assert PERMITS.permits["number"].tolist() == ["9号", "9号", "10号"]
    assert PERMITS.permits["issuer"].tolist()[0:2] == ["乙县", "甲县"]
    assert PERMITS.geometry[0].equals(SHAPES[2])
    assert tuple(PERMITS.permits) == PERMIT_COLUMNS
    assert PERMITS.permits["revoked_from"].tolist() == [NEVER] * 3


def test_the_order_of_rows_and_the_ring_s_first_vertex_make_no_other_permits() -> None:
    order = [2, 0, 1]
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(SQUARE)[:-1], 2, axis=0)[::-1])
    shapes = np.array([SHAPES[2], turned, shapely.MultiPolygon([SQUARE])], dtype=object)
    other = permits_from(TABLE.iloc[order], shapes)
    assert other.version == PERMITS.version
    assert other.permits["permit_id"].tolist() == PERMITS.permits["permit_id"].tolist()


@pytest.mark.parametrize("column", ["responsible", "straw_area_ha", "name", "source_file"])
def test_what_cannot_change_a_ruling_is_not_in_the_version(column: str) -> None:
    value = 7.0 if column == "straw_area_ha" else "别的"
    assert permits_from(TABLE.assign(**{column: value}), SHAPES).version == PERMITS.version


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", "11号"), ("valid_from", DAY - 1), ("valid_to", DAY + 9), ("max_aqi", 99.0),
        ("max_wind_m_s", 5.0), ("hours_from_min", 60), ("hours_to_min", 60),
        ("revoked_from", DAY), ("issuer", "丙县"),
    ],
)  # fmt: skip
def test_what_can_change_a_ruling_is_in_the_version(column: str, value: object) -> None:
    assert permits_from(TABLE.assign(**{column: value}), SHAPES).version != PERMITS.version
    moved = np.array([shapely.transform(s, lambda xy: xy + 1e-6) for s in SHAPES], dtype=object)
    assert permits_from(TABLE, moved).version != PERMITS.version


def test_a_revocation_keeps_the_permit_its_id_and_can_be_taken_back() -> None:
    ids = PERMITS.permits["permit_id"].tolist()
    revoked = PERMITS.revoked(ids[:1], DAY + 1)
    assert revoked.permits["permit_id"].tolist() == ids
    assert revoked.permits["revoked_from"].tolist() == [DAY + 1, NEVER, NEVER]
    assert revoked.version != PERMITS.version
    assert revoked.revoked(ids[:1], NEVER).version == PERMITS.version
    assert PERMITS.permits["revoked_from"].tolist() == [NEVER] * 3


def test_a_permit_read_again_is_kept_once_and_stays_revoked() -> None:
    ids = PERMITS.permits["permit_id"].tolist()
    revoked = PERMITS.revoked(ids[:1], DAY + 1)
    for both in (PERMITS.combined(revoked), revoked.combined(PERMITS)):
        assert len(both) == 3
        assert both.version == revoked.version
    assert Permits.empty().combined(PERMITS).version == PERMITS.version


def test_in_force_asks_days_and_revocations() -> None:
    revoked = PERMITS.revoked([PERMITS.permits["permit_id"][0]], DAY + 1)
    assert revoked.in_force(date(2020, 11, 5)).permits["number"].tolist() == ["9号", "9号", "10号"]
    assert revoked.in_force(date(2020, 11, 6)).permits["issuer"].tolist() == ["甲县"]
    assert len(revoked.in_force(date(2020, 11, 7))) == 0
    assert len(revoked.in_force(date(2020, 11, 4))) == 0


def test_a_number_that_stands_for_another_permit_is_taken() -> None:
    changed = permits_from(TABLE.assign(valid_to=DAY + 5), SHAPES)
    assert PERMITS.numbers_taken(changed) == ["10号", "9号"]
    assert PERMITS.numbers_taken(PERMITS) == []
    assert PERMITS.numbers_taken(permits_from(TABLE.assign(issuer="丁县"), SHAPES)) == []


def test_the_responsible_person_stays_out_of_print() -> None:
    assert "张三" not in f"{PERMITS!r} {PERMITS}"
    readable = PERMITS.readable()
    assert "responsible" not in readable
    assert (
        not readable.astype("str").apply(lambda column: column.str.contains("张三")).any(axis=None)
    )


def test_the_readable_table_writes_days_and_hours() -> None:
    permits = permits_from(TABLE.assign(hours_from_min=1320, hours_to_min=120), SHAPES)
    row = permits.revoked(permits.permits["permit_id"].tolist(), DAY).readable().iloc[2]
    assert (row["valid_from"], row["valid_to"]) == ("2020-11-05", "2020-11-05")
    assert (row["hours"], row["revoked_from"]) == ("22:00-02:00", "2020-11-05")
    assert PERMITS.readable()["revoked_from"].tolist() == ["", "", ""]


def test_permits_stored_by_their_columns_come_back_the_same() -> None:
    stored = PERMITS.permits.to_dict("list")
    again = permits_from(pd.DataFrame(stored), PERMITS.geometry)
    assert again.version == PERMITS.version
    pd.testing.assert_frame_equal(again.permits, PERMITS.permits)


def test_no_permits_are_typed_like_some() -> None:
    none = Permits.empty()
    assert (len(none), none.version, tuple(none.permits)) == (0, "empty", PERMIT_COLUMNS)
    assert none.permits.dtypes.tolist() == PERMITS.permits.dtypes.tolist()
    assert len(none.readable()) == 0
    assert none.in_force(date(2020, 11, 5)).version == "empty"


def ban(shape, kind="ban", first=DAY - 30, **more) -> tuple[dict, shapely.Geometry]:
    return {"kind": kind, "name": "城区", "notice": "文1", "valid_from": first, **more}, shape


def register_of(*drawn: tuple[dict, shapely.Geometry]) -> Register:
    defaults = {"valid_to": 10**6, "months": 0xFFF, "hours_from_min": 0, "hours_to_min": 1440}
    rows = [{**defaults, **row} for row, _ in drawn]
    return register_from(pd.DataFrame(rows), np.array([s for _, s in drawn], dtype=object))


def one_permit(shape=SQUARE, first=DAY, last=DAY + 2, **more) -> Permits:
    row = {"number": "1号", "valid_from": first, "valid_to": last, **more}
    return permits_from(pd.DataFrame([row]), np.array([shape], dtype=object))


def test_a_permit_that_reaches_into_a_ban_area_is_a_conflict_with_area_and_days() -> None:
    ban_zone = ban(shapely.box(108.9, 22.0, 109.5, 22.5), first=DAY + 1)
    found = conflicts(one_permit(), register_of(ban_zone))
    assert tuple(found) == CONFLICT_COLUMNS
    (row,) = found.to_dict("records")
    assert (row["number"], row["kind"], row["zone"], row["notice"]) == ("1号", "ban", "城区", "文1")
    shared = shapely.segmentize(shapely.box(108.9, 22.0, 109.0, 22.5), 0.01)
    expected = Geod(ellps="WGS84").geometry_area_perimeter(shared)[0] / 1e6
    assert row["overlap_km2"] == pytest.approx(expected, rel=5e-3)
    assert (row["first_day"], row["last_day"], row["days"]) == (DAY + 1, DAY + 2, 2)


@pytest.mark.parametrize(
    ("zone", "permit"),
    [
        (ban(shapely.box(109.0, 22.0, 110.0, 23.0)), {}),  # they only touch
        (ban(SQUARE, kind="restricted"), {}),
        (ban(SQUARE, kind="cane_leaf_ban"), {}),
        (ban(SQUARE, first=DAY + 3), {}),
        (ban(SQUARE, valid_to=DAY - 1), {}),
        (ban(SQUARE, retired_from=DAY), {}),
        (ban(SQUARE, months=1 << 11), {}),  # December only
        (ban(SQUARE, hours_from_min=0, hours_to_min=540), {"hours_from_min": 540}),
        (ban(SQUARE), {"revoked_from": DAY}),
    ],
)
def test_no_conflict_without_common_ground_and_time(zone, permit: dict) -> None:
    found = conflicts(one_permit(**permit), register_of(zone))
    assert len(found) == 0
    assert tuple(found) == CONFLICT_COLUMNS


def test_nights_conflict_on_the_mornings_they_run_into() -> None:
    night = {"hours_from_min": 22 * 60, "hours_to_min": 2 * 60}
    morning_ban = ban(SQUARE, hours_from_min=60, hours_to_min=120)
    row = conflicts(one_permit(**night), register_of(morning_ban)).iloc[0]
    assert (row["first_day"], row["last_day"], row["days"]) == (DAY + 1, DAY + 3, 3)
    # A ban by night of which only the morning after its last day is left.
    night_ban = ban(SQUARE, valid_to=DAY - 1, **night)
    row = conflicts(one_permit(), register_of(night_ban)).iloc[0]
    assert (row["first_day"], row["days"]) == (DAY, 1)


def test_conflicts_of_many_are_told_one_by_one_in_order() -> None:
    register = register_of(ban(SQUARE), ban(SQUARE, kind="temporary_ban", name="应急"))
    found = conflicts(PERMITS, register)
    assert found["permit_id"].tolist() == [
        permit_id for permit_id in PERMITS.permits["permit_id"][1:] for _ in range(2)
    ]
    assert set(found["kind"]) == {"ban", "temporary_ban"}
    assert len(conflicts(Permits.empty(), register)) == 0
    assert len(conflicts(PERMITS, Register.empty())) == 0
