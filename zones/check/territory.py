"""Where the rule "restricted is all that is not ban" holds, by the zones in force on a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zones.check.days import counts_on
from zones.check.homes import NOWHERE, Homes, homes, main_area, region_code
from zones.check.outside import homes_of
from zones.check.subject import BAN, RESTRICTED, Subject, Together
from zones.geometry.arrays import Indices
from zones.places.adcodes import city_of

# A restricted zone that lies in one county but for this is that county's.
_OF_ONE_COUNTY_SHARE = 0.95

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Territory:
    """The areas whose ground should be covered, and the zones that cover it.

    Parameters
    ----------
    adcode
        Cities, and counties that drew zones of their own where their city did not.
    zones
        Positions of the ban and restricted zones in force, the file's and those on record.
    banned_only
        Cities in which the file has bans and nothing is restricted.
    """

    adcode: tuple[int, ...]
    zones: Indices
    banned_only: tuple[int, ...]


def territory(subject: Subject, day: int) -> Territory:
    """Return the areas under the rule on a day.

    An area is under the rule if a restricted zone is of it: the area that the zone's own column or
    authority names, else the county that it lies in, else the city. Only areas in which the file
    has a ban or restricted zone are looked at.
    """
    together = subject.with_record
    in_force = counts_on(together.zones, day)
    bans, restricted = (
        rows[in_force[rows]] for rows in map(together.distinct_rows_of, (BAN, RESTRICTED))
    )
    zones = np.concatenate([bans, restricted])
    of_file = zones[zones < together.of_file]
    own_cities = set(homes_of(subject).city[of_file].tolist()) - {NOWHERE}
    claimed = _claimed(subject, together, restricted)
    cities = set(subject.areas.city_names())
    if region_code(subject.areas) in claimed:
        claimed |= cities
    counties = {code for code in claimed - cities if _city(code) not in claimed}
    under_rule = (claimed & cities) | (counties & set(subject.areas.county_names()))
    banned = set(homes_of(subject).city[bans[bans < together.of_file]].tolist()) - {NOWHERE}
    ruled_cities = {_city(code) for code in under_rule}
    return Territory(
        tuple(sorted(code for code in under_rule if _city(code) in own_cities)),
        zones,
        tuple(sorted(banned - ruled_cities)),
    )


def _city(code: int) -> int:
    return int(city_of([code])[0])


def _claimed(subject: Subject, together: Together, restricted: Indices) -> set[int]:
    own = _homes_together(subject, together, restricted)
    declared = set(own.adcode[own.declared].tolist())
    rows = restricted[~own.declared]
    cities = own.city[~own.declared]
    areas = subject.areas
    county, share = main_area(
        together.geometry[rows], areas.geometry, areas.counties["adcode"].to_numpy()
    )
    lies_in: dict[int, set[int]] = {}
    for city, code, part in zip(cities.tolist(), county.tolist(), share.tolist(), strict=True):
        lies_in.setdefault(city, set()).add(code if part >= _OF_ONE_COUNTY_SHARE else city)
    undeclared = {codes.pop() if len(codes) == 1 else city for city, codes in lies_in.items()}
    return (declared | undeclared) - {NOWHERE}


def _homes_together(subject: Subject, together: Together, rows: Indices) -> Homes:
    """Return the homes of zones of the file and on record."""
    in_file, on_record = rows[rows < together.of_file], rows[rows >= together.of_file]
    own = homes_of(subject)
    authority = together.zones["authority"].iloc[on_record].tolist()
    other = homes(together.geometry[on_record], authority, [()] * len(on_record), subject.areas)
    return Homes(
        np.concatenate([own.adcode[in_file], other.adcode]),
        np.concatenate([own.declared[in_file], other.declared]),
        np.concatenate([own.city[in_file], other.city]),
    )
