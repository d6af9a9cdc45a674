"""Areas, widths and what is wide enough of polygons in degrees, in km."""

from __future__ import annotations

import numpy as np
import shapely

from firewatch.core.geo import KM_PER_DEGREE, Floats
from zones.geometry.arrays import Bools, Geometries

POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

# WGS-84 (and, to 0.1 mm, CGCS2000): semi-major axis and first eccentricity squared.
_AXIS_KM = 6378.137
_E2 = 0.006_694_379_990_14

_EMPTY = shapely.Polygon()
# Four chords a quarter circle lie within 2 % of the arc, and make buffers twice as fast.
_QUARTER_CHORDS = 4
# Growing back by a little more than was shrunk away makes up for arcs drawn as chords.
_GROW_BACK = 1.02
# Corners down to 60 degrees are grown back whole.
_MITRE_LIMIT = 2.0


def area_km2(geometry: Geometries) -> Floats:
    """Return areas of valid polygons in degrees on the WGS-84 ellipsoid, km².

    A square degree at a polygon's own centre is counted as long and as wide as the ellipsoid makes
    it there: within 0.002 % of the true area for a county, 0.02 % for the whole of Guangxi.
    """
    centre = shapely.get_coordinates(shapely.centroid(geometry), include_z=False)
    # An empty polygon has no centre and needs none.
    latitude = np.zeros(np.shape(geometry))
    latitude[~shapely.is_empty(geometry)] = np.radians(centre[:, 1])
    w2 = 1 - _E2 * np.sin(latitude) ** 2
    km2_per_square_radian = _AXIS_KM**2 * (1 - _E2) / w2**2 * np.cos(latitude)
    area: Floats = shapely.area(geometry) * np.radians(1) ** 2 * km2_per_square_radian
    return area


def perimeter_km(geometry: Geometries) -> Floats:
    """Return the length of all rings of polygons in degrees, km, to 0.7 %.

    Each polygon is measured on a plane true to scale at its own centre.
    """
    return np.asarray(shapely.length(on_plane(geometry)), dtype=float)


def mean_width_km(geometry: Geometries) -> Floats:
    """Return twice the area by the perimeter, km: the width of whatever is long and thin."""
    perimeter = perimeter_km(geometry)
    # An empty polygon has no width.
    width: Floats = 2 * area_km2(geometry) / np.where(perimeter > 0, perimeter, 1)
    return width


def roundness(geometry: Geometries) -> Floats:
    """Return 4·π·area/perimeter²: 1 for a circle, near 0 for a strip (Polsby and Popper 1991)."""
    ratio: Floats = 4 * np.pi * area_km2(geometry) / perimeter_km(geometry) ** 2
    return ratio


def on_plane(geometry: Geometries) -> Geometries:
    """Return polygons in degrees on planes in km, each true to scale at its polygon's middle.

    The origin is 0 E, 0 N; made for lengths and distances of a few km, to 0.7 %.
    """
    scale = _plane_scale(geometry)
    return _scaled(geometry, scale * KM_PER_DEGREE, KM_PER_DEGREE)


def opened(geometry: Geometries, width_km: float) -> Geometries:
    """Return what is left of polygons in degrees without all that is narrower than `width_km`.

    The morphological opening: everywhere a disk of that width fits in, and nothing else.
    """
    scale = _plane_scale(geometry)
    flat = _scaled(geometry, scale * KM_PER_DEGREE, KM_PER_DEGREE)
    core = shapely.buffer(flat, -width_km / 2, quad_segs=_QUARTER_CHORDS)
    wide = shapely.buffer(
        core, width_km / 2 * _GROW_BACK, join_style="mitre", mitre_limit=_MITRE_LIMIT
    )
    back = _scaled(wide, 1 / (scale * KM_PER_DEGREE), 1 / KM_PER_DEGREE)
    rest = geometry.copy()
    rest[:] = _EMPTY
    some = ~shapely.is_empty(back)
    rest[some] = polygonal(shapely.intersection(geometry[some], back[some]))
    return rest


def somewhere_as_wide(geometry: Geometries, width_km: float) -> Bools:
    """Say which polygons in degrees hold a disk of a width in km.

    All ground of a polygon lies within its inradius of its edge, so that the area is at most the
    perimeter times the inradius: what is as wide on average holds such a disk, and only the others
    need shrinking.
    """
    wide: Bools = mean_width_km(geometry) > width_km
    unsure = np.flatnonzero(~wide)
    wide[unsure] = ~shapely.is_empty(opened(geometry[unsure], width_km))
    return wide


def polygonal(geometry: Geometries) -> Geometries:
    """Return the polygons of geometries without the lines and points that overlays leave over."""
    result = geometry.copy()
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(geometry), POLYGONAL))
    if len(mixed) == 0:
        return result
    parts, owner = shapely.get_parts(geometry[mixed], return_index=True)
    inner, of_part = shapely.get_parts(parts, return_index=True)
    flat = shapely.get_type_id(inner) == shapely.GeometryType.POLYGON
    joined = np.full(len(mixed), _EMPTY, dtype=object)
    if flat.any():
        shapely.multipolygons(inner[flat], indices=owner[of_part][flat], out=joined)
    result[mixed] = joined
    return result


def _plane_scale(geometry: Geometries) -> Floats:
    bounds = shapely.bounds(geometry)
    scale: Floats = np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2))
    return scale


def _scaled(geometry: Geometries, x_scale: Floats, y_scale: float) -> Geometries:
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    xy[:, 0] *= x_scale[owner]
    xy[:, 1] *= y_scale
    return np.asarray(shapely.set_coordinates(geometry.copy(), xy), dtype=object)
