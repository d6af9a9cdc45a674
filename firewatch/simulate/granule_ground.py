"""The ground and the sky of a simulated granule: fields, bare soil, rivers, a sea, clouds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from firewatch.core.geo import Extent, Floats
from firewatch.simulate.granule_swath import Block
from imagery.radiometry import Singles

_CELL_DEG = 0.02
_COAST_LAT = 21.55
_RIVER_HALF_WIDTH = 0.012
_BARE_ABOVE = 1.7
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


@dataclass(frozen=True)
class Material:
    """Reflectance in red, near infrared, 1.6/2.1 µm and 4 µm, and warmth against the air, K."""

    red: float
    nir: float
    swir: float
    mir: float
    warmer_by_day_k: float
    warmer_by_night_k: float


_LAND = Material(0.07, 0.27, 0.19, 0.035, 5.0, 0.0)
_WATER = Material(0.05, 0.03, 0.01, 0.020, -3.0, 4.0)
_BARE = Material(0.20, 0.27, 0.34, 0.110, 15.0, -1.0)
_CLOUD = Material(0.72, 0.70, 0.45, 0.050, 0.0, 0.0)


@dataclass(frozen=True)
class Weather:
    """Air temperature by day and night (K), share under cloud 0..1, temperature of tops (K)."""

    day_k: float = 298.0
    night_k: float = 291.0
    cloud_share: float = 0.15
    cloud_top_k: float = 248.0


@dataclass(frozen=True, eq=False)
class Fields:
    """What a block of pixels shows before any fire; all arrays (lines, samples)."""

    surface_k: Singles
    red: Singles
    nir: Singles
    swir: Singles
    mir: Singles
    land_water: NDArray[np.uint8]
    cloud: NDArray[np.bool_]
    cover: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Ground:
    """Random fields of mean 0 and deviation 1 on a grid of degrees."""

    west: float
    south: float
    warmth: Singles
    rivers: Singles
    soil: Singles
    sky: Singles
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
        bare = ~water & ~shore & (soil > _BARE_ABOVE)
        cloud = sky > self.cloud_above
        air = np.where(day, self.weather.day_k, self.weather.night_k) + 2.0 * warmth
        mixed = _Mixed(air, day)
        for where, material in ((None, _LAND), (water, _WATER), (bare, _BARE)):
            mixed.put(where, material)
        near_glint = np.where(water & day, 0.6 * np.exp(-((block.glint_deg() / 8.0) ** 2)), 0.0)
        mixed.brighten(near_glint)
        mixed.put(cloud, _CLOUD)
        top = self.weather.cloud_top_k - 8.0 * (sky - self.cloud_above)
        surface = np.where(cloud, top, mixed.surface_k)
        cover = np.select(
            [cloud, np.abs(sky - self.cloud_above) < _CLOUD_EDGE, near_glint > 0.05, water, shore],
            [Cover.CLOUD, Cover.CLOUD_EDGE, Cover.GLINT, Cover.WATER, Cover.COAST],
            np.where(bare, Cover.BARE_HOT, Cover.LAND),
        ).astype(np.uint8)
        classes = np.where(sea, 7, np.where(water, 3, np.where(shore, 2, 1))).astype(np.uint8)
        return Fields(surface.astype(np.float32), *mixed.reflectances(), classes, cloud, cover)

    def _at(self, block: Block, raster: Singles) -> Singles:
        rows = (block.lat - np.float32(self.south)) / np.float32(_CELL_DEG)
        columns = (block.lon - np.float32(self.west)) / np.float32(_CELL_DEG)
        result: Singles = ndimage.map_coordinates(
            raster, [rows, columns], order=1, mode="nearest", output=np.float32
        )
        return result


class _Mixed:
    """Reflectances and temperature, painted over with one material after the other."""

    def __init__(self, air_k: Floats, day: NDArray[np.bool_]) -> None:
        self._air_k, self._day = air_k, day
        self.surface_k = air_k
        self._bands = {name: np.zeros(air_k.shape) for name in ("red", "nir", "swir", "mir")}

    def put(self, where: NDArray[np.bool_] | None, material: Material) -> None:
        warmer = np.where(self._day, material.warmer_by_day_k, material.warmer_by_night_k)
        place = np.ones(self._air_k.shape, dtype=bool) if where is None else where
        self.surface_k = np.where(place, self._air_k + warmer, self.surface_k)
        for name, band in self._bands.items():
            band[place] = getattr(material, name)

    def brighten(self, amount: Floats) -> None:
        for band in self._bands.values():
            band += amount

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
    return Ground(box.west, box.south, warmth, rivers, soil, sky, above, weather)


def _smooth(rng: np.random.Generator, shape: tuple[int, int], cells: float) -> Singles:
    raster = ndimage.gaussian_filter(rng.standard_normal(shape, dtype=np.float32), cells)
    result: Singles = (raster / raster.std()).astype(np.float32)
    return result
