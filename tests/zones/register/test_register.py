"""The register: what is in force, what makes a zone the same, what makes a version another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from firewatch.core.time import day_number
from zones.register.read import read_zones
from zones.register.register import OPEN_END, Register, register_from
from zones.register.write import write_register

FIRST = day_number(date(2020, 11, 5))


def table(count: int = 3) -> tuple[pd.DataFrame, np.ndarray]:
    zones = pd.DataFrame(
        {
            "kind": ["ban", "restricted", "scenic"][:count],
            "name": ["城区", "其余", "公园"][:count],
            "notice": ["甲〔2019〕1号", "甲〔2019〕1号", "乙〔2020〕2号"][:count],
            "valid_from": [FIRST, FIRST - 100, FIRST][:count],
            "valid_to": [FIRST + 1, OPEN_END, OPEN_END][:count],
        }
    )
    shapes = [shapely.box(108 + i, 22, 108.5 + i, 22.5) for i in range(count)]
    return zones, np.array(shapes, dtype=object)


def test_the_version_is_the_same_for_any_order_of_rows() -> None:
    zones, shapes = table()
    order = [2, 0, 1]
    again = register_from(zones.iloc[order], shapes[order])
    assert again.version == register_from(zones, shapes).version
    assert again.zones["zone_id"].is_monotonic_increasing


def test_whatever_can_change_a_ruling_changes_the_version() -> None:
    zones, shapes = table()
    version = register_from(zones, shapes).version
    changes = {"kind": "scenic", "notice": "丙", "valid_from": FIRST - 1, "valid_to": FIRST + 2}
    for column, value in changes.items():
        other = zones.copy()
        other.loc[0, column] = value
        assert register_from(other, shapes).version != version, column
    moved = shapes.copy()
    moved[0] = shapely.box(108, 22, 108.5, 22.5001)
    assert register_from(zones, moved).version != version


def test_a_ring_drawn_from_another_corner_is_the_same_zone() -> None:
    zones, shapes = table(1)
    turned = shapely.Polygon([(108.5, 22), (108, 22), (108, 22.5), (108.5, 22.5)])
    other = register_from(zones, np.array([shapely.MultiPolygon([turned])], dtype=object))
    assert other.version == register_from(zones, shapes).version


def test_a_zone_that_is_in_both_registers_is_kept_once() -> None:
    zones, shapes = table()
    whole = register_from(zones, shapes)
    part = register_from(zones.iloc[:2], shapes[:2])
    assert len(part.combined(whole)) == 3
    assert part.combined(whole).version == whole.version
    assert Register.empty().combined(whole).version == whole.version


def test_in_force_includes_the_first_and_the_last_day() -> None:
    register = register_from(*table())
    names = {day: set(register.in_force(date(2020, 11, day)).zones["name"]) for day in (4, 5, 6, 7)}
    assert names == {
        4: {"其余"},
        5: {"城区", "其余", "公园"},
        6: {"城区", "其余", "公园"},
        7: {"其余", "公园"},
    }


def test_polygons_stay_with_their_zones_whatever_the_order() -> None:
    register = register_from(*table())
    by_name = dict(zip(register.zones["name"], register.geometry, strict=True))
    assert by_name["公园"].bounds == (110, 22, 110.5, 22.5)
    assert register.in_force(date(2020, 11, 4)).geometry[0].bounds == (109, 22, 109.5, 22.5)


def test_an_empty_register_says_empty() -> None:
    assert Register.empty().version == "empty"
    assert len(Register.empty()) == 0
    assert register_from(*(part[:0] for part in table())).version == "empty"


def test_a_written_register_reads_back_as_the_same(tmp_path: Path) -> None:
    register = register_from(*table())
    write_register(register, tmp_path / "zones.gpkg")
    again = read_zones(tmp_path / "zones.gpkg").register
    assert again.version == register.version
    pd.testing.assert_frame_equal(
        again.zones.drop(columns=["source_file", "source_sha256"]),
        register.zones.drop(columns=["source_file", "source_sha256"]),
    )


def test_an_empty_register_can_be_written(tmp_path: Path) -> None:
    write_register(Register.empty(), tmp_path / "zones.gpkg")
    assert (tmp_path / "zones.gpkg").stat().st_size > 0
