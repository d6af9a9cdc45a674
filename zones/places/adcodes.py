"""County codes of earlier years, and the area that each names today."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Codes = NDArray[np.int64]


@cache
def history() -> pd.DataFrame:
    """Return the changes of county codes since 2000.

    Columns: old_adcode, old_name, adcode, name, year, source.

    `year` is the year in which the old code or name ended, `adcode` and `name` are those of today.
    Only changes that moved a whole county: one that was split (邕宁县, 永新区) is not here, because
    an old code alone cannot say which part is meant, and one that gave off a part (八步区, 玉州区,
    苍梧县) keeps its code. A code that was given out again (450206) is read as today's.
    """
    with (files("zones.places") / "adcode_history.csv").open("r", encoding="utf-8") as stream:
        return pd.read_csv(stream).sort_values("old_adcode", ignore_index=True)


def current_adcode(codes: ArrayLike) -> Codes:
    """Return today's code of each county code; codes that never changed stay as they are.

    Examples
    --------
    >>> current_adcode([450127, 450181, 450521]).tolist()
    [450181, 450181, 450521]
    """
    given = np.asarray(codes, dtype=np.int64)
    changes = history()
    old, new = changes["old_adcode"].to_numpy(), changes["adcode"].to_numpy()
    position = np.minimum(np.searchsorted(old, given), len(old) - 1)
    today: Codes = np.where(old[position] == given, new[position], given)
    return today


def city_of(county_codes: ArrayLike) -> Codes:
    """Return the city's code: GB/T 2260 keeps it in the first four digits of a county's."""
    codes: Codes = np.asarray(county_codes, dtype=np.int64) // 100 * 100
    return codes
