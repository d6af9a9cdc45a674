"""Permits as they are shown: readable, and without names of persons."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import shapely

from firewatch.core.time import Period, day_number
from firewatch.core.vocab import Language
from zones.permits.described import DESCRIBED_COLUMNS, described
from zones.permits.permits import Permits, permits_from

DAY = day_number(date(2020, 11, 5))
PERSON = "张三 13800000000"
PERMITS = permits_from(
    pd.DataFrame(
        {
            "number": ["9号", "10号"],
            "issuer": ["甲县", "乙县"],
            "name": ["东坡", ""],
            "valid_from": [DAY, DAY + 10],
            "valid_to": [DAY + 2, DAY + 10],
            "hours_from_min": [360, 0],
            "hours_to_min": [1080, 1440],
            "max_aqi": [100.0, np.nan],
            "max_wind_m_s": [3.3, np.nan],
            "straw_area_ha": [12.5, np.nan],
            "responsible": [PERSON, PERSON],
        }
    ),
    np.array([shapely.box(108, 22, 109, 23), shapely.box(109, 22, 110, 23)], dtype=object),
)


def test_a_permit_says_when_and_under_which_conditions_and_names_nobody() -> None:
    first = described(PERMITS, Language.ZH).iloc[0]
    assert first["valid"] == "2020-11-05 至 2020-11-07，每日 06:00-18:00"
    assert first["conditions"] == "空气质量指数不高于 100；风速不高于 3.3 米/秒；秸秆面积 12.5 公顷"
    for language in Language:
        table = described(PERMITS, language)
        assert tuple(table) == DESCRIBED_COLUMNS
        assert PERSON not in table.to_csv()


def test_a_permit_without_conditions_and_a_revoked_one_say_so() -> None:
    table = described(PERMITS.revoked([PERMITS.permits["permit_id"][0]], DAY + 1), Language.EN)
    assert table["valid"].tolist()[0].endswith("revoked from 2020-11-06")
    assert table["conditions"].tolist()[1] == "none"


def test_permits_of_a_period_are_those_that_can_hold_on_one_of_its_days() -> None:
    def numbers(first: int, last: int, permits: Permits = PERMITS) -> list[str]:
        days = (date(2020, 11, day) for day in (first, last))
        return permits.during(Period(*days)).permits["number"].tolist()

    assert numbers(1, 30) == ["9号", "10号"]
    assert numbers(7, 14) == ["9号"]
    assert numbers(8, 14) == []
    assert numbers(15, 15) == ["10号"]
    # Revoked before it began, it never held.
    revoked = PERMITS.revoked(PERMITS.permits["permit_id"].tolist(), DAY)
    assert numbers(1, 30, revoked) == []
    assert numbers(1, 30, Permits.empty()) == []


def test_no_permits_are_a_table_with_its_columns() -> None:
    assert tuple(described(Permits.empty(), Language.ZH)) == DESCRIBED_COLUMNS
