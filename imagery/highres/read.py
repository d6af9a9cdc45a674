"""Reading a high-resolution scene, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from firewatch.core.geo import Extent
from imagery.highres.files import HighresFiles, Kind
from imagery.highres.geotiff import read_geotiff
from imagery.highres.landsat import read_landsat
from imagery.highres.scene import HighresScene, Role
from imagery.highres.sentinel2 import read_sentinel2
from imagery.reading import unreadable

Reader: TypeAlias = Callable[[HighresFiles, Extent | None, Sequence[Role] | None], HighresScene]
READERS: Final[Mapping[Kind, Reader]] = {
    "landsat": read_landsat,
    "safe": read_sentinel2,
    "geotiff": read_geotiff,
}


def read_highres(
    files: HighresFiles, region: Extent | None = None, roles: Sequence[Role] | None = None
) -> HighresScene:
    """Read a scene, or its part over a region.

    Parameters
    ----------
    files
        From `imagery.highres.find.highres_among`.
    roles
        The bands to read; what the detectors and pictures need by default.

    Raises
    ------
    UnreadableFileError
        If it cannot be read, or has no pixel with data.
    OutsideRegionError
        If it does not meet the region.
    """
    scene = READERS[files.kind](files, region, roles)
    if region is None and not scene.has_data.any():
        raise unreadable(files.paths[0], "scene_empty")
    return scene
