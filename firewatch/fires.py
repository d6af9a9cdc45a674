"""Fires that somebody asks about: found by name or by day, with the ground that they cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.errors import UsageError
from firewatch.core.footprint import boxes, pixel_sizes
from firewatch.core.vocab import Status

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_NEAREST = 3


@dataclass(frozen=True, eq=False)
class FireEvent:
    """One fire: its points in force, with the names that people know it by."""

    event_id: str
    points: pd.DataFrame

    @property
    def first_s(self) -> int:
        return int(self.points["acquired_s"].min())

    @property
    def last_s(self) -> int:
        return int(self.points["acquired_s"].max())

    @property
    def simulated(self) -> bool:
        return bool(self.points["simulated"].any())


def events_named(points: pd.DataFrame, names: Sequence[str]) -> list[FireEvent]:
    """Return fires by the id of the event, or of any of its points.

    Parameters
    ----------
    points
        Points in force, as of `firewatch.views.current_points`.

    Raises
    ------
    UsageError
        If there is no such event; it names the nearest ids.
    """
    event_of = dict(zip(points["point_id"], points["event_id"], strict=True))
    known = dict.fromkeys(points["event_id"])
    wanted = [event_of.get(name, name) for name in dict.fromkeys(names)]
    for name in wanted:
        if name not in known:
            raise _unknown(name, list(known))
    return [_event(points, name) for name in dict.fromkeys(wanted)]


def suspected_events(points: pd.DataFrame, days: tuple[int, int]) -> list[FireEvent]:
    """Return the fires with a suspected point acquired in [first, after) seconds, in order."""
    within = points["acquired_s"].between(days[0], days[1], inclusive="left")
    suspected = points["status"].astype("str") == Status.SUSPECTED
    names = points.loc[within & suspected, "event_id"].drop_duplicates()
    groups = points[points["event_id"].isin(names)].groupby("event_id", sort=False)
    return [FireEvent(str(name), rows.reset_index(drop=True)) for name, rows in groups]


def footprint_of(points: pd.DataFrame, margin_m: float) -> BaseGeometry:
    """Return the ground that the pixels of a fire cover, widened by the error of their position.

    A point without a pixel, such as a patrol's, has the margin alone. WGS-84 degrees.
    """
    return shapely.union_all(pixel_boxes(points, margin_m))


def pixel_boxes(points: pd.DataFrame, margin_m: float = 0.0) -> NDArray[np.object_]:
    """Return the box of each point's pixel (WGS-84 degrees), widened on each side."""
    scan_km, track_km = (np.nan_to_num(size) for size in pixel_sizes(points))
    wider_km = 2 * margin_m / 1000
    return boxes(points["lon"], points["lat"], scan_km + wider_km, track_km + wider_km)


def _event(points: pd.DataFrame, name: str) -> FireEvent:
    return FireEvent(name, points[points["event_id"] == name].reset_index(drop=True))


def _unknown(name: str, known: list[str]) -> UsageError:
    near = get_close_matches(name, known, _NEAREST, cutoff=0.0)
    return UsageError(
        f"台账中没有火情 {name!r} / no such event",
        expected="；".join(near) or "—",
        remedy="firewatch points 的 event_id 列有全部编号 / column event_id of firewatch points",
    )
