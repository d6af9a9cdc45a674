"""How sure a ruling is: shares of ground and other rulings within half a pixel."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
import shapely
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.core.footprint import NOMINAL_PIXEL_KM, boxes
from firewatch.core.geo import KM_PER_DEGREE
from firewatch.core.time import day_number
from firewatch.core.vocab import Ruling
from zones.geometry.faces import faces_of
from zones.geometry.outlines import Pixels, outlines_of
from zones.geometry.shares import NOTHING, shares
from zones.register.register import Register, register_from
from zones.ruling.certainty import certainty, crossed
from zones.ruling.precedence import precedence_from
from zones.ruling.rule import rule

BEIJING = timezone(timedelta(hours=8))
NOON = datetime(2020, 11, 5, 12, tzinfo=BEIJING)
DAY = day_number(date(2020, 11, 5))
SQUARE = shapely.box(108.0, 22.0, 109.0, 23.0)
RANKS = {"ban": 1, "temporary_ban": 1, "restricted": 2}
RULING_OF = {
    "ban": "ban_violation",
    "temporary_ban": "ban_violation",
    "restricted": "restricted_unpermitted",
}


def points(lon, lat, size_km: float = 1.0, time: datetime = NOON, county: int = 450102):
    lon, lat = np.atleast_1d(lon).astype(float), np.atleast_1d(lat).astype(float)
    when = pd.Series(pd.to_datetime([time] * len(lon), utc=True)).dt.as_unit("s")
    return pd.DataFrame(
        {
            "lon": lon,
            "lat": lat,
            "scan_km": size_km,
            "track_km": size_km,
            "acquired_utc": when,
            "county_adcode": county,
        }
    )


def zone(kind: str, shape, name: str = "区", **more) -> tuple[dict, shapely.Geometry]:
    row = {"kind": kind, "name": name, "notice": "试〔2020〕1号", "valid_from": DAY - 30}
    return row | more, shape


def register_of(*zones: tuple[dict, shapely.Geometry]) -> Register:
    rows = pd.DataFrame([row for row, _ in zones])
    defaults = {"months": 0xFFF, "valid_to": DAY + 400, "hours_from_min": 0, "hours_to_min": 1440}
    for name, value in defaults.items():
        rows[name] = rows[name].fillna(value) if name in rows else value
    return register_from(rows, np.array([shape for _, shape in zones], dtype=object))


def sureness(table: pd.DataFrame, register: Register) -> pd.Series:
    return certainty(rule(table, register), register).iloc[0]


def literal(table: pd.DataFrame, register: Register) -> list[tuple[float, bool]]:
    """One point, one zone at a time: the zones are laid over each other, best first."""
    ground = boxes(table["lon"], table["lat"], table["scan_km"], table["track_km"])
    answers = []
    for row, box in zip(table.itertuples(), ground, strict=True):
        local = row.acquired_utc.astimezone(BEIJING)
        day, minute = (local.date() - date(1970, 1, 1)).days, local.hour * 60 + local.minute
        count = [
            (RANKS[z.kind], -z.valid_from, z.zone_id, RULING_OF[z.kind], shape)
            for z, shape in zip(register.zones.itertuples(), register.geometry, strict=True)
            if z.kind in RANKS
            and z.valid_from <= day <= z.valid_to
            and z.months >> (local.month - 1) & 1
            and z.hours_from_min <= minute < z.hours_to_min
        ]
        count.sort(key=lambda entry: entry[:3])
        covering = [z for z in count if z[4].covers(shapely.Point(row.lon, row.lat))]
        own, share = "unzoned", np.nan
        if covering:
            own = covering[0][3]
            share = covering[0][4].intersection(box).area / box.area if box.area else 1.0
        left, won = box, dict.fromkeys(set(RULING_OF.values()), shapely.Polygon())
        for *_, ruling, shape in count:
            won[ruling] = won[ruling].union(left.intersection(shape))
            left = left.difference(shape)
        won["unzoned"] = left
        foreign = [part.area for ruling, part in won.items() if ruling != own]
        answers.append((share, max(foreign) > NOTHING * box.area))
    return answers


def agrees_with_literal(table: pd.DataFrame, register: Register) -> int:
    found = certainty(rule(table, register), register)
    expected = pd.DataFrame(literal(table, register), columns=list(found.columns))
    np.testing.assert_allclose(found["ruling_share"], expected["ruling_share"], rtol=0, atol=1e-6)
    assert found["near_boundary"].tolist() == expected["near_boundary"].tolist()
    return int(found["near_boundary"].sum())


def star(rng: np.random.Generator, corners: int) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = rng.uniform(0.004, 0.05) * rng.uniform(0.5, 1.2, corners)
    x, y = rng.uniform(108.0, 108.15), rng.uniform(22.0, 22.15)
    return shapely.Polygon(
        np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
    )


def overlapping_layer(rng: np.random.Generator, count: int) -> Register:
    """Stars, stars with holes, pairs of stars, and tiles with shared edges, all dated."""
    zones = []
    for number in range(count):
        shape = star(rng, rng.integers(3, 40))
        if number % 4 == 1:
            shape = shape.difference(star(rng, 8))
        elif number % 4 == 2:
            shape = shape.union(star(rng, 12))
        elif number % 4 == 3:
            x, y = 108 + rng.integers(0, 5) / 32, 22 + rng.integers(0, 5) / 32
            shape = shapely.box(x, y, x + 1 / 32, y + 1 / 32)
        if shape.is_empty:
            continue
        first = DAY + int(rng.integers(-40, 10))
        more = {
            "valid_from": first,
            "valid_to": first + int(rng.integers(20, 90)),
            "months": int(rng.choice([0xFFF, 0xC07])),
            "hours_from_min": int(rng.choice([0, 0, 360])),
            "hours_to_min": int(rng.choice([1440, 1440, 1200])),
        }
        kind = rng.choice(["ban", "temporary_ban", "restricted", "scenic"])
        zones.append(zone(str(kind), shape, f"区{number}", **more))
    return register_of(*zones)


@pytest.mark.parametrize("seed", range(6))
def test_shares_and_boundaries_agree_with_zones_laid_over_each_other(seed: int) -> None:
    rng = np.random.default_rng(20_201_105 + seed)
    register = overlapping_layer(rng, 24)
    table = points(rng.uniform(107.98, 108.2, 150), rng.uniform(21.98, 22.2, 150))
    table["scan_km"], table["track_km"] = rng.uniform(0.1, 5, 150), rng.uniform(0.1, 2.5, 150)
    hours = pd.to_timedelta(rng.integers(-60 * 24, 60 * 24, 150), unit="h")
    table["acquired_utc"] = (table["acquired_utc"] + hours).dt.as_unit("s")
    assert agrees_with_literal(table, register) > 20


def test_work_cut_into_small_parts_gives_the_same_answer(monkeypatch) -> None:
    rng = np.random.default_rng(20_201_105)
    register = overlapping_layer(rng, 30)
    table = points(rng.uniform(107.98, 108.2, 300), rng.uniform(21.98, 22.2, 300), 3.0)
    ruled = rule(table, register)
    whole = certainty(ruled, register)
    monkeypatch.setattr("zones.geometry.shares._CHUNK_PIECES", 50)
    monkeypatch.setattr("zones.ruling.within._CHUNK_PIXELS", 3)
    monkeypatch.setattr("zones.geometry.grid._CHUNK_PAIRS", 20)
    pd.testing.assert_frame_equal(certainty(ruled, register), whole)


cells = st.integers(0, 8)
tile = st.tuples(
    st.sampled_from(["ban", "temporary_ban", "restricted", "scenic"]),
    cells, cells, st.integers(1, 5), st.integers(1, 5), st.booleans(), st.integers(-2, 2),
)  # fmt: skip


@settings(max_examples=examples(40), deadline=None)
@given(
    drawn=st.lists(tile, min_size=1, max_size=9),
    places=st.lists(
        st.tuples(st.integers(0, 32), st.integers(0, 32), st.integers(1, 8)),
        min_size=1,
        max_size=12,
    ),
)
def test_tiles_with_common_edges_and_corners_agree_with_the_literal_way(drawn, places) -> None:
    step = 1 / 64
    zones = []
    for number, (kind, x, y, width, height, with_hole, first) in enumerate(drawn):
        shape = shapely.box(
            108 + x * step, 22 + y * step, 108 + (x + width) * step, 22 + (y + height) * step
        )
        if with_hole:
            shape = shape.difference(shape.centroid.buffer(step / 4, quad_segs=1))
        zones.append(zone(kind, shape, f"区{number}", valid_from=DAY + first))
    table = points(
        [108 + x * step / 4 for x, _, _ in places], [22 + y * step / 4 for _, y, _ in places]
    )
    # Pixels whose sides fall on the edges of tiles, but for rounding.
    half = np.array([size for *_, size in places]) * step / 4
    table["track_km"] = half * 2 * KM_PER_DEGREE
    table["scan_km"] = table["track_km"] * np.cos(np.radians(table["lat"]))
    agrees_with_literal(table, register_of(*zones))


steps = st.integers(-2, 18)


@settings(max_examples=examples(150), deadline=None)
@given(
    corners=st.lists(st.tuples(steps, steps), min_size=3, max_size=9),
    hole=st.booleans(),
    box=st.tuples(st.integers(2, 14), st.integers(2, 14), st.integers(1, 6), st.integers(1, 6)),
)
def test_a_share_is_exact_where_outlines_run_along_sides_and_through_corners(
    corners, hole, box
) -> None:
    shape = shapely.make_valid(shapely.Polygon(corners)).buffer(0)
    if hole:
        shape = shape.difference(shapely.box(5, 5, 7, 9))
    shape = shapely.transform(shape, lambda xy: xy / 256)
    x, y, half_x, half_y = (value / 256 for value in box)
    ground = shapely.box(x - half_x, y - half_y, x + half_x, y + half_y)
    expected = ground.intersection(shape).area / ground.area
    polygons = np.array([shape], dtype=object)
    pixels = Pixels(*(np.array([value]) for value in (x, y, half_x, half_y)))
    found = shares(outlines_of(polygons), polygons, pixels)
    if len(found.share):
        assert found.share[0] == pytest.approx(expected, abs=1e-9)
    else:
        assert expected == pytest.approx(float(shape.covers(shapely.Point(x, y))), abs=1e-9)


def test_a_zone_that_holds_the_whole_pixel_is_sure_and_half_a_pixel_is_half() -> None:
    register = register_of(zone("ban", SQUARE))
    sure = sureness(points(108.5, 22.5), register)
    assert (sure["ruling_share"], sure["near_boundary"]) == (1.0, False)
    half = sureness(points(108.0, 22.5), register)
    assert half["ruling_share"] == pytest.approx(0.5, abs=1e-9)
    assert half["near_boundary"]
    corner = sureness(points(109.0, 23.0), register)
    assert corner["ruling_share"] == pytest.approx(0.25, abs=1e-6)


def test_a_zone_that_goes_before_the_deciding_one_makes_a_boundary_and_one_behind_it_none() -> None:
    # The point lies 300 m inside the restricted area of the left, the ban begins 200 m east of it.
    east = shapely.box(108.5, 22.0, 109.0, 23.0)
    register = register_of(zone("restricted", SQUARE), zone("ban", east))
    restricted = sureness(points(108.498, 22.5), register)
    assert (restricted["ruling_share"], restricted["near_boundary"]) == (1.0, True)
    ban = sureness(points(108.502, 22.5), register)
    assert ban["ruling_share"] == pytest.approx(0.5 + 0.002 / 0.00973, abs=1e-3)
    assert ban["near_boundary"]
    behind = register_of(zone("ban", SQUARE), zone("restricted", east))
    assert not sureness(points(108.498, 22.5), behind)["near_boundary"]


def test_neighbours_with_one_ruling_make_no_boundary_between_them() -> None:
    west, east = shapely.box(108.0, 22.0, 108.5, 23.0), shapely.box(108.5, 22.0, 109.0, 23.0)
    for kind in ("ban", "temporary_ban"):
        register = register_of(zone("ban", west), zone(kind, east))
        sure = sureness(points(108.501, 22.5), register)
        assert sure["ruling_share"] < 0.8
        assert not sure["near_boundary"]
    apart = register_of(zone("ban", west), zone("ban", shapely.box(108.5002, 22.0, 109.0, 23.0)))
    assert sureness(points(108.501, 22.5), apart)["near_boundary"]
    with_more_corners = register_of(
        zone("ban", west), zone("ban", shapely.segmentize(east, 0.0013))
    )
    assert not sureness(points(108.501, 22.5), with_more_corners)["near_boundary"]


def test_an_unzoned_point_is_near_a_boundary_where_a_zone_reaches_into_its_pixel() -> None:
    register = register_of(
        zone("ban", SQUARE), zone("scenic", shapely.box(110.0, 22.0, 111.0, 23.0))
    )
    lon = [107.997, 107.99, 109.999]
    found = certainty(rule(points(lon, [22.5] * 3), register), register)
    assert found["ruling_share"].isna().all()
    assert found["near_boundary"].tolist() == [True, False, False]


def test_a_zone_that_only_touches_the_pixel_makes_no_boundary() -> None:
    table = points(107.997, 22.5)
    edge = boxes(table["lon"], table["lat"], table["scan_km"], table["track_km"])[0].bounds[2]
    register = register_of(zone("ban", shapely.box(edge, 22.0, 109.0, 23.0)))
    assert not sureness(table, register)["near_boundary"]


@pytest.mark.parametrize(
    ("limit", "time", "expected"),
    [
        ({"valid_from": DAY + 1}, NOON, False),
        ({"valid_from": DAY + 1}, NOON.replace(day=6, hour=0), True),
        ({"valid_to": DAY}, NOON.replace(hour=23, minute=59), True),
        ({"valid_to": DAY}, NOON.replace(day=6, hour=0), False),
        ({"months": 1 << 11}, NOON, False),
        ({"months": 1 << 10}, NOON, True),
        ({"hours_from_min": 360, "hours_to_min": 720}, NOON, False),
        ({"hours_from_min": 360, "hours_to_min": 721}, NOON, True),
        ({"retired_from": DAY, "retired_by": "后〔2020〕2号"}, NOON, False),
        ({"retired_from": DAY + 1, "retired_by": "后〔2020〕2号"}, NOON, True),
    ],
)
def test_only_zones_in_force_at_the_moment_make_a_boundary(limit, time, expected) -> None:
    register = register_of(zone("ban", SQUARE, **limit))
    assert sureness(points(107.997, 22.5, time=time), register)["near_boundary"] == expected


def test_a_point_without_a_pixel_is_sure_and_near_nothing() -> None:
    table = points([108.0, 108.5, 107.9], [22.5] * 3, np.nan)
    register = register_of(zone("ban", SQUARE))
    found = certainty(rule(table, register), register)
    assert found["ruling_share"].tolist()[:2] == [1.0, 1.0]
    assert np.isnan(found["ruling_share"][2])
    assert not found["near_boundary"].any()


def test_a_satellite_row_that_does_not_say_its_pixel_has_the_nominal_one() -> None:
    families = ["MODIS", "VIIRS_M", "VIIRS_I", "SUPERVISION"]
    west = 0.3 / 111.195 / np.cos(np.radians(22.5))
    table = points([108.0 - west] * 4, [22.5] * 4, np.nan)
    table["product_family"] = pd.Categorical(families)
    register = register_of(zone("ban", SQUARE))
    near = certainty(rule(table, register), register)["near_boundary"]
    assert near.tolist() == [NOMINAL_PIXEL_KM.get(name, 0) / 2 > 0.3 for name in families]


def test_a_point_outside_the_region_has_no_certainty() -> None:
    register = register_of(zone("ban", SQUARE))
    sure = sureness(points(108.0, 22.5, county=0), register)
    assert np.isnan(sure["ruling_share"])
    assert not sure["near_boundary"]


def test_another_table_of_precedence_moves_the_boundary() -> None:
    table = pd.DataFrame(
        {"kind": ["scenic"], "effect": "ruling", "ruling": "ban_violation", "rank": 1}
    )
    order = precedence_from(table)
    register = register_of(zone("ban", SQUARE), zone("scenic", shapely.box(108, 22, 108.5, 23)))
    ruled = rule(points([108.0, 108.5, 109.0], [22.5] * 3), register, order)
    found = certainty(ruled, register, order)
    assert found["near_boundary"].tolist() == [True, True, False]


def test_a_permit_does_not_change_the_certainty_of_the_zone() -> None:
    register = register_of(zone("restricted", SQUARE))
    ruled = rule(points(108.0, 22.5), register)
    permitted = ruled.assign(ruling=Ruling.RESTRICTED_PERMITTED)
    pd.testing.assert_frame_equal(certainty(permitted, register), certainty(ruled, register))


def test_a_permit_in_force_crosses_the_pixels_on_its_edge_only() -> None:
    permits = np.array([SQUARE, shapely.box(110.0, 22.0, 110.001, 22.001)], dtype=object)
    table = points([108.0, 108.5, 110.0, 111.0], [22.5, 22.5, 22.0, 22.0])
    assert crossed(table, permits).tolist() == [True, False, True, False]
    found = crossed(table, permits, lambda permit, point: (permit == 0) | (point != 2))
    assert found.tolist() == [True, False, False, False]
    assert not crossed(table, permits[:0]).any()
    assert not crossed(table.assign(scan_km=np.nan), permits).any()


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 10**6))
def test_faces_fill_the_square_and_no_outline_runs_through_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outline = star(rng, 9)
    x, y = outline.exterior.xy
    ring = np.stack([np.array(x) - x[0], np.array(y) - y[0]]) * 30 + rng.uniform(0, 1, (2, 1))
    group = np.repeat([3, 7], ring.shape[1] - 1)
    starts, ends = np.tile(ring[:, :-1], 2), np.tile(ring[:, 1:], 2)
    faces = faces_of(starts, ends, group)
    assert set(faces.group.tolist()) == {3, 7}
    square, inside = shapely.box(0, 0, 1, 1), shapely.Polygon(ring.T)
    within = shapely.contains_xy(inside, faces.x, faces.y) & (faces.group == 3)
    assert faces.area[within].sum() == pytest.approx(square.intersection(inside).area, abs=1e-9)
    assert faces.area.sum() == pytest.approx(2, abs=1e-9)


def test_no_zone_and_no_point_give_empty_answers() -> None:
    table = points([108.5, 110], [22.5, 23])
    found = certainty(rule(table, Register.empty()), Register.empty())
    assert found["ruling_share"].isna().all()
    assert not found["near_boundary"].any()
    register = register_of(zone("ban", SQUARE))
    assert len(certainty(rule(points([], []), register), register)) == 0
    only_marks = register_of(zone("scenic", SQUARE))
    assert certainty(rule(table, only_marks), only_marks)["ruling_share"].isna().all()


def test_the_order_of_rows_changes_nothing_and_the_index_stays() -> None:
    rng = np.random.default_rng(5)
    register = overlapping_layer(rng, 20)
    table = rule(points(rng.uniform(108, 108.2, 200), rng.uniform(22, 22.2, 200), 2.0), register)
    shuffled = table.sample(frac=1, random_state=1)
    again = certainty(shuffled, register)
    assert again.index.tolist() == shuffled.index.tolist()
    pd.testing.assert_frame_equal(again.sort_index(), certainty(table, register))
