"""What FIRMS calls its products, and what each of them looked with.

FIRMS area API, documentation of SOURCE and of `data_availability`: a sensor's standard product
(SP) begins and its near-real-time product (NRT) ends today; where one ends the other begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from imagery.feeds.errors import feed_error


@dataclass(frozen=True)
class FirmsSource:
    """One product of FIRMS.

    Parameters
    ----------
    platforms
        Satellites in one file.
    version
        Version of its rows at present; only said of answers without a row.
    """

    name: str
    group: str
    platforms: tuple[str, ...]
    sensor: str
    family: str
    version: str


def _viirs(group: str, platform: str) -> tuple[FirmsSource, FirmsSource]:
    return (
        FirmsSource(f"{group}_SP", group, (platform,), "VIIRS", "VIIRS_I", "2"),
        FirmsSource(f"{group}_NRT", group, (platform,), "VIIRS", "VIIRS_I", "2.0NRT"),
    )


_ALL: Final = (
    *_viirs("VIIRS_SNPP", "S-NPP"),
    *_viirs("VIIRS_NOAA20", "NOAA-20"),
    *_viirs("VIIRS_NOAA21", "NOAA-21"),
    FirmsSource("MODIS_SP", "MODIS", ("Terra", "Aqua"), "MODIS", "MODIS", "61.03"),
    FirmsSource("MODIS_NRT", "MODIS", ("Terra", "Aqua"), "MODIS", "MODIS", "6.1NRT"),
)
SOURCES: Final[Mapping[str, FirmsSource]] = {source.name: source for source in _ALL}
GROUPS: Final[tuple[str, ...]] = tuple(dict.fromkeys(source.group for source in _ALL))

Availability = Mapping[str, tuple[date, date]]
"""First and last day that FIRMS has of each of its products."""


def sources_of(names: Sequence[str]) -> list[tuple[FirmsSource, ...]]:
    """Return for each name the products that may serve it, the best first.

    Parameters
    ----------
    names
        Of products (VIIRS_SNPP_NRT) or of sensors (VIIRS_SNPP: standard, else near-real-time).

    Raises
    ------
    FeedError
        If a name is none of FIRMS's.
    """
    chosen = []
    for name in dict.fromkeys(name.strip().upper() for name in names):
        serving = tuple(source for source in _ALL if name in (source.name, source.group))
        if not serving:
            known = ", ".join([*GROUPS, *SOURCES])
            raise feed_error("firms_source", found=name, known=known)
        chosen.append(serving)
    return chosen


@dataclass(frozen=True)
class Chosen:
    """Which product serves which days.

    Parameters
    ----------
    days
        UTC days by product.
    without
        Days that no product of a sensor has, by the sensor's or product's name.
    """

    days: Mapping[FirmsSource, tuple[date, ...]]
    without: Mapping[str, tuple[date, ...]]


def choose(
    wanted: Sequence[tuple[FirmsSource, ...]], days: Sequence[date], there: Availability
) -> Chosen:
    """Return the best product for each sensor and day."""
    chosen: dict[FirmsSource, tuple[date, ...]] = {}
    without: dict[str, tuple[date, ...]] = {}
    for serving in wanted:
        left = list(days)
        for source in serving:
            first, last = there.get(source.name, (date.max, date.min))
            taken = tuple(day for day in left if first <= day <= last)
            left = [day for day in left if day not in set(taken)]
            if taken:
                chosen[source] = taken
        if left:
            name = serving[0].name if len(serving) == 1 else serving[0].group
            without[name] = tuple(left)
    return Chosen(chosen, without)
