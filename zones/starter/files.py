"""Inputs from the user's files: layers in any known system, and tables of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import Extent, Floats
from zones.formats.crs import GUANGXI_EXTENT, to_wgs84
from zones.formats.layer import Layer, read_layer
from zones.geometry.arrays import Geometries
from zones.geometry.polygons import repaired
from zones.notes import Note
from zones.starter.classes import InputClass, input_class
from zones.starter.inputs import StarterInputs, inputs_from
from zones.starter.rules import HEADINGS
from zones.tables.headings import find_columns
from zones.tables.table import UserTable, heading_table, read_table

Paths = Path | Sequence[Path]

_WGS84 = "EPSG:4326"
_TABLES = (".csv", ".txt", ".xlsx")
# Roads and railways of the whole country are common; what lies outside the region reaches nothing.
_CHINA = Extent(73.0, 3.0, 136.0, 54.0)
_ANYWHERE = Extent(-np.inf, -np.inf, np.inf, np.inf)


def read_inputs(
    paths: Mapping[InputClass, Paths] | Mapping[str, Paths],
    crs: str | None = None,
    region: Extent = GUANGXI_EXTENT,
) -> StarterInputs:
    """Read what zones are to be drawn round.

    Parameters
    ----------
    paths
        Class (code or label, see `InputClass`) → a file or several. A layer that `read_layer`
        reads, with points, lines and polygons as it likes, or a table of points (CSV, Excel)
        with lon, lat and, if wanted, name. Its own column of names names the zones.
    crs
        The coordinate system of all the files, where they declare none or a wrong one.
    region
        Where the inputs are expected, for the advice on a wrong system. They may reach out of it.

    Raises
    ------
    UsageError
        If there is no such class.
    ZoneFileError
        If a file cannot be read, has no feature with a shape, or its coordinates lie outside
        China or their system is not known.
    """
    inputs = StarterInputs.none()
    for written, given in paths.items():
        code = input_class(written)
        for path in [given] if isinstance(given, Path | str) else given:
            inputs = inputs.combined(_read(code, Path(path), crs, region))
    return inputs


def _read(code: InputClass, path: Path, crs: str | None, region: Extent) -> StarterInputs:
    layer = _points(path) if path.suffix.lower() in _TABLES else read_layer(path)
    drawn = ~(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry))
    if not drawn.any():
        raise ZoneFileError(
            "没有一个图形有形状 / no feature has a shape",
            str(path),
            remedy="重新导出；没有此类对象就不要给出 / export it again, or leave it out",
        )
    kept = replace(layer, attributes=layer.attributes[drawn], geometry=layer.geometry[drawn])
    names = _names(kept)
    shapes, mended = _mended(_in_degrees(kept, crs, region), kept.path, names)
    notes = [Note(said.key, dict(said.values, where=path.name)) for said in layer.notes]
    if not drawn.all():
        notes.append(
            Note("starter.note.shapeless", {"where": path.name, "count": int((~drawn).sum())})
        )
    return inputs_from(code, names, shapes, path.name, layer.sha256, (*notes, *mended))


def _in_degrees(layer: Layer, crs: str | None, region: Extent) -> Geometries:
    if crs is not None or layer.crs is not None:
        shapes = to_wgs84(layer, crs, _ANYWHERE)
        xy = shapely.get_coordinates(shapes)
        if _CHINA.contains(xy[:, 0], xy[:, 1]).all():
            return shapes
    # Against the region the message proposes the system that would fit.
    return to_wgs84(layer, crs, region)


def _mended(
    shapes: Geometries, path: Path, names: pd.Series
) -> tuple[Geometries, tuple[Note, ...]]:
    """Return valid shapes and a note a repair; the index of `names` counts the file's features."""
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    mended = shapes.copy()
    mended[areal], repairs = repaired(shapes[areal], path)
    return mended, tuple(
        Note(
            "note.repaired",
            {
                "where": path.name,
                "feature": int(names.index[areal[repair.feature - 1]]) + 1,
                "name": names.iloc[areal[repair.feature - 1]],
                "place": f"{repair.lon:.5f} E, {repair.lat:.5f} N",
                "change_km2": f"{repair.change_km2:+.4f}",
            },
        )
        for repair in repairs
    )


def _names(layer: Layer) -> pd.Series:
    found = find_columns([str(name) for name in layer.attributes], ("name",))
    if "name" not in found:
        return pd.Series("", index=layer.attributes.index, dtype="str")
    return layer.attributes[found["name"]].astype("str").fillna("").str.strip()


def _points(path: Path) -> Layer:
    """Return a table of points as a layer; longitudes and latitudes are degrees."""
    table = read_table(path, heading_table("zones.starter", HEADINGS), (("lon",), ("lat",)))
    xy = np.column_stack([_degrees(table, "lon"), _degrees(table, "lat")])
    names = pd.DataFrame({"name": table.texts("name").to_numpy()})
    points = np.asarray(shapely.points(xy), dtype=object)
    return Layer(names, points, _WGS84, table.path, table.sha256)


def _degrees(table: UserTable, column: str) -> Floats:
    written = table.texts(column)
    numbers = pd.to_numeric(written, errors="coerce").to_numpy(dtype=np.float64)
    unread = ~np.isfinite(numbers)
    if unread.any():
        row = int(written.index[np.flatnonzero(unread)[0]])
        raise ZoneFileError(
            f"列“{table.headings[column]}”的值 {written.loc[row]!r} 不是度数 / not degrees",
            f"{table.path} 第 {row} 行 / row {row}",
            expected="十进制度，如 108.3201 / decimal degrees",
            remedy="改正该行 / correct the row",
        )
    return numbers
