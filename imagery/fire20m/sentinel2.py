"""Published fire tests for Sentinel-2 MSI and their combination; equations in docs/highres.md."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from imagery.detection.masks import Indices
from imagery.detection.scene import Bools
from imagery.fire20m.murphy import murphy_screen
from imagery.fire20m.parameters import Fire20mParameters, HuLine, hu_line
from imagery.fire20m.pixels import SLACK, Pixels, Screen, Values, ratio, statistics
from imagery.highres.scene import Role

HU_ROLES: Final[tuple[Role, ...]] = ("red", "swir1", "swir2")
TAI_ROLES: Final[tuple[Role, ...]] = ("nir", "swir1", "swir2")


def screen_of(parameters: Fire20mParameters) -> Screen:
    """Return what every fire of these algorithms meets, neighbours of fires aside."""
    p, line = parameters, hu_line(parameters.biome)
    is_hot = murphy_screen(p)
    least_tai = min(p.tai_contrast, p.tai_least)

    def possible(values: Values) -> Bools:
        nir, swir1, swir2 = (values[role] for role in TAI_ROLES)
        found = is_hot(values)
        # Where nir is not positive there is no TAI, and the line is met all the same.
        found |= swir2 - swir1 - least_tai * nir >= -SLACK
        by_hu = values["red"] - line.slope * swir2 <= SLACK - line.offset
        if line.least_swir_ratio is not None:
            by_hu &= swir2 - line.least_swir_ratio * swir1 >= -SLACK
        found |= by_hu
        return found

    return possible


def hu(pixels: Pixels, spots: Indices, parameters: Fire20mParameters) -> Indices:
    """Return the fires of Hu et al. (2021), AFD-S2, by the coefficients of the biome."""
    return spots[_by_line(pixels.at(spots, HU_ROLES), hu_line(parameters.biome))]


def _by_line(values: Values, line: HuLine) -> Bools:
    red, swir1, swir2 = (values[role] for role in HU_ROLES)
    met: Bools = red <= line.slope * swir2 - line.offset
    if line.least_swir_ratio is not None:
        met &= ratio(swir2, swir1) >= line.least_swir_ratio
    if line.least_swir2 is not None:
        met &= swir2 >= line.least_swir2
    if line.least_swir1 is not None and line.or_swir2 is not None:
        met &= (swir1 >= line.least_swir1) | (swir2 >= line.or_swir2)
    return met


def thermal_anomaly(values: Values) -> NDArray[np.floating]:
    """Return TAI = (swir2 - swir1) / nir, 0 where it is negative or nir is not positive."""
    index = ratio(values["swir2"] - values["swir1"], values["nir"])
    positive: NDArray[np.floating] = np.fmax(index, 0)
    return positive


def tai(pixels: Pixels, spots: Indices, parameters: Fire20mParameters) -> Indices:
    """Return the fires of Liu et al. (2021), the tri-spectral thermal anomaly index."""
    p = parameters
    index = thermal_anomaly(pixels.at(spots, TAI_ROLES))
    # No mean of the index is negative.
    candidates = spots[index > p.tai_contrast]
    seeds = candidates[_contrast(pixels, candidates, p) > p.tai_contrast]
    warm = spots[index >= p.tai_least]
    within = warm[pixels.board(pixels.around(seeds, p.tai_buffer // 2))[warm]]
    nir, swir1, swir2 = pixels.at(within, TAI_ROLES).values()
    hot = within[(swir2 - swir1 > swir1 - nir) & (swir2 > p.tai_swir2)]
    near = pixels.around(hot, 1)
    nir, swir1, swir2 = pixels.at(near, TAI_ROLES).values()
    kept = pixels.board(hot)[near] | ((swir1 >= p.tai_near_swir1) & (swir2 >= p.tai_near_swir2))
    dark = (swir1 <= p.tai_dark_swir1) | (nir <= p.tai_dark_nir)
    return near[kept & ~dark & pixels.valid(near)]


def _contrast(pixels: Pixels, candidates: Indices, p: Fire20mParameters) -> NDArray[np.floating]:
    """Return TAI above its mean over the window, the centre included."""
    above = np.zeros(len(candidates))
    for part in pixels.parts(candidates, p.tai_window // 2, TAI_ROLES):
        index = thermal_anomaly(part.values)
        around = statistics(part, part.valid, {"tai": index}, p.tai_rule)
        own, number = index[part.spots], around["n_valid"]
        total = np.where(number > 0, number * around["mean_tai"], 0) + own
        above[part.chosen] = own - total / (number + 1)
    return above


def combined(pixels: Pixels, by_hu: Indices, parameters: Fire20mParameters) -> Indices:
    """Return the fires of Hu that TAI confirms or whose B12 is full.

    Over flames B12 is often full and TAI, a difference of two full bands, then says nothing; red
    is full only over glint and cloud.
    """
    index = thermal_anomaly(pixels.at(by_hu, TAI_ROLES))
    full = pixels.full(by_hu, "swir2") & ~pixels.full(by_hu, "red")
    return by_hu[(index >= parameters.combined_tai) | full]
