"""From level-1 files to fire pixels and coverage: pair, read, detect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd

from firewatch.core.geo import Extent
from imagery import modis, viirs
from imagery.coverage import Cropland, Label, coverage, seen_by
from imagery.level1.modis import read_modis
from imagery.level1.pairs import SIMULATED_PREFIX, GranuleFiles, granules
from imagery.level1.stack import StackFiles, read_stack
from imagery.level1.viirs import read_viirs
from imagery.level1.window import outside_region
from imagery.modis_parameters import ModisParameters
from imagery.parameters import parameter_hash
from imagery.reading import unreadable
from imagery.scene import Bools, Detection, Scene
from imagery.viirs_parameters import ViirsParameters

DETECTED_COLUMNS = (
    "granule", "platform", "sensor", "acquired_utc", "line", "sample", "lon", "lat", "bt_mir_k",
    "bt_tir_k", "mean_mir_k", "mean_tir_k", "mean_dt_k", "mad_mir_k", "mad_tir_k", "mad_dt_k",
    "window", "n_valid", "confidence", "frp_mw", "frp_source", "day_night", "scan_km", "track_km",
    "view_zenith_deg", "water", "test", "algorithm", "version", "parameter_hash", "missing",
    "simulated",
)  # fmt: skip

SceneFiles: TypeAlias = GranuleFiles | StackFiles


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
        See `imagery.coverage.coverage`; None where no areas were given.
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


def detect_granules(
    paths: Sequence[Path],
    region: Extent | None = None,
    *,
    detectors: Detectors = SHIPPED,
    label: Label | None = None,
    cropland: Cropland | None = None,
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


def scene_files(paths: Iterable[Path]) -> list[SceneFiles]:
    """Return what there is to detect among files."""
    return list(granules(paths))


def detect_one(
    files: SceneFiles,
    region: Extent | None = None,
    *,
    detectors: Detectors = SHIPPED,
    label: Label | None = None,
    cropland: Cropland | None = None,
) -> DetectedGranule:
    """Return one granule with its fire pixels; see `detect_granules`."""
    scene, image = _read(files, region)
    there = np.isfinite(scene.lon) & np.isfinite(scene.lat)
    if not there.any():
        raise unreadable(image, "granule_nowhere")
    if region is not None:
        there &= region.contains(scene.lon, scene.lat)
        if not there.any():
            raise outside_region(image, region)
    if scene.sensor == "MODIS":
        detection = modis.detect(scene, detectors.modis)
    else:
        detection = viirs.detect(scene, detectors.viirs)
    simulated = image.name.startswith(SIMULATED_PREFIX)
    return DetectedGranule(
        files=files,
        image=image,
        platform=scene.platform,
        sensor=scene.sensor,
        started_utc_s=scene.started_utc_s,
        ended_utc_s=scene.ended_utc_s,
        shape=scene.shape,
        extent=_extent(scene, there),
        algorithm=detection.algorithm,
        version=detection.version,
        parameter_hash=detection.parameter_hash,
        missing=detection.missing,
        simulated=simulated,
        fires=_fires(image.name, scene, detection, region, simulated=simulated),
        coverage=None if label is None else _coverage(files, scene, detection, label, cropland),
    )


def _read(files: SceneFiles, region: Extent | None) -> tuple[Scene, Path]:
    if isinstance(files, StackFiles):
        return read_stack(files), files.i4
    if files.family == "MODIS":
        return read_modis(files.image, files.geo, region), files.image
    return read_viirs(files.image, files.geo, files.mod02, files.mod03, region), files.image


def _extent(scene: Scene, there: Bools) -> Extent:
    lon, lat = scene.lon[there], scene.lat[there]
    return Extent(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def _fires(
    name: str, scene: Scene, detection: Detection, region: Extent | None, *, simulated: bool
) -> pd.DataFrame:
    """Return the fire pixels with whose they are and by which algorithm."""
    table = detection.pixels.assign(
        granule=name,
        platform=scene.platform,
        sensor=scene.sensor,
        acquired_utc=pd.Timestamp(scene.started_utc_s, unit="s", tz="UTC"),
        algorithm=detection.algorithm,
        version=detection.version,
        parameter_hash=detection.parameter_hash,
        missing=";".join(detection.missing),
        simulated=simulated,
    )[list(DETECTED_COLUMNS)]
    if region is None:
        return table
    return table[region.contains(table["lon"], table["lat"])].reset_index(drop=True)


def _coverage(
    files: SceneFiles, scene: Scene, detection: Detection, label: Label, cropland: Cropland | None
) -> pd.DataFrame:
    cell_km2 = scene.scan_km * scene.track_km if isinstance(files, StackFiles) else None
    return coverage(seen_by(scene, detection, cell_km2), label, cropland)
