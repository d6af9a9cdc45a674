"""Coordinate systems as people name them, and which of the usual ones a layer is likely in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from firewatch.core.geo import Extent
from zones.tables.table import plain

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

WGS84 = "EPSG:4326"
GCJ02 = "GCJ-02"
SWAPPED = "swapped"

_NAMES = {
    "cgcs2000": "EPSG:4490",
    "国家2000": "EPSG:4490",
    "2000国家大地坐标系": "EPSG:4490",
    "国家大地2000坐标系": "EPSG:4490",
    "wgs84": WGS84,
    "gcj02": GCJ02,
    "火星坐标": GCJ02,
    "火星坐标系": GCJ02,
    "国测局坐标": GCJ02,
    "高德坐标": GCJ02,
}
_SWAPPED_AT_END = re.compile(r"[\s,，;；+]*(?:swapped|互换|yx)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class System:
    """A coordinate system as declared.

    Parameters
    ----------
    text
        What PROJ reads, or `GCJ02`.
    swapped
        Whether the file has y (latitude, northing) before x.
    """

    text: str
    swapped: bool = False

    def __str__(self) -> str:
        return f"{self.text} {SWAPPED}" if self.swapped else self.text


def parse_system(text: str) -> System:
    """Return the system that a text names.

    ``EPSG:4490``, ``4490``, ``CGCS2000``, ``WGS-84``, ``GCJ-02``, ``火星坐标`` or anything that
    PROJ reads; with ``swapped`` (or ``互换``) at its end, the file has y before x.
    """
    name, swapped = _SWAPPED_AT_END.subn("", text.strip())
    known = _NAMES.get(plain(name).replace("-", "").replace("_", ""))
    if known is None and name.isdigit():
        known = f"EPSG:{name}"
    return System(known or name, swapped > 0)


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


def likely_systems(extent: Extent, region: Extent, meridian: float = np.nan) -> tuple[str, ...]:
    """Return the EPSG codes in which this extent falls into the region, likeliest first.

    Parameters
    ----------
    meridian
        Central meridian of what the file declares: a projection on the same one comes first.
    """
    corners = [extent.west, extent.east], [extent.south, extent.north]
    if not np.isfinite(corners).all():
        return ()
    gauss_kruger = (code for family in _GAUSS_KRUGER for code in family.near(region))
    systems = [f"EPSG:{code}" for code in (*_DEGREES, *gauss_kruger, *_OTHERS)]
    found = [s for s in systems if region.contains(*change_to_wgs84(s).transform(*corners)).all()]
    return tuple(sorted(found, key=lambda system: central_meridian(crs_of(system)) != meridian))


def likely_declarations(
    extent: Extent, region: Extent, meridian: float = np.nan
) -> tuple[str, ...]:
    """Return what to declare, likeliest first: systems as they are, or else with swapped axes."""
    straight = likely_systems(extent, region, meridian)
    if straight:
        return straight
    turned = Extent(extent.south, extent.west, extent.north, extent.east)
    return tuple(f"{system} {SWAPPED}" for system in likely_systems(turned, region, meridian))


def central_meridian(system: CRS) -> float:
    """Return the central meridian of a projected system in degrees; NaN without one."""
    operation = system.coordinate_operation
    for parameter in operation.params if operation else ():
        if parameter.name == "Longitude of natural origin":
            return float(parameter.value)
    return float("nan")


@cache
def crs_of(text: str) -> CRS:
    """Return what PROJ makes of a text.

    Raises
    ------
    pyproj.exceptions.CRSError
    """
    from pyproj import CRS

    return CRS.from_user_input(text)


@cache
def change_to_wgs84(text: str) -> Transformer:
    """Return the transformation to WGS-84 longitude and latitude, x before y on both sides.

    Raises
    ------
    pyproj.exceptions.ProjError
    """
    from pyproj import Transformer

    return Transformer.from_crs(crs_of(text), WGS84, always_xy=True)
