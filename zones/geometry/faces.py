"""The faces into which strokes cut a pixel: slower than `shares`, for the few hard cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from zones.geometry.arrays import Indices
from zones.geometry.outlines import Pixels

_SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])


@dataclass(frozen=True, eq=False)
class Faces:
    """Parts of unit squares that no stroke runs through, with a place inside each."""

    group: Indices
    area: Floats
    x: Floats
    y: Floats

    def on_ground(self, pixels: Pixels, pixel: Indices) -> tuple[Floats, Floats]:
        """Return longitude and latitude of the places, given the pixel of each face."""
        lon = pixels.x[pixel] + pixels.half_x[pixel] * (2 * self.x - 1)
        lat = pixels.y[pixel] + pixels.half_y[pixel] * (2 * self.y - 1)
        return lon, lat


def faces_of(starts: Floats, ends: Floats, group: Indices) -> Faces:
    """Return the faces of the unit square of each group of strokes.

    Parameters
    ----------
    starts, ends
        Two rows, x and y, one column a stroke.
    group
        Number of each stroke's square.
    """
    numbers = np.unique(group)
    sides = np.broadcast_to(_SQUARE, (len(numbers), *_SQUARE.shape))
    lines: NDArray[np.object_] = np.concatenate(
        [
            np.asarray(shapely.linestrings(np.stack([starts.T, ends.T], axis=1))),
            np.asarray(shapely.linestrings(sides)),
        ]
    )
    owner = np.concatenate([group, numbers])
    order = np.argsort(owner, kind="stable")
    drawings: NDArray[np.object_] = np.empty(len(numbers), dtype=object)
    shapely.multilinestrings(
        lines[order],
        indices=np.searchsorted(numbers, owner[order]),
        out=drawings,
    )
    # A union cuts lines where they cross.
    nets: NDArray[np.object_] = np.asarray(shapely.union_all(drawings[:, None], axis=1))
    faces, net = shapely.get_parts(shapely.polygonize(nets[:, None]), return_index=True)
    x, y = shapely.get_coordinates(shapely.point_on_surface(faces)).T
    within = (x > 0) & (x < 1) & (y > 0) & (y < 1)
    return Faces(numbers[net[within]], shapely.area(faces[within]), x[within], y[within])
