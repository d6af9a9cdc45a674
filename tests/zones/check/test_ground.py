"""Overlaps, gaps and what lies outside: against plain pairwise overlays and geodesic areas."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from zones.check.uncovered import uncovered
from zones.places.areas import GAP_KM, Areas

KM_LAT = 111.19
LIUZHOU = "柳州市人民政府"


def circles(seed: int, count: int, west: float, south: float, spread: float) -> list:
    rng = np.random.default_rng(seed)
    centres = rng.uniform((west, south), (west + spread, south + spread), (count, 2))
    return [
        shapely.Point(*c).buffer(r)
        for c, r in zip(centres, rng.uniform(0.01, 0.05, count), strict=True)
    ]


def test_overlaps_of_ban_and_restricted_are_those_of_all_pairs(
    check, of_code, geodesic_km2
) -> None:
    rng = np.random.default_rng(5)
    shapes = circles(5, 60, 108.0, 22.5, 0.4)
    kind = rng.choice(["ban", "restricted", "scenic"], 60).tolist()
    begins = rng.choice(["2025-01-01", "2025-07-01"], 60).tolist()
    ends = rng.choice(["2025-06-30", "2025-12-31"], 60).tolist()
    ends = [e if e > b else "2025-12-31" for b, e in zip(begins, ends, strict=True)]
    report = check(shapes, kind=kind, valid_from=begins, valid_to=ends)
    literal = {}
    for i, ban in enumerate(shapes):
        for j, restricted in enumerate(shapes):
            together = max(begins[i], begins[j]) <= min(ends[i], ends[j])
            if (
                kind[i] == "ban"
                and kind[j] == "restricted"
                and together
                and ban.intersects(restricted)
            ):
                literal[i + 1, j + 1] = geodesic_km2(ban & restricted)
    told = {f.features: f.area_km2 for f in of_code(report, "overlap")}
    wide = {pair: area for pair, area in literal.items() if area > 0.05}
    assert wide.keys() <= told.keys() <= literal.keys()
    assert {pair: told[pair] for pair in wide} == pytest.approx(wide, rel=1e-3)
    assert len(wide) >= 15
    strips = of_code(report, "overlap_strip")
    rest = sum(literal.values()) - sum(literal[pair] for pair in told)
    assert sum(f.area_km2 for f in strips) == pytest.approx(rest, abs=1e-3)


def test_a_place_of_an_overlap_lies_in_both_zones(check, of_code) -> None:
    shapes = circles(2, 20, 108.0, 22.5, 0.15)
    kind = ["ban", "restricted"] * 10
    found = of_code(check(shapes, kind=kind), "overlap")
    assert found
    for finding in found:
        place = shapely.Point(finding.lon, finding.lat)
        assert all(shapes[number - 1].contains(place) for number in finding.features)


def test_neighbours_that_share_a_border_do_not_overlap(check, of_code) -> None:
    left, right = shapely.box(108, 22.5, 108.2, 22.7), shapely.box(108.2, 22.5, 108.4, 22.7)
    report = check([left, right], kind=["ban", "restricted"])
    assert of_code(report, "overlap") == of_code(report, "overlap_strip") == []


def test_a_border_drawn_twice_is_a_strip_and_not_a_contradiction(check, of_code) -> None:
    left = shapely.box(108, 22.5, 108.2001, 22.7)
    right = shapely.box(108.2, 22.5, 108.4, 22.7)
    report = check([left, right], kind=["ban", "restricted"])
    assert of_code(report, "overlap") == []
    assert of_code(report, "overlap_strip")[0].area_km2 == pytest.approx(
        0.0001 * 0.2 * KM_LAT**2 * np.cos(np.radians(22.6)), rel=0.01
    )


@pytest.mark.parametrize(
    ("ban", "restricted"),
    [
        ({"months": ["11-3"]}, {"months": ["4-10"]}),
        ({"hours": ["06:00-18:00"]}, {"hours": ["18:00-06:00"]}),
        ({"valid_to": ["2025-06-30"]}, {"valid_from": ["2025-07-01"]}),
        ({"crop": ["甘蔗"]}, {"crop": ["水稻"]}),
        (
            {"months": ["7-8"], "valid_to": ["2025-12-31"]},
            {"valid_from": ["2025-09-01"], "valid_to": ["2025-12-31"]},
        ),
    ],
)
def test_zones_never_in_force_together_do_not_contradict(
    check, read, of_code, ban: dict, restricted: dict
) -> None:
    shape = shapely.box(108, 22.5, 108.2, 22.7)
    record = read([shape], kind=["ban"], notice=["旧"], **ban).register
    report = check([shape], record, kind=["restricted"], **restricted)
    assert of_code(report, "overlap") == []
    assert len(of_code(check([shape], record, kind=["restricted"]), "overlap")) == 1


def test_an_overlap_with_the_record_names_the_zone_and_its_notice(check, read, of_code) -> None:
    shape = shapely.box(108, 22.5, 108.2, 22.7)
    record = read([shape], notice=["南府规〔2019〕5号"], name=["老城区"]).register
    (found,) = of_code(check([shape], record, kind=["restricted"]), "overlap")
    assert found.features == (1,)
    assert found.found.against == (record.zones["zone_id"][0],)
    assert found.found.values["ban"] == "“老城区”（南府规〔2019〕5号）"
    assert found.found.values["of_ban_share"] == pytest.approx(1)


def test_bans_that_overlap_bans_are_one_note(check, of_code, geodesic_km2) -> None:
    shapes = circles(9, 15, 108.0, 22.5, 0.1)
    report = check(shapes)
    assert of_code(report, "overlap") == []
    (found,) = of_code(report, "overlap_same_kind")
    pairs = [a & b for i, a in enumerate(shapes) for b in shapes[i + 1 :] if a.intersects(b)]
    assert found.area_km2 == pytest.approx(sum(map(geodesic_km2, pairs)), rel=0.01)


def test_restricted_drawn_as_the_rest_of_a_city_leaves_no_gap(check, of_code, city) -> None:
    bans = shapely.union_all(circles(4, 12, 109.2, 24.2, 0.3))
    report = check(
        [bans, city("柳州市") - bans], kind=["ban", "restricted"], authority=[LIUZHOU] * 2
    )
    for code in ("gap", "gap_strip", "gap_border", "overlap", "outside", "across"):
        assert of_code(report, code) == []


def test_a_hole_left_out_of_both_is_told_with_its_area_and_place(
    check, of_code, city, geodesic_km2
) -> None:
    whole = city("柳州市")
    hole, small = shapely.box(109.30, 24.25, 109.36, 24.29), shapely.box(109.5, 24.4, 109.52, 24.41)
    ban = shapely.box(109.36, 24.20, 109.5, 24.5)
    report = check(
        [ban, whole - ban - hole - small], kind=["ban", "restricted"], authority=[LIUZHOU] * 2
    )
    (found,) = of_code(report, "gap")
    assert found.area_km2 == pytest.approx(geodesic_km2(hole) + geodesic_km2(small), rel=1e-3)
    assert found.found.values["count"] == 2
    assert hole.contains(shapely.Point(found.lon, found.lat))
    assert found.found.values["home"] == "柳州市"


def test_a_county_forgotten_by_its_city_is_a_gap(check, of_code, city, geodesic_km2) -> None:
    forgotten = city("柳江区")
    report = check(
        [city("柳州市") - forgotten], kind=["restricted"], authority=[LIUZHOU]
    )  # fmt: skip
    (found,) = of_code(report, "gap")
    assert found.area_km2 == pytest.approx(geodesic_km2(forgotten), rel=1e-3)


def test_a_county_that_drew_its_own_zones_answers_for_itself_only(check, of_code, city) -> None:
    for authority in ("浦北县人民政府", ""):
        report = check([city("浦北县")], kind=["restricted"], authority=[authority])
        assert of_code(report, "gap") == []


def test_another_boundary_layer_leaves_strips_and_no_holes(check, of_code, city) -> None:
    drawn = city("柳州市").buffer(-0.0006)
    report = check([drawn], kind=["restricted"], authority=[LIUZHOU])
    assert of_code(report, "gap") == []
    (found,) = of_code(report, "gap_border")
    assert found.area_km2 > 50
    outside = check([city("柳州市").buffer(0.0006)], kind=["restricted"], authority=[LIUZHOU])
    assert of_code(outside, "outside") == []
    assert of_code(outside, "outside_strip")[0].area_km2 > 50


def test_a_slit_between_zones_is_no_hole(check, of_code, city, geodesic_km2) -> None:
    slit = shapely.box(109.2, 24.3, 109.4, 24.3005)
    report = check([city("柳州市") - slit], kind=["restricted"], authority=[LIUZHOU])
    assert of_code(report, "gap") == []
    (found,) = of_code(report, "gap_strip")
    assert found.area_km2 == pytest.approx(geodesic_km2(slit), rel=1e-3)


def test_the_zones_on_record_fill_gaps_too(check, read, of_code, city) -> None:
    ban = shapely.box(109.36, 24.20, 109.5, 24.5)
    record = read([ban], authority=[LIUZHOU], notice=["旧"]).register
    rest = [city("柳州市") - ban]
    said = {"kind": ["restricted"], "authority": [LIUZHOU]}
    assert of_code(check(rest, record, **said), "gap") == []
    assert len(of_code(check(rest, **said), "gap")) == 1
    ended = record.retired(record.zones["zone_id"], 20000, "新")
    assert len(of_code(check(rest, ended, **said), "gap")) == 1


def test_a_winter_ban_is_looked_at_in_winter(check, of_code, city) -> None:
    ban = shapely.box(109.36, 24.20, 109.5, 24.5)
    report = check(
        [ban, city("柳州市") - ban],
        kind=["ban", "restricted"],
        valid_from=["2025-06-01"] * 2,
        months=["11-3", None],
        authority=[LIUZHOU] * 2,
    )
    assert of_code(report, "gap") == []


def test_zones_of_other_days_are_told_not_to_have_been_looked_at(check, of_code) -> None:
    shapes = [shapely.box(x, 24.2, x + 0.05, 24.3) for x in (109.1, 109.2, 109.3, 109.4)]
    report = check(
        shapes,
        valid_from=["2021-01-01", "2022-01-01", "2023-01-01", "2023-01-01"],
        valid_to=["2021-12-31", "2022-12-31", "2023-12-31", "2023-12-31"],
    )
    (found,) = of_code(report, "gap_other_days")
    assert len(found.features) == 1
    assert "2023-01-01" in found.found.values["day"]


def test_bans_alone_are_told_to_lack_a_restricted_area(check, of_code) -> None:
    report = check([shapely.box(109.36, 24.20, 109.5, 24.5)])
    assert of_code(report, "gap") == []
    assert [f.found.values["home"] for f in of_code(report, "no_restricted")] == ["柳州市"]


def test_ground_no_zone_covers_is_what_a_plain_difference_leaves(
    areas: Areas, geodesic_km2
) -> None:
    counties = areas.geometry[:6].copy()
    west, south, east, north = shapely.total_bounds(counties)
    rng = np.random.default_rng(21)
    zones = np.array(
        [
            shapely.Point(rng.uniform(west, east), rng.uniform(south, north)).buffer(r)
            for r in rng.uniform(0.02, 0.2, 120)
        ]
    )
    wide, strips = uncovered(counties, zones, GAP_KM)
    union = shapely.union_all(zones)
    for i, county in enumerate(counties):
        literal = county - union
        told = wide.area_km2[wide.area == i].sum() + strips.area_km2[strips.area == i].sum()
        assert told == pytest.approx(geodesic_km2(literal), rel=1e-3, abs=1e-3)
        ground = shapely.union_all(wide.shape[wide.area == i])
        assert (ground - literal).area < 1e-9
        # What is left of the ground when a disk half as wide again is rolled along it is wide.
        shrunk = literal.buffer(-0.75 * GAP_KM / 105)
        assert (shrunk - ground).area < 1e-9
        pieces = [p for p in shapely.get_parts(literal) if not p.buffer(-GAP_KM / 105).is_empty]
        assert len(np.unique(wide.hole[wide.area == i])) >= len(pieces)


def test_a_zone_of_a_city_drawn_in_another_keeps_the_file_out(check, of_code) -> None:
    in_nanning = shapely.box(108.2, 22.7, 108.4, 22.9)
    report = check([in_nanning], authority=["桂林市人民政府"])
    (found,) = of_code(report, "elsewhere")
    assert (found.found.values["home"], found.found.values["lies_in"]) == ("桂林市", "南宁市")
    assert not report.can_import


def test_a_zone_in_another_province_keeps_the_file_out(check, of_code) -> None:
    in_yunnan, in_nanning = (
        shapely.box(104.5, 23.3, 104.6, 23.4),
        shapely.box(108.2, 22.7, 108.4, 22.9),
    )
    report = check([in_nanning, in_yunnan], authority=["", ""])
    (found,) = of_code(report, "beyond")
    assert found.features == (2,) and not report.can_import
    assert of_code(report, "across") == []


@pytest.mark.parametrize(
    "said",
    [
        {"authority": ["柳州市生态环境局"]},
        {"city": ["柳州市"]},
        {"city": ["柳州"]},
        {"adcode": ["450200"]},
        {"adcode": ["450200000000"], "authority": ["桂林市人民政府"]},
    ],
)
def test_what_reaches_out_of_its_city_is_measured(
    check, of_code, city, geodesic_km2, said: dict
) -> None:
    shape = shapely.box(109.2, 23.9, 109.5, 24.4)
    (found,) = of_code(check([shape], **said), "outside")
    literal = geodesic_km2(shape - city("柳州市"))
    assert found.area_km2 == pytest.approx(literal, rel=1e-3)
    assert found.found.values["outside_share"] == pytest.approx(
        literal / geodesic_km2(shape), rel=1e-3
    )
    assert not city("柳州市").contains(shapely.Point(found.lon, found.lat))


def test_the_county_in_an_authority_is_the_home(check, of_code, city) -> None:
    beside = shapely.box(109.36, 24.20, 109.5, 24.5) - city("柳江区")
    report = check([beside], authority=["柳州市柳江区人民政府"])
    assert len(of_code(report, "elsewhere")) == 1
    assert of_code(check([city("横州市")], authority=["横县人民政府"]), "outside") == []


def test_the_region_may_draw_anywhere(check, of_code) -> None:
    shape = shapely.box(108.2, 22.7, 110.4, 24.9)
    report = check([shape], authority=["广西壮族自治区生态环境厅"])
    assert of_code(report, "outside") == of_code(report, "across") == []


def test_a_zone_of_nobody_across_a_border_is_told_by_the_city_that_has_most(
    check, of_code, areas: Areas, geodesic_km2
) -> None:
    shape = shapely.box(109.2, 23.9, 109.5, 24.4)
    held = [geodesic_km2(shape & city) for city in areas.city_geometry()]
    main = int(np.argmax(held))
    (found,) = of_code(check([shape]), "across")
    assert found.found.values["home"] == areas.cities()["name"][main]
    assert found.area_km2 == pytest.approx(geodesic_km2(shape) - held[main], rel=1e-3)
