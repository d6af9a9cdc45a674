"""The files of one high-resolution scene, before they are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from imagery.highres.scene import SensorName

Kind: TypeAlias = Literal["landsat", "safe", "geotiff"]


@dataclass(frozen=True)
class HighresFiles:
    """One scene among files.

    Attributes
    ----------
    kind
        "landsat" (folder with MTL), "safe" (Sentinel-2 SAFE folder) or "geotiff" (all bands in
        one file).
    paths
        The metadata file or the only file first, then the bands.
    cloud_pct
        Cloud of the whole scene as its provider states; None where it does not.
    """

    scene_id: str
    platform: str
    sensor: SensorName
    acquired_utc_s: int
    kind: Kind
    paths: tuple[Path, ...]
    cloud_pct: float | None = None

    @property
    def name(self) -> str:
        """Return what to call it by."""
        return self.scene_id
