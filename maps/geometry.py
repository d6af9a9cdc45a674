"""Polygons made light for drawing, without gaps between neighbours."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries: TypeAlias = NDArray[np.object_]
Box: TypeAlias = list[list[float]]

DRAWING_TOLERANCE_DEG = 0.003
DRAWING_DIGITS = 4


def simplified(polygons: Geometries, tolerance_deg: float = DRAWING_TOLERANCE_DEG) -> Geometries:
    """Return polygons with fewer corners; neighbours keep one common border.

    Polygons that overlap or leave gaps are no coverage; they are simplified one by one.
    """
    if not len(polygons):
        return polygons
    if len(polygons) > 1 and shapely.coverage_is_valid(polygons):
        result: Geometries = shapely.coverage_simplify(polygons, tolerance_deg)
    else:
        result = shapely.simplify(polygons, tolerance_deg)
    return result


def dissolved(polygons: Geometries, codes: NDArray[np.int64]) -> dict[int, shapely.Geometry]:
    """Return one polygon a code: the union of the polygons that carry it."""
    return {int(code): shapely.union_all(polygons[codes == code]) for code in np.unique(codes)}


def label_places(polygons: Geometries) -> tuple[list[float], list[float]]:
    """Return longitude and latitude of the middle of each polygon's widest part."""
    if not len(polygons):
        return [], []
    radius = shapely.maximum_inscribed_circle(polygons, tolerance=0.02)
    centre = shapely.get_coordinates(shapely.get_point(radius, 0))
    return _rounded(centre[:, 0]), _rounded(centre[:, 1])


def bounds(polygons: Geometries) -> Box | None:
    """Return [[south, west], [north, east]], or None without polygons."""
    if not len(polygons):
        return None
    west, south, east, north = shapely.total_bounds(polygons)
    return [_rounded(np.array([south, west])), _rounded(np.array([north, east]))]


def features(polygons: Geometries, properties: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection with coordinates to about 10 m."""
    light = shapely.transform(polygons, lambda corners: np.round(corners, DRAWING_DIGITS))
    members = [
        {"type": "Feature", "properties": own, "geometry": json.loads(text)}
        for own, text in zip(properties, shapely.to_geojson(light), strict=True)
    ]
    return {"type": "FeatureCollection", "features": members}


def _rounded(values: NDArray[np.float64]) -> list[float]:
    rounded: list[float] = np.round(values, DRAWING_DIGITS).tolist()
    return rounded
