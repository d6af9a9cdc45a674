"""The ground and the sky of a simulated granule: fields, bare soil, rivers, a sea, clouds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from firewatch.core.geo import Extent, Floats
from firewatch.simulate.granule_swath import Block
from imagery.radiometry import Singles

Clouds: TypeAlias = Callable[[Floats, Floats], Floats]
"""From longitudes and latitudes to how far inside a cloud they lie; above 0 is cloud."""

_CELL_DEG = 0.02
_GRAIN_DEG = 0.0035
_GRAIN_SHAPE = (401, 397)
_COAST_LAT = 21.55
_RIVER_HALF_WIDTH = 0.012
_BARE_ABOVE = 1.7
_SAND_BELOW = -2.0
_CLOUD_EDGE = 0.12


class Cover(IntEnum):
    """What a pixel shows; the classes in which false alarms are told apart."""

    LAND = 0
    WATER = 1
    COAST = 2
    CLOUD = 3
    CLOUD_EDGE = 4
    BARE_HOT = 5
    GLINT = 6
    HOT_FIELD = 7


@dataclass(frozen=True)
class Material:
    """Reflectance in red, near infrared, 1.6/2.1 µm and 4 µm, and warmth against the air, K.

    `grain_k` and `grain_mir` are what neighbouring pixels of the material differ by.
    """

    red: float
    nir: float
    swir: float
    mir: float
    warmer_by_day_k: float
    warmer_by_night_k: float
    grain_k: float
    grain_mir: float


_LAND = Material(0.07, 0.27, 0.19, 0.035, 5.0, 0.0, 0.8, 0.004)
_WATER = Material(0.05, 0.03, 0.01, 0.020, -3.0, 4.0, 0.1, 0.001)
_BARE = Material(0.20, 0.27, 0.34, 0.110, 15.0, -1.0, 1.5, 0.012)
_SAND = Material(0.19, 0.23, 0.33, 0.200, 22.0, -2.0, 2.0, 0.020)
_CLOUD = Material(0.72, 0.70, 0.45, 0.050, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Weather:
    """Air temperature by day and night (K), share under cloud 0..1, temperature of tops (K)."""

    day_k: float = 298.0
    night_k: float = 291.0
    cloud_share: float = 0.15
    cloud_top_k: float = 248.0


@dataclass(frozen=True, eq=False)
class Fields:
    """What a block of pixels shows before any fire; all arrays (lines, samples).

    `veil` is the share of a pixel that cloud of the temperature `veil_k` fills where the pixel is
    not cloud altogether; the reflectances have it already.
    """

    surface_k: Singles
    red: Singles
    nir: Singles
    swir: Singles
    mir: Singles
    veil: Singles
    veil_k: Singles
    land_water: NDArray[np.uint8]
    cloud: NDArray[np.bool_]
    cover: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Ground:
    """Random fields of mean 0 and deviation 1 on a grid of degrees.

    `grain` is as fine as pixels and repeats.
    """

    west: float
    south: float
    warmth: Singles
    rivers: Singles
    soil: Singles
    sky: Singles
    grain: Singles
    cloud_above: float
    weather: Weather

    def fields(self, block: Block) -> Fields:
        """Return what the pixels of a block show."""
        day = block.solar_zenith_deg < 90
        warmth, rivers, soil, sky = (
            self._at(block, raster) for raster in (self.warmth, self.rivers, self.soil, self.sky)
        )
        sea = block.lat < _COAST_LAT + 0.1 * rivers
        water = sea | (np.abs(rivers) < _RIVER_HALF_WIDTH)
        shore = ~water & (np.abs(rivers) < 2 * _RIVER_HALF_WIDTH)
        dry = ~water & ~shore
        bare, sand = dry & (soil > _BARE_ABOVE), dry & (soil < _SAND_BELOW)
        cloud = sky > self.cloud_above
        edge = np.abs(sky - self.cloud_above) < _CLOUD_EDGE
        air = np.where(day, self.weather.day_k, self.weather.night_k) + 2.0 * warmth
        mixed = _Mixed(air, day, self._grain(block))
        for where, material in ((None, _LAND), (water, _WATER), (bare, _BARE), (sand, _SAND)):
            mixed.put(where, material)
        near_glint = np.where(water & day, 0.6 * np.exp(-((block.glint_deg() / 8.0) ** 2)), 0.0)
        mixed.brighten(near_glint)
        veil = np.where(edge, 1 - (self.cloud_above - sky) / _CLOUD_EDGE, 0.0)
        veil = np.where(cloud, 1.0, np.clip(veil, 0, 1))
        mixed.veil(veil, _CLOUD)
        top = self.weather.cloud_top_k - 8.0 * np.clip(sky - self.cloud_above, 0, None)
        cover = np.select(
            [cloud, edge, near_glint > 0.05, water, shore, bare, sand],
            [Cover.CLOUD, Cover.CLOUD_EDGE, Cover.GLINT, Cover.WATER, Cover.COAST, Cover.BARE_HOT,
             Cover.HOT_FIELD],
            Cover.LAND,
        ).astype(np.uint8)  # fmt: skip
        classes = np.where(sea, 7, np.where(water, 3, np.where(shore, 2, 1))).astype(np.uint8)
        return Fields(
            mixed.surface_k.astype(np.float32),
            *mixed.reflectances(),
            veil.astype(np.float32),
            top.astype(np.float32),
            classes,
            cloud,
            cover,
        )

    def _grain(self, block: Block) -> Singles:
        rows = ((block.lat - self.south) / _GRAIN_DEG).astype(np.intp) % _GRAIN_SHAPE[0]
        columns = ((block.lon - self.west) / _GRAIN_DEG).astype(np.intp) % _GRAIN_SHAPE[1]
        return self.grain[rows, columns]

    def under(self, clouds: Clouds) -> Ground:
        """Return the same ground under another sky."""
        rows, columns = np.indices(self.sky.shape, dtype=np.float64).reshape(2, -1)
        sky = clouds(self.west + _CELL_DEG * columns, self.south + _CELL_DEG * rows)
        return replace(self, sky=sky.reshape(self.sky.shape).astype(np.float32), cloud_above=0.0)

    def _at(self, block: Block, raster: Singles) -> Singles:
        rows = (block.lat - np.float32(self.south)) / np.float32(_CELL_DEG)
        columns = (block.lon - np.float32(self.west)) / np.float32(_CELL_DEG)
        result: Singles = ndimage.map_coordinates(
            raster, [rows, columns], order=1, mode="nearest", output=np.float32
        )
        return result


class _Mixed:
    """Reflectances and temperature, painted over with one material after the other."""

    def __init__(self, air_k: Floats, day: NDArray[np.bool_], grain: Singles) -> None:
        self._air_k, self._day, self._grain = air_k, day, grain
        self.surface_k = air_k.copy()
        self._bands = {name: np.zeros(air_k.shape) for name in ("red", "nir", "swir", "mir")}

    def put(self, where: NDArray[np.bool_] | None, material: Material) -> None:
        place = np.ones(self._air_k.shape, dtype=bool) if where is None else where
        day, grain = self._day[place], self._grain[place]
        warmer = np.where(day, material.warmer_by_day_k, material.warmer_by_night_k)
        self.surface_k[place] = self._air_k[place] + warmer + material.grain_k * grain
        for name, band in self._bands.items():
            band[place] = getattr(material, name)
        # Where soil is warmer than beside it need not be brighter at 4 µm: the grain turned over.
        self._bands["mir"][place] += material.grain_mir * grain[::-1]

    def brighten(self, amount: Floats) -> None:
        for band in self._bands.values():
            band += amount

    def veil(self, share: Floats, material: Material) -> None:
        for name, band in self._bands.items():
            band += share * (getattr(material, name) - band)

    def reflectances(self) -> tuple[Singles, Singles, Singles, Singles]:
        red, nir, swir, mir = (band.astype(np.float32) for band in self._bands.values())
        return red, nir, swir, mir


def draw_ground(rng: np.random.Generator, box: Extent, weather: Weather) -> Ground:
    """Return random ground and sky over a box of degrees."""
    shape = (
        int((box.north - box.south) / _CELL_DEG) + 2,
        int((box.east - box.west) / _CELL_DEG) + 2,
    )
    warmth, rivers, soil, sky = (_smooth(rng, shape, cells) for cells in (6.0, 12.0, 2.0, 10.0))
    share = weather.cloud_share
    above = float(np.quantile(sky, 1 - share)) if share > 0 else np.inf
    grain = rng.standard_normal(_GRAIN_SHAPE, dtype=np.float32)
    return Ground(box.west, box.south, warmth, rivers, soil, sky, grain, above, weather)


def _smooth(rng: np.random.Generator, shape: tuple[int, int], cells: float) -> Singles:
    raster = ndimage.gaussian_filter(rng.standard_normal(shape, dtype=np.float32), cells)
    result: Singles = (raster / raster.std()).astype(np.float32)
    return result
