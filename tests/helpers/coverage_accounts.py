"""Accounts of ground seen, put together without a ledger."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from imagery.coverage.ground import BASIS_COLUMN, FEED_PRESENT
from imagery.coverage.table import (
    GRANULE_COLUMNS,
    TABLE_COLUMNS,
    conformed,
    of_granule,
    standing,
)


def combined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return what stands of several offices' tables, each granule and area by one account."""
    parts = [part for part in tables if not part.empty]
    if not parts:
        return conformed(pd.DataFrame(columns=list(TABLE_COLUMNS)))
    table = pd.concat(parts, ignore_index=True)
    reader = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    header = table[list(GRANULE_COLUMNS)].assign(reader=reader)
    account = header.groupby(list(header), sort=False).ngroup().to_numpy()
    return conformed(table[standing(table, account)])


def noted(area_codes: Iterable[int], *whose: object, **named: object) -> pd.DataFrame:
    """Return rows that say: there was this overpass for these areas, but nobody measured."""
    rows = {"area_code": sorted(area_codes), "view_class": "unknown", "day_night": ""}
    table = pd.DataFrame(rows | {BASIS_COLUMN: FEED_PRESENT})
    return of_granule(table, *whose, **named)
