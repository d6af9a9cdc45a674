"""KML and KMZ as Google Earth, ArcGIS and map apps write them, against GDAL's reader."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pyogrio
import pytest
import shapely
from coord_convert.transform import wgs2gcj

from firewatch.core.errors import ZoneFileError
from zones.formats.html_rows import two_column_rows
from zones.formats.kml import DATUM_NOTE
from zones.formats.layer import read_layer
from zones.notes import Note
from zones.register.read import read_zones

SAID = {"kind": "ban", "notice": "浦政规〔2020〕1号", "valid_from": date(2020, 11, 1)}
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'
RING = "108.2,22.7,80 108.4,22.7,80 108.4,22.9,80 108.2,22.9,80 108.2,22.7,80"
HOLE = "108.25,22.75 108.3,22.75 108.3,22.8 108.25,22.75"
EAST = "109.2,22.7 109.4,22.7\n\t109.4,22.9 109.2,22.7"


def ring(places: str, boundary: str = "outerBoundaryIs") -> str:
    inner = f"<LinearRing><coordinates>{places}</coordinates></LinearRing>"
    return f"<{boundary}>{inner}</{boundary}>"


def placemark(name: str = "", shape: str = "", extra: str = "") -> str:
    shape = shape or f"<Polygon>{ring(RING)}</Polygon>"
    return f"<Placemark><name>{name}</name>{extra}{shape}</Placemark>"


def kml(path: Path, *inside: str, encoding: str = "utf-8", head: str = HEAD) -> Path:
    text = f"{head}<Document><name>图</name>{''.join(inside)}</Document></kml>"
    path.write_bytes(text.encode(encoding))
    return path


def test_shapes_are_those_that_gdal_reads(tmp_path: Path) -> None:
    holed = f"<Polygon>{ring(RING)}{ring(HOLE, 'innerBoundaryIs')}</Polygon>"
    two = f"<MultiGeometry><Polygon>{ring(EAST)}</Polygon>{holed}</MultiGeometry>"
    path = kml(tmp_path / "z.kml", placemark("a"), placemark("b", holed), placemark("c", two))
    read = read_layer(path)
    _, _, shapes, _ = pyogrio.raw.read(path, force_2d=True)
    for ours, gdals in zip(read.geometry, shapely.from_wkb(shapes), strict=True):
        assert not ours.has_z
        assert ours.equals(gdals)
    assert read.crs == "EPSG:4326"


def test_placemarks_of_all_folders_are_one_layer_in_the_files_order(tmp_path: Path) -> None:
    inner = f"<Folder><name>市辖区</name>{placemark('一')}</Folder>"
    path = kml(
        tmp_path / "z.kml",
        f"<Folder><name>禁烧区</name>{inner}{placemark('二')}</Folder>",
        placemark("三"),
        f"<Folder><name>限烧区</name>{placemark('四')}</Folder>",
    )
    attributes = read_layer(path).attributes
    assert attributes["placemark"].tolist() == ["一", "二", "三", "四"]
    assert attributes["folder"].tolist() == ["禁烧区 / 市辖区", "禁烧区", "", "限烧区"]
    reading = read_zones(path, **SAID, layer_name="限烧区")
    assert reading.names == ("四",)
    with pytest.raises(ZoneFileError, match="没有名为") as caught:
        read_zones(path, **SAID, layer_name="限烧")
    assert "'限烧区'" in caught.value.remedy


def test_extended_data_in_chinese_are_columns(tmp_path: Path) -> None:
    data = (
        '<ExtendedData><Data name="类型"><value>限烧区</value></Data>'
        '<SchemaData schemaUrl="#s"><SimpleData name="文号">北政规〔2020〕2号</SimpleData>'
        '<SimpleData name="生效日期">2020-11-01</SimpleData>'
        '<SimpleData name="月份">11月至次年3月</SimpleData></SchemaData></ExtendedData>'
    )
    zones = read_zones(kml(tmp_path / "z.kml", placemark("城南", extra=data))).register.zones
    assert zones[["kind", "name", "notice"]].iloc[0].tolist() == [
        "restricted", "城南", "北政规〔2020〕2号",
    ]  # fmt: skip
    assert zones["months"][0] == 0b110000000111


ARCGIS = (
    "<description><![CDATA[<html><body><table><tr><td>城南</td></tr><tr><td><table>"
    "<tr><td>FID</td><td>0</td></tr><tr bgcolor='#D4E4F3'><td>类型</td><td>禁烧区</td></tr>"
    "<tr><td>文号</td><td>A&amp;B <b>1号</b></td></tr><tr><td>作物</td><td>&lt;Null&gt;</td></tr>"
    "</table></td></tr></table></body></html>]]></description>"
)


def test_the_attribute_table_that_arcgis_writes_into_the_description_is_read(
    tmp_path: Path,
) -> None:
    path = kml(tmp_path / "z.kml", placemark("城南", extra=ARCGIS))
    zones = read_zones(path, valid_from=date(2020, 11, 1)).register.zones
    assert zones[["kind", "notice", "crop"]].iloc[0].tolist() == ["ban", "A&B 1号", ""]


@pytest.mark.parametrize(
    ("html", "rows"),
    [
        ("没有表格", []),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", [("a", "b"), ("c", "d")]),
        ("<table><tr><td>a</td><td>b</td><td>c</td></tr></table>", []),
        ("<table><tr><th>a</th><td> b \n c </td></tr>", [("a", "b c")]),
        ("<td>" * 1000, []),
    ],
)
def test_only_rows_of_two_cells_are_attributes(html: str, rows: list[tuple[str, str]]) -> None:
    assert two_column_rows(html) == rows


def test_a_label_point_beside_polygons_is_left_out_and_told(tmp_path: Path) -> None:
    label = "<Point><coordinates>108.3,22.8</coordinates></Point>"
    both = f"<MultiGeometry>{label}<Polygon>{ring(RING)}</Polygon></MultiGeometry>"
    reading = read_zones(kml(tmp_path / "z.kml", placemark("a", both)), **SAID)
    assert reading.register.geometry[0].geom_type == "Polygon"
    assert Note("note.kml_labels", {"count": 1}) in reading.remarks


def test_that_kml_may_be_gcj02_is_told_until_the_user_declares_it(tmp_path: Path) -> None:
    lon, lat = wgs2gcj(108.3, 22.8)
    corners = [(lon, lat), (lon + 0.1, lat), (lon, lat + 0.1)]
    places = " ".join(f"{x},{y}" for x, y in corners)
    path = kml(tmp_path / "z.kml", placemark("a", f"<Polygon>{ring(places)}</Polygon>"))
    assert Note(DATUM_NOTE) in read_zones(path, **SAID).remarks
    declared = read_zones(path, **SAID, crs="gcj02")
    assert Note(DATUM_NOTE) not in declared.remarks
    first = shapely.get_coordinates(declared.wgs84_raw[0])[0]
    assert first == pytest.approx([108.3, 22.8], abs=1e-6)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("gbk", "GB2312"), ("gbk", "UTF-8"), ("utf-8", "gb2312"), ("utf-8-sig", "UTF-8"),
     ("utf-16", "UTF-16")],
)  # fmt: skip
def test_the_bytes_decide_the_encoding_and_not_the_declaration(
    tmp_path: Path, encoding: str, declared: str
) -> None:
    head = HEAD.replace("UTF-8", declared)
    path = kml(tmp_path / "z.kml", placemark("青秀山"), encoding=encoding, head=head)
    assert read_zones(path, **SAID).names == ("青秀山",)


@pytest.mark.parametrize("head", ["<kml>", '<kml xmlns="http://earth.google.com/kml/2.0">'])
def test_any_namespace_will_do(tmp_path: Path, head: str) -> None:
    assert len(read_zones(kml(tmp_path / "z.kml", placemark(), head=head), **SAID).register) == 1


def test_coordinates_with_blanks_after_commas_and_mixed_heights_are_read(tmp_path: Path) -> None:
    loose = "108.2, 22.7 , 0\n108.4, 22.7, 0 108.4, 22.9, 0"
    mixed = "108.2,22.7,0 108.4,22.7 108.4,22.9,0"
    marks = [placemark("a", f"<Polygon>{ring(places)}</Polygon>") for places in (loose, mixed)]
    triangle = shapely.Polygon([(108.2, 22.7), (108.4, 22.7), (108.4, 22.9)])
    for shape in read_layer(kml(tmp_path / "z.kml", *marks)).geometry:
        assert shape.equals(triangle)


def test_the_main_document_of_a_kmz_is_read(tmp_path: Path) -> None:
    kml(tmp_path / "doc.kml", placemark("城南"))
    with zipfile.ZipFile(tmp_path / "禁烧区.kmz", "w") as archive:
        archive.write(tmp_path / "doc.kml", "doc.kml")
        archive.writestr("files/other.kml", "<kml/>")
        archive.writestr("files/icon.png", b"\x89PNG")
    reading = read_zones(tmp_path / "禁烧区.kmz", **SAID)
    assert reading.names == ("城南",)
    assert reading.register.zones["source_file"].tolist() == ["禁烧区.kmz"]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    "<kml>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>'
LINK = "<NetworkLink><Link><href>http://127.0.0.1:9/z.kml</href></Link></NetworkLink>"


def shape_with(places: str) -> str:
    return placemark("a", f"<Polygon>{ring(places)}</Polygon>")


BAD = {
    "entity bomb": ([placemark("&b;")], BOMB, "DOCTYPE"),
    "outside entity": ([placemark("&x;")], OUTSIDE, "DOCTYPE"),
    "only links": ([LINK], HEAD, "网络链接"),
    "nothing": ([], HEAD, "没有任何图形"),
    "no number": ([shape_with("108,22 x,23 109,24")], HEAD, "第 1 个图形.*'x,23'"),
    "not finite": ([shape_with("108,22 nan,23 109,24")], HEAD, "'nan,23'"),
    "one number": ([shape_with("108 109 110")], HEAD, "坐标不可读"),
    "two places": ([shape_with("108,22 109,23")], HEAD, "坐标不可读"),
    "no place": ([shape_with("")], HEAD, "坐标不可读"),
    "no ring": ([placemark("a", "<Polygon></Polygon>")], HEAD, "没有图形"),
    "no shape": ([placemark("a", "<!-- -->")], HEAD, "没有图形"),
    "a line": (
        [placemark("a", f"<LineString><coordinates>{EAST}</coordinates></LineString>")],
        HEAD,
        "不是面",
    ),
    "deep folders": (["<Folder>" * 5000 + "</Folder>" * 5000], HEAD, "100 层"),
    "not closed": (["<Folder>"], HEAD, "不是完整的 KML"),
    "control character": (["\x00"], HEAD, "不是完整的 KML"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_kml_is_refused_with_a_remedy(tmp_path: Path, case: str) -> None:
    inside, head, says = BAD[case]
    path = kml(tmp_path / "z.kml", *inside, head=head)
    with pytest.raises(ZoneFileError, match=says) as caught:
        read_zones(path, **SAID)
    assert str(path) in caught.value.where
    assert caught.value.expected
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["<html><body>404</body></html>", "禁烧区", "<gpx/>"])
def test_what_is_no_kml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "z.kml").write_text(text, encoding="utf-8")
    with pytest.raises(ZoneFileError, match="KML"):
        read_zones(tmp_path / "z.kml", **SAID)


def test_a_link_beside_placemarks_is_not_followed_and_told(tmp_path: Path) -> None:
    reading = read_zones(kml(tmp_path / "z.kml", placemark("a"), LINK), **SAID)
    assert Note("note.kml_links", {"count": 1}) in reading.remarks
