"""Which fire points a burn permit permits: edges of space and time, conditions, several permits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import shapely
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.core.time import day_number
from firewatch.core.vocab import Language, Ruling
from zones.permits.air_quality import AirQuality, air_quality_from
from zones.permits.permits import Permits, permits_from
from zones.permits.permitting import permit_clauses, permitted
from zones.register.register import register_from
from zones.ruling.rule import rule

DAY = day_number(date(2020, 11, 5))
SQUARE = shapely.box(108.0, 22.0, 109.0, 23.0)
NAN = float("nan")
BEIJING_H = timedelta(hours=8)


def permit(number: str = "计烧〔2020〕1号", shape=SQUARE, first=DAY, last=DAY, **more) -> dict:
    return {"number": number, "shape": shape, "valid_from": first, "valid_to": last, **more}


def permits_of(*drawn: dict) -> Permits:
    rows = pd.DataFrame(list(drawn))
    defaults = {"hours_from_min": 0, "hours_to_min": 1440, "revoked_from": 10**7}
    known = {name: value for name, value in defaults.items() if name in rows}
    return permits_from(rows.fillna(known), rows["shape"].to_numpy())


def beijing(text: str) -> datetime:
    """A Beijing clock time as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - BEIJING_H


def points(times="2020-11-05 12:00", lon=108.5, lat=22.5, ruling=None, county=450102):
    moments = [times] if isinstance(times, str) else list(times)
    size = max(len(moments), np.size(lon))
    moments = moments * size if len(moments) == 1 else moments
    acquired = pd.Series(pd.to_datetime([beijing(text) for text in moments], utc=True))
    rulings = np.broadcast_to(ruling or Ruling.RESTRICTED_UNPERMITTED, size).astype(object)
    return pd.DataFrame(
        {
            "lon": np.broadcast_to(np.asarray(lon, dtype=float), size),
            "lat": np.broadcast_to(np.asarray(lat, dtype=float), size),
            "acquired_utc": acquired.dt.as_unit("s"),
            "county_adcode": np.broadcast_to(county, size),
            "ruling": pd.Categorical([str(r) for r in rulings], [str(r) for r in Ruling]),
        }
    )


def air_of(*rows: tuple[int, int, float, float]) -> AirQuality:
    names = ["day", "area_adcode", "aqi", "wind_m_s"]
    return air_quality_from(pd.DataFrame(list(rows), columns=names))


NO_AIR = AirQuality.empty()


def rulings(table: pd.DataFrame) -> list[str]:
    return table["ruling"].astype("str").tolist()


YES, NO = str(Ruling.RESTRICTED_PERMITTED), str(Ruling.RESTRICTED_UNPERMITTED)


def test_a_point_in_a_restricted_area_inside_a_permit_is_permitted_and_outside_it_is_not() -> None:
    permits = permits_of(permit())
    found = permitted(points(lon=[108.5, 109.5]), permits, NO_AIR)
    assert rulings(found) == [YES, NO]
    assert found["permit_id"].tolist() == [permits.permits["permit_id"][0], ""]


def test_edges_and_corners_belong_to_the_permit_and_a_hole_does_not() -> None:
    hole = shapely.box(108.4, 22.4, 108.6, 22.6)
    table = points(lon=[108.0, 109.0, 108.4, 108.5], lat=[22.5, 23.0, 22.4, 22.5])
    found = permitted(table, permits_of(permit(shape=SQUARE.difference(hole))), NO_AIR)
    assert rulings(found) == [YES, YES, YES, NO]


def test_the_days_of_a_permit_run_from_midnight_to_midnight_in_beijing() -> None:
    times = [
        "2020-11-04 23:59:59", "2020-11-05 00:00:00", "2020-11-06 23:59:59", "2020-11-07 00:00:00",
    ]  # fmt: skip
    found = permitted(points(times), permits_of(permit(last=DAY + 1)), NO_AIR)
    assert rulings(found) == [NO, YES, YES, NO]


def test_the_hours_are_half_open() -> None:
    times = [
        "2020-11-05 08:59:59",
        "2020-11-05 09:00:00",
        "2020-11-05 16:59:59",
        "2020-11-05 17:00",
    ]
    permits = permits_of(permit(hours_from_min=9 * 60, hours_to_min=17 * 60))
    assert rulings(permitted(points(times), permits, NO_AIR)) == [NO, YES, YES, NO]


def test_a_night_belongs_to_the_day_it_begins_on_at_both_midnights() -> None:
    night = permit(last=DAY + 1, hours_from_min=22 * 60, hours_to_min=2 * 60)
    times = {
        "2020-11-05 00:00:00": NO,  # the night of the 4th is not permitted
        "2020-11-05 01:59:59": NO,
        "2020-11-05 21:59:59": NO,
        "2020-11-05 22:00:00": YES,
        "2020-11-05 23:59:59": YES,
        "2020-11-06 00:00:00": YES,
        "2020-11-06 01:59:59": YES,
        "2020-11-06 02:00:00": NO,
        "2020-11-07 00:00:00": YES,  # the night of the last day runs on after its midnight
        "2020-11-07 01:59:59": YES,
        "2020-11-07 02:00:00": NO,
        "2020-11-07 22:00:00": NO,
    }
    found = permitted(points(list(times)), permits_of(night), NO_AIR)
    assert dict(zip(times, rulings(found), strict=True)) == times


def test_the_index_of_a_night_is_that_of_the_day_it_begins_on() -> None:
    night = permit(hours_from_min=22 * 60, hours_to_min=2 * 60, max_aqi=100.0)
    air = air_of((DAY, 450102, 80.0, NAN), (DAY + 1, 450102, 200.0, NAN))
    assert rulings(permitted(points("2020-11-06 01:00"), permits_of(night), air)) == [YES]


@pytest.mark.parametrize(
    ("aqi", "wind", "holds"),
    [
        (100.0, 5.0, True), (100.1, 5.0, False), (100.0, 5.1, False), (NAN, 5.1, False),
        (101.0, NAN, False), (NAN, NAN, True), (99.0, NAN, True),
    ],
)  # fmt: skip
def test_a_ceiling_may_be_reached_but_not_exceeded_and_a_missing_value_does_not_forbid(
    aqi: float, wind: float, holds: bool
) -> None:
    permits = permits_of(permit(max_aqi=100.0, max_wind_m_s=5.0))
    found = permitted(points(), permits, air_of((DAY, 450102, aqi, wind)))
    assert rulings(found) == [YES if holds else NO]
    assert found["permit_id"].tolist() == permits.permits["permit_id"].tolist()


def test_a_permit_without_conditions_holds_in_any_air() -> None:
    assert rulings(permitted(points(), permits_of(permit()), air_of((DAY, 450102, 500, 50)))) == [
        YES
    ]


def test_a_countys_index_goes_before_its_citys() -> None:
    permits = permits_of(permit(max_aqi=100.0))
    table = points(lon=[108.5, 108.5], county=[450102, 450103])
    air = air_of((DAY, 450102, 80.0, NAN), (DAY, 450100, 150.0, NAN))
    assert rulings(permitted(table, permits, air)) == [YES, NO]


def test_a_revoked_permit_holds_until_the_day_before() -> None:
    permits = permits_of(permit(last=DAY + 3))
    revoked = permits.revoked(permits.permits["permit_id"].tolist(), DAY + 1)
    found = permitted(points(["2020-11-05 23:59", "2020-11-06 00:00"]), revoked, NO_AIR)
    assert rulings(found) == [YES, NO]
    assert set(found["permit_id"]) == set(permits.permits["permit_id"])


def test_in_a_ban_area_or_without_a_zone_a_permit_changes_nothing_but_is_recorded() -> None:
    for ruling in (Ruling.BAN_VIOLATION, Ruling.UNZONED):
        permits = permits_of(permit())
        found = permitted(points(ruling=ruling), permits, NO_AIR)
        assert rulings(found) == [str(ruling)]
        assert found["permit_id"].tolist() == permits.permits["permit_id"].tolist()


def test_a_point_outside_the_region_has_no_permit() -> None:
    table = points(ruling=Ruling.UNZONED, county=0)
    assert permitted(table, permits_of(permit()), NO_AIR)["permit_id"].tolist() == [""]


def test_of_several_permits_one_that_holds_goes_before_an_earlier_number_that_does_not() -> None:
    permits = permits_of(
        permit("9号", max_aqi=50.0),
        permit("10号", max_wind_m_s=3.0),
        permit("11号", max_aqi=100.0),
        permit("12号"),
        permit("8号", revoked_from=DAY),
    )
    number = dict(zip(permits.permits["permit_id"], permits.permits["number"], strict=True))
    assert list(number.values()) == ["8号", "9号", "10号", "11号", "12号"]
    found = permitted(points(), permits, air_of((DAY, 450102, 80.0, NAN)))
    # 8 is revoked, 9 exceeded, 10 unverified; 11 and 12 are met.
    assert found["permit_id"].map(number).tolist() == ["11号"]
    found = permitted(points(), permits, NO_AIR)
    assert found["permit_id"].map(number).tolist() == ["12号"]
    none_holds = permits_of(permit("9号", max_aqi=50.0), permit("8号", revoked_from=DAY))
    found = permitted(points(), none_holds, air_of((DAY, 450102, 80.0, NAN)))
    assert found["permit_id"].tolist() == none_holds.permits["permit_id"].tolist()[1:]


def test_without_permits_or_points_nothing_changes() -> None:
    found = permitted(points(lon=[108.5, 110.0]), Permits.empty(), NO_AIR)
    assert (rulings(found), found["permit_id"].tolist()) == ([NO, NO], ["", ""])
    none = permitted(points().iloc[:0], permits_of(permit()), NO_AIR)
    assert len(none) == 0
    assert permit_clauses(none, permits_of(permit()), NO_AIR, Language.ZH).tolist() == []


def test_rows_keep_their_order_index_and_columns() -> None:
    table = points(lon=[110.0, 108.5, 108.6]).set_axis([7, 3, 5]).assign(extra=[1, 2, 3])
    found = permitted(table, permits_of(permit()), NO_AIR)
    assert found.index.tolist() == [7, 3, 5]
    assert found["extra"].tolist() == [1, 2, 3]
    assert found["ruling"].dtype == table["ruling"].dtype
    assert rulings(found) == [NO, YES, YES]
    clauses = permit_clauses(found, permits_of(permit()), NO_AIR, Language.ZH)
    assert clauses.index.tolist() == [7, 3, 5]
    assert [bool(text) for text in clauses] == [False, True, True]


def plain(point: pd.Series, permits: Permits, air: AirQuality) -> tuple[str, str]:
    """The slow way: one point, one permit at a time."""
    local = point["acquired_utc"].to_pydatetime().replace(tzinfo=None) + BEIJING_H
    best = None
    for place, row in permits.permits.iterrows():
        if point["county_adcode"] == 0:
            continue
        if not permits.geometry[place].covers(shapely.Point(point["lon"], point["lat"])):
            continue
        for days_before in (0, 1):
            start_day = (local.date() - timedelta(days=days_before) - date(1970, 1, 1)).days
            midnight = datetime.combine(
                local.date() - timedelta(days=days_before), datetime.min.time()
            )
            opens = midnight + timedelta(minutes=row["hours_from_min"])
            closes = midnight + timedelta(minutes=row["hours_to_min"])
            if row["hours_from_min"] > row["hours_to_min"]:
                closes += timedelta(days=1)
            if not (row["valid_from"] <= start_day <= row["valid_to"] and opens <= local < closes):
                continue
            state = 0
            for ceiling, measure in (("max_aqi", "aqi"), ("max_wind_m_s", "wind_m_s")):
                value = NAN
                for area in (point["county_adcode"] // 100 * 100, point["county_adcode"]):
                    here = air.table["area_adcode"] == area
                    rows = air.table.loc[here & (air.table["day"] == start_day), measure]
                    value = rows.iloc[0] if len(rows) and not np.isnan(rows.iloc[0]) else value
                if not np.isnan(row[ceiling]):
                    judged = 1 if np.isnan(value) else 2 if value > row[ceiling] else 0
                    state = max(state, judged)
            state = 3 if start_day >= row["revoked_from"] else state
            candidate = (state, place, row["permit_id"])
            best = candidate if best is None else min(best, candidate)
    if best is None:
        return str(point["ruling"]), ""
    changed = point["ruling"] == NO and best[0] <= 1
    return (YES if changed else str(point["ruling"])), best[2]


ceiling = st.sampled_from([NAN, 50.0, 100.0])
permit_strategy = st.tuples(
    st.integers(0, 6), st.integers(0, 6), st.integers(1, 4), st.integers(1, 4),
    st.integers(-2, 2), st.integers(0, 2),
    st.sampled_from([(0, 1440), (540, 1020), (1320, 120), (0, 60), (1380, 1440)]),
    ceiling, ceiling, st.sampled_from([10**7, DAY, DAY + 1]),
)  # fmt: skip
point_strategy = st.tuples(
    st.integers(0, 8), st.integers(0, 8), st.integers(-3 * 48, 3 * 48),
    st.sampled_from([0, 450102, 450103]), st.sampled_from(list(Ruling)[:2]),
)  # fmt: skip
air_strategy = st.dictionaries(
    st.tuples(st.integers(DAY - 2, DAY + 2), st.sampled_from([450100, 450102])),
    st.tuples(st.sampled_from([NAN, 50.0, 99.0, 150.0]), st.sampled_from([NAN, 40.0, 101.0])),
)


@settings(max_examples=examples(60), deadline=None)
@given(
    drawn=st.lists(permit_strategy, min_size=1, max_size=6),
    places=st.lists(point_strategy, min_size=1, max_size=15),
    values=air_strategy,
)
def test_permits_agree_with_plain_predicates_one_by_one(drawn, places, values) -> None:
    rows = [
        permit(
            f"{number}号",
            shapely.box(108 + x / 8, 22 + y / 8, 108 + (x + w) / 8, 22 + (y + h) / 8),
            DAY + first, DAY + first + days, hours_from_min=hours[0], hours_to_min=hours[1],
            max_aqi=aqi, max_wind_m_s=wind, revoked_from=revoked,
        )
        for number, (x, y, w, h, first, days, hours, aqi, wind, revoked) in enumerate(drawn)
    ]  # fmt: skip
    permits = permits_of(*rows)
    start = datetime(2020, 11, 5, tzinfo=UTC) - BEIJING_H
    moments = [(start + timedelta(minutes=30 * half)) for _, _, half, _, _ in places]
    table = pd.DataFrame(
        {
            "lon": [108 + x / 8 for x, *_ in places],
            "lat": [22 + y / 8 for _, y, *_ in places],
            "acquired_utc": pd.Series(pd.to_datetime(moments, utc=True)).dt.as_unit("s"),
            "county_adcode": [county for *_, county, _ in places],
            "ruling": pd.Categorical([str(r) for *_, r in places], [str(r) for r in Ruling]),
        }
    )
    air = air_of(*((day, area, aqi, wind) for (day, area), (aqi, wind) in values.items()))
    found = permitted(table, permits, air)
    expected = [plain(row, permits, air) for _, row in table.iterrows()]
    assert list(zip(rulings(found), found["permit_id"], strict=True)) == expected
    clauses = permit_clauses(found, permits, air, Language.ZH)
    assert [bool(text) for text in clauses] == [permit_id != "" for _, permit_id in expected]
    assert not clauses.str.contains("判定时所用").any()


def clause(permits: Permits, air: AirQuality, language=Language.ZH, **where) -> str:
    found = permitted(points(**where), permits, air)
    return permit_clauses(found, permits, air, language).iloc[0]


FULL = permit(
    "邕计烧〔2020〕3号", last=DAY + 2, hours_from_min=540, hours_to_min=1020,
    issuer="邕宁区人民政府", max_aqi=100.0, max_wind_m_s=5.4, responsible="张三",
)  # fmt: skip
NAME = "计划烧除 邕计烧〔2020〕3号（邕宁区人民政府，2020-11-05 至 2020-11-07，每日 09:00-17:00）"


def test_the_clause_names_permit_window_and_figures() -> None:
    permits = permits_of(FULL)
    assert clause(permits, air_of((DAY, 450102, 80.0, 3.0))) == (
        f"；列入{NAME}（2020-11-05 空气质量指数 80，不高于上限 100；"
        "风速 3 米/秒，不高于上限 5.4 米/秒）"
    )
    assert clause(permits, air_of((DAY, 450102, 150.0, NAN))) == (
        f"；{NAME}不适用（2020-11-05 空气质量指数 150，高于上限 100；"
        "风速缺失，上限 5.4 米/秒，条件未核实）"
    )
    english = clause(permits, air_of((DAY, 450102, 80.0, NAN)), Language.EN)
    assert english == (
        "; covered by burn permit 邕计烧〔2020〕3号 (邕宁区人民政府, 2020-11-05 to 2020-11-07, "
        "09:00-17:00 each day) (2020-11-05: air-quality index 80, not above the ceiling of 100; "
        "no wind at hand, ceiling 5.4 m/s, condition not verified)"
    )


def test_the_clause_tells_of_ban_areas_revocations_and_missing_zones() -> None:
    permits = permits_of(FULL)
    revoked = permits.revoked(permits.permits["permit_id"].tolist(), DAY)
    assert clause(revoked, NO_AIR) == f"；{NAME}已撤销，自 2020-11-05 起不再有效"
    assert clause(permits, NO_AIR, ruling=Ruling.BAN_VIOLATION) == (
        f"；与{NAME}冲突：禁烧区内计划烧除不改变判定"
    )
    assert clause(permits, NO_AIR, ruling=Ruling.UNZONED).startswith(f"；{NAME}覆盖该处")
    assert clause(permits_of(permit()), NO_AIR) == (
        "；列入计划烧除 计烧〔2020〕1号（2020-11-05 至 2020-11-05）"
    )


def test_the_clause_says_so_where_permits_or_air_are_not_those_of_the_decision() -> None:
    permits = permits_of(FULL)
    found = permitted(points(), permits, NO_AIR)
    other = permit_clauses(found, Permits.empty(), NO_AIR, Language.ZH)[0]
    assert permits.permits["permit_id"][0] in other
    later = permit_clauses(found, permits, air_of((DAY, 450102, 300.0, 1.0)), Language.ZH)[0]
    assert "与现用的不同" in later


def test_no_clause_names_the_responsible_person() -> None:
    permits = permits_of(FULL)
    for language in Language:
        for ruling in list(Ruling)[:2]:
            assert "张三" not in clause(permits, NO_AIR, language, ruling=ruling)


def test_a_permit_follows_the_ruling_and_leaves_marks_alone() -> None:
    zones = pd.DataFrame(
        {
            "kind": ["restricted", "cane_leaf_ban"], "name": ["限", "蔗"],
            "notice": ["甲", "乙"], "valid_from": [DAY - 9, DAY - 9],
        }
    )  # fmt: skip
    register = register_from(zones, np.array([SQUARE, SQUARE], dtype=object))
    ruled = rule(points().drop(columns="ruling"), register)
    found = permitted(ruled, permits_of(permit()), NO_AIR).iloc[0]
    assert (found["ruling"], found["marks"]) == (YES, "cane_leaf_ban")
