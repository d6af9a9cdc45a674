"""Coverage from the fire mask of an official level-2 file and the geolocation file beside it.

Level-2 fire files hold positions of fire pixels only. Between them nothing can be said of where a
pixel lies, so the 03 file of the granule is needed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from firewatch.core.geo import Floats
from imagery.coverage.ground import Label, Seen, coverage, summed
from imagery.detection.masks import FireClass
from imagery.level1.surface import WATER
from imagery.level2.geolocation import Geolocation, Located, geolocation_name, geolocation_of
from imagery.level2.granule import Level2
from imagery.radiometry import NIGHT_FROM_DEG
from imagery.reading import unreadable
from imagery.swath import ground_area_km2

__all__ = ["coverage_of_granule", "geolocation_name", "geolocation_of"]

_STRIP_ROWS = 640
_PAIR_TOLERANCE_S = 120


def coverage_of_granule(granule: Level2, geolocation: Path | None, label: Label) -> pd.DataFrame:
    """Return what ground an official product has seen; see `imagery.coverage.ground.coverage`.

    Parameters
    ----------
    geolocation
        The 03 file of the same granule.

    Raises
    ------
    UnreadableFileError
        Without that file, if it is of another granule by its shape or time, or damaged. The
        granule can then only be noted as present, without any area.
    """
    if geolocation is None:
        raise _needs_geolocation(granule, granule.path)
    family = granule.heading.product.family
    rows, cols = granule.fire_mask.shape
    deleted = granule.fire_mask == FireClass.BOWTIE
    kept = np.ones(cols) if family == "MODIS" else 1 - deleted.mean(axis=0)
    area_km2 = ground_area_km2(family, np.pad(kept, (0, _full_width(family) - cols)))[:cols]
    parts = []
    with Geolocation(geolocation, family) as file:
        _check_same_granule(granule, file)
        for start in range(0, rows, _STRIP_ROWS):
            lines = slice(start, min(rows, start + _STRIP_ROWS))
            located = file.lines(lines.start, lines.stop)
            parts.append(coverage(_seen(granule, lines, located, area_km2), label))
    return summed(parts)


def _check_same_granule(granule: Level2, file: Geolocation) -> None:
    ours, theirs = granule.heading.started_utc_s, file.started_utc_s()
    same_time = theirs is None or abs(theirs - ours) <= _PAIR_TOLERANCE_S
    if not same_time or not file.has_shape(granule.fire_mask.shape):
        raise _needs_geolocation(granule, file.path)


def _full_width(family: str) -> int:
    return len(ground_area_km2(family))


def _seen(granule: Level2, lines: slice, located: Located, area_km2: Floats) -> Seen:
    return Seen(
        family=granule.heading.product.family,
        fire_mask=granule.fire_mask[lines],
        lon=located.lon,
        lat=located.lat,
        pixel_area_km2=area_km2,
        view_zenith_deg=located.view_zenith_deg,
        day=located.solar_zenith_deg < NIGHT_FROM_DEG,
        water=WATER.take(located.surface, mode="clip"),
    )


def _needs_geolocation(granule: Level2, path: Path) -> Exception:
    return unreadable(
        path,
        "coverage_geolocation",
        product=granule.heading.product.short_name,
        fetch=geolocation_name(granule),
        shape=granule.fire_mask.shape,
    )
