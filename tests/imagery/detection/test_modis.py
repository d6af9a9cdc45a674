"""MODIS 1 km fires on small scenes whose answer follows from the published rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_scenes import MODIS

from imagery.detection import modis
from imagery.detection.masks import FireClass
from imagery.detection.parameters import parameter_hash

SIZE, CENTRE = MODIS.size, MODIS.centre
scene, put = MODIS.scene, MODIS.put
C6 = modis.parameters("c6")
C5 = modis.parameters("c5")
FIRES = (FireClass.FIRE_LOW, FireClass.FIRE_NOMINAL, FireClass.FIRE_HIGH)


def one(made, parameters=C6, spot=CENTRE):
    return FireClass(modis.detect(made, parameters).fire_mask[spot])


def day_fire(**values):
    return put(scene(day=True), **({"bt_mir_k": 330, "bt_tir_k": 298} | values))


def test_a_day_fire_stands_out_from_its_background():
    found = modis.detect(day_fire(), C6)
    pixel = found.pixels.iloc[0]
    assert found.fire_mask[CENTRE] in FIRES
    assert (pixel["line"], pixel["sample"], pixel["day_night"]) == (15, 15, "D")
    assert pixel["mean_mir_k"] == pytest.approx(300, abs=0.3)
    assert pixel["test"] == "contextual"


def test_a_night_fire_stands_out_from_its_background():
    assert one(put(scene(day=False), bt_mir_k=316, bt_tir_k=296)) in FIRES
    assert one(put(scene(day=False), bt_mir_k=304, bt_tir_k=290)) is FireClass.LAND


@pytest.mark.parametrize(
    ("values", "off"),
    [
        ({"bt_mir_k": 311, "bt_tir_k": 300.5}, {"dt_k": 0.0}),
        ({"bt_mir_k": 330, "bt_tir_k": 290}, {"tir_below_k": 100.0}),
        ({"bt_mir_k": 325, "bt_tir_k": 309, "spread": 10}, {"mir_mads": 0.0}),
        ({"bt_mir_k": 340, "bt_tir_k": 312, "spread_dt": 8}, {"dt_mads": 0.0}),
        ({"bt_mir_k": 309.5, "bt_tir_k": 296}, {"candidate_day_bt_mir_k": 309.0}),
        ({"bt_mir_k": 330, "bt_tir_k": 298, "rho_nir": 0.36}, {"candidate_rho_nir": 0.5}),
    ],
)
def test_each_test_rejects_what_passes_without_it(values, off):
    made = scene(day=True)
    x = np.mgrid[:SIZE, :SIZE][1]
    if "spread" in values:
        made.bt_mir_k[:] += np.where(x // 2 % 2, 10, -10)
        made.bt_tir_k[:] += np.where(x // 2 % 2, 10, -10)
    if "spread_dt" in values:
        made.bt_mir_k[:] += np.where(x // 2 % 2, 8, -8)
    put(made, **{name: value for name, value in values.items() if not name.startswith("spread")})
    assert one(made) is FireClass.LAND
    assert one(made, replace(C6, **off)) in FIRES


def test_the_absolute_test_needs_no_background():
    alone = scene(day=True)
    alone.bt_12_k[:] = 260
    put(alone, bt_12_k=294, bt_mir_k=361, bt_tir_k=300)
    assert one(alone) in FIRES
    assert one(put(alone, bt_mir_k=340)) is FireClass.UNCLASSIFIED
    assert modis.detect(put(alone, bt_mir_k=361), C6).pixels["test"].tolist() == ["absolute"]


def test_clouds_are_those_of_the_collection():
    made = scene(day=True)
    put(made, (0, 0), rho_red=0.5, rho_nir=0.6)
    put(made, (0, 1), rho_red=0.6, rho_nir=0.61)
    put(made, (0, 2), bt_12_k=264)
    put(made, (0, 3), rho_red=0.35, rho_nir=0.4, bt_12_k=284)
    put(made, (0, 4), water=True, rho_nir=0.26)
    put(made, (0, 5), water=True, rho_nir=0.24)
    assert modis.detect(made, C6).fire_mask[0, :6].tolist() == [5, 4, 4, 4, 4, 3]
    assert modis.detect(made, C5).fire_mask[0, :6].tolist() == [4, 4, 4, 4, 3, 3]


def glint_scene(angle_deg, **values):
    """Return a fire seen `angle_deg` from the mirror image of the sun."""
    made = day_fire(**values)
    made.view_zenith_deg[:], made.relative_azimuth_deg[:] = 40 - angle_deg, 180
    return made


@pytest.mark.parametrize(
    ("made", "off"),
    [
        (glint_scene(1.5), {"glint_always_deg": 0.0}),
        (
            glint_scene(9, rho_red=0.15, rho_nir=0.25, rho_swir=0.15),
            {"glint_bright_deg": 0.0},
        ),
        (put(glint_scene(14), (15, 16), water=True), {"glint_water_deg": 0.0}),
        (put(glint_scene(14), (13, 14), water=True), {"glint_water_deg": 0.0}),
    ],
    ids=["nearest", "bright", "beside water", "water in the window"],
)
def test_each_glint_rule_rejects_what_passes_without_it(made, off):
    assert one(made) is FireClass.LAND
    assert one(made, replace(C6, **off)) in FIRES


def test_collection_5_has_narrower_glint():
    assert one(glint_scene(9, rho_red=0.15, rho_swir=0.15), C5) in FIRES
    assert one(put(glint_scene(14), (15, 16), water=True), C5) in FIRES


def test_glint_angles_are_degrees_and_not_radians():
    assert one(glint_scene(16, rho_red=0.15, rho_swir=0.15)) in FIRES


def desert_scene():
    made = day_fire(bt_mir_k=332, bt_tir_k=300)
    for number, x in enumerate(range(13, 18)):
        put(made, (13, x), bt_mir_k=329 + 2 * (number % 2), bt_tir_k=300)
    return made


def test_the_edge_of_a_desert_is_rejected():
    assert one(desert_scene()) is FireClass.LAND
    assert one(desert_scene(), replace(C6, desert_min_fires=100)) in FIRES


@pytest.mark.parametrize(
    "passed",
    [
        {"desert_fire_share": 0.9}, {"desert_rho_nir": 0.3}, {"desert_fire_mean_k": 320.0},
        {"desert_fire_mad_k": 0.5}, {"desert_mads": 0.0},
    ],
)  # fmt: skip
def test_each_of_the_six_desert_conditions_is_needed(passed):
    assert one(desert_scene(), replace(C6, **passed)) in FIRES


def test_water_that_the_mask_does_not_know_rejects_a_land_fire_nearby():
    made = put(day_fire(), (14, 17), rho_red=0.06, rho_nir=0.03, rho_swir=0.02)
    assert one(made) is FireClass.LAND
    assert one(made, replace(C6, coast_rho_swir=0.0)) in FIRES
    assert one(put(made, bt_mir_k=361)) in FIRES


def test_the_colour_of_the_fire_pixel_itself_does_not_reject_it():
    assert one(day_fire(rho_red=0.06, rho_nir=0.03, rho_swir=0.02)) in FIRES


def test_a_fire_on_the_sea_is_found_by_collection_6_alone_and_not_by_a_shore():
    made = day_fire(rho_nir=0.05)
    made.water[:] = True
    made.rho_nir[:] = 0.05
    assert one(made, C6) in FIRES
    assert one(made, C5) is FireClass.WATER
    assert one(put(made, (13, 13), water=False), C6) is FireClass.WATER


def test_clearings_are_rejected_only_where_asked():
    made = day_fire(bt_mir_k=320, bt_tir_k=305, rho_nir=0.3)
    assert one(made) in FIRES
    assert one(made, replace(C6, clearing=True)) is FireClass.LAND


def test_rejections_are_for_the_day_only():
    made = put(scene(day=False), bt_mir_k=316, bt_tir_k=296)
    made.view_zenith_deg[:], made.relative_azimuth_deg[:] = 60, 180
    assert one(made) in FIRES


def test_the_background_leaves_out_the_neighbours_along_the_scan():
    made = put(day_fire(), (15, 14), bt_mir_k=320)
    put(made, (15, 16), bt_mir_k=320)
    pixel = modis.detect(made, C6).pixels
    centre = pixel[pixel["sample"] == 15].iloc[0]
    assert (centre["window"], centre["n_valid"]) == (5, 22)
    assert centre["mean_mir_k"] == pytest.approx(300, abs=0.3)


def test_the_adaptive_rule_of_our_own_is_an_option_and_another_product():
    adaptive = replace(C6, candidate_rule="adaptive-own")
    made = put(scene(day=True, mir=288, tir=285), bt_mir_k=304, bt_tir_k=286)
    made.bt_12_k[:] = 284
    assert one(made) is FireClass.LAND
    assert one(made, adaptive) in FIRES
    assert one(put(made, bt_mir_k=299)) is FireClass.LAND
    assert parameter_hash(adaptive) != parameter_hash(C6)


# Confidence and power.


def values(**changes):
    row = {
        "bt_mir_k": 325.0, "bt_tir_k": 300.0, "day": True, "mean_mir": 300.0, "mad_mir": 5.0,
        "mean_dt": 5.0, "mad_dt": 5.0, "mean_tir": 295.0, "mad_tir": 1.0,
        "n_adjacent_cloud": 0, "n_adjacent_water": 0, "window": 5,
    }  # fmt: skip
    return pd.DataFrame([row | changes])


def test_confidence_is_the_geometric_mean_of_its_ramps():
    hot, mir, dt = 0.5, (5 - 2.5) / 3.5, (4 - 3) / 3
    by_day = 100 * (hot * mir * dt) ** (1 / 5)
    assert modis.confidence_pct(values(), C6)[0] == pytest.approx(by_day)
    by_night = 100 * (2 / 3 * mir * dt) ** (1 / 3)
    night = values(day=False, bt_mir_k=315.0, mean_mir=290.0, bt_tir_k=290.0)
    assert modis.confidence_pct(night, C6)[0] == pytest.approx(by_night)
    near = modis.confidence_pct(values(n_adjacent_cloud=3, n_adjacent_water=2), C6)[0]
    assert near == pytest.approx(by_day * (1 / 2 * 2 / 3) ** (1 / 5))
    assert modis.confidence_pct(values(n_adjacent_cloud=6), C6)[0] == 0


def test_classes_follow_the_confidence():
    found = modis.detect(day_fire(bt_mir_k=345), C6)
    assert found.fire_mask[CENTRE] == FireClass.FIRE_HIGH
    assert found.pixels["confidence"].tolist() == ["high"]


def test_power_is_18_9_megawatts_a_radiance_unit_and_square_kilometre():
    # Planck at 3.959 µm: 340 K 2.79204, 300 K 0.67138.
    power = modis.fire_power_mw(values(bt_mir_k=340.0), np.array([1.0]), C6)[0]
    assert power == pytest.approx(18.9 * (2.79204 - 0.67138), rel=1e-4)


def test_power_of_collection_5_goes_with_the_eighth_power_of_temperature():
    power = modis.fire_power_mw(values(bt_mir_k=340.0), np.array([2.0]), C5)[0]
    assert power == pytest.approx(2 * 4.34e-19 * (340.0**8 - 300.0**8))


def test_the_background_of_power_is_a_mean_of_radiances():
    found = modis.detect(day_fire(), C6).pixels.iloc[0]
    of_mean = modis.fire_power_mw(
        values(bt_mir_k=330.0, mean_mir=found["mean_mir_k"]), np.array([1.0]), C6
    )[0]
    assert found["frp_mw"] < of_mean
    assert found["frp_mw"] == pytest.approx(of_mean, rel=0.01)


def test_a_fire_seen_by_two_scans_is_counted_once():
    made = put(scene(day=False), (9, 15), bt_mir_k=330, bt_tir_k=296)
    put(made, (10, 15), bt_mir_k=333, bt_tir_k=296)
    assert len(modis.detect(made, C6).pixels) == 2
    made.lat[10:] += np.float32(0.008)
    assert modis.detect(made, C6).pixels["line"].tolist() == [10]


# Missing bands.


def test_missing_bands_are_named_and_fires_still_found():
    made = replace(day_fire(), rho_red=None, rho_nir=None, rho_swir=None, bt_12_k=None)
    put(made, (0, 0), bt_tir_k=264)
    found = modis.detect(made, C6)
    assert set(found.missing) == {"1", "2", "7", "32", "cloud_mask"}
    assert found.fire_mask[CENTRE] in FIRES
    assert found.fire_mask[0, 0] == FireClass.CLOUD


def test_at_night_reflectances_are_not_missing():
    assert modis.detect(scene(day=False), C6).missing == ("cloud_mask",)


def test_a_scene_of_fill_is_not_processed_and_not_clear():
    made = scene(day=True)
    made.bt_tir_k[:] = np.nan
    found = modis.detect(made, C6)
    assert (found.fire_mask == FireClass.NOT_PROCESSED).all()
    assert len(found.pixels) == 0


def test_collections_are_two_products():
    assert parameter_hash(C5) != parameter_hash(C6)
