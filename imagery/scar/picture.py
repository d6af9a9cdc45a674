"""A part of a scene in colours, stretched alike at all times so that before and after compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from imagery.highres.grid import Grid
from imagery.highres.scene import HighresScene, Role
from imagery.scar.look import onto

Colours: TypeAlias = NDArray[np.uint8]

_STRETCH: dict[Role, tuple[float, float]] = {
    "swir2": (0.0, 0.45),
    "nir": (0.0, 0.45),
    "red": (0.02, 0.28),
    "green": (0.03, 0.25),
    "blue": (0.05, 0.22),
}
"""Reflectance that is drawn black and full; the blue end is lifted by the haze of the air."""
_SWIR: tuple[Role, ...] = ("swir2", "nir", "red")
_NATURAL: tuple[Role, ...] = ("red", "green", "blue")
_GAMMA = 1 / 1.3
_NO_DATA = 200


@dataclass(frozen=True, eq=False)
class ScenePicture:
    """A part of a scene in colours.

    Attributes
    ----------
    swir
        (lines, columns, 3): 2.2 µm, near infrared and red as red, green and blue. Flame is
        orange, fresh char dark red to purple, crops green.
    natural
        Red, green and blue; None where a band is missing.
    """

    grid: Grid
    swir: Colours | None
    natural: Colours | None


def picture_of(scene: HighresScene, extent: Extent) -> ScenePicture:
    """Return the part of a scene over a box, its own pixels unchanged."""
    grid = scene.grid.covering(extent)
    return ScenePicture(grid, _coloured(scene, grid, _SWIR), _coloured(scene, grid, _NATURAL))


def _coloured(scene: HighresScene, grid: Grid, roles: tuple[Role, ...]) -> Colours | None:
    if not all(role in scene.numbers for role in roles):
        return None
    layers = []
    for role in roles:
        values = onto(grid, scene.grid, scene.reflectance(role), np.nan)
        low, high = _STRETCH[role]
        scaled = np.clip((values - low) / (high - low), 0, 1) ** _GAMMA
        layers.append(np.where(np.isfinite(values), scaled * 255, _NO_DATA))
    colours: Colours = np.rint(np.stack(layers, axis=-1)).astype(np.uint8)
    return colours
