"""Where the sun stands, for images that do not say."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firewatch.core.time import DAY_S
from imagery.radiometry import Singles

_J2000_EPOCH_S = 946_728_000


def solar_angles_deg(epoch_s: int, lon: ArrayLike, lat: ArrayLike) -> tuple[Singles, Singles]:
    """Return (zenith, azimuth) of the sun in degrees; azimuth clockwise from north, -180..180.

    Low-precision formulas of the Astronomical Almanac, good to 0.02° between 1950 and 2050;
    refraction is left out, as in the angles of satellite products.

    Parameters
    ----------
    epoch_s
        UTC epoch seconds.
    lon, lat
        Degrees, any shape; computed in the precision given.
    """
    days = (epoch_s - _J2000_EPOCH_S) / DAY_S
    mean_longitude = 280.460 + 0.9856474 * days
    anomaly = np.radians(357.528 + 0.9856003 * days)
    ecliptic = np.radians(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    obliquity = np.radians(23.439 - 4e-7 * days)
    ascension = np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic))
    declination = float(np.arcsin(np.sin(obliquity) * np.sin(ecliptic)))
    greenwich_deg = (280.46062 + 360.985647366 * days) % 360.0
    hour = np.radians(_like(lon) + float(greenwich_deg - np.degrees(ascension)))
    phi = np.radians(_like(lat))
    upward = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour)
    north = np.cos(phi) * np.sin(declination) - np.sin(phi) * np.cos(declination) * np.cos(hour)
    east = -np.cos(declination) * np.sin(hour)
    zenith = np.degrees(np.arccos(np.clip(upward, -1, 1)))
    return zenith.astype(np.float32), np.degrees(np.arctan2(east, north)).astype(np.float32)


def _like(degrees: ArrayLike) -> NDArray[np.floating]:
    values = np.asarray(degrees)
    return values if values.dtype.kind == "f" else values.astype(float)
