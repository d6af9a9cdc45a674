"""What a map is made of, small and with names that attack."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from firewatch.core.time import from_epoch_seconds
from firewatch.core.vocab import Language
from firewatch.views import PUBLIC_COLUMNS
from maps.inputs import MapInputs, TargetTexts

HOSTILE = "<img src=x onerror=alert(1)>"
ENDING = "]]></description><!--"
TURNED = "甲\u202e乙\u200f"
CONTROLS = "丙\x00\x07\x1b\ufffe\ud800丁"
QUOTES = "\"'`${x} & Co"
NAMES = (HOSTILE, ENDING, TURNED, CONTROLS, QUOTES)
PERSON = "责任人张三"
_RULINGS = ("ban_violation", "restricted_unpermitted", "restricted_permitted", "unzoned")
_PARTS = {"product_family": "VIIRS_I", "product_version": "2.0NRT", "day_night": "D"}


def current(count: int, first: str = "2020-11-05T04:00:00Z", **changes: Any) -> pd.DataFrame:
    """Return points as the ledger's views give them: two an event, supervision among them."""
    number = np.arange(count)
    seen_s = int(pd.Timestamp(first).timestamp()) + 3600 * number
    by_people = number % 5 == 4
    values: dict[str, Any] = dict.fromkeys(PUBLIC_COLUMNS, "") | {
        "point_id": [f"P{first[:4]}-{n:04d}" for n in number],
        "event_id": [f"E{first[:4]}-{n // 2:04d}" for n in number],
        "acquired_s": seen_s,
        "acquired_utc": from_epoch_seconds(pd.Series(seen_s, dtype="int64")),
        "lon": np.round(108.0 + 0.0137 * number, 5),
        "lat": np.round(23.0 + 0.0071 * number, 5),
        "city": QUOTES,
        "county": [NAMES[n % len(NAMES)].replace("\ud800", "") for n in number],
        "city_adcode": 450100,
        "county_adcode": 450101 + number % 2,
        "source": np.where(by_people, "supervision", "satellite"),
        "platform": np.where(by_people, "uav", "S-NPP"),
        "confidence": np.where(by_people, "none", "high"),
        "frp_mw": np.where(by_people, np.nan, 2.5 + number),
        "bt_mir_k": 330.0,
        "bt_tir_k": np.nan,
        "scan_km": np.where(by_people, np.nan, 0.4),
        "track_km": np.where(by_people, np.nan, 0.4),
        "ruling": np.array(_RULINGS)[number % 4],
        "ruling_share": 1.0,
        "near_boundary": False,
        "reason": ENDING + HOSTILE,
        "cause": np.where(number % 7 == 6, "static_heat", "unknown"),
        "unscreened": False,
        "status": np.where(number % 11 == 10, "rejected", "suspected"),
        "finding_ha": np.nan,
        "simulated": True,
        **_PARTS,
    }
    return pd.DataFrame(values | changes, index=pd.RangeIndex(count))


def inputs(**changes: Any) -> MapInputs:
    """Return the rest of the map: two counties of a city, zones, a permit."""
    counties = pd.DataFrame(
        {
            "adcode": [450101, 450102],
            "name": [HOSTILE, TURNED],
            "city_adcode": [450100, 450100],
            "city_name": [QUOTES, QUOTES],
            "base": [10, 5],
            "now": [12, 0],
            "change_pct": [20.0, -100.0],
        }
    )
    halves = [shapely.box(108, 23, 108.5, 24), shapely.box(108.5, 23, 109, 24)]
    cities = pd.DataFrame(
        {
            "adcode": [450100], "name": [QUOTES], "base": [15], "now": [12],
            "change_pct": [-20.0], "target_max": [13], "allowance": [1], "verdict": ["met"],
            "state": ["met"],
        }
    )  # fmt: skip
    zones = pd.DataFrame(
        {
            "zone_id": ["ban-1", "own-2", "ban-3"],
            "kind": ["ban", HOSTILE, "ban"],
            "name": [ENDING, CONTROLS.replace("\ud800", ""), ""],
            "notice": ["文号〔2020〕1号", QUOTES, ""],
            "valid": ["2020-10-01 起", "", ""],
            "illustrative": [True, False, True],
            "responsible": [PERSON, PERSON, PERSON],
        }
    )
    ring = shapely.box(108.1, 23.1, 108.3, 23.3) - shapely.box(108.15, 23.15, 108.2, 23.2)
    apart = shapely.MultiPolygon(
        [shapely.box(108.4, 23.4, 108.5, 23.5), shapely.box(108.6, 23.6, 108.7, 23.7)]
    )
    permits = pd.DataFrame(
        {
            "permit_id": ["P-1"], "number": ["NN-1"], "issuer": ["县政府"], "name": [HOSTILE],
            "valid": ["2020-11-01 至 2020-11-30"], "conditions": ["AQI ≤ 100"],
            "responsible": [PERSON],
        }
    )  # fmt: skip
    usual: dict[str, Any] = {
        "points": pd.DataFrame(),
        "counties": counties,
        "county_geometry": np.array(halves, dtype=object),
        "cities": cities,
        "city_geometry": np.array([shapely.box(108, 23, 109, 24)], dtype=object),
        "zones": zones,
        "zone_geometry": np.array([ring, apart, shapely.box(108.8, 23.8, 108.9, 23.9)]),
        "title": f"火点图 {HOSTILE}",
        "notes": ("示意图", ENDING),
        "simulated": True,
        "illustrative": True,
        "language": Language.ZH,
        "permits": permits,
        "permit_geometry": np.array([shapely.box(108.3, 23.3, 108.35, 23.35)]),
        "target": TargetTexts(9, 10, "一场火一天计一个"),
        "season": "2020-21",
        "base_season": "2019-20",
    }
    return MapInputs(**usual | changes)
