"""Outlines on the grid of a scene, and on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from firewatch.core.geo import Floats
from imagery.highres.grid import Grid

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def in_degrees(outline: BaseGeometry, grid: Grid) -> BaseGeometry:
    """Return an outline in columns and lines of a grid as longitude and latitude."""

    def moved(positions: Floats) -> Floats:
        lon, lat = grid.lon_lat(positions[:, 1], positions[:, 0])
        return np.column_stack([lon, lat])

    return shapely.transform(outline, moved)


def on_grid(outline: BaseGeometry, grid: Grid) -> BaseGeometry:
    """Return an outline in WGS-84 as columns and lines of a grid."""

    def moved(positions: Floats) -> Floats:
        line, column = grid.position(positions[:, 0], positions[:, 1])
        return np.column_stack([column, line])

    return shapely.transform(outline, moved)
