"""Which zone rules a fire point: dates, edges, precedence, marks, reasons."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
import shapely
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.core.time import day_number
from firewatch.core.vocab import Language, Ruling
from zones.register.register import OPEN_END, Register, register_from
from zones.ruling.precedence import default_precedence, precedence_from
from zones.ruling.reasons import reasons
from zones.ruling.rule import rule

DAY = day_number(date(2020, 11, 5))
NOON = "2020-11-05T04:00:00Z"


def zone(kind: str, shape: shapely.Geometry, name: str = "", first: int = DAY, **more) -> dict:
    known = {"kind": kind, "name": name or kind, "notice": "南府规〔2019〕5号", "shape": shape}
    return {**known, "valid_from": first, **more}


def register_of(*zones: dict) -> Register:
    table = pd.DataFrame(list(zones))
    if "valid_to" in table:
        table["valid_to"] = table["valid_to"].fillna(OPEN_END).astype("int64")
    return register_from(table, table["shape"].to_numpy())


def points(lon, lat, times=NOON, county=450102) -> pd.DataFrame:
    lon = np.atleast_1d(lon).astype(float)
    moments = [times] * len(lon) if isinstance(times, str) else times
    acquired = pd.Series(pd.to_datetime(moments, utc=True))
    return pd.DataFrame(
        {
            "lon": lon,
            "lat": np.atleast_1d(lat).astype(float),
            "acquired_utc": acquired.dt.as_unit("s"),
            "county_adcode": county,
        }
    )


SQUARE = shapely.box(108.0, 22.0, 109.0, 23.0)


def test_a_zone_counts_from_midnight_of_its_first_beijing_day() -> None:
    register = register_of(zone("ban", SQUARE))
    times = pd.to_datetime(["2020-11-04T15:59:59Z", "2020-11-04T16:00:00Z"])
    ruled = rule(points([108.5, 108.5], [22.5, 22.5], times), register)
    assert ruled["ruling"].tolist() == [Ruling.UNZONED, Ruling.BAN_VIOLATION]


def test_a_zone_counts_until_midnight_after_its_last_beijing_day() -> None:
    register = register_of(zone("ban", SQUARE, first=DAY - 30, valid_to=DAY))
    times = pd.to_datetime(["2020-11-05T15:59:59Z", "2020-11-05T16:00:00Z"])
    ruled = rule(points([108.5, 108.5], [22.5, 22.5], times), register)
    assert ruled["ruling"].tolist() == [Ruling.BAN_VIOLATION, Ruling.UNZONED]
    assert ruled["zones_hit"].tolist() == [register.zones["zone_id"][0], ""]


def test_ban_goes_before_restricted_whichever_came_later() -> None:
    register = register_of(
        zone("ban", SQUARE, first=DAY - 400), zone("restricted", SQUARE, first=DAY - 1)
    )
    ruled = rule(points(108.5, 22.5), register).iloc[0]
    assert ruled["ruling"] == Ruling.BAN_VIOLATION
    assert ruled["ruling_zone_id"].startswith("ban-")
    assert ruled["zones_hit"] == ";".join(register.zones["zone_id"])


def test_of_two_bans_the_later_notice_decides() -> None:
    old = zone("ban", SQUARE, "旧", first=DAY - 400)
    new = zone("ban", SQUARE, "新", first=DAY - 10)
    register = register_of(old, new)
    decided = rule(points(108.5, 22.5), register)["ruling_zone_id"][0]
    assert register.zones.set_index("zone_id")["name"][decided] == "新"


def test_of_two_bans_of_one_day_the_lower_id_decides() -> None:
    register = register_of(zone("ban", SQUARE, "甲"), zone("ban", SQUARE, "乙"))
    decided = rule(points(108.5, 22.5), register)["ruling_zone_id"][0]
    assert decided == register.zones["zone_id"].min()


def test_marks_stand_beside_the_ruling_and_kinds_the_user_adds_are_marks() -> None:
    register = register_of(
        zone("scenic", SQUARE, "一"),
        zone("scenic", SQUARE, "二"),
        zone("机场周边", SQUARE),
        zone("sugarcane_base", SQUARE),
        zone("restricted", SQUARE),
    )
    ruled = rule(points(108.5, 22.5), register).iloc[0]
    assert ruled["ruling"] == Ruling.RESTRICTED_UNPERMITTED
    assert ruled["marks"] == "scenic;sugarcane_base;机场周边"
    assert ruled["zones_hit"].count(";") == 4


def test_a_mark_alone_is_no_ruling() -> None:
    ruled = rule(points(108.5, 22.5), register_of(zone("scenic", SQUARE))).iloc[0]
    assert (ruled["ruling"], ruled["ruling_zone_id"]) == (Ruling.UNZONED, "")
    assert ruled["marks"] == "scenic"


def test_a_point_outside_the_region_has_no_ruling_even_inside_a_zone() -> None:
    ruled = rule(points(108.5, 22.5, county=0), register_of(zone("ban", SQUARE))).iloc[0]
    assert (ruled["ruling"], ruled["zones_hit"]) == (Ruling.UNZONED, "")


def test_a_point_on_the_edge_or_a_corner_lies_in_the_zone_and_one_in_a_hole_does_not() -> None:
    hole = shapely.box(108.4, 22.4, 108.6, 22.6)
    register = register_of(zone("ban", SQUARE.difference(hole)))
    lon, lat = [108.0, 109.0, 108.4, 108.4, 108.5], [22.5, 23.0, 22.4, 22.5, 22.5]
    ruled = rule(points(lon, lat), register)
    assert (ruled["ruling"] == Ruling.BAN_VIOLATION).tolist() == [True, True, True, True, False]


def test_without_zones_every_point_is_unzoned() -> None:
    ruled = rule(points([108.5, 110], [22.5, 23]), Register.empty())
    assert ruled["ruling"].tolist() == [Ruling.UNZONED] * 2
    assert (ruled[["ruling_zone_id", "zones_hit", "marks"]] == "").all(axis=None)
    assert len(rule(points([], []), register_of(zone("ban", SQUARE)))) == 0


def test_another_table_of_precedence_rules_otherwise() -> None:
    table = pd.DataFrame(
        {
            "kind": ["temporary_ban", "ban"],
            "effect": "ruling",
            "ruling": "ban_violation",
            "rank": [1, 2],
        }
    )
    register = register_of(zone("ban", SQUARE), zone("temporary_ban", SQUARE, first=DAY - 9))
    ruled = rule(points(108.5, 22.5), register, precedence_from(table)).iloc[0]
    assert ruled["ruling_zone_id"].startswith("temporary_ban-")
    assert ruled["marks"] == ""


def plain_ruling(row: pd.Series, register: Register) -> tuple[str, str, str, str]:
    """The slow way: one point, one zone at a time, with shapely's plain predicates."""
    beijing = row["acquired_utc"].astimezone(timezone(timedelta(hours=8)))
    day = (beijing.date() - date(1970, 1, 1)).days
    hits = [
        z
        for z, shape in zip(register.zones.itertuples(), register.geometry, strict=True)
        if row["county_adcode"]
        and z.valid_from <= day <= z.valid_to
        and shape.intersects(shapely.Point(row["lon"], row["lat"]))
    ]
    ruling = {"ban": "ban_violation", "restricted": "restricted_unpermitted"}
    for kind in ("ban", "restricted"):
        of_kind = sorted((-z.valid_from, z.zone_id) for z in hits if z.kind == kind)
        if of_kind:
            break
    decided = of_kind[0][1] if of_kind else ""
    return (
        ruling[kind] if of_kind else "unzoned",
        decided,
        ";".join(sorted(z.zone_id for z in hits)),
        ";".join(sorted({z.kind for z in hits} - set(ruling))),
    )


cells = st.integers(0, 8)
zone_strategy = st.tuples(
    st.sampled_from(["ban", "restricted", "scenic", "cane_leaf_ban"]),
    cells, cells, st.integers(1, 5), st.integers(1, 5), st.booleans(),
    st.integers(-3, 3), st.integers(0, 4),
)  # fmt: skip
point_strategy = st.tuples(cells, cells, st.integers(-4 * 24, 4 * 24), st.sampled_from([0, 450102]))


@settings(max_examples=examples(80), deadline=None)
@given(
    drawn=st.lists(zone_strategy, min_size=1, max_size=8),
    places=st.lists(point_strategy, min_size=1, max_size=20),
)
def test_rulings_agree_with_plain_predicates_one_by_one(drawn, places) -> None:
    zones = []
    for number, (kind, x, y, width, height, with_hole, first, days) in enumerate(drawn):
        shape = shapely.box(108 + x / 8, 22 + y / 8, 108 + (x + width) / 8, 22 + (y + height) / 8)
        if with_hole:
            shape = shape.difference(shape.centroid.buffer(1 / 16, quad_segs=1))
        more = {"first": DAY + first, "valid_to": DAY + first + days}
        zones.append(zone(kind, shape, f"区{number}", **more))
    register = register_of(*zones)
    start = datetime(2020, 11, 5, tzinfo=timezone(timedelta(hours=8)))
    times = pd.to_datetime([start + timedelta(hours=hour) for _, _, hour, _ in places])
    table = points(
        [108 + x / 8 for x, *_ in places],
        [22 + y / 8 for _, y, *_ in places],
        times,
        [county for *_, county in places],
    )
    ruled = rule(table, register)
    found = ruled[["ruling", "ruling_zone_id", "zones_hit", "marks"]]
    expected = [plain_ruling(row, register) for _, row in table.iterrows()]
    assert list(found.itertuples(index=False, name=None)) == expected


def certain(ruled: pd.DataFrame) -> pd.DataFrame:
    return ruled.assign(ruling_share=1.0, near_boundary=False)


def test_a_reason_names_zone_notice_and_day_in_both_languages() -> None:
    register = register_of(zone("ban", SQUARE, "城区", authority="南宁市人民政府"))
    ruled = certain(rule(points(108.5, 22.5), register))
    line = reasons(ruled, register, Language.ZH)[0]
    assert line == (
        "位于南宁市人民政府（南府规〔2019〕5号）划定的禁烧区“城区”内，"
        "2020-11-05 在有效期（2020-11-05 起）内"
    )
    line = reasons(ruled, register, Language.EN)[0]
    for part in ("burn-ban area", "城区", "南府规〔2019〕5号", "2020-11-05"):
        assert part in line


def test_reasons_say_illustrative_unzoned_outside_and_marks() -> None:
    register = register_of(
        zone("ban", SQUARE, illustrative=True), zone("scenic", shapely.box(110, 22, 111, 23))
    )
    table = points([108.5, 110.5, 106, 106], [22.5] * 4, county=[450102, 450102, 450102, 0])
    lines = reasons(certain(rule(table, register)), register, Language.ZH)
    assert "示意性分区" in lines[0]
    assert lines[1].endswith("没有有效的禁烧区或限烧区；同时位于：旅游景区")
    assert lines[2] == "2020-11-05 该处没有有效的禁烧区或限烧区"
    assert lines[3] == "位于区域之外"


@pytest.mark.parametrize(
    ("share", "near", "said"),
    [
        (1.0, False, ""),
        (0.617, True, "62%"),
        (0.9991, True, "99%"),
        (0.0004, True, "1%"),
        (1.0, True, "另一分区伸入像元"),
        (np.nan, True, "另有分区"),
    ],
)
def test_a_reason_says_how_sure_the_ruling_is(share: float, near: bool, said: str) -> None:
    register = register_of(zone("ban", SQUARE))
    ruled = rule(points(108.5, 22.5), register).assign(ruling_share=share, near_boundary=near)
    line = reasons(ruled, register, Language.ZH)[0]
    assert said in line
    assert ("邻近边界" in line) == near


def test_a_reason_names_months_hours_and_what_replaced_the_zone() -> None:
    register = register_of(
        zone("ban", SQUARE, months=0b110000000111, hours_from_min=360, hours_to_min=1320)
    )
    ended = register.retired(register.zones["zone_id"], DAY + 30, "南府规〔2020〕30号")
    line = reasons(certain(rule(points(108.5, 22.5), ended)), ended, Language.ZH)[0]
    for part in ("11-3 月", "06:00-22:00", "2020-12-04", "南府规〔2020〕30号"):
        assert part in line


def test_a_reason_of_a_zone_that_left_the_register_says_so() -> None:
    ruled = certain(rule(points(108.5, 22.5), register_of(zone("ban", SQUARE))))
    line = reasons(ruled, Register.empty(), Language.EN)[0]
    assert ruled["ruling_zone_id"][0] in line


@pytest.mark.parametrize("kind", ["sugarcane_base", "scenic", "cane_leaf_ban"])
def test_key_patrol_kinds_are_marks(kind: str) -> None:
    assert default_precedence().is_mark(kind)
