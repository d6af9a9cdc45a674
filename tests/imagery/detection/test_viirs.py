"""VIIRS 375 m fires on small scenes whose answer follows from the published rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_scenes import VIIRS

from imagery.detection import viirs
from imagery.detection.masks import FireClass
from imagery.detection.parameters import parameter_hash

SIZE, CENTRE = VIIRS.size, VIIRS.centre
scene, put = VIIRS.scene, VIIRS.put
P = viirs.parameters()


def classes(made, parameters=P):
    return viirs.detect(made, parameters).fire_mask


def one(made, parameters=P, spot=CENTRE):
    return FireClass(classes(made, parameters)[spot])


# The twelve published vectors, in their order.


def test_vector_1_a_night_pixel_like_its_background_is_land():
    assert one(put(scene(day=False), bt_mir_k=300, bt_tir_k=298)) is FireClass.LAND


def test_vector_2_a_night_pixel_above_320_k_is_high():
    made = put(scene(day=False), bt_mir_k=321, bt_tir_k=298)
    found = viirs.detect(made, P)
    assert found.fire_mask[CENTRE] == FireClass.FIRE_HIGH
    assert found.pixels["test"].tolist() == ["absolute"]


def test_vector_2_needs_nominal_quality():
    made = put(scene(day=False), bt_mir_k=321, bt_tir_k=298, mir_nominal=False)
    assert one(made) is not FireClass.FIRE_HIGH


def test_vector_3_a_night_contextual_fire_is_nominal():
    found = viirs.detect(put(scene(day=False), bt_mir_k=312, bt_tir_k=299), P)
    assert found.fire_mask[CENTRE] == FireClass.FIRE_NOMINAL
    pixel = found.pixels.iloc[0]
    assert pixel["mean_dt_k"] == pytest.approx(2, abs=0.05)
    assert pixel["mad_dt_k"] == pytest.approx(1, abs=0.05)
    assert (pixel["line"], pixel["sample"], pixel["window"]) == (20, 20, 11)
    assert (pixel["confidence"], pixel["day_night"]) == ("nominal", "N")


def test_vector_4_a_difference_of_10_k_is_no_night_candidate():
    assert one(put(scene(day=False), bt_mir_k=309, bt_tir_k=299)) is FireClass.LAND


def test_vector_5_a_day_contextual_fire_is_nominal():
    made = put(scene(day=True, mir=302, tir=299), bt_mir_k=331, bt_tir_k=300)
    assert one(made) is FireClass.FIRE_NOMINAL


def test_vector_6_a_difference_of_24_k_is_no_day_candidate():
    assert one(put(scene(day=True), bt_mir_k=329, bt_tir_k=305)) is FireClass.LAND


def test_vector_7_bright_but_warm_is_not_cloud():
    made = put(scene(day=True), bt_mir_k=340, bt_tir_k=300, rho_red=0.45, rho_nir=0.5, rho_swir=0.2)
    assert one(made) is FireClass.FIRE_NOMINAL


def test_vector_8_a_folded_day_pixel_is_high():
    assert one(put(scene(day=True), bt_mir_k=208, bt_tir_k=340)) is FireClass.FIRE_HIGH


def test_vector_9_a_cold_night_pixel_is_cloud_and_not_folded():
    assert one(put(scene(day=False), bt_mir_k=208, bt_tir_k=250)) is FireClass.CLOUD


def test_vector_10_a_saturated_day_pixel_is_high():
    made = put(
        scene(day=True), bt_mir_k=362, bt_tir_k=300, mir_saturated=True, mir_nominal=False,
        rho_red=0.1, rho_nir=0.2,
    )  # fmt: skip
    assert one(made) is FireClass.FIRE_HIGH


@pytest.mark.parametrize(
    "spoiled", [{"tir_nominal": False}, {"bt_tir_k": 289}, {"rho_red": 0.5}, {"bt_mir_k": 354}]
)
def test_vector_10_each_condition_of_saturation_counts(spoiled):
    values = {
        "bt_mir_k": 362, "bt_tir_k": 300, "mir_saturated": True, "mir_nominal": False,
        "rho_red": 0.1, "rho_nir": 0.3,
    }  # fmt: skip
    assert one(put(scene(day=True), **(values | spoiled))) is not FireClass.FIRE_HIGH


def hot_soil_scene():
    """Return a hot pixel at 345 K with six likely fires of 340 ± 2 K in its window."""
    made = put(scene(day=True), bt_mir_k=345, bt_tir_k=300, rho_nir=0.2)
    for number, x in enumerate(range(16, 22)):
        put(made, (17, x), bt_mir_k=338 + 4 * (number % 2), bt_tir_k=300, rho_nir=0.2)
    return made


def test_vector_11_the_edge_of_hot_soil_is_rejected():
    assert one(hot_soil_scene()) is FireClass.LAND


def test_vector_11_is_a_fire_without_the_day_prefilter():
    off = replace(P, prefilter_min_fires=10**6, prefilter_fire_share=1.0)
    assert one(hot_soil_scene(), off) is FireClass.FIRE_NOMINAL


def test_vector_12_a_candidate_without_background_is_unclassified():
    made = scene(day=False)
    made.bt_tir_k[:] = 250
    made.bt_mir_k[:] = 250
    put(made, np.s_[18:21, 18:20], bt_mir_k=300, bt_tir_k=298)
    assert one(put(made, bt_mir_k=312, bt_tir_k=299)) is FireClass.UNCLASSIFIED


# Candidates and tests.


@pytest.mark.parametrize(("background_k", "limit_k"), [(296, 325), (302, 327), (309, 330)])
def test_the_candidate_limit_follows_the_median_of_the_scene(background_k, limit_k):
    made = scene(day=True, mir=background_k + 1, tir=298)  # the thinned grid sees the cooler lines
    put(made, bt_mir_k=limit_k + 0.3, bt_tir_k=300)
    assert one(made) in (FireClass.FIRE_NOMINAL, FireClass.FIRE_LOW)
    assert one(put(made, bt_mir_k=limit_k - 0.3)) is FireClass.LAND


def test_a_bright_target_is_rejected_and_would_be_a_fire_without_the_rule():
    made = put(scene(day=True), bt_mir_k=334, bt_tir_k=300, rho_red=0.2, rho_nir=0.3, rho_swir=0.4)
    assert one(made) is FireClass.LAND
    assert one(made, replace(P, bright_rho_swir=1.0)) is FireClass.FIRE_NOMINAL
    assert one(put(made, bt_mir_k=336)) is FireClass.FIRE_NOMINAL


@pytest.mark.parametrize(
    ("rule", "off"),
    [
        ({"bt_tir_k": 294, "bt_mir_k": 331}, {"day_tir_below_k": 100.0}),
        ({"bt_mir_k": 331, "bt_tir_k": 304, "spread_mir": 9}, {"day_mir_mads": 0.0}),
        ({"bt_mir_k": 333, "bt_tir_k": 303, "spread_both": 16}, {"day_dt_mads": 0.0}),
        ({"bt_mir_k": 331, "bt_tir_k": 305, "raise": 19}, {"day_dt_k": 0.0}),
    ],
)
def test_each_day_test_rejects_what_passes_without_it(rule, off):
    made = scene(day=True)
    x = np.mgrid[:SIZE, :SIZE][1]
    if "spread_mir" in rule:
        made.bt_mir_k[:] += np.where(x % 2, 9, -9)
        made.bt_tir_k[:] += np.where(x % 2, 9, -9)
    if "spread_both" in rule:
        made.bt_mir_k[:] += np.where(x % 2, 8, -8)
        made.bt_tir_k[:] -= np.where(x % 2, 8, -8)
    if "raise" in rule:
        made.bt_mir_k[:] += 19
    put(made, **{name: value for name, value in rule.items() if name.startswith("bt_")})
    assert one(made) is FireClass.LAND
    assert one(made, replace(P, **off)) in (FireClass.FIRE_NOMINAL, FireClass.FIRE_LOW)


@pytest.mark.parametrize("stop", ["any", "all", "grow"])
def test_how_windows_stop_is_a_setting_that_changes_the_product(stop):
    made = scene(day=False)
    made.bt_mir_k[:, :] = 250
    made.bt_tir_k[:, :] = 250
    put(made, np.s_[18:23, 17:20], bt_mir_k=300, bt_tir_k=298)
    put(made, bt_mir_k=312, bt_tir_k=299)
    changed = replace(P, min_valid=stop)
    expected = FireClass.UNCLASSIFIED if stop == "all" else FireClass.FIRE_NOMINAL
    found = viirs.detect(made, changed)
    assert found.fire_mask[CENTRE] == expected
    assert (found.parameter_hash == parameter_hash(P)) == (stop == P.min_valid)


def test_background_is_of_the_same_kind_of_surface():
    made = put(scene(day=False), bt_mir_k=312, bt_tir_k=299)
    made.water[:, :20] = True
    made.bt_mir_k[:, :20] += 8
    pixel = viirs.detect(made, P).pixels.iloc[0]
    assert pixel["mean_mir_k"] == pytest.approx(300, abs=0.2)
    assert pixel["n_valid"] == 65  # 6 × 11 columns of land without the pixel itself


def test_windows_are_cut_at_the_corner_of_a_scene():
    made = put(scene(day=False), (0, 0), bt_mir_k=312, bt_tir_k=299)
    pixel = viirs.detect(made, P).pixels.iloc[0]
    assert (pixel["window"], pixel["n_valid"]) == (11, 35)


@pytest.mark.parametrize(("mir", "tir", "day"), [(310, 326, True), (290, 311, False)])
def test_a_folded_pixel_is_a_fire_outside_all_statistics(mir, tir, day):
    made = put(scene(day=day), bt_mir_k=mir, bt_tir_k=tir)
    put(made, (20, 23), bt_mir_k=345, bt_tir_k=299)
    found = viirs.detect(made, P)
    assert found.fire_mask[CENTRE] == FireClass.FIRE_HIGH
    other = found.pixels[found.pixels["sample"] == 23].iloc[0]
    assert other["n_background_fires"] == 0
    assert other["mean_mir_k"] == pytest.approx(300, abs=0.1)


# Secondary test and confidence.


def test_a_warm_neighbour_of_a_fire_is_low_and_alone_is_none():
    made = put(scene(day=True), (20, 21), bt_mir_k=320, bt_tir_k=326)
    made = replace(made, tir_nominal=made.tir_nominal.copy())
    put(made, (20, 21), tir_nominal=False)
    assert one(made, spot=(20, 21)) is FireClass.LAND
    put(made, bt_mir_k=345, bt_tir_k=300)
    assert one(made, spot=(20, 21)) is FireClass.FIRE_LOW


def test_at_night_a_negative_difference_beside_a_fire_needs_a_warm_band_5():
    made = put(scene(day=False, mir=290, tir=288), bt_mir_k=325, bt_tir_k=292)
    put(made, (20, 21), bt_mir_k=290, bt_tir_k=291)
    put(made, (20, 19), bt_mir_k=291, bt_tir_k=297)
    found = classes(made)
    assert found[20, 21] == FireClass.LAND
    assert found[20, 19] == FireClass.FIRE_LOW


def test_land_that_is_slightly_negative_on_a_warm_night_is_no_fire_beside_one():
    made = put(scene(day=False, mir=298, tir=298.3), bt_mir_k=330, bt_tir_k=300)
    assert (classes(made) >= FireClass.FIRE_LOW).sum() == 1
    literal = replace(P, secondary_dt_below_k=-100.0)
    assert (classes(made, literal) >= FireClass.FIRE_LOW).sum() > 1


def weak_scene():
    """Return a day fire with dT below 30 K, 13 K above the coldest of its neighbours."""
    made = put(scene(day=True, mir=304, tir=299), bt_mir_k=330, bt_tir_k=302)
    put(made, np.s_[19:22, 19], bt_mir_k=317)
    put(made, np.s_[19:22, 21], bt_mir_k=317)
    return put(put(made, (19, 20), bt_mir_k=317), (21, 20), bt_mir_k=317)


def test_a_weak_day_fire_is_low_unless_it_stands_out_or_lies_by_a_high_one():
    assert one(weak_scene()) is FireClass.FIRE_LOW
    assert one(put(weak_scene(), (19, 20), bt_mir_k=314)) is FireClass.FIRE_NOMINAL
    by_high = put(weak_scene(), (19, 19), bt_mir_k=208, bt_tir_k=340)
    assert one(by_high) is FireClass.FIRE_NOMINAL


def test_a_night_fire_is_not_made_low():
    made = put(scene(day=False), bt_mir_k=312, bt_tir_k=299)
    assert one(made) is FireClass.FIRE_NOMINAL


def test_two_glint_neighbours_make_a_fire_low():
    made = put(scene(day=True), bt_mir_k=345, bt_tir_k=299)
    made.view_zenith_deg[:], made.relative_azimuth_deg[:] = 32, 180
    put(made, np.s_[19, 19:21], rho_red=0.2, rho_nir=0.2)
    assert one(made) is FireClass.FIRE_LOW
    assert one(put(made, (19, 19), rho_red=0.05, rho_nir=0.2)) is FireClass.FIRE_NOMINAL
