"""Points near which a permit begins or ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from firewatch.core.footprint import boxes
from firewatch.core.time import day_number, parse_day
from zones.permits.air_quality import AirQuality, air_quality_from
from zones.permits.edges import near_permit_edge
from zones.permits.permits import Permits, permits_from

DAY = day_number(parse_day("2020-11-05"))
PLOT = shapely.box(108.48, 22.98, 108.52, 23.02)


def permits(**more: object) -> Permits:
    row = {"number": "1", "valid_from": DAY - 2, "valid_to": DAY + 2, "max_aqi": 100.0} | more
    return permits_from(pd.DataFrame([row]), np.array([PLOT], dtype=object))


def points(lon: np.ndarray, lat: np.ndarray, ruling: str = "restricted_unpermitted", *,
           when: str = "2020-11-05T06:00Z") -> pd.DataFrame:  # fmt: skip
    return pd.DataFrame(
        {
            "lon": lon, "lat": lat, "scan_km": 0.8, "track_km": 0.5, "county_adcode": 450102,
            "acquired_utc": pd.Series(pd.to_datetime([when] * len(lon))).dt.as_unit("s"),
            "ruling": ruling,
        }
    )  # fmt: skip


def somewhere(count: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return rng.uniform(108.47, 108.53, count), rng.uniform(22.97, 23.03, count)


def test_a_pixel_that_the_plots_edge_runs_through_is_near_it() -> None:
    table = points(*somewhere())
    pixels = boxes(table["lon"], table["lat"], table["scan_km"], table["track_km"])
    share = shapely.area(shapely.intersection(pixels, PLOT)) / shapely.area(pixels)
    expected = (share > 1e-9) & (share < 1 - 1e-9)
    found = near_permit_edge(table, permits(), AirQuality.empty())
    assert found.tolist() == expected.tolist()
    assert 0 < expected.sum() < len(expected)


def test_only_a_permit_that_holds_makes_an_edge() -> None:
    table = points(*somewhere(200))
    foul = air_quality_from(
        pd.DataFrame([{"day": DAY, "area_adcode": 450100, "aqi": 150.0, "wind_m_s": np.nan}])
    )
    assert near_permit_edge(table, permits(), AirQuality.empty()).any()
    assert not near_permit_edge(table, permits(), foul).any()
    assert not near_permit_edge(table, permits(revoked_from=DAY), AirQuality.empty()).any()
    assert not near_permit_edge(table, permits(valid_to=DAY - 1), AirQuality.empty()).any()
    assert not near_permit_edge(table, Permits.empty(), AirQuality.empty()).any()


def test_in_ban_areas_and_without_zones_a_permit_makes_no_edge() -> None:
    for ruling in ("ban_violation", "unzoned"):
        table = points(*somewhere(200), ruling)
        assert not near_permit_edge(table, permits(), AirQuality.empty()).any()
