"""Recomputing an official MODIS file from the statistics it carries.

Agreement shows that the file was understood, not that the product is right: pixels, background
and thresholds are the file's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from firewatch.core.geo import Floats
from imagery.level2.granule import Level2
from imagery.radiometry import MODIS_21_22_UM, STEFAN_BOLTZMANN, planck_radiance
from imagery.swath import sizes_km

MODIS_FRP_A = 3.0e-9
"""W m-2 sr-1 µm-1 K-4 (Wooster et al. 2003, as in Giglio et al. 2016)."""
_MAD_OF_NORMAL = 0.7978845608
"""Mean absolute deviation of a normal distribution of standard deviation 1."""


@dataclass(frozen=True)
class Ramps:
    """Confidence of a daytime MODIS fire pixel: the geometric mean of five ramps.

    Each pair is (0 at, 1 at); for the counts of neighbours the ramp falls.
    """

    t4_k: tuple[float, float]
    t4_deviations: tuple[float, float]
    dt_deviations: tuple[float, float]
    adjacent_cloud: tuple[float, float]
    adjacent_water: tuple[float, float]


COLLECTION_4_RAMPS = Ramps((310, 340), (2.5, 6), (3, 6), (0, 6), (0, 6))
"""Giglio et al. 2003, Remote Sensing of Environment 87."""
COLLECTION_61_RAMPS = Ramps((300, 360), (3, 6), (3.5, 6), (0, 4), (0, 4))
"""Fitted by firewatch, not published by NASA: with the fraction of a percent cut off, they give
the confidence of all 53 fire pixels of MOD14.A2018312.1950 (collection 6.1) exactly."""


def passed_tests(fires: pd.DataFrame) -> pd.DataFrame:
    """Return which contextual tests of daytime land each fire pixel passes.

    Columns: absolute (T4 above 360 K), dt_relative, dt_absolute, t4_relative, t11; fire is their
    combination without the test on background fires, whose statistics files do not carry.
    """
    dt_k = fires["bt_mir_k"] - fires["bt_tir_k"]
    tests = pd.DataFrame(
        {
            "absolute": fires["bt_mir_k"] > 360,
            "dt_relative": dt_k > fires["mean_dt_k"] + 3.5 * fires["mad_dt_k"],
            "dt_absolute": dt_k > fires["mean_dt_k"] + 6,
            "t4_relative": fires["bt_mir_k"] > fires["mean_mir_k"] + 3 * fires["mad_mir_k"],
            "t11": fires["bt_tir_k"] > fires["mean_tir_k"] + fires["mad_tir_k"] - 4,
        }
    )
    relative = tests[["dt_relative", "dt_absolute", "t4_relative", "t11"]].all(axis=1)
    return tests.assign(fire=tests["absolute"] | relative)


def fire_power_mw(granule: Level2, *, background_spread: bool = False) -> Floats:
    """Return the fire radiative power of each pixel from its temperatures and its size.

    Parameters
    ----------
    background_spread
        The mean radiance of a background is above the radiance of its mean temperature, because
        radiance grows faster than temperature. True adds that, to second order and for a normal
        spread, from the mean absolute deviation.
    """
    fires = granule.fires
    scan_km, track_km = sizes_km(granule.heading.product.family)
    sample = fires["sample"].to_numpy().astype(np.intp)
    background = planck_radiance(MODIS_21_22_UM, fires["mean_mir_k"])
    if background_spread:
        sigma_k = fires["mad_mir_k"].to_numpy() / _MAD_OF_NORMAL
        background = background + _curvature(fires["mean_mir_k"].to_numpy()) * sigma_k**2 / 2
    excess = planck_radiance(MODIS_21_22_UM, fires["bt_mir_k"]) - background
    power: Floats = scan_km[sample] * track_km[sample] * STEFAN_BOLTZMANN * excess / MODIS_FRP_A
    return power


def _curvature(t_k: Floats, step_k: float = 0.5) -> Floats:
    """Return the second derivative of radiance by temperature."""
    below, middle, above = (
        planck_radiance(MODIS_21_22_UM, t_k + shift) for shift in (-step_k, 0.0, step_k)
    )
    curvature: Floats = (above - 2 * middle + below) / step_k**2
    return curvature


def day_confidence_percent(fires: pd.DataFrame, ramps: Ramps) -> Floats:
    """Return the confidence of daytime fire pixels in percent, fractions cut off."""
    dt_k = fires["bt_mir_k"] - fires["bt_tir_k"]
    t4_deviations = (fires["bt_mir_k"] - fires["mean_mir_k"]) / fires["mad_mir_k"]
    dt_deviations = (dt_k - fires["mean_dt_k"]) / fires["mad_dt_k"]
    factors = [
        _ramp(fires["bt_mir_k"], ramps.t4_k),
        _ramp(t4_deviations, ramps.t4_deviations),
        _ramp(dt_deviations, ramps.dt_deviations),
        1 - _ramp(fires["adjacent_cloud"], ramps.adjacent_cloud),
        1 - _ramp(fires["adjacent_water"], ramps.adjacent_water),
    ]
    percent: Floats = np.floor(100 * np.prod(factors, axis=0) ** (1 / len(factors)))
    return percent


def _ramp(values: pd.Series, limits: tuple[float, float]) -> Floats:
    low, high = limits
    ramp: Floats = np.clip((values.to_numpy() - low) / (high - low), 0, 1)
    return ramp
