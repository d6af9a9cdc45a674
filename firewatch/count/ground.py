"""What ground was seen in a period, by city, county, day or satellite, and how it is known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from firewatch.core.geo import Extent
from firewatch.core.overpasses import overpass_numbers
from firewatch.core.time import Period, date_of_day_number, local_day_number
from firewatch.count.ground_key import GroundKey
from firewatch.count.names import AreaNames
from firewatch.ledger.claims import feeds_within
from firewatch.ledger.coverage import ground_between
from firewatch.supersession import Claim
from imagery.coverage.ground import (
    AREA_COLUMNS,
    BASIS_COLUMN,
    CROPLAND_COLUMNS,
    FEED_PRESENT,
    MEASURED,
    NONE,
)

LAND_COLUMNS = AREA_COLUMNS[:4]
"""Land that was looked at: clear, cloudy, in glint, not seen."""
_KM2 = [*AREA_COLUMNS, *CROPLAND_COLUMNS]
_MEASURES = [
    "clear_share", "cropland_clear_share", "overpasses", "days", "feed_days", BASIS_COLUMN
]  # fmt: skip

_KEYS = {
    GroundKey.CITY: ["city_adcode"],
    GroundKey.COUNTY: ["city_adcode", "county_adcode"],
    GroundKey.DAY: ["local_day"],
    GroundKey.PLATFORM: ["platform"],
}


@dataclass(frozen=True, eq=False)
class Ground:
    """The ground seen in a period.

    Parameters
    ----------
    seen
        One row a granule and county of the region: platform, started_utc_s, local_day, overpass,
        city_adcode, county_adcode, basis, columns in km², cropland_version.
    feeds
        What files of fire points without coverage of their own declare to have looked at.
    elsewhere
        Codes of areas in the ledger's coverage that are none of the region's counties.
    """

    period: Period
    seen: pd.DataFrame
    feeds: tuple[Claim, ...]
    names: AreaNames
    elsewhere: tuple[int, ...]


def ground_of(
    connection: Connection, period: Period, names: AreaNames, overpass_gap_min: int
) -> Ground:
    """Return the ground seen in a period (Beijing days).

    Parameters
    ----------
    overpass_gap_min
        Granules of one satellite are of one overpass if no silence between them is longer.
    """
    first_s, after_s = period.epoch_bounds_s()
    rows = ground_between(connection, first_s, after_s - 1)
    started_s = rows["started_utc_s"].to_numpy(dtype=np.int64)
    passes = rows[["platform"]].assign(acquired_s=started_s)
    city = rows["area_code"].map(dict(names.city_of_county))
    seen = rows.assign(
        county_adcode=rows["area_code"],
        city_adcode=city.fillna(0).astype("int64"),
        local_day=local_day_number(started_s),
        overpass=overpass_numbers(passes, overpass_gap_min) if len(rows) else 0,
    )
    outside = seen["city_adcode"] == 0
    return Ground(
        period=period,
        seen=seen[~outside],
        feeds=tuple(feeds_within(connection, first_s, after_s - 1)),
        names=names,
        elsewhere=tuple(sorted({int(code) for code in seen.loc[outside, "county_adcode"]})),
    )


def ground_table(ground: Ground, by: GroundKey) -> pd.DataFrame:
    """Return the ground seen, added up over looks.

    Returns
    -------
    pandas.DataFrame
        The key (city_adcode, city | city_adcode, city, county_adcode, county | day | platform),
        the columns in km² (each look counts; NaN where nothing was measured), clear_share and
        cropland_clear_share of the land looked at (0..1), overpasses, days measured, feed_days
        (days on which only files of fire points say that somebody looked) and basis. Every city,
        county and day of the period is listed; satellites that are on record.
    """
    keys = _KEYS[by]
    listed = _listed(ground, by)
    sums = _sums(ground.seen, keys)
    sums = sums.astype({key: listed[key].dtype for key in keys})
    table = listed.merge(sums, on=keys, how="left")
    return _finished(table, _feed_days(ground, by, table, _days_by(ground, keys)))


def ground_total(ground: Ground) -> pd.DataFrame:
    """Return the ground seen in the whole region: one row, without a key."""
    table = _sums(ground.seen.assign(region=0), ["region"])
    table = pd.DataFrame({"region": [0]}).merge(table, how="left")
    measured = _days_by(ground, []).get((), set())
    feed = days_of(ground.feeds, ground.period)
    feed[_places(measured, ground.period)] = False
    return _finished(table, np.array([feed.sum()])).drop(columns="region")


def days_of(feeds: Collection[Claim], period: Period) -> NDArray[np.bool_]:
    """Tell for each local day of a period whether any claim reaches it."""
    first_day, last_day = period.day_numbers()
    covered = np.zeros(period.days, dtype=bool)
    for begin_s, end_s in {(claim.first_s, claim.last_s) for claim in feeds}:
        begin, end = local_day_number(np.array([begin_s, end_s]))
        covered[max(begin, first_day) - first_day : max(min(end, last_day) - first_day + 1, 0)] = (
            True
        )
    return covered


def reaching(feeds: Collection[Claim], box: Extent | None) -> list[Claim]:
    """Return the claims that reach an area.

    A file without declared extent reaches the whole region: the box of its fires is not where
    its satellite looked.
    """
    return [
        claim for claim in feeds if not claim.declared or box is None or claim.extent.meets(box)
    ]


def _listed(ground: Ground, by: GroundKey) -> pd.DataFrame:
    """Return every key that has a row, in order."""
    names = ground.names
    if by is GroundKey.CITY:
        codes = sorted(names.cities)
        return pd.DataFrame({"city_adcode": codes, "city": [names.cities[code] for code in codes]})
    if by is GroundKey.COUNTY:
        codes = sorted(names.counties)
        city = [names.city_of_county[code] for code in codes]
        return pd.DataFrame(
            {
                "city_adcode": city,
                "city": [names.cities[code] for code in city],
                "county_adcode": codes,
                "county": [names.counties[code] for code in codes],
            }
        )
    if by is GroundKey.DAY:
        first, last = ground.period.day_numbers()
        return pd.DataFrame({"local_day": np.arange(first, last + 1)})
    platforms = {*ground.seen["platform"], *(claim.platform for claim in ground.feeds)}
    return pd.DataFrame({"platform": sorted(platforms)}, dtype="str")


def _sums(seen: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    measured = seen[seen[BASIS_COLUMN] == MEASURED]
    sums = measured.groupby(keys)[_KM2].sum(min_count=1)
    counts = measured.groupby(keys).agg(
        overpasses=("overpass", "nunique"), days=("local_day", "nunique")
    )
    noted = seen.groupby(keys).size().rename("noted")
    return pd.concat([sums, counts, noted], axis=1).reset_index()


def _days_by(ground: Ground, keys: list[str]) -> dict[tuple[object, ...], set[int]]:
    """Return the days measured, by key; () stands for the whole region."""
    measured = ground.seen[ground.seen[BASIS_COLUMN] == MEASURED]
    found: dict[tuple[object, ...], set[int]] = {}
    pairs = measured[[*keys, "local_day"]].drop_duplicates()
    for *key, day in pairs.itertuples(index=False):
        found.setdefault(tuple(key), set()).add(int(day))
    return found


def _feed_days(
    ground: Ground,
    by: GroundKey,
    table: pd.DataFrame,
    measured: dict[tuple[object, ...], set[int]],
) -> NDArray[np.int64]:
    """Return on how many days only a feed looked, row by row of a listing."""
    if by is GroundKey.DAY:
        covered = days_of(ground.feeds, ground.period)
        return (covered & table["days"].isna().to_numpy()).astype(np.int64)
    rows = list(zip(*(table[name] for name in _KEYS[by]), strict=True))
    counted = np.zeros(len(rows), dtype=np.int64)
    for place, row in enumerate(rows):
        if by is GroundKey.PLATFORM:
            feeds = [claim for claim in ground.feeds if claim.platform == row[0]]
        else:
            feeds = reaching(ground.feeds, ground.names.box(int(row[-1])))
        covered = days_of(feeds, ground.period)
        covered[_places(measured.get(tuple(row), set()), ground.period)] = False
        counted[place] = covered.sum()
    return counted


def _places(days: Collection[int], period: Period) -> NDArray[np.int64]:
    return np.array(sorted(days), dtype=np.int64) - period.day_numbers()[0]


def _finished(table: pd.DataFrame, feed_days: NDArray[np.int64]) -> pd.DataFrame:
    counts = ["overpasses", "days", "noted"]
    table = table.assign(**{name: table[name].fillna(0).astype("int64") for name in counts})
    table = table.assign(
        clear_share=table["clear_km2"] / table[list(LAND_COLUMNS)].sum(axis=1, min_count=1),
        cropland_clear_share=table["cropland_clear_km2"]
        / table[list(CROPLAND_COLUMNS)].sum(axis=1, min_count=1),
        feed_days=feed_days,
        basis=np.select(
            [table["days"] > 0, (feed_days > 0) | (table["noted"] > 0)],
            [MEASURED, FEED_PRESENT],
            NONE,
        ),
    )
    keys = [name for name in table if name not in {*_KM2, *_MEASURES, "noted"}]
    table = table[[*keys, *_KM2, *_MEASURES]]
    if "local_day" in table:
        days = [str(date_of_day_number(day)) for day in table["local_day"]]
        table = table.drop(columns=["local_day", "days", "feed_days"])
        table.insert(0, "day", days)
    return table
