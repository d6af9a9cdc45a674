"""From counts to radiance, brightness temperature and reflectance, and back.

Radiances are spectral, W m⁻² sr⁻¹ µm⁻¹; temperatures in K; reflectances 0..1 at the top of the
atmosphere.
"""

from __future__ import annotations

from enum import IntFlag
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firewatch.core.geo import Floats

Singles: TypeAlias = NDArray[np.float32]
Counts: TypeAlias = NDArray[np.uint16]
Mask: TypeAlias = NDArray[np.bool_]

PLANCK_C1 = 1.191042972e8
"""First radiation constant 2hc² for radiance, W m⁻² sr⁻¹ µm⁴ (CODATA 2018)."""
PLANCK_C2 = 14_387.769
"""Second radiation constant hc/k, µm K (CODATA 2018)."""

STEFAN_BOLTZMANN = 5.670374e-8
"""W m⁻² K⁻⁴ (CODATA 2018)."""

VIIRS_I4_UM = 3.740
VIIRS_M13_UM = 4.050
VIIRS_I5_UM = 11.450
MODIS_21_22_UM = 3.959
MODIS_31_UM = 11.009
MODIS_32_UM = 12.020

NIGHT_FROM_DEG = 85.0
"""Solar zenith angle from which a pixel is night and has no reflectance (Giglio et al. 2016)."""

FIRST_FILL_COUNT = 65_528
"""VIIRS level-1B counts from here on are no measurement (VIIRS L1B user guide)."""


class Quality(IntFlag):
    """Bits of the ``*_quality_flags`` variables of VIIRS level-1B files."""

    SUBSTITUTE_CAL = 1
    OUT_OF_RANGE = 2
    SATURATION = 4
    TEMP_NOT_NOMINAL = 8
    LOW_GAIN = 16
    MIXED_GAIN = 32
    DG_ANOMALY = 64
    SOME_SATURATION = 128
    BOWTIE_DELETED = 256
    MISSING_EV = 512
    CAL_FAIL = 1024
    DEAD_DETECTOR = 2048


HARMLESS = Quality.LOW_GAIN | Quality.MIXED_GAIN
"""Bits that tell which gain measured, not that anything is wrong."""


def planck_radiance(wavelength_um: float, t_k: ArrayLike) -> Floats:
    """Return the radiance of a black body; 0 K and below give NaN.

    Parameters
    ----------
    wavelength_um
        Effective wavelength of the band.
    t_k
        Temperatures, any shape.
    """
    kelvin = np.asarray(t_k, dtype=float)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        radiance = PLANCK_C1 / wavelength_um**5 / np.expm1(PLANCK_C2 / (wavelength_um * kelvin))
    return np.where(kelvin > 0, radiance, np.nan)


def brightness_temperature(wavelength_um: float, radiance: ArrayLike) -> Floats:
    """Return the temperature (K) of a black body with a radiance; NaN where that is not above 0."""
    power = np.asarray(radiance, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.log1p(PLANCK_C1 / wavelength_um**5 / power)
        return np.where(power > 0, PLANCK_C2 / (wavelength_um * logarithm), np.nan)


def planck_table(
    wavelength_um: float, scale: float, offset: float, counts: int, slope: float, shift_k: float
) -> Singles:
    """Return brightness temperatures (K) of counts 0..`counts`-1, NaN beyond in 65,536 entries.

    Parameters
    ----------
    scale, offset
        Radiance = scale · (count − offset), the form of MODIS level-1B files.
    slope, shift_k
        Correction of the band's width: T = slope · T(Planck) + shift.
    """
    table = np.full(65_536, np.nan, dtype=np.float32)
    radiance = scale * (np.arange(counts) - offset)
    table[:counts] = slope * brightness_temperature(wavelength_um, radiance) + shift_k
    return table


def usable_table(lut: ArrayLike, first_fill: int = FIRST_FILL_COUNT) -> Singles:
    """Return a file's brightness-temperature table with NaN where it holds no temperature.

    Parameters
    ----------
    lut
        Table by count as the file has it; entries without a temperature are about -999.
    first_fill
        Counts from here on are no measurement.
    """
    table = np.array(lut, dtype=np.float32)
    table[~(table > 0)] = np.nan
    table[first_fill:] = np.nan
    return table


def temperature_by_table(counts: Counts, table: Singles, out: Singles | None = None) -> Singles:
    """Return table[counts] as float32, written to `out` where that is given.

    Counts beyond the table take its last entry, which `usable_table` and `planck_table` keep NaN.
    """
    result = np.empty(counts.shape, dtype=np.float32) if out is None else out
    # mode="clip" spares the bounds check and the buffer that mode="raise" puts before `out`.
    np.take(table, counts, out=result, mode="clip")
    return result


def sun_factor(solar_zenith_deg: Singles, night_from_deg: float = NIGHT_FROM_DEG) -> Singles:
    """Return 1 / cos(SZA), NaN from `night_from_deg` on and where SZA is unknown.

    NASA's VIIRS level-1B reflective bands carry the factor cos(SZA); the fire tests of Schroeder
    et al. (2014) are stated for reflectance without it.
    """
    cosine = np.cos(np.radians(solar_zenith_deg))
    cosine[~(solar_zenith_deg < night_from_deg)] = np.nan
    return np.divide(np.float32(1), cosine, out=cosine)


def relative_azimuth_deg(
    solar_azimuth_deg: Singles, view_azimuth_deg: Singles, out: Singles | None = None
) -> Singles:
    """Return the angle between two azimuths, 0..180°; the sun's glint lies at 180°."""
    difference = np.subtract(solar_azimuth_deg, view_azimuth_deg, out=out)
    np.abs(difference, out=difference)
    # |180 - |180 - d|| folds 0..360 onto 0..180 without a second array.
    np.subtract(np.float32(180), difference, out=difference)
    np.abs(difference, out=difference)
    return np.subtract(np.float32(180), difference, out=difference)
