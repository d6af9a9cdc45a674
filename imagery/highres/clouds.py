"""Cloud, shadow, snow and water from reflectance, where a product has no quality band for them.

A coarse test of few bands, on the side of caution: what it calls clear counts as seen. Parameters
with their sources stand in `ground.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from imagery.detection.parameters import load_parameters
from imagery.highres.scene import Ground, HighresScene, Role

Reflectances = Mapping[Role, NDArray[np.float32]]
GROUND_ROLES: tuple[Role, ...] = ("blue", "green", "nir", "swir1", "swir2")
_LINES_AT_ONCE = 256


@dataclass(frozen=True)
class GroundTests:
    """Reflectances at the top of the atmosphere; see `ground.json`."""

    cloud_blue_low: float
    cloud_blue_high: float
    cirrus_rho: float
    snow_ndsi: float
    snow_nir: float
    water_nir: float
    water_swir2: float
    shadow_nir: float
    shadow_swir1: float
    shadow_swir2: float


@cache
def ground_tests() -> GroundTests:
    """Return the tests that ship."""
    return load_parameters(GroundTests, "ground", "imagery.highres")


def ground_of(
    rho: Reflectances, has_data: NDArray[np.bool_], tests: GroundTests | None = None
) -> NDArray[np.uint8]:
    """Return codes of `Ground`.

    Parameters
    ----------
    rho
        (lines, columns) reflectance by role, corrected for the sun; roles of `GROUND_ROLES`, and
        cirrus where there is one. Without one of the first nothing is told of what needs it.
    has_data
        (lines, columns).
    """
    used = tests or ground_tests()
    ground = np.full(has_data.shape, int(Ground.CLEAR), dtype=np.uint8)
    with np.errstate(divide="ignore", invalid="ignore"):
        if {"green", "nir", "swir1", "swir2"} <= rho.keys():
            ground[_water(rho, used)] = Ground.WATER
            ground[_shadow(rho, used)] = Ground.SHADOW
        if {"green", "nir", "swir1"} <= rho.keys():
            ground[_snow(rho, used)] = Ground.SNOW
        if {"blue", "green"} <= rho.keys():
            ground[_cloud(rho, used)] = Ground.CLOUD
    if "cirrus" in rho:
        ground[rho["cirrus"] > used.cirrus_rho] = Ground.CLOUD
    ground[~has_data] = Ground.NO_DATA
    return ground


def _water(rho: Reflectances, tests: GroundTests) -> NDArray[np.bool_]:
    dark = (rho["nir"] < tests.water_nir) & (rho["swir2"] < tests.water_swir2)
    found: NDArray[np.bool_] = dark & (rho["green"] > rho["nir"])
    return found


def _shadow(rho: Reflectances, tests: GroundTests) -> NDArray[np.bool_]:
    dark = (rho["nir"] < tests.shadow_nir) & (rho["swir1"] < tests.shadow_swir1)
    found: NDArray[np.bool_] = (
        dark & (rho["swir2"] < tests.shadow_swir2) & (rho["green"] <= rho["nir"])
    )
    return found


def _cloud(rho: Reflectances, tests: GroundTests) -> NDArray[np.bool_]:
    """NGDR = (B02 - B03)/(B02 + B03); bright blue, or fairly bright and not greener than blue."""
    blue, green = rho["blue"], rho["green"]
    found: NDArray[np.bool_] = (blue > tests.cloud_blue_high) | (
        (blue > tests.cloud_blue_low) & (blue > green)
    )
    return found


def _snow(rho: Reflectances, tests: GroundTests) -> NDArray[np.bool_]:
    green, swir1 = rho["green"], rho["swir1"]
    ndsi = (green - swir1) / (green + swir1)
    found: NDArray[np.bool_] = (ndsi > tests.snow_ndsi) & (rho["nir"] > tests.snow_nir)
    return found


def tested_ground(scene: HighresScene, has_data: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return codes of `Ground` of a whole scene, strip by strip to spare memory.

    Parameters
    ----------
    scene
        Its own `ground` is not looked at.
    """
    roles: list[Role] = [role for role in (*GROUND_ROLES, "cirrus") if role in scene.numbers]
    ground = np.empty(has_data.shape, dtype=np.uint8)
    for line in range(0, has_data.shape[0], _LINES_AT_ONCE):
        strip = slice(line, line + _LINES_AT_ONCE)
        rho: dict[Role, NDArray[np.float32]] = {}
        for role in roles:
            mult, add = scene.linear(role)
            stored = scene.numbers[role][strip].astype(np.float32)
            rho[role] = stored * np.float32(mult) + np.float32(add)
        ground[strip] = ground_of(rho, has_data[strip])
    return ground
