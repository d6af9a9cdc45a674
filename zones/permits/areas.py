"""The ground that a permit covers: a polygon of its own, one beside the table, or a circle."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import KM_PER_DEGREE, Extent
from zones.formats.crs import WGS84, open_notes, to_wgs84
from zones.formats.layer import Layer, read_layer
from zones.geometry.arrays import Geometries
from zones.geometry.polygons import Repair, repaired, require_polygons
from zones.notes import Note
from zones.tables.cells import Fault, numbers, refuse, span
from zones.tables.table import Heading, UserTable, accepted, heading_table, read_table, table_of

TABLE_ENDINGS = (".csv", ".tsv", ".xlsx", ".xlsm")
# A circle of less is no field but a wrong unit, one of more no field but a county.
MIN_RADIUS_KM = 0.01
MAX_RADIUS_KM = 10.0
# Corners of a quarter circle: its polygon then lies within 0.05 % of the radius of the circle.
_QUARTER_CORNERS = 25
_NEEDED = (("number",), ("valid_from",), ("valid_to",))
_PLACE = ("lon", "lat", "radius_km")


@dataclass(frozen=True, eq=False)
class PermitSource:
    """The rows of a file of permits, and the valid polygon in WGS-84 of each.

    `remarks` are what else a user should know of the layer of polygons.
    """

    table: UserTable
    geometry: Geometries
    repairs: tuple[Repair, ...]
    sha256: str
    remarks: tuple[Note, ...] = ()


def headings() -> tuple[Heading, ...]:
    """Return the headings known of permits."""
    return heading_table("zones.permits", "permit_headings.csv")


def permit_source(
    path: Path,
    polygons: Path | None,
    layer: Layer | None,
    crs: str | None,
    region: Extent,
) -> PermitSource:
    """Return rows and areas of a file of permits, from whichever of its forms it has.

    A layer that was read or made elsewhere (by names of areas) stands in place of the file's.

    Raises
    ------
    ZoneFileError
        If the file or its polygons cannot be used, or a row has no area.
    """
    if layer is None and path.suffix.lower() not in TABLE_ENDINGS:
        layer = read_layer(path)
    if layer is not None:
        table = _attributes(layer)
        shapes, repairs = _polygons(layer, crs, region)
        return PermitSource(table, shapes, repairs, layer.sha256, open_notes(layer, crs))
    table = read_table(path, headings(), _NEEDED)
    if polygons is not None:
        return _beside(table, read_layer(polygons), crs, region)
    return PermitSource(table, _circles(table, crs, region), (), table.sha256, _unread(table))


def _polygons(
    layer: Layer, crs: str | None, region: Extent
) -> tuple[Geometries, tuple[Repair, ...]]:
    require_polygons(layer.geometry, layer.path)
    return repaired(to_wgs84(layer, crs, region), layer.path)


def _attributes(layer: Layer) -> UserTable:
    table = table_of(layer.attributes, headings(), layer.path)
    _require(table, _NEEDED)
    return table


def _require(table: UserTable, needed: tuple[tuple[str, ...], ...]) -> None:
    lacking = [names[0] for names in needed if not set(names).intersection(table.headings)]
    if lacking:
        raise ZoneFileError(
            f"缺少列：{'、'.join(lacking)} / columns missing",
            str(table.path),
            expected="；".join(f"{name}: {accepted(headings(), name)}" for name in lacking),
            remedy="补上这些列 / add these columns",
        )


def _beside(table: UserTable, layer: Layer, crs: str | None, region: Extent) -> PermitSource:
    """Return the table's rows with the polygons of the layer that bear their numbers."""
    drawn = table_of(layer.attributes, headings(), layer.path)
    _require(drawn, (("number",),))
    shapes, repairs = _polygons(layer, crs, region)
    numbers_drawn = drawn.texts("number")
    parts = pd.Series(shapes, index=numbers_drawn.to_numpy(), dtype=object)
    joined = {number: shapely.union_all(own.to_numpy()) for number, own in parts.groupby(level=0)}
    wanted = table.texts("number")
    fault = Fault(
        f"图层 {layer.path.name} 中没有该编号的面 / no polygon has this number",
        "图层中的编号与表一致 / the same numbers in layer and table",
        "补画，或核对两边的编号 / draw it, or check the numbers",
    )
    refuse(table, ~wanted.isin(list(joined)), "number", fault)
    geometry = np.array([joined[number] for number in wanted], dtype=object)
    both = hashlib.sha256(f"{table.sha256}\n{layer.sha256}".encode()).hexdigest()
    remarks = (*_unread(table), *open_notes(layer, crs))
    return PermitSource(table, geometry, repairs, both, remarks)


def _unread(table: UserTable) -> tuple[Note, ...]:
    # A ceiling below a heading that nobody knows would be lost without a word.
    listed = "、".join(table.unread)
    return (Note("note.unread_columns", {"columns": listed}),) if listed else ()


def _circles(table: UserTable, crs: str | None, region: Extent) -> Geometries:
    if not set(_PLACE) <= set(table.headings):
        raise ZoneFileError(
            "表中没有许可的范围 / the table does not say where",
            str(table.path),
            expected="；".join(accepted(headings(), name) for name in _PLACE),
            remedy="加上经度、纬度、半径三列，或另给出面图层，或按乡镇村名导入"
            " / add these columns, or give a polygon layer, or import by names of areas",
        )
    lon, lat = (_number(table, name, low, high) for name, low, high in _DEGREES)
    radius_km = _number(table, "radius_km", MIN_RADIUS_KM, MAX_RADIUS_KM)
    points = np.asarray(shapely.points(lon, lat), dtype=object)
    layer = Layer(pd.DataFrame(index=range(len(points))), points, WGS84, table.path, table.sha256)
    centres = shapely.get_coordinates(to_wgs84(layer, crs, region))
    circles = [
        _circle(x, y, km) for (x, y), km in zip(centres.tolist(), radius_km.tolist(), strict=True)
    ]
    return np.array(circles, dtype=object)


_DEGREES = (("lon", -180.0, 180.0), ("lat", -90.0, 90.0))


def _number(table: UserTable, column: str, low: float, high: float) -> pd.Series:
    found = numbers(table, column)
    wrong = found.value.isna() | found.outside(low, high)
    what = "不是该范围内的数字 / no number within range"
    refuse(table, wrong, column, Fault(what, span(table, column, low, high), "改正 / correct it"))
    return found.value


def _circle(lon: float, lat: float, radius_km: float) -> shapely.Geometry:
    north = radius_km / KM_PER_DEGREE
    east = north / np.cos(np.radians(lat))
    unit = shapely.buffer(shapely.Point(0, 0), 1.0, quad_segs=_QUARTER_CORNERS)
    return shapely.transform(unit, lambda xy: xy * [east, north] + [lon, lat])


def one_a_number(source: PermitSource) -> PermitSource:
    """Join the rows of one number (and issuer) into one permit of several plots.

    Raises
    ------
    ZoneFileError
        If rows of one number differ in anything but their ground and its name: which of them
        counts is not for a program to say.
    """
    table = source.table
    rows = pd.Series(table.cells.index, index=table.cells.index)
    keys = [table.texts("number"), table.texts("issuer")]
    first = rows.groupby(keys).transform("first")
    if (first == rows).all():
        return source
    for column in table.cells.drop(columns=[*_PLACE, "name"], errors="ignore"):
        texts = table.texts(str(column))
        differs = pd.Series(texts.to_numpy() != texts[first].to_numpy(), index=rows.index)
        refuse(table, differs, str(column), _DIFFERENT)
    place = pd.Series(range(len(rows)), index=rows.index)
    joined = [shapely.union_all(source.geometry[own]) for own in place.groupby(first).agg(list)]
    kept = table.cells[(first == rows).to_numpy()]
    geometry = np.array(joined, dtype=object)
    return replace(source, table=replace(table, cells=kept), geometry=geometry)


_DIFFERENT = Fault(
    "同一编号的各行不一致 / rows of one number differ",
    "与该编号第一行相同 / as in the first row of this number",
    "改正，或给每份许可自己的编号 / correct it, or give each permit its own number",
)
