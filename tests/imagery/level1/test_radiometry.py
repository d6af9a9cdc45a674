"""Planck's law and tables against values computed elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from imagery.radiometry import (
    Quality,
    brightness_temperature,
    planck_radiance,
    planck_table,
    relative_azimuth_deg,
    sun_factor,
    temperature_by_table,
    usable_table,
)

KELVIN = (280, 300, 320, 340, 360, 900, 1000)
GOLDEN = {
    3.740: (0.17566, 0.43901, 0.97846, 1.98456, 3.72104, 2297.69, 3549.85),
    4.050: (0.33767, 0.78674, 1.64916, 3.16870, 5.66226, 2152.02, 3224.27),
    3.959: (0.28261, 0.67138, 1.43148, 2.79204, 5.05620, 2198.11, 3321.33),
    3.885: (0.24254, 0.58578, 1.26710, 2.50306, 4.58442, 2233.78, 3399.65),
    11.450: (6.88337, 9.32097, 12.16633, 15.40816, 19.03043, 199.09, 240.79),
    11.009: (6.98559, 9.56860, 12.61433, 16.11476, 20.05554, 225.09, 273.32),
}


@pytest.mark.parametrize("wavelength_um", GOLDEN)
def test_planck_radiances_equal_the_golden_values(wavelength_um: float) -> None:
    found = planck_radiance(wavelength_um, KELVIN)
    np.testing.assert_allclose(found, GOLDEN[wavelength_um], rtol=2e-5, atol=5e-6)


@pytest.mark.parametrize("wavelength_um", GOLDEN)
def test_golden_radiances_give_their_temperature(wavelength_um: float) -> None:
    found = brightness_temperature(wavelength_um, GOLDEN[wavelength_um])
    np.testing.assert_allclose(found, KELVIN, rtol=1e-5)


def test_no_radiance_and_no_temperature_give_nothing() -> None:
    assert np.isnan(brightness_temperature(3.74, [0.0, -1.0, np.nan])).all()
    assert np.isnan(planck_radiance(3.74, [0.0, -5.0, np.nan])).all()


def test_a_table_gives_no_temperature_for_fill_counts_and_marked_entries() -> None:
    lut = np.linspace(208, 367, 65_536).astype("f4")
    lut[7] = -999.3
    counts = np.array([[0, 7, 65_527], [65_528, 65_533, 65_535]], dtype=np.uint16)
    found = temperature_by_table(counts, usable_table(lut))
    np.testing.assert_array_equal(
        found, np.array([[lut[0], np.nan, lut[65_527]], [np.nan] * 3], dtype="f4")
    )


def test_a_planck_table_agrees_with_the_law_count_by_count() -> None:
    table = planck_table(3.959, 3.0e-4, 100.0, 32_768, 1.00010, -0.05332)
    assert np.isnan(table[:101]).all()
    assert np.isnan(table[32_768:]).all()
    # 0.67138 W m-2 sr-1 um-1 is 300 K.
    count = round(0.67138 / 3.0e-4 + 100)
    assert table[count] == pytest.approx(300.0 * 1.00010 - 0.05332, abs=0.02)


def test_reflectance_is_divided_by_the_sun_and_absent_at_night() -> None:
    product = np.full(4, 0.2, dtype="f4")
    zenith = np.array([0.0, 60.0, 85.0, np.nan], dtype="f4")
    found = product * sun_factor(zenith)
    np.testing.assert_allclose(found, [0.2, 0.4, np.nan, np.nan], rtol=1e-6)


def test_relative_azimuth_takes_the_short_way_round() -> None:
    sun = np.array([10.0, -170.0, 350.0, 90.0], dtype="f4")
    view = np.array([350.0, 170.0, 170.0, 90.0], dtype="f4")
    np.testing.assert_allclose(relative_azimuth_deg(sun, view), [20.0, 20.0, 180.0, 0.0])


def test_quality_bits_are_those_of_the_format() -> None:
    assert Quality(256 | 4) == Quality.BOWTIE_DELETED | Quality.SATURATION
    assert [int(bit) for bit in Quality] == [2**n for n in range(12)]
