"""Pixel sizes against published ones."""

from __future__ import annotations

import pytest

from imagery.level1.geometry import modis_size_km, viirs_i_size_km, viirs_scan_angles


@pytest.mark.parametrize(
    ("sample", "scan", "track"),
    [
        (0, 0.388, 0.371),
        (1183, 0.581, 0.447),
        (1184, 0.389, 0.448),
        (1919, 0.647, 0.562),
        (1920, 0.325, 0.563),
    ],
)
def test_viirs_samples_have_the_published_size(sample: int, scan: float, track: float) -> None:
    scan_km, track_km = viirs_i_size_km()
    for at in (3200 + sample, 3199 - sample):
        assert scan_km[at] == pytest.approx(scan, rel=0.006)
        assert track_km[at] == pytest.approx(track, rel=0.006)


@pytest.mark.parametrize(
    ("sample", "area_km2"),
    [(0, 0.1384), (1183, 0.2489), (1184, 0.1661), (1919, 0.3458), (1920, 0.1727), (3198, 0.6217)],
)
def test_viirs_areas_stay_within_a_tenth_of_another_table(sample: int, area_km2: float) -> None:
    scan_km, track_km = viirs_i_size_km()
    assert scan_km[3200 + sample] * track_km[3200 + sample] == pytest.approx(area_km2, rel=0.1)


def test_viirs_zones_end_where_the_instrument_changes_its_aggregation() -> None:
    angle, width = viirs_scan_angles()
    assert len(angle) == 6400
    edge = (angle + width / 2)[[3200 + 1183, 3200 + 1919, 6399]]
    assert edge == pytest.approx([0.5536, 0.7830, 0.9823], abs=2e-3)


def test_modis_is_square_at_nadir_and_stretched_at_the_edge() -> None:
    scan_km, track_km = modis_size_km()
    assert (scan_km[677], track_km[677]) == pytest.approx((1.0, 1.0), abs=1e-3)
    assert (scan_km[0], track_km[0]) == pytest.approx((4.82, 2.00), abs=0.01)
    assert scan_km[1353] == pytest.approx(scan_km[0])
