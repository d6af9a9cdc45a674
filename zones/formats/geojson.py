"""GeoJSON (RFC 7946), in UTF-8 or GBK."""

from __future__ import annotations

import json
from pathlib import Path

from firewatch.core.errors import ZoneFileError
from zones.formats.content import Content, decoded, read_bytes
from zones.formats.driver import read_vector

# GDAL takes other JSON for orders to open further files.
_TYPES = (
    "FeatureCollection", "Feature", "Polygon", "MultiPolygon", "GeometryCollection",
    "Point", "MultiPoint", "LineString", "MultiLineString",
)  # fmt: skip


def read_geojson(file: Path, where: str, layer: str | None) -> Content:
    """Read a GeoJSON file.

    Raises
    ------
    ZoneFileError
        If it is no GeoJSON, with the line where it stops being JSON.
    """
    text = decoded(read_bytes(file, where))
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ZoneFileError(
            f"不是完整的 JSON / not whole JSON: {error}",
            where,
            expected="GeoJSON (RFC 7946)",
            remedy="请对方重新导出 / ask for a new export",
        ) from error
    found = document.get("type") if isinstance(document, dict) else None
    if found not in _TYPES:
        raise ZoneFileError(
            f"不是 GeoJSON：type 为 {found!r} / no GeoJSON by its type",
            where,
            expected='"type": "FeatureCollection"',
            remedy="在 GIS 软件中导出为 GeoJSON / export it as GeoJSON",
        )
    return read_vector({".geojson": text.encode()}, where)
