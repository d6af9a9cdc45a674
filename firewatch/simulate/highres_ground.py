"""The ground of simulated high-resolution scenes: fields, soil, hills, towns, water, bright roofs.

Everything is a function of the seed and of the place in metres, so that two scenes of one seed
show the same ground, whatever their day, sensor and window.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from imagery.highres.scene import Role
from imagery.radiometry import Singles

Codes: TypeAlias = NDArray[np.uint8]


class Cover(IntEnum):
    """What a pixel shows; the classes in which false alarms are told apart."""

    STUBBLE = 0
    CANE = 1
    FOREST = 2
    TOWN = 3
    RED_SOIL = 4
    WATER = 5
    ROOF = 6
    GREENHOUSE = 7
    SOLAR_PANEL = 8
    GLINT = 9
    BURNT = 10
    CLOUD = 11
    CLOUD_EDGE = 12
    SHADOW = 13
    NO_DATA = 14
    PLOUGHED = 15
    FLOODED = 16


ROLES: tuple[Role, ...] = (
    "coastal", "blue", "green", "red", "nir", "swir1", "swir2", "cirrus",
)  # fmt: skip
# Reflectance at the top of the atmosphere in the order of ROLES; shapes after published spectra
# of such targets, levels chosen so that every class comes near some threshold of a detector:
# solar panels are black to 1.1 µm and bright beyond, blue roofs brighter at 2.2 µm than at 0.9.
_SPECTRA: dict[Cover, tuple[float, ...]] = {
    Cover.STUBBLE: (0.12, 0.11, 0.13, 0.17, 0.27, 0.33, 0.23, 0.002),
    Cover.CANE: (0.12, 0.09, 0.10, 0.07, 0.36, 0.20, 0.10, 0.002),
    Cover.FOREST: (0.12, 0.09, 0.08, 0.05, 0.30, 0.15, 0.06, 0.002),
    Cover.TOWN: (0.15, 0.14, 0.15, 0.16, 0.21, 0.22, 0.20, 0.002),
    Cover.RED_SOIL: (0.11, 0.10, 0.12, 0.20, 0.28, 0.36, 0.33, 0.002),
    Cover.WATER: (0.12, 0.09, 0.07, 0.05, 0.03, 0.015, 0.010, 0.001),
    Cover.ROOF: (0.26, 0.30, 0.21, 0.13, 0.21, 0.37, 0.42, 0.003),
    Cover.GREENHOUSE: (0.22, 0.22, 0.23, 0.23, 0.31, 0.29, 0.24, 0.003),
    Cover.SOLAR_PANEL: (0.11, 0.09, 0.08, 0.07, 0.12, 0.23, 0.25, 0.002),
    Cover.PLOUGHED: (0.11, 0.09, 0.10, 0.12, 0.17, 0.23, 0.18, 0.002),
    Cover.FLOODED: (0.12, 0.10, 0.09, 0.09, 0.11, 0.07, 0.05, 0.001),
    Cover.BURNT: (0.11, 0.09, 0.08, 0.08, 0.10, 0.18, 0.19, 0.002),
}
_TABLE = np.array(
    [_SPECTRA.get(kind, (0.0,) * len(ROLES)) for kind in Cover], dtype=np.float32
)  # fmt: skip

_TILE = (251, 257)
_HILL_M, _USE_M, _RIVER_M, _GRAIN_M = 900.0, 350.0, 1500.0, 11.0
_FIELD_M = (130.0, 80.0)
SITE_M = 600.0
"""Side of the cells of ground of which some hold one bright object."""
_SITES = (Cover.ROOF, Cover.GREENHOUSE, Cover.SOLAR_PANEL)
_SITE_SHARE = 0.8
_SITE_SIZE_M = (40.0, 240.0)
_FOREST_ABOVE, _TOWN_ABOVE, _RIVER_HALF_WIDTH = 0.9, 1.9, 0.035
_SOIL_SHARE, _CANE_ABOVE = 0.12, 0.1
_FLOODED_SHARE = 0.3
# What one bright object differs from others of its kind by, in the bands that detectors divide.
_SITE_TONES: dict[Role, float] = {"nir": 0.25, "swir2": 0.15}
# What neighbouring pixels, and whole fields, differ by.
_GRAIN, _FIELD_TONE = 0.04, 0.08


@dataclass(frozen=True, eq=False)
class Texture:
    """A random field of mean 0 and deviation about 1 that repeats, by place in metres."""

    tile: Singles
    cell_m: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, cell_m: float) -> Texture:
        return cls(rng.standard_normal(_TILE, dtype=np.float32), cell_m)

    def at(self, x_m: Floats, y_m: Floats) -> Singles:
        """Return (lines, columns) of the field, smooth between its cells."""
        rows, row_share = self._between(y_m, self.tile.shape[0])
        columns, column_share = self._between(x_m, self.tile.shape[1])
        tall = self.tile[rows] * (1 - row_share)[:, None]
        tall += self.tile[(rows + 1) % self.tile.shape[0]] * row_share[:, None]
        wide = tall[:, columns] * (1 - column_share)
        wide += tall[:, (columns + 1) % self.tile.shape[1]] * column_share
        # Halfway between two cells the deviation of a linear mixture falls to 0.7.
        wide *= np.float32(1.5)
        return np.asarray(wide, dtype=np.float32)

    def nearest(self, x_m: Floats, y_m: Floats) -> Singles:
        """Return (lines, columns) of the cells themselves."""
        return cells(self.tile, x_m, y_m, self.cell_m, self.cell_m)

    def _between(self, metres: Floats, size: int) -> tuple[NDArray[np.intp], Singles]:
        position = metres / self.cell_m
        first = np.floor(position)
        return first.astype(np.intp) % size, (position - first).astype(np.float32)


def cells(
    table: NDArray[np.float32], x_m: Floats, y_m: Floats, width_m: float, height_m: float
) -> Singles:
    """Return (lines, columns) of a table that is laid over the ground again and again."""
    rows = np.floor(y_m / height_m).astype(np.intp) % table.shape[0]
    columns = np.floor(x_m / width_m).astype(np.intp) % table.shape[1]
    return np.asarray(table[rows[:, None], columns], dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Land:
    """The ground of a seed."""

    hills: Texture
    use: Texture
    rivers: Texture
    grain: Texture
    fields: Singles
    tones: Singles
    turns: Singles
    sites: Singles
    site_places: Singles
    site_tones: Singles

    def cover(self, x_m: Floats, y_m: Floats, bright: bool = True, worked: float = 0.0) -> Codes:
        """Return (lines, columns) codes of `Cover`; x along columns, y along lines.

        Parameters
        ----------
        bright
            Whether roofs, greenhouses and solar panels stand on it.
        worked
            Share of the fields that have been harvested, or where they were, ploughed or flooded.
        """
        use = self.use.at(x_m, y_m)
        field = cells(self.fields, x_m, y_m, *_FIELD_M)
        cover = np.where(use > _CANE_ABOVE, Cover.CANE, Cover.STUBBLE).astype(np.uint8)
        if worked:
            _work(cover, cells(self.turns, x_m, y_m, *_FIELD_M) / worked)
        cover[field < _SOIL_SHARE] = Cover.RED_SOIL
        cover[self.hills.at(x_m, y_m) > _FOREST_ABOVE] = Cover.FOREST
        cover[use > _TOWN_ABOVE] = Cover.TOWN
        if bright:
            kind = self._sites(x_m, y_m)
            np.copyto(cover, kind, where=kind > 0)
        cover[np.abs(self.rivers.at(x_m, y_m)) < _RIVER_HALF_WIDTH] = Cover.WATER
        return cover

    def reflectance(self, cover: Codes, x_m: Floats, y_m: Floats, role: Role) -> Singles:
        """Return (lines, columns) of a band before sky, fires and burning."""
        # The grain of a band is that of its neighbours, a little shifted.
        shift = 3 * _GRAIN_M * ROLES.index(role)
        grain = self.grain.nearest(x_m, y_m) + 0.3 * self.grain.nearest(x_m + shift, y_m)
        tone = cells(self.tones, x_m, y_m, *_FIELD_M)
        rho = _TABLE[cover, ROLES.index(role)] * (1 + _GRAIN * grain + _FIELD_TONE * tone)
        if role in _SITE_TONES:
            bright = np.isin(cover, _SITES)
            own = cells(self.site_tones[list(_SITE_TONES).index(role)], x_m, y_m, SITE_M, SITE_M)
            rho[bright] *= 1 + _SITE_TONES[role] * own[bright]
        return np.asarray(np.maximum(rho, 0.0), dtype=np.float32)

    def _sites(self, x_m: Floats, y_m: Floats) -> Codes:
        """Return the kind of bright object in each pixel, 0 for none; at most one a cell."""
        kind, *place = (
            cells(table, x_m, y_m, SITE_M, SITE_M) for table in (self.sites, *self.site_places)
        )
        across = np.abs(x_m % SITE_M - place[0]) < place[2] / 2
        along = np.abs(y_m[:, None] % SITE_M - place[1]) < place[3] / 2
        return np.where(across & along, kind, 0).astype(np.uint8)


def _work(cover: Codes, turn: Singles) -> None:
    """Harvest cane, plough or flood stubble, in place, where `turn` is below 1."""
    stubble = (cover == Cover.STUBBLE) & (turn < 1)
    cover[(cover == Cover.CANE) & (turn < 1)] = Cover.STUBBLE
    cover[stubble] = Cover.PLOUGHED
    cover[stubble & (turn < _FLOODED_SHARE)] = Cover.FLOODED


def draw_land(rng: np.random.Generator) -> Land:
    """Return the ground of a generator's seed."""
    hills, use, rivers, grain = (
        Texture.drawn(rng, metres) for metres in (_HILL_M, _USE_M, _RIVER_M, _GRAIN_M)
    )
    fields, chosen = (rng.uniform(0, 1, _TILE).astype(np.float32) for _ in range(2))
    tones = rng.uniform(-1, 1, _TILE).astype(np.float32)
    which = rng.integers(0, len(_SITES), _TILE)
    kinds = np.where(chosen < _SITE_SHARE, np.array(_SITES)[which], 0).astype(np.float32)
    small, large = np.log(_SITE_SIZE_M)
    sizes = np.exp(rng.uniform(small, large, (2, *_TILE)))
    centres = rng.uniform(0.2 * SITE_M, 0.8 * SITE_M, (2, *_TILE))
    places = np.concatenate([centres, sizes]).astype(np.float32)
    turns = rng.uniform(0, 1, _TILE).astype(np.float32)
    own = rng.uniform(-1, 1, (len(_SITE_TONES), *_TILE)).astype(np.float32)
    return Land(hills, use, rivers, grain, fields, tones, turns, kinds, places, own)


def charred(rho: Singles, share: Singles, role: Role) -> None:
    """Darken a band in place where fields have burnt, by their share of each pixel."""
    rho += share * (_TABLE[Cover.BURNT, ROLES.index(role)] - rho)
