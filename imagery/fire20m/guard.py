"""Places that were as bright before: roofs, greenhouses, solar panels, mills (own design)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from firewatch.core.time import DAY_S
from imagery.detection.masks import Indices
from imagery.fire20m.parameters import Fire20mParameters
from imagery.fire20m.pixels import ratio
from imagery.highres.scene import Ground, HighresScene, Role

_ROLES: Final[tuple[Role, ...]] = ("nir", "swir2")


def earlier_looks(
    scene: HighresScene,
    lon: Floats,
    lat: Floats,
    earlier: Sequence[HighresScene],
    parameters: Fire20mParameters,
) -> tuple[Indices, Indices]:
    """Return how often positions were seen clear before, and how often they were bright then.

    Parameters
    ----------
    scene
        The scene under test; only scenes before it and within `guard_days` count.
    earlier
        Of any sensor and grid, in any order; a scene that is named twice counts once.

    Returns
    -------
    looks, bright
        (n,) numbers of clear looks, and of those with swir2/nir above `guard_ratio`.
    """
    looks, bright = np.zeros((2, len(lon)), dtype=np.intp)
    since = scene.acquired_utc_s - parameters.guard_days * DAY_S
    for other in {(one.scene_id, one.acquired_utc_s): one for one in earlier}.values():
        in_time = since <= other.acquired_utc_s < scene.acquired_utc_s
        if in_time and set(_ROLES) <= set(other.numbers):
            there, value = _ratio_at(other, lon, lat)
            looks[there] += 1
            bright[there] += value > parameters.guard_ratio
    return looks, bright


def is_static(looks: Indices, bright: Indices, parameters: Fire20mParameters) -> NDArray[np.bool_]:
    """Return which positions were bright too often to be a fire; never with too few looks."""
    result: NDArray[np.bool_] = (looks >= parameters.guard_looks) & (
        bright >= parameters.guard_bright
    )
    return result


def _ratio_at(
    scene: HighresScene, lon: Floats, lat: Floats
) -> tuple[Indices, NDArray[np.floating]]:
    """Return which positions a scene saw clear, and swir2/nir of the pixels that hold them.

    The ratio is the same with and without the sun correction, which is left out: a scene of
    dusk has one as well.
    """
    line, column = (np.floor(side).astype(np.intp) for side in scene.grid.position(lon, lat))
    rows, columns = scene.grid.shape
    inside = (line >= 0) & (line < rows) & (column >= 0) & (column < columns)
    there = np.flatnonzero(inside)
    where = line[there], column[there]
    clear = scene.ground[where] == Ground.CLEAR
    values = []
    for role in _ROLES:
        mult, add = scene.linear(role, scene.sun_corrected)
        stored = scene.numbers[role][where]
        clear &= stored != scene.calibration[role].fill
        values.append(stored * mult + add)
    return there[clear], ratio(values[1], values[0])[clear]
