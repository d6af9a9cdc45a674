"""What a run of decisions changed, for the people who have to answer for the counts."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, select

from firewatch.core.time import local_text
from firewatch.count.names import AreaNames
from firewatch.decide import Outcome
from firewatch.identity import PRODUCT_COLUMNS, point_ids
from firewatch.ledger.points import with_wanted
from firewatch.ledger.store import fetch
from firewatch.ledger.tables import points, products
from firewatch.supersession import IN_FORCE

REPORTED = (
    "county_adcode", "township", "village", "ruling", "ruling_zone_id", "near_boundary",
    "permit_id", "marks", "cause",
)  # fmt: skip
"""The decisions whose change is reported, value by value."""


def changed_values(outcome: Outcome) -> pd.DataFrame:
    """Return column, before, after, points: which values became which, and how often."""
    before, after = _sides(outcome)
    tables = [
        pd.DataFrame({"before": before[name], "after": after[name]})
        .loc[lambda pair: pair["before"] != pair["after"]]
        .astype("str")
        .value_counts(sort=False)
        .rename("points")
        .reset_index()
        .assign(column=name)
        for name in REPORTED
        if len(before)
    ]
    names = ["column", "before", "after", "points"]
    return pd.concat(tables, ignore_index=True)[names] if tables else pd.DataFrame(columns=names)


def rulings_by_city(outcome: Outcome, names: AreaNames) -> pd.DataFrame:
    """Return city, ruling, before, after: the changed points that count, by city and ruling.

    Points out of force are left out, so that the difference is what the counts gain or lose.
    """
    sides = {
        side: _in_force(table, names).value_counts(["city", "ruling"], sort=False)
        for side, table in (("before", outcome.before), ("after", outcome.after))
        if len(table)
    }
    if not sides:
        return pd.DataFrame(columns=["city", "ruling", "before", "after"])
    table = pd.DataFrame(sides, columns=["before", "after"]).fillna(0).astype("int64")
    changed = table[table["before"] != table["after"]]
    return changed.sort_index().reset_index()


def changed_points(connection: Connection, outcome: Outcome, names: AreaNames) -> pd.DataFrame:
    """Return one row a changed point: who and where it is, each decision before and after."""
    wanted = with_wanted(connection, outcome.after.index.tolist())
    query = (
        select(points, *(products.c[name] for name in PRODUCT_COLUMNS))
        .join(products, products.c.product_key == points.c.product_key)
        .join(wanted, wanted.c.wanted_key == points.c.point_key)
        .order_by(points.c.acquired_s, points.c.point_key)
    )
    rows = fetch(connection, query)
    table = pd.DataFrame(
        {
            "point_id": point_ids(rows),
            "acquired_local": [local_text(second) for second in rows["acquired_s"]],
            "lon": rows["lon"],
            "lat": rows["lat"],
        }
    )
    keys, (before, after) = rows["point_key"], _sides(outcome)
    county = keys.map(outcome.after["county_adcode"])
    table["city"] = county.map(names.city_of_county).map(names.cities)
    table["county"] = county.map(names.counties)
    for name in REPORTED:
        for side, decided in (("before", before), ("after", after)):
            table[f"{name}_{side}"] = keys.map(decided[name]).to_numpy()
    return table


def _sides(outcome: Outcome) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _with_truth_values(outcome.before), _with_truth_values(outcome.after)


def _with_truth_values(decided: pd.DataFrame) -> pd.DataFrame:
    # SQLite hands truth values back as 0 and 1.
    return decided.astype({"near_boundary": bool}) if len(decided) else decided


def _in_force(table: pd.DataFrame, names: AreaNames) -> pd.DataFrame:
    counted = table[table["superseded_by"] == IN_FORCE]
    city = counted["county_adcode"].map(names.city_of_county).map(names.cities)
    return counted.assign(city=city, ruling=counted["ruling"].astype("str"))
