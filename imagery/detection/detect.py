"""From level-1 files to fire pixels and coverage: pair, read, detect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from firewatch.core.errors import FirewatchError
from firewatch.core.geo import Extent, Floats
from imagery.coverage.ground import CroplandShare, GranuleGround, Label
from imagery.detection import modis, viirs
from imagery.detection.modis import ModisDetector
from imagery.detection.modis_parameters import ModisParameters
from imagery.detection.parameters import parameter_hash
from imagery.detection.processes import side_by_side
from imagery.detection.sweep import (
    Decided,
    Detector,
    Piece,
    joined,
    pieces,
    sweep,
    whole,
    window_of,
)
from imagery.detection.viirs import ViirsDetector
from imagery.detection.viirs_parameters import ViirsParameters
from imagery.level1.modis import ModisGranule
from imagery.level1.pairs import GranuleFiles
from imagery.level1.scenes import SceneFiles, scenes_among
from imagery.level1.stack import StackFiles, read_stack
from imagery.level1.viirs import OptionalFileError, ViirsGranule
from imagery.level1.window import Window
from imagery.radiometry import Singles
from imagery.reading import SIMULATED_PREFIX, outside_region, unreadable

DETECTED_COLUMNS = (
    "granule", "platform", "sensor", "acquired_utc", "line", "sample", "lon", "lat", "bt_mir_k",
    "bt_tir_k", "mean_mir_k", "mean_tir_k", "mean_dt_k", "mad_mir_k", "mad_tir_k", "mad_dt_k",
    "window", "n_valid", "confidence", "frp_mw", "frp_source", "day_night", "scan_km", "track_km",
    "view_zenith_deg", "water", "cloud_class", "test", "algorithm", "version", "parameter_hash",
    "missing", "simulated",
)  # fmt: skip

STRIP_LINES = 320
"""Lines of a granule that are read and detected at once.

No more than two strips are in memory: above 300, the limit of the scene of one is known with the
next. Memory that is new costs a process's first granule more than anything but unpacking.
"""

_WHOSE = ("platform", "sensor", "started_utc_s", "ended_utc_s")


@dataclass(frozen=True)
class Detectors:
    """The parameter sets in force."""

    viirs: ViirsParameters
    modis: ModisParameters

    @classmethod
    def shipped(cls) -> Detectors:
        """Return the published sets: VIIRS I band, MODIS Collection 6."""
        return cls(viirs.parameters(), modis.parameters())

    @property
    def version(self) -> str:
        """Return what changes with any algorithm or threshold."""
        parts = ((viirs, self.viirs), (modis, self.modis))
        return ";".join(
            f"{room.ALGORITHM}-{room.VERSION}+{parameter_hash(values)}" for room, values in parts
        )


SHIPPED = Detectors.shipped()


@dataclass(frozen=True, eq=False)
class DetectedGranule:
    """What was looked at in a granule, by which algorithm, and what was found.

    Attributes
    ----------
    files, image
        Where it comes from; `image` is the 02IMG, the 021KM or the I4 image.
    platform, sensor
        E.g. "S-NPP"; "VIIRS_I" or "MODIS".
    started_utc_s, ended_utc_s
        Epoch seconds of the first and the last scan.
    shape
        Lines and samples that were looked at.
    extent
        Box of their positions, within the region where one was given.
    algorithm, version, parameter_hash, missing
        Who detected, and which bands and masks were not at hand.
    simulated
        Whether the file is named as a simulated one.
    fires
        `DETECTED_COLUMNS`, one row a fire pixel within the region.
    coverage
        See `imagery.coverage.ground.coverage`; None where no areas were given.
    set_aside
        Faults of files that could not be used and without which it was detected.
    """

    files: SceneFiles
    image: Path
    platform: str
    sensor: str
    started_utc_s: int
    ended_utc_s: int
    shape: tuple[int, int]
    extent: Extent
    algorithm: str
    version: str
    parameter_hash: str
    missing: tuple[str, ...]
    simulated: bool
    fires: pd.DataFrame
    coverage: pd.DataFrame | None
    set_aside: tuple[OptionalFileError, ...] = ()


Outcome: TypeAlias = DetectedGranule | FirewatchError


def detect_granules(
    paths: Sequence[Path],
    region: Extent | None = None,
    *,
    detectors: Detectors = SHIPPED,
    label: Label | None = None,
    cropland: CroplandShare | None = None,
    executor: Executor | None = None,
) -> Iterator[DetectedGranule]:
    """Yield each granule among files with its fire pixels, in order of time.

    Parameters
    ----------
    paths
        Level-1 images; geolocation and radiance files are found among them or beside them.
    region
        Only the part of the granules over it; None takes them whole.
    detectors
        Parameter sets.
    label
        Areas for which coverage is wanted, as a function of positions.
    cropland
        Share of cropland at positions.
    executor
        Where granules are detected side by side; None detects one after the other.

    Raises
    ------
    UnreadableFileError
        If a file is damaged or a companion is missing; names the file to fetch.
    OutsideRegionError
        If a granule does not look at the region.
    """
    one = partial(detect_one, region=region, detectors=detectors, label=label, cropland=cropland)
    found = scene_files(paths)
    yield from map(one, found) if executor is None else executor.map(one, found)


def detect_each(
    found: Sequence[SceneFiles],
    region: Extent | None = None,
    *,
    detectors: Detectors = SHIPPED,
    executor: Executor | None = None,
) -> Iterator[Outcome]:
    """Yield for each granule, in order, what `detect_one` returns or the error it raises.

    A granule whose process was killed is tried once more, alone; see `side_by_side`.
    """
    one = partial(_outcome, region=region, detectors=detectors)
    yield from map(one, found) if executor is None else side_by_side(one, found, executor)


def _outcome(files: SceneFiles, region: Extent | None, detectors: Detectors) -> Outcome:
    try:
        return detect_one(files, region, detectors=detectors)
    except FirewatchError as error:
        return error


def scene_files(paths: Iterable[Path]) -> list[SceneFiles]:
    """Return the granules and the stacks of GeoTIFFs among files; raises the first fault."""
    among = scenes_among(paths)
    for fault in among.faults.values():
        raise fault
    return list(among.found)


def detect_one(
    files: SceneFiles,
    region: Extent | None = None,
    *,
    detectors: Detectors = SHIPPED,
    label: Label | None = None,
    cropland: CroplandShare | None = None,
    strip_lines: int = STRIP_LINES,
) -> DetectedGranule:
    """Return one granule with its fire pixels; see `detect_granules`.

    Parameters
    ----------
    strip_lines
        Lines read at once; changes the memory that is needed and nothing else.

    Notes
    -----
    With an 02MOD or 03MOD that cannot be used the granule is detected as without them, and the
    fault stands in `DetectedGranule.set_aside`.
    """
    work = partial(_detected, region, detectors, label, cropland, strip_lines)
    try:
        return work(files)
    except OptionalFileError as error:
        if not isinstance(files, GranuleFiles):
            raise
        without = work(replace(files, mod02=None, mod03=None))
        return replace(without, set_aside=(error,))


def _detected(
    region: Extent | None,
    detectors: Detectors,
    label: Label | None,
    cropland: CroplandShare | None,
    strip_lines: int,
    files: SceneFiles,
) -> DetectedGranule:
    with _detection(files, region, detectors, strip_lines) as (window, detector, parts):
        found = _Findings(files.image, region)
        ground = None
        for decided in sweep(parts, detector):
            found.add(decided)
            if label is not None:
                ground = ground or GranuleGround(label, cropland, _cell_km2(files, decided))
                ground.add(decided.piece.scene, decided.fire_mask, decided.piece.rows)
            # Not kept in memory while the next lines are read.
            del decided
    return found.granule(files, window, detector, None if ground is None else ground.table())


def _cell_km2(files: SceneFiles, decided: Decided) -> Floats | None:
    """Return the area of the cells of a grid; None for a swath, whose pixels overlap."""
    scene = decided.piece.scene
    is_grid = isinstance(files, StackFiles)
    return scene.scan_km.astype(float) * scene.track_km if is_grid else None


@contextmanager
def _detection(
    files: SceneFiles, region: Extent | None, detectors: Detectors, strip_lines: int
) -> Iterator[tuple[Window, Detector[Any], Iterable[Piece]]]:
    """Open files; give the window that is looked at, the algorithm, and what it goes over."""
    if isinstance(files, StackFiles):
        scene = read_stack(files, region=region)
        window = window_of(scene)
        yield window, ViirsDetector(detectors.viirs, window), (whole(scene),)
        return
    with _opened(files) as granule:
        window = granule.window(region) if region else granule.whole()
        detector = _detector(files.family, detectors, window)
        height = granule.strip_lines(strip_lines)
        yield window, detector, pieces(granule, window, height, detector.overlap)


def _opened(files: GranuleFiles) -> ViirsGranule | ModisGranule:
    if files.family == "MODIS":
        return ModisGranule(files.image, files.geo)
    return ViirsGranule(files.image, files.geo, files.mod02, files.mod03)


def _detector(family: str, detectors: Detectors, window: Window) -> Detector[Any]:
    if family == "MODIS":
        return ModisDetector(detectors.modis, window)
    return ViirsDetector(detectors.viirs, window)


class _Findings:
    """What was found so far in the pieces of a granule, or of its part over a region."""

    def __init__(self, image: Path, region: Extent | None) -> None:
        self._image, self._region = image, region
        self._fires: list[pd.DataFrame] = []
        self._missing: list[str] = []
        self._boxes: list[Extent] = []
        self._whose: dict[str, Any] = {}

    def add(self, decided: Decided) -> None:
        scene, rows = decided.piece.scene, decided.piece.rows
        self._whose = {name: getattr(scene, name) for name in _WHOSE}
        self._fires.append(decided.fires)
        self._missing += decided.missing
        box = _box(scene.lon[rows], scene.lat[rows], self._region)
        if box is not None:
            self._boxes.append(box)

    def granule(
        self,
        files: SceneFiles,
        window: Window,
        detector: Detector[Any],
        coverage: pd.DataFrame | None,
    ) -> DetectedGranule:
        """Return all of it.

        Raises
        ------
        OutsideRegionError
            If no pixel lies in the region.
        UnreadableFileError
            If no pixel has a position.
        """
        if not self._boxes:
            if self._region is not None:
                raise outside_region(self._image, self._region)
            raise unreadable(self._image, "granule_nowhere")
        fires = detector.product(joined(self._fires))
        simulated = self._image.name.startswith(SIMULATED_PREFIX)
        known: dict[str, Any] = {
            **self._whose,
            "algorithm": detector.algorithm,
            "version": detector.version,
            "parameter_hash": detector.parameter_hash,
            "missing": detector.missing(self._missing, fires),
            "simulated": simulated,
        }
        return DetectedGranule(
            files=files,
            image=self._image,
            shape=window.shape,
            extent=Extent(
                min(box.west for box in self._boxes),
                min(box.south for box in self._boxes),
                max(box.east for box in self._boxes),
                max(box.north for box in self._boxes),
            ),
            fires=self._with_owner(files.name, fires, known),
            coverage=coverage,
            **known,
        )

    def _with_owner(self, granule: str, fires: pd.DataFrame, known: dict[str, Any]) -> pd.DataFrame:
        """Return the fires in the region with whose they are and by which algorithm."""
        table = fires.assign(
            granule=granule,
            acquired_utc=pd.Timestamp(known["started_utc_s"], unit="s", tz="UTC"),
            **{**known, "missing": ";".join(known["missing"])},
        )[list(DETECTED_COLUMNS)]
        if self._region is None:
            return table
        return table[self._region.contains(table["lon"], table["lat"])].reset_index(drop=True)


def _box(lon: Singles, lat: Singles, region: Extent | None) -> Extent | None:
    """Return the box of the positions in a region, None without any."""
    if region is not None:
        there = region.contains(lon, lat)
        lon, lat = lon[there], lat[there]
    if not lon.size:
        return None
    sides = [
        float(side.reduce(axis, axis=None)) for side in (np.fmin, np.fmax) for axis in (lon, lat)
    ]
    return None if np.isnan(sides).any() else Extent(*sides)
