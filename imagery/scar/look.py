"""What one scene shows of the ground, laid on the grid of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from imagery.fire20m.parameters import shipped
from imagery.highres.grid import Grid
from imagery.highres.scene import Ground, HighresScene, Role

Bools = NDArray[np.bool_]
Reflectance = NDArray[np.float32]
Values = TypeVar("Values", np.float32, np.uint8, np.uint16, np.int16)

BANDS: tuple[Role, ...] = ("nir", "swir1", "swir2")
"""Bands that burn scars are read from."""
_UNCLEAR = (Ground.CLOUD, Ground.SHADOW)
_HIDDEN = (Ground.NO_DATA, Ground.CLOUD, Ground.SHADOW, Ground.SNOW)


@dataclass(frozen=True, eq=False)
class Look:
    """One look at the ground, or several put together.

    Attributes
    ----------
    nir, swir1, swir2
        (lines, columns), reflectance at the top of the atmosphere, NaN where the ground was not
        seen: cloud, shadow, their margin, snow, no data.
    water
        (lines, columns), what the scene's own mask calls water; it was seen.
    scene
        (lines, columns), number of the scene that the pixel comes from, -1 where not seen.
    """

    nir: Reflectance
    swir1: Reflectance
    swir2: Reflectance
    water: Bools
    scene: NDArray[np.int16]

    @property
    def seen(self) -> Bools:
        there: Bools = self.scene >= 0
        return there


def unseen(grid: Grid) -> Look:
    """Return a look that shows nothing."""
    nothing = np.full(grid.shape, np.nan, dtype=np.float32)
    return Look(
        nothing, nothing, nothing, np.zeros(grid.shape, bool), np.full(grid.shape, -1, np.int16)
    )


def shows_ground(scene: HighresScene) -> bool:
    """Return whether a scene was taken by day and has the bands that tell char.

    By night, unburnt ground and char are both black: such a scene shows neither.
    """
    by_day = scene.sun_elevation_deg >= shipped().least_sun_elevation_deg
    return by_day and set(BANDS) <= set(scene.numbers)


def look_at(scene: HighresScene, grid: Grid, cloud_margin_m: float, number: int = 0) -> Look:
    """Return what a scene shows on a grid, each pixel from the nearest of the scene's.

    Parameters
    ----------
    cloud_margin_m
        Ground this near to a pixel of cloud or shadow is not seen.
    number
        The number of the scene.
    """
    if not shows_ground(scene):
        return unseen(grid)
    kind = onto(grid, scene.grid, scene.ground, int(Ground.NO_DATA))
    bands = [onto(grid, scene.grid, scene.reflectance(role), np.nan) for role in BANDS]
    seen = np.isin(kind, _HIDDEN, invert=True) & ~_beside_cloud(kind, grid, cloud_margin_m)
    for band in bands:
        seen &= np.isfinite(band)
    for band in bands:
        band[~seen] = np.nan
    origin = np.where(seen, np.int16(number), np.int16(-1)).astype(np.int16)
    return Look(bands[0], bands[1], bands[2], seen & (kind == Ground.WATER), origin)


def over(top: Look, bottom: Look) -> Look:
    """Return `top`, with `bottom` where it shows nothing."""
    shown = top.seen
    return Look(
        *(
            np.where(shown, getattr(top, name), getattr(bottom, name))
            for name in ("nir", "swir1", "swir2", "water", "scene")
        )
    )


def onto(grid: Grid, own: Grid, values: NDArray[Values], missing: float) -> NDArray[Values]:
    """Return an array of one grid on another: each pixel takes the value it has its centre in.

    Parameters
    ----------
    own
        The grid of `values`.
    missing
        Stands where `values` do not reach.
    """
    if grid == own:
        return values.copy()
    from rasterio.enums import Resampling
    from rasterio.transform import Affine
    from rasterio.warp import reproject

    moved = np.full(grid.shape, missing, dtype=values.dtype)
    reproject(
        values,
        moved,
        src_transform=Affine(*own.transform),
        src_crs=own.crs,
        dst_transform=Affine(*grid.transform),
        dst_crs=grid.crs,
        src_nodata=missing,
        dst_nodata=missing,
        resampling=Resampling.nearest,
    )
    return moved


def _beside_cloud(kind: NDArray[np.uint8], grid: Grid, margin_m: float) -> Bools:
    from scipy.ndimage import maximum_filter

    reach = round(margin_m / np.sqrt(grid.pixel_area_m2()))
    near: Bools = maximum_filter(np.isin(kind, _UNCLEAR), size=2 * reach + 1, mode="constant")
    return near
