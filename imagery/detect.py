"""From level-1 files to fire pixels: pair, read, detect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from firewatch.core.geo import Extent
from imagery import modis, viirs
from imagery.level1.modis import read_modis
from imagery.level1.pairs import SIMULATED_PREFIX, GranuleFiles, granules
from imagery.level1.viirs import read_viirs
from imagery.scene import Detection, Scene

DETECTED_COLUMNS = (
    "granule", "platform", "sensor", "acquired_utc", "line", "sample", "lon", "lat", "bt_mir_k",
    "bt_tir_k", "mean_mir_k", "mean_tir_k", "mean_dt_k", "mad_mir_k", "mad_tir_k", "mad_dt_k",
    "window", "n_valid", "confidence", "frp_mw", "frp_source", "day_night", "scan_km", "track_km",
    "view_zenith_deg", "water", "test", "algorithm", "version", "parameter_hash", "missing",
    "simulated",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class DetectedGranule:
    """A granule, its scene's size and what was found in it."""

    files: GranuleFiles
    shape: tuple[int, int]
    detection: Detection
    fires: pd.DataFrame


def detect_granules(
    paths: Sequence[Path], region: Extent | None = None
) -> Iterator[DetectedGranule]:
    """Yield each granule among files with its fire pixels.

    Parameters
    ----------
    paths
        Level-1 images; geolocation and radiance files are found among them or beside them.
    region
        Only the part of the granules over it; None takes them whole.

    Raises
    ------
    UnreadableFileError
        If a file is damaged or a companion is missing; names the file to fetch.
    OutsideRegionError
        If a granule does not look at the region.
    """
    for files in granules(paths):
        scene, detection = _detect(files, region)
        yield DetectedGranule(files, scene.shape, detection, _fires(files, scene, detection))


def _detect(files: GranuleFiles, region: Extent | None) -> tuple[Scene, Detection]:
    if files.family == "MODIS":
        scene = read_modis(files.image, files.geo, region)
        return scene, modis.detect(scene, modis.parameters())
    scene = read_viirs(files.image, files.geo, files.mod02, files.mod03, region)
    return scene, viirs.detect(scene, viirs.parameters())


def _fires(files: GranuleFiles, scene: Scene, detection: Detection) -> pd.DataFrame:
    """Return the fire pixels with whose they are and by which algorithm."""
    table = detection.pixels.assign(
        granule=files.image.name,
        platform=scene.platform,
        sensor=scene.sensor,
        acquired_utc=pd.Timestamp(scene.started_utc_s, unit="s", tz="UTC"),
        algorithm=detection.algorithm,
        version=detection.version,
        parameter_hash=detection.parameter_hash,
        missing=";".join(detection.missing),
        simulated=files.image.name.startswith(SIMULATED_PREFIX),
    )
    return table[list(DETECTED_COLUMNS)]
