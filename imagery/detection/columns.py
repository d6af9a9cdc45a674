"""Small tables as plain arrays: for the few fires of a strip pandas costs more than the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Columns: TypeAlias = dict[str, NDArray[Any]]
"""Arrays of equal length by name."""
Rows: TypeAlias = Mapping[str, Any] | pd.DataFrame
"""What a test looks at: `Columns` or a table with the same names."""


def chosen(columns: Columns, rows: NDArray[Any]) -> Columns:
    """Return some rows, by mask or position."""
    return {name: values[rows] for name, values in columns.items()}


def stacked(parts: Sequence[Columns]) -> Columns:
    """Return the rows of several tables with the same columns, one below the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
