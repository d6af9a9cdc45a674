"""Which polygons are the same shape, wherever their rings begin and whichever way they run."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.geometry.arrays import Geometries


def shape_groups(geometry: Geometries) -> NDArray[np.int64]:
    """Return a number for each polygon, the same for polygons of the same shape.

    It is the position of the first polygon of that shape. Only polygons that have their box to the
    last digit in common with another are compared.
    """
    result = np.arange(len(geometry))
    _, box, size = np.unique(
        shapely.bounds(geometry), axis=0, return_inverse=True, return_counts=True
    )
    few = np.flatnonzero(size[box] > 1)
    plain = geometry[few].copy()
    lone = shapely.get_num_geometries(plain) == 1
    plain[lone] = shapely.get_geometry(plain[lone], 0)
    first: dict[bytes, int] = {}
    for position, wkb in zip(few.tolist(), shapely.to_wkb(shapely.normalize(plain)), strict=True):
        result[position] = first.setdefault(wkb, position)
    return result
