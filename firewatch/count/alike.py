"""Whether two seasons saw the same ground, and what to say where they did not.

Counts stay as they are. A fall of the count beside a fall of the clear land seen is no fall of
fires, and a city of which nothing was seen has no zero.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from firewatch.core.i18n import Texts
from firewatch.core.time import Period, local_day_number
from firewatch.count.ground import LAND_COLUMNS, days_of, reaching
from firewatch.count.names import AreaNames
from firewatch.count.seasons import SeasonPair
from firewatch.ledger.claims import claims_within, feeds_within
from firewatch.ledger.coverage import areas_seen_clear, ground_by_area, measured_granules
from firewatch.supersession import Claim
from imagery.coverage.ground import BASIS_COLUMN, FEED_PRESENT, MEASURED, NONE
from imagery.coverage.table import SAME_GRANULE_S

_SEASONS = ("base", "now")


@dataclass(frozen=True)
class Alike:
    """What to say of the ground seen in two seasons.

    Parameters
    ----------
    unseen
        City adcodes of which one of the seasons has seen nothing: no verdict.
    no_baseline
        Those of them that the season before never looked at, be it at cloud, while this season
        has seen them.
    """

    notes: tuple[str, ...]
    unseen: frozenset[int]
    no_baseline: frozenset[int]


@dataclass(frozen=True, eq=False)
class _Season:
    """One season: days measured, all days with data, and land seen by city.

    Parameters
    ----------
    clear_counties
        Counties of which clear land was seen by a granule whose fires are on record.
    """

    measured: NDArray[np.bool_]
    data: NDArray[np.bool_]
    land: pd.DataFrame
    feeds: tuple[Claim, ...]
    clear_counties: frozenset[int]

    @property
    def basis(self) -> str:
        if self.measured.any():
            return MEASURED
        return FEED_PRESENT if self.data.any() else NONE

    @property
    def measured_share(self) -> float:
        return float(self.measured.sum()) / max(int(self.data.sum()), 1)

    @property
    def clear_km2(self) -> float:
        return float(self.land["clear_km2"].sum())

    @property
    def clear_share(self) -> float:
        looked = float(self.land[list(LAND_COLUMNS)].to_numpy().sum())
        return self.clear_km2 / looked if looked else 0.0

    @property
    def looked_at(self) -> frozenset[int]:
        """Cities of which land was measured, be it under cloud."""
        land = self.land[list(LAND_COLUMNS)].sum(axis=1)
        return frozenset(int(code) for code in land.index[land > 0])

    @property
    def clear_a_day(self) -> float:
        return self.clear_km2 / max(int(self.measured.sum()), 1)


def days_with_data(connection: Connection, period: Period) -> int:
    """Return on how many local days of a period ground was measured or a file claims a look."""
    first_s, after_s = period.epoch_bounds_s()
    feeds = feeds_within(connection, first_s, after_s - 1)
    looks = looks_on_record(connection, period)
    return int((days_of(feeds, period) | _days(looks[looks["with_fires"]], period)).sum())


def looks_on_record(connection: Connection, period: Period) -> pd.DataFrame:
    """Return the measured granules of a period, and whether their fires are on record too.

    Coverage can be handed over alone. Without any file that says it holds the fires of that
    satellite at that time, ground seen without a fire is no ground without fires.

    Returns
    -------
    pandas.DataFrame
        granule_key, platform, started_s, with_fires.
    """
    first_s, after_s = period.epoch_bounds_s()
    looks = measured_granules(connection, first_s, after_s - 1)
    claims = claims_within(connection, first_s, after_s - 1)
    with_fires = np.zeros(len(looks), dtype=bool)
    for platform in looks["platform"].unique():
        of_platform = (looks["platform"] == platform).to_numpy()
        spans = sorted((c.first_s, c.last_s) for c in claims if c.platform == platform)
        started_s = looks.loc[of_platform, "started_s"].to_numpy(dtype=np.int64)
        with_fires[of_platform] = _within(started_s, spans)
    return looks.assign(with_fires=with_fires)


def _within(moments: NDArray[np.int64], spans: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Tell which moments lie in any of some spans, sorted by their beginnings."""
    if not spans:
        return np.zeros(len(moments), dtype=bool)
    begins = np.array([begin for begin, _ in spans], dtype=np.int64)
    # The furthest end of all spans that have begun; files state the minute of a granule's start.
    reaches = np.maximum.accumulate(np.array([end for _, end in spans], dtype=np.int64))
    place = np.searchsorted(begins - SAME_GRANULE_S, moments, side="right") - 1
    inside: NDArray[np.bool_] = (place >= 0) & (reaches[place] + SAME_GRANULE_S >= moments)
    return inside


def seen_alike(
    connection: Connection,
    pair: SeasonPair,
    platforms: Collection[str] | None,
    names: AreaNames,
    say: Texts,
) -> Alike:
    """Compare the land seen in two seasons.

    Parameters
    ----------
    platforms
        The satellites that count; None for all on record.
    """
    seasons = {
        which: _season(connection, period, platforms, names)
        for which, period in zip(_SEASONS, (pair.base, pair.now), strict=True)
    }
    both = {which: season.basis for which, season in seasons.items()}
    notes = _basis_notes(both, say)
    for which, season in seasons.items():
        if season.basis == MEASURED:
            notes.append(_measured_note(which, season, say))
    if set(both.values()) == {MEASURED}:
        notes += _change_notes(seasons["base"], seasons["now"], names, say)
    unseen = {which: _unseen(season, names) for which, season in seasons.items()}
    for which, cities in unseen.items():
        # Where a whole season holds no data another note says so.
        if cities and seasons[which].data.any():
            listed = say("list_separator").join(names.cities[code] for code in cities)
            notes.append(say("ground_unseen", which=say(f"{which}_season"), cities=listed))
    now_unseen = frozenset(unseen["now"])
    looked_at = seasons["base"].looked_at
    no_baseline = frozenset(unseen["base"]) - looked_at - now_unseen
    return Alike(tuple(notes), frozenset(unseen["base"]) | now_unseen, no_baseline)


def _season(
    connection: Connection, period: Period, platforms: Collection[str] | None, names: AreaNames
) -> _Season:
    first_s, after_s = period.epoch_bounds_s()
    feeds = feeds_within(connection, first_s, after_s - 1)
    ground = ground_by_area(connection, first_s, after_s - 1)
    ground = ground[ground[BASIS_COLUMN] == MEASURED]
    if platforms is not None:
        feeds = [claim for claim in feeds if claim.platform in platforms]
        ground = ground[ground["platform"].isin(list(platforms))]
    city = ground["area_code"].map(dict(names.city_of_county))
    land = ground.groupby(city)[list(LAND_COLUMNS)].sum().reindex(sorted(names.cities))
    looks = looks_on_record(connection, period)
    if platforms is not None:
        looks = looks[looks["platform"].isin(list(platforms))]
    with_fires = looks[looks["with_fires"]]
    return _Season(
        measured=_days(looks, period),
        data=_days(with_fires, period) | days_of(feeds, period),
        land=land.fillna(0.0),
        feeds=tuple(feeds),
        clear_counties=areas_seen_clear(connection, with_fires["granule_key"]),
    )


def _days(looks: pd.DataFrame, period: Period) -> NDArray[np.bool_]:
    days = np.zeros(period.days, dtype=bool)
    started_s = looks["started_s"].to_numpy(dtype=np.int64)
    days[local_day_number(started_s) - period.day_numbers()[0]] = True
    return days


def _unseen(season: _Season, names: AreaNames) -> list[int]:
    """Return the cities of which no clear land was measured and which no feed reaches."""
    clear = season.land["clear_km2"]
    measured = set(clear.index[clear > 0])
    measured &= {names.city_of_county.get(county) for county in season.clear_counties}
    return [
        int(code)
        for code in clear.index
        if code not in measured and not reaching(season.feeds, names.box(int(code)))
    ]


def _basis_notes(basis: Mapping[str, str], say: Texts) -> list[str]:
    """Say which season has but a list of fire points; a season without data has its own note."""
    present = [which for which in _SEASONS if basis[which] == FEED_PRESENT]
    if not present:
        return []
    which = "both_seasons" if len(present) == len(_SEASONS) else f"{present[0]}_season"
    return [say("ground_feed_present", which=say(which))]


def _measured_note(which: str, season: _Season, say: Texts) -> str:
    only_feed = int((season.data & ~season.measured).sum())
    note = say(
        "ground_measured",
        which=say(f"{which}_season"),
        days=int(season.measured.sum()),
        of=len(season.measured),
        km2=f"{season.clear_km2:,.0f}",
        share=f"{season.clear_share:.1%}",
    )
    without_fires = int((season.measured & ~season.data).sum())
    note += say("ground_partly", days=only_feed) if only_feed else ""
    return note + (say("ground_without_fires", days=without_fires) if without_fires else "")


def _change_notes(base: _Season, now: _Season, names: AreaNames, say: Texts) -> list[str]:
    """Compare the clear land seen on a measured day, in the region and city by city."""
    limits, language = _limits(), str(say.language)
    if min(base.measured_share, now.measured_share) < limits["least_measured"]:
        reason = str(limits[f"least_measured_{language}"])
        return [say("ground_too_few", limit=f"{limits['least_measured']:.0%}", reason=reason)]
    if not base.clear_a_day:
        return []
    change = now.clear_a_day / base.clear_a_day - 1
    notes = [say("ground_fell" if change < 0 else "ground_rose", percent=f"{abs(change):.0%}")]
    limit = float(limits["strong_change"])
    days = [max(int(season.measured.sum()), 1) for season in (base, now)]
    by_city = pd.DataFrame(
        {"base": base.land["clear_km2"] / days[0], "now": now.land["clear_km2"] / days[1]}
    )
    by_city = by_city[(by_city > 0).all(axis=1)]
    changes = (by_city["now"] / by_city["base"] - 1).sort_values(kind="stable")
    strong = changes[changes.abs() > limit]
    if len(strong):
        listed = say("list_separator").join(
            f"{names.cities[int(str(code))]} {change:+.0%}" for code, change in strong.items()
        )
        reason = str(limits[f"strong_change_{language}"])
        notes.append(say("ground_cities", limit=f"{limit:.0%}", cities=listed, reason=reason))
    return notes


@cache
def _limits() -> dict[str, Any]:
    """Return from where on seasons are compared and cities named, and why from there."""
    text = files("firewatch.count").joinpath("ground.json").read_text(encoding="utf-8")
    limits: dict[str, Any] = json.loads(text)
    return limits
