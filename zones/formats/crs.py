"""Coordinates of any declared system to WGS-84, and a good guess where the declared one is wrong.

Rules
-----
- What the user declares wins over the file's own word.
- A layer that falls into the region is believed. One that does not, or that declares nothing, is
  refused, and the message proposes the systems in which it would, with the option to give.
- GCJ-02 can only be declared: its polygons lie in the region all the same, 300-600 m off.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import Extent, Floats, gcj02_to_wgs84
from zones.formats.kml import DATUM_NOTE
from zones.formats.layer import Layer
from zones.formats.systems import (
    GCJ02,
    WGS84,
    System,
    central_meridian,
    change_to_wgs84,
    crs_of,
    likely_declarations,
    parse_system,
)
from zones.geometry.arrays import Geometries
from zones.geometry.polygons import features
from zones.notes import Note

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["GUANGXI_EXTENT", "WGS84", "open_notes", "to_wgs84"]

# Guangxi with a margin of about 20 km, in WGS-84 degrees.
GUANGXI_EXTENT = Extent(104.2, 20.7, 112.3, 26.6)

# WGS-84, CGCS2000 and ITRF agree within a metre and share this axis; the older Chinese datums
# (Beijing 1954, Xi'an 1980) lie 50-150 m off and their parameters are not public.
_GEOCENTRIC_AXIS_M = 6_378_137.0
_EXPECTED = "CGCS2000 (EPSG:4490, EPSG:4491-4554), WGS-84 (EPSG:4326), GCJ-02"
_MOST_PROPOSED = 6


def to_wgs84(layer: Layer, declared: str | None, region: Extent) -> Geometries:
    """Return the polygons of a layer in WGS-84 degrees, checked to lie in the region.

    Parameters
    ----------
    declared
        What the user says the coordinate system is (`systems.parse_system`).
    region
        Where zones can be; polygons elsewhere mean a wrong or swapped system.

    Raises
    ------
    ZoneFileError
        If no system is known, if it is an older Chinese datum, or if polygons fall outside the
        region. The remedy names the likely system.
    """
    _require_numbers(layer)
    text = declared or layer.crs
    if text is None:
        raise ZoneFileError(
            "没有声明坐标系 / no coordinate system is declared",
            str(layer.path),
            expected=_EXPECTED,
            remedy=_declare(likely_declarations(layer.extent, region)),
        )
    system = parse_system(text)
    shapes = _transformed(layer, system)
    outside = ~_within(shapes, region)
    if outside.any():
        raise _outside(layer, outside, system, region)
    return shapes


def open_notes(layer: Layer, declared: str | None) -> tuple[Note, ...]:
    """Return the notes on a layer but those that the declared coordinate system answers."""
    return tuple(note for note in layer.notes if not (declared and note.key == DATUM_NOTE))


def _require_numbers(layer: Layer) -> None:
    coordinates, owner = shapely.get_coordinates(layer.geometry, return_index=True)
    broken = np.zeros(len(layer.geometry), dtype=bool)
    broken[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    if broken.any():
        raise ZoneFileError(
            f"{features(broken)}坐标不是数 / coordinates are no numbers",
            str(layer.path),
            expected="有限的数 / finite numbers",
            remedy="重画这些图形或请对方重新导出 / redraw these features or ask for a new export",
        )


def _transformed(layer: Layer, system: System) -> Geometries:
    from pyproj.exceptions import ProjError

    def changed(xy: Floats) -> Floats:
        x, y = (xy[:, 1], xy[:, 0]) if system.swapped else (xy[:, 0], xy[:, 1])
        if system.text == GCJ02:
            return np.column_stack(gcj02_to_wgs84(x, y))
        return np.column_stack(change_to_wgs84(system.text).transform(x, y))

    try:
        if system.text != GCJ02:
            _refuse_other_datum(crs_of(system.text), layer.path)
        return shapely.transform(layer.geometry, changed)
    except ProjError as error:
        raise ZoneFileError(
            f"无法识别的坐标系 {str(system)[:80]!r} / coordinate system not understood",
            str(layer.path),
            expected=_EXPECTED,
            remedy="用 EPSG 代码声明，如 EPSG:4490 / declare it by EPSG code",
        ) from error


def _refuse_other_datum(system: CRS, path: Path) -> None:
    axis_m = system.ellipsoid.semi_major_metre if system.ellipsoid else 0.0
    if abs(axis_m - _GEOCENTRIC_AXIS_M) > 1:
        raise ZoneFileError(
            f"坐标系 {system.name} 不能准确换算为 WGS-84（可差 50–150 米）"
            " / this datum cannot be converted to WGS-84 within 50-150 m",
            str(path),
            expected=_EXPECTED,
            remedy="请测绘部门转换到 CGCS2000 后再导入 / have it converted to CGCS2000",
        )


def _within(shapes: Geometries, region: Extent) -> NDArray[np.bool_]:
    bounds = shapely.bounds(shapes)
    # What has no place in the system comes out infinite.
    inside: NDArray[np.bool_] = region.contains(bounds[:, 0], bounds[:, 1])
    inside &= region.contains(bounds[:, 2], bounds[:, 3])
    return inside | shapely.is_missing(shapes) | shapely.is_empty(shapes)


def _outside(
    layer: Layer,
    outside: NDArray[np.bool_],
    system: System,
    region: Extent,
) -> ZoneFileError:
    first = int(np.flatnonzero(outside)[0])
    found = np.round(shapely.bounds(layer.geometry[first]), 4).tolist()
    others = _other_declarations(layer.extent, system, region)
    count = int(outside.sum())
    if outside.all():
        remedy = _declare(others) if others else _ASK
    else:
        # The others are where they should be, so that the system is right or nearly so.
        remedy = (
            f"其余 {len(outside) - count} 个在区域内，先核对这 {count} 个图形"
            "（误画、x 与 y 互换或属外地） / the others lie inside: check these features first"
        )
        remedy += f"；{_declare(others)}" if others else ""
    return ZoneFileError(
        f"{features(outside)}落在区域之外：首个坐标为 {found}，按 {_short(system)} 换算"
        " / outside the region",
        str(layer.path),
        expected=f"{region.west}–{region.east} E, {region.south}–{region.north} N",
        remedy=remedy,
    )


def _other_declarations(extent: Extent, system: System, region: Extent) -> tuple[str, ...]:
    meridian = _meridian_of(system)
    likely = likely_declarations(extent, region, meridian)
    if system.text == GCJ02:
        # Degrees that would be right with their axes the other way are still GCJ-02.
        likely = tuple(f"{GCJ02} {d.partition(' ')[2]}".strip() for d in likely[:1])
    return tuple(d for d in likely if d != str(system))


_ASK = (
    "核对坐标系和图层所在地区，向提供单位询问坐标系后用 --crs 声明"
    " / check the place, ask for the coordinate system and declare it with --crs"
)


def _declare(declarations: tuple[str, ...]) -> str:
    if not declarations:
        return _ASK
    meridians = {system: _meridian_text(system) for system in declarations}
    likely = "、".join(f"{d}{meridians[d]}" for d in declarations[:_MOST_PROPOSED])
    swap = "（x、y 似已互换 / x and y seem swapped）" if " " in declarations[0] else ""
    # Without the zone number before the easting any meridian is as good as another.
    several = len({meridian for meridian in meridians.values() if meridian}) > 1
    ask = "；坐标没有带号，中央经线须问提供单位 / ask for the meridian" if several else ""
    return (
        f'核实后用 --crs "{declarations[0]}" 声明：看来是 {likely}{swap}{ask}'
        " / it looks like this: declare it with --crs"
    )


def _meridian_of(system: System) -> float:
    return float("nan") if system.text == GCJ02 else central_meridian(crs_of(system.text))


def _meridian_text(declaration: str) -> str:
    meridian = _meridian_of(parse_system(declaration))
    return f"（{meridian:g}°E）" if meridian > 0 else ""


def _short(system: System) -> str:
    text = str(system)
    return text if len(text) <= 40 else crs_of(system.text).name
