"""Where four satellites are, and how large their pixels get: sun-synchronous circles.

Simplified on purpose: one straight ground track an overpass, spherical Earth. The sizes agree
with the published ones (tests), which is what duplicates and footprints need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from firewatch.core.geo import EARTH_RADIUS_KM, KM_PER_DEGREE, Floats
from firewatch.core.time import DAY_S, Period

REFERENCE_LON, REFERENCE_LAT = 108.4, 23.7
REPEAT_DAYS = 16
INCLINATION_DEG = 98.2
SIDEREAL_DAY_S = 86_164.0905
_REGION_HALF_WIDTH_KM = 420.0


@dataclass(frozen=True)
class Imager:
    """What scans the ground below a satellite.

    Parameters
    ----------
    family
        As FIRMS names the product: MODIS or VIIRS.
    nadir_scan_km, nadir_track_km
        Sample size at nadir, before aggregation for VIIRS.
    aggregation
        (scan angle up to which, samples joined) from nadir outwards.
    """

    family: str
    altitude_km: float
    half_scan_deg: float
    nadir_scan_km: float
    nadir_track_km: float
    aggregation: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Platform:
    """A satellite.

    Parameters
    ----------
    crossing_h
        Local solar time of the daytime equator crossing, hours.
    ascending_day
        Whether the daytime pass flies north.
    revolutions
        Orbits in the 16-day repeat cycle.
    phase
        Share of an orbit by which this satellite is late in its cycle.
    """

    name: str
    firms_code: str
    imager: Imager
    crossing_h: float
    ascending_day: bool
    revolutions: int
    phase: float


MODIS = Imager("MODIS", 705.0, 55.0, 1.0, 1.0, ((55.0, 1),))
VIIRS = Imager("VIIRS", 834.0, 56.1, 0.388 / 3, 0.371, ((31.72, 3), (44.86, 2), (56.1, 1)))

PLATFORMS = (
    Platform("Terra", "Terra", MODIS, 10.5, False, 233, 0.00),
    Platform("Aqua", "Aqua", MODIS, 13.55, True, 233, 0.35),
    Platform("S-NPP", "N", VIIRS, 13.45, True, 227, 0.10),
    Platform("NOAA-20", "N20", VIIRS, 13.45, True, 227, 0.60),
)


def overpasses(period: Period) -> pd.DataFrame:
    """Return every pass whose swath touches the region in Beijing days of `period`.

    Returns
    -------
    pandas.DataFrame
        ``platform`` (index into `PLATFORMS`), ``epoch_s`` (UTC, whole minutes), ``track_lon``
        (degrees, where the track crosses the reference latitude), ``tilt_rad`` (of the track
        against north, positive to the west), ``day`` (bool), sorted by time.
    """
    passes = pd.concat([_passes(index, period) for index in range(len(PLATFORMS))])
    return passes.sort_values(["epoch_s", "platform"], ignore_index=True)


def _passes(index: int, period: Period) -> pd.DataFrame:
    platform = PLATFORMS[index]
    first_s, after_s = period.epoch_bounds_s()
    orbit_s = REPEAT_DAYS * DAY_S / platform.revolutions
    count = np.arange((after_s - first_s) // orbit_s + 2)
    halves = [
        _half_orbits(platform, first_s + (count - 1 + platform.phase + half / 2) * orbit_s, half)
        for half in (0, 1)
    ]
    passes = pd.concat(halves)
    reach_km = _swath_half_width_km(platform.imager) + _REGION_HALF_WIDTH_KM
    apart_km = (passes["track_lon"] - REFERENCE_LON).abs() * _km_per_degree_lon()
    inside = passes["epoch_s"].between(first_s, after_s - 60) & (apart_km < reach_km)
    return passes[inside].assign(platform=index)


def _half_orbits(platform: Platform, node_s: Floats, half: int) -> pd.DataFrame:
    day = half == 0
    ascending = platform.ascending_day == day
    local_h = platform.crossing_h + (0 if day else 12)
    node_lon = 15.0 * (local_h - node_s % DAY_S / 3600.0)
    angle = np.arcsin(np.sin(np.radians(REFERENCE_LAT)) / np.sin(np.radians(INCLINATION_DEG)))
    since_node_s = angle / (2 * np.pi) * REPEAT_DAYS * DAY_S / platform.revolutions
    drift = np.degrees(
        np.arctan2(np.cos(np.radians(INCLINATION_DEG)) * np.sin(angle), np.cos(angle))
    )
    drift -= 360.0 * since_node_s / SIDEREAL_DAY_S
    sign = 1 if ascending else -1
    track_lon = (node_lon + sign * drift + 180.0) % 360.0 - 180.0
    tilt = np.arcsin(-np.cos(np.radians(INCLINATION_DEG)) / np.cos(np.radians(REFERENCE_LAT)))
    # The Earth turns under the track, which leans 4 degrees further over.
    tilt += np.radians(4.0)
    epoch_s = (node_s + sign * since_node_s).astype("int64") // 60 * 60
    return pd.DataFrame(
        {"epoch_s": epoch_s, "track_lon": track_lon, "tilt_rad": sign * tilt, "day": day}
    )


def _km_per_degree_lon() -> float:
    return float(KM_PER_DEGREE * np.cos(np.radians(REFERENCE_LAT)))


def _swath_half_width_km(imager: Imager) -> float:
    return float(ground_km(np.radians(imager.half_scan_deg), imager.altitude_km))


def ground_km(scan_rad: Floats | float, altitude_km: float) -> Floats:
    """Return the ground distance from nadir at scan angles, along a sphere."""
    ratio = (EARTH_RADIUS_KM + altitude_km) / EARTH_RADIUS_KM
    result: Floats = EARTH_RADIUS_KM * (np.arcsin(ratio * np.sin(scan_rad)) - scan_rad)
    return result


def scan_rad(distance_km: Floats, altitude_km: float) -> Floats:
    """Return the scan angle that looks at a ground distance from nadir; inverse of `ground_km`."""
    arc = distance_km / EARTH_RADIUS_KM
    height = EARTH_RADIUS_KM + altitude_km - EARTH_RADIUS_KM * np.cos(arc)
    result: Floats = np.arctan2(EARTH_RADIUS_KM * np.sin(arc), height)
    return result


def track_plane(lon: Floats, lat: Floats, track_lon: Floats, tilt: Floats) -> tuple[Floats, Floats]:
    """Return km across (to the east) and along a ground track."""
    east = (lon - track_lon) * _km_per_degree_lon()
    north = (lat - REFERENCE_LAT) * KM_PER_DEGREE
    return east * np.cos(tilt) + north * np.sin(tilt), north * np.cos(tilt) - east * np.sin(tilt)


def from_track_plane(
    across_km: Floats, along_km: Floats, track_lon: Floats, tilt: Floats
) -> tuple[Floats, Floats]:
    """Return longitude and latitude; inverse of `track_plane`."""
    east = across_km * np.cos(tilt) - along_km * np.sin(tilt)
    north = across_km * np.sin(tilt) + along_km * np.cos(tilt)
    return track_lon + east / _km_per_degree_lon(), REFERENCE_LAT + north / KM_PER_DEGREE
