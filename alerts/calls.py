"""Decide which fire event calls for someone. The rule itself is the table `calls.json`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.vocab import Cause

_HOUR_S = 3600


class CallState(StrEnum):
    """What becomes of an event: only `DUE` events are told to someone."""

    DUE = "due"
    LATE = "late"
    TOLD = "told"
    NO_CALL = "no_call"


@dataclass(frozen=True)
class CallTable:
    """Which ruling and cause call for someone, and which ruling comes first.

    Parameters
    ----------
    calls
        ``(ruling, cause) → does it call``.
    undeclared_calls
        The answer for a pair that the table does not name, such as a ruling the user added.
        It ships as true: a look in vain costs less than a fire nobody was told of.
    urgency
        Rulings, most urgent first; others come after them.
    calling_marks
        Marks that call whatever the ruling, unless the cause is known to be no burning of straw:
        a burn permit does not lift a cane-leaf ban.
    recipients
        Mark → the body that is told besides the county.
    """

    calls: Mapping[tuple[str, str], bool]
    undeclared_calls: bool
    urgency: tuple[str, ...]
    calling_marks: frozenset[str]
    recipients: Mapping[str, str]

    def calls_for_someone(self, events: pd.DataFrame) -> NDArray[np.bool_]:
        """Return one truth value an event, from its `ruling`, `cause` and `marks`."""
        return self._by_ruling(events) | self._by_mark(events)

    def _by_mark(self, events: pd.DataFrame) -> NDArray[np.bool_]:
        marked = events["marks"].astype("str").str.split(";")
        called = marked.map(lambda marks: not self.calling_marks.isdisjoint(marks))
        burning: NDArray[np.bool_] = (events["cause"].astype(str) == Cause.UNKNOWN).to_numpy()
        return called.to_numpy(dtype=bool) & burning

    def _by_ruling(self, events: pd.DataFrame) -> NDArray[np.bool_]:
        pairs = pd.MultiIndex.from_arrays(
            [events["ruling"].astype(str), events["cause"].astype(str)]
        )
        table = pd.Series(self.calls)
        known: NDArray[np.bool_] = pairs.isin(table.index)
        answers = table.reindex(pairs).to_numpy(dtype=object)
        return np.where(known, answers, self.undeclared_calls).astype(bool)


@cache
def shipped_table() -> CallTable:
    """Return the table that comes with the program (`calls.json`)."""
    content = json.loads(files("alerts").joinpath("calls.json").read_text(encoding="utf-8"))
    calls = {
        (ruling, cause): answer
        for ruling, by_cause in content["calls"].items()
        for cause, answer in by_cause.items()
    }
    return CallTable(
        calls,
        content["undeclared_calls"],
        tuple(content["urgency"]),
        frozenset(content["calling_marks"]),
        content["recipients"],
    )


def decide(
    events: pd.DataFrame,
    now_epoch_s: int,
    max_age_h: float,
    already_told: Collection[str],
) -> pd.DataFrame:
    """Add the column `state` to a table of fire events.

    Parameters
    ----------
    events
        One row an event, as known at `now_epoch_s`; at least `event_id`, `ruling`, `cause`,
        `marks` (joined by ``;``) and `newest_epoch_s` (UTC epoch seconds of its newest point).
    now_epoch_s
        The time of the decision, UTC epoch seconds.
    max_age_h
        How old (hours) the newest point may be for the alert still to be of use; this age
        itself is still due.
    already_told
        Identifiers of the events somebody was told of before.

    Returns
    -------
    pandas.DataFrame
        The same rows and order with `state` (a `CallState` code): `no_call` goes before
        `told`, `told` before `late`, `late` before `due`.
    """
    age_s = now_epoch_s - events["newest_epoch_s"].to_numpy(dtype="int64")
    told = events["event_id"].isin(list(already_told)).to_numpy(dtype=bool)
    states = np.select(
        [~shipped_table().calls_for_someone(events), told, age_s > max_age_h * _HOUR_S],
        [str(CallState.NO_CALL), str(CallState.TOLD), str(CallState.LATE)],
        str(CallState.DUE),
    )
    return events.assign(state=pd.Series(states, index=events.index, dtype="str"))


def due_by_urgency(calls: pd.DataFrame) -> pd.DataFrame:
    """Return the due events, most urgent first: ruling, then radiative power, then newness."""
    due = calls[calls["state"] == CallState.DUE]
    rank = {ruling: number for number, ruling in enumerate(shipped_table().urgency)}
    keys = pd.DataFrame(
        {
            "rank": due["ruling"].astype(str).map(rank).fillna(len(rank)),
            "frp": -due["frp_mw"].astype(float).fillna(0.0),
            "newest": -due["newest_epoch_s"],
            "event_id": due["event_id"].astype(str),
        },
        index=due.index,
    )
    return due.loc[keys.sort_values(list(keys.columns), kind="stable").index]
