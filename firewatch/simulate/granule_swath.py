"""Swaths of whole scans over Guangxi: where each pixel lies, and which pixels see a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import EARTH_RADIUS_KM, Floats
from firewatch.simulate.orbits import from_track_plane, ground_km, scan_rad, track_plane
from imagery.level1.geometry import (
    MODIS_LINES_A_SCAN,
    VIIRS_LINES_A_SCAN,
    modis_scan_angles,
    modis_size_km,
    viirs_i_size_km,
    viirs_scan_angles,
    viirs_zones,
)
from imagery.radiometry import Singles, relative_azimuth_deg
from imagery.sun import solar_angles_deg

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Scanner:
    """An imager as rows of detectors swept across the track.

    Parameters
    ----------
    angle_rad
        Scan angle of each sample, increasing.
    scan_km, track_km
        Size of a pixel by sample; a scan moves on by `lines_a_scan` pixels of nadir size.
    deleted_lines
        Lines deleted on board at either end of a scan, by sample.
    """

    sensor: str
    lines_a_scan: int
    altitude_km: float
    angle_rad: Floats
    scan_km: Singles
    track_km: Singles
    deleted_lines: Ints

    @property
    def samples(self) -> int:
        return len(self.angle_rad)

    @property
    def scan_step_km(self) -> float:
        return self.lines_a_scan * float(self.track_km.min())

    def deleted(self) -> NDArray[np.bool_]:
        """Return (lines_a_scan, samples): which pixels of a scan are deleted on board."""
        line = np.arange(self.lines_a_scan)[:, None]
        nearest_end = np.minimum(line, self.lines_a_scan - 1 - line)
        result: NDArray[np.bool_] = nearest_end < self.deleted_lines
        return result


def viirs_scanner() -> Scanner:
    """Return the I bands of VIIRS: 4 lines a scan deleted in the middle zone, 8 in the outer."""
    angle, _ = viirs_scan_angles()
    deleted = np.array([0, 4, 2, 0])[viirs_zones()]
    return Scanner("VIIRS_I", VIIRS_LINES_A_SCAN, 829.0, angle, *viirs_i_size_km(), deleted)


def modis_scanner() -> Scanner:
    """Return the 1 km bands of MODIS, which deletes nothing."""
    angle = modis_scan_angles()
    deleted = np.zeros(len(angle), dtype=np.int64)
    return Scanner("MODIS", MODIS_LINES_A_SCAN, 705.0, angle, *modis_size_km(), deleted)


@dataclass(frozen=True, eq=False)
class Block:
    """Pixels of some scans, all arrays (lines, samples); angles in degrees."""

    lon: Singles
    lat: Singles
    solar_zenith_deg: Singles
    solar_azimuth_deg: Singles
    view_zenith_deg: Singles
    view_azimuth_deg: Singles

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.lon.shape
        return rows, columns

    def glint_deg(self) -> Singles:
        """Return the angle between the view and the sun's mirror image."""
        sun, view = np.radians(self.solar_zenith_deg), np.radians(self.view_zenith_deg)
        apart = np.radians(relative_azimuth_deg(self.solar_azimuth_deg, self.view_azimuth_deg))
        cosine = np.cos(view) * np.cos(sun) - np.sin(view) * np.sin(sun) * np.cos(apart)
        result: Singles = np.degrees(np.arccos(np.clip(cosine, -1, 1))).astype(np.float32)
        return result


@dataclass(frozen=True, eq=False)
class Swath:
    """A straight pass.

    Parameters
    ----------
    track_lon, tilt_rad
        Where the track crosses the reference latitude, and its lean, as `orbits.overpasses`.
    northward
        Whether the satellite flies north.
    scans
        Scans of the granule.
    along_km
        Where the middle of the granule lies on the track, north of the reference latitude.
    samples
        The samples that are worked out, first and last excluded; None for all.
    """

    scanner: Scanner
    started_utc_s: int
    track_lon: float
    tilt_rad: float
    northward: bool
    scans: int
    along_km: float = 0.0
    samples: tuple[int, int] | None = None

    @property
    def lines(self) -> int:
        return self.scans * self.scanner.lines_a_scan

    @property
    def columns(self) -> slice:
        return slice(*(self.samples or (0, self.scanner.samples)))

    def _track(self) -> tuple[Floats, Floats]:
        return np.asarray(self.track_lon), np.asarray(self.tilt_rad)

    def _sense(self) -> float:
        return 1.0 if self.northward else -1.0

    def block(self, first_scan: int, last_scan: int) -> Block:
        """Return the pixels of scans `first_scan` to before `last_scan`, of `columns` only."""
        scanner = self.scanner
        angle = scanner.angle_rad[self.columns]
        across = np.sign(angle) * ground_km(np.abs(angle), scanner.altitude_km)
        detector = np.arange(scanner.lines_a_scan) - (scanner.lines_a_scan - 1) / 2
        within = detector[:, None] * scanner.track_km[self.columns].astype(float)
        centre = (np.arange(first_scan, last_scan) + 0.5 - self.scans / 2) * scanner.scan_step_km
        along = (centre[:, None, None] + within).reshape(-1, len(angle))
        sense = self._sense()
        north = sense * along + self.along_km
        lon, lat = from_track_plane(sense * across, north, *self._track())
        sun = solar_angles_deg(self.started_utc_s, lon.astype("f4"), lat.astype("f4"))
        ratio = (EARTH_RADIUS_KM + scanner.altitude_km) / EARTH_RADIUS_KM
        view = np.degrees(np.arcsin(ratio * np.sin(np.abs(angle))))
        # The satellite stands over the track, seen from a pixel.
        outwards = 90.0 - np.degrees(self.tilt_rad)
        azimuth = np.where(sense * across > 0, outwards - 180.0, outwards)
        return Block(
            lon.astype(np.float32),
            lat.astype(np.float32),
            *sun,
            np.broadcast_to(view.astype(np.float32), lon.shape),
            np.broadcast_to(azimuth.astype(np.float32), lon.shape),
        )

    def seeing(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints, Ints]:
        """Return (place, line, sample) of every pixel whose footprint holds a place.

        Away from nadir scans overlap, and a place is seen twice.
        """
        scanner, sense = self.scanner, self._sense()
        across, along = track_plane(lon, lat, *self._track())
        across, along = sense * across, sense * (along - self.along_km)
        angle = np.sign(across) * scan_rad(np.abs(across), scanner.altitude_km)
        edges = (scanner.angle_rad[1:] + scanner.angle_rad[:-1]) / 2
        sample = np.searchsorted(edges, angle)
        inside = np.abs(angle) <= scanner.angle_rad[-1]
        inside &= (sample >= self.columns.start) & (sample < self.columns.stop)
        nearest = np.floor(along / scanner.scan_step_km + self.scans / 2).astype(np.int64)
        found = []
        for scan in (nearest - 1, nearest, nearest + 1):
            centre = (scan + 0.5 - self.scans / 2) * scanner.scan_step_km
            offset = (along - centre) / scanner.track_km[sample]
            detector = np.floor(offset + scanner.lines_a_scan / 2).astype(np.int64)
            fits = inside & (detector >= 0) & (detector < scanner.lines_a_scan)
            fits &= (scan >= 0) & (scan < self.scans)
            place = np.flatnonzero(fits)
            line = scan[place] * scanner.lines_a_scan + detector[place]
            found.append((place, line, sample[place]))
        place, line, sample = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return place, line, sample
