"""Fire points and zones for Google Earth, Ovital (奥维) and other globes: KML 2.2 and KMZ.

A ``.kmz`` carries the map's own symbols, so that shapes and colours are there without a network;
a ``.kml`` is one text file and colours the program's own pin.
"""

from __future__ import annotations

import html
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
# At 2 to 3 kB a point, so many stay below 2 GB.
_SMALL_POINTS = 500_000
_TOLD_OF_POINTS = (
    "acquired_local", "place", "lon_dms", "lat_dms", "platform_text", "confidence_text", "frp_mw",
    "ruling_text", "reason", "cause_text", "status_text", "finding_text", "finding_reason",
    "point_id", "event_id", "data_note",
)  # fmt: skip
_DATA_OF_POINTS = (
    "point_id", "event_id", "county_adcode", "frp_mw", "ruling", "cause", "status", "simulated",
)  # fmt: skip
_PLACED_BY = ("label", "look", "lon", "lat", "acquired_utc")
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
    pieces = _document(inputs, readable_points(points[PUBLIC_COLUMNS], words), words, packed)
    with atomic_path(path) as temporary:
        if packed:
            _write_packed(temporary, pieces, large=len(points) > _SMALL_POINTS)
        else:
            with temporary.open("wb") as stream:
                stream.writelines(piece.encode() for piece in pieces)


def _write_packed(path: Path, pieces: Iterable[str], *, large: bool) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        # Over 2 GB must be announced; programs with an older ZIP reader then cannot open it.
        with archive.open(_member(_DOCUMENT), "w", force_zip64=large) as stream:
            stream.writelines(piece.encode() for piece in pieces)
        for look in style()["points"]:
            archive.writestr(_member(_symbol_name(look)), symbol_png(look, style()["shapes"]))


def _member(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _document(inputs: MapInputs, points: pd.DataFrame, words: Texts, packed: bool) -> Iterator[str]:
    """Yield the document piece by piece: as a tree, 200,000 points would take gigabytes."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="{_NAMESPACE}"><Document>'
    for element in _head(inputs, words, packed):
        yield _written(element)
    yield from _point_folders(points, inputs, words)
    yield from _zone_folders(inputs, words)
    yield from _permit_folder(inputs, words)
    yield "</Document></kml>\n"


def _head(inputs: MapInputs, words: Texts, packed: bool) -> ElementTree.Element:
    """Return a document with everything that stands before its folders."""
    document = ElementTree.Element("Document")
    said = (("simulated", inputs.simulated), ("illustrative", inputs.illustrative))
    banners = [words(key) for key, holds in said if holds]
    _text(document, "name", "　".join([*banners, inputs.title]))
    _text(document, "open", "1")
    lines = [*banners, *inputs.notes, *inputs.sources]
    _text(document, "description", "<br>".join(html.escape(line) for line in lines))
    for look in style()["points"]:
        _point_style(document, look, packed)
    kinds, drawn = inputs.zones["kind"].astype("str"), style()["zones"]
    for number, kind in enumerate(sorted(kinds.unique())):
        _area_style(document, f"zone-{number}", drawn.get(kind, drawn["other"]))
    _area_style(document, "permit", style()["permits"])
    return document


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


def _point_folders(points: pd.DataFrame, inputs: MapInputs, words: Texts) -> Iterator[str]:
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
    needed = dict.fromkeys([*_TOLD_OF_POINTS, *_DATA_OF_POINTS, *_PLACED_BY])
    for item in point_legend(points, inputs.language):
        rows = told.loc[told["look"] == item.key, list(needed)].to_dict("records")
        if rows:
            name = words("folder", label=item.label, count=len(rows))
            yield from _folder(name, (_point(row, words) for row in rows))


def _point(row: Mapping[Any, Any], words: Texts) -> ElementTree.Element:
    mark = _placemark(row["label"], _table(row, _TOLD_OF_POINTS, words))
    _text(ElementTree.SubElement(mark, "TimeStamp"), "when", row["acquired_utc"])
    _text(mark, "styleUrl", f"#point-{row['look']}")
    _data(mark, {name: row[name] for name in _DATA_OF_POINTS})
    at = ElementTree.SubElement(mark, "Point")
    _text(at, "coordinates", f"{row['lon']:.6f},{row['lat']:.6f}")
    return mark


def _zone_folders(inputs: MapInputs, words: Texts) -> Iterator[str]:
    kinds = inputs.zones["kind"].astype("str")
    shapes = shapely.orient_polygons(inputs.zone_geometry)
    for number, kind in enumerate(sorted(kinds.unique())):
        label = words.label("zone_kind", kind)
        chosen = (kinds == kind).to_numpy()
        rows = inputs.zones[chosen].assign(kind_text=label).to_dict("records")
        shown = kind in style()["zones_shown_at_first"]
        marks = (
            _area(
                row["name"] or label, _table(row, _TOLD_OF_ZONES, words), f"zone-{number}",
                {"zone_id": row["zone_id"], "kind": kind}, shape, shown=shown,
            )
            for row, shape in zip(rows, shapes[chosen], strict=True)
        )  # fmt: skip
        yield from _folder(words("folder", label=label, count=len(rows)), marks, shown=shown)


def _permit_folder(inputs: MapInputs, words: Texts) -> Iterator[str]:
    if not len(inputs.permits):
        return
    shapes = shapely.orient_polygons(inputs.permit_geometry)
    marks = (
        _area(
            row["number"], _table(row, _TOLD_OF_PERMITS, words), "permit",
            {"permit_id": row["permit_id"]}, shape, shown=False,
        )
        for row, shape in zip(inputs.permits.to_dict("records"), shapes, strict=True)
    )  # fmt: skip
    name = words("folder", label=words("layer.permits"), count=len(inputs.permits))
    yield from _folder(name, marks, shown=False)


def _folder(
    name: str, marks: Iterable[ElementTree.Element], *, shown: bool = True
) -> Iterator[str]:
    head = ElementTree.Element("Folder")
    _text(head, "name", name)
    _text(head, "visibility", str(int(shown)))
    yield "<Folder>"
    yield from map(_written, head)
    yield from map(_written, marks)
    yield "</Folder>"


def _placemark(name: str, described: str, *, shown: bool = True) -> ElementTree.Element:
    mark = ElementTree.Element("Placemark")
    _text(mark, "name", name)
    _text(mark, "visibility", str(int(shown)))
    _text(mark, "description", described)
    return mark


def _area(
    name: str, described: str, look: str, data: Mapping[str, object], shape: shapely.Geometry,
    *, shown: bool,
) -> ElementTree.Element:  # fmt: skip
    mark = _placemark(name, described, shown=shown)
    _text(mark, "styleUrl", f"#{look}")
    _data(mark, data)
    _polygons(mark, shape)
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


def _written(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode")


def _symbol_name(look: Mapping[str, Any]) -> str:
    return f"symbols/{look['key']}.png"


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _NOT_XML.sub("", text)


def _colour(colour: str, opacity: float) -> str:
    """Return ``#rrggbb`` as KML writes it: opacity first, then blue, green, red."""
    red, green, blue = (colour[place : place + 2].lower() for place in (1, 3, 5))
    return f"{round(255 * opacity):02x}{blue}{green}{red}"
