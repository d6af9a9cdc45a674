"""GeoJSON: the properties of features as the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from imagery.lists.cells import Cells, cells_of_texts
from imagery.lists.formats import FORMATS
from imagery.lists.formats.declare import Format
from imagery.lists.heading import Miss, match_heading
from imagery.reading import unreadable


def is_json(text: bytes) -> bool:
    """Return whether a text can be nothing but JSON."""
    return text.lstrip()[:1] == b"{"


def cells_of_geojson(path: Path, text: bytes, formats: Sequence[Format] = FORMATS) -> Cells:
    """Return the declared columns of a feature collection; rows are features, counted from 1.

    Positions are taken from the properties, like everything else.

    Raises
    ------
    UnreadableFileError
        If the text is no feature collection, has no features, or their properties are those of
        no known format.
    """
    rows = _properties(path, text)
    names = list(dict.fromkeys(name for row in rows for name in row))
    match = match_heading(names, formats)
    if isinstance(match, Miss):
        if not rows or not match.worth_naming:
            raise unreadable(path, "no_features" if not rows else "unknown_format")
        columns = ", ".join(match.missing)
        raise unreadable(path, "missing_columns", format=match.format.title, columns=columns)
    texts = {
        role: pd.Series([_text(row.get(names[place])) for row in rows], dtype="str")
        for role, place in match.fields.items()
    }
    return cells_of_texts(match, np.arange(1, len(rows) + 1, dtype=np.int64), texts)


def _properties(path: Path, text: bytes) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
        features = document["features"]
        return [dict(feature["properties"] or {}) for feature in features]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise unreadable(path, "geojson") from error


def _text(value: Any) -> str:
    """Return a value as CSV would hold it: full digits, True and False."""
    return "" if value is None else str(value)
