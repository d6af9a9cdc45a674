"""A small invented region: two cities of two counties, some zones, names that attack."""

from __future__ import annotations

import base64

import numpy as np
import pandas as pd
import shapely

from firewatch.core.vocab import Language
from maps.inputs import MapInputs, TargetTexts

HOSTILE = '<img src="https://x.invalid/a.png" onerror="alert(1)">'
CLOSING = "</script><script>alert(2)</script>"
QUOTES = "\"'`${alert(3)} {{ 7 * 7 }} {% raw %}"
TURNED = "甲\u202e乙"
TINY_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def wiggly_box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return a box whose corners and edges carry many points, the same from either side."""
    step = 0.002

    def edge(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
        count = round(max(abs(a[0] - b[0]), abs(a[1] - b[1])) / step)
        places = np.linspace(a, b, count, endpoint=False)
        bend = 0.0006 * np.sin(places.sum(axis=1) * 1500)
        if a[0] == b[0]:
            places[1:, 0] += bend[1:]
        else:
            places[1:, 1] += bend[1:]
        return [(round(x, 7), round(y, 7)) for x, y in places]

    corners = [(west, south), (east, south), (east, north), (west, north)]
    ring = [
        place
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
        for place in edge(a, b)
    ]
    return shapely.Polygon(ring)


def points_table(count: int, first_day: str = "2020-11-05") -> pd.DataFrame:
    """Return fire points of every ruling, cause and source, spread over the region and 40 days.

    Units: three neighbours in time make one; every seventh point does not count.
    """
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(107.05, 108.95, count), rng.uniform(23.05, 23.95, count)
    number = np.arange(count)
    rulings = ["ban_violation", "restricted_unpermitted", "restricted_permitted", "unzoned"]
    supervision = number % 11 == 5
    start_s = int(pd.Timestamp(first_day, tz="Asia/Shanghai").timestamp())
    east, south = lon >= 108, lat < 23.5
    table = pd.DataFrame(
        {
            "point_id": [f"S-NPP|{first_day}|VIIRS_I|{k}" for k in number],
            "event_id": [f"E_S-NPP|{first_day}|VIIRS_I|{k // 2 * 2}" for k in number],
            "acquired_s": start_s + 60 * (40 * 24 * 60 * number // max(count, 1)),
            "lon": np.round(lon, 5),
            "lat": np.round(lat, 5),
            "scan_km": np.where(supervision, np.nan, 0.39),
            "track_km": np.where(supervision, np.nan, 0.37),
            "city": np.where(east, "乙市", HOSTILE),
            "county": np.select([~east & south, ~east, south], [HOSTILE, "丁县", CLOSING], TURNED),
            "city_adcode": np.where(east, 450200, 450100),
            "county_adcode": np.where(east, 450200, 450100) + np.where(south, 1, 2),
            "township": np.where(number % 3 == 0, "镇安镇", ""),
            "ruling": pd.Categorical(np.array(rulings)[number % 4]),
            "reason": QUOTES,
            "cause": np.where(number % 7 == 3, "static_heat", "unknown"),
            "status": np.where(number % 13 == 12, "rejected", "suspected"),
            "source": np.where(supervision, "supervision", "satellite"),
            "platform": np.where(supervision, "uav", np.where(number % 2, "NOAA-20", "S-NPP")),
            "confidence": np.where(supervision, "none", "high"),
            "frp_mw": np.where(supervision, np.nan, 3.26 + number % 5),
            "unit": np.where(number % 7 == 3, -1, number // 3),
            "finding": np.where(number % 9 == 0, "burn_scar", ""),
            "finding_ha": np.where(number % 9 == 0, 0.42, np.nan),
            "finding_reason": np.where(number % 9 == 0, CLOSING, ""),
        }
    )
    return table.sort_values(["acquired_s", "county_adcode"], kind="stable", ignore_index=True)


def days_table() -> pd.DataFrame:
    """Return sixty days of a season and of the one before; the last ten are not over yet."""
    days = pd.date_range("2020-11-01", periods=60)
    return pd.DataFrame(
        {
            "day": days.strftime("%Y-%m-%d").astype("str"),
            "base_day": (days - pd.DateOffset(years=1)).strftime("%Y-%m-%d").astype("str"),
            "compared": np.arange(60) < 50,
        }
    )


def region(points: pd.DataFrame, **changes: object) -> MapInputs:
    counties = pd.DataFrame(
        {
            "adcode": [450101, 450102, 450201, 450202],
            "name": [HOSTILE, "丁县", CLOSING, TURNED],
            "city_adcode": [450100, 450100, 450200, 450200],
            "city_name": [HOSTILE, HOSTILE, "乙市", "乙市"],
            "base": [10, 20, 0, 5],
            "now": [12, 9, 3, 5],
            "change_pct": [20.0, -55.0, np.nan, 0.0],
            "cropland_kha": [10.0, np.nan, 3.0, 2.5],
        }
    )
    boxes = [(107, 23, 108, 23.5), (107, 23.5, 108, 24), (108, 23, 109, 23.5), (108, 23.5, 109, 24)]
    county_geometry = np.array([wiggly_box(*box) for box in boxes], dtype=object)
    cities = pd.DataFrame(
        {
            "adcode": [450100, 450200],
            "name": [HOSTILE, "乙市"],
            "base": [25_000, 30],
            "now": [22_501, 40],
            "change_pct": [-9.996, 100 / 3],
            "target_max": [22_500, 27],
            "allowance": [-1, -13],
            "verdict": ["missed", "missed"],
            "state": ["missed", "unseen"],
        }
    )
    zones = pd.DataFrame(
        {
            "zone_id": ["Z1", "Z2", "Z3"],
            "kind": ["ban", "restricted", "</script>"],
            "name": [HOSTILE, "限烧", QUOTES],
            "notice": ["文号〔2020〕1号", CLOSING, ""],
            "valid": ["2020-10-01 至 2021-02-28"] * 3,
        }
    )
    inputs: dict[str, object] = {
        "points": points,
        "counties": counties,
        "county_geometry": county_geometry,
        "cities": cities,
        "city_geometry": np.array(
            [shapely.union_all(county_geometry[:2]), shapely.union_all(county_geometry[2:])]
        ),
        "zones": zones,
        "zone_geometry": np.array(
            [
                shapely.box(107.1, 23.1, 107.3, 23.3),
                shapely.box(108, 23, 109, 24),
                shapely.box(107.6, 23.6, 107.8, 23.8),
            ]
        ),
        "title": f"火点图 {HOSTILE}",
        "notes": ("示意图", CLOSING),
        "simulated": True,
        "illustrative": True,
        "language": Language.ZH,
        "base_points": points_table(len(points) // 2, "2019-11-05"),
        "days": days_table(),
        "townships": pd.DataFrame(
            {
                "name": ["镇安镇", "无火乡", "镇安镇", HOSTILE],
                "county_adcode": [450102, 450102, 450202, 450202],
                "lon": [107.5, 107.2, 108.5, 108.9],
                "lat": [23.7, 23.9, 23.8, 23.6],
            }
        ),
        "permits": pd.DataFrame(
            {
                "permit_id": ["P1"],
                "number": [HOSTILE],
                "issuer": ["乙市"],
                "name": [QUOTES],
                "valid": ["2020-11-01 至 2020-11-30"],
                "conditions": [CLOSING],
            }
        ),
        "permit_geometry": np.array([shapely.box(108.1, 23.1, 108.2, 23.2)]),
        "passes": pd.DataFrame(
            {
                "pass_id": [4, 3],
                "platform": ["NOAA-20", "S-NPP"],
                "started_local": ["2020-12-19 13:40", "2020-12-19 01:50"],
                "basis": ["measured", "measured"],
            }
        ),
        "ground": pd.DataFrame(
            {
                "pass_id": [4, 4, 4, 3],
                "county_adcode": [450101, 450102, 450201, 450101],
                "clear_share": [0.9, 0.1, 0.0, 0.5],
                "cloudy_share": [0.1, 0.9, 0.0, 0.5],
                "unseen_share": [0.0, 0.0, 1.0, 0.0],
            }
        ),
        "pictures": {"E_S-NPP|2020-11-05|VIIRS_I|0": TINY_PNG},
        "target": TargetTexts(9, 10, "计数规则"),
        "season": "2020-21",
        "base_season": "2019-20",
        "sources": ("来源", HOSTILE),
    }
    return MapInputs(**(inputs | changes))  # type: ignore[arg-type]
