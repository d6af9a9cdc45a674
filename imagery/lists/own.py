"""Columns of our own detection's files that no provider's file has."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from imagery.detection.product import HASH_DIGITS, OVER_WATER, product_version
from imagery.lists.cells import Cells
from imagery.lists.codes import relabel
from imagery.lists.faults import Faults
from imagery.lists.formats.own import VERSION_ROLES

_HASH = re.compile(rf"[0-9a-f]{{{HASH_DIGITS},}}")


def own_product_versions(cells: Cells, faults: Faults) -> pd.Categorical:
    """Return the product version of each row, marking rows that do not tell their detection."""
    columns = [cells.codes[role] for role in VERSION_ROLES]
    for role, column in zip(VERSION_ROLES[:3], columns[:3], strict=True):
        faults.mark(column.codes < 0, "own_version", role)
    hashes, odd = relabel(columns[2], lambda text: text if _HASH.fullmatch(text) else None, "")
    faults.mark(odd, "own_version", "parameter_hash")
    columns[2] = hashes
    # Each combination is put together once, not once a row.
    codes = np.column_stack([column.codes for column in columns])
    combinations, place = np.unique(codes, axis=0, return_inverse=True)
    texts = [_version(columns, combination) for combination in combinations.tolist()]
    return pd.Categorical(np.array(texts, dtype=object)[place.reshape(-1)])


def _version(columns: list[pd.Categorical], combination: list[int]) -> str:
    algorithm, version, parameter_hash, missing = (
        str(column.categories[code]) if code >= 0 else ""
        for column, code in zip(columns, combination, strict=True)
    )
    return product_version(
        algorithm, version, parameter_hash, [name for name in missing.split(";") if name]
    )


def over_water(column: pd.Categorical) -> pd.Categorical:
    """Return `provider_type` of rows by whether they lie over water ("True", "False")."""
    return relabel(column, lambda text: OVER_WATER if text.upper() == "TRUE" else "", "")[0]
