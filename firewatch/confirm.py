"""High-resolution evidence of fires: which fires, what scenes show of them, on record and drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from firewatch.chips import chip_of
from firewatch.core.errors import FirewatchError, UsageError
from firewatch.core.files import short_hash
from firewatch.core.footprint import boxes, pixel_sizes
from firewatch.core.vocab import Language, Status
from firewatch.ledger.evidence import record_evidence
from firewatch.ledger.store import Ledger
from imagery.scar.evidence import evidence_of
from imagery.scar.parameters import EvidenceParameters
from imagery.scar.values import Evidence
from maps.chips import write_chip

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from imagery.feeds.offers import SceneSource

_NEAREST = 3
_NAME_DIGITS = 8


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


@dataclass(frozen=True, eq=False)
class Inquiry:
    """How fires are looked into.

    Attributes
    ----------
    folder
        Where pictures go.
    now_s
        The clock, UTC epoch seconds.
    """

    ledger: Ledger
    source: SceneSource
    parameters: EvidenceParameters
    folder: Path
    language: Language
    now_s: int


@dataclass(frozen=True, eq=False)
class Confirmed:
    """A fire, what was found of it, and where that is kept and drawn."""

    event: FireEvent
    evidence: Evidence
    evidence_id: int
    chip: Path


def confirm(event: FireEvent, inquiry: Inquiry) -> Confirmed:
    """Look for evidence of a fire, put it on record, and draw it.

    Raises
    ------
    FirewatchError
        If the source fails, or the picture cannot be drawn; the evidence then is on record.
    """
    footprint = footprint_of(event.points, inquiry.parameters.margin_m)
    evidence = evidence_of(
        footprint, event.first_s, inquiry.source, inquiry.parameters, until_s=event.last_s
    )
    with inquiry.ledger.writing() as connection:
        evidence_id = record_evidence(
            connection, event.event_id, event.points["point_key"], evidence, inquiry.now_s
        )
    chip = inquiry.folder / chip_name(event)
    write_chip(chip_of(event, evidence, inquiry.parameters, inquiry.language), chip)
    return Confirmed(event, evidence, evidence_id, chip)


def confirm_each(
    events: Sequence[FireEvent],
    inquiry: Inquiry,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[tuple[FireEvent, Confirmed | FirewatchError]]:
    """Confirm fires one after the other; one that fails does not stop the others."""
    for number, event in enumerate(events):
        progress(number, len(events))
        try:
            yield event, confirm(event, inquiry)
        except FirewatchError as error:
            yield event, error
    progress(len(events), len(events))


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


def pixel_boxes(points: pd.DataFrame, margin_m: float = 0.0) -> np.ndarray:
    """Return the box of each point's pixel, widened on each side."""
    scan_km, track_km = (np.nan_to_num(size) for size in pixel_sizes(points))
    wider_km = 2 * margin_m / 1000
    return boxes(points["lon"], points["lat"], scan_km + wider_km, track_km + wider_km)


def chip_name(event: FireEvent) -> str:
    """Return the name of a fire's picture: county, minute and a mark of the id."""
    first = event.points.iloc[0]
    minute = pd.Timestamp(event.first_s, unit="s", tz="UTC").tz_convert("Asia/Shanghai")
    simulated = "SIMULATED_" if event.simulated else ""
    mark = short_hash(event.event_id, _NAME_DIGITS)
    return f"{simulated}{int(first['county_adcode'])}_{minute:%Y%m%dT%H%M}_{mark}.png"


def _event(points: pd.DataFrame, name: str) -> FireEvent:
    return FireEvent(name, points[points["event_id"] == name].reset_index(drop=True))


def _unknown(name: str, known: list[str]) -> UsageError:
    near = get_close_matches(name, known, _NEAREST, cutoff=0.0)
    return UsageError(
        f"台账中没有火情 {name!r} / no such event",
        expected="；".join(near) or "—",
        remedy="firewatch points 的 event_id 列有全部编号 / column event_id of firewatch points",
    )
