"""The cause of each point, with the evidence for it. Nothing is deleted; counts choose."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firewatch.cause.static_heat import StaticHeatRule, cell_centre
from firewatch.cause.works import WorksList, nearest_listed
from firewatch.core.vocab import Cause


def decide_causes(
    points: pd.DataFrame, static: pd.DataFrame, works: WorksList, rule: StaticHeatRule
) -> pd.DataFrame:
    """Return cause, cause_evidence and unscreened for every point.

    A listed works outranks recurrence, because it has a name. Points of enhanced supervision were
    seen by a person and keep the cause unknown until a verdict. Without land cover at hand,
    what is neither remains `unscreened`.

    Parameters
    ----------
    points
        Columns source, lon, lat, heat_cell.
    static
        Cells found by `static_heat.static_cells`.
    """
    seen_from_space = (points["source"] == "satellite").to_numpy()
    row, apart_km = nearest_listed(points["lon"].to_numpy(), points["lat"].to_numpy(), works)
    at_works = (row >= 0) & seen_from_space
    at_static = points["heat_cell"].isin(static.index).to_numpy() & seen_from_space & ~at_works
    cause = np.full(len(points), str(Cause.UNKNOWN), dtype=object)
    cause[at_static], cause[at_works] = str(Cause.STATIC_HEAT), str(Cause.WORKS)
    evidence = np.full(len(points), "", dtype=object)
    texts = _recurrence_texts(static, rule)
    evidence[at_static] = points["heat_cell"][at_static].map(texts).to_numpy(dtype=object)
    names = works.table["name"].to_numpy(dtype=object)
    evidence[at_works] = [
        f"{names[index]} {km:.1f} km"
        for index, km in zip(row[at_works], apart_km[at_works], strict=True)
    ]
    return pd.DataFrame(
        {
            "cause": cause,
            "cause_evidence": evidence,
            "unscreened": cause == str(Cause.UNKNOWN),
        },
        index=points.index,
    )


def _recurrence_texts(static: pd.DataFrame, rule: StaticHeatRule) -> dict[int, str]:
    """Return, for each static cell, what is known of its recurrence."""
    names = ["level", "days", "night_share"]
    found = zip(static.index.tolist(), *(static[name].tolist() for name in names), strict=True)
    texts = {}
    for cell, level, days, night_share in found:
        lon, lat = cell_centre(cell)
        recurrence = f"{days} d/{rule.window_days} d, night {night_share:.0%}"
        texts[cell] = f"{level}: {recurrence}, {lat:.2f}N {lon:.2f}E"
    return texts
