"""Which fire calls for someone, and which is told, late or nobody's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from alerts.calls import CallState, decide, due_by_urgency, shipped_table
from firewatch.core.vocab import Cause, Ruling

HOUR_S = 3600
EventTable = Callable[..., pd.DataFrame]
StateOf = Callable[..., str]


@pytest.fixture
def state_of(event_table: EventTable, now_epoch_s: int) -> StateOf:
    """Return a function: fields of one event → its state."""

    def state(**fields: object) -> str:
        return str(decide(event_table(fields), now_epoch_s, 24, ())["state"].iloc[0])

    return state


@pytest.mark.parametrize("ruling", ["ban_violation", "restricted_unpermitted", "unzoned"])
def test_a_suspected_straw_fire_without_permit_calls_for_someone(
    state_of: StateOf, ruling: str
) -> None:
    assert state_of(ruling=ruling, cause="unknown") == CallState.DUE


@pytest.mark.parametrize("ruling", list(Ruling))
@pytest.mark.parametrize("cause", ["static_heat", "works"])
def test_industrial_heat_calls_for_no_one_wherever_it_is(
    state_of: StateOf, ruling: str, cause: str
) -> None:
    assert state_of(ruling=ruling, cause=cause) == CallState.NO_CALL


def test_permitted_burning_calls_for_no_one(state_of: StateOf) -> None:
    assert state_of(ruling="restricted_permitted", cause="unknown") == CallState.NO_CALL


def test_a_permit_does_not_lift_a_cane_leaf_ban(state_of: StateOf) -> None:
    marks = "cane_leaf_ban;scenic"
    assert state_of(ruling="restricted_permitted", marks=marks) == CallState.DUE
    assert state_of(ruling="restricted_permitted", marks="scenic") == CallState.NO_CALL
    assert state_of(ruling="restricted_permitted", marks=marks, cause="works") == CallState.NO_CALL


def test_the_table_answers_every_ruling_and_cause_there_is() -> None:
    declared = set(shipped_table().calls)
    assert declared == {(str(ruling), str(cause)) for ruling in Ruling for cause in Cause}
    assert set(shipped_table().urgency) == {str(ruling) for ruling in Ruling}


def test_a_ruling_that_the_table_does_not_know_calls_rather_than_being_missed(
    state_of: StateOf,
) -> None:
    assert state_of(ruling="episode_ban", cause="unknown") == CallState.DUE


@pytest.mark.parametrize(
    ("age_s", "state"), [(0, "due"), (24 * HOUR_S, "due"), (24 * HOUR_S + 1, "late")]
)
def test_an_event_is_due_until_its_newest_point_is_older_than_24_hours(
    state_of: StateOf, now_epoch_s: int, age_s: int, state: str
) -> None:
    assert state_of(newest_epoch_s=now_epoch_s - age_s) == state


def test_an_old_event_that_still_burns_is_due(state_of: StateOf, now_epoch_s: int) -> None:
    first = now_epoch_s - 72 * HOUR_S
    assert state_of(first_epoch_s=first, newest_epoch_s=now_epoch_s - HOUR_S) == CallState.DUE


def test_nobody_is_told_twice_of_one_event(event_table: EventTable, now_epoch_s: int) -> None:
    events = event_table({"event_id": "E1"}, {"event_id": "E2"})
    decided = decide(events, now_epoch_s, 24, {"E1"})
    assert decided["state"].tolist() == ["told", "due"]


def test_deciding_keeps_rows_order_and_columns(event_table: EventTable, now_epoch_s: int) -> None:
    events = event_table({"event_id": "E2"}, {"event_id": "E1"}).set_index(pd.Index([7, 3]))
    decided = decide(events, now_epoch_s, 24, ())
    pd.testing.assert_frame_equal(decided.drop(columns="state"), events)


def test_categorical_columns_and_tables_without_rows_are_decided_too(
    event_table: EventTable, now_epoch_s: int
) -> None:
    events = event_table({}).astype({"ruling": "category", "cause": "category"})
    assert decide(events, now_epoch_s, 24, ())["state"].tolist() == ["due"]
    assert decide(events.iloc[:0], now_epoch_s, 24, ())["state"].tolist() == []


def test_ban_areas_come_first_and_then_the_strongest_fire(
    event_table: EventTable, now_epoch_s: int
) -> None:
    events = event_table(
        {"event_id": "unzoned", "ruling": "unzoned", "frp_mw": 90.0},
        {"event_id": "ban weak", "ruling": "ban_violation", "frp_mw": 1.0},
        {"event_id": "ban unmeasured", "ruling": "ban_violation", "frp_mw": np.nan},
        {"event_id": "ban strong", "ruling": "ban_violation", "frp_mw": 30.0},
        {"event_id": "restricted", "ruling": "restricted_unpermitted", "frp_mw": 5.0},
    )
    ordered = due_by_urgency(decide(events, now_epoch_s, 24, ()))
    assert ordered["event_id"].tolist() == [
        "ban strong",
        "ban weak",
        "ban unmeasured",
        "restricted",
        "unzoned",
    ]
