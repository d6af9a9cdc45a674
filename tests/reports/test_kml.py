"""KML and KMZ: what other programs read back is what the tables hold, and texts stay texts."""

from __future__ import annotations

import html
import io
import xml.etree.ElementTree as ElementTree
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from map_tables import ENDING, HOSTILE, PERSON, TURNED, current, inputs
from PIL import Image
from small_disk import small_disk

from firewatch.core.errors import NotWrittenError, UsageError
from firewatch.reports.kml import write_kml
from firewatch.reports.kml_symbols import symbol_png
from maps.page import style

KML = "{http://www.opengis.net/kml/2.2}"
COUNT = 30
SUFFIXES = (".kml", ".kmz")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("kml")
    for suffix in SUFFIXES:
        write_kml(made / f"map{suffix}", inputs(), current(COUNT))
    return made


def document(path: Path) -> ElementTree.Element:
    if path.suffix == ".kmz":
        with zipfile.ZipFile(path) as archive:
            return ElementTree.fromstring(archive.read("doc.kml"))
    return ElementTree.fromstring(path.read_bytes())


def layers(path: Path) -> pd.DataFrame:
    names = geopandas.list_layers(path)["name"]
    return pd.concat(
        [geopandas.read_file(path, layer=name).assign(folder=name) for name in names],
        ignore_index=True,
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_gdal_reads_back_every_point_and_zone_in_its_place(folder: Path, suffix: str) -> None:
    found = layers(folder / f"map{suffix}")
    points = current(COUNT).set_index("point_id")
    marks = found[found["point_id"].fillna("") != ""].set_index("point_id").loc[points.index]
    np.testing.assert_allclose(marks.geometry.x, points["lon"], rtol=0, atol=5e-7)
    np.testing.assert_allclose(marks.geometry.y, points["lat"], rtol=0, atol=5e-7)
    assert (pd.to_datetime(marks["timestamp"], utc=True) == points["acquired_utc"]).all()
    assert marks["event_id"].tolist() == points["event_id"].tolist()
    zones = found[found["zone_id"].fillna("") != ""].set_index("zone_id")
    for zone_id, shape in zip(inputs().zones["zone_id"], inputs().zone_geometry, strict=True):
        assert shapely.force_2d(zones.loc[zone_id, "geometry"]).equals(shape)
    assert len(found) == COUNT + 3 + 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_folders_are_the_legend_and_say_how_many(folder: Path, suffix: str) -> None:
    root = document(folder / f"map{suffix}")
    names = [name.text for name in root.findall(f"./{KML}Document/{KML}Folder/{KML}name")]
    held = [len(each.findall(f"{KML}Placemark")) for each in root.iter(f"{KML}Folder")]
    assert names[0].startswith("禁烧区焚烧")
    assert [int(str(name).rstrip("）").rsplit("（", 1)[1]) for name in names] == held
    styles = {f"#{each.get('id')}" for each in root.iter(f"{KML}Style")}
    assert {each.text for each in root.iter(f"{KML}styleUrl")} <= styles


ORDER = (
    "name", "visibility", "open", "description", "TimeStamp", "styleUrl", "ExtendedData", "Style",
    "Point", "Polygon", "MultiGeometry", "Folder",
)  # fmt: skip
"""The order of the KML 2.2 schema (OGC 07-147r2), which some programs insist on."""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_parts_of_every_feature_stand_in_the_order_of_the_schema(
    folder: Path, suffix: str
) -> None:
    root = document(folder / f"map{suffix}")
    for feature in root.iter():
        if feature.tag in (f"{KML}Document", f"{KML}Placemark"):
            places = [ORDER.index(part.tag.removeprefix(KML)) for part in feature]
            assert places == sorted(places)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_that_attack_stay_text_in_xml_and_in_the_balloon(folder: Path, suffix: str) -> None:
    root = document(folder / f"map{suffix}")
    described = [each.text or "" for each in root.iter(f"{KML}description")]
    tags = _Tags()
    tags.feed("".join(described))
    assert tags.seen == {"table", "tr", "th", "td", "br"}
    assert any(html.escape(ENDING + HOSTILE) in text for text in described)
    names = [each.text or "" for each in root.iter(f"{KML}name")]
    assert any(TURNED in name for name in names) and any("丙丁" in name for name in names)
    assert PERSON not in "".join(root.itertext())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_simulated_data_say_so_in_the_title_and_at_every_point(folder: Path, suffix: str) -> None:
    root = document(folder / f"map{suffix}")
    assert root.find(f"./{KML}Document/{KML}name").text.startswith("模拟数据 / SIMULATED")  # type: ignore[union-attr]
    marks = [
        mark for mark in root.iter(f"{KML}Placemark") if mark.find(f"{KML}TimeStamp") is not None
    ]
    assert len(marks) == COUNT
    assert all("SIMULATED" in (mark.findtext(f"{KML}description") or "") for mark in marks)


def test_a_kmz_carries_its_symbols_and_asks_nobody_for_them(folder: Path) -> None:
    with zipfile.ZipFile(folder / "map.kmz") as archive:
        names = archive.namelist()
        text = archive.read("doc.kml").decode()
        for name in names[1:]:
            with Image.open(io.BytesIO(archive.read(name))) as picture:
                assert (picture.size, picture.mode) == ((48, 48), "RGBA")
    assert names[0] == "doc.kml"
    hrefs = [each.text for each in ElementTree.fromstring(text).iter(f"{KML}href")]
    assert hrefs and set(hrefs) <= set(names)
    assert "http" not in text.replace("http://www.opengis.net/kml/2.2", "")
    assert f"{KML}href" not in "".join(each.tag for each in document(folder / "map.kml").iter())


def test_a_symbol_has_the_colours_of_the_map_on_a_clear_ground() -> None:
    look = next(each for each in style()["points"] if each["key"] == "restricted_unpermitted")
    with Image.open(io.BytesIO(symbol_png(look, style()["shapes"]))) as picture:
        pixels = np.asarray(picture)
    assert tuple(pixels[24, 24]) == (0xE6, 0x9F, 0x00, 255)
    assert pixels[0, 0, 3] == 0
    square = int((pixels[..., 3] > 127).sum())
    side = 2 * 0.9 * look["size"] * 3 + look["weight"] * 3
    assert square == pytest.approx(side**2, rel=0.05)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_points_give_the_same_bytes(folder: Path, tmp_path: Path, suffix: str) -> None:
    again = tmp_path / f"again{suffix}"
    write_kml(again, inputs(), current(COUNT).sample(frac=1, random_state=1))
    assert again.read_bytes() == (folder / f"map{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_at_all_is_a_document_too(tmp_path: Path, suffix: str) -> None:
    made = inputs()
    path = tmp_path / f"empty{suffix}"
    write_kml(
        path,
        inputs(
            zones=made.zones.head(0), zone_geometry=made.zone_geometry[:0],
            permits=made.permits.head(0), permit_geometry=made.permit_geometry[:0],
        ),
        current(0),
    )  # fmt: skip
    assert document(path).find(f".//{KML}Placemark") is None


def test_another_suffix_is_refused_and_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.kmz"):
        write_kml(tmp_path / "x.xml", inputs(), current(1))
    with small_disk(tmp_path, "16k") as disk:
        for suffix in SUFFIXES:
            with pytest.raises(NotWrittenError, match="disk is full"):
                write_kml(disk / f"x{suffix}", inputs(), current(2000))
        assert not list(disk.iterdir())
