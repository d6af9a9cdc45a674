"""Fire points and zones for Google Earth, Ovital (奥维) and other globes: KML 2.2 and KMZ.

A ``.kmz`` carries the map's own symbols, so that shapes and colours are there without a network;
a ``.kml`` is one text file and colours the program's own pin.
"""

from __future__ import annotations

import html
import io
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from firewatch.core.files import atomic_path
from firewatch.core.geo import dms
from firewatch.core.i18n import Texts, texts
from firewatch.reports.kml_symbols import symbol_png
from firewatch.reports.map_looks import area_look, point_legend
from firewatch.reports.points_export import readable_points
from firewatch.reports.suffixes import suffix_of
from firewatch.views import PUBLIC_COLUMNS
from maps.inputs import MapInputs
from maps.page import style
from maps.points import look_numbers

SUFFIXES = (".kml", ".kmz")
_NAMESPACE = "http://www.opengis.net/kml/2.2"
_DOCUMENT = "doc.kml"
# What XML 1.0 cannot hold (section 2.2): most control characters, halves of pairs.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The earliest date that a ZIP file can give; the real one would differ from run to run.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_ICON_SCALE = "0.7"
_TOLD_OF_POINTS = (
    "acquired_local", "place", "lon_dms", "lat_dms", "platform_text", "confidence_text", "frp_mw",
    "ruling_text", "reason", "cause_text", "status_text", "finding_text", "finding_reason",
    "point_id", "event_id", "data_note",
)  # fmt: skip
_DATA_OF_POINTS = (
    "point_id", "event_id", "county_adcode", "frp_mw", "ruling", "cause", "status", "simulated",
)  # fmt: skip
_TOLD_OF_ZONES = ("kind_text", "name", "notice", "valid")
_TOLD_OF_PERMITS = ("number", "issuer", "name", "valid", "conditions")


def write_kml(path: Path, inputs: MapInputs, points: pd.DataFrame) -> None:
    """Write the season's fire points, zones and permits as ``.kml`` or ``.kmz``.

    Points stand in one folder a look of the map's legend, each with its time (TimeStamp), so
    that the program's time slider works; zones in one folder a kind. Texts stay texts: they are
    escaped for the balloon, which shows HTML, and what XML cannot hold is left out.

    Parameters
    ----------
    points
        As `firewatch.views.current_points` gives them.

    Raises
    ------
    UsageError
        If the suffix names no format.
    """
    packed = suffix_of(path, SUFFIXES) == ".kmz"
    words = texts("firewatch.reports", inputs.language)
    content = _document(inputs, readable_points(points[PUBLIC_COLUMNS], words), words, packed)
    with atomic_path(path) as temporary:
        if packed:
            _write_packed(temporary, content)
        else:
            temporary.write_bytes(content)


def _write_packed(path: Path, content: bytes) -> None:
    members = {_DOCUMENT: content}
    members |= {
        _symbol_name(look): symbol_png(look, style()["shapes"]) for look in style()["points"]
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def _document(inputs: MapInputs, points: pd.DataFrame, words: Texts, packed: bool) -> bytes:
    root = ElementTree.Element("kml", xmlns=_NAMESPACE)
    document = ElementTree.SubElement(root, "Document")
    said = (("simulated", inputs.simulated), ("illustrative", inputs.illustrative))
    banners = [words(key) for key, holds in said if holds]
    _text(document, "name", "　".join([*banners, inputs.title]))
    _text(document, "open", "1")
    lines = [*banners, *inputs.notes, *inputs.sources]
    _text(document, "description", "<br>".join(html.escape(line) for line in lines))
    for look in style()["points"]:
        _point_style(document, look, packed)
    kinds = inputs.zones["kind"].astype("str")
    drawn = style()["zones"]
    for number, kind in enumerate(sorted(kinds.unique())):
        _area_style(document, f"zone-{number}", drawn.get(kind, drawn["other"]))
    _area_style(document, "permit", style()["permits"])
    _point_folders(document, points, inputs, words)
    _zone_folders(document, inputs, words)
    _permit_folder(document, inputs, words)
    stream = io.BytesIO()
    ElementTree.ElementTree(root).write(stream, encoding="UTF-8", xml_declaration=True)
    return stream.getvalue()


def _point_style(document: ElementTree.Element, look: Mapping[str, Any], packed: bool) -> None:
    own = ElementTree.SubElement(document, "Style", id=f"point-{look['key']}")
    icon = ElementTree.SubElement(own, "IconStyle")
    if not packed:
        _text(icon, "color", _colour(look["fillColor"], 1.0))
    _text(icon, "scale", _ICON_SCALE)
    if packed:
        _text(ElementTree.SubElement(icon, "Icon"), "href", _symbol_name(look))
    # Thousands of names over the ground would hide it; the list beside the globe has them.
    _text(ElementTree.SubElement(own, "LabelStyle"), "scale", "0")


def _area_style(document: ElementTree.Element, name: str, drawn: Mapping[str, Any]) -> None:
    look = area_look(drawn)
    own = ElementTree.SubElement(document, "Style", id=name)
    line = ElementTree.SubElement(own, "LineStyle")
    _text(line, "color", _colour(look.line_colour, 1.0))
    _text(line, "width", f"{look.line_width_px:g}")
    fill = ElementTree.SubElement(own, "PolyStyle")
    _text(fill, "color", _colour(look.fill_colour, look.fill_opacity))


def _point_folders(
    document: ElementTree.Element, points: pd.DataFrame, inputs: MapInputs, words: Texts
) -> None:
    looks = style()["points"]
    place = points["city"].str.cat(points[["county", "township"]].astype("str"), sep=" ")
    told = points.assign(
        look=[looks[number]["key"] for number in look_numbers(points, looks)],
        place=place.str.strip(),
        lon_dms=[dms(degrees, "lon") for degrees in points["lon"]],
        lat_dms=[dms(degrees, "lat") for degrees in points["lat"]],
        frp_mw=[f"{power:.1f}" if power == power else "" for power in points["frp_mw"]],
        label=points["county"].astype("str") + " " + points["acquired_local"],
    )
    for item in point_legend(points, inputs.language):
        rows = told[told["look"] == item.key]
        if not len(rows):
            continue
        folder = _folder(document, words("folder", label=item.label, count=len(rows)))
        for row in rows.to_dict("records"):
            mark = _placemark(folder, row["label"], _table(row, _TOLD_OF_POINTS, words))
            _text(ElementTree.SubElement(mark, "TimeStamp"), "when", row["acquired_utc"])
            _text(mark, "styleUrl", f"#point-{item.key}")
            _data(mark, {name: row[name] for name in _DATA_OF_POINTS})
            at = ElementTree.SubElement(mark, "Point")
            _text(at, "coordinates", f"{row['lon']:.6f},{row['lat']:.6f}")


def _zone_folders(document: ElementTree.Element, inputs: MapInputs, words: Texts) -> None:
    kinds = inputs.zones["kind"].astype("str")
    shown_at_first = style()["zones_shown_at_first"]
    shapes = shapely.orient_polygons(inputs.zone_geometry)
    for number, kind in enumerate(sorted(kinds.unique())):
        label = words.label("zone_kind", kind)
        chosen = (kinds == kind).to_numpy()
        rows = inputs.zones[chosen].assign(kind_text=label).to_dict("records")
        shown = kind in shown_at_first
        folder = _folder(document, words("folder", label=label, count=len(rows)), shown=shown)
        for row, shape in zip(rows, shapes[chosen], strict=True):
            mark = _placemark(folder, row["name"] or label, _table(row, _TOLD_OF_ZONES, words))
            _text(mark, "visibility", str(int(shown)))
            _text(mark, "styleUrl", f"#zone-{number}")
            _data(mark, {"zone_id": row["zone_id"], "kind": kind})
            _polygons(mark, shape)


def _permit_folder(document: ElementTree.Element, inputs: MapInputs, words: Texts) -> None:
    if not len(inputs.permits):
        return
    name = words("folder", label=words("layer.permits"), count=len(inputs.permits))
    folder = _folder(document, name, shown=False)
    shapes = shapely.orient_polygons(inputs.permit_geometry)
    for row, shape in zip(inputs.permits.to_dict("records"), shapes, strict=True):
        mark = _placemark(folder, row["number"], _table(row, _TOLD_OF_PERMITS, words))
        _text(mark, "visibility", "0")
        _text(mark, "styleUrl", "#permit")
        _data(mark, {"permit_id": row["permit_id"]})
        _polygons(mark, shape)


def _folder(document: ElementTree.Element, name: str, *, shown: bool = True) -> ElementTree.Element:
    folder = ElementTree.SubElement(document, "Folder")
    _text(folder, "name", name)
    _text(folder, "visibility", str(int(shown)))
    return folder


def _placemark(folder: ElementTree.Element, name: str, described: str) -> ElementTree.Element:
    mark = ElementTree.SubElement(folder, "Placemark")
    _text(mark, "name", name)
    _text(mark, "description", described)
    return mark


def _table(row: Mapping[Any, Any], names: Iterable[str], words: Texts) -> str:
    """Return what is known as an HTML table; values are escaped, empty ones left out."""
    told = [(words(f"told.{name}"), str(row[name])) for name in names if str(row[name])]
    cells = "".join(
        f"<tr><th align='left'>{html.escape(label)}</th><td>{html.escape(value)}</td></tr>"
        for label, value in told
    )
    return f"<table>{cells}</table>"


def _data(mark: ElementTree.Element, values: Mapping[str, object]) -> None:
    extended = ElementTree.SubElement(mark, "ExtendedData")
    for name, value in values.items():
        _text(ElementTree.SubElement(extended, "Data", name=name), "value", str(value))


def _polygons(mark: ElementTree.Element, shape: shapely.Geometry) -> None:
    parts: Sequence[Any] = shapely.get_parts(shape).tolist()
    parent = mark if len(parts) == 1 else ElementTree.SubElement(mark, "MultiGeometry")
    for part in parts:
        polygon = ElementTree.SubElement(parent, "Polygon")
        for name, ring in _rings(part):
            edge = ElementTree.SubElement(ElementTree.SubElement(polygon, name), "LinearRing")
            corners = shapely.get_coordinates(ring).tolist()
            _text(edge, "coordinates", " ".join(f"{x:.6f},{y:.6f}" for x, y in corners))


def _rings(polygon: shapely.Polygon) -> Iterator[tuple[str, shapely.Geometry]]:
    yield "outerBoundaryIs", polygon.exterior
    for hole in polygon.interiors:
        yield "innerBoundaryIs", hole


def _symbol_name(look: Mapping[str, Any]) -> str:
    return f"symbols/{look['key']}.png"


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _NOT_XML.sub("", text)


def _colour(colour: str, opacity: float) -> str:
    """Return ``#rrggbb`` as KML writes it: opacity first, then blue, green, red."""
    red, green, blue = (colour[place : place + 2].lower() for place in (1, 3, 5))
    return f"{round(255 * opacity):02x}{blue}{green}{red}"
