"""Files cut short, packed with malice or not what their names say: refused by name, nothing else.

A refusal names the file, what was expected and what to do; no error of GDAL, zipfile or expat comes
through bare.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from firewatch.core.errors import ZoneFileError
from zones.formats.archive import MAX_MEMBERS, MAX_UNPACKED_BYTES
from zones.formats.layer import read_layer
from zones.register.read import read_zones

SAID = {"kind": "ban", "notice": "x", "valid_from": date(2020, 11, 1)}
SHAPES = [shapely.Point(107 + i * 0.1, 23).buffer(0.04) for i in range(20)]
NAMES = {"名称": [f"第{i}片" for i in range(20)]}
PARTS = (".shp", ".shx", ".dbf", ".prj")
CUTS = 12


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, write_layer) -> Path:
    """Return a folder with one layer in every format."""
    folder = tmp_path_factory.mktemp("whole")
    write_layer(folder / "z.gpkg", SHAPES, NAMES)
    write_layer(folder / "z.geojson", SHAPES, NAMES, "EPSG:4326")
    write_layer(folder / "z.shp", SHAPES, NAMES, geometry_type="Polygon", encoding="GB18030")
    write_layer(folder / "z.kml", SHAPES, NAMES, "EPSG:4326", driver="KML")
    write_layer(
        folder / "z.gdb", SHAPES, NAMES, driver="OpenFileGDB", geometry_type="MultiPolygon",
        promote_to_multi=True,
    )  # fmt: skip
    with zipfile.ZipFile(folder / "z.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "z.kml", "doc.kml")
    with zipfile.ZipFile(folder / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for ending in PARTS:
            archive.write(folder / f"z{ending}", f"z{ending}")
    return folder


def refused(path: Path) -> ZoneFileError:
    with pytest.raises(ZoneFileError) as caught:
        read_zones(path, **SAID)
    assert str(path) in caught.value.where
    assert caught.value.expected
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("name", ["z.gpkg", "z.geojson", "z.kml", "z.kmz", "z.zip", "z.shp"])
def test_each_format_is_read_whole(whole: Path, name: str) -> None:
    reading = read_zones(whole / name, **SAID)
    assert reading.names == tuple(NAMES["名称"])
    for shape, written in zip(reading.shapes, SHAPES, strict=True):
        assert shape.symmetric_difference(written).area < 1e-9


def test_a_file_geodatabase_is_read_as_folder_and_zipped(whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for part in (whole / "z.gdb").iterdir():
            archive.write(part, f"数据/z.gdb/{part.name}")
    of_folder, of_zip = read_layer(whole / "z.gdb"), read_layer(tmp_path / "z.zip")
    assert of_folder.attributes["名称"].tolist() == NAMES["名称"]
    assert of_zip.sha256 == of_folder.sha256
    assert of_folder.crs == "EPSG:4490"


@pytest.mark.parametrize(
    "name", ["z.gpkg", "z.geojson", "z.kml", "z.kmz", "z.zip", "z.shp", "z.shx", "z.dbf"]
)
def test_a_file_cut_anywhere_is_refused_and_never_read_in_part(
    whole: Path, tmp_path: Path, name: str
) -> None:
    content = (whole / name).read_bytes()
    path = tmp_path / name
    if path.suffix in PARTS:
        for ending in PARTS:
            shutil.copy(whole / f"z{ending}", tmp_path)
        path = tmp_path / "z.shp"
    seeded = random.Random(name)
    # The last byte of a table is an end mark that some programs leave away.
    for cut in [0, 1, len(content) - 2, *(seeded.randrange(len(content)) for _ in range(CUTS))]:
        (tmp_path / name).write_bytes(content[:cut])
        refused(path)


@pytest.mark.parametrize("name", ["z.gpkg", "z.geojson", "z.kml", "z.kmz", "z.zip", "z.shp"])
def test_flipped_bytes_are_read_or_refused(whole: Path, tmp_path: Path, name: str) -> None:
    for ending in PARTS:
        shutil.copy(whole / f"z{ending}", tmp_path)
    seeded = random.Random(name)
    for _ in range(CUTS):
        content = bytearray((whole / name).read_bytes())
        for _ in range(5):
            content[seeded.randrange(len(content))] = seeded.randrange(256)
        (tmp_path / name).write_bytes(content)
        try:
            read_zones(tmp_path / name, **SAID)
        except ZoneFileError as error:
            assert error.remedy, error


def test_parts_of_different_shapefiles_are_refused(
    whole: Path, tmp_path: Path, write_layer
) -> None:
    for ending in PARTS:
        shutil.copy(whole / f"z{ending}", tmp_path)
    other = write_layer(tmp_path / "o.shp", SHAPES[:3], geometry_type="Polygon")
    shutil.copy(other.with_suffix(".dbf"), tmp_path / "z.dbf")
    assert "图形 20 个而属性 3 行" in refused(tmp_path / "z.shp").what


CONTENTS = {
    "zero bytes": ("z.gpkg", b"", "0 字节"),
    "zero bytes zipped": ("z.zip", b"", "0 字节"),
    "text as GeoPackage": ("z.gpkg", b"hello, this is no database" * 40, "无法读取"),
    "text as shapefile": ("z.shp", b"hello", "缺少"),
    "text as zip": ("z.zip", b"hello", "压缩包损坏"),
    "JSON of another kind": ("z.json", b'{"a": 1}', "JSON|无法读取"),
    "JSON list": ("z.json", b"[1, 2]", "GeoJSON"),
    "deep JSON": ("z.json", b'{"a":' + b"[" * 100_000 + b"}", "JSON"),
    "an order to GDAL": (
        "z.json",
        json.dumps({"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}).encode(),
        "GeoJSON",
    ),
    "virtual layer as JSON": ("z.json", b"<OGRVRTDataSource></OGRVRTDataSource>", "GeoJSON"),
    "virtual layer as KML": ("z.kml", b"<OGRVRTDataSource></OGRVRTDataSource>", "KML"),
    "no letters": ("z.kml", bytes(range(256)), "KML"),
}


@pytest.mark.parametrize("case", CONTENTS)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, case: str) -> None:
    name, content, says = CONTENTS[case]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ZoneFileError, match=says):
        read_layer(tmp_path / name)
    refused(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("z.rar", "zip"), ("z.7z", "zip"), ("z.tab", "GeoPackage"), ("z.ovkml", "KML"),
     ("z.pdf", "矢量"), ("z.xyz", "上述格式")],
)  # fmt: skip
def test_a_format_that_is_not_read_is_refused_with_what_to_do(
    tmp_path: Path, name: str, remedy: str
) -> None:
    (tmp_path / name).write_bytes(b"content")
    assert remedy in refused(tmp_path / name).remedy


def test_an_archive_without_a_layer_says_what_it_holds(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("规划图.dwg", b"AC1027")
        archive.writestr("说明.docx", b"x")
    error = refused(tmp_path / "z.zip")
    assert "规划图.dwg、说明.docx" in error.what
    assert "DXF" in error.remedy


def bomb(path: Path, declared: int) -> Path:
    """Write an archive of 16 MB of zeros that declares another size."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("z.gpkg", bytes(1 << 24))
    sizes = struct.pack("<I", 1 << 24), struct.pack("<I", declared)
    path.write_bytes(path.read_bytes().replace(*sizes))
    return path


def test_a_bomb_is_refused_by_the_size_that_it_declares(tmp_path: Path) -> None:
    path = bomb(tmp_path / "z.zip", MAX_UNPACKED_BYTES + 1)
    assert path.stat().st_size < 1 << 20
    assert "过大" in refused(path).what


def test_a_bomb_that_declares_a_small_size_is_not_unpacked_beyond_it(tmp_path: Path) -> None:
    assert "压缩包损坏" in refused(bomb(tmp_path / "z.zip", 100)).what


def test_an_archive_of_very_many_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for number in range(MAX_MEMBERS + 1):
            archive.writestr(f"{number}.txt", b"")
    assert "过大" in refused(tmp_path / "z.zip").what


def test_an_archive_with_a_password_is_refused(whole: Path, tmp_path: Path) -> None:
    content = bytearray((whole / "z.kmz").read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.rindex(signature) + offset
        content[at] |= 1
    (tmp_path / "z.kmz").write_bytes(content)
    assert "有密码" in refused(tmp_path / "z.kmz").what


def test_two_layers_in_an_archive_are_told_apart_by_name(whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(whole / "z.gpkg", "禁烧区.gpkg")
        for ending in PARTS:
            archive.write(whole / f"z{ending}", f"shp/限烧区{ending}")
    assert "禁烧区.gpkg、限烧区.shp" in refused(tmp_path / "z.zip").what
    for name in ("限烧区", "禁烧区.gpkg"):
        assert len(read_zones(tmp_path / "z.zip", **SAID, layer_name=name).zones) == 20
    with pytest.raises(ZoneFileError, match="应恰有一个"):
        read_zones(tmp_path / "z.zip", **SAID, layer_name="别的")


def test_a_layer_that_a_file_has_not_is_refused_with_the_names_it_has(whole: Path) -> None:
    for name in ("z.gpkg", "z.shp", "z.geojson"):
        with pytest.raises(ZoneFileError, match="没有名为 '禁烧区' 的图层，实有：z"):
            read_zones(whole / name, **SAID, layer_name="禁烧区")


def test_a_table_without_shapes_is_no_layer(tmp_path: Path) -> None:
    path = tmp_path / "z.gpkg"
    table = [np.array(["x"], dtype=object)]
    pyogrio.raw.write(path, None, table, ["类型"], layer="表", geometry_type=None)
    assert "应恰有一个图层" in refused(path).what


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "应恰有一个图层文件" in refused(tmp_path).what


def test_a_path_that_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "z.gpkg")
    assert "不是普通文件" in refused(tmp_path / "z.gpkg").what


@pytest.mark.parametrize("name", ["x" * 300 + ".gpkg", "a\0b.gpkg"])
def test_a_path_that_the_system_cannot_take_is_refused(tmp_path: Path, name: str) -> None:
    refused(tmp_path / name)


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Act as a user whom permissions bind, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("name", ["z.gpkg", "z.geojson", "z.kml", "z.zip", "z.shp"])
def test_a_file_without_read_permission_is_refused(whole: Path, tmp_path: Path, name: str) -> None:
    read_zones(whole / name, **SAID)
    for part in whole.iterdir():
        if part.is_file():
            shutil.copy(part, tmp_path)
            (tmp_path / part.name).chmod(0)
    with ordinary_user():
        refused(tmp_path / name)
