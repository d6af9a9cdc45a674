"""DXF drawings: closed lines and hatches are areas, texts inside them their names.

Rules
-----
- A closed polyline, a line that ends where it begins, and lines of one layer that together close a
  ring are areas; their curves become short lines. What stays open is an error.
- Rings are not holes of each other: a drawing does not say so. Only a hatch has holes. Rings
  within rings are counted in a note.
- `layer` is the drawing layer, `handle` the entity's handle in the drawing, `drawing_text` the one
  text (of any layer) inside the area.
- Points are left out and counted; so is all that stands in paper space (frames, title blocks).
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from firewatch.core.errors import ZoneFileError
from zones.formats.content import Content, chosen_layer, read_bytes
from zones.formats.driver import read_vector
from zones.geometry.arrays import Geometries
from zones.geometry.measures import POLYGONAL
from zones.notes import Note
from zones.tables.encoding import redecoded, text_encoding

_BEGINS = re.compile(rb"\s*(?:999\s|0\s*\r?\n\s*SECTION)")
_ENDS = re.compile(rb"EOF\s*\Z")
_BINARY = b"AutoCAD Binary DXF"
# AutoCAD 2007 and later write UTF-8 below a code page that they no longer use, so that texts are
# taken byte for byte (which GDAL does for this page) and the bytes are asked.
_CODE_PAGE = re.compile(rb"(\$DWGCODEPAGE\s+3\s*\r?\n)[^\r\n]*")
_AS_BYTES = rb"\1ANSI_1252"
_ESCAPED = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
_LEAST_VERTICES = 4
_MOST_SHOWN = 5


def read_dxf(file: Path, where: str, layer: str | None) -> Content:
    """Read the areas of a drawing.

    Parameters
    ----------
    layer
        Name of a drawing layer; None reads all layers.

    Raises
    ------
    ZoneFileError
        If it is no whole text DXF, or a line is open.
    """
    content = read_bytes(file, where)
    _require_whole(content, where)
    plain = _CODE_PAGE.sub(_AS_BYTES, content, count=1)
    read = read_vector({".dxf": plain}, where, CLOSED_LINE_AS_POLYGON="YES")
    table = _entities(read.attributes, text_encoding(content))
    model = ~table.pop("paper").to_numpy()
    table, geometry = table[model], read.geometry[model]
    texts, places = table["text"].to_numpy(), geometry
    if layer is not None:
        chosen_layer(sorted(set(table["layer"])), layer, where)
        here = (table["layer"] == layer).to_numpy()
        table, geometry = table[here], geometry[here]
    areas, shapes = _areas(table.reset_index(drop=True), geometry, where)
    areas["drawing_text"] = _texts_inside(shapes, texts, places)
    drawn = np.isin(shapely.get_type_id(geometry), (*POLYGONAL, *_LINES))
    counts = {
        "note.dxf_points": int((~drawn & (table["text"] == "").to_numpy()).sum()),
        "note.dxf_paper": int((~model).sum()),
        "note.dxf_nested": _nested(shapes, areas["layer"].to_numpy()),
    }
    notes = [Note(key, {"count": count}) for key, count in counts.items() if count]
    return Content(areas, shapes, None, (*read.notes, *notes))


def _require_whole(content: bytes, where: str) -> None:
    if content.startswith(_BINARY):
        what, remedy = "二进制 DXF / a binary DXF", "另存为 ASCII DXF / save it as ASCII DXF"
    elif not _BEGINS.match(content):
        what, remedy = "不是 DXF / no DXF", "在 CAD 中另存为 ASCII DXF / save it as ASCII DXF"
    elif not _ENDS.search(content[-100:]):
        what, remedy = "被截断：没有 EOF / cut short: no EOF", "请对方重发 / ask for it again"
    else:
        return
    raise ZoneFileError(what, where, expected="ASCII DXF", remedy=remedy)


def _entities(attributes: pd.DataFrame, encoding: str) -> pd.DataFrame:
    def written(name: str) -> pd.Series:
        return attributes[name].map(lambda text: _unescaped(redecoded(text, encoding)))

    return pd.DataFrame(
        {
            "layer": written("Layer"),
            "handle": attributes["EntityHandle"].astype("str").fillna(""),
            "text": written("Text"),
            "paper": attributes["PaperSpace"] == 1,
        }
    )


def _unescaped(text: object) -> str:
    if not isinstance(text, str):
        return ""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).strip()


def _areas(
    entities: pd.DataFrame, geometry: Geometries, where: str
) -> tuple[pd.DataFrame, Geometries]:
    kinds = shapely.get_type_id(geometry)
    areal = np.isin(kinds, POLYGONAL)
    linear = np.isin(kinds, _LINES)
    # Closed, be it across itself: that is mended later, as in any other format.
    ringed = (kinds == shapely.GeometryType.LINESTRING) & shapely.is_closed(geometry)
    ringed &= shapely.get_num_points(geometry) >= _LEAST_VERTICES
    shapes = geometry.copy()
    vertices, owner = shapely.get_coordinates(geometry[ringed], return_index=True)
    shapes[ringed] = shapely.polygons(shapely.linearrings(vertices, indices=owner))
    whole = areal | ringed
    loose = linear & ~ringed
    found, rings = _joined(entities[loose], geometry[loose], where)
    table = pd.concat([entities[whole], found], ignore_index=True)[["layer", "handle"]]
    return table, np.concatenate([shapes[whole], rings])


def _joined(
    entities: pd.DataFrame, lines: Geometries, where: str
) -> tuple[pd.DataFrame, Geometries]:
    """Return the areas that open lines of a layer close together."""
    rows: list[dict[str, str]] = []
    areas: list[BaseGeometry] = []
    for layer in dict.fromkeys(entities["layer"]):
        here = (entities["layer"] == layer).to_numpy()
        closed, *leftover = shapely.polygonize_full(lines[here])
        open_ends = shapely.union_all(leftover)
        if not open_ends.is_empty or closed.is_empty:
            raise _open_lines(layer, entities[here], lines[here], open_ends, where)
        areas.extend(closed.geoms)
        rows.extend({"layer": layer, "handle": ""} for _ in closed.geoms)
    found = np.empty(len(areas), dtype=object)
    found[:] = areas
    return pd.DataFrame(rows, columns=["layer", "handle"]), found


def _open_lines(
    layer: str,
    entities: pd.DataFrame,
    lines: Geometries,
    open_ends: BaseGeometry,
    where: str,
) -> ZoneFileError:
    guilty = (
        shapely.intersects(lines, open_ends)
        if not open_ends.is_empty
        else np.full(len(lines), True)
    )
    named = [handle or "?" for handle in entities["handle"][guilty]]
    more = "…" if len(named) > _MOST_SHOWN else ""
    ends = shapely.get_coordinates(lines[np.flatnonzero(guilty)[0]])[[0, -1]]
    gap = float(np.hypot(*(ends[1] - ends[0])))
    return ZoneFileError(
        f"图层 {layer!r} 有 {len(named)} 条线未闭合，首条缺口 {gap:.3f}"
        " / open lines in this layer; the first lacks so much",
        f"{where} 句柄 / handle {', '.join(named[:_MOST_SHOWN])}{more}",
        expected="闭合多段线或填充 / closed polylines or hatches",
        remedy="在 CAD 中闭合（PEDIT → C），或用图层名只导入分区所在图层"
        " / close them, or name the layer that holds the zones",
    )


def _texts_inside(shapes: Geometries, texts: NDArray[np.object_], places: Geometries) -> list[str]:
    labelled = np.flatnonzero(texts != "")
    found: dict[int, list[str]] = {}
    tree = shapely.STRtree(shapes)
    for point, area in zip(*tree.query(places[labelled], "within"), strict=True):
        found.setdefault(int(area), []).append(str(texts[labelled[point]]))
    single = {area: names[0] for area, names in found.items() if len(set(names)) == 1}
    return [single.get(number, "") for number in range(len(shapes))]


def _nested(shapes: Geometries, layers: NDArray[np.object_]) -> int:
    # Boxes first: most polygons that touch are not within each other.
    outer, inner = shapely.STRtree(shapes).query(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    boxed = (outer != inner) & (layers[outer] == layers[inner])
    boxed &= (west[outer] <= west[inner]) & (south[outer] <= south[inner])
    boxed &= (east[outer] >= east[inner]) & (north[outer] >= north[inner])
    return int(shapely.contains(shapes[outer[boxed]], shapes[inner[boxed]]).sum())
