"""The register, permits, air and straw on record: appended, never overwritten."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.errors import UsageError
from firewatch.core.time import day_number
from firewatch.ledger.imports import imports
from firewatch.ledger.permits import (
    add_air_quality,
    add_permits,
    load_air_quality,
    load_permits,
    revoke_permits,
)
from firewatch.ledger.register import import_zones, load_register, register_of_version
from firewatch.ledger.straw import add_straw_stock, load_straw_stock
from zones.permits.air_quality import air_quality_from
from zones.permits.permits import Permits, permits_from
from zones.places.areas import load_areas
from zones.register.read import read_zones
from zones.register.register import NEVER, Register, register_from
from zones.register.replacing import replacement
from zones.register.write import write_register
from zones.straw.stock import straw_stock_from

NOW_S = 1_767_000_000
NANNING = shapely.box(108.25, 22.75, 108.35, 22.85)
NEVER_VERSION = "0" * 12


def notice(number: str, first: str, *shapes: shapely.Geometry, **more: object) -> Register:
    table = pd.DataFrame({"kind": "ban", "name": [f"{i}" for i in range(len(shapes))]})
    table = table.assign(notice=number, valid_from=day_number(date.fromisoformat(first)), **more)
    return register_from(table, np.array(shapes, dtype=object))


def permit(number: str = "NN-1", **more: object) -> Permits:
    table = pd.DataFrame([{"number": number, "issuer": "武鸣区", "valid_from": 18_500,
                           "valid_to": 18_530, "responsible": "张三"} | more])  # fmt: skip
    return permits_from(table, np.array([NANNING], dtype=object))


@pytest.fixture
def write(office: Any) -> Any:
    """Run one writing transaction of a ledger."""

    def run(change: Any, *arguments: Any) -> Any:
        with office.ledger.writing() as connection:
            return change(connection, *arguments)

    return run


def test_a_register_comes_back_as_it_was_with_months_hours_and_crop(write: Any) -> None:
    limits = {"months": 0b111, "hours_from_min": 1200, "hours_to_min": 360, "crop": "甘蔗"}
    said = {"authority": "南宁市", "illustrative": True}
    given = notice("甲", "2020-01-01", NANNING, **limits, **said)
    write(import_zones, given, NOW_S)
    loaded = write(load_register)
    pd.testing.assert_frame_equal(loaded.zones, given.zones)
    assert loaded.version == given.version
    assert shapely.equals_exact(loaded.geometry, given.geometry, 0).all()


def test_importing_a_notice_twice_changes_nothing(write: Any) -> None:
    given = notice("甲", "2020-01-01", NANNING)
    first = write(import_zones, given, NOW_S)
    again = write(import_zones, given, NOW_S + 60)
    assert (first.added, first.known, again.added, again.known) == (1, 0, 0, 1)
    assert again.register.version == first.register.version
    assert len(write(imports)) == 1


def test_the_register_of_every_version_can_be_shown_years_later(write: Any) -> None:
    old, new = notice("甲", "2019-01-01", NANNING), notice("乙", "2021-01-01", NANNING)
    first = write(import_zones, old, NOW_S).register
    ended = replacement(first, new, ("甲",), load_areas())
    second = write(import_zones, new, NOW_S, ended).register
    assert first.version != second.version
    then = write(register_of_version, first.version)
    pd.testing.assert_frame_equal(then.zones, first.zones)
    pd.testing.assert_frame_equal(write(register_of_version, second.version).zones, second.zones)
    with pytest.raises(UsageError, match="never had"):
        write(register_of_version, NEVER_VERSION)


def test_a_notice_that_is_imported_again_after_its_retirement_counts_again(write: Any) -> None:
    old, new = notice("甲", "2019-01-01", NANNING), notice("乙", "2021-01-01", NANNING)
    write(import_zones, old, NOW_S)
    ended = replacement(write(load_register), new, ("甲",), load_areas())
    outcome = write(import_zones, new, NOW_S, ended)
    assert outcome.retired == 1
    retired = outcome.register.of_notice("甲").zones.iloc[0]
    assert (retired["retired_from"], retired["retired_by"]) == (
        day_number(date(2021, 1, 1)), "乙",
    )  # fmt: skip
    outcome = write(import_zones, old, NOW_S)
    assert (outcome.added, outcome.known, outcome.reinstated) == (0, 1, 1)
    again = outcome.register
    assert again.of_notice("甲").zones["retired_from"].tolist() == [NEVER]
    loaded = write(load_register)
    assert loaded.version == again.version


def test_a_register_handed_to_another_office_keeps_its_retirements(
    write: Any, another_office: Any, tmp_path: Path
) -> None:
    old, new = notice("甲", "2019-01-01", NANNING), notice("乙", "2021-01-01", NANNING)
    write(import_zones, old, NOW_S)
    ended = replacement(write(load_register), new, ("甲",), load_areas())
    here = write(import_zones, new, NOW_S, ended).register
    write_register(here, tmp_path / "handed.gpkg")
    handed = read_zones(tmp_path / "handed.gpkg").register
    with another_office().ledger.writing() as connection:
        there = import_zones(connection, handed, NOW_S).register
        assert there.version == here.version == load_register(connection).version


def test_permits_come_back_with_their_revocation_and_the_person_stays_out_of_print(
    write: Any,
) -> None:
    done = write(add_permits, permit(max_aqi=100.0), NOW_S)
    assert done.added == 1
    assert write(add_permits, permit(max_aqi=100.0), NOW_S).added == 0
    write(revoke_permits, "NN-1", "", 18_510, NOW_S)
    loaded = write(load_permits)
    assert loaded.permits["revoked_from"].tolist() == [18_510]
    assert loaded.version != done.permits.version
    assert loaded.permits["responsible"].tolist() == ["张三"]
    assert "张三" not in repr(loaded) + loaded.readable().to_string()


def test_another_permit_of_a_taken_number_is_refused_until_the_first_never_held(
    write: Any,
) -> None:
    write(add_permits, permit(), NOW_S)
    with pytest.raises(UsageError, match="NN-1"):
        write(add_permits, permit(max_aqi=80.0), NOW_S)
    write(revoke_permits, "NN-1", "武鸣区", 18_500, NOW_S)
    assert write(add_permits, permit(max_aqi=80.0), NOW_S).added == 1
    with pytest.raises(UsageError, match="no such permit"):
        write(revoke_permits, "NN-9", "", 18_500, NOW_S)


def test_a_revocation_leaves_the_permit_of_that_number_which_never_held_alone(write: Any) -> None:
    write(add_permits, permit(), NOW_S)
    write(revoke_permits, "NN-1", "", 18_500, NOW_S)
    write(add_permits, permit(valid_from=18_505), NOW_S)
    write(revoke_permits, "NN-1", "", 18_520, NOW_S)
    days = write(load_permits).permits.set_index("valid_from")["revoked_from"]
    assert days.to_dict() == {18_500: 18_500, 18_505: 18_520}


def test_a_revoked_permit_that_is_added_again_holds_again(write: Any) -> None:
    first = write(add_permits, permit(), NOW_S).permits
    write(revoke_permits, "NN-1", "", 18_510, NOW_S)
    again = write(add_permits, permit(), NOW_S)
    assert (again.added, again.reinstated) == (0, 1)
    assert again.permits.version == first.version == write(load_permits).version


def test_of_two_tables_of_air_the_later_value_counts(write: Any) -> None:
    row = {"day": 18_500, "area_adcode": 450100, "aqi": 80.0, "wind_m_s": np.nan}
    first = air_quality_from(pd.DataFrame([row]))
    write(add_air_quality, first, NOW_S, "a.csv", "0")
    write(add_air_quality, first, NOW_S, "a.csv", "0")
    later = air_quality_from(pd.DataFrame([row | {"aqi": 120.0, "wind_m_s": 2.0}]))
    write(add_air_quality, later, NOW_S, "b.csv", "1")
    loaded = write(load_air_quality)
    assert loaded.version == later.version
    assert loaded.of_points([450110], [18_500])[0].tolist() == [120.0]
    assert write(imports)["source_file"].tolist() == ["a.csv", "b.csv"]


def test_of_two_straw_tables_the_later_entry_counts(write: Any) -> None:
    entry = {"day": 18_500, "county_adcode": 450110, "township": "城厢镇", "crop": "rice",
             "use": "unused", "area_ha": 10.0, "tonnes": 50.0, "source_file": "a.csv",
             "source_sha256": "0"}  # fmt: skip
    write(add_straw_stock, straw_stock_from(pd.DataFrame([entry])), NOW_S)
    later = straw_stock_from(pd.DataFrame([entry | {"tonnes": 40.0, "source_file": "b.csv"}]))
    write(add_straw_stock, later, NOW_S)
    loaded = write(load_straw_stock)
    assert loaded.table["tonnes"].tolist() == [40.0]
    assert loaded.table["source_file"].tolist() == ["b.csv"]
    assert loaded.version == later.version
