"""Coordinates written as degrees, minutes and seconds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firewatch.core.geo import Floats

_NUMBER = r"\d+(?:\.\d+)?"
_HEMISPHERE = "(?:东经|西经|南纬|北纬|东|西|南|北|[nsew])"
# Degree, minute and second marks in all their spellings; the order of the numbers tells which.
_MARKS = r"(?:deg|[°º˚∘度′'‘’`´分″\"“”秒]|(?<=\d)o|(?<=[\d\s])[-:](?=\d))+"
_PATTERN = (
    rf"^(?P<before>{_HEMISPHERE})?\s*(?P<sign>-)?(?P<degree>{_NUMBER})"
    rf"(?:\s+(?P<minute>{_NUMBER}))?(?:\s+(?P<second>{_NUMBER}))?\s*(?P<after>{_HEMISPHERE})?$"
)
_NEGATIVE = ("s", "w", "南", "西", "南纬", "西经")


def read_angles(texts: pd.Series) -> Floats:
    """Return decimal degrees of texts such as ``108°21′07″``, ``108-21-07``, ``22°49'N``.

    Decimal degrees with a degree sign or a hemisphere are read too. Minutes and seconds of 60
    or more, a fraction that is not in the last part, and any other form give NaN.
    """
    plain = texts.str.casefold().str.replace(_MARKS, " ", regex=True).str.strip()
    parts = plain.str.extract(_PATTERN)
    degree, minute, second = (
        pd.to_numeric(parts[name], errors="coerce").to_numpy(dtype=float)
        for name in ("degree", "minute", "second")
    )
    negative = parts["sign"].notna() | parts["before"].isin(_NEGATIVE)
    negative |= parts["after"].isin(_NEGATIVE)
    broken = ~np.isnan(minute) & (degree % 1 != 0)
    broken |= ~np.isnan(second) & (minute % 1 != 0)
    broken |= (minute >= 60) | (second >= 60)
    size = degree + np.nan_to_num(minute) / 60 + np.nan_to_num(second) / 3600
    result: Floats = np.where(broken, np.nan, np.where(negative, -size, size))
    return result
