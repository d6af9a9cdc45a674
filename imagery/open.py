"""Opening files of fire points: which files, which format, which rows."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from firewatch.core.errors import UsageError
from firewatch.core.geo import Extent
from firewatch.core.time import epoch_seconds
from imagery.content import decoded, is_workbook, load
from imagery.coverage.ground import Label
from imagery.coverage.table import of_granule
from imagery.detection.product import own_version
from imagery.level1.unnamed import content_of
from imagery.level2.coverage import coverage_of_granule, geolocation_name
from imagery.level2.granule import Level2
from imagery.level2.points import points_of_granule, version_text
from imagery.level2.products import product_named
from imagery.level2.read import is_hdf, read_level2
from imagery.lists.cells import Cells
from imagery.lists.codes import product_rank
from imagery.lists.formats import FORMATS
from imagery.lists.formats.declare import Format
from imagery.lists.geojson import cells_of_geojson, is_json
from imagery.lists.parse import cells_of_text
from imagery.lists.points import points_of
from imagery.lists.text import find_body
from imagery.lists.workbook import cells_of_workbook
from imagery.reading import (
    SIMULATED_PREFIX,
    Look,
    OwnVersion,
    Reading,
    Rejection,
    both,
    rejection_table,
    unreadable,
)

# Half-downloaded files and the lock files of office programs.
_UNFINISHED = (".part", ".crdownload", ".tmp", ".filepart", ".download")
_LOCKS = (".", "~$")
# What a simulation puts beside its imagery is the truth, and no observation.
_TRUTH = ("_truth.csv", "_cover.npz")
# A ledger may lie beside the files that went into it.
_DATABASES = (".db", ".db-wal", ".db-shm")


def expand(paths: Iterable[str | Path]) -> list[Path]:
    """Return the files that paths, folders and globs stand for, sorted, each once.

    Folders are searched to every depth; hidden, locked and half-downloaded files, databases and
    the truth of simulations in them are left out. A named file that is absent, or a glob without
    a match, is kept, so that reading it says so while the others go in.

    Raises
    ------
    UsageError
        If nothing at all is found.
    """
    given = [Path(path).expanduser() for path in paths]
    found: dict[Path, Path] = {}
    any_exists = False
    for path in given:
        files = _files_of(path)
        any_exists = any_exists or any(file.exists() for file in files)
        for file in files:
            found.setdefault(file.resolve(), file)
    if not any_exists:
        names = ", ".join(str(path) for path in given)
        raise UsageError(
            both("expand.nothing.what"),
            where=names,
            expected=both("expand.nothing.expected"),
            remedy=both("expand.nothing.remedy"),
        )
    return sorted(found.values())


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file() and _is_data(file, path)]
    if path.exists() or not glob.has_magic(str(path)):
        return [path]
    pattern = path.relative_to(path.anchor) if path.anchor else path
    matches = list(Path(path.anchor).glob(str(pattern)))
    return [file for match in matches for file in _files_of(match)] if matches else [path]


def _is_data(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(_LOCKS) for part in file.relative_to(folder).parts)
    truth = file.name.startswith(SIMULATED_PREFIX) and file.name.endswith(_TRUTH)
    return not (hidden or truth or file.name.lower().endswith(_UNFINISHED + _DATABASES))


@dataclass(frozen=True, eq=False)
class SeenFrom:
    """What tells the ground that a level-2 product has seen.

    Parameters
    ----------
    geolocation
        The 03 file of its granule; without one only its fire points are known.
    label
        Area codes of positions.
    region
        The region whose areas `label` knows.
    """

    geolocation: Path | None
    label: Label
    region: Extent


def read(
    path: Path,
    now_epoch_s: int,
    formats: Sequence[Format] = FORMATS,
    seen: SeenFrom | None = None,
) -> Reading:
    """Read one file of fire points, whatever its name.

    Parameters
    ----------
    now_epoch_s
        Time of reading in UTC epoch seconds; rows more than an hour later are rejected.
    formats
        The formats to choose from; those of `imagery.lists.formats` by default.
    seen
        For the coverage of level-2 products.

    Raises
    ------
    UnreadableFileError
        If the file as a whole is not what a declared format promises.
    """
    path = Path(path)
    data = load(path)
    if is_hdf(data):
        granule = read_level2(path, data)
        reading = _reading_of_granule(granule, now_epoch_s)
        return _with_coverage(reading, granule, seen) if seen and seen.geolocation else reading
    if is_workbook(data):
        tables, rejections = cells_of_workbook(path, data, formats), list[Rejection]()
    else:
        cells, rejections = _cells_of_text(path, decoded(path, data), formats)
        tables = [cells]
    twice = [name for cells in tables for name in cells.match.twice]
    if twice:
        raise unreadable(path, "twice", columns=", ".join(twice))
    return _reading(path, tables, rejections, now_epoch_s)


def _cells_of_text(
    path: Path, text: bytes, formats: Sequence[Format]
) -> tuple[Cells, list[Rejection]]:
    if is_json(text):
        return cells_of_geojson(path, text, formats), []
    return cells_of_text(find_body(path, text, formats))


def _reading(
    path: Path, tables: list[Cells], rejections: list[Rejection], now_epoch_s: int
) -> Reading:
    parts: list[pd.DataFrame] = []
    simulated = False
    for cells in tables:
        points, refused, declared = points_of(cells, now_epoch_s)
        parts.append(points)
        rejections = rejections + refused
        simulated = simulated or declared
    points = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    return Reading(
        path=path,
        format_name=tables[0].match.format.name,
        points=points,
        rejections=rejection_table(rejections),
        rows=len(points) + len(rejections),
        extent=_extent(points),
        period_utc_s=_period_utc_s(points),
        simulated=simulated,
        own=_own_versions(points) if tables[0].match.format.own else None,
    )


def _own_versions(points: pd.DataFrame) -> dict[tuple[str, str], OwnVersion]:
    names = points[["product_family", "product_version"]].astype("str").drop_duplicates()
    return {key: own_version(key[1]) for key in names.itertuples(index=False, name=None)}


def _reading_of_granule(granule: Level2, now_epoch_s: int) -> Reading:
    points, refused, rows = points_of_granule(granule, now_epoch_s)
    return Reading(
        path=granule.path,
        format_name=granule.heading.product.layout.format.name,
        points=points,
        rejections=rejection_table(refused),
        rows=rows,
        extent=_extent(points),
        period_utc_s=_period_utc_s(points),
        simulated=granule.heading.simulated,
        remark=_renamed(granule),
    )


def _renamed(granule: Level2) -> str:
    """Say that a granule under another name cannot be matched with its geolocation."""
    path, product = granule.path, granule.heading.product
    if product_named(path.name.removeprefix(SIMULATED_PREFIX)) is not None:
        return ""
    found = content_of(path)
    return both("detected.renamed").format(
        product=product.short_name,
        fetch=geolocation_name(granule),
        official=found.official if found else f"{product.short_name}.A*",
    )


def _with_coverage(reading: Reading, granule: Level2, seen: SeenFrom) -> Reading:
    """Add what ground of the region the granule has seen, and that it looked there.

    Fire points of a granule carry the minute of its start, also in the provider's text: the look
    lasts that minute, and the region's box tells them from no other granule's.
    """
    heading = granule.heading
    version = version_text(heading)
    scheme = heading.product.layout.format.versions
    rank = (product_rank(scheme)(version) if scheme else None) or 0
    table = coverage_of_granule(granule, seen.geolocation, seen.label)
    if table.empty:
        return reading
    started = heading.started_utc_s
    minute = started // 60 * 60
    sensor = heading.product.layout.format.products[0].sensor
    platform, family = heading.product.platform, heading.product.family
    look = Look(platform, sensor, family, version, rank, seen.region, minute, minute + 59)
    rows = of_granule(table, platform, family, version, rank, started, started)
    return replace(reading, coverage=rows, looks=(look,))


def _extent(points: pd.DataFrame) -> Extent | None:
    if points.empty:
        return None
    lon, lat = points["lon"].to_numpy(), points["lat"].to_numpy()
    return Extent(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def _period_utc_s(points: pd.DataFrame) -> tuple[int, int] | None:
    if points.empty:
        return None
    seconds = epoch_seconds(points["acquired_utc"])
    return int(seconds.min()), int(seconds.max())
