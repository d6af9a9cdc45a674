"""Codes of files as codes of the domain, looked up once a code and not once a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.vocab import Confidence, DayNight
from imagery.lists.cells import Mask
from imagery.lists.formats.declare import ConfidenceScale, Product, VersionScheme, fold

_VERSION = re.compile(r"[CV]?(\d{1,2}(?:\.\d{1,3})?)([A-Z]*\d?)")
_DAY_NIGHT = {
    "d": DayNight.DAY,
    "day": DayNight.DAY,
    "白天": DayNight.DAY,
    "n": DayNight.NIGHT,
    "night": DayNight.NIGHT,
    "夜间": DayNight.NIGHT,
}

Value = TypeVar("Value")


def spread(
    column: pd.Categorical, meaning: Callable[[str], int | None], missing: int | None = None
) -> tuple[NDArray[np.int64], Mask]:
    """Return a number a row from a number a code, and the rows that have none.

    Parameters
    ----------
    meaning
        The number of one text, or None if it has none.
    missing
        The number of blank cells.
    """
    values = [*(meaning(str(text)) for text in column.categories), missing]
    known = np.array([0 if value is None else value for value in values], dtype=np.int64)
    absent = np.array([value is None for value in values])
    # Blank cells have the code -1, which takes the last entry.
    bad = absent[column.codes] if absent.any() else np.zeros(len(column), dtype=bool)
    return known[column.codes], bad


def relabel(
    column: pd.Categorical, label: Callable[[str], str | None], missing: str | None
) -> tuple[pd.Categorical, Mask]:
    """Return a column with each code replaced by its label, and the rows that have none."""
    labels = [*(label(str(text)) for text in column.categories), missing]
    known = sorted({text for text in labels if text is not None})
    place = {text: number for number, text in enumerate(known)}
    codes = np.array([-1 if text is None else place[text] for text in labels], dtype=np.int16)
    spread_codes = codes[column.codes]
    bad = spread_codes < 0 if (codes < 0).any() else np.zeros(len(column), dtype=bool)
    return pd.Categorical.from_codes(spread_codes, categories=pd.Index(known, dtype="str")), bad


def constant(label: str, n_rows: int) -> pd.Categorical:
    return pd.Categorical.from_codes(
        np.zeros(n_rows, dtype=np.int8), categories=pd.Index([label], dtype="str")
    )


def product_finder(products: Sequence[Product]) -> Callable[[str], int | None]:
    """Return a function from a satellite or means to its place in `products`."""
    places = {fold(code): i for i, product in enumerate(products) for code in product.codes}
    return lambda text: places.get(fold(text))


def product_rank(scheme: VersionScheme) -> Callable[[str], int | None]:
    """Return a function from a version text to 100·level + collection order.

    A collection that the scheme does not list yet ranks by ten times its number, so that a
    provider's new collection is read on the day it appears.
    """
    levels, collections = dict(scheme.levels), dict(scheme.collections)

    def rank(text: str) -> int | None:
        parts = _VERSION.fullmatch(text.strip().upper())
        if not parts or parts[2] not in levels:
            return None
        order = collections.get(parts[1], min(99, round(10 * float(parts[1]))))
        return 100 * levels[parts[2]] + order + scheme.order_step

    return rank


def confidence_class(scale: ConfidenceScale) -> Callable[[str], str | None]:
    """Return a function from a confidence as written to its class."""
    words = {fold(word): value for word, value in scale.words}

    def classify(text: str) -> str | None:
        if (word := words.get(fold(text))) is not None:
            return str(word)
        if scale.nominal_from is None or scale.high_from is None:
            return None
        try:
            percent = float(text.strip().rstrip("%％"))
        except ValueError:
            return None
        if not 0 <= percent <= 100:
            return None
        if percent < scale.nominal_from:
            return str(Confidence.LOW)
        return str(Confidence.NOMINAL if percent < scale.high_from else Confidence.HIGH)

    return classify


def day_or_night(text: str) -> str | None:
    found = _DAY_NIGHT.get(fold(text))
    return None if found is None else str(found)
