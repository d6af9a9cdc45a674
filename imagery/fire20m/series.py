"""The fires of a scene, looked at beside earlier scenes of the same files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from firewatch.core.time import DAY_S
from imagery.fire20m.detect import HighresFires, detect_fires
from imagery.fire20m.parameters import Fire20mParameters, shipped
from imagery.highres.files import HighresFiles
from imagery.highres.read import read_highres
from imagery.highres.scene import HighresScene

_MARGIN_DEG = 0.001
"""Wider than a pixel, so that no cluster lies on the edge of what is read."""


def detect_among(
    files: HighresFiles,
    series: Sequence[HighresFiles],
    region: Extent | None = None,
    parameters: Fire20mParameters | None = None,
) -> tuple[HighresScene, HighresFires]:
    """Read a scene and return its fires, guarded by the earlier ones of a series.

    Only where there are fires the earlier scenes are read, and only there.

    Raises
    ------
    UnreadableFileError
        If the scene cannot be read or says nothing; earlier ones that cannot be read are left out.
    OutsideRegionError
        If it does not meet the region.
    """
    p = shipped() if parameters is None else parameters
    scene = read_highres(files, region)
    fires = detect_fires(scene, p)
    if fires.clusters.empty:
        return scene, fires
    earlier = list(_earlier(files, series, _box(fires), p))
    return scene, detect_fires(scene, p, earlier) if earlier else fires


def _earlier(
    files: HighresFiles, series: Sequence[HighresFiles], box: Extent, p: Fire20mParameters
) -> Iterator[HighresScene]:
    since = files.acquired_utc_s - p.guard_days * DAY_S
    for other in series:
        if since <= other.acquired_utc_s < files.acquired_utc_s:
            try:
                yield read_highres(other, box)
            except UnreadableFileError:
                continue


def _box(fires: HighresFires) -> Extent:
    lon, lat = fires.clusters["lon"], fires.clusters["lat"]
    west, south = float(lon.min()) - _MARGIN_DEG, float(lat.min()) - _MARGIN_DEG
    return Extent(west, south, float(lon.max()) + _MARGIN_DEG, float(lat.max()) + _MARGIN_DEG)
