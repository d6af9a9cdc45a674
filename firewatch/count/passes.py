"""The latest overpasses and what each saw of every county, so that unseen is told from empty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from firewatch.core.overpasses import overpass_numbers
from firewatch.core.time import Period, local_text
from firewatch.core.vocab import Source
from firewatch.ledger.coverage import ground_between, measured_granules
from firewatch.ledger.store import fetch
from firewatch.ledger.tables import points_current as current
from firewatch.ledger.tables import products
from imagery.coverage.ground import (
    AREA_COLUMNS,
    BASIS_COLUMN,
    CROPLAND_COLUMNS,
    FEED_PRESENT,
    MEASURED,
)

LATEST = 12
"""Three days of two satellites, day and night."""

_CLEAR, _CLOUD, _GLINT, _NOT_SEEN, _WATER = AREA_COLUMNS
_LOOKED = [_CLEAR, _CLOUD, _GLINT, _NOT_SEEN]
_WHOLE = 0.98
"""Share of a county's land from which on a pass has looked at the whole of it."""
_SHARES = ["clear_share", "cloudy_share", "unseen_share"]


@dataclass(frozen=True, eq=False)
class Passes:
    """Overpasses, newest first.

    Parameters
    ----------
    passes
        pass_id, platform, started_local (Beijing), basis.
    ground
        pass_id, county_adcode, clear_share, cloudy_share, unseen_share of the county's land,
        0..1, together 1: one row a measured pass and county.
    cropland_km2
        County adcode → its cropland by the newest of these passes that looked at the whole county
        with a land-cover map at hand.
    """

    passes: pd.DataFrame
    ground: pd.DataFrame
    cropland_km2: pd.Series


def latest_passes(
    connection: Connection,
    period: Period,
    now_s: int,
    county_km2: pd.Series,
    gap_min: int,
    latest: int = LATEST,
) -> Passes:
    """Return the latest overpasses of a period up to a moment, the measured ones if there are any.

    Without any measured ground they are those by which fire points were found, of which it is
    not known what they saw: they have no rows of ground.

    Parameters
    ----------
    now_s
        UTC epoch seconds.
    county_km2
        County adcode → area of its polygon, km². A county's land is its polygon less the water
        found in it by the shown overpass that found most, and no less than an overpass looked at.
    gap_min
        Granules of one satellite are of one overpass if no silence between them is longer.
    """
    first_s, after_s = period.epoch_bounds_s()
    last_s = min(after_s - 1, now_s)
    looks = _newest(measured_granules(connection, first_s, last_s), gap_min, latest)
    if looks.empty:
        seen = _newest(_moments_of_points(connection, period, last_s), gap_min, latest)
        return Passes(_listed(seen, FEED_PRESENT), *_nothing())
    begin_s, end_s = int(looks["started_s"].min()), int(looks["started_s"].max())
    rows = ground_between(connection, begin_s, end_s)
    rows = rows[rows[BASIS_COLUMN] == MEASURED].rename(columns={"started_utc_s": "started_s"})
    named = looks[["platform", "started_s", "pass_id"]].drop_duplicates(["platform", "started_s"])
    rows = rows.merge(named, on=["platform", "started_s"])
    passes = _listed(looks[looks["pass_id"].isin(rows["pass_id"])], MEASURED)
    sums = _sums(rows, passes["pass_id"], county_km2)
    return Passes(passes, _shares(sums), _cropland(sums))


def _newest(looks: pd.DataFrame, gap_min: int, latest: int) -> pd.DataFrame:
    """Return the looks of the latest overpasses with pass_id and began_s, newest first."""
    if looks.empty:
        return looks.assign(began_s=[], pass_id=[])
    moments = looks.rename(columns={"started_s": "acquired_s"})
    number = pd.Series(overpass_numbers(moments, gap_min), index=looks.index)
    began_s = looks["started_s"].groupby(number).transform("min")
    stamp = pd.to_datetime(began_s, unit="s").dt.strftime("%Y%m%dT%H%M%S")
    named = looks.assign(began_s=began_s, pass_id=looks["platform"] + "_" + stamp)
    ordered = named.sort_values(["began_s", "platform", "started_s"], ascending=[False, True, True])
    shown = ordered["pass_id"].drop_duplicates().head(latest)
    return ordered[ordered["pass_id"].isin(shown)].reset_index(drop=True)


def _moments_of_points(connection: Connection, period: Period, last_s: int) -> pd.DataFrame:
    """Return platform and moments at which satellites found fire points in force."""
    query = (
        select(products.c.platform, current.c.acquired_s.label("started_s"))
        .join(products, products.c.product_key == current.c.product_key)
        .where(
            current.c.local_day.between(*period.day_numbers()),
            current.c.acquired_s <= last_s,
            products.c.source == str(Source.SATELLITE),
        )
        .distinct()
    )
    found = fetch(connection, query)
    return found.astype({"platform": "str", "started_s": "int64"})


def _listed(looks: pd.DataFrame, basis: str) -> pd.DataFrame:
    first = looks.drop_duplicates("pass_id")
    started = [local_text(moment) for moment in first["began_s"]]
    return pd.DataFrame(
        {
            "pass_id": first["pass_id"].to_numpy(),
            "platform": first["platform"].to_numpy(),
            "started_local": started,
            BASIS_COLUMN: basis,
        },
        index=range(len(first)),
        dtype="str",
    )


def _sums(rows: pd.DataFrame, pass_ids: pd.Series, county_km2: pd.Series) -> pd.DataFrame:
    """Return km² by pass and county, 0 where no granule reached, and the county's land_km2."""
    sums = rows.groupby(["pass_id", "area_code"])[[*AREA_COLUMNS, *CROPLAND_COLUMNS]]
    names = ["pass_id", "county_adcode"]
    every = pd.MultiIndex.from_product([pass_ids, county_km2.index], names=names)
    table = sums.sum(min_count=1).rename_axis(names).reindex(every)
    table[list(AREA_COLUMNS)] = table[list(AREA_COLUMNS)].fillna(0.0)
    water = table[_WATER].groupby(level="county_adcode").transform("max")
    polygon = county_km2.reindex(every.get_level_values("county_adcode")).to_numpy()
    land = np.maximum(polygon - water.to_numpy(), table[_LOOKED].sum(axis=1).to_numpy())
    return table.assign(land_km2=np.where(land > 0, land, 1.0))


def _shares(sums: pd.DataFrame) -> pd.DataFrame:
    clear = sums[_CLEAR] / sums["land_km2"]
    cloudy = (sums[_CLOUD] + sums[_GLINT]) / sums["land_km2"]
    unseen = (1.0 - clear - cloudy).clip(lower=0.0)
    table = pd.concat([clear, cloudy, unseen], axis=1, keys=_SHARES)
    return table.reset_index().astype({"pass_id": "str", "county_adcode": "int64"})


def _cropland(sums: pd.DataFrame) -> pd.Series:
    whole = sums[_LOOKED].sum(axis=1) >= _WHOLE * sums["land_km2"]
    km2 = sums[list(CROPLAND_COLUMNS)].sum(axis=1, min_count=1)[whole].dropna()
    # Newest passes come first.
    return km2.groupby(level="county_adcode").first()


def _nothing() -> tuple[pd.DataFrame, pd.Series]:
    types = {"pass_id": "str", "county_adcode": "int64", **dict.fromkeys(_SHARES, "float64")}
    ground = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})
    return ground, pd.Series(dtype="float64", index=pd.Index([], dtype="int64"))
