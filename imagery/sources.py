"""What lies among files: single files, and granules whose files belong together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from firewatch.core.errors import UnreadableFileError
from firewatch.core.files import sha256_of_file
from firewatch.core.geo import Extent
from firewatch.core.schema import empty
from imagery.coverage.cropland import Cropland
from imagery.coverage.ground import Label
from imagery.coverage.table import read_coverage, states_simulated
from imagery.detection.detect import Detectors, detect_one
from imagery.detection.reading import FORMAT_NAMES, reading_of_detection
from imagery.feeds.firms_folder import LIST_NAME, looks_of, statement
from imagery.highres.apart import scenes_apart
from imagery.level1.pairs import beside
from imagery.level1.scenes import SceneFiles, scenes_among
from imagery.level1.stack import DEFAULT_PLATFORM
from imagery.level2.coverage import geolocation_of
from imagery.level2.products import product_named
from imagery.lists.times import FUTURE_GRACE_S
from imagery.open import SeenFrom, read
from imagery.reading import (
    SIMULATED_PREFIX,
    OutsideRegionError,
    Reading,
    both,
    rejection_table,
    unreadable,
)

COVERAGE_FORMAT = "coverage_table"
_PARQUET = b"PAR1"


@dataclass(frozen=True)
class Source:
    """One thing to take in: a file, or the files of one granule.

    Parameters
    ----------
    path
        The file it is called by: of a granule its image.
    companions
        Its other files.
    imagery
        Level-1 files to detect fires in; None for files that hold fire points.
    fault
        Why it cannot be taken in, as far as names tell.
    highres
        Name of the high-resolution scene it is: it is not taken in, and nothing is wrong.
    """

    path: Path
    companions: tuple[Path, ...] = ()
    imagery: SceneFiles | None = None
    fault: UnreadableFileError | None = None
    highres: str = ""

    @property
    def paths(self) -> tuple[Path, ...]:
        return (self.path, *self.companions)

    @property
    def name(self) -> str:
        """Return what to call it by."""
        return self.highres or (self.path.name if self.imagery is None else self.imagery.name)

    @property
    def remark(self) -> str:
        """Return why it is not taken in though nothing is wrong, "" if it is."""
        return both("detected.highres") if self.highres else ""


@dataclass(frozen=True, eq=False)
class Watch:
    """What reading imagery needs to know of the region watched.

    Parameters
    ----------
    region
        Only this part of a granule is read.
    label
        Area codes of positions, for coverage.
    label_version
        Version of the boundaries behind `label`.
    detectors
        Parameter sets of our own detection.
    cropland
        Share of cropland at positions; None without a land-cover map.
    stack_platform
        Whose image a GeoTIFF stack is if it does not say.
    """

    region: Extent
    label: Label
    label_version: str
    detectors: Detectors = field(default_factory=Detectors.shipped)
    cropland: Cropland | None = None
    stack_platform: str = DEFAULT_PLATFORM

    @property
    def version(self) -> str:
        """Everything that makes another reading of the same imagery."""
        parts = [
            self.detectors.version,
            self.label_version,
            self.cropland.version if self.cropland else "",
            self.stack_platform,
        ]
        return "/".join(parts)


def sources(files: Sequence[Path], stack_platform: str = DEFAULT_PLATFORM) -> list[Source]:
    """Return what there is to take in among files, in the order of the first file of each.

    Level-1 images take their companions from the files given or from their own folder; so do
    level-2 products, whose geolocation file tells the ground they saw. GeoTIFFs of one pass are
    one source, and so are all files of a high-resolution scene. A file whose partner is missing,
    or that is a granule under another name, is a source with a fault.
    """
    among = scenes_among(files, stack_platform)
    found = [Source(scene.paths[0], tuple(scene.paths[1:]), scene) for scene in among.found]
    taken = _paths_of(found)
    unusable = taken | set(among.faults)
    left = [path for path in among.others if path not in unusable]
    scenes = scenes_apart(left)
    found += [Source(one.paths[0], one.paths[1:], highres=one.name) for one in scenes]
    taken = _paths_of(found)
    found += [_alone(path, files) for path in left if path not in taken]
    taken = _paths_of(found)
    found += [Source(path, fault=why) for path, why in among.faults.items() if path not in taken]
    place = {path: number for number, path in enumerate(files)}

    def first_place(source: Source) -> int:
        return min(place.get(path, len(place)) for path in source.paths)

    return sorted(found, key=first_place)


def _paths_of(found: Sequence[Source]) -> set[Path]:
    return {path for source in found for path in source.paths}


def _alone(path: Path, files: Sequence[Path]) -> Source:
    """Return the source of a file that is no imagery, with its geolocation if it is level 2."""
    if product_named(path.name.removeprefix(SIMULATED_PREFIX)) is None:
        return Source(path)
    around = [file for folder in beside(path) if folder.is_dir() for file in folder.iterdir()]
    geolocation = geolocation_of(path, files) or geolocation_of(path, around)
    return Source(path, (geolocation,) if geolocation else ())


def digest(source: Source, watch: Watch) -> str:
    """Return what tells a source from every other: its bytes, and how its imagery is read."""
    if source.imagery is None and not source.companions:
        sha256 = sha256_of_file(source.path)
        # Answers without a row are alike but for where and when they looked.
        covers = statement(source.path, sha256)
        return hashlib.sha256(f"{sha256}\n{covers}".encode()).hexdigest() if covers else sha256
    parts = [sha256_of_file(path) for path in source.paths]
    text = "\n".join([*parts, watch.version])
    return hashlib.sha256(text.encode()).hexdigest()


def read_source(source: Source, now_epoch_s: int, watch: Watch) -> Reading:
    """Read a source: fire points from a file, or fires detected in its imagery.

    A granule that does not look at the region is read as nothing seen: no points, no look.

    Raises
    ------
    UnreadableFileError
        If it cannot be read.
    """
    if source.fault is not None:
        raise source.fault
    if source.imagery is not None:
        return _detected(source, now_epoch_s, watch)
    if _is_parquet(source.path):
        return _coverage_alone(source.path)
    geolocation = source.companions[0] if source.companions else None
    seen = SeenFrom(geolocation, watch.label, watch.region)
    return _as_fetched(read(source.path, now_epoch_s, seen=seen))


def _as_fetched(reading: Reading) -> Reading:
    """Add where and when a file of FIRMS looked, if `firewatch fetch` brought it."""
    if reading.looks or not (reading.path.parent / LIST_NAME).is_file():
        return reading
    looks = looks_of(reading.path, sha256_of_file(reading.path), reading.points)
    return replace(reading, looks=looks)


def _detected(source: Source, now_epoch_s: int, watch: Watch) -> Reading:
    assert source.imagery is not None
    try:
        granule = detect_one(
            source.imagery,
            watch.region,
            detectors=watch.detectors,
            label=watch.label,
            cropland=watch.cropland,
        )
    except OutsideRegionError:
        format_name = FORMAT_NAMES[source.imagery.family]
        return _nothing(source.path, format_name, both("detected.outside"))
    if granule.started_utc_s > now_epoch_s + FUTURE_GRACE_S:
        moment = pd.Timestamp(granule.started_utc_s, unit="s", tz="UTC").isoformat()
        raise unreadable(source.path, "granule_future", found=moment)
    return reading_of_detection(granule, watch.cropland.version if watch.cropland else "")


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_PARQUET)) == _PARQUET
    except OSError:
        return False


def _coverage_alone(path: Path) -> Reading:
    table = read_coverage(path)
    granules = table[["platform", "product_family", "started_utc_s"]].drop_duplicates()
    remark = both("detected.coverage_table").format(granules=len(granules))
    nothing = _nothing(path, COVERAGE_FORMAT, remark)
    return replace(nothing, coverage=table, simulated=states_simulated(path))


def _nothing(path: Path, format_name: str, remark: str) -> Reading:
    """Return a reading without points."""
    return Reading(
        path=path,
        format_name=format_name,
        points=empty("read"),
        rejections=rejection_table([]),
        rows=0,
        extent=None,
        period_utc_s=None,
        simulated=False,
        remark=remark,
    )
