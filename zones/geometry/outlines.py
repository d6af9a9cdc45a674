"""The outlines of many polygons, cut into short pieces that are found by place.

What a pixel's ground shares with a polygon depends only on the few pieces of outline inside the
pixel, whether the polygon has ten corners or a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.footprint import half_size_degrees
from firewatch.core.geo import Extent, Floats
from zones.geometry.arrays import Indices
from zones.geometry.grid import Cells, Eligible, PointGrid, candidate_pairs, expand, grid_points

# About 500 m, the size of a small pixel. Smaller cells rule out few more pieces.
_CELL_DEGREES = 0.005
_MOST_CELLS = 2_000_000
# Far above the rounding of degrees: a piece that only touches a pixel is found.
_SLACK_DEGREES = 1e-9


@dataclass(frozen=True, eq=False)
class Pixels:
    """The boxes of ground that pixels cover, in degrees."""

    x: Floats
    y: Floats
    half_x: Floats
    half_y: Floats

    @classmethod
    def of(cls, lon: Floats, lat: Floats, scan_km: Floats, track_km: Floats) -> Pixels:
        """Return the ground of pixels; a point without a pixel covers itself only."""
        return cls(lon, lat, *half_size_degrees(lat, scan_km, track_km))

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, chosen: Indices) -> Pixels:
        return Pixels(self.x[chosen], self.y[chosen], self.half_x[chosen], self.half_y[chosen])

    def grown(self, by_x: float, by_y: float) -> Floats:
        """Return west, south, east, north of each box grown on all sides."""
        wide, high = self.half_x + by_x, self.half_y + by_y
        return np.stack([self.x - wide, self.y - high, self.x + wide, self.y + high]).T


@dataclass(frozen=True, eq=False)
class Outlines:
    """Straight pieces of outline; the polygon lies to the left of each.

    Parameters
    ----------
    polygon
        Position of each piece's polygon in the array that the outlines were made of.
    starts, ends
        Two rows, x and y in degrees, one column a piece.
    middles
        The pieces' middles in the order of cells; its order is that of the pieces.
    sums
        Pieces in all cells to the south-west of each corner of a cell: how many a box of cells
        holds takes four look-ups whatever its size.
    reach
        Half the greatest width and height of a piece, or a trifle more.
    """

    polygon: Indices
    starts: Floats
    ends: Floats
    middles: PointGrid
    sums: NDArray[np.int32]
    reach: tuple[float, float]

    def near(self, pixels: Pixels) -> NDArray[np.int32]:
        """Return how many pieces of outline lie near each pixel; where none does, none meets it."""
        west, south, east, north = pixels.grown(*self.reach).T
        cells, stride = self.middles.cells, self.middles.cells.columns + 1
        left, right = cells.column_of(west), cells.column_of(east) + 1
        bottom, top = cells.row_of(south) * stride, (cells.row_of(north) + 1) * stride
        below_top = self.sums[top + right] - self.sums[top + left]
        count: NDArray[np.int32] = below_top - self.sums[bottom + right] + self.sums[bottom + left]
        return count

    def pairs(
        self, pixels: Pixels, eligible: Eligible | None = None
    ) -> Iterator[tuple[Indices, Indices]]:
        """Yield (piece, pixel) positions whose boxes meet, for (polygon, pixel) that count."""
        wide, high = pixels.half_x + self.reach[0], pixels.half_y + self.reach[1]
        for pixel, piece in candidate_pairs(self.middles, pixels.grown(*self.reach)):
            near = np.abs(self.middles.lon[piece] - pixels.x[pixel]) <= wide[pixel]
            near &= np.abs(self.middles.lat[piece] - pixels.y[pixel]) <= high[pixel]
            pixel, piece = pixel[near], piece[near]
            if eligible is not None:
                counts = eligible(self.polygon[piece], pixel)
                pixel, piece = pixel[counts], piece[counts]
            yield piece, pixel


def outlines_of(polygons: NDArray[np.object_], numbers: Indices | None = None) -> Outlines:
    """Return the outlines of polygons and multipolygons (degrees), holes among them.

    Parameters
    ----------
    numbers
        What each polygon is to be called; by default its position.
    """
    starts, ends, owner = _edges(polygons)
    cells = _cells(polygons)
    starts, ends, owner = _cut(starts, ends, owner, max(cells.sizes()))
    x, y = ((starts + ends) / 2).T
    middles = grid_points(x, y, cells)
    held = np.diff(middles.starts).reshape(cells.rows, cells.columns)
    sums = np.zeros((cells.rows + 1, cells.columns + 1), dtype=np.int32)
    sums[1:, 1:] = held.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)
    half = np.abs(ends - starts).max(axis=0, initial=0) / 2 + _SLACK_DEGREES
    names = np.arange(len(polygons)) if numbers is None else numbers
    return Outlines(
        polygon=names[owner[middles.order]].astype(np.intp),
        starts=np.ascontiguousarray(starts[middles.order].T),
        ends=np.ascontiguousarray(ends[middles.order].T),
        middles=middles,
        sums=sums.ravel(),
        reach=(float(half[0]), float(half[1])),
    )


def _edges(polygons: NDArray[np.object_]) -> tuple[Floats, Floats, Indices]:
    # Oriented so that shells run counter-clockwise and holes clockwise.
    parts, polygon = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same_ring = np.flatnonzero(ring[1:] == ring[:-1])
    starts, ends = corners[same_ring], corners[same_ring + 1]
    long = (starts != ends).any(axis=1)
    return starts[long], ends[long], polygon[part[ring[same_ring[long]]]]


def _cells(polygons: NDArray[np.object_]) -> Cells:
    # Without any ground the bounds are NaN.
    box = Extent(*np.nan_to_num(shapely.total_bounds(polygons)))
    width, height = box.east - box.west, box.north - box.south
    side = max(_CELL_DEGREES, np.sqrt(width * height / _MOST_CELLS), (width + height) / _MOST_CELLS)
    return Cells(box, max(1, int(width / side)), max(1, int(height / side)))


def _cut(
    starts: Floats, ends: Floats, owner: Indices, longest: float
) -> tuple[Floats, Floats, Indices]:
    """Cut edges into pieces no wider or higher than `longest`.

    Two polygons that share an edge get the same pieces, because both are cut from the same end.
    """
    longest = max(longest, _CELL_DEGREES)
    count = np.ceil(np.abs(ends - starts).max(axis=1, initial=0) / longest).astype(np.int64)
    whole, cut = np.flatnonzero(count <= 1), np.flatnonzero(count > 1)
    edge, step = expand(np.zeros(len(cut), dtype=np.int64), count[cut])
    edge = cut[edge]
    of = count[edge][:, None]
    backwards = (starts[edge, 0] > ends[edge, 0]) | (
        (starts[edge, 0] == ends[edge, 0]) & (starts[edge, 1] > ends[edge, 1])
    )
    turned = backwards[:, None]
    near, far = np.where(turned, (ends[edge], starts[edge]), (starts[edge], ends[edge]))
    one, other = _along(near, far, step[:, None], of), _along(near, far, step[:, None] + 1, of)
    first, last = np.where(turned, (other, one), (one, other))
    return (
        np.concatenate([starts[whole], first]),
        np.concatenate([ends[whole], last]),
        np.concatenate([owner[whole], owner[edge]]),
    )


def _along(near: Floats, far: Floats, step: Indices, of: NDArray[np.int64]) -> Floats:
    # The last step ends exactly at the corner, so that pieces of neighbouring edges join.
    place: Floats = np.where(step == of, far, near + (far - near) * (step / of))
    return place
