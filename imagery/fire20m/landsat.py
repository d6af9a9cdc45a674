"""Three published fire tests for Landsat OLI; equations in docs/highres.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from imagery.detection.contextual import WindowRule
from imagery.detection.masks import Indices
from imagery.detection.scene import Bools
from imagery.fire20m.murphy import murphy_screen
from imagery.fire20m.parameters import Fire20mParameters
from imagery.fire20m.pixels import NOTHING, SLACK, Part, Pixels, Screen, Values, ratio, statistics
from imagery.highres.scene import Role

SCHROEDER_ROLES: Final[tuple[Role, ...]] = (
    "coastal", "blue", "green", "red", "nir", "swir1", "swir2",
)  # fmt: skip
KUMAR_ROY_ROLES: Final[tuple[Role, ...]] = ("blue", "green", "red", "nir", "swir1", "swir2")


@dataclass(frozen=True, eq=False)
class Found:
    """Flat positions of fires, and of those among them that need no look at their surroundings."""

    fires: Indices
    unambiguous: Indices


def screen_of(parameters: Fire20mParameters, with_schroeder: bool) -> Screen:
    """Return what every fire of these algorithms meets, neighbours of fires aside."""
    p = parameters
    difference = min(p.unambiguous_difference, p.potential_difference)
    is_hot = murphy_screen(p)

    def possible(values: Values) -> Bools:
        red, nir, swir1, swir2 = (values[role] for role in ("red", "nir", "swir1", "swir2"))
        found = is_hot(values)
        if with_schroeder:
            found |= swir2 - nir > difference - SLACK
            found |= swir1 > p.folded_swir1 - SLACK
        found |= red - p.seed_slope * swir2 <= SLACK - p.seed_offset
        # What the contextual test asks for at least: no mean of the background is negative.
        may_stand_out = swir2 - p.context_ratio * nir > -SLACK
        may_stand_out &= swir2 > p.context_swir2 - SLACK
        may_stand_out &= (red - p.red_slope * swir2 <= SLACK - p.red_offset) | (
            swir1 - p.swir_slope * swir2 <= SLACK - p.swir_offset
        )
        found |= may_stand_out
        return found

    return possible


def unambiguous(values: Values, p: Fire20mParameters) -> Bools:
    """Return where Schroeder's first test holds."""
    nir, swir2 = values["nir"], values["swir2"]
    return (
        (ratio(swir2, nir) > p.unambiguous_ratio)
        & (swir2 - nir > p.unambiguous_difference)
        & (swir2 > p.unambiguous_swir2)
    )


def schroeder(pixels: Pixels, spots: Indices, parameters: Fire20mParameters) -> Found:
    """Return the fires of Schroeder et al. (2016), day.

    Parameters
    ----------
    spots
        Pixels that passed the screen.
    """
    p = parameters
    values = pixels.at(spots, SCHROEDER_ROLES)
    sure = _schroeder_sure(values, p)
    nir, swir1, swir2 = (values[role] for role in ("nir", "swir1", "swir2"))
    potential = (
        (ratio(swir2, nir) > p.potential_ratio)
        & (swir2 - nir > p.potential_difference)
        & (ratio(swir2, swir1) > p.potential_swir_ratio)
    )
    candidates = spots[potential & ~sure]

    def background(part: Part) -> Bools:
        left_out = _schroeder_sure(part.values, p) | _schroeder_water(part.values, p)
        return part.valid & (part.values["swir2"] > NOTHING) & ~left_out

    out = stands_out(pixels, candidates, SCHROEDER_ROLES, p.schroeder_rule, background, p)
    return Found(np.union1d(spots[sure], candidates[out]), spots[sure])


def _schroeder_sure(values: Values, p: Fire20mParameters) -> Bools:
    folded = (
        (values["swir1"] > p.folded_swir1)
        & (values["coastal"] < p.folded_coastal)
        & ((values["nir"] > p.folded_nir) | (values["swir2"] < p.folded_swir2))
    )
    return unambiguous(values, p) | folded


def _schroeder_water(values: Values, p: Fire20mParameters) -> Bools:
    coastal, blue, green, red, nir, swir1, swir2 = (values[role] for role in SCHROEDER_ROLES)
    falling = (red > nir) & (nir > swir1) & (swir1 > swir2) & (coastal - swir2 < p.water_difference)
    return falling & ((green > blue) | ((coastal > blue) & (blue > green) & (green > red)))


def kumar_roy(pixels: Pixels, spots: Indices, parameters: Fire20mParameters) -> Found:
    """Return the fires of Kumar and Roy (2018), GOLI; see `schroeder`."""
    p = parameters
    values = pixels.at(spots, KUMAR_ROY_ROLES)
    seeds = spots[values["red"] <= p.seed_slope * values["swir2"] - p.seed_offset]
    near = pixels.around(seeds, 1)
    beside = pixels.at(near, ("red", "swir1"))
    grown = near[
        pixels.valid(near) & (beside["red"] <= p.grown_slope * beside["swir1"] - p.grown_offset)
    ]
    sure = np.union1d(seeds, grown)
    known = pixels.board(sure)
    board = known.reshape(pixels.shape)
    potential = spots[_kumar_roy_potential(values, p)]
    candidates = potential[~known[potential]]

    def background(part: Part) -> Bools:
        blue, green, red, nir = (part.values[role] for role in KUMAR_ROY_ROLES[:4])
        water = (blue > green) & (green > red) & (red > nir)
        fires = part.of(board) | _kumar_roy_potential(part.values, p)
        return part.valid & (part.values["swir2"] > NOTHING) & ~fires & ~water

    out = stands_out(pixels, candidates, KUMAR_ROY_ROLES, p.kumar_roy_rule, background, p)
    return Found(np.union1d(sure, candidates[out]), sure)


def _kumar_roy_potential(values: Values, p: Fire20mParameters) -> Bools:
    red, swir1, swir2 = (values[role] for role in ("red", "swir1", "swir2"))
    return (red <= p.red_slope * swir2 - p.red_offset) | (
        swir1 <= p.swir_slope * swir2 - p.swir_offset
    )


def stands_out(
    pixels: Pixels,
    candidates: Indices,
    roles: tuple[Role, ...],
    rule: WindowRule,
    background: Callable[[Part], Bools],
    parameters: Fire20mParameters,
) -> Bools:
    """Return which candidates stand out from their background in swir2/nir and in swir2.

    Each must exceed the mean by `context_sigmas` standard deviations and by a least difference.
    """
    p = parameters
    out = np.zeros(len(candidates), dtype=bool)
    for part in pixels.parts(candidates, rule.last // 2, roles):
        swir2 = part.values["swir2"]
        fields = {"ratio": ratio(swir2, part.values["nir"]), "swir2": swir2}
        known = statistics(part, background(part), fields, rule, spreads=tuple(fields))
        above = np.ones(len(part.chosen), dtype=bool)
        for name, least in (("ratio", p.context_ratio), ("swir2", p.context_swir2)):
            margin = np.maximum(p.context_sigmas * known[f"spread_{name}"], least)
            above &= fields[name][part.spots] > known[f"mean_{name}"] + margin
        out[part.chosen] = above
    return out
