"""How much of a pixel's ground lies in each polygon whose outline runs through it.

Method
------
In the unit square of a pixel the function "inside the polygon" is known at one corner, and changes
only where it crosses a piece of outline. Walking from the south-west corner up the west side and
then eastwards, every piece that is crossed adds or takes away the ground beyond it (Green's
theorem); the sum over the pieces in the square is the share, exact but for rounding (1e-11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from zones.geometry.arrays import Bools, Indices
from zones.geometry.faces import faces_of
from zones.geometry.grid import Eligible
from zones.geometry.outlines import Outlines, Pixels

NOTHING = 1e-9
"""A share of ground below this, as where two polygons only touch, is none."""
# Pieces of outline looked at together: bounds memory at about 100 MB.
_CHUNK_PIECES = 1_000_000


@dataclass(frozen=True, eq=False)
class Shares:
    """The (polygon, pixel) pairs where a piece of the polygon's outline lies in the pixel.

    Polygons that are not listed for a pixel cover all of it or nothing of it. Sorted by pixel and
    polygon; share runs from 0 to 1.
    """

    polygon: Indices
    pixel: Indices
    share: Floats

    @property
    def partial(self) -> Bools:
        """Whether the pixel lies partly inside and partly outside the polygon."""
        return (self.share > NOTHING) & (self.share < 1 - NOTHING)


@dataclass(frozen=True, eq=False)
class Strokes:
    """Pieces of outline seen from pixels, in which the pixel is the unit square.

    starts and ends have two rows, x and y.
    """

    polygon: Indices
    pixel: Indices
    starts: Floats
    ends: Floats

    def where(self, chosen: Bools) -> Strokes:
        """Return the chosen ones."""
        at = np.flatnonzero(chosen)
        # Six times faster than starts[:, at].
        starts, ends = np.take(self.starts, at, axis=1), np.take(self.ends, at, axis=1)
        return Strokes(self.polygon[at], self.pixel[at], starts, ends)


def strokes(outlines: Outlines, pixels: Pixels, eligible: Eligible | None = None) -> Strokes:
    """Return the pieces of outline whose own boxes meet each pixel's."""
    pieces, places = [np.array([], dtype=np.intp)], [np.array([], dtype=np.intp)]
    for piece, pixel in outlines.pairs(pixels, eligible):
        pieces.append(piece)
        places.append(pixel)
    piece, pixel = np.concatenate(pieces), np.concatenate(places)
    corners = np.stack([pixels.x - pixels.half_x, pixels.y - pixels.half_y])
    corner = np.take(corners, pixel, axis=1)
    size = np.take(np.stack([2 * pixels.half_x, 2 * pixels.half_y]), pixel, axis=1)
    starts = (np.take(outlines.starts, piece, axis=1) - corner) / size
    ends = (np.take(outlines.ends, piece, axis=1) - corner) / size
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    in_x, in_y = (low < 1 + NOTHING) & (high > -NOTHING)
    return Strokes(outlines.polygon[piece], pixel, starts, ends).where(in_x & in_y)


def shares(
    outlines: Outlines,
    polygons: NDArray[np.object_],
    pixels: Pixels,
    eligible: Eligible | None = None,
) -> Shares:
    """Return the share of each pixel in each polygon whose outline runs through it.

    Parameters
    ----------
    outlines, polygons
        The polygons' outlines, and the polygons by the numbers that the outlines give them.
    pixels
        All wider and higher than nothing.
    eligible
        Says of (polygon, pixel) positions which pairs count at all.
    """
    starts = np.flatnonzero(np.diff(np.cumsum(outlines.near(pixels)) // _CHUNK_PIECES)) + 1
    found = []
    for some in np.split(np.arange(len(pixels)), starts):
        drawn = strokes(outlines, pixels[some], only(eligible, some))
        part = _shares(drawn, polygons, pixels[some])
        found.append((part.polygon, some[part.pixel], part.share))
    polygon, pixel, share = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return Shares(polygon, pixel, share)


def only(eligible: Eligible | None, chosen: Indices) -> Eligible | None:
    """Return the predicate for some of the points, by their positions among those."""
    return None if eligible is None else lambda polygon, point: eligible(polygon, chosen[point])


def _shares(drawn: Strokes, polygons: NDArray[np.object_], pixels: Pixels) -> Shares:
    inside, gain, at_corner = _crossings(drawn.starts, drawn.ends)
    pair, number = np.unique(drawn.pixel * len(polygons) + drawn.polygon, return_inverse=True)
    met = np.bincount(number, inside, len(pair)) > 0
    pixel, polygon = np.divmod(pair[met], max(len(polygons), 1))
    west, south = pixels.x - pixels.half_x, pixels.y - pixels.half_y
    corner = shapely.intersects_xy(polygons[polygon], west[pixel], south[pixel])
    share = np.bincount(number, gain, len(pair))[met].astype(float) + corner
    unsure = np.flatnonzero((np.bincount(number, at_corner, len(pair)) > 0)[met])
    if len(unsure):
        place = np.full(len(pair), -1)
        place[np.flatnonzero(met)[unsure]] = np.arange(len(unsure))
        chosen = place[number] >= 0
        few = drawn.where(chosen)
        share[unsure] = _by_faces(few, place[number[chosen]], polygons, pixels, len(unsure))
    return Shares(polygon, pixel, np.clip(share, 0, 1))


def _crossings(starts: Floats, ends: Floats) -> tuple[Bools, Floats, Bools]:
    """Return of each stroke whether it enters the square, the ground that it adds, and whether it
    runs through the south-west corner, so that nothing is known there."""
    (x, y), (dx, dy) = starts, ends - starts
    enter, leave = _within(starts, ends)
    inside = leave > enter
    enter, leave = np.where(inside, enter, 0), np.where(inside, leave, 0)
    middle = x + dx * (enter + leave) / 2
    gain = -dy * (leave - enter) * (1 - middle)
    crosses_west = (x < 0) != (ends[0] < 0)
    height = y - dy * np.where(crosses_west, x, 0) / np.where(crosses_west, dx, 1)
    crosses_west &= (height > 0) & (height < 1)
    gain += np.where(crosses_west, np.sign(dx) * (1 - height), 0)
    return inside, gain, _through_origin(x, y, dx, dy)


def enters(drawn: Strokes) -> Bools:
    """Tell which strokes run through the unit square and do not merely touch it."""
    enter, leave = _within(drawn.starts, drawn.ends)
    inside: Bools = leave > enter
    return inside


def _within(starts: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """Return between which parts of its way, 0 to 1, a stroke lies in the unit square."""
    (from_x, to_x), (from_y, to_y) = map(_span, starts, ends - starts)
    enter = np.maximum(np.maximum(from_x, from_y), 0)
    leave = np.minimum(np.minimum(to_x, to_y), 1)
    return enter, leave


def _span(start: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return between which t ``start + t * step`` lies in 0 … 1; nowhere if not in order."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = -start / step, (1 - start) / step
    still = step == 0
    always = np.where((start >= 0) & (start <= 1), np.inf, -np.inf)
    enter = np.where(still, -always, np.minimum(one, other))
    return enter, np.where(still, always, np.maximum(one, other))


def _through_origin(x: Floats, y: Floats, dx: Floats, dy: Floats) -> Bools:
    length = dx * dx + dy * dy
    nearest = np.clip(-(x * dx + y * dy) / np.where(length > 0, length, 1), 0, 1)
    through: Bools = np.maximum(np.abs(x + nearest * dx), np.abs(y + nearest * dy)) < NOTHING
    return through


def _by_faces(
    drawn: Strokes, group: Indices, polygons: NDArray[np.object_], pixels: Pixels, count: int
) -> Floats:
    """Return the share of each group of strokes, which are of one polygon and one pixel."""
    faces = faces_of(drawn.starts, drawn.ends, group)
    first = np.zeros(count, dtype=np.intp)
    first[group] = np.arange(len(group))
    polygon, pixel = drawn.polygon[first][faces.group], drawn.pixel[first][faces.group]
    lon, lat = faces.on_ground(pixels, pixel)
    inside = shapely.intersects_xy(polygons[polygon], lon, lat)
    return np.bincount(faces.group, np.where(inside, faces.area, 0), count).astype(float)
