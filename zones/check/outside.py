"""Zones that lie, or reach, outside the city or county that they are of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from zones.check.finding import Found, inner_point, inner_points
from zones.check.homes import NOWHERE, Homes, home_geometry, home_names, homes
from zones.check.rings import TRIFLE_KM2
from zones.check.subject import Subject
from zones.check.threads import elementwise
from zones.geometry.arrays import Bools, Geometries
from zones.geometry.measures import area_km2, polygonal, somewhere_as_wide
from zones.places.areas import GAP_KM

# A zone of which not even a hundredth lies at home was drawn elsewhere.
ELSEWHERE_SHARE = 0.99
_NOWHERE_NAME = "区域之外 / outside the region"


@dataclass(frozen=True, eq=False)
class Outside:
    """The zones that reach outside their home, and what of them does.

    Parameters
    ----------
    row
        Position in the file.
    shape, area_km2
        What lies outside.
    is_wide
        Whether it is somewhere wider than two drafts of one border part.
    share
        Of the zone's area.
    declared
        Whether the file says which home the zone has.
    """

    row: NDArray[np.intp]
    shape: Geometries
    area_km2: Floats
    is_wide: Bools
    share: Floats
    declared: Bools


def elsewhere(subject: Subject) -> Iterator[Found]:
    """Yield zones that lie wholly outside the city or county that the file says they are of."""
    outside = outside_home(subject)
    chosen = outside.is_wide & outside.declared & (outside.share > ELSEWHERE_SHARE)
    yield from _each(subject, outside, chosen)


def reaching_out(subject: Subject) -> Iterator[Found]:
    """Yield zones that reach outside the city or county that the file says they are of."""
    outside = outside_home(subject)
    chosen = outside.is_wide & outside.declared & (outside.share <= ELSEWHERE_SHARE)
    yield from _each(subject, outside, chosen)


def beyond_the_region(subject: Subject) -> Iterator[Found]:
    """Yield zones of no declared area that lie in no city of the region at all."""
    outside = outside_home(subject)
    yield from _each(subject, outside, _nowhere(subject, outside))


def across_a_border(subject: Subject) -> Iterator[Found]:
    """Yield zones of no declared area that lie in several cities or leave the region."""
    outside = outside_home(subject)
    within = ~_nowhere(subject, outside)
    yield from _each(subject, outside, outside.is_wide & ~outside.declared & within)


def _nowhere(subject: Subject, outside: Outside) -> Bools:
    nowhere: Bools = homes_of(subject).adcode[outside.row] == NOWHERE
    return nowhere


def border_strips(subject: Subject) -> Iterator[Found]:
    """Yield zones that leave their home by strips narrower than `GAP_KM`, as one finding."""
    outside = outside_home(subject)
    strips = np.flatnonzero(~outside.is_wide & (outside.area_km2 >= TRIFLE_KM2))
    if len(strips) == 0:
        return
    total_km2 = float(outside.area_km2[strips].sum())
    biggest = strips[int(np.argmax(outside.area_km2[strips]))]
    yield Found(
        tuple(outside.row[strips].tolist()), *inner_point(outside.shape[biggest]), total_km2,
        outside.shape[strips],
        values={"count": len(strips), "total_km2": total_km2, "width_m": 1000 * GAP_KM,
                "source": subject.areas.source},
    )  # fmt: skip


@lru_cache(maxsize=1)
def homes_of(subject: Subject) -> Homes:
    """Return the homes of the file's zones."""
    authority = subject.zones["authority"].tolist()
    return homes(subject.geometry, authority, subject.written_areas, subject.areas)


@lru_cache(maxsize=1)
def outside_home(subject: Subject) -> Outside:
    """Return what of the file's zones lies outside their homes."""
    own, polygon = homes_of(subject), home_geometry(subject.areas)
    rows, shapes = [np.array([], dtype=np.intp)], [np.array([], dtype=object)]
    for code in np.unique(own.adcode).tolist():
        of_home = np.flatnonzero(own.adcode == code)
        home = polygon.get(code, shapely.Polygon())
        shapely.prepare(home)
        leaving = of_home[~shapely.covers(home, subject.geometry[of_home])]
        zones = subject.geometry[leaving]
        rows.append(leaving)
        shapes.append(elementwise(shapely.difference, zones, np.full(len(zones), home)))
    row, shape = np.concatenate(rows), polygonal(np.concatenate(shapes))
    order = np.argsort(row, kind="stable")
    row, shape = row[order], shape[order]
    area = area_km2(shape)
    wide = somewhere_as_wide(shape, GAP_KM)
    share = area / subject.area_km2[row]
    return Outside(row, shape, area, wide, share, own.declared[row])


def _each(subject: Subject, outside: Outside, chosen: Bools) -> Iterator[Found]:
    own, names = homes_of(subject), home_names(subject.areas)
    picked = np.flatnonzero(chosen)
    places = inner_points(outside.shape[picked])
    for i, place in zip(picked.tolist(), places, strict=True):
        row, total_km2 = int(outside.row[i]), float(outside.area_km2[i])
        yield Found(
            (row,), *place, total_km2, outside.shape[[i]],
            values={
                "home": names.get(int(own.adcode[row]), _NOWHERE_NAME),
                "lies_in": names.get(int(own.city[row]), _NOWHERE_NAME),
                "total_km2": total_km2,
                "outside_share": float(outside.share[i]),
            },
        )  # fmt: skip
