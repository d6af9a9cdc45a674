"""One scene of Landsat OLI or Sentinel-2 MSI as arrays, ready for detection.

Readers, the answer of Sentinel Hub and the simulator make a `HighresScene`; the detectors, scars
and pictures take nothing else. Digital numbers are kept as they are stored and calibrated where
they are used: a full scene of seven bands would fill 1.7 GB as reflectance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from imagery.highres.grid import Grid

Role: TypeAlias = Literal["coastal", "blue", "green", "red", "nir", "swir1", "swir2", "cirrus"]
"""What a band sees: OLI 1 to 7 and 9; MSI B01, B02, B03, B04, B8A, B11, B12, B10."""
SensorName: TypeAlias = Literal["OLI", "MSI"]
Numbers: TypeAlias = NDArray[np.uint16]


class Ground(IntEnum):
    """What a pixel shows, as its quality band or our own test says."""

    NO_DATA = 0
    CLEAR = 1
    CLOUD = 2
    SHADOW = 3
    SNOW = 4
    WATER = 5


@dataclass(frozen=True)
class Calibration:
    """From the digital number Q of a band to reflectance ρ' = mult · Q + add.

    Attributes
    ----------
    fill
        Number without data.
    saturated
        Least number at which the detector was full; None where the product does not say.
    """

    mult: float
    add: float
    fill: int = 0
    saturated: int | None = None


@dataclass(frozen=True, eq=False)
class HighresScene:
    """One scene, or a window of one, with all bands on one grid.

    Attributes
    ----------
    scene_id
        The provider's name of the product.
    platform
        "Landsat-8", "Landsat-9", "Sentinel-2A", "Sentinel-2B" or "Sentinel-2C".
    sensor
        "OLI" or "MSI".
    acquired_utc_s
        Epoch seconds of the middle of the scene.
    numbers
        (lines, columns) by role, the bands that were read.
    calibration
        By role, the same keys as `numbers`.
    ground
        (lines, columns), codes of `Ground`.
    sun_elevation_deg
        At the centre of the scene.
    sun_corrected
        Whether ρ' is already divided by the sine of the sun's elevation: True for MSI, whose
        level 1C is; False for OLI.
    files
        Where it came from.
    """

    scene_id: str
    platform: str
    sensor: SensorName
    acquired_utc_s: int
    grid: Grid
    numbers: Mapping[Role, Numbers]
    calibration: Mapping[Role, Calibration]
    ground: NDArray[np.uint8]
    sun_elevation_deg: float
    sun_corrected: bool
    files: tuple[Path, ...] = ()
    simulated: bool = False

    @property
    def has_data(self) -> NDArray[np.bool_]:
        seen: NDArray[np.bool_] = self.ground != Ground.NO_DATA
        return seen

    def with_ground(self, ground: NDArray[np.uint8]) -> HighresScene:
        """Return this scene with other codes of `Ground`."""
        return replace(self, ground=ground)

    def only(self, roles: Sequence[Role]) -> HighresScene:
        """Return this scene with some of its bands."""
        return replace(
            self,
            numbers={role: self.numbers[role] for role in roles},
            calibration={role: self.calibration[role] for role in roles},
        )

    def linear(self, role: Role, sun_correct: bool = True) -> tuple[float, float]:
        """Return (mult, add) from numbers of a band to top-of-atmosphere reflectance.

        Parameters
        ----------
        sun_correct
            Whether reflectance is divided by the sine of the sun's elevation (ρ), or not (ρ').
        """
        band = self.calibration[role]
        sine = float(np.sin(np.radians(self.sun_elevation_deg)))
        factor = 1.0
        if sun_correct and not self.sun_corrected:
            factor = 1.0 / sine
        elif self.sun_corrected and not sun_correct:
            factor = sine
        return band.mult * factor, band.add * factor

    def reflectance(self, role: Role, sun_correct: bool = True) -> NDArray[np.float32]:
        """Return (lines, columns) reflectance at the top of the atmosphere, NaN without data.

        Saturated pixels keep the reflectance of their number: over flames band 7 (B12) is full.
        """
        mult, add = self.linear(role, sun_correct)
        stored = self.numbers[role]
        values = stored.astype(np.float32)
        values *= np.float32(mult)
        values += np.float32(add)
        values[stored == self.calibration[role].fill] = np.nan
        return values

    def saturated(self, role: Role) -> NDArray[np.bool_]:
        """Return where the detector of a band was full."""
        least = self.calibration[role].saturated
        stored = self.numbers[role]
        if least is None:
            return np.zeros(stored.shape, dtype=bool)
        full: NDArray[np.bool_] = stored >= least
        return full
