"""A small invented region: two cities of two counties, some zones, names that attack."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.vocab import Language
from maps.inputs import MapInputs

HOSTILE = '<img src="https://x.invalid/a.png" onerror="alert(1)">'
CLOSING = "</script><script>alert(2)</script>"
QUOTES = "\"'`${alert(3)} {{ 7 * 7 }} {% raw %}"
TURNED = "甲\u202e乙"


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


def points_table(count: int) -> pd.DataFrame:
    """Return fire points of every ruling, cause and source, spread over the region."""
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(107.05, 108.95, count), rng.uniform(23.05, 23.95, count)
    number = np.arange(count)
    rulings = ["ban_violation", "restricted_unpermitted", "restricted_permitted", "unzoned"]
    supervision = number % 11 == 5
    return pd.DataFrame(
        {
            "point_id": [f"S-NPP|2020-11-05T06:12|VIIRS_I|{k}" for k in number],
            "lon": lon,
            "lat": lat,
            "acquired_local": np.where(number % 2, "2020-11-05 14:12", "2020-12-01 02:30"),
            "ruling": pd.Categorical(np.array(rulings)[number % 4]),
            "cause": np.where(number % 7 == 3, "static_heat", "unknown"),
            "status": np.where(number % 13 == 12, "rejected", "suspected"),
            "source": np.where(supervision, "supervision", "satellite"),
            "platform": np.where(supervision, "uav", "S-NPP"),
            "confidence": np.where(supervision, "none", "high"),
            "frp_mw": np.where(supervision, np.nan, 3.26 + number % 5),
            "city": np.where(lon < 108, HOSTILE, "乙市"),
            "county": np.where(lat < 23.5, CLOSING, TURNED),
            "reason": QUOTES,
            "event_id": [f"E{k // 2}" for k in number],
        }
    )


def region(points: pd.DataFrame, **changes: object) -> MapInputs:
    counties = pd.DataFrame(
        {
            "adcode": [450101, 450102, 450201, 450202],
            "name": [HOSTILE, "丁县", CLOSING, TURNED],
            "city_adcode": [450100, 450100, 450200, 450200],
            "city_name": [HOSTILE, HOSTILE, "乙市", "乙市"],
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
            "allowance": [-1, -13],
            "verdict": ["missed", "missed"],
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
    }
    return MapInputs(**(inputs | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def make() -> Callable[..., MapInputs]:
    """Return a function that makes map inputs: number of points, then fields to change."""

    def made(count: int = 200, **changes: object) -> MapInputs:
        return region(points_table(count), **changes)

    return made


@pytest.fixture(scope="session")
def inputs(make: Callable[..., MapInputs]) -> MapInputs:
    return make()
