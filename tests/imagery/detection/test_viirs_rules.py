"""Each rule of the VIIRS detector decides a pixel that is decided otherwise without it.

A case is a small scene, the class the pixel in its middle has by the published rules, thresholds
that switch one rule off, and the class it has then. What the rules do together is in `test_viirs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from small_scenes import VIIRS

from imagery.detection import viirs
from imagery.detection.masks import FireClass
from imagery.detection.scene import Scene

SIZE, CENTRE = VIIRS.size, VIIRS.centre
scene, put = VIIRS.scene, VIIRS.put
P = viirs.parameters()
LAND, HIGH, NOMINAL = FireClass.LAND, FireClass.FIRE_HIGH, FireClass.FIRE_NOMINAL
LOW, UNKNOWN, CLOUD = FireClass.FIRE_LOW, FireClass.UNCLASSIFIED, FireClass.CLOUD


def by_day(mir_k: float, tir_k: float, **values: object) -> Scene:
    return put(scene(True), bt_mir_k=mir_k, bt_tir_k=tir_k, **values)


def by_night(mir_k: float, tir_k: float, **values: object) -> Scene:
    return put(scene(False), bt_mir_k=mir_k, bt_tir_k=tir_k, **values)


def hot_soil(number: int = 6, mean_k: float = 340.0, mad_k: float = 2.0, **values: object) -> Scene:
    """Return a pixel of 345 K with `number` likely fires in its window, in the row above."""
    made = by_day(**({"mir_k": 345.0, "tir_k": 300.0, "rho_nir": 0.2} | values))
    for place in range(number):
        mir = mean_k + (mad_k if place % 2 else -mad_k)
        put(made, (17, 16 + place), bt_mir_k=mir, bt_tir_k=300, rho_nir=0.2)
    return made


def small_clearing() -> Scene:
    """Return the hot soil of three pixels in a gap of cloud with 20 other pixels."""
    made = hot_soil(3)
    clear = np.zeros((SIZE, SIZE), dtype=bool)
    clear[17:21, 16:22] = True
    made.bt_tir_k[~clear] = 250
    return made


def hole(half: int, mir_k: float, tir_k: float) -> Scene:
    """Return a night pixel with cloud around it up to `half` pixels away."""
    made = scene(False)
    y, x = CENTRE
    put(made, np.s_[y - half : y + half + 1, x - half : x + half + 1], bt_mir_k=250, bt_tir_k=250)
    return put(made, bt_mir_k=mir_k, bt_tir_k=tir_k)


def gap() -> Scene:
    """Return a night pixel in a gap of cloud with five other pixels."""
    made = scene(False)
    made.bt_mir_k[:], made.bt_tir_k[:] = 250, 250
    put(made, np.s_[18:21, 18:20], bt_mir_k=300, bt_tir_k=298)
    return put(made, bt_mir_k=312, bt_tir_k=299)


def few_clear() -> Scene:
    """Return a day pixel of 328.5 K with clear land only in a square of 11 pixels."""
    made = put(scene(True, 302, 299), bt_mir_k=328.5, bt_tir_k=300)
    clear = np.zeros((SIZE, SIZE), dtype=bool)
    clear[15:26, 15:26] = True
    made.bt_tir_k[~clear] = 250
    return made


def rough(made: Scene, mir_k: float, tir_k: float) -> Scene:
    """Return the scene with more texture, in columns for I4 and in rows for I5."""
    y, x = np.mgrid[:SIZE, :SIZE]
    keep = made.bt_mir_k[CENTRE], made.bt_tir_k[CENTRE]
    made.bt_mir_k[:] += np.where(x % 2, mir_k, -mir_k)
    made.bt_tir_k[:] += np.where(y % 2, tir_k, -tir_k)
    return put(made, bt_mir_k=keep[0], bt_tir_k=keep[1])


def beside_fire(day: bool, mir_k: float, tir_k: float, **values: object) -> Scene:
    """Return a pixel beside a strong fire."""
    made = put(scene(day), bt_mir_k=mir_k, bt_tir_k=tir_k, **values)
    return put(made, (20, 21), bt_mir_k=345, bt_tir_k=300)


def glinting(mir_k: float) -> Scene:
    made = put(scene(True, 304, 299), bt_mir_k=mir_k, bt_tir_k=299)
    made.view_zenith_deg[:], made.relative_azimuth_deg[:] = 32, 180
    around = np.s_[19:22, 19:22]
    return put(put(made, around, bt_mir_k=mir_k - 12), bt_mir_k=mir_k)


@dataclass(frozen=True)
class Case:
    made: Callable[[], Scene]
    by_rule: FireClass
    off: dict[str, float]
    without: FireClass


CASES = {
    "cloud: cold, day": Case(
        lambda: by_day(345, 264), CLOUD, {"cloud_bt_tir_k": 0.0}, LAND
    ),
    "cloud: warm I4 at night is none": Case(
        lambda: by_night(312, 264), NOMINAL, {"cloud_night_bt_mir_k": 999.0}, CLOUD
    ),
    "cloud: bright and cool": Case(
        lambda: by_day(345, 294.5, rho_red=0.5, rho_nir=0.5), CLOUD, {"cloud_bright_sum": 9.0},
        LAND,
    ),
    "bright target needs a bright I3": Case(
        lambda: by_day(334, 300, rho_nir=0.26, rho_swir=0.28), NOMINAL,
        {"bright_rho_swir": -1.0}, LAND,
    ),
    "bright target needs a bright I2": Case(
        lambda: by_day(334, 300, rho_nir=0.24, rho_swir=0.40), NOMINAL, {"bright_rho_nir": -1.0},
        LAND,
    ),
    "wrapped count without good I5": Case(
        lambda: by_night(208, 336, tir_nominal=False), HIGH, {"fold_bt_mir_k": 0.0}, LAND
    ),
    "candidate: never below 325 K": Case(
        lambda: put(scene(True, 290, 288), bt_mir_k=322, bt_tir_k=290), LAND,
        {"candidate_low_k": 310.0}, NOMINAL,
    ),
    "candidate: 330 K where the scene is not known": Case(
        few_clear, LAND, {"candidate_min_valid": 0}, NOMINAL
    ),
    "candidate: warm at night": Case(
        lambda: put(scene(False, 280, 278), bt_mir_k=294, bt_tir_k=279), LAND,
        {"candidate_night_bt_mir_k": 285.0}, NOMINAL,
    ),
    "candidate: difference at night": Case(
        lambda: put(scene(False, 300, 300), bt_mir_k=310, bt_tir_k=300.4), LAND,
        {"candidate_night_dt_k": 5.0}, NOMINAL,
    ),
    "candidate: difference by day": Case(
        lambda: put(scene(True, 304, 304), bt_mir_k=331, bt_tir_k=307), LAND,
        {"candidate_day_dt_k": 10.0}, NOMINAL,
    ),
    "window: grows to 31": Case(
        lambda: hole(8, 312, 299), NOMINAL, {"window_last": 11}, UNKNOWN
    ),
    "window: enough pixels": Case(
        gap, UNKNOWN, {"min_count": 3}, NOMINAL
    ),
    "pre-filter: four fires": Case(
        lambda: hot_soil(3), NOMINAL, {"prefilter_min_fires": 3}, LAND
    ),
    "pre-filter: or a tenth": Case(
        small_clearing, LAND, {"prefilter_fire_share": 9.0}, NOMINAL
    ),
    "pre-filter: bright in I2": Case(
        lambda: hot_soil(rho_nir=0.1), NOMINAL, {"prefilter_rho_nir": -1.0}, LAND
    ),
    "pre-filter: no hot fires": Case(
        lambda: hot_soil(mean_k=347, mir_k=350), NOMINAL, {"prefilter_fire_mean_k": 999.0}, LAND
    ),
    "pre-filter: even fires": Case(
        lambda: hot_soil(mad_k=3.5), NOMINAL, {"prefilter_fire_mad_k": 99.0}, LAND
    ),
    "pre-filter: six deviations": Case(
        lambda: hot_soil(mir_k=353), NOMINAL, {"prefilter_mads": 99.0}, LAND
    ),
    "T4 is not asked beside uneven fires": Case(
        lambda: hot_soil(2, mean_k=348, mad_k=8, tir_k=293), NOMINAL, {"day_fire_mad_k": 99.0},
        LAND,
    ),
    "night T1": Case(
        lambda: rough(by_night(312, 299), 0, 5), LAND, {"night_dt_mads": 0.0}, NOMINAL
    ),
    "night T2": Case(
        lambda: put(scene(False, 304, 299), bt_mir_k=312, bt_tir_k=299), LAND,
        {"night_dt_k": 0.0}, NOMINAL,
    ),
    "night T3": Case(
        lambda: rough(rough(by_night(315, 298), 8, 0), 0, 0), LAND,
        {"night_mir_mads": 0.0, "night_dt_mads": 0.0}, NOMINAL,
    ),
    "secondary: warm I5": Case(
        lambda: beside_fire(True, 326, 325.5), LOW, {"secondary_bt_tir_k": 999.0}, LAND
    ),
    "secondary: cool at night is none": Case(
        lambda: beside_fire(False, 280, 290), LAND, {"secondary_night_bt_tir_k": 0.0}, LOW
    ),
    "secondary: far below the background": Case(
        lambda: beside_fire(False, 298, 299.5), LAND, {"secondary_dt_below_k": -9.0}, LOW
    ),
    "low: glint angle": Case(lambda: glinting(345), LOW, {"low_glint_deg": 0.0}, NOMINAL),
    "low: 15 K above the neighbours": Case(
        lambda: glinting(345), LOW, {"low_above_adjacent_k": 0.0}, NOMINAL
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_rule_decides_a_pixel(case: Case) -> None:
    made = case.made()
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is case.by_rule
    changed = replace(P, **case.off)
    assert FireClass(viirs.detect(made, changed).fire_mask[CENTRE]) is case.without


@pytest.mark.parametrize(
    ("day", "mir_k", "tir_k", "left_out"),
    [
        (True, 340, 305, 1), (True, 340, 315, 0), (True, 334, 300, 0),
        (False, 305, 290, 1), (False, 305, 296, 0), (False, 299, 285, 0),
    ],
)  # fmt: skip
def test_likely_fires_are_hot_and_far_above_i5_and_are_no_background(
    day: bool, mir_k: float, tir_k: float, left_out: int
) -> None:
    made = put(scene(day), bt_mir_k=345, bt_tir_k=299)
    put(made, (20, 23), bt_mir_k=mir_k, bt_tir_k=tir_k)
    pixels = viirs.detect(made, P).pixels.set_index("sample")
    assert pixels.loc[20, "n_background_fires"] == left_out
    assert pixels.loc[20, "n_valid"] == 120 - left_out


@pytest.mark.parametrize(
    ("made", "spoiled", "was"),
    [
        (by_night(321, 298), {"mir_nominal": False}, HIGH),
        (by_day(310, 326), {"tir_nominal": False}, HIGH),
        (by_day(345, 300), {"bowtie_deleted": True}, NOMINAL),
        (by_day(345, 300), {"lon": np.nan}, NOMINAL),
        (by_day(362, 300, mir_saturated=True), {"mir_saturated": False}, HIGH),
    ],
    ids=["quality of I4", "quality of I5", "bow-tie", "no place", "saturation flag"],
)
def test_each_flag_of_a_pixel_counts(made: Scene, spoiled: dict[str, object], was: FireClass):
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is was
    assert FireClass(viirs.detect(put(made, **spoiled), P).fire_mask[CENTRE]) is not was


@pytest.mark.parametrize("spoiled", ["mir_nominal", "tir_nominal", "bowtie_deleted", "water"])
def test_pixels_of_bad_quality_or_another_surface_are_no_background(spoiled: str) -> None:
    made = by_night(312, 299)
    put(made, np.s_[20, 22:25], **{spoiled: spoiled in ("bowtie_deleted", "water")})
    assert viirs.detect(made, P).pixels["n_valid"].tolist() == [117]


def test_a_white_pixel_after_sunset_is_no_cloud() -> None:
    made = by_day(290, 280, rho_red=0.5, rho_nir=0.5)
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is CLOUD
    assert FireClass(viirs.detect(put(made, solar_zenith_deg=86), P).fire_mask[CENTRE]) is LAND


def test_a_glinting_pixel_is_no_fire() -> None:
    made = by_day(345, 300, rho_red=0.3, rho_nir=0.3)
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is NOMINAL
    made.view_zenith_deg[:], made.relative_azimuth_deg[:] = 32, 180
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is FireClass.GLINT


@pytest.mark.parametrize(
    ("rho", "kind"),
    [((0.1, 0.05, 0.02), FireClass.WATER), ((0.1, 0.05, 0.06), LAND), ((0.1, 0.2, 0.02), LAND)],
)
def test_water_by_colour_falls_from_band_to_band(
    rho: tuple[float, float, float], kind: FireClass
) -> None:
    made = put(scene(True), coast=True, rho_red=rho[0], rho_nir=rho[1], rho_swir=rho[2])
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is kind


def test_a_red_target_brighter_in_i2_than_in_i3_is_no_bright_target() -> None:
    made = by_day(334, 300, rho_nir=0.45, rho_swir=0.4, rho_red=0.1)
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is NOMINAL


def test_a_saturated_pixel_beside_a_fire_is_one_too() -> None:
    made = beside_fire(True, 362, 280)
    put(made, rho_red=0.4, rho_nir=0.4, bt_tir_k=288)
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is not LOW
    put(made, bt_mir_k=320, mir_saturated=True)
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is LOW


# What the published rules lose, told here so that it is known.


def test_a_lone_folded_pixel_with_a_cool_i5_is_lost_to_the_published_rules() -> None:
    made = by_day(208, 315)
    assert FireClass(viirs.detect(made, P).fire_mask[CENTRE]) is LAND
    own = replace(P, fold_own_bt_tir_k=290.0)
    assert FireClass(viirs.detect(made, own).fire_mask[CENTRE]) is HIGH
    assert FireClass(viirs.detect(by_day(208, 289), own).fire_mask[CENTRE]) is LAND
    assert FireClass(viirs.detect(by_night(208, 300), own).fire_mask[CENTRE]) is HIGH
    bad = by_day(208, 315, tir_nominal=False)
    assert FireClass(viirs.detect(bad, own).fire_mask[CENTRE]) is LAND
    beside = put(by_day(208, 315), (20, 21), bt_mir_k=345, bt_tir_k=300)
    assert FireClass(viirs.detect(beside, P).fire_mask[CENTRE]) is LOW


def test_five_like_fires_close_together_are_lost_as_if_they_were_hot_soil() -> None:
    made = scene(True)
    spots = {(18, 18): 340, (18, 22): 342, (20, 20): 341, (22, 18): 343, (22, 22): 341.5}
    for spot, mir_k in spots.items():
        put(made, spot, bt_mir_k=mir_k, bt_tir_k=300)
    fires = viirs.detect(made, P).fire_mask >= LOW
    assert not fires.any()
    without = replace(P, prefilter_min_fires=10**6, prefilter_fire_share=9.0)
    assert (viirs.detect(made, without).fire_mask >= LOW).sum() == len(spots)
