"""The geometry and radiometry of the simulated sensors against published values."""

from __future__ import annotations

import numpy as np
import pytest

from firewatch.core.time import BEIJING_OFFSET_S, DAY_S
from firewatch.simulate.calendar import SIMULATED_PERIOD
from firewatch.simulate.orbits import (
    PLATFORMS,
    from_track_plane,
    ground_km,
    overpasses,
    scan_rad,
    track_plane,
)
from firewatch.simulate.pixels import pixels_at, scan_grid
from firewatch.simulate.radiance import brightness_k

BY_NAME = {platform.name: platform for platform in PLATFORMS}


@pytest.mark.parametrize(
    ("name", "angle_deg", "scan_km", "track_km"),
    [
        ("S-NPP", 0.0, 0.388, 0.371),
        ("S-NPP", 31.6, 0.581, 0.447),
        ("S-NPP", 31.8, 0.389, 0.448),
        ("S-NPP", 44.8, 0.647, 0.562),
        ("S-NPP", 45.0, 0.325, 0.563),
        ("S-NPP", 55.95, 0.802, 0.805),
        ("Terra", 0.0, 1.0, 1.0),
        ("Aqua", 54.9, 4.8, 2.0),
    ],
)
def test_pixels_grow_with_the_scan_angle_as_published(
    name: str, angle_deg: float, scan_km: float, track_km: float
) -> None:
    grid = scan_grid(BY_NAME[name].imager)
    index = np.searchsorted(grid.edge_rad, np.radians(angle_deg), side="right") - 1
    assert grid.scan_km[index] == pytest.approx(scan_km, rel=0.01)
    assert grid.track_km[index] == pytest.approx(track_km, rel=0.01)


@pytest.mark.parametrize(
    ("name", "day", "first_h", "last_h"),
    [
        ("Terra", True, 10.0, 12.7),
        ("Terra", False, 22.0, 24.2),
        ("Aqua", True, 13.0, 15.3),
        ("S-NPP", True, 12.5, 15.3),
        ("NOAA-20", False, 24.9, 27.8),
    ],
)
def test_satellites_pass_by_their_clocks(
    name: str, day: bool, first_h: float, last_h: float
) -> None:
    passes = overpasses(SIMULATED_PERIOD)
    mine = passes[(passes["platform"] == PLATFORMS.index(BY_NAME[name])) & (passes["day"] == day)]
    hours = (mine["epoch_s"] + BEIJING_OFFSET_S) % DAY_S / 3600
    hours = hours + 24 * (hours < first_h - 12)
    assert hours.between(first_h, last_h).all()
    assert len(mine) > SIMULATED_PERIOD.days


def test_noaa_20_follows_s_npp_after_half_an_orbit() -> None:
    passes = overpasses(SIMULATED_PERIOD)
    first, second = (
        passes[passes["platform"] == PLATFORMS.index(BY_NAME[name])]["epoch_s"].to_numpy()
        for name in ("S-NPP", "NOAA-20")
    )
    gap_min = np.abs(first[:, None] - second).min(axis=1) / 60
    assert np.median(gap_min) == pytest.approx(50.7, abs=1.5)


def test_ground_distance_and_scan_angle_are_inverse() -> None:
    angle = np.radians(np.linspace(0, 56, 50))
    assert scan_rad(ground_km(angle, 834.0), 834.0) == pytest.approx(angle)


def test_the_track_plane_is_inverted() -> None:
    lon, lat = np.array([104.5, 108.0, 112.0]), np.array([20.9, 24.0, 26.4])
    track_lon, tilt = np.array([100.0, 108.0, 118.0]), np.array([0.2, -0.2, 0.2])
    back = from_track_plane(*track_plane(lon, lat, track_lon, tilt), track_lon, tilt)
    assert back[0] == pytest.approx(lon) and back[1] == pytest.approx(lat)


def test_a_place_lies_inside_the_pixel_that_looks_at_it() -> None:
    imager = BY_NAME["NOAA-20"].imager
    across = np.linspace(-1500, 1500, 4001)
    along = np.linspace(-300, 300, 4001)
    pixels = pixels_at(imager, scan_grid(imager), across, along)
    assert pixels.seen.all()
    assert (np.abs(pixels.across_km - across) <= pixels.scan_km / 2 * 1.01).all()
    assert (np.abs(pixels.along_km - along) <= imager.nadir_track_km / 2 + 1e-9).all()
    assert not pixels_at(imager, scan_grid(imager), np.array([1700.0]), np.zeros(1)).seen[0]


@pytest.mark.parametrize(
    ("family", "frp_mw", "area_km2", "kelvin"),
    [("MODIS", 3.67, 1.0, 307.2), ("MODIS", 18.4, 1.0, 326.1), ("VIIRS", 3.67, 0.144, 340.8)],
)
def test_a_fire_warms_its_pixel_as_planck_says(
    family: str, frp_mw: float, area_km2: float, kelvin: float
) -> None:
    found = brightness_k(family, np.array([300.0]), np.array([frp_mw / area_km2]))
    assert found[0] == pytest.approx(kelvin, abs=1.5)
