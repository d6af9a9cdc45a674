"""Drawings from CAD: closed lines are zones, open ones are named, no system is assumed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from firewatch.core.errors import ZoneFileError
from firewatch.core.vocab import Language
from zones.formats.layer import read_layer
from zones.notes import sentences
from zones.register.read import read_zones

SAID = {"kind": "ban", "notice": "x", "valid_from": date(2020, 11, 1)}
NANNING = shapely.box(108.2, 22.7, 108.4, 22.9)
TO_GK = Transformer.from_crs(4490, 4524, always_xy=True)
SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]

Entity = list[str]


def polyline(
    places: Sequence[tuple[float, float]], layer: str = "禁烧区", closed: bool = True, **more: str
) -> Entity:
    head = ["0", "LWPOLYLINE", "5", more.get("handle", "2A"), "100", "AcDbEntity", "8", layer]
    head += ["67", "1"] if "paper" in more else []
    head += ["100", "AcDbPolyline", "90", str(len(places)), "70", str(int(closed))]
    return head + [t for x, y in places for t in ("10", str(x), "20", str(y))]


def line(one: tuple[float, float], other: tuple[float, float], layer: str = "边界") -> Entity:
    places = ["10", str(one[0]), "20", str(one[1]), "11", str(other[0]), "21", str(other[1])]
    return ["0", "LINE", "5", "7F", "8", layer, *places]


def label(text: str, x: float, y: float) -> Entity:
    return ["0", "TEXT", "5", "3F", "8", "注记", "10", str(x), "20", str(y), "40", "2", "1", text]


def point(x: float, y: float) -> Entity:
    return ["0", "POINT", "5", "4F", "8", "0", "10", str(x), "20", str(y)]


def moved(places: Sequence[tuple[float, float]], by: float) -> list[tuple[float, float]]:
    return [(x + by, y) for x, y in places]


def dxf(path: Path, *entities: Entity, version: str = "AC1015", encoding: str = "gb18030") -> Path:
    head = ["0", "SECTION", "2", "HEADER", "9", "$ACADVER", "1", version]
    head += ["9", "$DWGCODEPAGE", "3", "ANSI_936", "0", "ENDSEC", "0", "SECTION", "2", "ENTITIES"]
    tail = ["0", "ENDSEC", "0", "EOF", ""]
    text = "\r\n".join([*head, *(t for entity in entities for t in entity), *tail])
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(("version", "encoding"), [("AC1015", "gbk"), ("AC1027", "utf-8")])
def test_closed_polylines_are_areas_with_layer_handle_and_the_text_inside(
    tmp_path: Path, version: str, encoding: str
) -> None:
    path = dxf(
        tmp_path / "z.dxf",
        polyline(SQUARE),
        polyline([*moved(SQUARE, 20), (20, 0)], "限烧区", closed=False, handle="2B"),
        label("城区", 5, 5),
        label("\\U+9547区", 25, 5),
        version=version,
        encoding=encoding,
    )
    layer = read_layer(path)
    assert layer.geometry[0].equals(shapely.box(0, 0, 10, 10))
    assert layer.geometry[1].equals(shapely.box(20, 0, 30, 10))
    assert layer.crs is None
    assert layer.attributes.to_dict("list") == {
        "layer": ["禁烧区", "限烧区"],
        "handle": ["2A", "2B"],
        "drawing_text": ["城区", "镇区"],
    }


def test_lines_that_close_a_ring_together_are_an_area(tmp_path: Path) -> None:
    corners = [*SQUARE, SQUARE[0]]
    path = dxf(tmp_path / "z.dxf", *(line(a, b) for a, b in pairwise(corners)))
    layer = read_layer(path)
    assert len(layer.geometry) == 1
    assert layer.geometry[0].equals(shapely.box(0, 0, 10, 10))


def test_a_bulge_is_an_arc(tmp_path: Path) -> None:
    # Two half circles: bulge 1 is the tangent of a quarter of 180 degrees.
    two = polyline([(0, 0), (10, 0)])
    for at in (len(two), len(two) - 4):
        two[at:at] = ["42", "1"]
    area = read_layer(dxf(tmp_path / "z.dxf", two)).geometry[0].area
    assert area == pytest.approx(np.pi * 25, rel=0.005)


def test_an_open_line_is_refused_naming_layer_handle_and_gap(tmp_path: Path) -> None:
    path = dxf(
        tmp_path / "z.dxf",
        polyline(SQUARE),
        polyline([*SQUARE, (0, 0.5)], "镇界", closed=False, handle="9C"),
    )
    with pytest.raises(ZoneFileError, match=r"'镇界' 有 1 条线未闭合，首条缺口 0\.500") as caught:
        read_zones(path, **SAID, crs="EPSG:4524")
    assert "9C" in caught.value.where
    assert caught.value.expected
    assert caught.value.remedy
    # What the user names alone counts.
    assert len(read_layer(path, "禁烧区").geometry) == 1


def test_a_drawing_has_no_system_and_the_likely_one_is_proposed(tmp_path: Path) -> None:
    corners = np.column_stack(TO_GK.transform(*shapely.get_coordinates(NANNING)[:4].T))
    path = dxf(tmp_path / "z.dxf", polyline([tuple(xy) for xy in corners]))
    with pytest.raises(ZoneFileError, match="没有声明坐标系") as caught:
        read_zones(path, **SAID)
    assert '--crs "EPSG:4524"' in caught.value.remedy
    shape = read_zones(path, **SAID, crs="EPSG:4524").register.geometry[0]
    assert shape.symmetric_difference(NANNING).area < 1e-9


def test_points_frames_and_rings_in_rings_are_told(tmp_path: Path) -> None:
    corners = [(108.2, 22.7), (108.4, 22.7), (108.4, 22.9), (108.2, 22.9)]
    inner = [(108.25, 22.75), (108.3, 22.75), (108.3, 22.8), (108.25, 22.8)]
    path = dxf(
        tmp_path / "z.dxf", polyline(corners), polyline(inner), point(1, 1), point(2, 2),
        polyline(SQUARE, "图框", paper="1"),
    )  # fmt: skip
    reading = read_zones(path, **SAID, crs="EPSG:4490")
    assert len(reading.zones) == 2
    notes = " ".join(sentences(reading.remarks, Language.ZH, where=path.name))
    assert "2 个点" in notes
    assert "图纸空间中的 1 个" in notes
    assert "1 个环套在另一环内" in notes


def test_the_drawing_layer_says_the_kind_if_a_mapping_says_so(tmp_path: Path) -> None:
    from zones.register.mapping import read_mapping

    corners = [(108.2, 22.7), (108.4, 22.7), (108.4, 22.9), (108.2, 22.9)]
    path = dxf(tmp_path / "z.dxf", polyline(corners, "限烧区"))
    said = {**SAID, "kind": None, "crs": "EPSG:4490"}
    with pytest.raises(ZoneFileError, match="没有分区类型") as caught:
        read_zones(path, **said)
    assert '[columns] kind = "layer"' in caught.value.remedy
    (tmp_path / "m.toml").write_text('[columns]\nkind = "layer"\n', encoding="utf-8")
    zones = read_zones(path, **said, mapping=read_mapping(tmp_path / "m.toml")).zones
    assert zones["kind"].tolist() == ["restricted"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"AutoCAD Binary DXF\r\n\x1a\x00", "二进制"),
        (b"not a drawing", "不是 DXF"),
        (b"AC1015\x00\x00", "不是 DXF"),
        (b"0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n", "被截断"),
        (b"0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n", "没有任何图形"),
    ],
)
def test_what_is_no_whole_drawing_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "z.dxf").write_bytes(content)
    with pytest.raises(ZoneFileError, match=says) as caught:
        read_layer(tmp_path / "z.dxf")
    assert caught.value.expected
    assert caught.value.remedy


def test_a_first_word_after_a_megabyte_of_numbers_is_read(tmp_path: Path) -> None:
    ring = [(np.cos(a), np.sin(a)) for a in np.linspace(0, 6, 30_000)]
    path = dxf(tmp_path / "z.dxf", polyline(ring, "0"), polyline(moved(SQUARE, 9), "禁烧区"))
    assert read_layer(path).attributes["layer"].tolist() == ["0", "禁烧区"]


def test_dwg_is_refused_with_the_format_to_save_as(tmp_path: Path) -> None:
    (tmp_path / "z.dwg").write_bytes(b"AC1027" + b"\x00" * 100)
    with pytest.raises(ZoneFileError) as caught:
        read_layer(tmp_path / "z.dwg")
    assert "DXF" in caught.value.remedy
