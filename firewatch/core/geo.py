"""Coordinates: local metres, degrees-minutes-seconds, and the Chinese GCJ-02 datum.

Everything inside firewatch is WGS-84. GCJ-02 appears only in links to map apps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0088
KM_PER_DEGREE = np.pi * EARTH_RADIUS_KM / 180.0

# Krasovsky 1940 ellipsoid, on which GCJ-02 defines its offset.
_KRASOVSKY_A_M = 6_378_245.0
_KRASOVSKY_E2 = 0.006_693_421_622_965_943
_INVERSE_ROUNDS = 6


@dataclass(frozen=True)
class Extent:
    """A box in degrees: west ≤ lon ≤ east, south ≤ lat ≤ north."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        x, y = np.asarray(lon), np.asarray(lat)
        inside: NDArray[np.bool_] = (
            (x >= self.west) & (x <= self.east) & (y >= self.south) & (y <= self.north)
        )
        return inside

    def meets(self, other: Extent) -> bool:
        """Return whether two boxes have a place in common."""
        return (
            self.west <= other.east
            and other.west <= self.east
            and self.south <= other.north
            and other.south <= self.north
        )


def local_km(lon: ArrayLike, lat: ArrayLike, lat0: float) -> tuple[Floats, Floats]:
    """Return (x, y) in km on a plane true to scale at latitude `lat0` (degrees).

    Good to 1 % within 6 degrees of `lat0`; made for distances of a few pixels.
    """
    x = np.asarray(lon, dtype=float) * KM_PER_DEGREE * np.cos(np.radians(lat0))
    y = np.asarray(lat, dtype=float) * KM_PER_DEGREE
    return x, y


def distance_km(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Return the great-circle distance in km (haversine, mean Earth radius)."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_phi = (phi2 - phi1) / 2
    half_lambda = np.radians(np.asarray(lon2) - np.asarray(lon1)) / 2
    h = np.sin(half_phi) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_lambda) ** 2
    result: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0, 1)))
    return result


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Return the GCJ-02 position of WGS-84 positions in China (degrees).

    Source: the published polynomial of the State Bureau's offset as used by all open
    implementations; the tests compare with the package `coord-convert`.
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    u, v = x - 105.0, y - 35.0
    root = np.sqrt(np.abs(u))
    waves = (20 * np.sin(6 * u * np.pi) + 20 * np.sin(2 * u * np.pi)) * 2 / 3
    d_lat = -100 + 2 * u + 3 * v + 0.2 * v * v + 0.1 * u * v + 0.2 * root + waves
    d_lat += (20 * np.sin(v * np.pi) + 40 * np.sin(v / 3 * np.pi)) * 2 / 3
    d_lat += (160 * np.sin(v / 12 * np.pi) + 320 * np.sin(v * np.pi / 30)) * 2 / 3
    d_lon = 300 + u + 2 * v + 0.1 * u * u + 0.1 * u * v + 0.1 * root + waves
    d_lon += (20 * np.sin(u * np.pi) + 40 * np.sin(u / 3 * np.pi)) * 2 / 3
    d_lon += (150 * np.sin(u / 12 * np.pi) + 300 * np.sin(u / 30 * np.pi)) * 2 / 3
    phi = np.radians(y)
    w2 = 1 - _KRASOVSKY_E2 * np.sin(phi) ** 2
    meridian_m = _KRASOVSKY_A_M * (1 - _KRASOVSKY_E2) / (w2 * np.sqrt(w2))
    parallel_m = _KRASOVSKY_A_M / np.sqrt(w2) * np.cos(phi)
    return x + np.degrees(d_lon / parallel_m), y + np.degrees(d_lat / meridian_m)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Return the WGS-84 position of GCJ-02 positions, by fixed-point iteration (< 1 cm)."""
    target_x, target_y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = target_x.copy(), target_y.copy()
    for _ in range(_INVERSE_ROUNDS):
        shifted_x, shifted_y = wgs84_to_gcj02(x, y)
        x, y = x + (target_x - shifted_x), y + (target_y - shifted_y)
    return x, y


def dms(degrees: float, axis: str) -> str:
    """Return ``108°21′07.2″E`` for a coordinate in decimal degrees; `axis` is "lon" or "lat".

    Rounds to 0.1″ (about 3 m) before splitting, so that 60″ never appears.
    """
    hemisphere = {"lon": "EW", "lat": "NS"}[axis][int(degrees < 0)]
    tenths = round(abs(degrees) * 36_000)
    minutes, seconds_tenths = divmod(tenths, 600)
    whole, minute = divmod(minutes, 60)
    return f"{whole}°{minute:02d}′{seconds_tenths / 10:04.1f}″{hemisphere}"
