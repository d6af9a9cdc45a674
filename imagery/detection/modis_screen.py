"""First pass over a MODIS scene: classes, background codes and candidates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firewatch.core.geo import Floats
from imagery.detection.coarse import BlockSums, CoarseGrid, Nodes
from imagery.detection.contextual import BACKGROUND_FIRE
from imagery.detection.masks import FireClass, Indices
from imagery.detection.modis_parameters import ModisParameters
from imagery.detection.scene import Bools, Bytes, Scene
from imagery.detection.strips import LAND, WATER, Strip, strips
from imagery.level1.window import Window

_ADAPTIVE_MIN_VALID = 10


@dataclass(frozen=True, eq=False)
class Screening:
    """Result of the first pass.

    Attributes
    ----------
    mask
        (rows, cols), classes of `FireClass` without fires.
    surface
        (rows, cols), codes of the background statistics.
    hidden_water
        (rows, cols), usable land pixels that look like water (coastal rejection).
    possible
        Flat positions, ascending, of candidates; with the adaptive rule of what it may let through.
    """

    mask: Bytes
    surface: Bytes
    hidden_water: Bools
    possible: Indices


def screen(scene: Scene, parameters: ModisParameters) -> Screening:
    """Return classes, background codes and possible candidates of a scene."""
    mask = np.empty(scene.shape, dtype=np.uint8)
    surface = np.empty(scene.shape, dtype=np.uint8)
    hidden_water = np.zeros(scene.shape, dtype=bool)
    possible: list[Indices] = []
    for strip in strips(scene, parameters.day_solar_zenith_deg):
        classes = _classes(strip, parameters)
        mask[strip.lines] = classes
        surface[strip.lines] = _surface(strip, classes, parameters)
        hidden_water[strip.lines] = _hidden_water(strip, surface[strip.lines], parameters)
        candidate = _possible(strip, classes, parameters)
        possible.append(np.flatnonzero(candidate) + strip.first * scene.shape[1])
    return Screening(mask, surface, hidden_water, np.concatenate(possible))


def _classes(strip: Strip, p: ModisParameters) -> Bytes:
    water = strip.scene.water[strip.lines]
    mask = np.where(water, np.uint8(FireClass.WATER), np.uint8(FireClass.LAND))
    cloud = _cloud(strip, water, p)
    elsewhere = strip.cloudy_elsewhere()
    if elsewhere is not None and p.cloud_class_use == "reject":
        cloud |= elsewhere
    mask[cloud] = FireClass.CLOUD
    mask[~strip.seen] = FireClass.NOT_PROCESSED
    mask[strip.scene.bowtie_deleted[strip.lines]] = FireClass.BOWTIE
    return mask


def _cloud(strip: Strip, water: Bools, p: ModisParameters) -> Bools:
    bt_12 = strip.scene.bt_12_k
    cold = strip.tir if bt_12 is None else bt_12[strip.lines]
    cloud: Bools = cold < p.cloud_bt_12_k
    bright_sum = strip.bright_sum
    if bright_sum is not None:
        white = bright_sum > p.cloud_bright_sum
        white |= (bright_sum > p.cloud_dim_sum) & (cold < p.cloud_dim_bt_12_k)
        cloud |= strip.day & white
    if p.cloud_water and strip.nir is not None:
        over_water = water & (strip.nir > p.cloud_water_rho_nir) & (cold < p.cloud_water_bt_12_k)
        cloud |= strip.day & over_water
    return cloud


def _surface(strip: Strip, classes: Bytes, p: ModisParameters) -> Bytes:
    surface = np.where(classes == FireClass.WATER, np.uint8(WATER), np.uint8(LAND))
    by_day = strip.mir > p.background_fire_day_bt_mir_k
    by_day &= strip.dt > p.background_fire_day_dt_k
    by_night = strip.mir > p.background_fire_night_bt_mir_k
    by_night &= strip.dt > p.background_fire_night_dt_k
    surface[np.where(strip.day, by_day, by_night)] |= BACKGROUND_FIRE
    usable = (classes == FireClass.WATER) | (classes == FireClass.LAND)
    usable &= strip.scene.mir_nominal[strip.lines] & strip.scene.tir_nominal[strip.lines]
    elsewhere = strip.cloudy_elsewhere()
    if elsewhere is not None and p.cloud_class_use != "none":
        usable &= ~elsewhere
    surface[~usable] = 0
    return surface


def _hidden_water(strip: Strip, surface: Bytes, p: ModisParameters) -> Bools:
    """Return usable land pixels with the colour of water: negative NDVI, dark in both infrareds."""
    if strip.red is None or strip.nir is None or strip.swir is None:
        return np.zeros(surface.shape, dtype=bool)
    dark: Bools = (strip.nir < strip.red) & (strip.swir < p.coast_rho_swir)
    dark &= strip.nir < p.coast_rho_nir
    dark &= (surface == LAND) & strip.day
    return dark


def _possible(strip: Strip, classes: Bytes, p: ModisParameters) -> Bools:
    """Return candidates of the fixed limits, or what the adaptive ones can at most let through."""
    adaptive = p.candidate_rule == "adaptive-own"
    day_k = p.adaptive_low_k if adaptive else p.candidate_day_bt_mir_k
    day_dt_k = p.adaptive_dt_low_k if adaptive else p.candidate_day_dt_k
    by_day = (strip.mir > day_k) & (strip.dt > day_dt_k)
    if strip.nir is not None:
        by_day &= ~(strip.nir >= p.candidate_rho_nir)
    by_night = (strip.mir > p.candidate_night_bt_mir_k) & (strip.dt > p.candidate_night_dt_k)
    clear: Bools = classes == FireClass.LAND
    if p.water_fires:
        clear |= classes == FireClass.WATER
    clear &= np.where(strip.day, by_day, by_night)
    return clear


class AdaptiveLimits:
    """Limits of day candidates in a granule that follow the mean of the land around."""

    def __init__(self, parameters: ModisParameters, window: Window) -> None:
        self._parameters = parameters
        self.grid = CoarseGrid(parameters.adaptive_window, parameters.adaptive_block, 1)
        self._sums = BlockSums(self.grid, window, 3, np.float64)

    def add(self, scene: Scene, surface: Bytes, rows: slice) -> None:
        """Take the land in some rows of a scene into account."""
        line0 = scene.line0 + rows.start
        y, x = self.grid.looked_at(surface[rows] == LAND, line0, scene.sample0)
        mir, tir = scene.bt_mir_k[rows][y, x], scene.bt_tir_k[rows][y, x]
        lines, samples = y + line0, x + scene.sample0
        for number, weights in enumerate((np.ones_like(mir), mir, mir - tir)):
            self._sums.add(lines, samples, np.full(len(y), number), weights)

    def passed(self, scene: Scene, maybe: Indices) -> Bools:
        """Return which possible candidates (flat positions) pass; by night all do."""
        p = self._parameters
        lines, samples = np.divmod(maybe, scene.shape[1])
        passed: Bools = scene.solar_zenith_deg[lines, samples] >= p.day_solar_zenith_deg
        if not passed.all():
            limit, limit_dt = self.limits_k(lines + scene.line0, samples + scene.sample0)
            mir = scene.bt_mir_k[lines, samples]
            above = (mir > limit) & (mir - scene.bt_tir_k[lines, samples] > limit_dt)
            passed |= above
        return passed

    def limits_k(self, lines: Indices, samples: Indices) -> tuple[Floats, Floats]:
        """Return the limits (K) of T4 and of the difference at positions in the granule."""
        p = self._parameters
        sums, line0, sample0 = self._sums.around(int(lines.min()), int(lines.max()) + 1)
        number = np.asarray(sums[..., 0], dtype=np.float64)
        mean = np.asarray(sums, dtype=np.float64) / np.where(number > 0, number, np.nan)[..., None]
        few = number < _ADAPTIVE_MIN_VALID
        follow = np.clip(
            mean[..., 1] + p.adaptive_above_mean_k, p.adaptive_low_k, p.adaptive_high_k
        )
        limit = np.where(few, p.candidate_day_bt_mir_k, follow)
        follow = np.maximum(mean[..., 2] + p.adaptive_dt_above_mean_k, p.adaptive_dt_low_k)
        limit_dt = np.where(few, p.candidate_day_dt_k, follow)
        mir, dt = (Nodes(self.grid, line0, sample0, nodes) for nodes in (limit, limit_dt))
        return mir.at(lines, samples), dt.at(lines, samples)
