"""One file or granule into the ledger, with all that follows from it.

Everything here happens within the transaction that the caller opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from firewatch.core.geo import Extent
from firewatch.core.time import Period, epoch_seconds
from firewatch.core.vocab import Source as Means
from firewatch.decide import Outcome, Rulebook, Window, decide, window_of
from firewatch.identity import NATURAL_KEY, first_of_each
from firewatch.ledger.claims import claims_of, record_claims
from firewatch.ledger.coverage import record_coverage
from firewatch.ledger.points import known_keys, product_keys, record, working_rows
from firewatch.ledger.requests import is_last_asked, record_request
from firewatch.ledger.store import append, append_row
from firewatch.ledger.tables import claims, rejections, sightings, source_files
from firewatch.ledger.versions import own_rank
from firewatch.supersession import IN_FORCE, Claim
from imagery.reading import Look, Reading
from imagery.sources import Source

TALLY = ("rows", "inside", "outside", "rejected", "duplicate", "superseded", "new")
_PRODUCT = ("product_family", "product_version", "platform", "sensor")


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file. rows = inside + outside + rejected; inside = duplicate + new.

    Parameters
    ----------
    superseded
        Points that this file's versions took out of force, or that came in already out of force.
    known
        The same bytes were taken in before under the same settings; nothing is recorded anew.
    again
        Though known, its granule was last asked for under other settings: now it stands again.
    simulated
        Whether it declares itself simulated.
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
    again: bool = False
    simulated: bool = False
    name: str = ""
    companions: tuple[Path, ...] = ()
    remark: str = ""
    error: str = ""


@dataclass(frozen=True)
class Declaration:
    """Extent and period that the user declares for the files of one ingest."""

    extent: Extent
    period: Period


@dataclass(frozen=True, eq=False)
class Taken:
    """A file or granule that was read, and what of it lies in the region.

    Parameters
    ----------
    sha256
        Tells it from every other: its bytes, and how its imagery was read.
    settings
        How imagery is read.
    points, inside
        All its points; those inside, with place and ruling decided.
    """

    source: Source
    sha256: str
    settings: str
    reading: Reading
    points: pd.DataFrame
    inside: pd.DataFrame


def recorded_file(connection: Connection, path: Path, sha256: str) -> FileOutcome | None:
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
        simulated=bool(row["simulated"]),
    )


def ask_again(
    connection: Connection, known: FileOutcome, settings: str, rules: Rulebook, now_s: int
) -> FileOutcome:
    """Let a reading on record stand again where its granule was last asked for in another way."""
    if is_last_asked(connection, known.file_id, settings):
        return known
    record_request(connection, known.file_id, settings, now_s)
    period = select(func.min(claims.c.first_s), func.max(claims.c.last_s))
    found = connection.execute(period.where(claims.c.file_id == known.file_id))
    window = Window(*map(int, found.one()))
    subject = working_rows(connection, window.first_s, window.last_s)
    if subject.empty:
        return replace(known, again=True)
    trigger = f"ingest {known.file_id}"
    changed = decide(connection, subject, window, rules, trigger, now_s)
    return replace(known, again=True, superseded=_newly_superseded(changed))


def record_file(
    connection: Connection,
    taken: Taken,
    declared: Declaration | None,
    rules: Rulebook,
    now_s: int,
) -> FileOutcome:
    """Record one file or granule, its points and all that follows from them."""
    source, reading, points, inside = taken.source, taken.reading, taken.points, taken.inside
    outcome = FileOutcome(
        source.path,
        rows=reading.rows,
        inside=len(inside),
        outside=len(points) - len(inside),
        rejected=len(reading.rejections),
        simulated=reading.simulated,
        remark=reading.remark,
    )
    reading, points, inside = _ranked(connection, reading, points, inside)
    inside, fresh = _record_points(connection, inside)
    made = _claims(points, reading, declared, rules.areas.extent)
    window = window_of(fresh, [(claim.first_s, claim.last_s) for claim in made])
    file_id = _record_source(connection, outcome, taken, now_s)
    record_claims(connection, file_id, made)
    if reading.own is not None:
        record_request(connection, file_id, taken.settings, now_s)
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
    connection: Connection, reading: Reading, points: pd.DataFrame, inside: pd.DataFrame
) -> tuple[Reading, pd.DataFrame, pd.DataFrame]:
    """Give our own detections the rank of their version, and put the versions on record."""
    if reading.own is None:
        return reading, points, inside
    looks = pd.DataFrame([vars(look) for look in reading.looks], columns=list(_PRODUCT))
    met = pd.concat([looks, points[list(_PRODUCT)].astype("str")]).drop_duplicates()
    ranks = {}
    for key, version in reading.own.items():
        ranks[key] = own_rank(connection, key[0], version)
        # On record before the next version asks for its rank.
        of_version = met[(met["product_family"] == key[0]) & (met["product_version"] == key[1])]
        product_keys(
            connection, of_version.assign(source=str(Means.SATELLITE), product_rank=ranks[key])
        )

    def ranked(table: pd.DataFrame) -> pd.DataFrame:
        names = (table[name].astype("str") for name in ("product_family", "product_version"))
        keys = zip(*names, strict=True)
        return table.assign(product_rank=np.array([ranks[key] for key in keys], dtype=np.int64))

    looked = tuple(
        replace(look, product_rank=ranks[look.product_family, look.product_version])
        for look in reading.looks
    )
    coverage = None if reading.coverage is None else ranked(reading.coverage)
    reading = replace(reading, looks=looked, coverage=coverage)
    return reading, ranked(points), ranked(inside)


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
    if reading.own is not None and declared is None:
        return _claims_of_granules(points)
    made = claims_of(points, declared.extent if declared else reading.extent)
    if declared is None:
        return made
    first_s, after_s = declared.period.epoch_bounds_s()
    return [replace(claim, first_s=first_s, last_s=after_s - 1, declared=True) for claim in made]


def _claims_of_granules(points: pd.DataFrame) -> list[Claim]:
    """Return what a list of our own detection claims: each granule where it found fire.

    Of a granule in which nothing was found the list does not tell; and which version of a granule
    stands is decided granule by granule.
    """
    started_s = epoch_seconds(points["acquired_utc"])
    made = []
    for _, fires in points.assign(acquired_s=started_s).groupby("acquired_s"):
        lon, lat = fires["lon"], fires["lat"]
        made += claims_of(fires, Extent(lon.min(), lat.min(), lon.max(), lat.max()))
    return made


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


def _record_source(connection: Connection, outcome: FileOutcome, taken: Taken, now_s: int) -> int:
    return append_row(
        connection,
        source_files,
        {
            **{name: getattr(outcome, name) for name in TALLY},
            "sha256": taken.sha256,
            "name": taken.source.name,
            "size_bytes": sum(path.stat().st_size for path in taken.source.paths),
            "format_name": taken.reading.format_name,
            "simulated": taken.reading.simulated,
            "ingested_at": now_s,
        },
    )


def _newly_superseded(changed: Outcome) -> int:
    if changed.after.empty:
        return 0
    was = changed.before["superseded_by"].reindex(changed.after.index, fill_value=IN_FORCE)
    now = changed.after["superseded_by"]
    return int(((now != IN_FORCE) & (was == IN_FORCE)).sum())
