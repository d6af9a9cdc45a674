"""Fire points inside the page: columns as base64 arrays, repeated texts written once."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.time import local_day_number

# Texts that differ from point to point; left out where there are too many points.
LONG_TEXTS = ("point_id", "reason", "finding_reason")
CODED = (
    "ruling", "cause", "status", "source", "platform", "confidence", "township", "finding",
)  # fmt: skip
DEGREE_STEPS = 100_000
"""Coordinates are written in steps of 1e-5 degrees, the resolution of a point's identity."""
POWER_STEPS, SIZE_STEPS, AREA_STEPS = 10, 100, 100
_S_A_MINUTE = 60
_WIDTHS = {"i4": "<i4", "u2": "<u2", "i2": "<i2", "u1": "u1"}


def encoded_points(
    points: pd.DataFrame, days: Sequence[str], schemes: Mapping[str, Any], *, light: bool
) -> dict[str, Any]:
    """Return fire points as the page reads them.

    Parameters
    ----------
    points
        `maps.inputs.POINT_COLUMNS`.
    days
        ISO days of the season; a point on none of them has day -1.
    schemes
        Name → looks (see `look_numbers`): one number a point and scheme.
    light
        Leave `LONG_TEXTS` out.

    Returns
    -------
    dict
        count, and by column ``{"type", "base64"}`` (little endian): lon, lat in 1e-5 degrees;
        minute since 1970 UTC; day; frp 0.1 MW, scan, track 0.01 km and finding_ha 0.01 ha (-1
        unknown); unit; county (adcode); look_<scheme>. Coded texts as ``{"words", "codes"}``;
        an event is named by the row of its first point, or by its text.
    """
    minute = points["acquired_s"].to_numpy(dtype=np.int64) // _S_A_MINUTE
    columns: dict[str, Any] = {
        "count": len(points),
        "lon": _array(points["lon"].to_numpy(dtype=float) * DEGREE_STEPS, "i4"),
        "lat": _array(points["lat"].to_numpy(dtype=float) * DEGREE_STEPS, "i4"),
        "minute": _array(minute, "i4"),
        "day": _array(day_places(points, days), "i2"),
        "frp": _steps(points["frp_mw"], POWER_STEPS),
        "scan": _steps(points["scan_km"], SIZE_STEPS),
        "track": _steps(points["track_km"], SIZE_STEPS),
        "finding_ha": _steps(points["finding_ha"], AREA_STEPS),
        "unit": _array(points["unit"], "i4"),
        "county": _array(points["county_adcode"], "i4"),
        "event_id": _events(points),
    }
    columns |= {name: _coded(points[name]) for name in CODED}
    for name, looks in schemes.items():
        columns[f"look_{name}"] = _array(look_numbers(points, looks), "u1")
    if light:
        return columns
    own = {"point_id": points["point_id"].astype(str).tolist()}
    return columns | own | {name: _coded(points[name]) for name in LONG_TEXTS[1:]}


def day_places(points: pd.DataFrame, days: Sequence[str]) -> NDArray[np.int64]:
    """Return for each point the place of its Beijing day among some days, -1 for none."""
    numbers = local_day_number(points["acquired_s"].to_numpy(dtype=np.int64))
    wanted = pd.to_datetime(pd.Series(list(days), dtype="str"))
    # Days without a counterpart are written as "" and are no day.
    place = pd.Series(np.arange(len(wanted)), index=wanted)[wanted.notna().to_numpy()]
    found = place.reindex(pd.to_datetime(numbers, unit="D")).fillna(-1)
    return found.to_numpy(dtype=np.int64)


def look_numbers(points: pd.DataFrame, looks: Sequence[Mapping[str, Any]]) -> NDArray[np.int64]:
    """Return the number of each point's look: the first whose codes match, else the last."""
    matches = [points[look["column"]].isin(look["codes"]).to_numpy() for look in looks[:-1]]
    number: NDArray[np.int64] = np.select(matches, range(len(matches)), default=len(matches))
    return number


def _steps(values: pd.Series, steps: int) -> dict[str, str]:
    """Write numbers in steps, -1 for those that are unknown."""
    numbers = values.astype("float64").to_numpy(dtype=float)
    return _array(np.where(np.isnan(numbers), -1, numbers * steps), "i4")


def _array(values: Any, kind: str) -> dict[str, str]:
    whole = np.rint(np.asarray(values, dtype=float)).astype(_WIDTHS[kind])
    return {"type": kind, "base64": base64.b64encode(whole.tobytes()).decode()}


def _coded(column: pd.Series) -> dict[str, Any]:
    codes, words = pd.factorize(column.astype("str").fillna(""))
    kind = "u1" if len(words) <= np.iinfo(np.uint8).max else "i4"
    return {"words": [str(word) for word in words], "codes": _array(codes, kind)}


def _events(points: pd.DataFrame) -> dict[str, Any]:
    """Code the events; most ids are "E_" and the id of a point, of which the row will do."""
    codes, words = pd.factorize(points["event_id"].astype("str").fillna(""))
    row_of = pd.Series(np.arange(len(points)), index="E_" + points["point_id"].astype("str"))
    row_of = row_of[~row_of.index.duplicated()]
    rows = row_of.reindex(words)
    named = [
        int(row) if row == row else str(word)
        for row, word in zip(rows.tolist(), words, strict=True)
    ]
    return {"words": named, "codes": _array(codes, "i4")}
