"""Going over a scene in strips of lines, so that intermediate arrays stay small and in cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from imagery.detection.masks import Indices, glint_angle_deg
from imagery.detection.scene import CLOUDY, Bools, Float32s, Scene

LAND, WATER = 1, 2
"""Surface codes of the background statistics."""

_STRIP_VALUES = 400_000


@dataclass(frozen=True, eq=False)
class Strip:
    """Lines `first` to `last` - 1 of a scene, with what every detector derives from them.

    A band that is missing is None; `red`, `nir` and `swir` are None as well where it is night in
    the whole strip. `seen` is where geolocation, sun and both temperatures are known.
    """

    scene: Scene
    first: int
    last: int
    mir: Float32s
    tir: Float32s
    dt: Float32s
    day: Bools
    seen: Bools
    red: Float32s | None
    nir: Float32s | None
    swir: Float32s | None

    @property
    def lines(self) -> slice:
        return slice(self.first, self.last)

    @cached_property
    def bright_sum(self) -> Float32s | None:
        """Return red + near infrared; twice the one where the other is missing; None if both are.

        Clouds and glint are about as bright in one as in the other.
        """
        if self.red is None or self.nir is None:
            only = self.red if self.nir is None else self.nir
            return None if only is None else only + only
        return self.red + self.nir

    def glint_deg(self, where: Bools, nearer_than_deg: float) -> tuple[Indices, Float32s]:
        """Return flat positions in the strip where glint may be that near, and their angles.

        The angle is never less than the difference of the zenith angles, which spares most of
        the trigonometry.
        """
        scene, lines = self.scene, self.lines
        index = np.flatnonzero(where)
        sun = scene.solar_zenith_deg[lines].ravel()[index]
        view = scene.view_zenith_deg[lines].ravel()[index]
        near = np.abs(sun - view) < nearer_than_deg
        index = index[near]
        azimuth = scene.relative_azimuth_deg[lines].ravel()[index]
        return index, glint_angle_deg(sun[near], view[near], azimuth)

    def cloudy_elsewhere(self) -> Bools | None:
        """Return where a cloud mask from elsewhere is sure of cloud."""
        classes = self.scene.cloud_class
        return None if classes is None else classes[self.lines] == CLOUDY


def strips(scene: Scene, day_below_deg: float) -> Iterator[Strip]:
    """Yield the scene in strips; day is a solar zenith below `day_below_deg`, pixel by pixel."""
    rows, cols = scene.shape
    step = max(1, _STRIP_VALUES // max(1, cols))
    for first in range(0, rows, step):
        last = min(rows, first + step)
        lines = slice(first, last)
        mir, tir = scene.bt_mir_k[lines], scene.bt_tir_k[lines]
        sun = scene.solar_zenith_deg[lines]
        dt = mir - tir
        # A NaN in any makes the sum NaN: one test in place of four.
        total = dt + sun
        total += scene.lon[lines]
        seen = ~np.isnan(total)
        day = sun < day_below_deg
        bands = (scene.rho_red, scene.rho_nir, scene.rho_swir)
        lit = bool(day.any())
        red, nir, swir = (band[lines] if band is not None and lit else None for band in bands)
        yield Strip(scene, first, last, mir, tir, dt, day, seen, red, nir, swir)


def missing_bands(scene: Scene, names: dict[str, str], day_below_deg: float) -> tuple[str, ...]:
    """Return what the scene lacks of `names` (field → name), reflectances only if it has day."""
    lit = bool((scene.solar_zenith_deg < day_below_deg).any())
    absent = [
        name
        for field, name in names.items()
        if getattr(scene, field) is None and (lit or not field.startswith("rho_"))
    ]
    return tuple(dict.fromkeys([*absent, *scene.missing]))


def in_order(named: Iterable[str], names: dict[str, str]) -> tuple[str, ...]:
    """Return names once each: bands in the order of `names`, then the others as they come."""
    found = dict.fromkeys(named)
    return (
        *(name for name in names.values() if name in found),
        *(name for name in found if name not in names.values()),
    )


def band_at(band: Float32s | None, lines: Indices, samples: Indices) -> Float32s:
    """Return a band's values at positions; NaN for a band that is missing."""
    if band is None:
        return np.full(len(lines), np.nan, dtype=np.float32)
    values: Float32s = band[lines, samples]
    return values
