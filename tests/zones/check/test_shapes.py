"""Rings, slivers and repeats: what is wrong with a shape, where, and by how much."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from zones.check import Severity, check_zones
from zones.check.slivers import SLIVER_ROUNDNESS, SLIVER_WIDTH_KM, TINY_KM2
from zones.places.areas import Areas

SQUARE = shapely.box(108.2, 22.7, 108.4, 22.9)
ELSEWHERE = shapely.box(108.6, 22.7, 108.8, 22.9)
BOW_TIE = shapely.Polygon([(108.2, 22.7), (108.4, 22.9), (108.4, 22.7), (108.2, 22.9)])


def test_a_bow_tie_is_told_with_its_crossing_and_both_areas(check, of_code, geodesic_km2) -> None:
    (found,) = of_code(check([SQUARE, BOW_TIE]), "invalid_ring")
    assert found.features == (2,)
    assert (found.lon, found.lat) == pytest.approx((108.3, 22.8))
    mended = geodesic_km2(shapely.make_valid(BOW_TIE))
    assert found.found.values["after_km2"] == pytest.approx(mended, rel=1e-4)
    assert found.found.values["change_km2"] == pytest.approx(mended, rel=1e-4)
    assert found.found.values["before_km2"] == pytest.approx(0, abs=1e-6)


def test_every_crossing_of_a_ring_is_a_place(check, of_code) -> None:
    x = np.linspace(108.2, 108.4, 6)
    zigzag = [(a, 22.8 + 0.05 * (-1) ** i) for i, a in enumerate(x)]
    ring = [(108.2, 22.8), *zigzag[1:-1], (108.4, 22.8)]
    ring = [*ring, (108.2, 22.8)]
    (found,) = of_code(check([shapely.Polygon(ring)]), "invalid_ring")
    line = shapely.LineString(ring)
    expected = {
        (round(p.x, 9), round(p.y, 9))
        for i in range(len(ring) - 1)
        for j in range(i + 2, len(ring) - 1)
        for p in [
            shapely.LineString(ring[i : i + 2]).intersection(shapely.LineString(ring[j : j + 2]))
        ]
        if not p.is_empty and p.geom_type == "Point" and p.coords[0] != ring[0]
    }
    assert not line.is_simple
    got = {(round(p.x, 9), round(p.y, 9)) for p in found.found.shapes}
    assert got == expected
    assert found.found.values["count"] == len(expected)


def test_a_repair_that_changes_no_area_is_but_a_note(check, of_code) -> None:
    touching = shapely.Polygon(
        [(108.2, 22.7), (108.3, 22.7), (108.4, 22.7), (108.4, 22.9), (108.3, 22.7), (108.2, 22.9)]
    )
    report = check([touching])
    assert [f.severity for f in of_code(report, "invalid_trifle")] == [Severity.NOTE]
    assert of_code(report, "invalid_ring") == []


def test_a_sound_file_has_nothing_said_of_its_shapes(check, of_code) -> None:
    report = check([SQUARE, ELSEWHERE], authority=["南宁市人民政府"] * 2)
    for code in ("invalid_ring", "sliver", "sliver_part", "tiny", "repeated", "same_shape"):
        assert of_code(report, code) == []


def test_slivers_are_found_as_a_literal_look_at_every_part_finds_them(check, of_code) -> None:
    rng = np.random.default_rng(7)
    shapes = []
    for row in range(40):
        x, y = 107.0 + 0.03 * (row % 8), 23.0 + 0.03 * (row // 8)
        parts = [
            shapely.affinity.rotate(
                shapely.box(a, y, a + 10 ** rng.uniform(-5.5, -2), y + 10 ** rng.uniform(-5.5, -2)),
                rng.uniform(0, 180),
            )
            for a in (x, x + 0.012)[: rng.integers(1, 3)]
        ]
        shapes.append(shapely.MultiPolygon(parts))
    report, geod = check(shapes), Geod(ellps="WGS84")

    def measured(part: shapely.Polygon) -> tuple[bool, bool]:
        area, perimeter = geod.geometry_area_perimeter(part)
        area, perimeter = abs(area) / 1e6, perimeter / 1e3
        thin = 2 * area / perimeter < SLIVER_WIDTH_KM
        thin &= 4 * np.pi * area / perimeter**2 < SLIVER_ROUNDNESS
        return thin, area < TINY_KM2

    looks = [[measured(part) for part in shape.geoms] for shape in shapes]
    whole = {i + 1 for i, parts in enumerate(looks) if all(thin for thin, _ in parts)}
    partly = {i + 1 for i, parts in enumerate(looks) if any(thin for thin, _ in parts)} - whole
    assert {f.features[0] for f in of_code(report, "sliver")} == whole
    assert {f.features[0] for f in of_code(report, "sliver_part")} == partly
    small = {i + 1 for i, parts in enumerate(looks) if any(t and not s for s, t in parts)}
    told = of_code(report, "tiny") + of_code(report, "tiny_part")
    assert {f.features[0] for f in told} == small
    assert whole
    assert partly
    assert small


def test_slits_and_pinholes_of_a_zone_are_told_as_holes(check, of_code) -> None:
    slit = shapely.box(108.25, 22.8, 108.35, 22.8001)
    pinhole = shapely.box(108.3, 22.85, 108.3002, 22.8502)
    wide = shapely.box(108.22, 22.72, 108.26, 22.76)
    report = check([SQUARE - slit - pinhole - wide])
    (found,) = of_code(report, "sliver_hole")
    assert found.found.values["width_m"] == pytest.approx(11, abs=0.5)
    assert of_code(report, "tiny_hole")[0].found.values["count"] == 1


def test_the_side_of_a_road_is_no_sliver(check, of_code) -> None:
    road = shapely.box(108.0, 23.0, 108.5, 23.001)
    assert of_code(check([road]), "sliver") == []


def test_the_same_shape_is_found_wherever_its_ring_begins(check, of_code) -> None:
    corners = list(SQUARE.exterior.coords)[:-1]
    turned = shapely.Polygon([*corners[2:], *corners[:2]])
    backwards = shapely.MultiPolygon([shapely.Polygon(corners[::-1])])
    (found,) = of_code(check([SQUARE, ELSEWHERE, turned, backwards]), "same_shape")
    assert found.features == (1, 3, 4)


def test_one_zone_twice_is_told_once_and_kept_once(read, areas: Areas, of_code) -> None:
    reading = read([SQUARE, ELSEWHERE, SQUARE], name=["城区", "别处", "城区"])
    from zones.register.register import Register

    report = check_zones(reading, areas, Register.empty())
    assert [f.features for f in of_code(report, "repeated")] == [(1, 3)]
    assert of_code(report, "same_shape") == []
    assert len(reading.register) == 2


def test_the_same_shape_in_other_months_or_of_another_kind_is_no_repeat(check, of_code) -> None:
    report = check(
        [SQUARE] * 3, kind=["ban", "ban", "scenic"], months=["11-3", "4-10", None]
    )  # fmt: skip
    assert of_code(report, "same_shape") == []


def test_a_redrawn_zone_is_nearly_the_same(check, of_code) -> None:
    rng = np.random.default_rng(3)
    circle = shapely.Point(108.5, 23.0).buffer(0.1)
    xy = shapely.get_coordinates(circle)
    redrawn = shapely.Polygon(xy + rng.uniform(-2e-4, 2e-4, xy.shape))
    smaller = shapely.Point(108.5, 23.0).buffer(0.095)
    (found,) = of_code(check([circle, smaller, redrawn]), "near_repeat")
    assert found.features == (1, 3)
    literal = (circle ^ redrawn).area / max(circle.area, redrawn.area)
    assert found.found.values["differ_share"] == pytest.approx(literal)


def test_near_repeats_are_those_of_a_literal_comparison_of_all_pairs(check, of_code) -> None:
    rng = np.random.default_rng(11)
    base = [shapely.Point(*p).buffer(0.02) for p in rng.uniform((108, 23), (108.2, 23.2), (12, 2))]
    shapes = base + [
        shapely.affinity.translate(
            shapely.affinity.scale(s, rng.uniform(0.98, 1.02)), *rng.normal(0, 1.5e-4, 2)
        )
        for s in base
    ]
    literal = {
        (i + 1, j + 1)
        for i in range(len(shapes))
        for j in range(i + 1, len(shapes))
        if (shapes[i] ^ shapes[j]).area / max(shapes[i].area, shapes[j].area) < 0.01
    }
    assert {f.features for f in of_code(check(shapes), "near_repeat")} == literal
    assert 0 < len(literal) < 12


def test_a_zone_on_record_is_known_again(check, read, of_code) -> None:
    record = read([SQUARE]).register
    report = check([SQUARE, ELSEWHERE], record)
    (found,) = of_code(report, "on_record")
    assert found.features == (1,)
    assert found.found.against == (record.zones["zone_id"][0],)
    assert report.can_import


def test_a_shape_on_record_under_another_notice_asks_for_replaces(check, read, of_code) -> None:
    record = read([SQUARE], notice=["南府规〔2019〕5号"]).register
    report = check([ELSEWHERE, SQUARE], record)
    (found,) = of_code(report, "same_on_record")
    assert found.features == (2,)
    assert found.found.against == (record.zones["zone_id"][0],)
    assert found.found.values["notice"] == "南府规〔2019〕5号"


def test_a_zone_redrawn_by_a_hair_is_known_from_the_record(check, read, of_code) -> None:
    record = read([SQUARE]).register
    redrawn = shapely.transform(SQUARE, lambda points: points + 1e-7)
    report = check([ELSEWHERE, redrawn], record)
    (found,) = of_code(report, "near_on_record")
    assert found.features == (2,)
    assert found.found.against == (record.zones["zone_id"][0],)
    assert found.found.values["differ_share"] < 1e-4
    later = check([redrawn], record.retired(record.zones["zone_id"], 20089, "南府规〔2025〕3号"))
    assert of_code(later, "near_on_record") == []


def test_importing_a_retired_zone_again_is_told_to_put_it_in_force(check, read, of_code) -> None:
    record = read([SQUARE, ELSEWHERE]).register
    by = "南府规〔2025〕9号"
    report = check([SQUARE], record.retired(record.zones["zone_id"], 20_200, by))
    (found,) = of_code(report, "counting_again")
    assert (found.features, found.found.values["by"]) == ((1,), by)
    assert of_code(report, "on_record") == []


def test_a_retired_zone_on_record_is_no_repeat(check, read, of_code) -> None:
    record = read([SQUARE], notice=["南府规〔2019〕5号"]).register
    retired = record.retired(record.zones["zone_id"], 20089, "南府规〔2025〕3号")
    assert of_code(check([SQUARE], retired), "same_on_record") == []
