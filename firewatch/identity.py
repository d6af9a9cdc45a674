"""What makes two rows one point: platform, product, overpass minute and position.

The identity is stable within a product, so that reading a file twice, or files in any order,
changes nothing. The same fire in another product version has another identity; `supersession`
relates the two.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.time import epoch_seconds

PRODUCT_COLUMNS = (
    "source",
    "product_family",
    "product_version",
    "product_rank",
    "platform",
    "sensor",
)
"""The columns that are the same for every row of one product of one platform."""

NATURAL_KEY = ("product_key", "acquired_s", "lon", "lat")
"""The identity: time to the minute, position to 5 decimals (about 1 m)."""

POSITION_DECIMALS = 5


def with_identity(points: pd.DataFrame) -> pd.DataFrame:
    """Add acquired_s (UTC epoch seconds of the minute) and round positions to the identity's."""
    return points.assign(
        acquired_s=epoch_seconds(points["acquired_utc"]) // 60 * 60,
        # Adding 0 turns -0.0 into 0.0: one position, one key.
        lon=points["lon"].round(POSITION_DECIMALS) + 0.0,
        lat=points["lat"].round(POSITION_DECIMALS) + 0.0,
    )


def point_ids(points: pd.DataFrame) -> pd.Series:
    """Return the readable identity: ``S-NPP_VIIRS_I_2.0NRT_20201105T0612_10832120_2281713``.

    The last two parts are longitude and latitude in units of 1e-5 degree.

    Parameters
    ----------
    points
        Columns platform, product_family, product_version, acquired_s, lon, lat.
    """
    moment = points["acquired_s"].to_numpy(dtype=np.int64).astype("datetime64[s]")
    stamp = pd.Series(pd.DatetimeIndex(moment).strftime("%Y%m%dT%H%M"), index=points.index)
    version = points["product_version"].astype("str").where(points["product_version"] != "", "-")
    parts = (
        points["product_family"].astype("str"),
        version,
        stamp,
        _e5(points["lon"]).astype("str"),
        _e5(points["lat"]).astype("str"),
    )
    joined = points["platform"].astype("str")
    for part in parts:
        joined = joined + "_" + part
    return joined


def position_of(point_id: str) -> tuple[float, float] | None:
    """Return (lon, lat) in degrees as a point_id states them, or None if it is no point_id."""
    parts = point_id.split("_")[-2:]
    if len(parts) < 2 or not all(part.lstrip("-").isdigit() for part in parts):
        return None
    lon, lat = (round(int(part) / 10**POSITION_DECIMALS, POSITION_DECIMALS) for part in parts)
    return lon, lat


def first_of_each(points: pd.DataFrame, keys: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which rows are the first with their identity in a table."""
    first: NDArray[np.bool_] = ~points.duplicated(list(keys)).to_numpy()
    return first


def _e5(degrees: pd.Series) -> pd.Series:
    units: pd.Series = (degrees * 10**POSITION_DECIMALS).round().astype("int64")
    return units
