"""KML (OGC 07-147r2), by the standard library: placemarks with all that is written about them.

GDAL's reader turns Chinese names of ExtendedData into underscores and the file's order into that of
its folders; here a feature's number is that of its placemark in the file.

Rules
-----
- Folders are not layers of their own: all placemarks are one layer, `folder` holds the names of
  the folders around each, ``甲 / 乙`` from outside in.
- Columns of ExtendedData come first, then two-column rows of a table in the description, then
  `placemark` (the name), `folder` and `description`: the first that fits a heading counts.
- A document type is refused (it can define entities that grow to gigabytes); links to other files
  are not followed.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from firewatch.core.errors import ZoneFileError
from zones.formats.content import Content, chosen_layer, decoded, read_bytes
from zones.formats.html_rows import two_column_rows
from zones.formats.kml_shapes import child, children, local_name, shape_of, text_of
from zones.notes import Note

# KML knows one system only. Chinese map apps nevertheless write GCJ-02, which no file shows.
WGS84 = "EPSG:4326"
DATUM_NOTE = "note.kml_datum"
FOLDER_SEPARATOR = " / "

_CONTAINERS = ("kml", "Document", "Folder")
_MOST_DEPTH = 100
_BLANK = ("<Null>", "&lt;Null&gt;")

Attributes = dict[str, str]


def read_kml(file: Path, where: str, layer: str | None) -> Content:
    """Read the placemarks of a KML file.

    Parameters
    ----------
    layer
        Name of a folder; None reads all folders.

    Raises
    ------
    ZoneFileError
        If it is no whole KML, has a document type, or a coordinate cannot be read.
    """
    root = _parsed(decoded(read_bytes(file, where)), where)
    placemarks = list(_placemarks(root, where))
    if layer is not None:
        names = {name: None for _, folders in placemarks for name in folders}
        chosen_layer(list(names), layer, where)
        placemarks = [(mark, folders) for mark, folders in placemarks if layer in folders]
    links = sum(1 for element in root.iter() if local_name(element) == "NetworkLink")
    if links and not placemarks:
        raise ZoneFileError(
            f"只有 {links} 个网络链接，没有图形 / it only links to other files",
            where,
            expected="Placemark",
            remedy="请对方发送链接所指的 KML / ask for the KML that it links to",
        )
    rows = [_attributes(mark, folders) for mark, folders in placemarks]
    shapes = np.empty(len(rows), dtype=object)
    labels = 0
    for number, (mark, _) in enumerate(placemarks, 1):
        shapes[number - 1], dropped = shape_of(mark, number, where)
        labels += dropped
    counts = {"note.kml_links": links, "note.kml_labels": labels}
    notes = [Note(key, {"count": count}) for key, count in counts.items() if count]
    return Content(_table(rows), shapes, WGS84, (Note(DATUM_NOTE), *notes))


class _WithoutDoctype(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ValueError(f"DOCTYPE {name}")


def _parsed(text: str, where: str) -> ET.Element:
    # As a text, it is not read by the encoding that it declares, which is often not its own.
    parser = ET.XMLParser(target=_WithoutDoctype())
    try:
        parser.feed(text.lstrip())
        root = parser.close()
    except (ET.ParseError, ValueError) as error:
        raise ZoneFileError(
            f"不是完整的 KML / not a whole KML: {error}",
            where,
            expected="KML 2.x，没有 DOCTYPE / without DOCTYPE",
            remedy="请对方重新导出 / ask for a new export",
        ) from error
    if local_name(root) not in (*_CONTAINERS, "Placemark"):
        raise ZoneFileError(
            f"不是 KML：根元素为 <{local_name(root)}> / no KML by its root element",
            where,
            expected="<kml>",
            remedy="在原软件中导出为 KML / export it as KML",
        )
    return root


def _placemarks(root: ET.Element, where: str) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    """Give each placemark in the file's order with the names of the folders around it."""
    waiting: list[tuple[ET.Element, tuple[str, ...], int]] = [(root, (), 0)]
    while waiting:
        element, folders, depth = waiting.pop()
        kind = local_name(element)
        if kind == "Placemark":
            yield element, folders
        elif kind in _CONTAINERS:
            if depth > _MOST_DEPTH:
                raise ZoneFileError(
                    f"文件夹超过 {_MOST_DEPTH} 层 / folders within folders",
                    where,
                    expected=f"≤ {_MOST_DEPTH}",
                    remedy="请对方重新导出 / ask for a new export",
                )
            name = text_of(element, "name") if kind == "Folder" else ""
            inner = (*folders, name) if name else folders
            waiting.extend((e, inner, depth + 1) for e in reversed(element))


def _attributes(mark: ET.Element, folders: tuple[str, ...]) -> Attributes:
    description = text_of(mark, "description")
    own = {
        "placemark": text_of(mark, "name"),
        "folder": FOLDER_SEPARATOR.join(folders),
        "description": description,
    }
    # The first of equal names stays, in its place.
    written = [*_extended(mark), *two_column_rows(description), *own.items()]
    merged: Attributes = {}
    for name, text in written:
        if name and name not in merged:
            merged[name] = "" if text in _BLANK else text
    return merged


def _extended(mark: ET.Element) -> Iterator[tuple[str, str]]:
    extended = child(mark, "ExtendedData")
    if extended is None:
        return
    for data in children(extended, "Data"):
        yield data.get("name", "").strip(), text_of(data, "value")
    for schema in children(extended, "SchemaData"):
        for simple in children(schema, "SimpleData"):
            yield simple.get("name", "").strip(), (simple.text or "").strip()


def _table(rows: list[Attributes]) -> pd.DataFrame:
    # What every placemark has goes last, behind what any of them says of itself.
    last = ("placemark", "folder", "description")
    names = list(dict.fromkeys(name for row in rows for name in row if name not in last))
    columns = {name: [row.get(name) for row in rows] for name in (*names, *last)}
    return pd.DataFrame(columns, index=range(len(rows)), dtype=object)
