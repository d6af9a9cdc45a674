"""When a zone counts: days, months, hours, retirement."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.time import day_number
from zones.register.in_force import Moments, in_force, month_of
from zones.register.periods import parse_hours, parse_months
from zones.register.register import NEVER, OPEN_END, Register, register_from

BEIJING = timezone(timedelta(hours=8))


def zones(*rows: dict) -> pd.DataFrame:
    table = pd.DataFrame([{"kind": "ban", "notice": "n", "name": str(i)} | row
                          for i, row in enumerate(rows)])  # fmt: skip
    defaults = {"valid_to": OPEN_END, "months": 0xFFF, "hours_from_min": 0, "hours_to_min": 1440,
                "retired_from": NEVER}  # fmt: skip
    return table.fillna({k: v for k, v in defaults.items() if k in table}).assign(
        **{k: v for k, v in defaults.items() if k not in table}
    ).astype(dict.fromkeys(defaults, "int64"))  # fmt: skip


def counts(zone: dict, *moments: str) -> list[bool]:
    """Ask of one zone at Beijing times."""
    epoch = [datetime.fromisoformat(m).replace(tzinfo=BEIJING).timestamp() for m in moments]
    eligible = in_force(zones(zone), Moments.of(np.array(epoch, dtype=np.int64)))
    at = np.arange(len(moments))
    return eligible(np.zeros(len(at), dtype=np.intp), at).tolist()


START = day_number(date(2019, 1, 1))


def test_a_zone_of_november_to_march_does_not_count_in_april_or_october() -> None:
    zone = {"valid_from": START, "months": parse_months("11-3")}
    asked = ("2020-10-31T23:59", "2020-11-01T00:00", "2021-01-15T12:00", "2021-03-31T23:59",
             "2021-04-01T00:00")  # fmt: skip
    assert counts(zone, *asked) == [False, True, True, True, False]


def test_hours_count_from_their_first_minute_and_no_longer_at_their_last() -> None:
    start, end = parse_hours("06:00-22:00")
    zone = {"valid_from": START, "hours_from_min": start, "hours_to_min": end}
    asked = ("2020-11-05T05:59", "2020-11-05T06:00", "2020-11-05T21:59", "2020-11-05T22:00")
    assert counts(zone, *asked) == [False, True, True, False]


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    start, end = parse_hours("20:00-06:00")
    zone = {
        "valid_from": day_number(date(2020, 11, 1)),
        "valid_to": day_number(date(2020, 11, 30)),
        "months": parse_months("11"),
        "hours_from_min": start,
        "hours_to_min": end,
    }
    asked = ("2020-11-01T03:00", "2020-11-01T20:00", "2020-11-30T23:00", "2020-12-01T05:59",
             "2020-12-01T06:00", "2020-12-01T20:00", "2020-11-15T12:00")  # fmt: skip
    assert counts(zone, *asked) == [False, True, True, True, False, False, False]


def test_a_retired_zone_counts_until_midnight_before_the_newer_notice() -> None:
    zone = {"valid_from": START, "retired_from": day_number(date(2020, 11, 1))}
    assert counts(zone, "2020-10-31T23:59", "2020-11-01T00:00") == [True, False]


@pytest.mark.parametrize("seed", range(3))
def test_the_predicate_agrees_with_a_literal_clock(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first = START + rng.integers(0, 400, 30)
    minutes = rng.choice([0, 1, 359, 360, 720, 1320, 1439], (30, 2))
    table = zones(
        *(
            {
                "valid_from": int(f),
                "valid_to": int(f + rng.integers(0, 300)),
                "months": int(rng.integers(0, 0x1000)) if rng.random() < 0.6 else 0xFFF,
                "hours_from_min": int(a) if rng.random() < 0.6 else 0,
                "hours_to_min": int(b) + 1,
                "retired_from": int(f + 100) if rng.random() < 0.3 else NEVER,
            }
            for f, (a, b) in zip(first, minutes, strict=True)
        )
    )
    epoch = (START * 86400 + rng.integers(0, 700 * 86400, 400)) // 60 * 60
    eligible = in_force(table, Moments.of(epoch))
    zone, point = (a.ravel() for a in np.meshgrid(np.arange(30), np.arange(400), indexing="ij"))
    found = eligible(zone, point)
    expected = [literally(table.iloc[z], int(epoch[p])) for z, p in zip(zone, point, strict=True)]
    assert found.tolist() == expected
    assert 0 < sum(expected) < len(expected)


def literally(zone: pd.Series, epoch_s: int) -> bool:
    """Say the rule as a person would, with calendar objects."""
    moment = datetime.fromtimestamp(epoch_s, BEIJING)
    minute, day = moment.hour * 60 + moment.minute, moment.date()
    start, end = zone["hours_from_min"], zone["hours_to_min"]
    if start > end:
        if end <= minute < start:
            return False
        day = day - timedelta(days=1) if minute < end else day
    elif not start <= minute < end:
        return False
    number = (day - date(1970, 1, 1)).days
    if not zone["valid_from"] <= number <= zone["valid_to"] or number >= zone["retired_from"]:
        return False
    return bool(zone["months"] & 1 << (day.month - 1))


def test_months_of_day_numbers_are_the_calendars() -> None:
    days = [date(1970, 1, 1) + timedelta(days=n) for n in range(0, 40_000, 13)]
    numbers = np.array([day_number(day) for day in days])
    assert month_of(numbers).tolist() == [day.month for day in days]


def register(**more: object) -> Register:
    table = pd.DataFrame([{"kind": "ban", "name": "a", "notice": "甲〔2019〕1号",
                           "valid_from": START, **more}])  # fmt: skip
    return register_from(table, np.array([shapely.box(108, 22, 109, 23)]))


def test_what_was_in_force_on_a_day_knows_months_and_retirement() -> None:
    winter = register(months=parse_months("11-3"))
    assert len(winter.in_force(date(2020, 11, 5))) == 1
    assert len(winter.in_force(date(2020, 10, 5))) == 0
    ended = winter.retired(winter.zones["zone_id"], day_number(date(2020, 11, 5)), "甲〔2020〕2号")
    assert len(ended.in_force(date(2020, 11, 4))) == 1
    assert len(ended.in_force(date(2020, 11, 5))) == 0


def test_a_limit_in_time_makes_another_zone_and_a_retirement_does_not() -> None:
    plain, winter = register(), register(months=parse_months("11-3"))
    ended = plain.retired(plain.zones["zone_id"], START + 10, "乙")
    ids = {name: r.zones["zone_id"][0] for name, r in
           {"plain": plain, "winter": winter, "ended": ended}.items()}  # fmt: skip
    assert ids["plain"] == ids["ended"] != ids["winter"]
    assert len({plain.version, winter.version, ended.version}) == 3
    again = ended.retired(ended.zones["zone_id"], NEVER, "")
    assert again.version == plain.version and again.zones["retired_by"][0] == ""
