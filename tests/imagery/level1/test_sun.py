"""The sun's place against published examples."""

from __future__ import annotations

import numpy as np
import pytest

from imagery.sun import solar_angles_deg


def test_the_worked_example_of_the_solar_position_algorithm() -> None:
    # Reda and Andreas (2004), NREL/TP-560-34302: 2003-10-17 12:30:30 UTC-7, zenith with refraction.
    zenith, azimuth = solar_angles_deg(1_066_419_030, -105.1786, 39.742476)
    assert float(zenith) == pytest.approx(50.11, abs=0.04)
    assert float(azimuth) % 360 == pytest.approx(194.34, abs=0.04)


def test_the_sun_is_overhead_at_noon_of_the_solstice_on_the_tropic() -> None:
    # 2020-06-21 04:58 UTC, about local noon at 106 E.
    zenith, _ = solar_angles_deg(1_592_715_480, np.array([106.0]), np.array([23.44]))
    assert zenith[0] < 0.5


def test_it_is_night_on_the_other_side() -> None:
    zenith, _ = solar_angles_deg(1_592_715_480, [-74.0, 106.0], [-23.44, 23.44])
    assert zenith[0] > 179
