"""Smoke of planted fires: plumes down the wind, thick in blue and nearly clear at 2.2 µm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from firewatch.simulate.highres_fires import PlantedFire
from firewatch.simulate.highres_ground import ROLES
from imagery.highres.grid import Grid
from imagery.highres.scene import Role
from imagery.radiometry import Singles

# In the order of ROLES: how much of the ground smoke hides beside blue, and how bright it is.
# Particles of burning straw are smaller than 1 µm, so that they hardly scatter beyond.
_HIDES = (1.0, 0.9, 0.7, 0.5, 0.3, 0.06, 0.02, 0.0)
_BRIGHT = 0.35
_REACH_M, _LENGTH_M = 900.0, 300.0
_WIDTH_M, _SPREAD = 12.0, 0.15


def plumes(
    fires: Sequence[PlantedFire], grid: Grid, line0: int, lines: int, wind_rad: float
) -> Singles:
    """Return (lines, columns) of a strip: how thick smoke lies over each pixel, 0..1.

    Parameters
    ----------
    wind_rad
        Whither it blows, counted from the direction of columns to that of lines.
    """
    thick = np.zeros((lines, grid.columns), dtype=np.float32)
    size_m = float(np.sqrt(grid.pixel_area_m2()))
    reach = int(np.ceil(_REACH_M / size_m))
    for fire in fires:
        if not fire.smoke:
            continue
        line, column = (float(side) for side in grid.position(fire.lon, fire.lat))
        top, bottom = _clipped(line - line0, reach, lines)
        left, right = _clipped(column, reach, grid.columns)
        down = (np.arange(top, bottom) + 0.5 - (line - line0))[:, None] * size_m
        across = (np.arange(left, right) + 0.5 - column) * size_m
        along = across * np.cos(wind_rad) + down * np.sin(wind_rad)
        beside = down * np.cos(wind_rad) - across * np.sin(wind_rad)
        width = _WIDTH_M + _SPREAD * np.maximum(along, 0)
        plume = np.exp(-np.maximum(along, 0) / _LENGTH_M - 0.5 * (beside / width) ** 2)
        plume *= np.exp(-0.5 * (np.minimum(along, 0) / _WIDTH_M) ** 2)
        part = thick[top:bottom, left:right]
        # One plume behind another: what passes both.
        part[:] = 1 - (1 - part) * (1 - fire.smoke * plume)
    return thick


def smoked(rho: Singles, thick: Singles, role: Role) -> None:
    """Lay smoke over a band, in place."""
    hidden = np.float32(_HIDES[ROLES.index(role)]) * thick
    rho += hidden * (np.float32(_BRIGHT) - rho)


def _clipped(middle: float, reach: int, size: int) -> tuple[int, int]:
    first = min(max(int(middle) - reach, 0), size)
    return first, min(max(int(middle) + reach + 1, first), size)
