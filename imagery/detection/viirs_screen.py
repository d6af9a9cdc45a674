"""First pass over a VIIRS scene: classes, fires by fixed tests, and what may be a candidate."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from imagery.detection.coarse import BlockSums, CoarseGrid, Nodes, bin_of, histogram_median
from imagery.detection.contextual import BACKGROUND_FIRE
from imagery.detection.masks import FireClass, Indices
from imagery.detection.scene import Bools, Bytes, Float32s, Scene
from imagery.detection.strips import LAND, WATER, Strip, strips
from imagery.detection.viirs_parameters import ViirsParameters
from imagery.level1.window import Window

TESTS = ("", "absolute", "saturated", "fold", "contextual", "secondary")
"""Names of the tests that find fires, by the code kept in arrays."""
ABSOLUTE, SATURATED, FOLD, CONTEXTUAL, SECONDARY = range(1, 6)

_MEDIAN_BINS = 50
_SURFACE_OF_CLASS = np.zeros(len(FireClass), dtype=np.uint8)
_SURFACE_OF_CLASS[[FireClass.LAND, FireClass.WATER]] = LAND, WATER


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
    possible
        Flat positions, ascending, of what the limit of the scene may let through as candidates.
    """

    mask: Bytes
    surface: Bytes
    fixed: Indices
    fixed_test: Bytes
    possible: Indices

    def between(self, first: int, last: int) -> Screening:
        """Return the same rasters with only the positions in first <= position < last."""
        fixed = slice(*np.searchsorted(self.fixed, (first, last)))
        possible = slice(*np.searchsorted(self.possible, (first, last)))
        return replace(
            self,
            fixed=self.fixed[fixed],
            fixed_test=self.fixed_test[fixed],
            possible=self.possible[possible],
        )


def screen(scene: Scene, parameters: ViirsParameters) -> Screening:
    """Return classes, fixed fires and possible candidates, in the published order of tests."""
    mask = np.empty(scene.shape, dtype=np.uint8)
    surface = np.empty(scene.shape, dtype=np.uint8)
    fixed: list[Indices] = []
    tests: list[Bytes] = []
    possible: list[Indices] = []
    for strip in strips(scene, parameters.day_solar_zenith_deg):
        classes = _classes(strip, parameters)
        codes = _surface(strip, classes, parameters)
        hot = _hot_pixels(strip, classes, codes, parameters)
        found = _fixed_tests(hot, parameters)
        likely = _background_fires(hot, parameters) | (found == ABSOLUTE) | (found == SATURATED)
        codes.ravel()[hot.index[likely]] = hot.kind[likely] | BACKGROUND_FIRE
        codes.ravel()[hot.index[found == FOLD]] = 0
        classes.ravel()[hot.index[found > 0]] = FireClass.FIRE_HIGH
        offset = strip.first * scene.shape[1]
        fixed.append(hot.index[found > 0] + offset)
        tests.append(found[found > 0])
        possible.append(hot.index[(found == 0) & _possible(hot, parameters)] + offset)
        surface[strip.lines], mask[strip.lines] = codes, classes
    return Screening(
        mask, surface, np.concatenate(fixed), np.concatenate(tests), np.concatenate(possible)
    )


def _classes(strip: Strip, p: ViirsParameters) -> Bytes:
    """Return the classes before any fire test."""
    mask = np.full(strip.mir.shape, FireClass.LAND, dtype=np.uint8)
    np.copyto(mask, np.uint8(FireClass.WATER), where=_water(strip))
    bright_sum = strip.bright_sum
    cloud = _cloud(strip, bright_sum, p)
    if bright_sum is not None:
        mask.ravel()[_glint(strip, ~cloud, bright_sum, p)] = FireClass.GLINT
    elsewhere = strip.cloudy_elsewhere()
    if elsewhere is not None and p.cloud_class_use == "reject":
        cloud |= elsewhere
    np.copyto(mask, np.uint8(FireClass.CLOUD), where=cloud)
    np.copyto(mask, np.uint8(FireClass.NOT_PROCESSED), where=~strip.seen)
    np.copyto(mask, np.uint8(FireClass.BOWTIE), where=strip.scene.bowtie_deleted[strip.lines])
    return mask


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


def _glint(strip: Strip, clear: Bools, bright_sum: Float32s, p: ViirsParameters) -> Indices:
    """Return flat positions in the strip of clear day pixels in sun glint."""
    bright = strip.day & clear & (bright_sum > min(p.glint_near_sum, p.glint_far_sum))
    index, angle = strip.glint_deg(bright, max(p.glint_near_deg, p.glint_far_deg))
    total = bright_sum.ravel()[index]
    near = (angle < p.glint_near_deg) & (total > p.glint_near_sum)
    return index[near | ((angle < p.glint_far_deg) & (total > p.glint_far_sum))]


def _surface(strip: Strip, classes: Bytes, p: ViirsParameters) -> Bytes:
    """Return the codes of background statistics, without regard to fires."""
    # Comparisons are many times faster than looking every class up.
    surface: Bytes = (classes == FireClass.WATER).view(np.uint8) * np.uint8(WATER)
    surface += (classes == FireClass.LAND).view(np.uint8) * np.uint8(LAND)
    usable = strip.scene.mir_nominal[strip.lines] & strip.scene.tir_nominal[strip.lines]
    elsewhere = strip.cloudy_elsewhere()
    if elsewhere is not None and p.cloud_class_use != "none":
        usable = usable & ~elsewhere
    surface *= usable
    return surface


@dataclass(frozen=True, eq=False)
class _Hot:
    """The few clear pixels of a strip that any fire test can concern, as flat arrays.

    `kind` is the surface code, `usable` whether background statistics may hold the pixel.
    Reflectances that are missing are NaN, which fails every comparison.
    """

    index: Indices
    kind: Bytes
    usable: Bools
    mir: Float32s
    tir: Float32s
    dt: Float32s
    day: Bools
    mir_nominal: Bools
    tir_nominal: Bools
    mir_saturated: Bools
    bright_sum: Float32s
    nir: Float32s
    swir: Float32s


def _hot_pixels(strip: Strip, classes: Bytes, codes: Bytes, p: ViirsParameters) -> _Hot:
    """Return clear pixels above the lowest limits that any test of the day or night has."""
    mir, tir, dt = strip.mir, strip.tir, strip.dt
    if strip.day.all():
        lowest = min(p.candidate_low_k, p.background_fire_day_bt_mir_k, p.saturated_bt_mir_k)
        hot = (mir > lowest) | (tir > p.fold_day_bt_tir_k)
    else:
        lowest = min(p.candidate_night_bt_mir_k, p.background_fire_night_bt_mir_k)
        lowest_dt = min(p.candidate_night_dt_k, p.background_fire_night_dt_k)
        hot = (mir > lowest) & (dt > lowest_dt)
        hot |= (mir > p.absolute_night_bt_mir_k) | (tir > p.fold_night_bt_tir_k)
    if p.fold_own_bt_tir_k < p.fold_day_bt_tir_k:
        hot |= (mir <= p.fold_bt_mir_k) & (tir > p.fold_own_bt_tir_k)
    index = np.flatnonzero(hot)
    kinds = _SURFACE_OF_CLASS[classes.ravel()[index]]
    index, kinds = index[kinds > 0], kinds[kinds > 0]
    scene, lines = strip.scene, strip.lines
    bright_sum, nir, swir = (
        np.full(len(index), np.nan, dtype=np.float32) if band is None else band.ravel()[index]
        for band in (strip.bright_sum, strip.nir, strip.swir)
    )
    return _Hot(
        index=index,
        kind=kinds,
        usable=codes.ravel()[index] > 0,
        mir=mir.ravel()[index],
        tir=tir.ravel()[index],
        dt=dt.ravel()[index],
        day=strip.day.ravel()[index],
        mir_nominal=scene.mir_nominal[lines].ravel()[index],
        tir_nominal=scene.tir_nominal[lines].ravel()[index],
        mir_saturated=scene.mir_saturated[lines].ravel()[index],
        bright_sum=bright_sum,
        nir=nir,
        swir=swir,
    )


def _fixed_tests(hot: _Hot, p: ViirsParameters) -> Bytes:
    """Return the code of the fixed test that each pixel passes, 0 where none."""
    absolute = ~hot.day & (hot.mir > p.absolute_night_bt_mir_k) & hot.mir_nominal
    saturated = hot.mir_saturated & (hot.mir >= p.saturated_bt_mir_k) & hot.tir_nominal
    usual = (hot.tir > p.saturated_day_bt_tir_k) & ~(hot.bright_sum >= p.saturated_day_sum)
    saturated &= ~hot.day | usual
    warm = np.where(hot.day, p.fold_day_bt_tir_k, p.fold_night_bt_tir_k)
    fold = (hot.dt < 0) & (hot.tir > warm) & hot.tir_nominal
    wrapped = ~hot.day & (hot.mir <= p.fold_bt_mir_k) & (hot.tir > p.fold_wrapped_bt_tir_k)
    wrapped |= (hot.mir <= p.fold_bt_mir_k) & (hot.tir > p.fold_own_bt_tir_k) & hot.tir_nominal
    found = np.zeros(len(hot.index), dtype=np.uint8)
    found[absolute] = ABSOLUTE
    found[saturated] = SATURATED
    found[fold | wrapped] = FOLD
    return found


def _background_fires(hot: _Hot, p: ViirsParameters) -> Bools:
    """Return likely fires, which are no background."""
    by_day = hot.mir > p.background_fire_day_bt_mir_k
    by_day &= hot.dt > p.background_fire_day_dt_k
    by_night = hot.mir > p.background_fire_night_bt_mir_k
    by_night &= hot.dt > p.background_fire_night_dt_k
    likely: Bools = hot.usable & np.where(hot.day, by_day, by_night)
    return likely


def _possible(hot: _Hot, p: ViirsParameters) -> Bools:
    """Return candidates; by day those of the lowest limit that a scene can have."""
    by_day = (hot.mir > p.candidate_low_k) & (hot.dt > p.candidate_day_dt_k)
    bright = (hot.swir > p.bright_rho_swir) & (hot.swir > hot.nir)
    bright &= (hot.nir > p.bright_rho_nir) & (hot.mir <= p.bright_bt_mir_k)
    by_night = (hot.mir > p.candidate_night_bt_mir_k) & (hot.dt > p.candidate_night_dt_k)
    candidates: Bools = np.where(hot.day, by_day & ~bright, by_night)
    return candidates


class SceneLimit:
    """The day candidate limit of I4 in a granule, between the low and the high one.

    The limit is the median of the land in a wide window, raised. It is taken at the nodes of a
    coarse grid from every few lines and samples, and interpolated.
    """

    def __init__(self, parameters: ViirsParameters, window: Window) -> None:
        p = parameters
        self._parameters = p
        self._low_k = p.candidate_low_k - p.candidate_above_median_k
        self._high_k = p.candidate_high_k - p.candidate_above_median_k
        self.grid = CoarseGrid(p.candidate_window, p.candidate_block, p.candidate_stride)
        self._sums = BlockSums(self.grid, window, _MEDIAN_BINS + 2, np.int32)

    def add(self, scene: Scene, surface: Bytes, rows: slice) -> None:
        """Take the land in some rows of a scene into account."""
        line0 = scene.line0 + rows.start
        y, x = self.grid.looked_at(surface[rows] == LAND, line0, scene.sample0)
        bins = bin_of(scene.bt_mir_k[rows][y, x], self._low_k, self._high_k, _MEDIAN_BINS)
        self._sums.add(y + line0, x + scene.sample0, bins)

    def passed(self, scene: Scene, maybe: Indices) -> Bools:
        """Return which possible candidates (flat positions) are above the limit; by night all."""
        p = self._parameters
        lines, samples = np.divmod(maybe, scene.shape[1])
        day = scene.solar_zenith_deg[lines, samples] < p.day_solar_zenith_deg
        above: Bools = np.ones(len(maybe), dtype=bool)
        if day.any():
            limit = self.limit_k(lines[day] + scene.line0, samples[day] + scene.sample0)
            above[day] = scene.bt_mir_k[lines[day], samples[day]] > limit
        return above

    def limit_k(self, lines: Indices, samples: Indices) -> Float32s:
        """Return the limit (K) at positions in the granule."""
        p = self._parameters
        counts, line0, sample0 = self._sums.around(int(lines.min()), int(lines.max()) + 1)
        median, number = histogram_median(counts.astype(np.int64), self._low_k, self._high_k)
        limit = np.where(
            number < p.candidate_min_valid, p.candidate_high_k, median + p.candidate_above_median_k
        )
        return Nodes(self.grid, line0, sample0, limit).at(lines, samples).astype(np.float32)
