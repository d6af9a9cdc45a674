"""Ground that zones in force together both claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from firewatch.core.geo import Floats
from firewatch.core.time import date_of_day_number
from zones.check.common_time import common_days, common_time
from zones.check.finding import Found, inner_point, inner_points
from zones.check.subject import BAN, RESTRICTED, Subject, Together
from zones.check.threads import elementwise
from zones.geometry.arrays import Bools, Geometries, Indices
from zones.geometry.measures import area_km2, mean_width_km, polygonal, somewhere_as_wide

# Two offices that trace one border on one map part by this much; what is wider was drawn twice.
STRIP_KM = 0.05
# Positions are read to a metre; less is the rounding of numbers.
ROUNDING_KM = 0.001
# How many pairs are measured, those whose boxes share most first: of ban with restricted zones
# all that a sound file can have, of zones of one kind enough to see how it is.
MOST_CONTRADICTIONS = 20_000
_MOST_OF_ONE_KIND = 500


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pairs of zones in force together, what both cover, and whether it is more than a strip.

    Parameters
    ----------
    one, other
        Positions of the zones.
    shape, area_km2
        What both cover.
    wide
        Whether it is somewhere as wide as `STRIP_KM`.
    unmeasured
        Pairs that touch and were not measured.
    """

    one: Indices
    other: Indices
    shape: Geometries
    area_km2: Floats
    wide: Bools
    unmeasured: int = 0

    def __getitem__(self, chosen: Bools) -> Overlaps:
        return Overlaps(
            self.one[chosen], self.other[chosen], self.shape[chosen],
            self.area_km2[chosen], self.wide[chosen], self.unmeasured,
        )  # fmt: skip


def contradictions(subject: Subject) -> Iterator[Found]:
    """Yield each overlap of a ban and a restricted zone, one of them in the file."""
    together, overlaps = subject.with_record, ban_and_restricted(subject.with_record)
    chosen = overlaps[overlaps.wide]
    first, _ = common_days(together.zones, chosen.one, chosen.other)
    called, share = _called(together), chosen.area_km2 / together.area_km2[chosen.one]
    places = inner_points(chosen.shape)
    pairs = zip(chosen.one.tolist(), chosen.other.tolist(), strict=True)
    for i, (ban, restricted) in enumerate(pairs):
        total_km2 = float(chosen.area_km2[i])
        yield Found(
            together.rows_in_file(ban, restricted), *places[i], total_km2, chosen.shape[[i]],
            together.ids_on_record(ban, restricted),
            {
                "ban": called[ban],
                "restricted": called[restricted],
                "total_km2": total_km2,
                "of_ban_share": float(share[i]),
                "day": str(date_of_day_number(int(first[i]))),
            },
        )  # fmt: skip


def contradicting_strips(subject: Subject) -> Iterator[Found]:
    """Yield the narrow overlaps of ban and restricted zones along shared borders, as one."""
    overlaps = ban_and_restricted(subject.with_record)
    yield from _sum(subject.with_record, overlaps[~overlaps.wide])


def contradictions_not_measured(subject: Subject) -> Iterator[Found]:
    """Yield how many further pairs of ban and restricted zones touch, where there are very many."""
    unmeasured = ban_and_restricted(subject.with_record).unmeasured
    if unmeasured:
        yield Found((), values={"unmeasured": unmeasured, "measured": MOST_CONTRADICTIONS})


def overlaps_of_one_kind(subject: Subject) -> Iterator[Found]:
    """Yield, a kind, the overlaps of its zones in the file, as one."""
    together = subject.with_record
    for kind in sorted(set(subject.zones["kind"])):
        rows = together.distinct_rows_of(kind)
        rows = rows[rows < together.of_file]
        one, other = _meeting(together, rows, rows)
        pairs = one < other
        overlaps = _measured(together, one[pairs], other[pairs], _MOST_OF_ONE_KIND)
        values = {"zone_kind": (kind,), "unmeasured": overlaps.unmeasured}
        yield from _sum(together, overlaps[overlaps.wide], values)


@lru_cache(maxsize=1)
def ban_and_restricted(together: Together) -> Overlaps:
    """Return the overlaps of ban (`one`) and restricted (`other`) zones that touch the file."""
    bans, restricted = together.distinct_rows_of(BAN), together.distinct_rows_of(RESTRICTED)
    one, other = _meeting(together, bans, restricted)
    of_file = (one < together.of_file) | (other < together.of_file)
    return _measured(together, one[of_file], other[of_file], MOST_CONTRADICTIONS)


def _meeting(together: Together, ones: Indices, others: Indices) -> tuple[Indices, Indices]:
    """Return pairs that touch and are in force together."""
    shapely.prepare(together.geometry[ones])
    tree = shapely.STRtree(together.geometry[others])
    one, other = tree.query(together.geometry[ones], predicate="intersects")
    one, other = ones[one], others[other]
    met = common_time(together.zones, one, other)
    return one[met], other[met]


def _measured(together: Together, one: Indices, other: Indices, most: int) -> Overlaps:
    """Return what pairs cover together, without what is only rounding."""
    unmeasured = max(0, len(one) - most)
    if unmeasured:
        biggest = np.argsort(-_box_overlap(together.geometry, one, other), kind="stable")[:most]
        one, other = one[biggest], other[biggest]
    geometry = together.geometry
    shape = polygonal(elementwise(shapely.intersection, geometry[one], geometry[other]))
    solid = shapely.area(shape) > 0
    one, other, shape = one[solid], other[solid], shape[solid]
    real = mean_width_km(shape) > ROUNDING_KM
    one, other, shape = one[real], other[real], shape[real]
    wide = somewhere_as_wide(shape, STRIP_KM)
    return Overlaps(one, other, shape, area_km2(shape), wide, unmeasured)


def _box_overlap(geometry: Geometries, one: Indices, other: Indices) -> Floats:
    a, b = shapely.bounds(geometry[one]), shapely.bounds(geometry[other])
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    size: Floats = np.clip(sides, 0, None).prod(axis=1)
    return size


def _sum(
    together: Together, overlaps: Overlaps, values: dict[str, object] | None = None
) -> Iterator[Found]:
    if len(overlaps.one) == 0:
        return
    members = np.unique(np.concatenate([overlaps.one, overlaps.other])).tolist()
    biggest = int(np.argmax(overlaps.area_km2))
    total_km2 = float(overlaps.area_km2.sum())
    yield Found(
        together.rows_in_file(*members),
        *inner_point(overlaps.shape[biggest]),
        total_km2,
        overlaps.shape,
        together.ids_on_record(*members),
        {
            "count": len(overlaps.one),
            "total_km2": total_km2,
            "biggest_km2": float(overlaps.area_km2[biggest]),
            **(values or {}),
        },
    )


def _called(together: Together) -> list[str]:
    """Return what each zone is called, those on record with their notice."""
    names = "“" + together.zones["name"] + "”"
    noticed = names + "（" + together.zones["notice"] + "）"
    return [*names[: together.of_file], *noticed[together.of_file :]]
