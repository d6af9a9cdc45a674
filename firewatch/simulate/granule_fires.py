"""Fires for a simulated granule: places in Guangxi, sizes and temperatures of burning straw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from imagery.radiometry import STEFAN_BOLTZMANN
from zones.places.areas import load_areas

# Half of the fires smaller than 150 m2, one in ten above 1,000 m2; flames of straw at 700-1,000 K.
_MEDIAN_AREA_M2, _SPREAD = 150.0, 1.5
_FLAME_K = (700.0, 1000.0)


def scattered_fires(count: int, seed: int) -> pd.DataFrame:
    """Return `count` fires at random in the region: lon, lat, area_m2, t_k."""
    rng = np.random.default_rng(seed)
    region = load_areas().region
    shapely.prepare(region)
    west, south, east, north = shapely.bounds(region).tolist()
    lon, lat = rng.uniform(west, east, 4 * count + 20), rng.uniform(south, north, 4 * count + 20)
    inside = np.flatnonzero(shapely.contains_xy(region, lon, lat))[:count]
    return pd.DataFrame(
        {
            "lon": lon[inside],
            "lat": lat[inside],
            "area_m2": _MEDIAN_AREA_M2 * np.exp(_SPREAD * rng.standard_normal(len(inside))),
            "t_k": rng.uniform(*_FLAME_K, len(inside)),
        }
    )


def flames(frp_mw: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Return flames that radiate a power each: area_m2, t_k (Stefan-Boltzmann)."""
    t_k = rng.uniform(*_FLAME_K, len(frp_mw))
    area_m2 = frp_mw.to_numpy() * 1e6 / (STEFAN_BOLTZMANN * t_k**4)
    return pd.DataFrame({"area_m2": area_m2, "t_k": t_k}, index=frp_mw.index)
