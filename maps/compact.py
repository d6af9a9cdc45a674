"""Tables of fire points as short JSON: one list a column, repeated texts written once."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.geo import wgs84_to_gcj02

# Texts that differ from point to point are written as they are, the others by number.
_UNIQUE_TEXTS = ("point_id",)
_REPEATED_TEXTS = (
    "acquired_local",
    "ruling",
    "cause",
    "status",
    "source",
    "platform",
    "confidence",
    "city",
    "county",
    "reason",
    "event_id",
)
_DIGITS = 5
_FRP_DIGITS = 1


def compact_points(points: pd.DataFrame) -> dict[str, Any]:
    """Return fire points column by column.

    Returns
    -------
    dict
        ``lon, lat`` and ``gcj_lon, gcj_lat`` (degrees, 5 digits), ``frp_mw`` (1 digit, null if
        missing), ``point_id`` as lists; the other columns as ``{"words", "codes"}``.
    """
    lon, lat = points["lon"].to_numpy(), points["lat"].to_numpy()
    gcj_lon, gcj_lat = wgs84_to_gcj02(lon, lat)
    frp = points["frp_mw"].to_numpy(dtype=float)
    columns: dict[str, Any] = {
        "lon": np.round(lon, _DIGITS).tolist(),
        "lat": np.round(lat, _DIGITS).tolist(),
        "gcj_lon": np.round(gcj_lon, _DIGITS).tolist(),
        "gcj_lat": np.round(gcj_lat, _DIGITS).tolist(),
        "frp_mw": _or_null(np.round(frp, _FRP_DIGITS)),
    }
    columns |= {name: points[name].astype(str).tolist() for name in _UNIQUE_TEXTS}
    return columns | {name: _coded(points[name]) for name in _REPEATED_TEXTS}


def json_for_html(value: object) -> str:
    """Return JSON that can stand inside a script element: no ``<`` can end it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _or_null(values: NDArray[np.float64]) -> list[float | None]:
    some = values.astype(object)
    some[np.isnan(values)] = None
    result: list[float | None] = some.tolist()
    return result


def _coded(column: pd.Series) -> dict[str, Any]:
    codes, words = pd.factorize(column.astype("str").fillna(""))
    return {"words": [str(word) for word in words], "codes": codes.tolist()}
