"""Gaps against the rule that restricted is all that is not ban."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.time import date_of_day_number
from zones.check.days import busiest_days, counts_on, counts_on_any
from zones.check.finding import Found, inner_point, place_text
from zones.check.homes import home_geometry, home_names
from zones.check.rings import TRIFLE_KM2
from zones.check.subject import BAN, RESTRICTED, Subject
from zones.check.territory import Territory, territory
from zones.check.uncovered import TOUCHING_DEGREES, Uncovered, uncovered
from zones.places.areas import GAP_KM

# Looking at a day takes about a second for a whole region; a notice has one first day.
MOST_DAYS = 2
_PLACES_NAMED = 3


@dataclass(frozen=True, eq=False)
class Gaps:
    """Ground of the areas under the rule that no zone covers on a day.

    Parameters
    ----------
    day
        Days since 1970-01-01.
    adcode
        The areas, cities or counties.
    wide
        Ground wider than `GAP_KM`; its `area` is a position in `adcode`.
    inner_strips, border_strips
        Narrower ground, within the area and along its border.
    """

    day: int
    adcode: tuple[int, ...]
    wide: Uncovered
    inner_strips: Uncovered
    border_strips: Uncovered


def gaps(subject: Subject) -> Iterator[Found]:
    """Yield, a city or county and day, the ground that is neither banned nor restricted."""
    for found in gaps_of(subject):
        yield from _by_area(subject, found, found.wide)


def gaps_within(subject: Subject) -> Iterator[Found]:
    """Yield, a city or county and day, strips between zones: lines digitised apart."""
    for found in gaps_of(subject):
        yield from _by_area(subject, found, found.inner_strips)


def gaps_at_the_border(subject: Subject) -> Iterator[Found]:
    """Yield, a city or county and day, strips along its border: another boundary layer."""
    for found in gaps_of(subject):
        yield from _by_area(subject, found, found.border_strips)


def cities_without_restricted(subject: Subject) -> Iterator[Found]:
    """Yield the cities in which the file has bans and nothing in force is restricted, as one."""
    for day in _days(subject):
        codes = _territory(subject, day).banned_only
        if codes:
            names = home_names(subject.areas)
            yield Found(
                (),
                values={
                    "home": "、".join(names[code] for code in codes),
                    "day": str(date_of_day_number(day)),
                },
            )


def days_not_looked_at(subject: Subject) -> Iterator[Found]:
    """Yield the zones in force on none of the days for which gaps were looked for, as one."""
    days = _days(subject)
    unseen = _ruling(subject) & counts_on_any(subject.zones)
    for day in days:
        unseen &= ~counts_on(subject.zones, day)
    rows = tuple(np.flatnonzero(unseen).tolist())
    if rows:
        looked_at = "、".join(str(date_of_day_number(day)) for day in days)
        yield Found(rows, values={"count": len(rows), "day": looked_at})


@lru_cache(maxsize=1)
def gaps_of(subject: Subject) -> tuple[Gaps, ...]:
    """Return the gaps on the days on which most of the file's zones are in force."""
    return tuple(_gaps_on(subject, day) for day in _days(subject))


def _gaps_on(subject: Subject, day: int) -> Gaps:
    of_day, polygon = _territory(subject, day), home_geometry(subject.areas)
    areas = np.array([polygon[code] for code in of_day.adcode], dtype=object)
    zones = subject.with_record.geometry[of_day.zones]
    wide, strips = uncovered(areas, zones, GAP_KM)
    borders = shapely.boundary(areas)
    shapely.prepare(borders)
    at_border = np.zeros(len(strips.area), dtype=bool)
    if len(areas):
        at_border = shapely.dwithin(borders[strips.area], strips.shape, TOUCHING_DEGREES)
    return Gaps(day, of_day.adcode, wide, strips[~at_border], strips[at_border])


def _days(subject: Subject) -> list[int]:
    return busiest_days(subject.zones[_ruling(subject)], MOST_DAYS)


def _ruling(subject: Subject) -> NDArray[np.bool_]:
    return subject.zones["kind"].isin([BAN, RESTRICTED]).to_numpy(dtype=bool)


@lru_cache(maxsize=MOST_DAYS)
def _territory(subject: Subject, day: int) -> Territory:
    return territory(subject, day)


def _by_area(subject: Subject, found: Gaps, ground: Uncovered) -> Iterator[Found]:
    names = home_names(subject.areas)
    for position in np.unique(ground.area).tolist():
        own = ground[ground.area == position]
        total_km2 = float(own.area_km2.sum())
        if total_km2 < TRIFLE_KM2:
            continue
        places = _biggest(own)
        yield Found(
            (), *places[0], total_km2, own.shape,
            values={
                "home": names[found.adcode[position]],
                "day": str(date_of_day_number(found.day)),
                "count": len(np.unique(own.hole)),
                "total_km2": total_km2,
                "places": "; ".join(place_text(*place) for place in places),
                "width_m": 1000 * GAP_KM,
                "source": subject.areas.source,
            },
        )  # fmt: skip


def _biggest(own: Uncovered) -> list[tuple[float, float]]:
    """Return a place in each of the biggest holes."""
    pieces = pd.DataFrame({"hole": own.hole, "area_km2": own.area_km2})
    size = pieces.groupby("hole")["area_km2"].sum().sort_values(ascending=False, kind="stable")
    largest = pieces.groupby("hole")["area_km2"].idxmax()[size.index[:_PLACES_NAMED]]
    return [inner_point(shape) for shape in own.shape[largest.to_numpy()]]
