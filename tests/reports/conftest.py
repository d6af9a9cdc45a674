"""A comparison and its fire points, as the reports get them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firewatch.core.time import Period
from firewatch.core.vocab import Language
from firewatch.count.compare import Comparison
from firewatch.count.rule import counting_rule

# city_adcode, city, base, now, verdict, small_base, leap_flips
_CITIES = [
    (450100, "南宁市", 100, 90, "met", False, False),
    (450200, "柳州市", 101, 91, "missed", False, True),
    (450300, "桂林市", 0, 0, "held_at_zero", False, False),
    (450400, "梧州市", 0, 3, "rose_from_zero", False, False),
    (450500, "北海市", 5, 4, "met", True, False),
    (451400, "=SUM(1)", 40, 60, "missed", False, False),
]


def _city_rows(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    names = ["city_adcode", "city", "base", "now", "verdict", "small_base", "leap_flips"]
    table = pd.DataFrame(rows, columns=names)
    base, now = table["base"], table["now"]
    return table.assign(
        change=now - base,
        change_pct=100 * (now - base) / base.where(base > 0).astype(float),
        target_max=base * 9 // 10,
        allowance=base * 9 // 10 - now,
        pixel_base=base * 3,
        pixel_now=now * 3 + 1,
        overpass_point_base=base * 2,
        overpass_point_now=now * 2,
        event_day_base=base,
        event_day_now=now,
    )


def _counties() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "city_adcode": [450100, 450400],
            "city": ["南宁市", "梧州市"],
            "county_adcode": [450110, 450403],
            "county": ["武鸣区", "+万秀区"],
            "base": [100, 0],
            "now": [90, 3],
            "change": [-10, 3],
            "change_pct": [-10.0, np.nan],
        }
    )


def _breakdowns() -> dict[str, pd.DataFrame]:
    codes = {
        "zone_kind": ["ban", "restricted", "unzoned"],
        "source": ["satellite", "supervision", "union"],
        "status": ["suspected", "verified"],
    }
    return {
        name: pd.DataFrame(
            {"code": found, "base": range(len(found)), "now": range(5, 5 + len(found))}
        )
        for name, found in codes.items()
    }


@pytest.fixture(scope="session")
def comparison() -> Callable[..., Comparison]:
    """Return a function: attributes that differ from the usual ones → a comparison."""

    def build(**changes: Any) -> Comparison:
        attributes: dict[str, Any] = {
            "rule": counting_rule("event_day"),
            "now": Period(date(2020, 10, 1), date(2021, 2, 28)),
            "base": Period(date(2019, 10, 1), date(2020, 2, 28)),
            "season_name": "2020-21",
            "base_name": "2019-20",
            "in_progress": False,
            "target_num": 9,
            "target_den": 10,
            "cities": _city_rows(_CITIES),
            "total": _city_rows([(450000, "全区", 246, 248, "missed", False, False)]),
            "counties": _counties(),
            "breakdowns": _breakdowns(),
            "notes": ("2020-02-29 不参与比较。", "监测结果不包括云覆盖下的火点。"),
            "simulated": False,
            "illustrative": False,
            "language": Language.ZH,
        }
        return Comparison(**attributes | changes)

    return build


@pytest.fixture(scope="session")
def fire_points() -> Callable[..., pd.DataFrame]:
    """Return a function: number of fire points (and columns to change) → their table."""

    def build(count: int = 3, **changes: Any) -> pd.DataFrame:
        number = np.arange(count)
        first = pd.Timestamp("2020-11-05T16:30:00Z").as_unit("s")
        table = pd.DataFrame(
            {
                "point_id": [f"N20-{n:06d}" for n in number],
                "event_id": [f"E{n // 2:05d}" for n in number],
                "acquired_utc": first + pd.to_timedelta(number * 60, unit="s"),
                "lon": 108.2744 + number * 0.001,
                "lat": 23.1586 - number * 0.001,
                "city": "南宁市",
                "county": "武鸣区",
                "city_adcode": 450100,
                "county_adcode": 450110,
                "township": "",
                "village": "",
                "straddles": "",
                "ruling_share": 0.83,
                "near_boundary": True,
                "source": pd.Categorical(["satellite"] * count),
                "platform": pd.Categorical(["NOAA-20"] * count),
                "product_version": pd.Categorical(["2.0NRT"] * count),
                "confidence": pd.Categorical(["nominal"] * count),
                "frp_mw": number * 1.25,
                "scan_km": 0.4,
                "track_km": 0.4,
                "bt_mir_k": 330.0,
                "day_night": pd.Categorical(["D"] * count),
                "ruling": pd.Categorical(["ban_violation"] * count),
                "reason": "位于禁烧区",
                "marks": "",
                "cause": pd.Categorical(["unknown"] * count),
                "cause_evidence": "",
                "unscreened": False,
                "status": pd.Categorical(["suspected"] * count),
                "simulated": False,
            }
        )
        return table.assign(**changes)

    return build
