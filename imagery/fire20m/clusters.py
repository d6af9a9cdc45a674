"""Fire pixels that touch each other as one fire: place, size, brightness, outline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from skimage import measure

from imagery.detection.masks import Indices
from imagery.fire20m.pixels import Pixels
from imagery.highres.grid import Grid
from imagery.highres.shapes import in_degrees

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_BLOCK = 64
_CORNERS = 2
"""Pixels that touch at a corner belong together."""
_measure: Any = measure


@dataclass(frozen=True, eq=False)
class Cluster:
    """Flat positions of the pixels of one fire, its centroid in pixels and its swir2."""

    index: Indices
    line: float
    column: float
    mean_swir2: float
    peak_swir2: float


def clusters_of(
    pixels: Pixels, fires: Indices, is_large: Callable[[Indices], bool]
) -> Iterator[Cluster]:
    """Yield the clusters of fire pixels that are large enough.

    Only boxes around neighbouring fires are labelled, not the whole scene.
    """
    columns = pixels.shape[1]
    for box in _neighbourhoods(fires, pixels.shape):
        line, column = np.divmod(box, columns)
        top, left = int(line.min()), int(column.min())
        mask = np.zeros((int(line.max()) - top + 1, int(column.max()) - left + 1), dtype=bool)
        swir2 = np.zeros(mask.shape)
        mask[line - top, column - left] = True
        swir2[line - top, column - left] = pixels.at(box, ("swir2",))["swir2"]
        labels = _measure.label(mask, connectivity=_CORNERS)
        for region in _measure.regionprops(labels, intensity_image=swir2):
            places = region.coords + np.array([top, left])
            index = places[:, 0] * columns + places[:, 1]
            if not is_large(index):
                continue
            middle = region.centroid
            yield Cluster(
                index=index,
                line=float(middle[0]) + top + 0.5,
                column=float(middle[1]) + left + 0.5,
                mean_swir2=float(region.intensity_mean),
                peak_swir2=float(region.intensity_max),
            )


def _neighbourhoods(fires: Indices, shape: tuple[int, int]) -> Iterator[Indices]:
    """Yield fires in neighbouring blocks of the scene together: no cluster is in two of them."""
    line, column = np.divmod(fires, shape[1])
    blocks = np.zeros((shape[0] // _BLOCK + 1, shape[1] // _BLOCK + 1), dtype=bool)
    blocks[line // _BLOCK, column // _BLOCK] = True
    group = _measure.label(blocks, connectivity=_CORNERS)[line // _BLOCK, column // _BLOCK]
    order = np.argsort(group, kind="stable")
    for part in np.split(fires[order], np.flatnonzero(np.diff(group[order])) + 1):
        if len(part):
            yield part


def outline(index: Indices, grid: Grid) -> BaseGeometry:
    """Return the outline of pixels in WGS-84: several polygons where they touch at corners."""
    line, column = np.divmod(index, grid.columns)
    squares = shapely.box(column, line, column + 1, line + 1)
    # Adding nothing takes away the corners of pixels that lie on straight edges.
    whole = shapely.simplify(shapely.coverage_union_all(squares), 0)
    return in_degrees(whole, grid)
