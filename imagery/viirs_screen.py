"""First pass over a VIIRS scene: classes, fires by fixed tests, and what may be a candidate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagery.coarse import CoarseGrid
from imagery.contextual import BACKGROUND_FIRE
from imagery.masks import FireClass, Indices
from imagery.scene import Bools, Bytes, Float32s, Scene
from imagery.strips import LAND, WATER, Strip, strips
from imagery.viirs_parameters import ViirsParameters

TESTS = ("", "absolute", "saturated", "fold", "contextual", "secondary")
"""Names of the tests that find fires, by the code kept in arrays."""
ABSOLUTE, SATURATED, FOLD, CONTEXTUAL, SECONDARY = range(1, 6)

_MEDIAN_BINS = 50


@dataclass(frozen=True, eq=False)
class Screening:
    """Result of the first pass.

    Attributes
    ----------
    mask
        (rows, cols), classes of `FireClass`; fires of the fixed tests are high.
    surface
        (rows, cols), codes of the background statistics.
    fixed, fixed_test
        Flat positions of the fires of fixed tests, and which of `TESTS` found each.
    candidates
        Flat positions of candidates for the contextual tests, in ascending order.
    """

    mask: Bytes
    surface: Bytes
    fixed: Indices
    fixed_test: Bytes
    candidates: Indices


def screen(scene: Scene, parameters: ViirsParameters) -> Screening:
    """Return classes, fixed fires and candidates of a scene, in the published order of tests."""
    mask = np.empty(scene.shape, dtype=np.uint8)
    surface = np.empty(scene.shape, dtype=np.uint8)
    fixed: list[Indices] = []
    tests: list[Bytes] = []
    possible: list[Indices] = []
    for strip in strips(scene, parameters.day_solar_zenith_deg):
        classes, clear = _classes(strip, parameters)
        found = _fixed_tests(strip, clear, parameters)
        offset = strip.first * scene.shape[1]
        here = np.flatnonzero(found)
        fixed.append(here + offset)
        tests.append(found.ravel()[here])
        candidate = _possible(strip, clear & (found == 0), parameters)
        possible.append(np.flatnonzero(candidate) + offset)
        surface[strip.lines] = _surface(strip, classes, clear, found, parameters)
        classes[found > 0] = FireClass.FIRE_HIGH
        mask[strip.lines] = classes
    maybe = np.concatenate(possible)
    candidates = maybe[_above_scene_limit(scene, surface, maybe, parameters)]
    return Screening(mask, surface, np.concatenate(fixed), np.concatenate(tests), candidates)


def _classes(strip: Strip, p: ViirsParameters) -> tuple[Bytes, Bools]:
    """Return the classes before any fire test, and where these leave land or water in sight."""
    mask = np.full(strip.mir.shape, FireClass.LAND, dtype=np.uint8)
    mask[_water(strip)] = FireClass.WATER
    bright_sum = strip.bright_sum()
    cloud = _cloud(strip, bright_sum, p)
    if bright_sum is not None:
        mask[_glint(strip, ~cloud, bright_sum, p)] = FireClass.GLINT
    elsewhere = strip.cloudy_elsewhere()
    if elsewhere is not None and p.cloud_class_use == "reject":
        cloud |= elsewhere
    mask[cloud] = FireClass.CLOUD
    mask[~strip.seen] = FireClass.NOT_PROCESSED
    mask[strip.scene.bowtie_deleted[strip.lines]] = FireClass.BOWTIE
    return mask, (mask == FireClass.LAND) | (mask == FireClass.WATER)


def _cloud(strip: Strip, bright_sum: Float32s | None, p: ViirsParameters) -> Bools:
    cold = strip.tir < p.cloud_bt_tir_k
    cloud: Bools = cold & (strip.day | (strip.mir < p.cloud_night_bt_mir_k))
    if bright_sum is not None:
        white = (bright_sum > p.cloud_bright_sum) & (strip.tir < p.cloud_bright_bt_tir_k)
        white |= (bright_sum > p.cloud_dim_sum) & (strip.tir < p.cloud_dim_bt_tir_k)
        cloud |= white & strip.day
    return cloud


def _water(strip: Strip) -> Bools:
    """Return water: as the land/water mask has it; on its coasts, or without it, by colour."""
    water = strip.scene.water[strip.lines]
    if strip.red is None or strip.nir is None or strip.swir is None:
        return water
    asked: Bools = strip.day
    if "land_water_mask" not in strip.scene.missing:
        asked = asked & strip.scene.coast[strip.lines]
    if not asked.any():
        return water
    return water | (asked & (strip.red > strip.nir) & (strip.nir > strip.swir))


def _glint(strip: Strip, clear: Bools, bright_sum: Float32s, p: ViirsParameters) -> Bools:
    bright = strip.day & clear & (bright_sum > min(p.glint_near_sum, p.glint_far_sum))
    angle = strip.glint_deg(bright, max(p.glint_near_deg, p.glint_far_deg))
    near = (angle < p.glint_near_deg) & (bright_sum > p.glint_near_sum)
    return near | ((angle < p.glint_far_deg) & (bright_sum > p.glint_far_sum))


def _fixed_tests(strip: Strip, clear: Bools, p: ViirsParameters) -> Bytes:
    """Return the code of the fixed test that each pixel passes, 0 where none."""
    lines, day = strip.lines, strip.day
    tir_nominal = strip.scene.tir_nominal[lines]
    night_hot = ~day & (strip.mir > p.absolute_night_bt_mir_k) & strip.scene.mir_nominal[lines]
    saturated = strip.scene.mir_saturated[lines] & (strip.mir >= p.saturated_bt_mir_k)
    saturated &= tir_nominal
    if saturated.any():
        usual = strip.tir > p.saturated_day_bt_tir_k
        bright_sum = strip.bright_sum()
        if bright_sum is not None:
            usual &= ~(bright_sum >= p.saturated_day_sum)
        saturated &= ~day | usual
    fold = (strip.dt < 0) & tir_nominal & (strip.tir > p.fold_night_bt_tir_k)
    if fold.any():
        fold &= ~day | (strip.tir > p.fold_day_bt_tir_k)
    wrapped = ~day & (strip.mir <= p.fold_bt_mir_k) & (strip.tir > p.fold_wrapped_bt_tir_k)
    found = np.zeros(strip.mir.shape, dtype=np.uint8)
    found[night_hot & clear] = ABSOLUTE
    found[saturated & clear] = SATURATED
    found[(fold | wrapped) & clear] = FOLD
    return found


def _possible(strip: Strip, clear: Bools, p: ViirsParameters) -> Bools:
    """Return candidates; by day those of the lowest limit that a scene can have."""
    day, mir, dt = strip.day, strip.mir, strip.dt
    hot: Bools = clear & (dt > min(p.candidate_day_dt_k, p.candidate_night_dt_k))
    hot &= mir > min(p.candidate_low_k, p.candidate_night_bt_mir_k)
    if not hot.any():
        return hot
    by_day = (mir > p.candidate_low_k) & (dt > p.candidate_day_dt_k)
    by_night = (mir > p.candidate_night_bt_mir_k) & (dt > p.candidate_night_dt_k)
    hot &= np.where(day, by_day, by_night)
    if strip.nir is not None and strip.swir is not None:
        bright = (strip.swir > p.bright_rho_swir) & (strip.swir > strip.nir)
        bright &= (strip.nir > p.bright_rho_nir) & (mir <= p.bright_bt_mir_k)
        hot &= ~(day & bright)
    return hot


def _surface(strip: Strip, classes: Bytes, clear: Bools, found: Bytes, p: ViirsParameters) -> Bytes:
    """Return the codes of background statistics.

    A folded pixel is left out altogether, since its temperature is none.
    """
    lines, day, mir, dt = strip.lines, strip.day, strip.mir, strip.dt
    surface = np.where(classes == FireClass.WATER, np.uint8(WATER), np.uint8(LAND))
    usable = clear & strip.scene.mir_nominal[lines] & strip.scene.tir_nominal[lines]
    elsewhere = strip.cloudy_elsewhere()
    if elsewhere is not None and p.cloud_class_use != "none":
        usable &= ~elsewhere
    hot = dt > min(p.background_fire_day_dt_k, p.background_fire_night_dt_k)
    if hot.any():
        by_day = (mir > p.background_fire_day_bt_mir_k) & (dt > p.background_fire_day_dt_k)
        by_night = (mir > p.background_fire_night_bt_mir_k) & (dt > p.background_fire_night_dt_k)
        hot &= np.where(day, by_day, by_night)
    certain = (found == ABSOLUTE) | (found == SATURATED)
    usable |= certain
    surface[hot | certain] |= BACKGROUND_FIRE
    surface[~usable | (found == FOLD)] = 0
    return surface


def _above_scene_limit(scene: Scene, surface: Bytes, maybe: Indices, p: ViirsParameters) -> Bools:
    """Return which possible candidates pass the limit that follows the median of the scene."""
    lines, samples = np.divmod(maybe, scene.shape[1])
    day = scene.solar_zenith_deg[lines, samples] < p.day_solar_zenith_deg
    above: Bools = np.ones(len(maybe), dtype=bool)
    if day.any():
        limit = scene_limit_k(scene, surface, lines[day], samples[day], p)
        above[day] = scene.bt_mir_k[lines[day], samples[day]] > limit
    return above


def scene_limit_k(
    scene: Scene, surface: Bytes, lines: Indices, samples: Indices, p: ViirsParameters
) -> Float32s:
    """Return the day candidate limit of I4 (K) at positions, between the low and the high one.

    The limit is the median of the land in a wide window, raised. It is taken at the nodes of a
    coarse grid from every few lines and samples, and interpolated.
    """
    grid = CoarseGrid(p.candidate_window, p.candidate_block, p.candidate_stride)
    low = p.candidate_low_k - p.candidate_above_median_k
    high = p.candidate_high_k - p.candidate_above_median_k
    median, number = grid.medians(scene.bt_mir_k, surface == LAND, low, high, _MEDIAN_BINS)
    limit = np.where(
        number < p.candidate_min_valid, p.candidate_high_k, median + p.candidate_above_median_k
    )
    return grid.at(limit, lines, samples).astype(np.float32)
