"""The one mechanism by which anything about a point is decided, for the first time or again.

New files, a new zone register, a late product, a changed list of works: each brings *subject*
points with freshly decided place and ruling. What hangs together with them (other versions of
their overpasses, their events, the recurrence of heat in their cells) is loaded and decided
with them, and every point whose decision changed gets one more row of history.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from firewatch.cause.decide import decide_causes
from firewatch.cause.static_heat import StaticHeatRule, heat_cells, static_cells
from firewatch.cause.works import WorksList
from firewatch.core.time import local_day_number
from firewatch.events import Linkage, join_events
from firewatch.ledger.claims import claims_within
from firewatch.ledger.current import add_new, refresh
from firewatch.ledger.points import DECIDED, current_keys_by, working_rows, working_rows_of
from firewatch.ledger.requests import requested_between
from firewatch.ledger.store import append, append_row
from firewatch.ledger.tables import decisions, runs
from firewatch.supersession import IN_FORCE, Matching, supersede
from zones.permits.air_quality import AirQuality
from zones.permits.permits import Permits
from zones.places.areas import Areas
from zones.places.subareas import SubAreas
from zones.register.register import Register
from zones.ruling.precedence import Precedence

_OVERPASS_EDGE_S = 2 * 3600
"""Wider than any overpass, so that a window never cuts one in two."""


_WAS = {name: f"was_{name}" for name in DECIDED}


@dataclass(frozen=True, eq=False)
class Rulebook:
    """Everything besides the points that a decision depends on."""

    areas: Areas
    townships: SubAreas
    villages: SubAreas
    register: Register
    precedence: Precedence
    permits: Permits
    air: AirQuality
    works: WorksList
    static_heat: StaticHeatRule
    matching: Matching
    linkage: Linkage

    @property
    def areas_version(self) -> str:
        """The version of the counties and of the user's layers below them."""
        layers = [layer.version for layer in (self.townships, self.villages) if len(layer)]
        return "/".join([self.areas.version, *layers])

    @property
    def permits_version(self) -> str:
        return f"{self.permits.version}/{self.air.version}"

    @property
    def cause_version(self) -> str:
        return f"{self.static_heat.version}/{self.works.sha256[:12]}"

    @property
    def parameters(self) -> str:
        """Thresholds and precedence, as JSON: what a run must state to be proved."""
        stated = {
            "matching": asdict(self.matching),
            "events": asdict(self.linkage),
            "precedence": self.precedence.described(),
        }
        return json.dumps(stated, sort_keys=True)


@dataclass(frozen=True)
class Window:
    """The closed interval of acquisition times (UTC epoch seconds) that a decision concerns."""

    first_s: int
    last_s: int

    def widened(self, seconds: float) -> Window:
        return Window(int(self.first_s - seconds), int(self.last_s + seconds))


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run of decisions changed.

    Parameters
    ----------
    run_id
        The run's number in the ledger; 0 if nothing changed.
    before, after
        Decisions of the changed points by point_key, as recorded and as made now; points decided
        for the first time are only in `after`.
    """

    run_id: int
    before: pd.DataFrame
    after: pd.DataFrame


def decide(
    connection: Connection,
    subject: pd.DataFrame,
    window: Window | None,
    rules: Rulebook,
    trigger: str,
    now_s: int,
) -> Outcome:
    """Decide the subject points and all that hangs together with them, and record what changed.

    Parameters
    ----------
    subject
        Points on record, as working rows whose place and ruling are decided; for new points the
        remaining columns of a decision are absent or missing.
    window
        Times within which versions and events are decided again: those of the subject points and
        of what a new file declares to cover. None if there are neither.
    """
    if window is None:
        return Outcome(0, pd.DataFrame(), pd.DataFrame())
    work = _with_relations(connection, subject, window, rules)
    work = _decide_versions(connection, work, window, rules)
    work = _decide_events(work, rules)
    work = _decide_causes(connection, work, rules)
    return _record_changes(connection, work, rules, trigger, now_s)


def _with_relations(
    connection: Connection, subject: pd.DataFrame, window: Window, rules: Rulebook
) -> pd.DataFrame:
    """Add the points on record in the window, and all members of the events they belong to."""
    reach = _reach(window, rules)
    first_undecided = None if "superseded_by" in subject else _first_key(subject)
    near = working_rows(connection, reach.first_s, reach.last_s, first_undecided)
    events = near.loc[near["superseded_by"] == IN_FORCE, "event_key"].to_numpy(dtype=np.int64)
    members = current_keys_by(connection, "event_key", events)
    far = working_rows_of(connection, np.setdiff1d(members, near["point_key"]))
    on_record = _remembering(pd.concat([near, far], ignore_index=True) if len(far) else near)
    recorded = on_record.set_index("point_key")[list(_WAS.values())]
    others = on_record[~on_record["point_key"].isin(subject["point_key"])]
    subject = subject.join(recorded, on="point_key")
    return pd.concat([subject, others], ignore_index=True) if len(others) else subject


def _first_key(fresh: pd.DataFrame) -> int | None:
    return int(fresh["point_key"].min()) if len(fresh) else None


def _remembering(on_record: pd.DataFrame) -> pd.DataFrame:
    """Keep the recorded decision beside the one to be made, as `was_*` columns."""
    return on_record.assign(**{was: on_record[name] for name, was in _WAS.items()})


def _with_day_and_cell(work: pd.DataFrame) -> pd.DataFrame:
    return work.assign(
        local_day=local_day_number(work["acquired_s"].to_numpy(dtype=np.int64)),
        heat_cell=heat_cells(work["lon"], work["lat"]),
    )


def _reach(window: Window, rules: Rulebook) -> Window:
    """Return the times from which anything can bear on the points of a window."""
    return window.widened(rules.linkage.gap_h * 3600 + 2 * _OVERPASS_EDGE_S)


def _decide_versions(
    connection: Connection, work: pd.DataFrame, window: Window, rules: Rulebook
) -> pd.DataFrame:
    """Decide which versions are in force; rows at the edge are context and stay as they are."""
    reach, certain = _reach(window, rules), window.widened(_OVERPASS_EDGE_S)
    near = work[work["acquired_s"].between(reach.first_s, reach.last_s)]
    made = claims_within(connection, reach.first_s, reach.last_s)
    requested = requested_between(connection, reach.first_s, reach.last_s)
    columns = [near[name] for name in ("platform", "product_family", "acquired_s", "product_rank")]
    asked = near.assign(
        platform=requested.platforms(*columns), product_rank=requested.ranks(*columns)
    )
    decided = supersede(asked, requested.ranked(made), rules.matching)
    decided = decided[near["acquired_s"].between(certain.first_s, certain.last_s)]
    for name in decided:
        work.loc[decided.index, name] = decided[name]
    return work


def _decide_events(work: pd.DataFrame, rules: Rulebook) -> pd.DataFrame:
    in_force = (work["superseded_by"] == IN_FORCE).to_numpy()
    work[["event_key", "overpass_key"]] = 0
    joined = join_events(work[in_force], rules.linkage)
    work.loc[in_force, ["event_key", "overpass_key"]] = joined
    return work


def _decide_causes(connection: Connection, work: pd.DataFrame, rules: Rulebook) -> pd.DataFrame:
    """Judge the recurrence of heat in every cell that the points touch, over the whole ledger."""
    work = _with_day_and_cell(work)
    keys = current_keys_by(connection, "heat_cell", work["heat_cell"].unique())
    rest = working_rows_of(connection, np.setdiff1d(keys, work["point_key"]))
    if len(rest):
        both = pd.concat([work, _remembering(rest)], ignore_index=True)
        work = _with_day_and_cell(both)
    in_force = (work["superseded_by"] == IN_FORCE).to_numpy()
    seen = work[in_force & (work["source"] == "satellite").to_numpy()]
    static = static_cells(seen, rules.static_heat)
    caused = decide_causes(work, static, rules.works, rules.static_heat)
    return work.assign(**{str(name): caused[name] for name in caused})


def _record_changes(
    connection: Connection, work: pd.DataFrame, rules: Rulebook, trigger: str, now_s: int
) -> Outcome:
    differs = _differs(work)
    changed = work if differs.all() else work[differs]
    is_new = changed["was_ruling"].isna()
    after = changed.set_index("point_key")[list(DECIDED)]
    before = changed[~is_new].set_index("point_key")[list(_WAS.values())].set_axis(DECIDED, axis=1)
    if changed.empty:
        return Outcome(0, before, after)
    run_id = append_row(
        connection,
        runs,
        {
            "decided_at": now_s,
            "trigger": trigger,
            "register_version": rules.register.version,
            "permits_version": rules.permits_version,
            "areas_version": rules.areas_version,
            "cause_version": rules.cause_version,
            "parameters": rules.parameters,
        },
    )
    decided = changed.assign(run_id=run_id)
    in_order = decided["point_key"].is_monotonic_increasing
    append(connection, decisions, decided if in_order else decided.sort_values("point_key"))
    if is_new.any():
        add_new(connection, int(decided["point_key"][is_new].min()))
    refresh(connection, before.index.tolist())
    return Outcome(run_id, before, after)


def _differs(work: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which points' decisions differ from the recorded ones; new points always do."""
    differs = work["was_ruling"].isna().to_numpy(dtype=bool, copy=True)
    if differs.all():
        return differs
    recorded = work[~differs]
    changed = np.zeros(len(recorded), dtype=bool)
    for name, was in _WAS.items():
        same = (recorded[name] == recorded[was]) | (recorded[name].isna() & recorded[was].isna())
        changed |= ~same.to_numpy(dtype=bool)
    differs[~differs] = changed
    return differs


def window_of(subject: pd.DataFrame, claims: Sequence[tuple[int, int]]) -> Window | None:
    """Return the interval that holds the subject points and the claimed periods."""
    edges = [edge for claim in claims for edge in claim]
    if len(subject):
        edges += [int(subject["acquired_s"].min()), int(subject["acquired_s"].max())]
    return Window(min(edges), max(edges)) if edges else None
