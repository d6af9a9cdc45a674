"""How layers look in QGIS, carried inside the GeoPackage.

QGIS reads the table ``layer_styles`` of a GeoPackage and applies the default style of a layer when
it is opened. The style is QML, QGIS's own XML: one class a value or a range, with its label.
Widths are given in CSS pixels (1/96 inch) and written in millimetres, so that screen and paper
agree.
"""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

_STYLES_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT,
    styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
    description TEXT, owner TEXT, ui TEXT, update_time DATETIME
)
"""
_QML_VERSION = "3.22.0"
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_MM_A_PX = 25.4 / 96


@dataclass(frozen=True)
class AreaLook:
    """Colours (``#rrggbb``), opacity of the fill (0 to 1), line width (px) and dashes (px)."""

    line_colour: str
    fill_colour: str
    fill_opacity: float
    line_width_px: float
    dashes_px: tuple[float, ...] = ()


@dataclass(frozen=True)
class MarkerLook:
    """A shape by QGIS's name for it, colours (``#rrggbb``), line width and diameter (px)."""

    shape: str
    line_colour: str
    fill_colour: str
    line_width_px: float
    diameter_px: float


Look: TypeAlias = AreaLook | MarkerLook


@dataclass(frozen=True)
class Category:
    """One value of a layer: its text in the legend and its look."""

    value: str
    label: str
    look: Look


@dataclass(frozen=True)
class NumberClass:
    """Numbers from `lower` up to `upper`, which QGIS takes as part of the class below."""

    lower: float
    upper: float
    label: str
    look: Look


def categorised_qml(attribute: str, categories: Sequence[Category]) -> str:
    """Return the QML of a layer that is drawn by the values of a column.

    Parameters
    ----------
    attribute
        A column, or a QGIS expression.
    categories
        In the order of the legend; the first is drawn last, on top.
    """
    root, renderer = _renderer("categorizedSymbol", attribute)
    listed = ElementTree.SubElement(renderer, "categories")
    for number, category in enumerate(categories):
        ElementTree.SubElement(
            listed, "category", render="true", symbol=str(number), value=category.value,
            label=category.label,
        )  # fmt: skip
    return _written(root, renderer, [category.look for category in categories])


def graduated_qml(attribute: str, classes: Sequence[NumberClass]) -> str:
    """Return the QML of a layer that is drawn by classes of a number, lowest first."""
    root, renderer = _renderer("graduatedSymbol", attribute)
    renderer.set("graduatedMethod", "GraduatedColor")
    listed = ElementTree.SubElement(renderer, "ranges")
    for number, each in enumerate(classes):
        ElementTree.SubElement(
            listed, "range", render="true", symbol=str(number), lower=f"{each.lower:.6f}",
            upper=f"{each.upper:.6f}", label=each.label,
        )  # fmt: skip
    return _written(root, renderer, [each.look for each in classes])


def single_qml(look: Look) -> str:
    """Return the QML of a layer whose features all look the same."""
    root, renderer = _renderer("singleSymbol", "")
    return _written(root, renderer, [look])


def add_styles(path: Path, styles: Mapping[str, str]) -> None:
    """Put styles into a GeoPackage, each the default of its layer.

    Parameters
    ----------
    path
        A GeoPackage that has no style yet.
    styles
        Layer → QML.
    """
    with sqlite3.connect(path) as package:
        package.execute(_STYLES_TABLE)
        changed = package.execute("SELECT max(last_change) FROM gpkg_contents").fetchone()[0]
        package.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
            (changed,),
        )
        columns = dict(
            package.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
        )
        package.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, useAsDefault, description, owner,"
            " update_time) VALUES ('', '', ?, ?, ?, ?, 1, ?, '', ?)",
            [(layer, columns[layer], layer, qml, layer, changed) for layer, qml in styles.items()],
        )
    package.close()


def _renderer(kind: str, attribute: str) -> tuple[ElementTree.Element, ElementTree.Element]:
    root = ElementTree.Element("qgis", version=_QML_VERSION, styleCategories="Symbology")
    renderer = ElementTree.SubElement(root, "renderer-v2", type=kind)
    if attribute:
        renderer.set("attr", attribute)
    renderer.set("symbollevels", "1")
    return root, renderer


def _written(
    root: ElementTree.Element, renderer: ElementTree.Element, looks: Sequence[Look]
) -> str:
    symbols = ElementTree.SubElement(renderer, "symbols")
    for number, look in enumerate(looks):
        kind = "fill" if isinstance(look, AreaLook) else "marker"
        symbol = ElementTree.SubElement(symbols, "symbol", type=kind, name=str(number), alpha="1")
        drawn_as = "SimpleFill" if isinstance(look, AreaLook) else "SimpleMarker"
        layer = ElementTree.SubElement(symbol, "layer", attrib={"class": drawn_as})
        layer.set("pass", str(len(looks) - number))
        layer.set("enabled", "1")
        choices = ElementTree.SubElement(layer, "Option", type="Map")
        for key, value in _options(look).items():
            ElementTree.SubElement(choices, "Option", name=key, type="QString", value=value)
            # QGIS before 3.20 reads these instead.
            ElementTree.SubElement(layer, "prop", k=key, v=value)
    return _DOCTYPE + ElementTree.tostring(root, encoding="unicode")


def _options(look: Look) -> dict[str, str]:
    shared = {
        "outline_color": _rgba(look.line_colour, 1.0),
        "outline_width": _mm(look.line_width_px),
        "outline_width_unit": "MM",
    }
    if isinstance(look, AreaLook):
        dashed = "dash" if look.dashes_px else "solid"
        colour = _rgba(look.fill_colour, look.fill_opacity)
        return {"color": colour, "style": "solid", **shared, "outline_style": dashed}
    return {
        "name": look.shape,
        "color": _rgba(look.fill_colour, 1.0),
        "size": _mm(look.diameter_px),
        "size_unit": "MM",
        **shared,
        "outline_style": "solid",
    }


def _mm(pixels: float) -> str:
    return f"{pixels * _MM_A_PX:.3g}"


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"
