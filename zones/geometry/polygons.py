"""Whether geometries can be zones, and the repair of polygons that cross themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.errors import ZoneFileError
from zones.geometry.arrays import Geometries
from zones.geometry.measures import POLYGONAL, area_km2, polygonal

__all__ = ["Repair", "area_km2", "features", "repaired", "require_polygons"]


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
    before_km2, after_km2
        Area before (net of what its rings run round the wrong way) and after, km².
    """

    feature: int
    reason: str
    lon: float
    lat: float
    before_km2: float
    after_km2: float

    @property
    def change_km2(self) -> float:
        """Area after minus area before, km²."""
        return self.after_km2 - self.before_km2


def require_polygons(geometry: Geometries, path: Path) -> None:
    """Refuse features without a shape and shapes that are not polygons, naming all of them.

    Raises
    ------
    ZoneFileError
    """
    # GEOS gives type -1 to a feature without geometry.
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    other = ~empty & ~np.isin(shapely.get_type_id(geometry), POLYGONAL)
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
    mended = polygonal(shapely.make_valid(broken, method="structure", keep_collapsed=False))
    lost = np.zeros(len(geometry), dtype=bool)
    lost[invalid] = shapely.area(mended) == 0
    if lost.any():
        raise ZoneFileError(
            f"{features(lost)}没有面积 / features without an area",
            str(path),
            remedy="删除或重画这些图形 / delete or redraw these features",
        )
    after_km2 = area_km2(mended)
    # One scale for both, so that the difference is that of the shapes alone.
    before_km2 = shapely.area(broken) * after_km2 / shapely.area(mended)
    reasons = shapely.is_valid_reason(broken)
    result = geometry.copy()
    result[invalid] = mended
    return result, tuple(
        Repair(int(i) + 1, reason, *_place(reason), float(before), float(after))
        for i, reason, before, after in zip(invalid, reasons, before_km2, after_km2, strict=True)
    )


def _place(reason: str) -> tuple[float, float]:
    numbers = re.search(r"\[(\S+) (\S+)\]", reason)
    return (float(numbers[1]), float(numbers[2])) if numbers else (np.nan, np.nan)


def canonical_wkb(polygons: Geometries) -> list[str]:
    """Return each polygon as hexadecimal WKB (little-endian), the same for the same ground.

    The ring's first vertex and direction, or a multipolygon of one part (as GeoPackage wants), do
    not make another polygon.
    """
    plain = polygons.copy()
    lone = shapely.get_num_geometries(polygons) == 1
    plain[lone] = shapely.get_geometry(polygons[lone], 0)
    return [wkb.hex().upper() for wkb in shapely.to_wkb(shapely.normalize(plain), byte_order=1)]
