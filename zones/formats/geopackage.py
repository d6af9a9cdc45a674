"""GeoPackage and ESRI file geodatabase: databases that may hold several layers."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from zones.formats.content import Content, chosen_layer, unreadable
from zones.formats.driver import layer_names, read_vector

_LOCK_WAIT_S = 1.0
# A file on a read-only medium that was last written in WAL mode opens only as immutable.
_WAYS_TO_OPEN = ("mode=ro", "immutable=1")


def read_geopackage(file: Path, where: str, layer: str | None) -> Content:
    """Read one layer of a GeoPackage whose every page SQLite finds whole.

    Raises
    ------
    ZoneFileError
        If the database is damaged or cut short, or the layer cannot be told.
    """
    for way in _WAYS_TO_OPEN:
        problem = _damage(file, way)
        if problem is None:
            return _read(".gpkg", file, where, layer)
    assert problem is not None
    raise unreadable(problem, where) from problem


def read_geodatabase(folder: Path, where: str, layer: str | None) -> Content:
    """Read one layer of an ESRI file geodatabase (a folder that ends in .gdb).

    Raises
    ------
    ZoneFileError
        If GDAL cannot read it, or the layer cannot be told.
    """
    return _read(".gdb", folder, where, layer)


def _read(ending: str, place: Path, where: str, layer: str | None) -> Content:
    parts = {ending: place}
    name = chosen_layer(layer_names(parts, where), layer, where)
    return read_vector(parts, where, name)


def _damage(file: Path, way: str) -> sqlite3.Error | None:
    try:
        address = f"{file.resolve().as_uri()}?{way}"
        connection = sqlite3.connect(address, timeout=_LOCK_WAIT_S, uri=True)
        try:
            # GDAL reads a damaged table up to the damage without a word.
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return error
    return None if said == "ok" else sqlite3.DatabaseError(said)
