"""Rings that cross or touch themselves, and what mending them did."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from zones.check.finding import Found, inner_point
from zones.check.subject import Subject
from zones.geometry.arrays import Geometries
from zones.geometry.polygons import Repair

# A hundred square metres is less than the position of any vertex can be trusted to.
TRIFLE_KM2 = 1e-4


def invalid_rings(subject: Subject) -> Iterator[Found]:
    """Yield polygons whose repair changed the area: which shape was meant must be looked at."""
    for repair in subject.repairs:
        if abs(repair.change_km2) >= TRIFLE_KM2:
            yield _found(subject, repair)


def invalid_rings_without_change(subject: Subject) -> Iterator[Found]:
    """Yield polygons that were mended without a change of area worth naming."""
    for repair in subject.repairs:
        if abs(repair.change_km2) < TRIFLE_KM2:
            yield _found(subject, repair)


def _found(subject: Subject, repair: Repair) -> Found:
    row = repair.feature - 1
    places = crossings(subject.raw[row])
    lon, lat = repair.lon, repair.lat
    if np.isnan(lon):
        lon, lat = inner_point(subject.geometry[row])
    if len(places) == 0:
        places = np.array([shapely.Point(lon, lat)], dtype=object)
    return Found(
        (row,), lon, lat, abs(repair.change_km2), places,
        values={
            "geos": (repair.reason.partition("[")[0].strip(),),
            "count": len(places),
            "before_km2": repair.before_km2,
            "after_km2": repair.after_km2,
            "change_km2": repair.change_km2,
        },
    )  # fmt: skip


def crossings(polygon: shapely.Geometry) -> Geometries:
    """Return the points where the rings of a polygon cross or touch themselves or each other."""
    lines = shapely.get_parts(shapely.node(shapely.boundary(polygon)))
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    places, met = np.unique(shapely.get_coordinates(ends), axis=0, return_counts=True)
    # Where a line only passes, or a ring closes, two ends meet.
    return np.asarray(shapely.points(places[met > 2]), dtype=object)
