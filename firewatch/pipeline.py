"""The way of the data: read, locate, rule, record, decide.

Two verbs: `ingest` takes new files in, `redecide` decides points on record again after a new
zone register, list of works or setting. Both end in `decide.decide`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, func, select

from firewatch.core.errors import FirewatchError
from firewatch.core.geo import Extent
from firewatch.core.schema import validate
from firewatch.core.time import Period
from firewatch.core.vocab import Source as Means
from firewatch.decide import Outcome, Rulebook, decide, window_of
from firewatch.identity import NATURAL_KEY, first_of_each, with_identity
from firewatch.ledger.claims import claims_of, record_claims
from firewatch.ledger.coverage import record_coverage
from firewatch.ledger.points import (
    known_keys,
    product_keys,
    record,
    with_wanted,
    working_rows,
)
from firewatch.ledger.store import Ledger, append, append_row, fetch
from firewatch.ledger.tables import points_current, rejections, sightings, source_files
from firewatch.ledger.versions import own_rank
from firewatch.rulebook import watch_over
from firewatch.supersession import IN_FORCE, Claim
from imagery.open import expand
from imagery.reading import Look, Reading
from imagery.sources import Source, Watch, digest, read_source, sources
from zones.permits.edges import near_permit_edge
from zones.permits.permitting import permitted
from zones.places.locate import locate
from zones.ruling.certainty import certainty
from zones.ruling.rule import rule

# A share to 0.01 %: the same from whichever block of points it was worked out.
_SHARE_DIGITS = 4
TALLY = ("rows", "inside", "outside", "rejected", "duplicate", "superseded", "new")


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file. rows = inside + outside + rejected; inside = duplicate + new.

    Parameters
    ----------
    superseded
        Points that this file's versions took out of force, or that came in already out of force.
    known
        The same bytes were taken in before; nothing changed.
    name
        What to call it by: the file's name, of images in several files with their folder.
    companions
        The other files of its granule.
    remark
        What the user should know of a file without points.
    error
        Why the file could not be taken in; empty if it was.
    """

    path: Path
    file_id: int = 0
    rows: int = 0
    inside: int = 0
    outside: int = 0
    rejected: int = 0
    duplicate: int = 0
    superseded: int = 0
    new: int = 0
    known: bool = False
    name: str = ""
    companions: tuple[Path, ...] = ()
    remark: str = ""
    error: str = ""


@dataclass(frozen=True)
class IngestOutcome:
    """What became of all files."""

    files: tuple[FileOutcome, ...]

    @property
    def failed(self) -> tuple[FileOutcome, ...]:
        return tuple(file for file in self.files if file.error)


@dataclass(frozen=True)
class Declaration:
    """Extent and period that the user declares for the files of one ingest."""

    extent: Extent
    period: Period


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


def points_by_city(ledger: Ledger, outcome: IngestOutcome, rules: Rulebook) -> dict[str, int]:
    """Count the points in force that came from the files of an ingest, by city, most first."""
    file_ids = {file.file_id for file in outcome.files if file.file_id}
    with ledger.reading() as connection:
        wanted = with_wanted(connection, file_ids)
        came = select(sightings.c.point_key).where(
            sightings.c.file_id.in_(select(wanted.c.wanted_key))
        )
        query = (
            select(points_current.c.county_adcode, func.count().label("points"))
            .where(points_current.c.point_key.in_(came), points_current.c.county_adcode > 0)
            .group_by(points_current.c.county_adcode)
        )
        counts = fetch(connection, query)
    cities = rules.areas.counties.set_index("adcode")[["city_adcode", "city_name"]]
    sums = counts.join(cities, on="county_adcode").groupby(["city_adcode", "city_name"])["points"]
    ranked = (
        sums.sum().reset_index().sort_values(["points", "city_adcode"], ascending=[False, True])
    )
    return dict(zip(ranked["city_name"].tolist(), ranked["points"].tolist(), strict=True))


def redecide(
    ledger: Ledger, rules: Rulebook, now_s: int, trigger: str, period: Period | None = None
) -> Outcome:
    """Decide place, ruling and cause of every point of a period again; all periods if None."""
    first_s, last_s = period.epoch_bounds_s() if period else (-(2**40), 2**40)
    with ledger.writing() as connection:
        on_record = working_rows(connection, first_s, last_s - 1)
        if on_record.empty:
            return Outcome(0, pd.DataFrame(), pd.DataFrame())
        undecided = on_record.drop(columns=_placed_columns())
        acquired = pd.to_datetime(undecided["acquired_s"], unit="s", utc=True)
        subject = _locate_and_rule(undecided.assign(acquired_utc=acquired), rules)
        return decide(connection, subject, window_of(subject, []), rules, trigger, now_s)


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
    sha256 = digest(source, watch)
    with ledger.reading() as connection:
        known = _recorded_file(connection, source.path, sha256)
    if known is not None:
        return known
    reading = read_source(source, now_s, watch)
    points = with_identity(validate(reading.points, "read"))
    inside = _locate_and_rule(points, rules, keep_outside=False)
    with ledger.writing() as connection:
        # Another process may have taken the same file in while this one was reading.
        return _recorded_file(connection, source.path, sha256) or _record_file(
            connection, source, sha256, reading, points, inside, rules, now_s, declared
        )


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


def _record_file(
    connection: Connection,
    source: Source,
    sha256: str,
    reading: Reading,
    points: pd.DataFrame,
    inside: pd.DataFrame,
    rules: Rulebook,
    now_s: int,
    declared: Declaration | None,
) -> FileOutcome:
    """Record one file or granule, its points and all that follows from them."""
    outcome = FileOutcome(
        source.path,
        rows=reading.rows,
        inside=len(inside),
        outside=len(points) - len(inside),
        rejected=len(reading.rejections),
        remark=reading.remark,
    )
    reading, inside = _ranked(connection, reading, inside)
    inside, fresh = _record_points(connection, inside)
    made = _claims(points, reading, declared, rules.areas.extent)
    window = window_of(fresh, [(claim.first_s, claim.last_s) for claim in made])
    file_id = _record_source(connection, outcome, source, reading, sha256, now_s)
    record_claims(connection, file_id, made)
    if reading.coverage is not None:
        record_coverage(connection, file_id, reading.coverage)
    append(connection, rejections, reading.rejections.assign(file_id=file_id))
    append(connection, sightings, inside.assign(file_id=file_id))
    changed = decide(connection, fresh, window, rules, f"ingest {file_id}", now_s)
    outcome = replace(
        outcome,
        file_id=file_id,
        new=len(fresh),
        duplicate=len(inside) - len(fresh),
        superseded=_newly_superseded(changed),
    )
    counted = {name: getattr(outcome, name) for name in ("duplicate", "superseded", "new")}
    connection.execute(
        source_files.update().where(source_files.c.file_id == file_id).values(**counted)
    )
    return outcome


def _ranked(
    connection: Connection, reading: Reading, inside: pd.DataFrame
) -> tuple[Reading, pd.DataFrame]:
    """Give our own detections the rank of their version, and put the version on record."""
    if reading.own is None:
        return reading, inside
    rank = own_rank(connection, reading.looks[0].product_family, reading.own)
    looks = tuple(replace(look, product_rank=rank) for look in reading.looks)
    coverage = None if reading.coverage is None else reading.coverage.assign(product_rank=rank)
    met = pd.DataFrame([{"source": str(Means.SATELLITE), **vars(look)} for look in looks])
    product_keys(connection, met)
    return replace(reading, looks=looks, coverage=coverage), inside.assign(product_rank=rank)


def _record_points(
    connection: Connection, inside: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give every row its point_key and append the points not on record; return both tables."""
    inside = inside.assign(product_key=product_keys(connection, inside))
    keys = known_keys(connection, inside)
    is_new = (keys == 0) & first_of_each(inside, NATURAL_KEY)
    fresh = inside[is_new]
    keys[is_new] = record(connection, fresh)
    fresh = fresh.assign(point_key=keys[is_new]).reset_index(drop=True)
    inside = inside.assign(point_key=keys)
    if (keys == 0).any():
        # Exact repeats within the file share the key of their first row.
        first = inside[is_new].set_index(list(NATURAL_KEY))["point_key"]
        repeats = pd.MultiIndex.from_frame(inside.loc[keys == 0, list(NATURAL_KEY)])
        inside.loc[keys == 0, "point_key"] = first.reindex(repeats).to_numpy()
    return inside, fresh


def _claims(
    points: pd.DataFrame, reading: Reading, declared: Declaration | None, region: Extent
) -> list[Claim]:
    """Return where and when a file looked; nothing if none of its rows come near the region."""
    if reading.looks:
        return [_claim_of(look) for look in reading.looks]
    if reading.extent is None or not (declared or reading.extent.meets(region)):
        return []
    made = claims_of(points, declared.extent if declared else reading.extent)
    if declared is None:
        return made
    first_s, after_s = declared.period.epoch_bounds_s()
    return [replace(claim, first_s=first_s, last_s=after_s - 1, declared=True) for claim in made]


def _claim_of(look: Look) -> Claim:
    return Claim(
        look.platform,
        look.product_family,
        look.product_rank,
        look.extent,
        look.first_s,
        look.last_s,
        declared=True,
    )


def _record_source(
    connection: Connection,
    outcome: FileOutcome,
    source: Source,
    reading: Reading,
    sha256: str,
    now_s: int,
) -> int:
    return append_row(
        connection,
        source_files,
        {
            **{name: getattr(outcome, name) for name in TALLY},
            "sha256": sha256,
            "name": source.name,
            "size_bytes": sum(path.stat().st_size for path in source.paths),
            "format_name": reading.format_name,
            "simulated": reading.simulated,
            "ingested_at": now_s,
        },
    )


def _recorded_file(connection: Connection, path: Path, sha256: str) -> FileOutcome | None:
    """Return the outcome of a file whose bytes are on record: nothing new, all duplicate."""
    query = select(source_files).where(source_files.c.sha256 == sha256)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return FileOutcome(
        path,
        file_id=row["file_id"],
        rows=row["rows"],
        inside=row["inside"],
        outside=row["outside"],
        rejected=row["rejected"],
        duplicate=row["inside"],
        known=True,
    )


def _newly_superseded(changed: Outcome) -> int:
    if changed.after.empty:
        return 0
    was = changed.before["superseded_by"].reindex(changed.after.index, fill_value=IN_FORCE)
    now = changed.after["superseded_by"]
    return int(((now != IN_FORCE) & (was == IN_FORCE)).sum())


def _placed_columns() -> list[str]:
    placed = ["county_adcode", "township", "village", "straddles"]
    ruled = ["ruling", "ruling_zone_id", "ruling_share", "near_boundary", "permit_id"]
    return [*placed, *ruled, "zones_hit", "marks"]
