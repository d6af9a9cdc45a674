"""What permits would burn beside the straw in stock, place by place."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import shapely

from zones.permits.permits import Permits
from zones.places.areas import Areas
from zones.places.locate import locate
from zones.places.names import stem_of
from zones.places.subareas import SubAreas
from zones.straw.stock import StrawStock

_KEYS = ["county_adcode", "stem"]
_COUNTS = ["permits", "permits_without_area"]
BESIDE_COLUMNS = (
    "county_adcode", "township", "permits", "planned_ha", "permits_without_area", "stock_ha",
    "stock_t", "unused_t", "planned_pct",
)  # fmt: skip


def beside_permits(
    stock: StrawStock,
    permits: Permits,
    areas: Areas,
    day: date,
    townships: SubAreas | None = None,
) -> pd.DataFrame:
    """Return the straw area that permits would burn beside the stock, place by place.

    A permit counts for the county and township in which a point within its ground lies; one that
    was revoked before it began does not count.

    Parameters
    ----------
    day
        The stock of this day.
    townships
        The user's layer. Without it all is summed by county, and `township` is empty.

    Returns
    -------
    pandas.DataFrame
        county_adcode (0 outside the region), township, permits, planned_ha, permits_without_area,
        stock_ha (NaN where no entry gives an area), stock_t, unused_t, planned_pct (of the area
        in stock; NaN where that is 0 or unknown). One row a place that has either.
    """
    planned = _with_stem(_planned(permits, areas, townships))
    held = _with_stem(_held(stock, day, townships is not None))
    groups = held.groupby(_KEYS, as_index=False)
    held = groups[["stock_t", "unused_t"]].sum()
    held["stock_ha"] = groups["stock_ha"].sum(min_count=1)["stock_ha"]
    held["named"] = groups["township"].first()["township"]
    both = planned.merge(held, on=_KEYS, how="outer")
    both["township"] = both["township"].fillna(both["named"])
    nothing = dict.fromkeys([*_COUNTS, "planned_ha", "stock_t", "unused_t"], 0)
    both = both.fillna(nothing).astype(dict.fromkeys(_COUNTS, "int64"))
    some = both["stock_ha"].where(both["stock_ha"] > 0)
    table = both.assign(planned_pct=both["planned_ha"] / some * 100.0)
    ordered = table.sort_values(["county_adcode", "township"], ignore_index=True)
    return ordered[list(BESIDE_COLUMNS)]


def _held(stock: StrawStock, day: date, by_township: bool) -> pd.DataFrame:
    by = ["county_adcode", "township"] if by_township else ["county_adcode"]
    sums = stock.sums(by, day).rename(columns={"area_ha": "stock_ha", "tonnes": "stock_t"})
    return sums if by_township else sums.assign(township=pd.Series("", sums.index, dtype="str"))


def _planned(permits: Permits, areas: Areas, townships: SubAreas | None) -> pd.DataFrame:
    counted = (permits.permits["revoked_from"] > permits.permits["valid_from"]).to_numpy()
    area_ha = permits.permits.loc[counted, "straw_area_ha"].to_numpy()
    inner = shapely.get_coordinates(shapely.point_on_surface(permits.geometry[counted]))
    points = pd.DataFrame(inner.reshape(-1, 2), columns=["lon", "lat"])
    places = locate(points.assign(scan_km=np.nan, track_km=np.nan), areas, townships)
    table = places[["county_adcode", "township"]].assign(
        permits=1, planned_ha=area_ha, permits_without_area=np.isnan(area_ha).astype(np.int64)
    )
    return table.groupby(["county_adcode", "township"], as_index=False).sum()


def _with_stem(table: pd.DataFrame) -> pd.DataFrame:
    """Add what names a place: 永乐乡 of the ledger is 永乐镇 of the layer."""
    stems = {name: " ".join(stem_of(name)) if name else "" for name in table["township"].unique()}
    # Plain objects: pandas cannot join on empty text columns that pyarrow keeps.
    return table.assign(stem=table["township"].map(stems).astype(object))
