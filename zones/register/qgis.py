"""The look of zones in QGIS, carried inside the GeoPackage.

QGIS reads the table ``layer_styles`` of a GeoPackage and applies the default style of a layer when
it is opened. The style is QML, QGIS's own XML: one category a zone kind, with its label.
"""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_STYLES_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT,
    styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
    description TEXT, owner TEXT, ui TEXT, update_time DATETIME
)
"""
_QML_VERSION = "3.22.0"


@dataclass(frozen=True)
class ZoneLook:
    """Colours (``#rrggbb``), opacity of the fill (0 to 1), line width (px) and dashes (px)."""

    line_colour: str
    fill_colour: str
    fill_opacity: float
    line_width_px: float
    dashes_px: tuple[float, ...] = ()


def add_style(path: Path, layer: str, qml: str, name: str) -> None:
    """Put a style into a GeoPackage as the default of a layer.

    Parameters
    ----------
    path
        A GeoPackage that has no style yet.
    """
    with sqlite3.connect(path) as package:
        package.execute(_STYLES_TABLE)
        geometry = package.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
        ).fetchone()[0]
        changed = package.execute("SELECT max(last_change) FROM gpkg_contents").fetchone()[0]
        package.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
            (changed,),
        )
        package.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, useAsDefault, description, owner,"
            " update_time) VALUES ('', '', ?, ?, ?, ?, 1, ?, '', ?)",
            (layer, geometry, name, qml, name, changed),
        )
    package.close()


def zone_qml(looks: Mapping[str, ZoneLook], labels: Mapping[str, str]) -> str:
    """Return the QML of polygons that are coloured by their column ``kind``.

    Parameters
    ----------
    looks
        Kind → look, in the order of the legend; the first is drawn last, on top.
    labels
        Kind → text of the legend.
    """
    root = ElementTree.Element("qgis", version=_QML_VERSION, styleCategories="Symbology")
    renderer = ElementTree.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr="kind", symbollevels="1"
    )
    categories = ElementTree.SubElement(renderer, "categories")
    symbols = ElementTree.SubElement(renderer, "symbols")
    for number, (kind, look) in enumerate(looks.items()):
        ElementTree.SubElement(
            categories, "category", render="true", symbol=str(number), value=kind,
            label=labels.get(kind, kind),
        )  # fmt: skip
        _symbol(symbols, str(number), look, drawn=len(looks) - number)
    body = ElementTree.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{body}"


def _symbol(symbols: ElementTree.Element, name: str, look: ZoneLook, drawn: int) -> None:
    symbol = ElementTree.SubElement(symbols, "symbol", type="fill", name=name, alpha="1")
    layer = ElementTree.SubElement(symbol, "layer", attrib={"class": "SimpleFill"})
    layer.set("pass", str(drawn))
    layer.set("enabled", "1")
    options = {
        "color": _rgba(look.fill_colour, look.fill_opacity),
        "style": "solid",
        "outline_color": _rgba(look.line_colour, 1.0),
        "outline_width": f"{look.line_width_px:g}",
        "outline_width_unit": "Pixel",
        "outline_style": "dash" if look.dashes_px else "solid",
    }
    choices = ElementTree.SubElement(layer, "Option", type="Map")
    for key, value in options.items():
        ElementTree.SubElement(choices, "Option", name=key, type="QString", value=value)
        # QGIS before 3.20 reads these instead.
        ElementTree.SubElement(layer, "prop", k=key, v=value)


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"
