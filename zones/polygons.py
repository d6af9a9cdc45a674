"""Whether geometries can be zones, and the repair of polygons that cross themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import KM_PER_DEGREE, Floats
from zones.register import Geometries

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Repair:
    """A polygon that crossed itself and was mended.

    Parameters
    ----------
    feature
        Its number in the file, from 1.
    reason
        What GEOS found, with the place in degrees.
    lon, lat
        The place, NaN where GEOS names none.
    change_km2
        Area after minus area before, km².
    """

    feature: int
    reason: str
    lon: float
    lat: float
    change_km2: float


def require_polygons(geometry: Geometries, path: Path) -> None:
    """Refuse features without a shape and shapes that are not polygons, naming all of them.

    Raises
    ------
    ZoneFileError
    """
    # GEOS gives type -1 to a feature without geometry.
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    other = ~empty & ~np.isin(shapely.get_type_id(geometry), _POLYGONAL)
    if other.any():
        found = sorted({geometry[i].geom_type for i in np.flatnonzero(other)})
        raise ZoneFileError(
            f"{features(other)}不是面：{'、'.join(found)} / not polygons",
            str(path),
            expected="Polygon, MultiPolygon",
            remedy="把线、点转换成面（缓冲区）后再导入 / turn lines and points into polygons first",
        )
    if empty.any():
        raise ZoneFileError(
            f"{features(empty)}没有图形 / features without a shape",
            str(path),
            expected="Polygon, MultiPolygon",
            remedy="删除或补画这些图形 / delete or draw these features",
        )


def features(wrong: NDArray[np.bool_], most: int = 5) -> str:
    """Return ``第 3、7 个图形（features 3, 7）`` for the positions that are true."""
    numbers = [str(i + 1) for i in np.flatnonzero(wrong)]
    shown, more = numbers[:most], "…" if len(numbers) > most else ""
    return f"第 {'、'.join(shown)}{more} 个图形（features {', '.join(shown)}{more}）"


def repaired(geometry: Geometries, path: Path) -> tuple[Geometries, tuple[Repair, ...]]:
    """Return valid polygons in WGS-84 degrees and what was mended.

    A polygon that crosses itself covers afterwards all that any of its rings enclosed and no hole
    took away; lines and points that the repair leaves over are dropped.

    Raises
    ------
    ZoneFileError
        If nothing with an area is left of a polygon.
    """
    invalid = np.flatnonzero(~shapely.is_valid(geometry))
    if len(invalid) == 0:
        return geometry, ()
    broken = geometry[invalid]
    mended = shapely.make_valid(broken, method="structure", keep_collapsed=False)
    parts, owner = shapely.get_parts(mended, return_index=True)
    flat = np.isin(shapely.get_type_id(mended), _POLYGONAL)
    mended[~flat] = [
        shapely.multipolygons([p for p in parts[owner == i] if p.geom_type == "Polygon"])
        for i in np.flatnonzero(~flat)
    ]
    lost = np.zeros(len(geometry), dtype=bool)
    lost[invalid] = shapely.area(mended) == 0
    if lost.any():
        raise ZoneFileError(
            f"{features(lost)}没有面积 / features without an area",
            str(path),
            remedy="删除或重画这些图形 / delete or redraw these features",
        )
    change_km2 = area_km2(mended) - area_km2(broken)
    reasons = shapely.is_valid_reason(broken)
    result = geometry.copy()
    result[invalid] = mended
    return result, tuple(
        Repair(int(i) + 1, reason, *_place(reason), float(change))
        for i, reason, change in zip(invalid, reasons, change_km2, strict=True)
    )


def area_km2(geometry: Geometries) -> Floats:
    """Return areas of polygons in degrees, km², to about 0.5 % over a county."""
    bounds = shapely.bounds(geometry)
    middle = np.radians((bounds[..., 1] + bounds[..., 3]) / 2)
    area: Floats = shapely.area(geometry) * KM_PER_DEGREE**2 * np.cos(middle)
    return area


def _place(reason: str) -> tuple[float, float]:
    numbers = re.search(r"\[(\S+) (\S+)\]", reason)
    return (float(numbers[1]), float(numbers[2])) if numbers else (np.nan, np.nan)
