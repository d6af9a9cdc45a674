"""Calendar days as people write them in attribute tables."""

from __future__ import annotations

import pandas as pd

from firewatch.core.time import DAY_S

# "长期", "至今" and the like stand where there is no end.
OPEN_WORDS = ("", "长期", "长期有效", "至今", "open", "none", "nan", "nat")


_COMPACT = r"^(\d{4})(\d{2})(\d{2})(\.0)?$"
# A time of day other than midnight is refused: which Beijing day it means is not certain.
_DAY = r"^(\d{4})\D+(\d{1,2})\D+(\d{1,2})[日号]?(?:[T ]00:00(?::00(?:\.0+)?)?)?$"


def written_days(values: pd.Series) -> pd.Series:
    """Return Beijing day numbers of written days; NaN where the text is no day.

    Accepts ``2020-11-05``, ``2020/11/5``, ``20201105``, ``2020年11月5日`` and date fields.
    """
    text = values.astype("str").str.strip().str.replace(_COMPACT, r"\1-\2-\3", regex=True)
    parts = text.str.extract(_DAY)
    parts.columns = pd.Index(["year", "month", "day"])
    days = pd.to_datetime(parts.astype("float"), errors="coerce")
    numbers = days.dt.as_unit("s").astype("int64") // DAY_S
    return numbers.astype("float").where(days.notna())


def is_open(values: pd.Series) -> pd.Series:
    """Say which written values mean that there is no end."""
    return values.isna() | values.astype("str").str.strip().str.lower().isin(OPEN_WORDS)
