"""One alert: a fire event that calls for someone, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from alerts.calls import due_by_urgency, shipped_table


@dataclass(frozen=True)
class Alert:
    """A due fire event. Positions are WGS-84 degrees, times UTC epoch seconds.

    `frp_mw` is the largest fire radiative power of its points, None where no instrument
    measured one; `pixels` is the number of its points.
    """

    event_id: str
    point_id: str
    newest_epoch_s: int
    first_epoch_s: int
    lon: float
    lat: float
    city_adcode: int
    city: str
    county_adcode: int
    county: str
    township: str
    ruling: str
    reason: str
    marks: tuple[str, ...]
    cause: str
    confidence: str
    platforms: tuple[str, ...]
    pixels: int
    frp_mw: float | None

    @property
    def recipients(self) -> tuple[str, ...]:
        """The bodies that are told besides the county, because of the marks."""
        known = shipped_table().recipients
        return tuple(dict.fromkeys(known[mark] for mark in self.marks if mark in known))


_TEXTS = (
    "event_id",
    "point_id",
    "city",
    "county",
    "township",
    "ruling",
    "reason",
    "cause",
    "confidence",
)
_WHOLE_NUMBERS = ("newest_epoch_s", "first_epoch_s", "city_adcode", "county_adcode", "pixels")
_LISTS = ("marks", "platforms")


def due_alerts(calls: pd.DataFrame) -> tuple[Alert, ...]:
    """Return the due rows of a decided event table as alerts, most urgent first."""
    return tuple(_alert(row) for row in due_by_urgency(calls).to_dict("records"))


def _alert(row: dict[Any, Any]) -> Alert:
    frp_mw = float(row["frp_mw"])
    fields: dict[str, Any] = {
        **{name: _text(row[name]) for name in _TEXTS},
        **{name: int(row[name]) for name in _WHOLE_NUMBERS},
        **{name: _parts(row[name]) for name in _LISTS},
        "lon": float(row["lon"]),
        "lat": float(row["lat"]),
        "frp_mw": frp_mw if np.isfinite(frp_mw) else None,
    }
    return Alert(**fields)


def _text(value: object) -> str:
    return "" if pd.isna(value) else " ".join(str(value).split())  # type: ignore[call-overload]


def _parts(joined: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(joined).split(";") if part.strip())
