"""Clouds, their shadows, mirrored sun and the swath's edge over a simulated high-resolution scene.

Drawn anew for every day, over the same ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from firewatch.simulate.highres_ground import ROLES, SITE_M, Codes, Cover, Texture, cells
from imagery.highres.scene import Role, SensorName
from imagery.radiometry import Singles

_CLOUD = (0.66, 0.66, 0.65, 0.64, 0.64, 0.46, 0.36, 0.03)
_CLOUD_M, _TUFT_M = 700.0, 90.0
_SOFT = 0.5
"""How far inside a cloud it hides the ground altogether."""
_CLOUD_FROM, _EDGE_FROM, _SHADOW_FROM = 0.4, 0.02, 0.4
_BASE_M = 1200.0
_SHADE = 0.65
# The bands of a push-broom look at one place one after the other, so that a cloud at 1-3 km stands
# elsewhere in each: metres on the ground, in the order of ROLES.
_PARALLAX_M: dict[SensorName, tuple[float, ...]] = {
    "MSI": (18.0, -18.0, -10.0, 0.0, 6.0, 14.0, 26.0, -4.0),
    "OLI": (6.0, 4.0, 2.0, 0.0, -2.0, -8.0, -12.0, 10.0),
}
_GLINT_M, _WAVE, _TREMBLE = 2500.0, 0.2, 0.04
_BEYOND_SILICON, _SILICON = ("swir1", "swir2", "cirrus"), 0.3
_MIRROR_SHARE, _MIRROR = 0.12, (0.25, 1.1)
_BRIGHT = (Cover.ROOF, Cover.GREENHOUSE, Cover.SOLAR_PANEL)
_TILT = 0.19
"""Lean of the swath's edge: columns a line, as the descending orbit crosses 23° N."""


@dataclass(frozen=True)
class Sky:
    """What the sky of a day does.

    Attributes
    ----------
    cloud_share
        Of the ground, 0..1, about.
    glint
        Reflectance that the mirrored sun adds to water, at most; 0 for none.
    mirrors
        Whether some roofs, greenhouses and panels mirror the sun that day.
    missing_share
        Of the scene beyond the tilted edge of the swath, 0..1.
    noise
        Deviation of a band's noise, reflectance.
    """

    cloud_share: float = 0.1
    glint: float = 0.0
    mirrors: bool = True
    missing_share: float = 0.0
    noise: float = 0.0015


CLEAR = Sky(cloud_share=0.0)


@dataclass(frozen=True, eq=False)
class Overhead:
    """The sky of one day over any place."""

    sky: Sky
    sensor: SensorName
    clouds: Texture
    tufts: Texture
    glitter: Texture
    mirrors: Singles
    cloud_above: float
    shadow_m: tuple[float, float]

    def veil(self, x_m: Floats, y_m: Floats, role: Role) -> Singles:
        """Return the share of each pixel that cloud fills in a band, (lines, columns)."""
        return self._veil(x_m + _PARALLAX_M[self.sensor][ROLES.index(role)], y_m)

    def shadow(self, x_m: Floats, y_m: Floats) -> Singles:
        """Return how far each pixel lies in a cloud's shadow, 0..1."""
        return self._veil(x_m + self.shadow_m[0], y_m + self.shadow_m[1])

    def _veil(self, x_m: Floats, y_m: Floats) -> Singles:
        if not self.sky.cloud_share:
            return np.zeros((len(y_m), len(x_m)), dtype=np.float32)
        depth = self._depth(x_m, y_m) - self.cloud_above
        return np.asarray(np.clip(depth / _SOFT, 0, 1), dtype=np.float32)

    def _depth(self, x_m: Floats, y_m: Floats) -> Singles:
        return self.clouds.at(x_m, y_m) + np.float32(0.25) * self.tufts.at(x_m, y_m)

    def glint(self, cover: Codes, x_m: Floats, y_m: Floats) -> Singles:
        """Return the reflectance that the mirrored sun adds to each pixel."""
        added = np.zeros(cover.shape, dtype=np.float32)
        if self.sky.glint:
            near = np.clip(0.5 + 0.5 * self.glitter.at(x_m, y_m), 0, 1)
            added = np.where(cover == Cover.WATER, self.sky.glint * near, 0).astype(np.float32)
        if self.sky.mirrors:
            bright = np.isin(cover, _BRIGHT)
            added[bright] += cells(self.mirrors, x_m, y_m, SITE_M, SITE_M)[bright]
        return added

    def mirrored(
        self, glint: Singles, cover: Codes, role: Role, rng: np.random.Generator
    ) -> Singles:
        """Return the mirrored sun that one band sees.

        Waves move before the next band looks; the silicon of solar panels swallows what is
        shorter than 1.1 µm.
        """
        seen = glint.copy()
        shining = np.nonzero(glint)
        restless = np.where(cover[shining] == Cover.WATER, _WAVE, _TREMBLE)
        seen[shining] *= 1 + restless * rng.standard_normal(len(restless))
        if role not in _BEYOND_SILICON:
            seen[cover == Cover.SOLAR_PANEL] *= _SILICON
        return seen

    def over(self, rho: Singles, veil: Singles, shadow: Singles, role: Role) -> None:
        """Lay shadow, then cloud over a band, in place."""
        rho *= 1 - np.float32(_SHADE) * shadow
        rho += veil * (np.float32(_CLOUD[ROLES.index(role)]) - rho)

    def seen(self, cover: Codes, x_m: Floats, y_m: Floats, glint: Singles) -> Codes:
        """Return codes of `Cover` with what the sky makes of them."""
        result = cover.copy()
        result[(cover == Cover.WATER) & (glint > 0.05)] = Cover.GLINT
        result[self.shadow(x_m, y_m) > _SHADOW_FROM] = Cover.SHADOW
        veil = self.veil(x_m, y_m, "red")
        swir = self.veil(x_m, y_m, "swir2")
        result[np.maximum(veil, swir) > _EDGE_FROM] = Cover.CLOUD_EDGE
        result[veil > _CLOUD_FROM] = Cover.CLOUD
        return result


def draw_sky(
    rng: np.random.Generator,
    sky: Sky,
    sensor: SensorName,
    sun_elevation_deg: float,
    sun_azimuth_deg: float,
) -> Overhead:
    """Return the sky of one day."""
    clouds, tufts = Texture.drawn(rng, _CLOUD_M), Texture.drawn(rng, _TUFT_M)
    glitter = Texture.drawn(rng, _GLINT_M)
    mirrored = rng.uniform(0, 1, clouds.tile.shape) < _MIRROR_SHARE
    mirrors = np.where(mirrored, rng.uniform(*_MIRROR, clouds.tile.shape), 0).astype(np.float32)
    length = _BASE_M / np.tan(np.radians(sun_elevation_deg))
    towards = np.radians(sun_azimuth_deg)
    # The shadow lies away from the sun: what shades a place stands towards it.
    shadow_m = (float(length * np.sin(towards)), float(length * np.cos(towards)))
    drawn = Overhead(sky, sensor, clouds, tufts, glitter, mirrors, 0.0, shadow_m)
    side = np.linspace(0, _CLOUD_M * 200, 600)
    above = float(np.quantile(drawn._depth(side, side), 1 - sky.cloud_share))
    return Overhead(sky, sensor, clouds, tufts, glitter, mirrors, above, shadow_m)


def beyond_swath(shape: tuple[int, int], missing_share: float) -> NDArray[np.bool_]:
    """Return the pixels east of a tilted edge, about `missing_share` of a scene."""
    lines, columns = shape
    middle = columns * (1 - missing_share)
    edge = middle - _TILT * (np.arange(lines) - lines / 2)
    beyond: NDArray[np.bool_] = np.arange(columns) >= edge[:, None]
    return beyond if missing_share else np.zeros(shape, dtype=bool)
