"""Hot works: steel, cement, sugar mills, seen by day and by night while they run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firewatch.core.time import BEIJING_OFFSET_S, from_epoch_seconds
from firewatch.simulate.calendar import WORKS_KINDS
from firewatch.simulate.tables import read_table

_FRP_LOG_SPREAD = 0.5
_HOT_SPOT_SPREAD_DEG = 0.003


def works_seen_hot(passes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the passes at which each works is hot enough to be seen.

    Returns
    -------
    pandas.DataFrame
        ``works`` (row of the works table), ``overpass`` (row of `passes`), ``lon, lat`` of the
        hot spot, ``frp_mw``.
    """
    works = read_table("works")
    kinds = {kind.name: kind for kind in WORKS_KINDS}
    local = from_epoch_seconds(passes["epoch_s"].to_numpy() + BEIJING_OFFSET_S)
    month = local.dt.month.to_numpy()
    day = passes["day"].to_numpy()
    chance = np.vstack(
        [
            np.where(day, kinds[name].day_chance, kinds[name].night_chance)
            * np.isin(month, kinds[name].months)
            for name in works["kind"]
        ]
    )
    row, overpass = np.nonzero(rng.random(chance.shape) < chance)
    hot = works.iloc[row]
    return pd.DataFrame(
        {
            "works": row,
            "overpass": overpass,
            "lon": hot["lon"].to_numpy() + rng.normal(0, _HOT_SPOT_SPREAD_DEG, len(row)),
            "lat": hot["lat"].to_numpy() + rng.normal(0, _HOT_SPOT_SPREAD_DEG, len(row)),
            "frp_mw": hot["frp_mw"].to_numpy() * rng.lognormal(0, _FRP_LOG_SPREAD, len(row)),
        }
    )
