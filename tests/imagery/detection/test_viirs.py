"""VIIRS 375 m fires on small scenes whose answer follows from the published rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imagery.detection import viirs
from imagery.detection.duplicates import bowtie_duplicates
from imagery.detection.masks import FireClass, glint_angle_deg
from imagery.detection.parameters import load_parameters, parameter_hash
from imagery.detection.scene import FireRadiance, Scene
from imagery.detection.viirs_parameters import ViirsParameters

SIZE = 41
CENTRE = (20, 20)
P = viirs.parameters()


def scene(*, day, mir=300.0, tir=298.0, **changes):
    """Return land of `mir` and `tir` whose mean absolute deviations, also of dT, are 1 K."""
    y, x = np.mgrid[:SIZE, :SIZE]
    shape = (SIZE, SIZE)
    full = lambda value: np.full(shape, value, dtype=np.float32)  # noqa: E731
    none = np.zeros(shape, dtype=bool)
    bands = (full(0.08), full(0.25), full(0.18)) if day else (None, None, None)
    made = Scene(
        sensor="VIIRS_I", platform="S-NPP", granule="VNP02IMG.A2024001.0600.002",
        started_utc_s=0, ended_utc_s=360,
        lon=(108 + 0.004 * x).astype(np.float32), lat=(24 - 0.004 * y).astype(np.float32),
        solar_zenith_deg=full(40 if day else 120), view_zenith_deg=full(5),
        relative_azimuth_deg=full(60),
        bt_mir_k=full(mir) + np.where(x % 2, 1, -1).astype(np.float32),
        bt_tir_k=full(tir) + np.where(y % 2, 1, -1).astype(np.float32),
        bt_12_k=None, rho_red=bands[0], rho_nir=bands[1], rho_swir=bands[2],
        mir_saturated=none.copy(), mir_nominal=~none, tir_nominal=~none,
        bowtie_deleted=none.copy(), water=none.copy(), coast=none.copy(), fire_radiance=None,
        scan_km=np.full(SIZE, 0.4, np.float32), track_km=np.full(SIZE, 0.4, np.float32),
    )  # fmt: skip
    return replace(made, **changes)


def put(made, spot=CENTRE, **values):
    """Set values of the arrays of a scene at one place."""
    for name, value in values.items():
        getattr(made, name)[spot] = value
    return made


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


# Classes.


def test_classes_are_named_in_the_published_order():
    made = scene(day=True)
    put(made, (0, 0), lon=np.nan)
    put(made, (0, 1), bowtie_deleted=True, bt_tir_k=250)
    put(made, (0, 2), bt_tir_k=264)
    put(made, (0, 3), water=True)
    put(made, (0, 4), bt_mir_k=np.nan)
    put(made, (0, 5), rho_red=0.5, rho_nir=0.5, bt_tir_k=294)
    put(made, (0, 6), rho_red=0.35, rho_nir=0.4, bt_tir_k=284)
    put(made, (0, 7), rho_red=0.35, rho_nir=0.4, bt_tir_k=286)
    found = classes(made)[0, :8]
    assert found.tolist() == [0, 1, 4, 3, 0, 4, 4, 5]


def test_a_night_cloud_is_cold_in_both_bands():
    made = put(scene(day=False), (0, 0), bt_tir_k=264, bt_mir_k=294)
    put(made, (0, 1), bt_tir_k=264, bt_mir_k=296)
    assert classes(made)[0, :2].tolist() == [FireClass.CLOUD, FireClass.LAND]


def test_water_by_colour_is_looked_for_on_coasts_and_without_a_mask():
    made = scene(day=True)
    for spot in [(0, 0), (0, 1)]:
        put(made, spot, rho_red=0.1, rho_nir=0.05, rho_swir=0.02)
    put(made, (0, 1), coast=True)
    assert classes(made)[0, :2].tolist() == [FireClass.LAND, FireClass.WATER]
    unmasked = replace(made, missing=("land_water_mask",))
    assert classes(unmasked)[0, :2].tolist() == [FireClass.WATER, FireClass.WATER]
    assert "land_water_mask" in viirs.detect(unmasked, P).missing


def test_glint_is_bright_and_near_the_mirror_image_of_the_sun():
    made = scene(day=True)
    made.view_zenith_deg[:] = 30
    made.relative_azimuth_deg[:] = 180  # 10° from the mirror image
    put(made, (0, 0), rho_red=0.2, rho_nir=0.16)
    put(made, (0, 1), rho_red=0.2, rho_nir=0.14)
    put(made, (0, 2), view_zenith_deg=20, rho_red=0.2, rho_nir=0.16)
    put(made, (0, 3), view_zenith_deg=20, rho_red=0.25, rho_nir=0.16)
    put(made, (0, 4), relative_azimuth_deg=0, rho_red=0.25, rho_nir=0.16)
    assert classes(made)[0, :5].tolist() == [2, 5, 5, 2, 5]


def test_glint_angles_are_zero_at_the_mirror_image_and_the_sum_towards_the_sun():
    angles = glint_angle_deg([40, 40, 40], [40, 0, 30], [180, 77, 0])
    np.testing.assert_allclose(angles, [0, 40, 70], atol=0.05)


def test_day_and_night_are_decided_pixel_by_pixel():
    made = put(scene(day=True), bt_mir_k=312, bt_tir_k=299)
    assert one(made) is FireClass.LAND
    assert one(put(made, solar_zenith_deg=86)) is FireClass.FIRE_NOMINAL


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


# Fire power.


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


# Missing bands and masks.


def test_without_i2_the_sum_takes_i1_twice():
    made = replace(scene(day=True), rho_nir=None)
    put(made, (0, 0), rho_red=0.46, bt_tir_k=294)
    put(made, bt_mir_k=345, bt_tir_k=299)
    found = viirs.detect(made, P)
    assert found.fire_mask[0, 0] == FireClass.CLOUD
    assert found.fire_mask[CENTRE] == FireClass.FIRE_NOMINAL
    assert "I2" in found.missing


def test_without_i1_to_i3_fires_are_found_and_cloud_is_cold():
    made = replace(scene(day=True), rho_red=None, rho_nir=None, rho_swir=None)
    put(made, (0, 0), bt_tir_k=264)
    put(made, bt_mir_k=345, bt_tir_k=299)
    found = viirs.detect(made, P)
    assert found.fire_mask[0, 0] == FireClass.CLOUD
    assert found.fire_mask[CENTRE] == FireClass.FIRE_NOMINAL
    assert set(found.missing) >= {"I1", "I2", "I3"}


def test_at_night_reflectances_are_not_missing():
    assert set(viirs.detect(scene(day=False), P).missing) == {"M13", "cloud_mask"}


def test_view_angles_may_be_unknown():
    made = put(scene(day=True), bt_mir_k=345, bt_tir_k=299)
    made.view_zenith_deg[:], made.relative_azimuth_deg[:] = np.nan, np.nan
    assert one(made) is FireClass.FIRE_NOMINAL


def test_a_candidate_under_a_cloud_mask_is_tested_and_says_so():
    cloud = np.full((SIZE, SIZE), 3, dtype=np.uint8)
    cloud[18:23, 18:23] = 0
    made = put(scene(day=True, cloud_class=cloud), bt_mir_k=345, bt_tir_k=299)
    found = viirs.detect(made, P)
    assert found.pixels["cloud_class"].tolist() == [0]
    assert found.pixels["n_valid"].tolist() == [96]
    assert found.fire_mask[19, 19] == FireClass.CLOUD
    rejecting = replace(P, cloud_class_use="reject")
    assert one(made, rejecting) is FireClass.CLOUD
    ignoring = viirs.detect(made, replace(P, cloud_class_use="none"))
    assert ignoring.pixels["n_valid"].tolist() == [120]
    assert ignoring.fire_mask[19, 19] == FireClass.LAND


def test_a_scene_of_fill_is_not_processed_and_not_clear():
    made = scene(day=True)
    made.bt_mir_k[:] = np.nan
    found = viirs.detect(made, P)
    assert (found.fire_mask == FireClass.NOT_PROCESSED).all()
    assert len(found.pixels) == 0


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
