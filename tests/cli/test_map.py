"""`firewatch map` as it is typed: the page, and every other file of the map."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from firewatch.cli.main import run

FIRMS_HEADING = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,"
    "confidence,version,bright_ti5,frp,daynight"
)
PERSON = "张三"
CITY = shapely.box(108.2, 22.75, 108.4, 22.9)
SEASON = ("--as-of", "2020-12-01T08:00")


def row(lon: float, lat: float, day: str) -> str:
    return f"{lat},{lon},335.0,0.4,0.4,{day},0612,N,VIIRS,n,2.0NRT,295.0,5.0,D"


ROWS = [
    *(row(108.32, 22.82, f"2020-11-{day:02d}") for day in (5, 9)),
    row(108.5, 23.0, "2020-11-05"),
    *(row(lon, 22.82, "2019-11-07") for lon in (108.3, 108.35)),
]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a ledger of two seasons, zones of two kinds and a permit."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "a.csv").write_text("\n".join([FIRMS_HEADING, *ROWS]) + "\n", encoding="utf-8")
    zones = geopandas.GeoDataFrame(
        {"kind": ["ban", "restricted"], "name": ["禁", "限"]},
        geometry=[CITY, shapely.box(108.2, 22.7, 108.6, 23.1) - CITY],
        crs="EPSG:4326",
    )
    zones.to_file(folder / "zones.gpkg")
    (folder / "permits.csv").write_text(
        "许可编号,经度,纬度,半径（公里）,起始日期,截止日期,责任人\n"
        f"NN-1,108.5,23.0,2,2020-11-01,2020-11-10,{PERSON}\n",
        encoding="utf-8",
    )
    ledger = ("--ledger", str(folder / "firewatch.db"))
    said = ("--notice", "文号〔2019〕3号", "--from", "2019-01-01")
    for line in (
        ["zones", "import", str(folder / "zones.gpkg"), *said],
        ["zones", "permit", "add", str(folder / "permits.csv")],
        ["ingest", str(folder / "a.csv")],
    ):
        assert run([*line, *ledger]) == 0
    return folder


@pytest.fixture
def desk(firewatch: Any, office: Path) -> Any:
    shutil.copy(office / "firewatch.db", firewatch.folder / "firewatch.db")
    return firewatch


def names(desk: Any) -> set[str]:
    return {path.name for path in desk.folder.iterdir()} - {"firewatch.db"}


def test_without_options_the_page_is_written(desk: Any) -> None:
    told = desk.json("map", *SEASON)
    assert told == {"path": "map.html", "paths": ["map.html"], "points": 3}
    assert names(desk) == {"map.html"}


def test_every_file_of_the_map_agrees_on_the_points_and_names_no_person(desk: Any) -> None:
    files = ["p.geojson", "m.gpkg", "m.kml", "m.kmz"]
    told = desk.json("map", *SEASON, "--geojson", files[0], "--gpkg", files[1], "--kml", files[2])
    assert (told["path"], told["paths"], told["points"]) == (None, files[:3], 3)
    desk("map", *SEASON, "--kml", files[3])
    assert names(desk) == set(files)
    points = geopandas.read_file(desk.folder / "p.geojson").set_index("point_id").sort_index()
    inside = geopandas.read_file(desk.folder / "m.gpkg", layer="firepoints")
    inside = inside.set_index("point_id").sort_index()
    assert points["ruling"].tolist() == inside["ruling"].tolist()
    assert sorted(points["ruling"]) == ["ban_violation"] * 2 + ["restricted_permitted"]
    assert points.geometry.geom_equals(inside.geometry).all()
    assert len(geopandas.read_file(desk.folder / "m.gpkg", layer="base_firepoints")) == 2
    assert len(geopandas.read_file(desk.folder / "m.gpkg", layer="permits")) == 1
    for name in files:
        content = (desk.folder / name).read_bytes()
        assert PERSON.encode() not in content
    marks = [
        geopandas.read_file(desk.folder / "m.kml", layer=layer)
        for layer in geopandas.list_layers(desk.folder / "m.kml")["name"]
    ]
    assert sum((layer.geom_type == "Point").sum() for layer in marks) == 3


def test_the_layers_count_what_the_tally_counts(desk: Any) -> None:
    desk("map", *SEASON, "--gpkg", "m.gpkg")
    counted = {
        (each["county"], each["base"], each["now"])
        for each in desk.json("tally", "--by", "county", *SEASON)["rows"]
        if each["base"] or each["now"]
    }
    layer = geopandas.read_file(desk.folder / "m.gpkg", layer="counties")
    layer = layer[(layer["base"] > 0) | (layer["now"] > 0)]
    assert set(zip(layer["name"], layer["base"], layer["now"], strict=True)) == counted


def test_pictures_are_written_into_their_folder(desk: Any, monkeypatch: Any) -> None:
    import maps.pictures

    whole = maps.pictures.write_pictures
    kinds = [maps.pictures.PictureKind.PROVINCE]
    monkeypatch.setattr(
        maps.pictures, "write_pictures", lambda inputs, folder: whole(inputs, folder, which=kinds)
    )
    told = desk.json("map", *SEASON, "--png", "pictures")
    assert told["paths"] == ["pictures/map_province.png"]
    assert (desk.folder / "pictures/map_province.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_extra_is_named(desk: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said = desk.said("map", *SEASON, "--png", "pictures", code=1)
    assert "firewatch[pictures]" in said and "matplotlib" in said


def test_online_backgrounds_are_only_those_asked_for(desk: Any, monkeypatch: Any) -> None:
    desk("map", *SEASON, "--online-tiles", "amap")
    page = (desk.folder / "map.html").read_text(encoding="utf-8")
    assert "https://webrd01.is.autonavi.com" in page and "tianditu.gov.cn" not in page
    assert "map.tianditu_key" in desk.said("map", "--online-tiles", "tianditu", code=2)
    monkeypatch.setenv("FIREWATCH_MAP__TIANDITU_KEY", "mine123")
    desk("map", *SEASON, "--online-tiles", "tianditu", "--geojson", "p.geojson")
    page = (desk.folder / "map.html").read_text(encoding="utf-8")
    assert "tk=mine123" in page and "autonavi" not in page


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["--geojson", "p.csv"], ".geojson"),
        (["--gpkg", "p.shp"], ".gpkg"),
        (["--kml", "p.xml"], ".kmz"),
        (["--online-tiles", "google"], "tianditu, amap, osm"),
        (["--chips", "nowhere"], "nowhere"),
        (["--gpkg", "x.gpkg", "--out", "./x.gpkg"], "x.gpkg"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    desk: Any, line: list[str], told: str
) -> None:
    assert told in desk.said("map", *SEASON, *line, code=2)
    assert not names(desk)


def test_an_output_never_takes_the_place_of_what_the_command_reads(
    desk: Any, office: Path, monkeypatch: Any
) -> None:
    layer = desk.folder / "county.gpkg"
    shutil.copy(office / "zones.gpkg", layer)
    before = layer.read_bytes()
    monkeypatch.setenv("FIREWATCH_REGION__BOUNDARIES", str(layer))
    said = desk.said("map", *SEASON, "--gpkg", "county.gpkg", code=2)
    assert "county.gpkg" in said and "--out" not in said
    (desk.folder / "firewatch.db").rename(desk.folder / "ledger.kml")
    monkeypatch.delenv("FIREWATCH_REGION__BOUNDARIES")
    desk.said("map", "--ledger", "ledger.kml", "--kml", "ledger.kml", code=2)
    monkeypatch.setenv("FIREWATCH_LEDGER", "ledger.kml")
    desk.said("map", "--kml", "ledger.kml", code=2)
    assert layer.read_bytes() == before
    assert (desk.folder / "ledger.kml").read_bytes().startswith(b"SQLite")


def test_a_place_that_cannot_be_written_is_told(desk: Any) -> None:
    (desk.folder / "notes").write_text("a file")
    for option, path in (("--kml", "notes/m.kml"), ("--png", "notes")):
        said = desk.said("map", *SEASON, option, path, code=1)
        assert "Traceback" not in said and "notes" in said


def test_a_map_of_an_earlier_day_shows_nothing_that_came_later(desk: Any) -> None:
    answer = desk.json("map", "--as-of", "2020-11-07T08:00", "--out", "map.html")
    assert answer["points"] == 2, "the fire of 9 November was not known yet"


def test_a_report_with_pictures_has_the_province_and_both_seasons_in_the_word_file(
    desk: Any,
) -> None:
    from docx import Document

    desk("report", "yoy", "--pictures", "--out", "report", *SEASON)
    folder = desk.folder / "report"
    assert {path.name for path in folder.glob("*.png")} == {"map_province.png", "map_pair.png"}
    word = Document(str(folder / "report_2020-21.docx"))
    assert len(word.inline_shapes) == 2
