"""What of an area no zone covers, found cell by cell.

One union of 5,000 zones of 200 vertices takes 2 to 20 s; small unions in the cells of a grid take
a quarter of that, and what a cell holds never grows beyond its own few zones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from firewatch.core.geo import KM_PER_DEGREE, Floats
from zones.check.threads import each, elementwise
from zones.geometry.arrays import Geometries, Indices
from zones.geometry.measures import area_km2, opened, polygonal

# About 30 km, a quarter of a county: measured, halving or doubling it takes longer. Where zones are
# drawn very finely a cell is quartered, because shrinking takes more than twice as long for twice
# the vertices.
_CELL_DEGREES = 0.3
_MOST_VERTICES = 20_000
_MOST_QUARTERINGS = 4
# Shapes that an overlay cut apart lie this near to each other: a hundredth of a metre.
TOUCHING_DEGREES = 1e-7


@dataclass(frozen=True, eq=False)
class Uncovered:
    """Pieces of ground, cut at the edges of cells, that no zone covers.

    Parameters
    ----------
    shape, area_km2
        One entry a piece.
    area
        Position of the area that each is of.
    hole
        Pieces of one number make up one hole.
    """

    shape: Geometries
    area_km2: Floats
    area: Indices
    hole: NDArray[np.int32]

    def __getitem__(self, chosen: NDArray[np.bool_]) -> Uncovered:
        return Uncovered(
            self.shape[chosen], self.area_km2[chosen], self.area[chosen], self.hole[chosen]
        )


def uncovered(areas: Geometries, zones: Geometries, width_km: float) -> tuple[Uncovered, Uncovered]:
    """Return what of areas no zone covers: where it is wide, and strips.

    Parameters
    ----------
    areas
        Polygons whose ground should be covered.
    zones
        Valid polygons in any number.
    width_km
        What is nowhere as wide as this is a strip.
    """
    if len(areas) == 0:
        nothing = _pieces(areas, areas, np.array([], dtype=np.intp))
        return nothing, nothing
    # Whether ground is wide depends on what lies this far beyond the edge of its cell.
    margin = 1.5 * width_km / (KM_PER_DEGREE * np.cos(np.radians(shapely.total_bounds(areas)[3])))
    cells, wider = _grid(areas, zones, margin)
    tree = shapely.STRtree(areas)
    cell, area = tree.query(wider, predicate="intersects")
    shapely.prepare(areas)
    rest = wider[cell]
    at_border = ~shapely.covers(areas[area], rest)
    rest[at_border] = elementwise(shapely.intersection, areas[area[at_border]], rest[at_border])
    covered = _covers(wider, zones)[cell]
    untouched = ~at_border & shapely.is_empty(covered)
    rest[~untouched] = polygonal(
        elementwise(shapely.difference, rest[~untouched], covered[~untouched])
    )
    wide = rest.copy()
    wide[~untouched] = elementwise(lambda some: opened(some, width_km), rest[~untouched])
    strips, row = _parts(polygonal(elementwise(shapely.difference, rest, wide)))
    tip = _is_tip(strips, wide[row], width_km)
    holes, of_hole = _parts(wide)
    holes, of_hole = np.append(holes, strips[tip]), np.append(of_hole, row[tip])
    strips, row = strips[~tip], row[~tip]
    return (
        _pieces(holes, cells[cell[of_hole]], area[of_hole]),
        _pieces(strips, cells[cell[row]], area[row]),
    )


def _parts(shapes: Geometries) -> tuple[Geometries, Indices]:
    parts, row = shapely.get_parts(shapes, return_index=True)
    # An empty polygon is a part of itself.
    some = ~shapely.is_empty(parts)
    return parts[some], row[some]


def _is_tip(strips: Geometries, wide: Geometries, width_km: float) -> NDArray[np.bool_]:
    """Say which strips are but the sharp corners of the wide ground beside them."""
    tip: NDArray[np.bool_] = area_km2(strips) < width_km**2
    shapely.prepare(wide)
    tip[tip] = shapely.dwithin(wide[tip], strips[tip], TOUCHING_DEGREES)
    return tip


def _grid(areas: Geometries, zones: Geometries, margin: float) -> tuple[Geometries, Geometries]:
    """Return cells over all areas, and the same with a margin."""
    west, south, east, north = shapely.total_bounds(areas)
    x, y = np.meshgrid(np.arange(west, east, _CELL_DEGREES), np.arange(south, north, _CELL_DEGREES))
    corners, size, found = np.column_stack([x.ravel(), y.ravel()]), _CELL_DEGREES, []
    vertices = shapely.get_coordinates(zones)
    for _ in range(_MOST_QUARTERINGS):
        crowded = _vertices_in(corners, size, vertices) > _MOST_VERTICES
        found.append(np.column_stack([corners[~crowded], np.full((~crowded).sum(), size)]))
        size /= 2
        corners = np.concatenate(
            [corners[crowded] + [dx * size, dy * size] for dx in (0, 1) for dy in (0, 1)]
        )
    found.append(np.column_stack([corners, np.full(len(corners), size)]))
    left, low, side = np.concatenate(found).T
    right, high = left + side, low + side
    cells = shapely.box(left, low, right, high)
    return cells, shapely.box(left - margin, low - margin, right + margin, high + margin)


def _vertices_in(corners: Floats, size: float, vertices: Floats) -> NDArray[np.int64]:
    """Return how many vertices lie in each square of a grid, given by its lower left corner."""
    if len(corners) == 0:
        return np.array([], dtype=np.int64)
    origin = corners.min(axis=0)
    columns = int(np.round((corners[:, 0].max() - origin[0]) / size)) + 1
    rows = int(np.round((corners[:, 1].max() - origin[1]) / size)) + 1
    column, row = np.floor((vertices - origin) / size).astype(np.int64).T
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    counts = np.bincount(row[inside] * columns + column[inside], minlength=rows * columns)
    own_column, own_row = np.round((corners - origin) / size).astype(np.int64).T
    number: NDArray[np.int64] = counts[own_row * columns + own_column]
    return number


def _covers(cells: Geometries, zones: Geometries) -> Geometries:
    """Return what zones cover of each cell, the cell itself where one zone covers all of it."""
    covered = np.full(len(cells), shapely.Polygon(), dtype=object)
    shapely.prepare(zones)
    zone, cell = shapely.STRtree(cells).query(zones, predicate="intersects")
    whole = shapely.covers(zones[zone], cells[cell])
    full = np.zeros(len(cells), dtype=bool)
    full[cell[whole]] = True
    covered[full] = cells[full]
    open_ = ~full[cell]
    zone, cell = zone[open_], cell[open_]
    order = np.argsort(cell, kind="stable")
    zone, cell = zone[order], cell[order]
    clipped = zones[zone]
    cut = ~_box_within(clipped, cells[cell])
    clipped[cut] = elementwise(shapely.intersection, clipped[cut], cells[cell[cut]])
    filled, start = np.unique(cell, return_index=True)
    covered[filled] = each(shapely.union_all, np.split(clipped, start[1:]) if len(start) else [])
    return covered


def _box_within(shapes: Geometries, cells: Geometries) -> NDArray[np.bool_]:
    inner, outer = shapely.bounds(shapes), shapely.bounds(cells)
    above, below = inner[:, :2] >= outer[:, :2], inner[:, 2:] <= outer[:, 2:]
    return np.asarray(np.hstack([above, below]).all(axis=1), dtype=bool)


def _pieces(shapes: Geometries, cells: Geometries, area: Indices) -> Uncovered:
    """Return shapes cut at their cells, those of one area that touch numbered alike."""
    parts, row = _parts(polygonal(elementwise(shapely.intersection, shapes, cells)))
    return Uncovered(parts, area_km2(parts), area[row], _joined(parts, area[row]))


def _joined(parts: Geometries, area: Indices) -> NDArray[np.int32]:
    """Number parts of one area that touch each other alike."""
    if len(parts) == 0:
        return np.array([], dtype=np.int32)
    one, other = shapely.STRtree(parts).query(parts, predicate="dwithin", distance=TOUCHING_DEGREES)
    same = area[one] == area[other]
    links = coo_array((same[same], (one[same], other[same])), shape=(len(parts), len(parts)))
    _, number = connected_components(links, directed=False)
    return np.asarray(number, dtype=np.int32)
