"""Zones from the files that cities send: usual forms are read, bad ones refused with a way out."""

from __future__ import annotations

import json
import warnings
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Geod, Transformer

from firewatch.core.errors import ZoneFileError
from firewatch.core.time import day_number
from zones.register.read import ZoneReading, read_zones
from zones.register.register import OPEN_END

NANNING = shapely.box(108.2, 22.7, 108.4, 22.9)
GUILIN = shapely.box(110.2, 25.2, 110.4, 25.4)
SAID = {"kind": "ban", "notice": "南府规〔2019〕5号", "valid_from": date(2019, 10, 1)}


def write(path: Path, shapes, columns=None, crs: str | None = "EPSG:4490", **options) -> Path:
    columns = {name: np.array(values, dtype=object) for name, values in (columns or {}).items()}
    columns = columns or {"fid_": np.arange(len(shapes))}
    kind = options.pop("geometry_type", "Unknown" if path.suffix == ".gpkg" else "Polygon")
    with warnings.catch_warnings():
        # Headings cut to ten bytes and a missing system are what these files are about.
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array(shapes, dtype=object)),
            list(columns.values()),
            list(columns),
            crs=crs,
            geometry_type=kind,
            **options,
        )
    return path


def projected(shape: shapely.Geometry, epsg: int) -> shapely.Geometry:
    change = Transformer.from_crs(4490, epsg, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(change.transform(*xy.T)))


def distance_m(one: shapely.Geometry, other: shapely.Geometry) -> float:
    (x1, y1), (x2, y2) = shapely.get_coordinates([one.centroid, other.centroid])
    return float(Geod(ellps="WGS84").inv(x1, y1, x2, y2)[2])


FULL = {
    "类型": ["禁烧区", "旅游景区"],
    "名称": ["城区", "象鼻山"],
    "文号": ["南府规〔2019〕5号", "桂市规〔2020〕1号"],
    "发布机关": ["南宁市人民政府", "桂林市人民政府"],
    "生效日期": ["2019-10-01", "2020年11月5日"],
    "失效日期": ["2021/3/31", "长期"],
}


FULL_ONE = {heading: values[:1] for heading, values in FULL.items()}


def check_full(reading: ZoneReading) -> None:
    zones = reading.register.zones.set_index("name")
    assert zones["kind"].to_dict() == {"城区": "ban", "象鼻山": "scenic"}
    assert zones.loc["象鼻山", "notice"] == "桂市规〔2020〕1号"
    assert zones.loc["城区", "authority"] == "南宁市人民政府"
    assert zones.loc["城区", "valid_from"] == day_number(date(2019, 10, 1))
    assert zones.loc["城区", "valid_to"] == day_number(date(2021, 3, 31))
    assert zones.loc["象鼻山", "valid_from"] == day_number(date(2020, 11, 5))
    assert zones.loc["象鼻山", "valid_to"] == OPEN_END
    assert not zones["illustrative"].any()
    assert (reading.repairs, reading.remarks) == ((), ())


@pytest.mark.parametrize("name", ["zones.gpkg", "zones.geojson"])
def test_chinese_headings_kinds_and_dates_are_read(tmp_path: Path, name: str) -> None:
    crs = "EPSG:4326" if name.endswith("json") else "EPSG:4490"
    check_full(read_zones(write(tmp_path / name, [NANNING, GUILIN], FULL, crs)))


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("form", ["shp", "folder", "zip"])
def test_a_shapefile_without_cpg_is_read_in_either_encoding(
    tmp_path: Path, encoding: str, form: str
) -> None:
    folder = tmp_path / "分区"
    folder.mkdir()
    shapefile = write(folder / "zones.shp", [NANNING, GUILIN], FULL, encoding=encoding)
    shapefile.with_suffix(".cpg").unlink()
    path = {"shp": shapefile, "folder": folder}.get(form)
    if path is None:
        path = tmp_path / "南宁.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.iterdir():
                archive.write(part, f"data/{part.name}")
    check_full(read_zones(path))


def test_english_headings_are_read(tmp_path: Path) -> None:
    columns = {
        "Kind": ["restricted"],
        "NAME": ["x"],
        "notice": ["n"],
        "valid_from": ["20201105"],
        "valid_to": [None],
    }
    zones = read_zones(write(tmp_path / "z.gpkg", [NANNING], columns)).register.zones
    assert zones[["kind", "name", "notice"]].iloc[0].tolist() == ["restricted", "x", "n"]
    assert zones["valid_from"][0] == day_number(date(2020, 11, 5))


def test_what_the_user_declares_wins_over_the_files_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "z.gpkg", [NANNING, GUILIN], FULL)
    zones = read_zones(path, **SAID, valid_to=date(2020, 3, 31), authority="区厅").register.zones
    assert set(zones["kind"]) == {"ban"}
    assert set(zones["notice"]) == {SAID["notice"]}
    assert set(zones["authority"]) == {"区厅"}
    assert set(zones["valid_to"]) == {day_number(date(2020, 3, 31))}


@pytest.mark.parametrize("epsg", [4490, 4326, 4524, 4545, 4502 + 6, 32648])
def test_every_usual_system_lands_within_a_metre(tmp_path: Path, epsg: int) -> None:
    path = write(tmp_path / "z.gpkg", [projected(NANNING, epsg)], crs=f"EPSG:{epsg}")
    assert distance_m(read_zones(path, **SAID).register.geometry[0], NANNING) < 1


@pytest.mark.parametrize(
    ("epsg", "proposed"), [(4490, "EPSG:4490"), (4524, "EPSG:4524"), (4497, "EPSG:4497")]
)
def test_a_missing_system_is_refused_with_the_likely_one_and_taken_when_declared(
    tmp_path: Path, epsg: int, proposed: str
) -> None:
    place = GUILIN if epsg == 4497 else NANNING
    path = write(tmp_path / "z.shp", [projected(place, epsg)], crs=None)
    with pytest.raises(ZoneFileError, match="坐标系") as caught:
        read_zones(path, **SAID)
    assert proposed in caught.value.remedy
    declared = read_zones(path, **SAID, crs=proposed)
    assert distance_m(declared.register.geometry[0], place) < 1


def test_geojson_is_wgs84_by_rfc_7946(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(NANNING)}
    path = tmp_path / "z.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert read_zones(path, **SAID).register.geometry[0].equals(NANNING)


def test_geojson_in_gbk_is_read(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"名称": "青秀山风景区"},
        "geometry": shapely.geometry.mapping(NANNING),
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    (tmp_path / "z.geojson").write_bytes(text.encode("gbk"))
    zones = read_zones(tmp_path / "z.geojson", **SAID).register.zones
    assert zones["name"].tolist() == ["青秀山风景区"]


def test_a_polygon_that_crosses_itself_is_mended_and_the_place_noted(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(108, 22), (108.2, 22.2), (108.2, 22), (108, 22.2)])
    reading = read_zones(
        write(tmp_path / "z.gpkg", [NANNING, bow_tie], {"name": ["a", "b"]}), **SAID
    )
    assert bool(shapely.is_valid(reading.register.geometry).all())
    both_halves = shapely.union_all(
        [
            shapely.Polygon([(108, 22), (108.1, 22.1), (108, 22.2)]),
            shapely.Polygon([(108.2, 22), (108.1, 22.1), (108.2, 22.2)]),
        ]
    )
    mended = dict(zip(reading.register.zones["name"], reading.register.geometry, strict=True))["b"]
    assert mended.symmetric_difference(both_halves).area < 1e-12
    (repair,) = reading.repairs
    assert repair.feature == 2
    assert (repair.lon, repair.lat) == pytest.approx((108.1, 22.1))


def test_a_z_coordinate_is_dropped(tmp_path: Path) -> None:
    path = write(tmp_path / "z.gpkg", [shapely.force_3d(NANNING, 80.0)])
    assert not read_zones(path, **SAID).register.geometry[0].has_z


NO_SHAPE = shapely.Polygon()
SWAPPED = shapely.box(22.7, 108.2, 22.9, 108.4)
BAD_LAYERS = {
    "line": ([NANNING, shapely.LineString([(108, 22), (109, 23)])], {}, "第 2 个图形.*不是面"),
    "point": ([shapely.Point(108, 22)], {}, "不是面"),
    "empty shape": ([NANNING, NO_SHAPE], {}, "第 2 个图形.*没有图形"),
    "missing shape": ([None, NANNING], {}, "第 1 个图形.*没有图形"),
    "no area": ([shapely.Polygon([(108, 22), (109, 23), (108, 22)])], {}, "没有面积"),
    "swapped": ([NANNING, SWAPPED], {}, "第 2 个图形.*落在区域之外"),
    "elsewhere": ([shapely.box(116, 39, 117, 40)], {}, "第 1 个图形.*落在区域之外"),
    "no kind": ([NANNING], {"kind": None}, "没有分区类型"),
    "no notice": ([NANNING], {"notice": None}, "没有文号"),
    "no first day": ([NANNING], {"valid_from": None}, "没有可读的生效日期"),
    "ends before": ([NANNING], {"valid_to": date(2019, 9, 30)}, "失效早于生效"),
    "unknown system": ([NANNING], {"crs": "EPSG:1"}, "无法识别的坐标系"),
    "old datum": ([NANNING], {"crs": "EPSG:4214"}, "不能准确换算"),
}


@pytest.mark.parametrize("case", BAD_LAYERS)
def test_a_bad_layer_is_refused_naming_file_feature_and_remedy(tmp_path: Path, case: str) -> None:
    shapes, said, says = BAD_LAYERS[case]
    path = write(tmp_path / "z.gpkg", shapes)
    with pytest.raises(ZoneFileError, match=says) as caught:
        read_zones(path, **{**SAID, **said})
    assert "z.gpkg" in caught.value.where
    assert caught.value.remedy


def test_swapped_axes_are_recognised(tmp_path: Path) -> None:
    with pytest.raises(ZoneFileError) as caught:
        read_zones(write(tmp_path / "z.gpkg", [SWAPPED]), **SAID)
    assert "互换" in caught.value.remedy


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("生效日期", ["2019-10-01", "去年"], "第 2 个图形.*生效日期"),
        ("生效日期", ["2019-13-01", "2019-10-01"], "第 1 个图形.*生效日期"),
        ("生效日期", ["2019-10-01", "2019-10-01T16:00:00Z"], "第 2 个图形.*生效日期"),
        ("失效日期", ["2021/3/31", "某日"], "第 2 个图形.*失效日期"),
        ("类型", ["禁烧区", ""], "第 2 个图形.*没有分区类型"),
        ("类型", ["禁烧区", "a;b"], "第 2 个图形"),
        ("文号", ["", "x"], "第 1 个图形.*没有文号"),
    ],
)
def test_a_bad_cell_is_refused_naming_its_feature(
    tmp_path: Path, column: str, values: list[str], says: str
) -> None:
    path = write(tmp_path / "z.gpkg", [NANNING, GUILIN], {**FULL, column: values})
    with pytest.raises(ZoneFileError, match=says):
        read_zones(path)


def broken_files(folder: Path) -> dict[str, Path]:
    whole = write(folder / "whole.shp", [NANNING])
    files = {"no such file": folder / "none.gpkg", "no layer in it": folder / "a.txt"}
    files["no layer in it"].write_text("禁烧区")
    files["truncated"] = folder / "cut.gpkg"
    write(files["truncated"], [NANNING])
    files["truncated"].write_bytes(files["truncated"].read_bytes()[:5000])
    files["web page"] = folder / "page.geojson"
    files["web page"].write_text("<html><body>404</body></html>")
    files["no zip"] = folder / "bad.zip"
    files["no zip"].write_bytes(b"PK\x03\x04 nothing")
    files["empty file"] = folder / "empty.geojson"
    files["empty file"].write_bytes(b"")
    files["no feature"] = folder / "nothing.geojson"
    files["no feature"].write_text('{"type": "FeatureCollection", "features": []}')
    files["part missing"] = folder / "lone" / "lone.shp"
    files["part missing"].parent.mkdir()
    files["part missing"].write_bytes(whole.read_bytes())
    files["several layers"] = folder / "two.gpkg"
    write(files["several layers"], [NANNING], layer="甲")
    write(files["several layers"], [GUILIN], layer="乙", append=True)
    files["several files"] = folder / "many"
    files["several files"].mkdir()
    write(files["several files"] / "a.gpkg", [NANNING])
    write(files["several files"] / "b.gpkg", [NANNING])
    return files


@pytest.mark.parametrize(
    "case",
    [
        "no such file", "no layer in it", "truncated", "web page", "no zip", "empty file",
        "no feature", "part missing", "several layers", "several files",
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_a_remedy(tmp_path: Path, case: str) -> None:
    path = broken_files(tmp_path)[case]
    with pytest.raises(ZoneFileError) as caught:
        read_zones(path, **SAID)
    assert str(path) in caught.value.where
    assert caught.value.remedy


def test_names_inside_a_zip_cannot_leave_the_temporary_folder(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    content = write(tmp_path / "z.gpkg", [NANNING]).read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../escaped.gpkg", content)
    assert len(read_zones(path, **SAID).register) == 1
    assert not (tmp_path.parent.parent / "escaped.gpkg").exists()


class GbkZipInfo(zipfile.ZipInfo):
    """A member as Windows packs it: its name in GBK bytes, without the UTF-8 flag."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), 0


def test_names_in_a_zip_from_windows_are_shown_as_the_sender_wrote_them(tmp_path: Path) -> None:
    content = write(tmp_path / "z.gpkg", [NANNING]).read_bytes()
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(GbkZipInfo("南宁\\禁烧区.gpkg"), content)
        archive.writestr(GbkZipInfo("南宁\\限烧区.gpkg"), content)
    with pytest.raises(ZoneFileError, match=r"禁烧区\.gpkg、限烧区\.gpkg"):
        read_zones(tmp_path / "z.zip", **SAID)


def test_a_style_table_beside_the_layer_does_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path / "z.gpkg", [NANNING])
    pyogrio.raw.write(
        path, None, [np.array(["x"], dtype=object)], ["styleName"],
        layer="layer_styles", geometry_type=None, append=True,
    )  # fmt: skip
    assert len(read_zones(path, **SAID).register) == 1


def test_a_shapefile_in_capitals_is_read(tmp_path: Path) -> None:
    shapefile = write(tmp_path / "zones.shp", [NANNING], FULL_ONE, encoding="GB18030")
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    zones = read_zones(shapefile.with_suffix(".SHP")).register.zones
    assert zones["name"].tolist() == ["城区"]


def test_the_register_names_the_file_and_its_hash(tmp_path: Path) -> None:
    from firewatch.core.files import sha256_of_file

    path = write(tmp_path / "z.gpkg", [NANNING])
    zones = read_zones(path, **SAID).register.zones
    assert zones["source_file"].tolist() == ["z.gpkg"]
    assert zones["source_sha256"].tolist() == [sha256_of_file(path)]
