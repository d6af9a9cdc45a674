"""Which datum a file's coordinates are on, as its people write it."""

from __future__ import annotations

from enum import Enum

from imagery.lists.formats.declare import fold


class Datum(Enum):
    """Datums by what must be done: nothing, the shift of GCJ-02 taken out, or refused."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    OTHER = "other"


# CGCS2000 differs from WGS-84 by centimetres. BD-09 and the older national datums need a
# conversion that is not ours to guess.
_NAMES: tuple[tuple[Datum, tuple[str, ...]], ...] = (
    (
        Datum.WGS84,
        (
            "WGS-84", "WGS84", "WGS 1984", "EPSG:4326", "GPS", "CGCS2000", "CGCS 2000",
            "EPSG:4490", "国家2000", "2000国家大地坐标系", "国家2000大地坐标系", "大地2000",
            "地球坐标", "天地图",
        ),
    ),
    (
        Datum.GCJ02,
        (
            "GCJ-02", "GCJ02", "GCJ", "火星坐标", "火星坐标系", "国测局坐标", "高德", "高德地图",
            "高德坐标", "腾讯", "腾讯地图", "腾讯坐标", "AMap", "Gaode", "Tencent", "Mars",
        ),
    ),
    (
        Datum.OTHER,
        (
            "BD-09", "BD09", "百度", "百度地图", "百度坐标", "Baidu", "西安80", "北京54",
            "1980西安坐标系", "1954北京坐标系",
        ),
    ),
)  # fmt: skip
_BY_NAME = {fold(name): datum for datum, names in _NAMES for name in names}


def datum_of(text: str) -> Datum:
    """Return the datum that a cell names; an unknown name is `Datum.OTHER`."""
    return _BY_NAME.get(fold(text), Datum.OTHER)


def datum_of_heading(note: str) -> Datum:
    """Return the datum named in a heading's brackets; WGS-84 where none is named."""
    named = [datum for name, datum in _BY_NAME.items() if name in note]
    return named[0] if named else Datum.WGS84
