"""Fires and burnt fields planted in simulated high-resolution scenes, spread over their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from firewatch.core.geo import Floats
from imagery.highres.grid import Grid
from imagery.radiometry import STEFAN_BOLTZMANN, Singles

# Width of what a pixel sees, as deviation of a Gaussian in pixels: about 8 % of a point in the
# middle of a pixel comes from each of its four neighbours.
_BLUR_PX = 0.35
_SUBPOINTS = 48
_LEAST_SHARE = 1e-7
_GOLDEN_RAD = np.pi * (3 - np.sqrt(5))


@dataclass(frozen=True)
class PlantedFire:
    """A fire: flames and embers, spread evenly over a disc.

    Attributes
    ----------
    lon, lat
        Middle, degrees.
    flaming_m2, flame_k
        Area and temperature of the flames.
    smouldering_m2, smoulder_k
        Area and temperature of embers and hot ash.
    radius_m
        Of the disc over which both lie; 0 for a point.
    smoke
        Share of the blue light that its smoke keeps back where it is thickest, 0..1.
    """

    lon: float
    lat: float
    flaming_m2: float = 50.0
    flame_k: float = 900.0
    smouldering_m2: float = 0.0
    smoulder_k: float = 600.0
    radius_m: float = 0.0
    smoke: float = 0.0

    @property
    def frp_mw(self) -> float:
        """Radiated power by the law of Stefan and Boltzmann, MW."""
        power = self.flaming_m2 * self.flame_k**4 + self.smouldering_m2 * self.smoulder_k**4
        return STEFAN_BOLTZMANN * power / 1e6


@dataclass(frozen=True)
class BurntField:
    """A rectangle of fields along the grid that has burnt.

    Attributes
    ----------
    lon, lat
        Middle, degrees.
    width_m, height_m
        Along columns and along lines.
    severity
        Share of its ground that is char, 0..1.
    """

    lon: float
    lat: float
    width_m: float
    height_m: float
    severity: float = 1.0

    @property
    def hectares(self) -> float:
        return self.width_m * self.height_m / 10_000


def hot_pixels(fires: Sequence[PlantedFire], grid: Grid) -> pd.DataFrame:
    """Return which pixels see which fires: one row a fire and pixel.

    Returns
    -------
    DataFrame
        fire (number in `fires`), line, column, share_flaming and share_smouldering (of the
        pixel), flame_k, smoulder_k; pixels outside the grid are left out.
    """
    fire, line, column = _points(fires, grid)
    y, x = np.floor(line).astype(np.int64), np.floor(column).astype(np.int64)
    weight = _weights(line - y)[:, :, None] * _weights(column - x)[:, None, :]
    near = np.arange(-1, 2)
    rows = np.broadcast_to((y[:, None] + near)[:, :, None], weight.shape)
    columns = np.broadcast_to((x[:, None] + near)[:, None, :], weight.shape)
    inside = (rows >= 0) & (rows < grid.lines) & (columns >= 0) & (columns < grid.columns)
    number = np.broadcast_to(fire[:, None, None], weight.shape)[inside]
    place = np.ravel_multi_index((rows[inside], columns[inside]), grid.shape)
    key, part = np.unique(number * grid.lines * grid.columns + place, return_inverse=True)
    points = np.bincount(fire, minlength=len(fires))[key // (grid.lines * grid.columns)]
    share = np.bincount(part, weight[inside], minlength=len(key)) / points
    return _told(fires, grid, key[share > _LEAST_SHARE], share[share > _LEAST_SHARE])


def _points(fires: Sequence[PlantedFire], grid: Grid) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return (fire, line, column) of points spread evenly over the fires' discs."""
    line, column = grid.position([fire.lon for fire in fires], [fire.lat for fire in fires])
    radius = np.array([fire.radius_m for fire in fires]) / np.sqrt(grid.pixel_area_m2())
    count = np.where(radius > 0, _SUBPOINTS, 1)
    fire = np.repeat(np.arange(len(fires)), count)
    step = np.arange(len(fire)) - np.repeat(np.cumsum(count) - count, count) + 0.5
    away = radius[fire] * np.sqrt(step / count[fire])
    turn = step * _GOLDEN_RAD
    return fire, line[fire] + away * np.sin(turn), column[fire] + away * np.cos(turn)


def _told(
    fires: Sequence[PlantedFire], grid: Grid, key: NDArray[np.int64], share: Floats
) -> pd.DataFrame:
    """Return the table of `hot_pixels`; `share` is of the fire's power in each pixel."""
    fire, place = np.divmod(key, grid.lines * grid.columns)
    line, column = np.divmod(place, grid.columns)
    own = {
        name: np.array([getattr(one, name) for one in fires], dtype=float)[fire]
        for name in ("flaming_m2", "smouldering_m2", "flame_k", "smoulder_k")
    }
    area_m2 = grid.pixel_area_m2()
    return pd.DataFrame(
        {
            "fire": fire,
            "line": line,
            "column": column,
            "share_flaming": own["flaming_m2"] * share / area_m2,
            "share_smouldering": own["smouldering_m2"] * share / area_m2,
            "flame_k": own["flame_k"],
            "smoulder_k": own["smoulder_k"],
        }
    )


def _weights(within: Floats) -> Floats:
    """Return the shares (n, 3) of points in the pixel before, their own and the one behind."""
    edges = np.arange(-1, 3) - within[:, None]
    share = np.diff(ndtr(edges / _BLUR_PX), axis=1)
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def burnt_share(fields: Sequence[BurntField], grid: Grid, line0: int, lines: int) -> Singles:
    """Return (lines, columns) of a strip: the share of each pixel that is char, exact at edges."""
    share = np.zeros((lines, grid.columns), dtype=np.float32)
    size_m = float(np.sqrt(grid.pixel_area_m2()))
    for field in fields:
        line, column = grid.position(field.lon, field.lat)
        down = _overlap(float(line) - line0, field.height_m / size_m, lines)
        across = _overlap(float(column), field.width_m / size_m, grid.columns)
        np.maximum(share, field.severity * down[:, None] * across, out=share)
    return share


def _overlap(middle: float, length: float, count: int) -> Singles:
    """Return the share of each of `count` unit cells that an interval covers."""
    cell = np.arange(count)
    covered = np.minimum(cell + 1, middle + length / 2) - np.maximum(cell, middle - length / 2)
    return np.asarray(np.clip(covered, 0, 1), dtype=np.float32)
