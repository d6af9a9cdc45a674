"""What a check finds: where, how much, and how grave it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import shapely

from zones.geometry.arrays import Geometries

NO_SHAPES: Geometries = np.array([], dtype=object)


class Severity(StrEnum):
    """An error keeps the file out of the register; warnings and notes do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, eq=False)
class Found:
    """One thing that a check found.

    Parameters
    ----------
    rows
        The features it concerns, by position in the file, from 0.
    lon, lat
        Where to look, WGS-84 degrees; NaN without a place.
    area_km2
        How much, km²; NaN where area is not the point.
    shapes
        Polygons or points of the place, WGS-84.
    against
        zone_id of zones on record that it concerns.
    values
        What the texts name: numbers whose name ends in ``_km2``, ``_m`` or ``_share`` are written
        with that unit; lists of codes are labelled by the language files.
    """

    rows: tuple[int, ...]
    lon: float = np.nan
    lat: float = np.nan
    area_km2: float = np.nan
    shapes: Geometries = field(default_factory=lambda: NO_SHAPES)
    against: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Finding:
    """What a check found, with its code, severity and the names of the features.

    Parameters
    ----------
    code
        Which check; its texts are ``check.<code>`` and ``check.<code>.do``.
    severity
        How grave.
    features
        Numbers of the features in the file, from 1; empty if it concerns the file.
    names
        Their names, in the same order.
    found
        Place, amount and details.
    """

    code: str
    severity: Severity
    features: tuple[int, ...]
    names: tuple[str, ...]
    found: Found

    @property
    def lon(self) -> float:
        """Longitude of its place, degrees; NaN without one."""
        return self.found.lon

    @property
    def lat(self) -> float:
        """Latitude of its place, degrees; NaN without one."""
        return self.found.lat

    @property
    def area_km2(self) -> float:
        """The ground that it concerns; NaN without any."""
        return self.found.area_km2


def inner_points(shapes: Geometries) -> list[tuple[float, float]]:
    """Return longitude and latitude of a point that lies on each shape; none may be empty."""
    points = shapely.point_on_surface(shapes)
    return list(zip(shapely.get_x(points).tolist(), shapely.get_y(points).tolist(), strict=True))


def inner_point(shape: shapely.Geometry) -> tuple[float, float]:
    """Return longitude and latitude of a point that lies on a shape, not an empty one."""
    return inner_points(np.array([shape], dtype=object))[0]


def place_text(lon: float, lat: float) -> str:
    """Return ``108.35120 E, 22.81000 N``; five decimals are about a metre."""
    return f"{lon:.5f} E, {lat:.5f} N"
