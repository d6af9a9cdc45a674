"""The pixel grid of one scan: which pixel sees a place, where its centre is, how large it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import EARTH_RADIUS_KM, Floats
from firewatch.simulate.orbits import Imager, ground_km, scan_rad


@dataclass(frozen=True)
class ScanGrid:
    """Pixels of one scan line from nadir to the swath's edge, mirrored on the other side.

    `edge_rad` has one entry more than there are pixels; the other arrays one entry a pixel.
    """

    edge_rad: Floats
    centre_km: Floats
    scan_km: Floats
    track_km: Floats


def scan_grid(imager: Imager) -> ScanGrid:
    """Return the pixels of an imager's scan, aggregation included.

    Sizes grow with the slant range, and along the scan also with the Earth's slope.
    """
    step = imager.nadir_scan_km / imager.altitude_km
    edges = [np.zeros(1)]
    for limit_deg, joined in imager.aggregation:
        start = edges[-1][-1]
        count = int((np.radians(limit_deg) - start) / (step * joined))
        edges.append(start + step * joined * np.arange(1, count + 1))
    edge_rad = np.concatenate(edges)
    centre_rad = (edge_rad[1:] + edge_rad[:-1]) / 2
    distance_km = ground_km(edge_rad, imager.altitude_km)
    arc = ground_km(centre_rad, imager.altitude_km) / EARTH_RADIUS_KM
    range_ratio = _slant_range_km(centre_rad, arc, imager.altitude_km) / imager.altitude_km
    return ScanGrid(
        edge_rad=edge_rad,
        centre_km=ground_km(centre_rad, imager.altitude_km),
        scan_km=np.diff(distance_km),
        track_km=imager.nadir_track_km * range_ratio,
    )


def _slant_range_km(scan: Floats, arc: Floats, altitude_km: float) -> Floats:
    radius = EARTH_RADIUS_KM
    result: Floats = np.sqrt(
        radius**2 + (radius + altitude_km) ** 2 - 2 * radius * (radius + altitude_km) * np.cos(arc)
    )
    return result


@dataclass(frozen=True)
class Pixels:
    """The pixel that looks at each place; `seen` is False outside the swath."""

    seen: NDArray[np.bool_]
    sample: NDArray[np.int64]
    line: NDArray[np.int64]
    across_km: Floats
    along_km: Floats
    scan_km: Floats
    track_km: Floats


def pixels_at(imager: Imager, grid: ScanGrid, across_km: Floats, along_km: Floats) -> Pixels:
    """Return the pixel of each place given across and along the track, in km."""
    angle = scan_rad(np.abs(across_km), imager.altitude_km)
    index = np.searchsorted(grid.edge_rad, angle, side="right") - 1
    seen = index < len(grid.centre_km)
    return pixel_centres(
        imager,
        grid,
        np.where(across_km < 0, -1 - index, index),
        np.floor(along_km / imager.nadir_track_km).astype("int64"),
        seen,
    )


def pixel_centres(
    imager: Imager,
    grid: ScanGrid,
    sample: NDArray[np.int64],
    line: NDArray[np.int64],
    seen: NDArray[np.bool_],
) -> Pixels:
    """Return the pixels of given sample (negative west of the track) and line numbers."""
    index = np.clip(np.where(sample < 0, -1 - sample, sample), 0, len(grid.centre_km) - 1)
    side = np.where(sample < 0, -1.0, 1.0)
    return Pixels(
        seen=seen,
        sample=sample,
        line=line,
        across_km=side * grid.centre_km[index],
        along_km=(line.astype(float) + 0.5) * imager.nadir_track_km,
        scan_km=grid.scan_km[index],
        track_km=grid.track_km[index],
    )
