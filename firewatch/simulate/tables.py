"""The data tables of the simulated seasons, read from the package."""

from __future__ import annotations

from importlib.resources import as_file, files

import pandas as pd


def read_table(name: str) -> pd.DataFrame:
    """Return ``firewatch/simulate/<name>.csv``.

    ``county_crops``: fires of each crop that a county would light in the first campaign year at
    scale 1. ``city_change``: fires of the second year over those of the first. ``neighbours``:
    the same crops in circles outside the region. ``works``: hot places that burn all year.
    """
    with as_file(files("firewatch.simulate").joinpath(f"{name}.csv")) as path:
        return pd.read_csv(path)
