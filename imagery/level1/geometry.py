"""How large a pixel is, by its sample in the scan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from imagery.radiometry import Singles

EARTH_RADIUS_KM = 6378.137
VIIRS_SAMPLES = 6400
VIIRS_LINES_A_SCAN = 32
MODIS_SAMPLES = 1354
MODIS_LINES_A_SCAN = 10

_MODIS_ALTITUDE_KM = 705.0
_MODIS_STEP_RAD = 0.0014184397
# (samples a side from nadir outwards, detector readings joined into one sample)
VIIRS_ZONES = ((1184, 3), (736, 2), (1280, 1))
"""Aggregation zones: 3:1 to 31.72° of scan, 2:1 to 44.86°, 1:1 to 56.28° (VIIRS Imagery ATBD)."""
_VIIRS_EDGE_RAD = float(np.radians(56.28))
_VIIRS_READINGS = sum(samples * joined for samples, joined in VIIRS_ZONES)
_VIIRS_STEP_RAD = _VIIRS_EDGE_RAD / _VIIRS_READINGS
_VIIRS_ALTITUDE_KM = 829.0
_VIIRS_TRACK_RAD = 0.371 / _VIIRS_ALTITUDE_KM


def viirs_scan_angles() -> tuple[Floats, Floats]:
    """Return (angle, width) in rad of the 6400 I-band samples, negative left of nadir."""
    width = np.concatenate(
        [np.full(samples, joined * _VIIRS_STEP_RAD) for samples, joined in VIIRS_ZONES]
    )
    angle = np.cumsum(width) - width / 2
    return np.concatenate([-angle[::-1], angle]), np.concatenate([width[::-1], width])


def viirs_zones() -> NDArray[np.int64]:
    """Return how many detector readings were joined in each of the 6400 samples: 1, 2 or 3."""
    half = np.concatenate([np.full(samples, joined) for samples, joined in VIIRS_ZONES])
    return np.concatenate([half[::-1], half])


def viirs_i_size_km() -> tuple[Singles, Singles]:
    """Return (scan_km, track_km) of the 6400 I-band samples, 0.388 x 0.371 km at nadir.

    The areas are 4 % (nadir) to 9 % (edge) above those tabulated in QFED (GEOS-ESM), which starts
    from a smaller sample.
    """
    angle, width = viirs_scan_angles()
    return _sizes(angle, width, _VIIRS_TRACK_RAD, _VIIRS_ALTITUDE_KM)


def modis_scan_angles() -> Floats:
    """Return the scan angle in rad of the 1354 samples of 1 km, negative left of nadir."""
    return np.asarray(_MODIS_STEP_RAD * (np.arange(MODIS_SAMPLES) - 676.5), dtype=float)


def modis_size_km() -> tuple[Singles, Singles]:
    """Return (scan_km, track_km) of the 1354 samples of 1 km: 1 x 1 at nadir, 4.8 x 2.0 outside.

    Source: Ichoku and Kaufman (2005), as in the MODIS fire product's user's guide.
    """
    angle = modis_scan_angles()
    width = np.full(MODIS_SAMPLES, _MODIS_STEP_RAD)
    return _sizes(angle, width, _MODIS_STEP_RAD, _MODIS_ALTITUDE_KM)


def _sizes(
    angle: Floats, width: Floats, track_rad: float, altitude_km: float
) -> tuple[Singles, Singles]:
    radius = EARTH_RADIUS_KM + altitude_km
    ratio = EARTH_RADIUS_KM / radius
    root = np.sqrt(ratio**2 - np.sin(angle) ** 2)
    scan_km = width * EARTH_RADIUS_KM * (np.cos(angle) / root - 1)
    track_km = track_rad * radius * (np.cos(angle) - root)
    return scan_km.astype(np.float32), track_km.astype(np.float32)
