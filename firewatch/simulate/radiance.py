"""From radiative power per area to brightness temperature in the 4 µm band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firewatch.core.geo import Floats

_C1 = 1.191042972e8  # W m-2 sr-1 µm4
_C2 = 14_387.769  # µm K
_STEFAN_BOLTZMANN = 5.670374e-8  # W m-2 K-4


_FLAME_K = 900.0


@dataclass(frozen=True)
class MirBand:
    """A 4 µm band: its wavelength (µm) and the temperature at which it saturates (K)."""

    wavelength_um: float
    saturation_k: float

    def radiance(self, kelvin: Floats | float) -> Floats:
        """Return Planck's radiance, W m-2 sr-1 µm-1."""
        front = _C1 / self.wavelength_um**5
        return np.asarray(front / np.expm1(_C2 / (self.wavelength_um * kelvin)))

    def temperature_k(self, radiance: Floats) -> Floats:
        """Return the brightness temperature of a radiance, cut where the band saturates."""
        front = _C1 / self.wavelength_um**5
        kelvin = _C2 / (self.wavelength_um * np.log1p(front / radiance))
        return np.minimum(kelvin, self.saturation_k)


_BANDS = {"MODIS": MirBand(3.96, 500.0), "VIIRS": MirBand(3.74, 367.0)}


def brightness_k(family: str, background_k: Floats, frp_mw_per_km2: Floats) -> Floats:
    """Return the 4 µm brightness temperature (K) of pixels with a fire in them.

    Wooster, Zhukov and Oertel (2003): at flame temperatures the radiance goes with T⁴ as the
    radiative power does, so the excess over the background is proportional to the power.
    """
    band = _BANDS[family]
    slope = band.radiance(_FLAME_K) / (_STEFAN_BOLTZMANN * _FLAME_K**4)
    return band.temperature_k(band.radiance(background_k) + slope * frp_mw_per_km2)
