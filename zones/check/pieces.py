"""The parts and the holes of many polygons, each with the polygon that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from zones.geometry.arrays import Geometries
from zones.geometry.measures import area_km2


@dataclass(frozen=True, eq=False)
class Pieces:
    """Polygons of one part, and the row that each belongs to.

    Parameters
    ----------
    shapes
        The polygons, WGS-84 degrees.
    row
        Position of the feature that each is a part or a hole of.
    area_km2
        Their areas.
    """

    shapes: Geometries
    row: NDArray[np.intp]
    area_km2: Floats

    def __getitem__(self, chosen: NDArray[np.bool_]) -> Pieces:
        return Pieces(self.shapes[chosen], self.row[chosen], self.area_km2[chosen])


def parts_of(geometry: Geometries) -> Pieces:
    """Return the parts of polygons and multipolygons."""
    parts, row = shapely.get_parts(geometry, return_index=True)
    return Pieces(parts, row, area_km2(parts))


def holes_of(geometry: Geometries) -> Pieces:
    """Return the holes of polygons and multipolygons, as polygons."""
    parts, row = shapely.get_parts(geometry, return_index=True)
    holed = shapely.get_num_interior_rings(parts) > 0
    parts, row = parts[holed], row[holed]
    rings, of_part = shapely.get_rings(parts, return_index=True)
    # The first ring of a part is its shell.
    inner = np.flatnonzero(np.diff(of_part, prepend=-1) == 0)
    holes = np.asarray(shapely.polygons(rings[inner]), dtype=object)
    return Pieces(holes, row[of_part[inner]], area_km2(holes))
