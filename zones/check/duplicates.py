"""Polygons that are there twice: in the file, or in the file and on record."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from firewatch.core.geo import Floats
from zones.check.common_time import common_time
from zones.check.finding import Found, inner_point
from zones.check.subject import Subject, Together
from zones.check.threads import elementwise
from zones.geometry.arrays import Indices
from zones.register.register import NEVER

# Two polygons that differ by less than this share of the bigger one are two drafts of one.
NEAR_SHARE = 0.01
# The centres of two such polygons lie apart by at most about twice that share of their diagonal.
_CENTRES_APART = 3 * NEAR_SHARE
# Of very many pairs those with the nearest centres are compared.
_MOST_COMPARED = 5_000
# Where zones stand in this order, those that meet in time stand side by side.
_ORDER = (
    "shape", "kind", "crop", "months", "hours_from_min", "hours_to_min", "valid_from", "zone",
)  # fmt: skip


def repeated(subject: Subject) -> Iterator[Found]:
    """Yield features that are the same zone in every respect; the register keeps them once."""
    together = subject.with_record
    group = pd.Series(together.zone_group[: together.of_file])
    for _, same in group[group.duplicated(keep=False)].groupby(group, sort=False):
        yield _found(subject, tuple(same.index.tolist()))


def same_shape(subject: Subject) -> Iterator[Found]:
    """Yield features of one kind and time with the same shape and another name or notice.

    The same shape is the same wherever its ring begins and whichever way it runs.
    """
    together = subject.with_record
    one, other = _of_one_shape(together)
    both = (one < together.of_file) & (other < together.of_file)
    rows = pd.Series(np.concatenate([one[both], other[both]])).drop_duplicates().sort_values()
    shapes = together.shape_group[rows.to_numpy()]
    for _, same in rows.groupby(shapes, sort=False):
        yield _found(subject, tuple(same.tolist()))


def near_repeats(subject: Subject) -> Iterator[Found]:
    """Yield features of one kind and time that differ by a hair, each with the next of a chain."""
    together = subject.with_record
    rows = np.flatnonzero(together.distinct[: together.of_file])
    one, other, share = _near_pairs(together, rows, rows)
    count = len(subject)
    _, group = connected_components(
        coo_array((np.ones(len(one)), (one, other)), shape=(count, count)), directed=False
    )
    for number in np.unique(group[one]).tolist():
        members = tuple(np.flatnonzero(group == number).tolist())
        differing = float(share[group[one] == number].max())
        yield _found(subject, members, {"differ_share": differing})


def near_repeats_on_record(subject: Subject) -> Iterator[Found]:
    """Yield features that differ by a hair from a zone on record that counts beside them."""
    together = subject.with_record
    distinct = np.flatnonzero(together.distinct)
    in_file = distinct < together.of_file
    one, other, share = _near_pairs(together, distinct[in_file], distinct[~in_file])
    notices, names = together.zones["notice"], together.zones["name"]
    pairs = zip(one.tolist(), other.tolist(), share.tolist(), strict=True)
    for row, record, differing in sorted(pairs):
        values = {
            "notice": notices.iloc[record],
            "other": names.iloc[record],
            "differ_share": differing,
        }
        yield _found(subject, (row,), values, together.ids_on_record(record))


def on_record(subject: Subject) -> Iterator[Found]:
    """Yield the features that the register already has as the file has them, as one finding."""
    yield from _known(subject, again=False)


def counting_again(subject: Subject) -> Iterator[Found]:
    """Yield the features that the register has as retired and the file does not."""
    yield from _known(subject, again=True)


def _known(subject: Subject, again: bool) -> Iterator[Found]:
    together = subject.with_all_on_record
    group, of_file = together.zone_group, together.of_file
    records = np.flatnonzero(group[of_file:] < of_file) + of_file
    retired = together.zones["retired_from"].to_numpy()
    comes_back = (retired[records] != NEVER) & (retired[group[records]] == NEVER)
    records = records[comes_back == again]
    rows = np.flatnonzero(np.isin(group[:of_file], group[records]))
    if len(rows):
        ids = together.ids_on_record(*records.tolist())
        by = "、".join(together.zones["retired_by"].iloc[records].unique())
        yield Found(tuple(rows.tolist()), against=ids, values={"count": len(rows), "by": by})


def same_shape_on_record(subject: Subject) -> Iterator[Found]:
    """Yield features whose shape the register has under another notice, name or date."""
    together = subject.with_record
    notices, names = together.zones["notice"], together.zones["name"]
    one, other = (side.tolist() for side in _of_one_shape(together))
    for row, record in sorted((min(pair), max(pair)) for pair in zip(one, other, strict=True)):
        if row < together.of_file <= record:
            values = {"notice": notices.iloc[record], "other": names.iloc[record]}
            yield _found(subject, (row,), values, together.ids_on_record(record))


def _of_one_shape(together: Together) -> tuple[Indices, Indices]:
    """Return neighbours among the zones of one shape and kind that are in force together.

    Neighbours only: of a shape that is there a thousand times half a million pairs say no more.
    """
    shared = np.bincount(together.shape_group)[together.shape_group] > 1
    zones = together.zones.assign(shape=together.shape_group, zone=together.zone_group)
    zones = zones[shared].sort_values(list(_ORDER))
    rows = zones.index.to_numpy(dtype=np.intp)
    one, other = rows[:-1], rows[1:]
    kind, zone = together.zones["kind"].to_numpy(), together.zone_group
    kept = together.shape_group[one] == together.shape_group[other]
    kept &= (kind[one] == kind[other]) & (zone[one] != zone[other])
    kept &= common_time(together.zones, one, other)
    return one[kept], other[kept]


def _near_pairs(
    together: Together, rows: Indices, beside: Indices
) -> tuple[Indices, Indices, Floats]:
    """Return pairs of one kind and time and nearly the same shape, and the share in which they
    differ: of `rows` the first, of `beside` a later one."""
    geometry, kind = together.geometry, together.zones["kind"].to_numpy()
    centres = shapely.centroid(geometry)
    west, south, east, north = shapely.bounds(geometry[rows]).T
    reach = _CENTRES_APART * np.hypot(east - west, north - south)
    tree = shapely.STRtree(centres[beside])
    one, other = tree.query(centres[rows], predicate="dwithin", distance=reach)
    one, other = rows[one], beside[other]
    area = shapely.area(geometry)
    small, big = np.minimum(area[one], area[other]), np.maximum(area[one], area[other])
    kept = (one < other) & (kind[one] == kind[other]) & (small >= (1 - NEAR_SHARE) * big)
    kept &= together.shape_group[one] != together.shape_group[other]
    one, other = one[kept], other[kept]
    kept = common_time(together.zones, one, other)
    one, other = one[kept], other[kept]
    if len(one) > _MOST_COMPARED:
        apart = shapely.distance(centres[one], centres[other])
        nearest = np.argsort(apart, kind="stable")[:_MOST_COMPARED]
        one, other = one[nearest], other[nearest]
    apart = shapely.area(elementwise(shapely.symmetric_difference, geometry[one], geometry[other]))
    share = apart / np.maximum(area[one], area[other])
    near = share < NEAR_SHARE
    return one[near], other[near], share[near]


def _found(
    subject: Subject,
    rows: tuple[int, ...],
    values: dict[str, object] | None = None,
    against: tuple[str, ...] = (),
) -> Found:
    shape, total_km2 = subject.geometry[rows[0]], float(subject.area_km2[rows[0]])
    return Found(
        rows, *inner_point(shape), total_km2, np.array([shape], dtype=object), against,
        values={"count": len(rows), "total_km2": total_km2, **(values or {})},
    )  # fmt: skip
