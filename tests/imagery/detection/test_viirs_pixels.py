"""What is said of VIIRS 375 m fire pixels: power, one place once, product."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_scenes import VIIRS

from imagery.detection import viirs
from imagery.detection.duplicates import bowtie_duplicates
from imagery.detection.masks import FireClass
from imagery.detection.parameters import load_parameters, parameter_hash
from imagery.detection.scene import FireRadiance
from imagery.detection.viirs_parameters import ViirsParameters

SIZE, CENTRE = VIIRS.size, VIIRS.centre
scene, put = VIIRS.scene, VIIRS.put
P = viirs.parameters()


def test_one_radiance_unit_on_750_m_is_11_07_megawatts_shared_by_the_fires_in_it():
    area = np.full(SIZE, 0.75**2, np.float32)
    radiance = np.full((SIZE, SIZE), 0.8, dtype=np.float32)
    radiance[20:22, 20:22] = 1.8
    made = put(scene(day=False, fire_radiance=FireRadiance(radiance, area)), bt_mir_k=330)
    alone = viirs.detect(made, P).pixels
    # The other three I pixels of the same M pixel are in the window too.
    excess = 1.8 - (117 * 0.8 + 3 * 1.8) / 120
    assert alone["frp_mw"].tolist() == pytest.approx([11.07 * excess], rel=1e-3)
    assert alone["frp_source"].tolist() == ["M13"]
    put(made, (20, 21), bt_mir_k=330)
    both = viirs.detect(made, P).pixels
    assert both["frp_mw"].sum() == pytest.approx(11.07 * (1.8 - 0.8), rel=0.03)
    assert both["frp_mw"].nunique() == 1


def test_m_pixels_are_counted_from_the_first_sample_of_the_granule():
    radiance = np.full((SIZE, SIZE), 1.8, dtype=np.float32)
    radiance[5:35, 5:35] = 0.8
    radiance[19:23, 19:23] = 1.8
    sky = FireRadiance(radiance, np.full(SIZE, 0.5625, np.float32))
    shared, apart = (
        viirs.detect(
            put(
                put(scene(day=False, fire_radiance=sky, sample0=start), bt_mir_k=330),
                (20, 21),
                bt_mir_k=330,
            ),
            P,
        ).pixels["frp_mw"]
        for start in (0, 1)
    )
    assert apart.sum() == pytest.approx(2 * shared.sum(), rel=1e-6)


def test_without_m13_power_comes_from_i4_only_below_saturation():
    made = put(scene(day=False), bt_mir_k=340, bt_tir_k=299)
    found = viirs.detect(made, P)
    assert found.pixels["frp_source"].tolist() == ["I4"]
    assert "M13" in found.missing
    # Planck at 3.74 µm: 340 K 1.98456, 300 K 0.43901.
    expected = 0.16 * 5.67e-8 * (1.98456 - 0.43901) / 3.22e-9
    assert found.pixels["frp_mw"].iloc[0] == pytest.approx(expected, rel=0.01)
    put(made, bt_mir_k=362, mir_saturated=True, mir_nominal=False)
    saturated = viirs.detect(made, P).pixels
    assert saturated["frp_mw"].isna().all()
    assert saturated["frp_source"].tolist() == [""]


# Bow-tie.


def test_a_fire_seen_by_two_scans_is_counted_once_at_its_hotter_pixel():
    made = put(scene(day=False), (31, 20), bt_mir_k=330, bt_tir_k=299)
    put(made, (32, 20), bt_mir_k=333, bt_tir_k=299)
    apart = viirs.detect(made, P).pixels
    assert len(apart) == 2
    made.lat[32:] = made.lat[31:-1].copy() - 0.0005
    found = viirs.detect(made, P)
    assert found.pixels["line"].tolist() == [32]
    assert found.fire_mask[31, 20] == FireClass.FIRE_HIGH


def test_pixels_of_one_scan_are_never_duplicates():
    made = put(scene(day=False), (20, 20), bt_mir_k=330, bt_tir_k=299)
    put(made, (20, 21), bt_mir_k=333, bt_tir_k=299)
    pixels = viirs.detect(made, P).pixels
    pixels["lon"] = 108.0
    assert not bowtie_duplicates(pixels, 32, 0.5).any()


def test_pixels_and_mask_agree_on_a_random_night_and_day():
    random = np.random.default_rng(5)
    for day in (True, False):
        made = scene(day=day)
        spots = random.integers(0, SIZE, (25, 2))
        for y, x in spots:
            put(made, (y, x), bt_mir_k=random.uniform(310, 360), bt_tir_k=random.uniform(298, 312))
        found = viirs.detect(made, P)
        level = {"low": 7, "nominal": 8, "high": 9}
        at = found.fire_mask[found.pixels["line"], found.pixels["sample"]]
        assert at.tolist() == found.pixels["confidence"].map(level).tolist()
        assert (found.fire_mask >= 7).sum() == len(found.pixels)


def test_the_south_atlantic_test_concerns_no_fire_of_guangxi():
    made = put(scene(day=False), bt_mir_k=312, bt_tir_k=299)
    assert "south_atlantic_test" not in viirs.detect(made, P).missing
    away = replace(made, lon=made.lon - 150, lat=made.lat - 44)
    found = viirs.detect(away, P)
    assert "south_atlantic_test" in found.missing
    assert len(found.pixels) == 1
    by_day = put(scene(day=True), bt_mir_k=345, bt_tir_k=299)
    by_day = replace(by_day, lon=away.lon, lat=away.lat)
    assert "south_atlantic_test" not in viirs.detect(by_day, P).missing


# Parameters.


def test_a_changed_threshold_is_another_product():
    changed = replace(P, night_dt_k=8.0)
    assert parameter_hash(changed) != parameter_hash(P)
    assert parameter_hash(load_parameters(ViirsParameters, "viirs_iband")) == parameter_hash(P)
