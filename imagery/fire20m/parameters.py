"""Values of the detection at 20 to 30 m, as fire20m.json and hu2021.json have them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from imagery.detection.contextual import WindowRule
from imagery.detection.parameters import load_parameters, parameter_hash

PACKAGE = "imagery.fire20m"
Biome: TypeAlias = Literal[
    "moist_broadleaf", "dry_broadleaf", "savanna", "mediterranean", "temperate_conifer", "taiga"
]


@dataclass(frozen=True)
class Fire20mParameters:
    """One parameter set; thresholds are top-of-atmosphere reflectance or ratios of it.

    Fields carry the same names as the entries of the data file, which state source and tag.
    """

    sun_correct: bool
    least_sun_elevation_deg: float
    votes: int
    unambiguous_ratio: float
    unambiguous_difference: float
    unambiguous_swir2: float
    folded_swir1: float
    folded_coastal: float
    folded_nir: float
    folded_swir2: float
    potential_ratio: float
    potential_difference: float
    potential_swir_ratio: float
    water_difference: float
    schroeder_window: int
    context_sigmas: float
    context_ratio: float
    context_swir2: float
    seed_slope: float
    seed_offset: float
    grown_slope: float
    grown_offset: float
    red_slope: float
    red_offset: float
    swir_slope: float
    swir_offset: float
    kumar_roy_window_first: int
    kumar_roy_window_last: int
    kumar_roy_min_share: float
    murphy_swir_ratio: float
    murphy_nir_ratio: float
    murphy_swir2: float
    murphy_near_ratio: float
    murphy_near_swir1: float
    biome: Biome
    tai_window: int
    tai_contrast: float
    tai_buffer: int
    tai_least: float
    tai_swir2: float
    tai_near_swir1: float
    tai_near_swir2: float
    tai_dark_swir1: float
    tai_dark_nir: float
    combined_tai: float
    least_pixels_unambiguous: int
    least_pixels_contextual: int
    guard_ratio: float
    guard_bright: int
    guard_looks: int
    guard_days: float

    @property
    def schroeder_rule(self) -> WindowRule:
        """Return the one window of Schroeder's contextual test."""
        return WindowRule(
            self.schroeder_window, self.schroeder_window, min_share=0, min_count=1, stop="all"
        )

    @property
    def kumar_roy_rule(self) -> WindowRule:
        """Return how the windows of Kumar and Roy grow."""
        return WindowRule(
            self.kumar_roy_window_first,
            self.kumar_roy_window_last,
            min_share=self.kumar_roy_min_share,
            min_count=1,
            stop="all",
        )

    @property
    def tai_rule(self) -> WindowRule:
        """Return the one window over which TAI is averaged."""
        return WindowRule(self.tai_window, self.tai_window, min_share=0, min_count=1, stop="all")


@dataclass(frozen=True)
class HuLine:
    """Hu's test of one biome: red ≤ slope · swir2 - offset, and what else is asked for.

    Attributes
    ----------
    least_swir_ratio
        Least swir2 / swir1; None where it is not asked for, as with the others.
    least_swir2
        Least swir2.
    least_swir1, or_swir2
        Least swir1, or else least swir2; both or neither.
    """

    slope: float
    offset: float
    least_swir_ratio: float | None = None
    least_swir2: float | None = None
    least_swir1: float | None = None
    or_swir2: float | None = None


@dataclass(frozen=True)
class _InForce:
    parameters: Fire20mParameters
    hu: HuLine


@cache
def shipped() -> Fire20mParameters:
    """Return the published values, for Guangxi."""
    return load_parameters(Fire20mParameters, "fire20m", PACKAGE)


@cache
def hu_line(biome: Biome) -> HuLine:
    """Return the coefficients of Hu et al. (2021) for a biome."""
    text = files(PACKAGE).joinpath("hu2021.json").read_text(encoding="utf-8")
    entry = json.loads(text)["biomes"][biome]
    return HuLine(**{name: value for name, value in entry.items() if name not in ("tag", "note")})


def hash_in_force(parameters: Fire20mParameters) -> str:
    """Return a short hash that changes with any value, those of the biome included."""
    return parameter_hash(_InForce(parameters, hu_line(parameters.biome)))
