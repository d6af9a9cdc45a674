"""GeoJSON (RFC 7946), in UTF-8 or GBK."""

from __future__ import annotations

import json
from pathlib import Path

from firewatch.core.errors import ZoneFileError
from zones.formats.content import Content, decoded, read_bytes
from zones.formats.driver import read_vector

# Other JSON that GDAL would take for an order to run a pipeline over further files.
_ORDER = "gdal_streamed_alg"


def read_geojson(file: Path, where: str, layer: str | None) -> Content:
    """Read a GeoJSON file.

    Raises
    ------
    ZoneFileError
        If it is no GeoJSON, with the line where it stops being JSON.
    """
    text = decoded(read_bytes(file, where)).strip()
    if not text.startswith("{") or not text.endswith("}") or _ORDER in text:
        raise _no_geojson(text, where)
    try:
        return read_vector({".geojson": text.encode()}, where)
    except ZoneFileError as error:
        # Reading the text once more only to say where it breaks would cost as much again.
        raise _no_geojson(text, where, error.what) from error


def _no_geojson(text: str, where: str, said: str = "不是 GeoJSON / no GeoJSON") -> ZoneFileError:
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        said = f"不是完整的 JSON / not whole JSON: {error}"
    return ZoneFileError(
        said,
        where,
        expected="GeoJSON (RFC 7946)",
        remedy="请对方重新导出 / ask for a new export",
    )
