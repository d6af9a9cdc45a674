"""The formats that are read, and those that are known and must be saved as another first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zones.formats import shapefile
from zones.formats.content import Content
from zones.formats.dxf import read_dxf
from zones.formats.geojson import read_geojson
from zones.formats.geopackage import read_geodatabase, read_geopackage
from zones.formats.kml import read_kml
from zones.formats.shapefile import read_shapefile


@dataclass(frozen=True)
class Format:
    """A format that is read.

    Parameters
    ----------
    name
        As people call it.
    endings
        Of the file that stands for the layer, in lower case.
    read
        Takes this file, the user's file for messages and the name of a layer (None: the only
        one), and returns its content.
    layered
        Whether a file may hold several layers with names.
    parts
        Endings of the files that belong to it.
    """

    name: str
    endings: tuple[str, ...]
    read: Callable[[Path, str, str | None], Content]
    layered: bool = False
    parts: tuple[str, ...] = ()


FORMATS = (
    Format("GeoPackage", (".gpkg",), read_geopackage, layered=True),
    Format("Shapefile", (".shp",), read_shapefile, parts=(*shapefile.NEEDED, ".prj", ".cpg")),
    Format("GeoJSON", (".geojson", ".json"), read_geojson),
    Format("KML", (".kml",), read_kml, layered=True),
    Format("DXF", (".dxf",), read_dxf, layered=True),
    Format("FileGDB", (".gdb",), read_geodatabase, layered=True),
)
ARCHIVES = (".zip", ".kmz")
# By convention the document of a KMZ; other KML inside are what it links to.
MAIN_DOCUMENT = "doc.kml"

FORMAT_OF = {ending: form for form in FORMATS for ending in form.endings}
ENDINGS = frozenset(FORMAT_OF) | {part for form in FORMATS for part in form.parts}
KNOWN = (
    "GeoPackage (.gpkg), Shapefile (.shp/.zip), GeoJSON (.geojson), KML/KMZ, DXF, FileGDB (.gdb)"
)

_SAVE_AS = "在原软件中另存为 / save it from its program as "
_UNPACK = "解压后重新打包成 zip / unpack it and pack it as zip"
REMEDIES = {
    ".rar": _UNPACK,
    ".7z": _UNPACK,
    ".tar": _UNPACK,
    ".gz": _UNPACK,
    ".dwg": _SAVE_AS + "DXF (ASCII)",
    ".dgn": _SAVE_AS + "DXF (ASCII)",
    ".mdb": _SAVE_AS + "GeoPackage / Shapefile",
    ".mxd": _SAVE_AS + "GeoPackage / Shapefile",
    ".aprx": _SAVE_AS + "GeoPackage / Shapefile",
    ".qgz": _SAVE_AS + "GeoPackage / Shapefile",
    ".tab": _SAVE_AS + "GeoPackage / Shapefile",
    ".mif": _SAVE_AS + "GeoPackage / Shapefile",
    ".gml": _SAVE_AS + "GeoPackage / Shapefile",
    ".ovkml": _SAVE_AS + "KML",
    ".ovkmz": _SAVE_AS + "KML",
    ".ovjsn": _SAVE_AS + "KML",
    ".ovobj": _SAVE_AS + "KML",
    ".pdf": "请对方提供矢量文件 / ask for the vector file",
    ".jpg": "请对方提供矢量文件 / ask for the vector file",
    ".png": "请对方提供矢量文件 / ask for the vector file",
    ".tif": "请对方提供矢量文件 / ask for the vector file",
    ".doc": "请对方提供矢量文件 / ask for the vector file",
    ".docx": "请对方提供矢量文件 / ask for the vector file",
}
"""Ending → what to do with a format that offices send and that is not read."""
