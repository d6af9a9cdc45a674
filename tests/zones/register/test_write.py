"""The register as a file for a GIS, with its look."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ElementTree
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

from firewatch.core.time import day_number
from zones.register.qgis import ZoneLook, zone_qml
from zones.register.read import read_zones
from zones.register.register import Register, register_from
from zones.register.write import write_register

LOOKS = {
    "ban": ZoneLook("#d55e00", "#d55e00", 0.13, 1.0),
    "湿地": ZoneLook("#009e73", "#009E73", 0.1, 1.2, (6, 3)),
}


def register() -> Register:
    table = pd.DataFrame(
        {
            "kind": ["ban", "湿地"],
            "name": ["城区", '<b>"&'],
            "notice": "南府规〔2019〕3号",
            "valid_from": day_number(date(2019, 1, 1)),
            "months": [0b111, 0xFFF],
            "hours_from_min": [1200, 0],
            "hours_to_min": [360, 1440],
            "crop": ["甘蔗", ""],
        }
    )
    shapes = [shapely.box(108.2, 22.7, 108.4, 22.9), shapely.box(108.6, 22.7, 108.8, 22.9)]
    return register_from(table, np.array(shapes, dtype=object))


def test_what_is_written_reads_back_to_the_same_register(tmp_path: Path) -> None:
    path = tmp_path / "zones.gpkg"
    write_register(register(), path, zone_qml(LOOKS, {"ban": "禁烧区"}))
    assert read_zones(path).register.version == register().version


def test_qgis_finds_the_style_as_the_layers_default(tmp_path: Path) -> None:
    path = tmp_path / "zones.gpkg"
    qml = zone_qml(LOOKS, {"ban": "禁烧区"})
    write_register(register(), path, qml)
    with sqlite3.connect(path) as package:
        found = package.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles"
        ).fetchall()
        listed = package.execute(
            "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
        ).fetchall()
        (column,) = package.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()
        check = package.execute("PRAGMA integrity_check").fetchone()
    assert found == [("zones", column, 1, qml)]
    assert listed == [("attributes",)] and check == ("ok",)
    assert geopandas.list_layers(path)["name"].tolist() == ["zones", "layer_styles"]


def test_every_kind_has_a_symbol_with_its_colours_and_label() -> None:
    root = ElementTree.fromstring(zone_qml(LOOKS, {"ban": "禁烧区"}).split("\n", 1)[1])
    categories = root.findall("./renderer-v2/categories/category")
    assert root.find("renderer-v2").get("attr") == "kind"
    assert [(c.get("value"), c.get("label")) for c in categories] == [
        ("ban", "禁烧区"), ("湿地", "湿地"),
    ]  # fmt: skip
    for category in categories:
        symbol = root.find(f"./renderer-v2/symbols/symbol[@name='{category.get('symbol')}']")
        options = {o.get("name"): o.get("value") for o in symbol.iter("Option") if o.get("name")}
        look = LOOKS[category.get("value")]
        red, green, blue, alpha = map(int, options["color"].split(","))
        assert f"#{red:02x}{green:02x}{blue:02x}" == look.fill_colour.lower()
        assert abs(alpha / 255 - look.fill_opacity) < 0.003
        assert options["outline_style"] == ("dash" if look.dashes_px else "solid")


def test_a_register_without_zones_is_a_layer_too(tmp_path: Path) -> None:
    path = tmp_path / "zones.gpkg"
    write_register(Register.empty(), path)
    assert len(geopandas.read_file(path)) == 0
