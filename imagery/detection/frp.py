"""Fire radiative power of fire pixels."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from firewatch.core.geo import Floats
from imagery.radiometry import STEFAN_BOLTZMANN


def radiance_power_mw(
    fire_radiance: ArrayLike, background_radiance: ArrayLike, area_km2: ArrayLike, slope: float
) -> Floats:
    """Return the power that the excess of radiance in the 4 µm band stands for, MW.

    Wooster, Zhukov and Oertel (2003): FRP = A σ (L - L_B) / a.

    Parameters
    ----------
    fire_radiance, background_radiance
        W m-2 sr-1 µm-1; NaN gives NaN, as does a fire that is not above its background.
    area_km2
        Area of the pixel in which the radiance was measured.
    slope
        a of the band, W m-2 sr-1 µm-1 K-4: what a flame's radiance is of the fourth power of its
        temperature.
    """
    excess = np.asarray(fire_radiance, dtype=float) - np.asarray(background_radiance, dtype=float)
    # 1e6 m² in a km² and 1e6 W in a MW cancel.
    power = np.asarray(area_km2, dtype=float) * STEFAN_BOLTZMANN * excess / slope
    return np.where(excess > 0, power, np.nan)


def kaufman_power_mw(
    fire_k: ArrayLike, background_k: ArrayLike, area_km2: ArrayLike, factor: float
) -> Floats:
    """Return the power from MODIS temperatures as Collection 5 has it, MW.

    Kaufman et al. (1998), as used by Giglio et al. (2003): factor · A · (T4⁸ - T4B⁸), with the
    factor in MW km-2 K-8.
    """
    excess = np.asarray(fire_k, dtype=float) ** 8 - np.asarray(background_k, dtype=float) ** 8
    power = np.asarray(area_km2, dtype=float) * factor * excess
    return np.where(excess > 0, power, np.nan)


def share_of_group(power_mw: ArrayLike, *keys: NDArray[np.intp]) -> Floats:
    """Return each power divided by the number of rows that have the same keys.

    The fire pixels that lie in one coarse pixel share its power equally (VNP14IMG).
    """
    frame = pd.DataFrame({str(number): key for number, key in enumerate(keys)})
    size = frame.groupby(list(frame.columns))["0"].transform("size").to_numpy(dtype=float)
    shared: Floats = np.asarray(power_mw, dtype=float) / size
    return shared
