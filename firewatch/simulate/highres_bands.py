"""Bands of Landsat OLI and Sentinel-2 MSI, and what flames add to their reflectance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import ArrayLike

from firewatch.core.geo import Floats
from firewatch.core.time import DAY_S
from imagery.highres.products import MSI_BANDS, OLI_ADD, OLI_FULL, OLI_MULT
from imagery.highres.scene import Calibration, Role, SensorName
from imagery.radiometry import planck_radiance


@dataclass(frozen=True)
class Band:
    """A band as its sensor measures it.

    Attributes
    ----------
    wavelength_um
        Effective wavelength.
    sun
        Irradiance of the sun outside the atmosphere at 1 au, W m⁻² µm⁻¹.
    full
        Radiance at which the detector is full, W m⁻² sr⁻¹ µm⁻¹.
    """

    role: Role
    wavelength_um: float
    sun: float
    full: float


# OLI: π · d² · RADIANCE_MAXIMUM / REFLECTANCE_MAXIMUM of a band is the same for every MTL, whatever
# the day: that is the sun the product is scaled with. The band is full where its number is.
_OLI_FULL_RHO = 1.2107
_OLI: tuple[tuple[Role, float, float], ...] = (
    ("coastal", 0.443, 1972.25),
    ("blue", 0.482, 2019.61),
    ("green", 0.561, 1861.05),
    ("red", 0.655, 1569.35),
    ("nir", 0.865, 960.36),
    ("swir1", 1.609, 238.83),
    ("swir2", 2.201, 80.50),
    ("cirrus", 1.373, 375.33),
)
MSI_SUN = {
    "B01": 1884.69, "B02": 1959.66, "B03": 1823.24, "B04": 1512.06, "B05": 1424.64, "B06": 1287.61,
    "B07": 1162.08, "B08": 1041.63, "B8A": 955.32, "B09": 812.92, "B10": 367.15, "B11": 245.59,
    "B12": 85.25,
}  # fmt: skip
"""Irradiance of the sun at 1 au by band of MSI, W m⁻² µm⁻¹, in the order of the bands' numbers.

Solar_Irradiance_List of Sentinel-2A's MTD_MSIL1C.xml.
"""
# Full radiances of MSI are Lmax of Drusch et al. (2012), table 1.
_MSI: tuple[tuple[Role, float, float], ...] = (
    ("coastal", 0.443, 588.0),
    ("blue", 0.492, 615.5),
    ("green", 0.560, 559.0),
    ("red", 0.665, 484.0),
    ("nir", 0.865, 308.0),
    ("swir1", 1.614, 70.0),
    ("swir2", 2.202, 24.6),
    ("cirrus", 1.374, 30.0),
)

BANDS: dict[SensorName, tuple[Band, ...]] = {
    "OLI": tuple(Band(role, wave, sun, sun * _OLI_FULL_RHO / np.pi) for role, wave, sun in _OLI),
    "MSI": tuple(
        Band(role, wave, MSI_SUN[MSI_BANDS[role].name], full) for role, wave, full in _MSI
    ),
}

QUANTIFICATION = 10_000
"""Numbers of MSI for a reflectance of 1."""


def calibration(sensor: SensorName, offset: int = 0) -> Calibration:
    """Return how numbers become reflectance; `offset` is RADIO_ADD_OFFSET of Sentinel-2."""
    if sensor == "OLI":
        return Calibration(OLI_MULT, OLI_ADD, 0, OLI_FULL)
    return Calibration(1 / QUANTIFICATION, offset / QUANTIFICATION, 0, OLI_FULL)


def earth_sun_distance_au(epoch_s: int) -> float:
    """Return the distance from Earth to Sun (Astronomical Almanac, good to 0.0002 au)."""
    moment = datetime.fromtimestamp(epoch_s, UTC)
    days = (moment - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / DAY_S
    anomaly = np.radians(357.528 + 0.9856003 * days)
    return float(1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2 * anomaly))


def as_reflectance(
    band: Band, radiance: ArrayLike, distance_au: float, sun_elevation_deg: float
) -> Floats:
    """Return ρ = π L d² / (E sin h), the reflectance that a radiance at the sensor looks like."""
    sine = np.sin(np.radians(sun_elevation_deg))
    factor = np.pi * distance_au**2 / (band.sun * sine)
    return np.asarray(radiance, dtype=float) * float(factor)


def flame_reflectance(
    band: Band, t_k: ArrayLike, distance_au: float, sun_elevation_deg: float
) -> Floats:
    """Return the reflectance that a black body filling a pixel looks like."""
    radiance = planck_radiance(band.wavelength_um, t_k)
    return as_reflectance(band, radiance, distance_au, sun_elevation_deg)
