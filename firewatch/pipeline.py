"""The way of the data: read, locate, rule, record, decide.

Two verbs: `ingest` takes new files in, `redecide` decides points on record again after a new
zone register, list of works or setting. Both end in `decide.decide`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from firewatch.core.errors import FirewatchError
from firewatch.core.schema import validate
from firewatch.core.time import Period
from firewatch.decide import Outcome, Rulebook, decide, window_of
from firewatch.identity import with_identity
from firewatch.ledger.points import working_rows
from firewatch.ledger.requests import is_last_asked
from firewatch.ledger.store import Ledger
from firewatch.recording import (
    Declaration,
    FileOutcome,
    Taken,
    ask_again,
    record_file,
    recorded_file,
)
from firewatch.rulebook import watch_over
from imagery.open import expand
from imagery.sources import Source, Watch, digest, read_source, sources
from zones.permits.edges import near_permit_edge
from zones.permits.permitting import permitted
from zones.places.locate import locate
from zones.ruling.certainty import certainty
from zones.ruling.rule import rule

# A share to 0.01 %: the same from whichever block of points it was worked out.
_SHARE_DIGITS = 4


@dataclass(frozen=True)
class IngestOutcome:
    """What became of all files."""

    files: tuple[FileOutcome, ...]

    @property
    def file_ids(self) -> frozenset[int]:
        """Return the numbers in the ledger of those that are on record."""
        return frozenset(file.file_id for file in self.files if file.file_id)

    @property
    def simulated(self) -> bool:
        """Tell whether any of them declares itself simulated."""
        return any(file.simulated for file in self.files)

    @property
    def failed(self) -> tuple[FileOutcome, ...]:
        return tuple(file for file in self.files if file.error)


def ingest(
    ledger: Ledger,
    paths: Iterable[str | Path],
    rules: Rulebook,
    now_s: int,
    declared: Declaration | None = None,
    progress: Callable[[FileOutcome, int], None] = lambda _file, _total: None,
    watch: Watch | None = None,
) -> IngestOutcome:
    """Take files in, one transaction a file or granule. One that fails is reported; the others
    go in.

    Parameters
    ----------
    paths
        Files, folders and globs.
    now_s
        The clock, UTC epoch seconds.
    progress
        Called after each file or granule with its outcome and the number of them.
    watch
        How imagery is read; by default by the shipped settings.
    """
    watch = watch or watch_over(rules.areas)
    found = sources(expand(paths), watch.stack_platform)
    outcomes = []
    for source in found:
        try:
            outcome = _ingest_source(ledger, source, rules, watch, now_s, declared)
        except (FirewatchError, OSError) as error:
            outcome = FileOutcome(source.path, error=str(error))
        outcomes.append(replace(outcome, name=source.name, companions=source.companions))
        progress(outcomes[-1], len(found))
    return IngestOutcome(tuple(outcomes))


def redecide(
    ledger: Ledger, rules: Rulebook, now_s: int, trigger: str, period: Period | None = None
) -> Outcome:
    """Decide place, ruling and cause of every point of a period again; all periods if None."""
    with ledger.writing() as connection:
        on_record = working_rows(connection, *bounds_of(period))
        if on_record.empty:
            return Outcome(0, pd.DataFrame(), pd.DataFrame())
        undecided = on_record.drop(columns=_placed_columns())
        acquired = pd.to_datetime(undecided["acquired_s"], unit="s", utc=True)
        subject = _locate_and_rule(undecided.assign(acquired_utc=acquired), rules)
        return decide(connection, subject, window_of(subject, []), rules, trigger, now_s)


def bounds_of(period: Period | None) -> tuple[int, int]:
    """Return the closed interval of a period in UTC epoch seconds; of all periods if None."""
    first_s, after_s = period.epoch_bounds_s() if period else (-(2**40), 2**40)
    return first_s, after_s - 1


def _ingest_source(
    ledger: Ledger,
    source: Source,
    rules: Rulebook,
    watch: Watch,
    now_s: int,
    declared: Declaration | None,
) -> FileOutcome:
    if source.fault is not None:
        raise source.fault
    if source.remark:
        return FileOutcome(source.path, remark=source.remark)
    sha256 = digest(source, watch)
    # A list of fires is read in one way only.
    settings = watch.version if source.imagery else sha256
    with ledger.reading() as connection:
        known = recorded_file(connection, source.path, sha256)
        if known is not None and is_last_asked(connection, known.file_id, settings):
            return known
    taken = None if known else _read_and_rule(source, sha256, settings, rules, watch, now_s)
    with ledger.writing() as connection:
        # Another process may have taken the same file in while this one was reading.
        known = recorded_file(connection, source.path, sha256)
        if known is not None or taken is None:
            assert known is not None
            return ask_again(connection, known, settings, rules, now_s)
        return record_file(connection, taken, declared, rules, now_s)


def _read_and_rule(
    source: Source, sha256: str, settings: str, rules: Rulebook, watch: Watch, now_s: int
) -> Taken:
    reading = read_source(source, now_s, watch)
    points = with_identity(validate(reading.points, "read"))
    inside = _locate_and_rule(points, rules, keep_outside=False)
    return Taken(source, sha256, settings, reading, points, inside)


def _locate_and_rule(
    points: pd.DataFrame, rules: Rulebook, keep_outside: bool = True
) -> pd.DataFrame:
    located = locate(points, rules.areas, rules.townships, rules.villages)
    if not keep_outside:
        located = located[located["county_adcode"] != 0].reset_index(drop=True)
    ruled = rule(located, rules.register, rules.precedence)
    permitted_ = permitted(ruled, rules.permits, rules.air)
    sure = certainty(permitted_, rules.register, rules.precedence)
    return permitted_.assign(
        ruling_share=sure["ruling_share"].round(_SHARE_DIGITS),
        near_boundary=sure["near_boundary"]
        | near_permit_edge(permitted_, rules.permits, rules.air),
    )


def _placed_columns() -> list[str]:
    placed = ["county_adcode", "township", "village", "straddles"]
    ruled = ["ruling", "ruling_zone_id", "ruling_share", "near_boundary", "permit_id"]
    return [*placed, *ruled, "zones_hit", "marks"]
