"""Ground within a distance of a thing, true on the ellipsoid.

A plane is true to scale only near its centre. So everything is cut along a grid of cells, each
cell gets an azimuthal equidistant projection of its own, and the pieces' buffers are joined
afterwards: the buffer of a whole is the union of its pieces' buffers.

Errors, as shares of the distance (GEOS 3.14): the projection at 100 km from its centre 0.004 %;
corners of an arc and GEOS's own simplifying together less than 0.05 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import KM_PER_DEGREE, Extent, Floats
from zones.geometry.arrays import Geometries, Indices

MOST_KM = 50.0
"""The greatest distance that the projections are meant for."""

_CELL_DEGREES = 1.0
_QUARTER_CORNERS = 40
# A line straight in degrees leaves one straight on the plane by 9 cm over 3 km.
_STRAIGHT_KM = 3.0

_MANY_CORNERS = 200
_CHUNK_EDGES = 8
_OUTLINED = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTILINESTRING,
    shapely.GeometryType.MULTIPOLYGON,
)


@dataclass(frozen=True, eq=False)
class Distances:
    """How far each feature reaches, km; arrays of one length.

    Parameters
    ----------
    all_round
        0 takes the feature as it is.
    upwind
        Within the sector round `wind_from`, bearings (degrees) as seen from each point of the
        feature; NaN reaches no further than all round.
    wind_from
        Bearing from which the wind comes, degrees from north.
    half_width
        Half of the sector's angle, above 0 to 90 degrees.
    """

    all_round: Floats
    upwind: Floats
    wind_from: Floats
    half_width: Floats

    def __getitem__(self, chosen: NDArray[np.bool_] | Indices) -> Distances:
        return Distances(
            self.all_round[chosen],
            self.upwind[chosen],
            self.wind_from[chosen],
            self.half_width[chosen],
        )

    @property
    def greatest(self) -> float:
        """The greatest distance of all, km."""
        return float(np.nanmax([self.all_round, self.upwind], initial=0.0))


def reach(geometry: Geometries, distances: Distances, region: Extent) -> tuple[Geometries, Indices]:
    """Return polygons in degrees that together are the ground reached, and whose each is.

    Parameters
    ----------
    geometry
        Valid points, lines, polygons or collections of them, WGS-84 degrees.
    region
        Only ground in this box is wanted: what lies too far from it reaches nothing.

    Returns
    -------
    polygons, owner
        Any number of pieces a feature; `owner` is the feature's position in `geometry`.
    """
    whole = np.flatnonzero(distances.all_round == 0)
    grown = np.flatnonzero(distances.all_round > 0)
    cells = _cells(region, distances.greatest)
    pieces, owner, cell = _cut(geometry[grown], cells)
    shapes, owners = [geometry[whole]], [whole]
    for number in np.unique(cell):
        here = cell == number
        of_cell = grown[owner[here]]
        drawn, local = _grown(pieces[here], distances[of_cell], cells[number])
        shapes.append(drawn)
        owners.append(of_cell[local])
    return np.concatenate(shapes), np.concatenate(owners)


def _cells(region: Extent, reach_km: float) -> Geometries:
    margin_y = reach_km / KM_PER_DEGREE * 1.1
    margin_x = margin_y / np.cos(np.radians(max(abs(region.south), abs(region.north)) + margin_y))
    west = _edges(region.west - margin_x, region.east + margin_x)
    south = _edges(region.south - margin_y, region.north + margin_y)
    x, y = (axis.ravel() for axis in np.meshgrid(west, south))
    return np.asarray(shapely.box(x, y, x + _CELL_DEGREES, y + _CELL_DEGREES), dtype=object)


def _edges(low: float, high: float) -> Floats:
    first, last = np.floor(low / _CELL_DEGREES), np.ceil(high / _CELL_DEGREES)
    return cast(Floats, np.arange(first, last) * _CELL_DEGREES)


def _cut(geometry: Geometries, cells: Geometries) -> tuple[Geometries, Indices, Indices]:
    """Return pieces, the feature of each and the cell of each."""
    owner, cell = shapely.STRtree(cells).query(geometry, predicate="intersects")
    pieces = geometry[owner]
    over = ~shapely.covers(cells[cell], pieces)
    pieces[over] = shapely.intersection(pieces[over], cells[cell[over]])
    return pieces, owner, cell


def _grown(
    pieces: Geometries, distances: Distances, cell: shapely.Polygon
) -> tuple[Geometries, Indices]:
    to_plane, to_degrees = _projection(cell)
    flat = shapely.transform(shapely.segmentize(pieces, _STRAIGHT_KM / KM_PER_DEGREE), to_plane)
    is_jagged = _is_jagged(flat)
    smooth, jagged = np.flatnonzero(~is_jagged), np.flatnonzero(is_jagged)
    chunks, of_chunk = _chunks(flat[jagged])
    of_round = np.concatenate([smooth, jagged[of_chunk]])
    round_ = shapely.buffer(
        np.concatenate([flat[smooth], chunks]),
        1000 * distances.all_round[of_round],
        quad_segs=_QUARTER_CORNERS,
    )
    blown, of_blown = _upwind(flat, distances)
    grown = shapely.segmentize(np.concatenate([round_, blown]), 1000 * _STRAIGHT_KM)
    inside = jagged[shapely.get_dimensions(flat[jagged]) == 2]
    shapes = np.concatenate([shapely.transform(grown, to_degrees), pieces[inside]])
    return shapes, np.concatenate([of_round, of_blown, inside])


def _is_jagged(flat: Geometries) -> NDArray[np.bool_]:
    """Say which shapes have so many corners that their outlines are better taken in chunks.

    GEOS takes quadratic time over an outline with a corner at every building or pixel. A shape's
    buffer is the shape itself and the buffers of the chunks of its outline.
    """
    outlined = np.isin(shapely.get_type_id(flat), _OUTLINED)
    is_jagged: NDArray[np.bool_] = outlined & (shapely.get_num_coordinates(flat) > _MANY_CORNERS)
    return is_jagged


def _chunks(flat: Geometries) -> tuple[Geometries, Indices]:
    """Return the outlines of lines and polygons in chunks of a few edges, and whose each is."""
    parts, owner = simple_parts(flat)
    lines, of_line = shapely.get_parts(_outlines(parts), return_index=True)
    xy, corners = shapely.get_coordinates(lines), shapely.get_num_coordinates(lines)
    last = np.cumsum(corners) - 1
    count = -((1 - corners) // _CHUNK_EDGES)
    line = np.repeat(np.arange(len(lines)), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    start = (last - corners + 1)[line] + _CHUNK_EDGES * place
    corner = np.minimum(start[:, None] + np.arange(_CHUNK_EDGES + 1), last[line][:, None])
    return np.asarray(shapely.linestrings(xy[corner]), dtype=object), owner[of_line[line]]


def _outlines(parts: Geometries) -> Geometries:
    """Return the boundaries of polygons, and all else as it is."""
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    outlines = parts.copy()
    outlines[areal] = shapely.boundary(parts[areal])
    return outlines


Change = Callable[[Floats], Floats]


def _projection(cell: shapely.Polygon) -> tuple[Change, Change]:
    """Return degrees → metres and back, true to scale about the middle of a cell."""
    from pyproj import Proj

    west, south, east, north = cell.bounds
    plane = Proj(proj="aeqd", lon_0=(west + east) / 2, lat_0=(south + north) / 2, ellps="WGS84")

    def changed(xy: Floats, inverse: bool) -> Floats:
        return np.column_stack(plane(xy[:, 0], xy[:, 1], inverse=inverse))

    return lambda xy: changed(xy, False), lambda xy: changed(xy, True)


def _upwind(flat: Geometries, distances: Distances) -> tuple[Geometries, Indices]:
    """Return what the sector sweeps when its tip is led along each feature's points and edges.

    With the feature itself, which lies in its buffer, that is all that the sector reaches from
    any of its points, for the sector is convex and holds its tip.
    """
    blown = np.flatnonzero(np.isfinite(distances.upwind) & np.isfinite(distances.wind_from))
    swept: list[Geometries] = [np.array([], dtype=object)]
    owners: list[Indices] = [np.array([], dtype=np.intp)]
    for number in blown:
        sector = _sector(distances[np.array([number])])
        start, end = _edges_of(flat[number])
        corners = np.concatenate([start[:, None] + sector, end[:, None] + sector], axis=1)
        hulls = shapely.convex_hull(shapely.multipoints(corners))
        swept.append(np.asarray(hulls, dtype=object))
        owners.append(np.full(len(start), number, dtype=np.intp))
    return np.concatenate(swept), np.concatenate(owners)


def _sector(distances: Distances) -> Floats:
    """Return the corners of the sector of one feature with its tip at (0, 0), metres."""
    middle, half = distances.wind_from[0], distances.half_width[0]
    steps = int(np.ceil(2 * half * _QUARTER_CORNERS / 90)) + 1
    bearings = np.radians(np.linspace(middle - half, middle + half, steps))
    arc = 1000 * distances.upwind[0] * np.column_stack([np.sin(bearings), np.cos(bearings)])
    return np.vstack([[0.0, 0.0], arc])


def _edges_of(shape: shapely.Geometry) -> tuple[Floats, Floats]:
    """Return where the edges of a shape start and end, metres; a point is an edge of no length."""
    parts, _ = simple_parts(np.array([shape], dtype=object))
    lines = shapely.get_parts(_outlines(parts))
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = line[:-1] == line[1:]
    points = shapely.get_coordinates(lines[shapely.get_dimensions(lines) == 0])
    return np.vstack([xy[:-1][same], points]), np.vstack([xy[1:][same], points])


def simple_parts(geometry: Geometries) -> tuple[Geometries, Indices]:
    """Return points, lines and polygons of which geometries are made, and whose each is."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    while np.any(shapely.get_type_id(parts) > shapely.GeometryType.POLYGON):
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    return parts, owner
