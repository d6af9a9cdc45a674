"""Which zones end because a later notice takes their place."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.errors import UsageError
from firewatch.core.time import day_number
from zones.places.areas import Areas, load_areas
from zones.register.register import Register, register_from
from zones.register.replacing import Replacement, replacement, zone_cities

NANNING, LIUZHOU = (
    shapely.box(108.25, 22.75, 108.35, 22.85),
    shapely.box(109.35, 24.25, 109.45, 24.4),
)
OLD, NEW = "南府规〔2019〕3号", "南府规〔2025〕3号"


@pytest.fixture(scope="module")
def areas() -> Areas:
    return load_areas()


def notice(number: str, first: str, *shapes: shapely.Geometry, **more: object) -> Register:
    table = pd.DataFrame(
        {
            "kind": "ban",
            "name": [f"{number}-{i}" for i in range(len(shapes))],
            "notice": number,
            "valid_from": day_number(date.fromisoformat(first)),
        }
    ).assign(**more)
    return register_from(table, np.array(shapes, dtype=object))


def test_nothing_ends_unless_it_is_named(areas: Areas) -> None:
    old, new = notice(OLD, "2019-01-01", NANNING), notice(NEW, "2025-01-01", NANNING)
    assert replacement(old, new, (), areas) == Replacement.nothing()


def test_a_named_notice_ends_on_the_day_before_the_new_one_begins(areas: Areas) -> None:
    old, new = notice(OLD, "2019-01-01", NANNING), notice(NEW, "2025-01-01", NANNING)
    ended = replacement(old, new, (OLD,), areas)
    assert ended.zone_ids == tuple(old.zones["zone_id"])
    assert ended.from_day == day_number(date(2025, 1, 1)) and ended.by == NEW
    whole = old.combined(new).retired(ended.zone_ids, ended.from_day, ended.by)
    assert whole.in_force(date(2024, 12, 31)).zones["notice"].tolist() == [OLD]
    assert whole.in_force(date(2025, 1, 1)).zones["notice"].tolist() == [NEW]


def test_a_citys_notice_cannot_end_another_citys(areas: Areas) -> None:
    old, new = (
        notice(OLD, "2019-01-01", NANNING),
        notice("柳政规〔2025〕1号", "2025-01-01", LIUZHOU),
    )
    with pytest.raises(UsageError, match="南宁市"):
        replacement(old, new, (OLD,), areas)


def test_of_a_number_that_two_cities_used_only_the_own_citys_zones_end(areas: Areas) -> None:
    number = "〔2019〕1号"
    old = notice(number, "2019-01-01", NANNING, LIUZHOU)
    new = notice("〔2025〕1号", "2025-01-01", LIUZHOU)
    ended = replacement(old, new, (number,), areas)
    names = old.zones.set_index("zone_id")["name"]
    assert [names[zone_id] for zone_id in ended.zone_ids] == [f"{number}-1"]


def test_a_number_that_is_not_on_record_is_answered_with_close_ones(areas: Areas) -> None:
    old, new = notice(OLD, "2019-01-01", NANNING), notice(NEW, "2025-01-01", NANNING)
    with pytest.raises(UsageError) as caught:
        replacement(old, new, ("南府规〔2019〕8号",), areas)
    assert OLD in str(caught.value)


def test_a_corrected_file_of_the_same_notice_ends_what_it_no_longer_draws(areas: Areas) -> None:
    kept, moved = NANNING, shapely.box(108.5, 22.9, 108.6, 23.0)
    wrong = notice(OLD, "2019-01-01", kept, moved)
    right = notice(OLD, "2019-01-01", kept, shapely.box(108.5, 22.9, 108.7, 23.0))
    ended = replacement(wrong, right, (OLD,), areas)
    assert len(ended.zone_ids) == 1
    whole = wrong.combined(right).retired(ended.zone_ids, ended.from_day, ended.by)
    assert len(whole.in_force(date(2020, 1, 1))) == 2


def test_a_zone_that_reaches_into_another_city_is_not_ended_half(areas: Areas) -> None:
    across = shapely.box(108.25, 22.75, 109.45, 24.4)
    old, new = notice(OLD, "2019-01-01", across), notice(NEW, "2025-01-01", LIUZHOU)
    with pytest.raises(UsageError, match="cut by city"):
        replacement(old, new, (OLD,), areas)


def test_a_file_of_several_notices_cannot_replace(areas: Areas) -> None:
    old = notice(OLD, "2019-01-01", NANNING)
    new = notice(NEW, "2025-01-01", NANNING).combined(
        notice("另〔2025〕9号", "2025-01-01", LIUZHOU)
    )
    with pytest.raises(UsageError, match="several notices"):
        replacement(old, new, (OLD,), areas)


def test_a_zone_lies_in_the_city_that_holds_its_vertices(areas: Areas) -> None:
    cities = zone_cities(notice(OLD, "2019-01-01", NANNING, LIUZHOU), areas)
    assert sorted(cities["city_adcode"]) == [450100, 450200]
