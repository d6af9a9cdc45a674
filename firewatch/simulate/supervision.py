"""Points of enhanced supervision: patrols, UAVs and towers that meet some of the true fires."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firewatch.core.geo import KM_PER_DEGREE
from firewatch.core.time import BEIJING_OFFSET_S, SeasonCalendar, from_epoch_seconds
from firewatch.simulate.calendar import CAMPAIGN_YEAR_STARTS
from firewatch.simulate.firms_text import SIMULATED

REMARK = "模拟数据"
# Means of finding and their share of the points.
MEANS = (("巡查", 0.45), ("无人机", 0.25), ("高空视频", 0.22), ("红外", 0.08))
# Points a season at scale 1: patrols were stepped up, which must not look like more burning.
POINTS_A_SEASON = (110, 190)
_SEEN_BY_SATELLITE_SHARE = 0.5
_PLACE_ERROR_KM = 0.12


def supervision_points(
    fires: pd.DataFrame, seen: pd.Series, rng: np.random.Generator, scale: float
) -> pd.DataFrame:
    """Return the supervision file as a table of text.

    Parameters
    ----------
    fires
        True fires inside the region.
    seen
        Whether a satellite reported each fire; half of the points meet such fires.
    """
    calendar = SeasonCalendar()
    chosen = []
    for year, points in zip(CAMPAIGN_YEAR_STARTS, POINTS_A_SEASON, strict=True):
        first_s, after_s = calendar.season(year.year).epoch_bounds_s()
        burning = fires["start_s"].between(first_s, after_s - 1) & (fires["county_adcode"] > 0)
        wanted = round(points * scale)
        doubles = round(wanted * _SEEN_BY_SATELLITE_SHARE)
        for pool, count in ((burning & seen, doubles), (burning & ~seen, wanted - doubles)):
            rows = np.flatnonzero(pool)
            chosen.append(rng.choice(rows, min(count, len(rows)), replace=False))
    met = fires.iloc[np.sort(np.concatenate(chosen))]
    return _file_table(met, rng)


def _file_table(met: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    count = len(met)
    start, end = met["start_s"].to_numpy(), met["end_s"].to_numpy()
    found_s = (start + rng.random(count) * (end - start)).astype("int64")
    off_deg = rng.normal(0, _PLACE_ERROR_KM / KM_PER_DEGREE, (count, 2))
    means = rng.choice(len(MEANS), count, p=[share for _, share in MEANS])
    local = from_epoch_seconds(found_s + BEIJING_OFFSET_S)
    return pd.DataFrame(
        {
            "时间": local.dt.strftime("%Y-%m-%d %H:%M").to_numpy(),
            "经度": np.char.mod("%.5f", met["lon"].to_numpy() + off_deg[:, 0]),
            "纬度": np.char.mod("%.5f", met["lat"].to_numpy() + off_deg[:, 1]),
            "发现方式": np.array([name for name, _ in MEANS])[means],
            "备注": REMARK,
            "simulated": SIMULATED,
        },
        index=range(count),
    )
