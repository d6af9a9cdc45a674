"""Classes of VIIRS 375 m pixels, with all bands and masks and without some."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from small_scenes import VIIRS

from imagery.detection import viirs
from imagery.detection.masks import FireClass, glint_angle_deg

SIZE, CENTRE = VIIRS.size, VIIRS.centre
scene, put = VIIRS.scene, VIIRS.put
P = viirs.parameters()


def classes(made):
    return viirs.detect(made, P).fire_mask


def one(made, parameters=P):
    return FireClass(viirs.detect(made, parameters).fire_mask[CENTRE])


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
