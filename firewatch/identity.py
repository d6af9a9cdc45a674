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

NATURAL_KEY = ("product_key", "acquired_min", "lon_e5", "lat_e5")
"""The identity as integers; positions in units of 1e-5 degree, about 1 m."""


def with_identity(points: pd.DataFrame) -> pd.DataFrame:
    """Add the identity's integers (all but `product_key`) and the epoch seconds to a table."""
    acquired_s = epoch_seconds(points["acquired_utc"])
    return points.assign(
        acquired_s=acquired_s,
        acquired_min=acquired_s // 60,
        lon_e5=_e5(points["lon"]),
        lat_e5=_e5(points["lat"]),
    )


def point_ids(points: pd.DataFrame) -> pd.Series:
    """Return the readable identity: ``S-NPP_VIIRS_I_2.0NRT_20201105T0612_10832120_2281713``.

    Parameters
    ----------
    points
        Columns platform, product_family, product_version, acquired_min, lon_e5, lat_e5.
    """
    minute = points["acquired_min"].to_numpy().astype("datetime64[m]")
    stamp = pd.Series(pd.DatetimeIndex(minute).strftime("%Y%m%dT%H%M"), index=points.index)
    version = points["product_version"].astype("str").where(points["product_version"] != "", "-")
    parts = (
        points["platform"].astype("str"),
        points["product_family"].astype("str"),
        version,
        stamp,
        points["lon_e5"].astype("str"),
        points["lat_e5"].astype("str"),
    )
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + "_" + part
    return joined


def first_of_each(points: pd.DataFrame, keys: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which rows are the first with their identity in a table."""
    first: NDArray[np.bool_] = ~points.duplicated(list(keys)).to_numpy()
    return first


def _e5(degrees: pd.Series) -> NDArray[np.int64]:
    return np.rint(degrees.to_numpy() * 1e5).astype(np.int64)
