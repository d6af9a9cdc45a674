"""Polygons, parts and holes so thin or small that no one can have meant them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from firewatch.core.geo import KM_PER_DEGREE
from zones.check.finding import Found, inner_point
from zones.check.pieces import Pieces
from zones.check.subject import Subject
from zones.geometry.arrays import Bools
from zones.geometry.measures import mean_width_km, roundness

# Two drafts of one line at the usual scale of 1:10,000 part by some 5-10 m each way; the narrowest
# strip that a notice draws (the side of a road) is a hundred metres wide.
SLIVER_WIDTH_KM = 0.03
# 4·pi·area/perimeter²: a circle has 1, a square 0.79, a strip ten times as long as wide 0.26, and
# fifty times 0.06.
SLIVER_ROUNDNESS = 0.1
# 1,000 m² or one and a half mu: smaller than any field, let alone a zone.
TINY_KM2 = 0.001


def sliver_polygons(subject: Subject) -> Iterator[Found]:
    """Yield features that are nothing but slivers."""
    yield from _by_feature(_slivers(subject.parts), _only_slivers(subject))


def sliver_parts(subject: Subject) -> Iterator[Found]:
    """Yield features of which some parts are slivers."""
    yield from _by_feature(_slivers(subject.parts), ~_only_slivers(subject))


def sliver_holes(subject: Subject) -> Iterator[Found]:
    """Yield features with holes that are slivers."""
    yield from _by_feature(_slivers(subject.holes), np.ones(len(subject), dtype=bool))


def tiny_polygons(subject: Subject) -> Iterator[Found]:
    """Yield features smaller than a field."""
    yield from _by_feature(_tiny(subject.parts), subject.area_km2 < TINY_KM2)


def tiny_parts(subject: Subject) -> Iterator[Found]:
    """Yield features of which some parts are smaller than a field."""
    yield from _by_feature(_tiny(subject.parts), subject.area_km2 >= TINY_KM2)


def tiny_holes(subject: Subject) -> Iterator[Found]:
    """Yield features with holes smaller than a field."""
    yield from _by_feature(_tiny(subject.holes), np.ones(len(subject), dtype=bool))


def _slivers(pieces: Pieces) -> Pieces:
    # No way round is longer than its degrees all counted as long as those of a meridian.
    narrowest_km = 2 * pieces.area_km2 / (KM_PER_DEGREE * shapely.length(pieces.shapes))
    few = pieces[narrowest_km < SLIVER_WIDTH_KM]
    return few[_is_sliver(few)]


def _is_sliver(pieces: Pieces) -> Bools:
    thin: Bools = mean_width_km(pieces.shapes) < SLIVER_WIDTH_KM
    return thin & (roundness(pieces.shapes) < SLIVER_ROUNDNESS)


def _tiny(pieces: Pieces) -> Pieces:
    small = pieces[pieces.area_km2 < TINY_KM2]
    # What is a sliver is told as one.
    return small[~_is_sliver(small)]


def _only_slivers(subject: Subject) -> Bools:
    parts = np.bincount(subject.parts.row, minlength=len(subject))
    only: Bools = parts == np.bincount(_slivers(subject.parts).row, minlength=len(subject))
    return only


def _by_feature(pieces: Pieces, rows: Bools) -> Iterator[Found]:
    for row in np.unique(pieces.row[rows[pieces.row]]).tolist():
        own = pieces[pieces.row == row]
        biggest = int(np.argmax(own.area_km2))
        width_km = float(mean_width_km(own.shapes[[biggest]])[0])
        total_km2 = float(own.area_km2.sum())
        yield Found(
            (row,), *inner_point(own.shapes[biggest]), total_km2, own.shapes,
            values={"count": len(own.row), "total_km2": total_km2, "width_m": 1000 * width_km},
        )  # fmt: skip
