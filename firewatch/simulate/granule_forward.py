"""Radiance that reaches an imager: surface, sun, fires smaller than a pixel, and noise.

L = (1 - ρ) B(T) + ρ · E cos(SZA) / π, and with fires of share p and temperature Tf
L + Σ p (B(Tf) - L), as in Dozier (1981). Fires under cloud are not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from firewatch.simulate.granule_ground import Fields
from firewatch.simulate.granule_swath import Block, Ints, Swath
from imagery.radiometry import (
    MODIS_21_22_UM,
    MODIS_31_UM,
    MODIS_32_UM,
    VIIRS_I4_UM,
    VIIRS_I5_UM,
    VIIRS_M13_UM,
    brightness_temperature,
    planck_radiance,
)

_M2_A_KM2 = 1e6


@dataclass(frozen=True)
class ThermalBand:
    """A band.

    Parameters
    ----------
    sun
        Radiance that the overhead sun adds over a white surface, W m-2 sr-1 µm-1, for a sun of
        5778 K; 0 where the sun does not count.
    noise
        Deviation of the instrument's noise, W m-2 sr-1 µm-1.
    """

    wavelength_um: float
    sun: float
    noise: float


I4 = ThermalBand(VIIRS_I4_UM, 3.7, 0.005)
I5 = ThermalBand(VIIRS_I5_UM, 0.0, 0.02)
M13 = ThermalBand(VIIRS_M13_UM, 2.8, 0.003)
B21 = ThermalBand(MODIS_21_22_UM, 3.0, 0.005)
B22 = ThermalBand(MODIS_21_22_UM, 3.0, 0.002)
B31 = ThermalBand(MODIS_31_UM, 0.0, 0.007)
B32 = ThermalBand(MODIS_32_UM, 0.0, 0.007)


@dataclass(frozen=True, eq=False)
class FirePixels:
    """Every meeting of a fire with a pixel that sees it; arrays of one length."""

    fire: Ints
    line: Ints
    sample: Ints
    share: Floats
    t_k: Floats

    def within(self, first_line: int, lines: int, first_sample: int = 0) -> FirePixels:
        """Return those of a block of lines, `line` and `sample` counted from its first."""
        inside = (self.line >= first_line) & (self.line < first_line + lines)
        return FirePixels(
            self.fire[inside],
            self.line[inside] - first_line,
            self.sample[inside] - first_sample,
            self.share[inside],
            self.t_k[inside],
        )

    def seen(self, cloud: NDArray[np.bool_]) -> FirePixels:
        """Return those of a block that no cloud hides."""
        clear = ~cloud[self.line, self.sample]
        return FirePixels(
            self.fire[clear],
            self.line[clear],
            self.sample[clear],
            self.share[clear],
            self.t_k[clear],
        )


def fire_pixels(swath: Swath, fires: pd.DataFrame) -> FirePixels:
    """Return which pixels see which fires; columns lon, lat, area_m2, t_k."""
    place, line, sample = swath.seeing(fires["lon"].to_numpy(), fires["lat"].to_numpy())
    size_km2 = (swath.scanner.scan_km * swath.scanner.track_km)[sample].astype(float)
    share = fires["area_m2"].to_numpy(dtype=float)[place] / (size_km2 * _M2_A_KM2)
    return FirePixels(place, line, sample, share, fires["t_k"].to_numpy(dtype=float)[place])


def clear_radiance(band: ThermalBand, fields: Fields, block: Block) -> Floats:
    """Return the radiance without fires and noise."""
    own = planck_radiance(band.wavelength_um, fields.surface_k)
    veiled = fields.veil > 0
    top = planck_radiance(band.wavelength_um, fields.veil_k[veiled])
    # Parts of a pixel mix as radiance: a cold part lowers 11 µm more than 4 µm.
    own[veiled] += fields.veil[veiled] * (top - own[veiled])
    if not band.sun:
        return own
    cosine = np.clip(np.cos(np.radians(block.solar_zenith_deg)), 0, None)
    result: Floats = (1 - fields.mir) * own + band.sun * fields.mir * cosine
    return result


def with_fires(band: ThermalBand, clear: Floats, fires: FirePixels) -> Floats:
    """Return the radiance of a block with the fires in it."""
    burning = clear.copy()
    at = fires.line, fires.sample
    excess = fires.share * (planck_radiance(band.wavelength_um, fires.t_k) - clear[at])
    # Two fires may lie in one pixel.
    np.add.at(burning, at, excess)
    return burning


def noisy(band: ThermalBand, radiance: Floats, rng: np.random.Generator) -> Floats:
    """Return the radiance as measured."""
    return np.asarray(radiance + band.noise * rng.standard_normal(radiance.shape, dtype=np.float32))


def counts(radiance: Floats, scale: float, offset: float, last: int) -> NDArray[np.uint16]:
    """Return the nearest count of scale · count + offset, cut to 0..`last`."""
    return np.clip(np.rint((radiance - offset) / scale), 0, last).astype(np.uint16)


def truth_rows(
    fires: FirePixels, cloud: NDArray[np.bool_], bands: dict[str, tuple[ThermalBand, Floats]]
) -> pd.DataFrame:
    """Return one row a fire in a pixel of a block: shares and temperatures without noise.

    Parameters
    ----------
    bands
        Name → (band, radiance without fires).
    """
    at = fires.line, fires.sample
    seen = fires.seen(cloud)
    columns: dict[str, object] = {
        "fire": fires.fire,
        "line": fires.line,
        "sample": fires.sample,
        "share": fires.share,
        "cloud": cloud[at],
    }
    for name, (band, clear) in bands.items():
        burning = with_fires(band, clear, seen)
        columns[f"bt_{name}_k"] = brightness_temperature(band.wavelength_um, burning[at])
        columns[f"background_{name}_k"] = brightness_temperature(band.wavelength_um, clear[at])
    return pd.DataFrame(columns)
