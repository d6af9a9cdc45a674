"""Polygons joined into one, and the narrow gaps that stay between their borders."""

from __future__ import annotations

from typing import cast

import numpy as np
import shapely

from firewatch.core.geo import local_km
from zones.geometry.arrays import Geometries


def dissolved(polygons: Geometries) -> shapely.Geometry:
    """Return the union of polygons; ten times faster where they share their borders exactly."""
    if shapely.coverage_is_valid(polygons):
        return cast(shapely.Geometry, shapely.coverage_union_all(polygons))
    return cast(shapely.Geometry, shapely.union_all(polygons))


def narrow_gaps(whole: shapely.Geometry, width_km: float) -> Geometries:
    """Return the holes of a dissolved layer that are narrower than `width_km` all along."""
    rings = [ring for part in shapely.get_parts(whole) for ring in part.interiors]
    holes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    lat0 = shapely.total_bounds(whole)[1::2].mean()
    on_plane = shapely.transform(
        holes, lambda xy: np.column_stack(local_km(xy[:, 0], xy[:, 1], lat0))
    )
    narrow = shapely.is_empty(shapely.buffer(on_plane, -width_km / 2))
    shapely.prepare(holes)
    return cast(Geometries, holes[narrow])
