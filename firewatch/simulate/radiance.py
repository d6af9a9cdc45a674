"""From radiative power per area to brightness temperature in the 4 µm band."""

from __future__ import annotations

import numpy as np

from firewatch.core.geo import Floats
from imagery.radiometry import STEFAN_BOLTZMANN, brightness_temperature, planck_radiance

_FLAME_K = 900.0
_WAVELENGTH_UM = {"MODIS": 3.96, "VIIRS": 3.74}
_SATURATION_K = {"MODIS": 500.0, "VIIRS": 367.0}


def brightness_k(family: str, background_k: Floats, frp_mw_per_km2: Floats) -> Floats:
    """Return the 4 µm brightness temperature (K) of pixels with a fire in them.

    Wooster, Zhukov and Oertel (2003): at flame temperatures the radiance goes with T⁴ as the
    radiative power does, so the excess over the background is proportional to the power. The
    temperature is cut where the band saturates.
    """
    wave_um = _WAVELENGTH_UM[family]
    slope = planck_radiance(wave_um, _FLAME_K) / (STEFAN_BOLTZMANN * _FLAME_K**4)
    radiance = planck_radiance(wave_um, background_k) + slope * frp_mw_per_km2
    return np.minimum(brightness_temperature(wave_um, radiance), _SATURATION_K[family])
