"""Coordinates of any declared system to WGS-84, and a good guess where none is declared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import Extent
from zones.layer import Layer
from zones.register import Geometries

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

# Guangxi with a margin of about 20 km, in WGS-84 degrees.
GUANGXI_EXTENT = Extent(104.2, 20.7, 112.3, 26.6)
WGS84 = "EPSG:4326"

# WGS-84, CGCS2000 and ITRF agree within a metre and share this axis; the older Chinese datums
# (Beijing 1954, Xi'an 1980) lie 50-150 m off and their parameters are not public.
_GEOCENTRIC_AXIS_M = 6_378_137.0


@dataclass(frozen=True)
class GaussKruger:
    """A run of CGCS2000 Gauss–Krüger codes of the EPSG registry, one meridian a code."""

    first_code: int
    last_code: int
    first_meridian: int
    width_degrees: int

    def near(self, region: Extent) -> list[int]:
        """Return the codes whose meridian lies in the region or one zone beside it."""
        codes = range(self.first_code, self.last_code + 1)
        meridians = range(self.first_meridian, 180, self.width_degrees)
        low, high = region.west - self.width_degrees, region.east + self.width_degrees
        return [code for code, m in zip(codes, meridians, strict=False) if low < m < high]


# What offices send, likeliest first: degrees; then with the zone number before the easting (3°,
# 6°) and without it; then UTM and web maps.
_DEGREES = (4490, 4326)
_GAUSS_KRUGER = (
    GaussKruger(4513, 4533, 75, 3),
    GaussKruger(4491, 4501, 75, 6),
    GaussKruger(4534, 4554, 75, 3),
    GaussKruger(4502, 4512, 75, 6),
)
_OTHERS = (32648, 32649, 3857)


def to_wgs84(layer: Layer, declared: str | None, region: Extent) -> Geometries:
    """Return the polygons of a layer in WGS-84 degrees, checked to lie in the region.

    Parameters
    ----------
    declared
        What the user says the coordinate system is; wins over the file's own word.
    region
        Where zones can be; polygons elsewhere mean a wrong or swapped system.

    Raises
    ------
    ZoneFileError
        If no system is known, if it is an older Chinese datum, or if the polygons fall outside
        the region. The remedy names the likely system.
    """
    text = declared or layer.crs
    if text is None:
        raise ZoneFileError(
            "没有声明坐标系 / no coordinate system is declared",
            str(layer.path),
            expected="CGCS2000 (EPSG:4490), WGS-84 (EPSG:4326), EPSG:4491-4554",
            remedy=_declare(likely_systems(layer.extent, region)),
        )
    shapes = _transformed(layer, text)
    if shapely.box(*_box(region)).contains(shapely.box(*shapely.total_bounds(shapes))):
        return shapes
    raise _outside(layer, shapes, text, region)


def likely_systems(extent: Extent, region: Extent) -> tuple[str, ...]:
    """Return the EPSG codes in which this extent falls into the region, likeliest first."""
    corners = [extent.west, extent.east], [extent.south, extent.north]
    found = []
    gauss_kruger = (code for family in _GAUSS_KRUGER for code in family.near(region))
    for code in (*_DEGREES, *gauss_kruger, *_OTHERS):
        if region.contains(*_change(f"EPSG:{code}").transform(*corners)).all():
            found.append(f"EPSG:{code}")
    return tuple(found)


@cache
def _change(system: CRS | str) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(system, WGS84, always_xy=True)


def _transformed(layer: Layer, text: str) -> Geometries:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        system = CRS.from_user_input(text)
    except CRSError as error:
        raise ZoneFileError(
            f"无法识别的坐标系 {text!r} / coordinate system not understood",
            str(layer.path),
            expected="EPSG:4490",
            remedy="用 EPSG 代码声明 / declare it by EPSG code",
        ) from error
    _refuse_old_datum(system, layer)
    change = _change(system)
    return shapely.transform(
        layer.geometry, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
    )


def _refuse_old_datum(system: CRS, layer: Layer) -> None:
    axis_m = system.ellipsoid.semi_major_metre if system.ellipsoid else 0.0
    if abs(axis_m - _GEOCENTRIC_AXIS_M) > 1:
        raise ZoneFileError(
            f"坐标系 {system.name} 不能准确换算为 WGS-84（可差 50–150 米）"
            " / this datum cannot be converted to WGS-84 within 50-150 m",
            str(layer.path),
            expected="CGCS2000 (EPSG:4490, EPSG:4491-4554), WGS-84 (EPSG:4326)",
            remedy="请测绘部门转换到 CGCS2000 后再导入 / have it converted to CGCS2000",
        )


def _outside(layer: Layer, shapes: Geometries, text: str, region: Extent) -> ZoneFileError:
    bounds = shapely.bounds(shapes)
    within = (bounds[:, :2] >= [region.west, region.south]).all(axis=1)
    within &= (bounds[:, 2:] <= [region.east, region.north]).all(axis=1)
    number = int(np.flatnonzero(~within)[0]) + 1
    extent, found = layer.extent, np.round(bounds[number - 1], 4).tolist()
    swapped = Extent(extent.south, extent.west, extent.north, extent.east)
    others = tuple(code for code in likely_systems(extent, region) if code != text)
    if likely_systems(swapped, region):
        remedy = "经纬度（或东、北坐标）似已互换，请交换后再导入 / x and y seem swapped: swap them"
    elif others:
        remedy = _declare(others)
    else:
        remedy = "核对坐标系和图层所在地区 / check the coordinate system and the place"
    return ZoneFileError(
        f"第 {number} 个图形落在区域之外：{found} / feature {number} lies outside the region",
        str(layer.path),
        expected=f"{region.west}–{region.east} E, {region.south}–{region.north} N",
        remedy=remedy,
    )


def _declare(codes: tuple[str, ...]) -> str:
    if not codes:
        return "向提供单位询问坐标系，用 crs 声明 / ask for the system and declare it as crs"
    likely = " 或 / or ".join(codes)
    return (
        f'看来是 {likely}；核实后用 crs="{codes[0]}" 声明 / it looks like this: declare it as crs'
    )


def _box(extent: Extent) -> tuple[float, float, float, float]:
    return extent.west, extent.south, extent.east, extent.north
