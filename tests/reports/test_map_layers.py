"""The GeoPackage of the map holds the map's tables and its look."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from map_tables import ENDING, HOSTILE, PERSON, current, inputs
from small_disk import small_disk

from firewatch.core.errors import NotWrittenError, UsageError
from firewatch.core.qgis import MarkerLook, NumberClass, graduated_qml
from firewatch.reports.map_layers import write_map_layers
from maps.page import style
from maps.points import look_numbers

LAYERS = ["counties", "cities", "zones", "permits", "events", "base_firepoints", "firepoints"]
COUNT = 24


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("layers") / "map.gpkg"
    write_map_layers(path, inputs(), current(COUNT), current(6, "2019-11-05T04:00:00Z"))
    return path


def qml_of(package: Path, layer: str) -> ElementTree.Element:
    with sqlite3.connect(package) as opened:
        (text,) = opened.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = ? AND useAsDefault", (layer,)
        ).fetchone()
    return ElementTree.fromstring(text.split("\n", 1)[1])


def test_the_layers_are_the_tables_of_the_map_in_wgs84(package: Path) -> None:
    assert geopandas.list_layers(package)["name"].tolist() == [*LAYERS, "layer_styles"]
    made = inputs()
    for name, table in (("counties", made.counties), ("cities", made.cities)):
        layer = geopandas.read_file(package, layer=name)
        assert layer.crs == "EPSG:4326"
        pd.testing.assert_frame_equal(
            pd.DataFrame(layer[list(table.columns)]), table, check_dtype=False
        )
        assert set(layer["season"]) == {"2020-21"} and set(layer["rule"]) == {"一场火一天计一个"}
    zones = geopandas.read_file(package, layer="zones")
    assert zones["zone_id"].tolist() == ["ban-1", "own-2", "ban-3"]
    assert zones["kind_text"].tolist() == ["禁烧区", HOSTILE, "禁烧区"]
    assert all(zones.geometry.geom_equals(geopandas.GeoSeries(made.zone_geometry, crs=4326)))
    points = geopandas.read_file(package, layer="firepoints")
    np.testing.assert_array_equal(points.geometry.x, current(COUNT)["lon"])
    assert points["reason"].tolist() == [ENDING + HOSTILE] * COUNT
    assert len(geopandas.read_file(package, layer="base_firepoints")) == 6


def test_an_event_is_the_hull_of_its_pixels_with_its_times_and_size(package: Path) -> None:
    events = geopandas.read_file(package, layer="events").set_index("event_id")
    points = current(COUNT)
    assert events["pixels"].tolist() == points.groupby("event_id").size().tolist()
    first = events.loc["E2020-0000"]
    assert (first["first_local"], first["newest_utc"]) == (
        "2020-11-05 12:00", "2020-11-05T05:00:00Z",
    )  # fmt: skip
    assert first["frp_mw"] == 3.5
    # Both pixels' 0.4 km squares: the box around them is the hull's.
    pair = points[points["event_id"] == "E2020-0000"]
    half_lat = 0.2 / 111.195
    assert first["geometry"].bounds[1] == pytest.approx(pair["lat"].min() - half_lat, abs=1e-5)
    assert first["geometry"].bounds[3] == pytest.approx(pair["lat"].max() + half_lat, abs=1e-5)
    places = geopandas.points_from_xy(points["lon"], points["lat"])
    inside = shapely.covers(events.loc[points["event_id"], "geometry"].to_numpy(), places)
    assert inside.all() and events.geometry.is_valid.all()


def test_a_fire_that_only_people_saw_is_an_area_too(tmp_path: Path) -> None:
    rows = current(1, source="supervision", scan_km=np.nan, track_km=np.nan)
    write_map_layers(tmp_path / "one.gpkg", inputs(), rows, current(0))
    (shape,) = geopandas.read_file(tmp_path / "one.gpkg", layer="events").geometry
    assert 0 < shape.area < 1e-6


def test_every_layer_has_its_style_and_every_point_a_symbol_of_the_map(package: Path) -> None:
    looks = {look["key"]: look for look in style()["points"]}
    points = current(COUNT)
    numbers = look_numbers(points, style()["points"])
    used = {style()["points"][number]["key"] for number in numbers}
    root = qml_of(package, "firepoints")
    found = {c.get("value"): c for c in root.iter("category")}
    assert used <= set(found)
    assert found["ban_violation"].get("label") == "禁烧区焚烧"
    for key, category in found.items():
        symbol = root.find(f"./renderer-v2/symbols/symbol[@name='{category.get('symbol')}']")
        assert symbol is not None and symbol.get("type") == "marker"
        options = {o.get("name"): o.get("value") for o in symbol.iter("Option")}
        red, green, blue, _ = map(int, str(options["color"]).split(","))
        assert f"#{red:02x}{green:02x}{blue:02x}" == looks[key]["fillColor"].lower()
        shape = looks[key]["shape"]
        assert options["name"] == ("cross_fill" if shape == "cross" else shape)
    for layer in LAYERS:
        assert qml_of(package, layer).find("renderer-v2") is not None


def test_the_expression_that_sorts_points_agrees_with_the_map(package: Path) -> None:
    """The same CASE, evaluated by SQLite, gives each point the look that the page gives it."""
    expression = qml_of(package, "firepoints").find("renderer-v2").get("attr")  # type: ignore[union-attr]
    with sqlite3.connect(package) as opened:
        rows = opened.execute(
            f"SELECT point_id, {expression} FROM firepoints ORDER BY point_id"
        ).fetchall()
    points = current(COUNT)
    keys = [style()["points"][n]["key"] for n in look_numbers(points, style()["points"])]
    assert rows == list(zip(points["point_id"], keys, strict=True))


def test_counties_are_shaded_so_that_each_count_is_in_one_class(package: Path) -> None:
    ranges = [
        (float(r.get("lower", "")), float(r.get("upper", "")))
        for r in qml_of(package, "counties").iter("range")
    ]
    for count in inputs().counties["now"]:
        assert sum(low <= count <= high for low, high in ranges) == 1


def test_nothing_names_a_person(package: Path) -> None:
    assert PERSON.encode() not in package.read_bytes()


def test_simulated_data_say_so_in_every_row_and_zones_drawn_for_show_too(package: Path) -> None:
    for layer in LAYERS:
        rows = geopandas.read_file(package, layer=layer)
        assert rows["simulated"].all() and rows["data_note"].str.contains("SIMULATED").all()
    assert geopandas.read_file(package, layer="zones")["data_note"].str.contains("ILLUSTR").all()
    with sqlite3.connect(package) as opened:
        told = opened.execute(
            "SELECT description FROM gpkg_contents WHERE data_type = 'features'"
        ).fetchall()
    assert all("SIMULATED" in text and "示意图" in text for (text,) in told)


def test_the_same_tables_give_the_same_bytes_and_no_time_of_writing(
    package: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.gpkg"
    shuffled = current(COUNT).sample(frac=1, random_state=1)
    write_map_layers(again, inputs(), shuffled, current(6, "2019-11-05T04:00:00Z"))
    assert again.read_bytes() == package.read_bytes()
    with sqlite3.connect(again) as opened:
        (written,) = opened.execute("SELECT max(update_time) FROM layer_styles").fetchone()
    assert written.startswith("2020-11-06T03:00:00")


def test_no_points_no_zones_and_no_comparison_give_layers_without_rows(tmp_path: Path) -> None:
    made = inputs()
    bare = inputs(
        zones=made.zones.head(0), zone_geometry=made.zone_geometry[:0],
        permits=pd.DataFrame({"permit_id": pd.Series(dtype="object")}),
        permit_geometry=made.permit_geometry[:0],
        counties=made.counties[["adcode", "name", "city_adcode", "city_name"]],
        cities=made.cities[["adcode", "name"]],
        simulated=False, illustrative=False,
    )  # fmt: skip
    path = tmp_path / "empty.gpkg"
    write_map_layers(path, bare, current(0), current(0))
    counts = {name: len(geopandas.read_file(path, layer=name)) for name in LAYERS}
    assert counts == dict.fromkeys(LAYERS, 0) | {"counties": 2, "cities": 1}
    assert qml_of(path, "counties").find("renderer-v2").get("type") == "singleSymbol"  # type: ignore[union-attr]


def test_another_suffix_is_refused_and_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.gpkg"):
        write_map_layers(tmp_path / "x.shp", inputs(), current(1), current(0))
    with small_disk(tmp_path, "64k") as disk:
        with pytest.raises(NotWrittenError, match="disk is full"):
            write_map_layers(disk / "x.gpkg", inputs(), current(500), current(0))
        assert not list(disk.iterdir())


def test_a_graduated_style_names_limits_and_labels_of_its_classes() -> None:
    look = MarkerLook("circle", "#000000", "#ffffff", 1, 8)
    qml = graduated_qml("now", [NumberClass(-0.5, 9.5, "0 – 9", look)])
    (each,) = ElementTree.fromstring(qml.split("\n", 1)[1]).iter("range")
    assert each.attrib == {
        "render": "true", "symbol": "0", "lower": "-0.500000", "upper": "9.500000",
        "label": "0 – 9",
    }  # fmt: skip
