"""Whether another ruling than that of a pixel's middle follows somewhere else within the pixel.

Method
------
In a pixel only zones count that go before the best zone which covers all of it; where none does,
that last place is unzoned ground. Nearly every pixel is then decided by its shares: if the zone
that goes before all others leads to another ruling, or if the zones of this ruling together are
smaller than the pixel. The few that remain, such as a pixel over the common edge of two ban zones,
are cut into faces that are ruled one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.geometry.arrays import Bools, Indices
from zones.geometry.faces import faces_of
from zones.geometry.grid import Eligible, cells_over, expand, grid_points, points_in
from zones.geometry.outlines import Outlines, Pixels
from zones.geometry.shares import NOTHING, Shares, Strokes, enters, only, strokes
from zones.ruling.decisive import NO_PLACE, UNZONED, Decisive

_NO_ZONE = -1
# Pixels whose faces are made together: bounds memory at about 50 MB.
_CHUNK_PIXELS = 10_000


@dataclass(frozen=True, eq=False)
class Ground:
    """Pixels, and the zones that count for each: `eligible` says of (zone, pixel) which do."""

    geometry: NDArray[np.object_]
    order: Decisive
    outlines: Outlines
    pixels: Pixels
    eligible: Eligible

    def ruling(self, zone: Indices) -> NDArray[np.int8]:
        """Return what zones lead to, -1 standing for no zone."""
        return np.append(self.order.ruling, UNZONED)[zone]

    def place(self, zone: Indices) -> NDArray[np.int64]:
        """Return the places of zones in the order of decision, -1 standing for no zone."""
        return np.append(self.order.place, NO_PLACE)[zone]


@dataclass(frozen=True, eq=False)
class _Layers:
    """What is seen in each pixel: zones that cover part of it, best first, over one last layer.

    Parameters
    ----------
    pixel, zone, share
        One entry a zone that covers part of a pixel, by pixel and then from the best zone on.
    last
        The best zone that covers all of each pixel, -1 without one.
    own
        The ruling at each pixel's middle.
    """

    pixel: Indices
    zone: Indices
    share: NDArray[np.float64]
    last: Indices
    own: NDArray[np.int8]


def another_ruling_within(ground: Ground, at_edge: Shares, deciding: Indices) -> Bools:
    """Tell which pixels have ground with another ruling than that of their middle.

    Parameters
    ----------
    at_edge
        The shares of the zones whose outlines run through the pixels.
    deciding
        The zone that decides at each pixel's middle, -1 without one.
    """
    layers = _layers(ground, at_edge, deciding)
    count = len(ground.pixels)
    other = ground.ruling(layers.zone) != layers.own[layers.pixel]
    last_other = ground.ruling(layers.last) != layers.own
    top = np.diff(layers.pixel, prepend=-1) > 0
    covered = np.bincount(layers.pixel, np.where(other, 0, layers.share), count) >= 1 - NOTHING
    result: Bools = last_other & ~covered
    result[layers.pixel[top & other]] = True
    some_other = np.bincount(layers.pixel, other, count) > 0
    hard = np.flatnonzero((some_other | last_other) & ~result)
    for some in np.split(hard, range(_CHUNK_PIXELS, len(hard), _CHUNK_PIXELS)):
        if len(some):
            result[some] = _by_faces(ground, layers, some)
    return result


def _layers(ground: Ground, at_edge: Shares, deciding: Indices) -> _Layers:
    last = _last(ground, at_edge, deciding)
    pixel, zone = at_edge.pixel, at_edge.polygon
    seen = np.flatnonzero(at_edge.partial & (ground.place(zone) < ground.place(last)[pixel]))
    seen = seen[np.lexsort((ground.place(zone[seen]), pixel[seen]))]
    return _Layers(pixel[seen], zone[seen], at_edge.share[seen], last, ground.ruling(deciding))


def _last(ground: Ground, at_edge: Shares, deciding: Indices) -> Indices:
    """Return the best zone that covers all of each pixel, -1 without one."""
    part = at_edge.share < 1 - NOTHING
    parts = at_edge.pixel[part] * len(ground.geometry) + at_edge.polygon[part]
    own = np.arange(len(deciding)) * len(ground.geometry) + deciding
    unsure = np.flatnonzero((deciding != _NO_ZONE) & np.isin(own, parts))
    last = deciding.copy()
    last[unsure] = _NO_ZONE
    if len(unsure):
        pixels = ground.pixels
        grid = grid_points(pixels.x[unsure], pixels.y[unsure], cells_over(ground.geometry))
        pixel_of = unsure[grid.order]

        def decides(zone: Indices, point: Indices) -> Bools:
            counts: Bools = ground.order.place[zone] != NO_PLACE
            counts &= ground.eligible(zone, pixel_of[point])
            return counts

        zone, point = points_in(grid, ground.geometry, decides)
        pixel = pixel_of[point]
        whole = ~np.isin(pixel * len(ground.geometry) + zone, parts)
        zone, pixel = zone[whole], pixel[whole]
        worst_first = np.argsort(-ground.order.place[zone])
        # Of several values for one place NumPy keeps the last.
        last[pixel[worst_first]] = zone[worst_first]
    return last


def _by_faces(ground: Ground, layers: _Layers, hard: Indices) -> Bools:
    """Tell of pixels, in ascending order, which have a face with another ruling."""
    chosen = np.isin(layers.pixel, hard)
    pixel, zone = np.searchsorted(hard, layers.pixel[chosen]), layers.zone[chosen]
    pixels = ground.pixels[hard]
    drawn = strokes(ground.outlines, pixels, only(ground.eligible, hard))
    zones = len(ground.geometry)
    drawn = drawn.where(np.isin(drawn.pixel * zones + drawn.polygon, pixel * zones + zone))
    drawn = drawn.where(enters(drawn))
    result = np.zeros(len(hard), dtype=bool)
    own, last = layers.own[hard], ground.place(layers.last[hard])
    other = ground.ruling(zone) != own[pixel]
    seamless = (np.bincount(pixel, other, len(hard)) == 0) & _only_seams(drawn, len(hard))
    drawn = drawn.where(~seamless[drawn.pixel])
    if len(drawn.pixel) == 0:
        return result
    faces = faces_of(drawn.starts, drawn.ends, drawn.pixel)
    starts = np.searchsorted(pixel, faces.group)
    face, layer = expand(starts, np.searchsorted(pixel, faces.group, side="right") - starts)
    lon, lat = faces.on_ground(pixels, faces.group)
    inside = shapely.intersects_xy(ground.geometry[zone[layer]], lon[face], lat[face])
    best = last[faces.group]
    np.minimum.at(best, face[inside], ground.place(zone[layer[inside]]))
    by_place = np.append(ground.order.best_first, _NO_ZONE)
    ruling = ground.ruling(by_place[np.minimum(best, len(by_place) - 1)])
    result[faces.group[(ruling != own[faces.group]) & (faces.area > NOTHING)]] = True
    return result


def _only_seams(drawn: Strokes, count: int) -> Bools:
    """Tell in which pixels every stroke is met by the same one backwards, of a neighbour."""
    (x, y), (to_x, to_y) = drawn.starts, drawn.ends
    forwards = (x < to_x) | ((x == to_x) & (y < to_y))
    near = np.where(forwards, drawn.starts, drawn.ends)
    far = np.where(forwards, drawn.ends, drawn.starts)
    keys = np.stack([drawn.pixel.astype(float), *near, *far])
    order = np.lexsort(keys)
    new = (np.diff(keys[:, order], prepend=np.nan) != 0).any(axis=0)
    number = np.cumsum(new) - 1
    balance = np.bincount(number, np.where(forwards, 1, -1)[order])
    open_ = np.bincount(drawn.pixel[order][new], balance != 0, count)
    seams: Bools = open_ == 0
    return seams
