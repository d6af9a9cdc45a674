"""The true crop fires: who burns what, where, when and how hot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firewatch.core.geo import Floats
from firewatch.core.time import BEIJING_OFFSET_S, DAY_S, day_number
from firewatch.simulate.calendar import (
    BURNING_LOG_SPREAD,
    BURNING_MEDIAN_MIN,
    CAMPAIGN_YEAR_STARTS,
    CROPS,
    FRP_LOG_SPREAD,
    LIGHTING_HOURS,
    SIMULATED_PERIOD,
    Crop,
)
from firewatch.simulate.places import circle_places, fields, near_quiet_cities, outside, villages
from firewatch.simulate.tables import read_table
from zones.places.areas import Areas


def crop_fires(areas: Areas, rng: np.random.Generator, scale: float) -> pd.DataFrame:
    """Return every true crop fire of the simulated period.

    Parameters
    ----------
    scale
        Factor on the number of fires of every county.

    Returns
    -------
    pandas.DataFrame
        ``lon, lat`` (degrees), ``start_s, end_s`` (UTC epoch seconds), ``frp_mw``, ``kind``
        (crop), ``county_adcode`` (0 outside the region), in order of `start_s`.
    """
    village = villages(areas, rng)
    parts = []
    for year in range(len(CAMPAIGN_YEAR_STARTS)):
        for crop in CROPS:
            parts.append(_inside_fires(areas, village, year, crop, rng, scale))
            parts.append(_outside_fires(areas, year, crop, rng, scale))
    fires = pd.concat(parts, ignore_index=True)
    first_s, after_s = SIMULATED_PERIOD.epoch_bounds_s()
    kept = fires["start_s"].between(first_s, after_s - 1)
    kept &= ~near_quiet_cities(
        areas, _quiet_cities(), fires["lon"].to_numpy(), fires["lat"].to_numpy()
    )
    return fires[kept].sort_values("start_s", kind="stable", ignore_index=True)


def _inside_fires(
    areas: Areas,
    village: dict[int, Floats],
    year: int,
    crop: Crop,
    rng: np.random.Generator,
    scale: float,
) -> pd.DataFrame:
    table = read_table("county_crops")
    city = table["county_adcode"] // 100 * 100
    expected = table[crop.name] * scale
    if year > 0:
        expected = expected * city.map(
            read_table("city_change").set_index("city_adcode").iloc[:, 1]
        )
    known = table["county_adcode"].isin(areas.counties["adcode"]).to_numpy()
    counts = rng.poisson(np.where(known, expected, 0))
    codes = np.repeat(table["county_adcode"].to_numpy(), counts)
    lon, lat = fields(codes, areas, village, rng)
    return _fires(lon, lat, year, crop, rng).assign(county_adcode=codes)


def _outside_fires(
    areas: Areas, year: int, crop: Crop, rng: np.random.Generator, scale: float
) -> pd.DataFrame:
    circles = read_table("neighbours")
    counts = rng.poisson(circles[crop.name] * scale)
    lon, lat = circle_places(circles, np.repeat(np.arange(len(circles)), counts), rng)
    fires = _fires(lon, lat, year, crop, rng).assign(county_adcode=0)
    return fires[outside(areas, lon, lat)]


def _fires(
    lon: Floats, lat: Floats, year: int, crop: Crop, rng: np.random.Generator
) -> pd.DataFrame:
    count = len(lon)
    day = day_number(CAMPAIGN_YEAR_STARTS[year]) + np.floor(
        rng.triangular(crop.first_day, crop.peak_day, crop.last_day, count)
    )
    hour = _lighting_hours(count, rng)
    start_s = (day * DAY_S - BEIJING_OFFSET_S + hour * 3600).astype("int64")
    minutes = BURNING_MEDIAN_MIN * rng.lognormal(0, BURNING_LOG_SPREAD, count)
    return pd.DataFrame(
        {
            "lon": lon,
            "lat": lat,
            "start_s": start_s,
            "end_s": start_s + (minutes * 60).astype("int64"),
            "frp_mw": crop.frp_median_mw * rng.lognormal(0, FRP_LOG_SPREAD, count),
            "kind": crop.name,
        }
    )


def _lighting_hours(count: int, rng: np.random.Generator) -> Floats:
    group = rng.choice(len(LIGHTING_HOURS), count, p=[each.share for each in LIGHTING_HOURS])
    mean = np.array([each.mean_h for each in LIGHTING_HOURS])[group]
    spread = np.array([each.spread_h for each in LIGHTING_HOURS])[group]
    hours: Floats = rng.normal(mean, spread)
    return hours


def _quiet_cities() -> list[int]:
    table = read_table("county_crops")
    total = table[[crop.name for crop in CROPS]].sum(axis=1)
    by_city = total.groupby(table["county_adcode"] // 100 * 100).sum()
    return [int(code) for code in by_city.index[by_city == 0]]
