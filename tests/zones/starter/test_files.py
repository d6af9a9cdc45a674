"""Inputs in the user's files: any geometry, any known system, and clear errors."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.errors import FirewatchError, UsageError, ZoneFileError
from firewatch.core.vocab import Language
from zones.notes import sentences
from zones.starter import InputClass, read_inputs

TOWN = shapely.box(108.3, 22.8, 108.31, 22.81)
ROAD = shapely.LineString([(108.0, 22.5), (108.5, 23.0)])


def layer(
    path: Path,
    shapes: list[shapely.Geometry | None],
    crs: str | None = "EPSG:4490",
    **columns: list,
) -> Path:
    table = geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs)
    table.to_file(path, engine="pyogrio")
    return path


def points(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def test_points_lines_areas_and_heights_are_read_from_one_layer(tmp_path: Path) -> None:
    shapes = [
        shapely.Point(108, 22, 90),
        shapely.MultiLineString([[(108, 22, 5), (109, 23, 6)]]),
        TOWN,
        shapely.MultiPoint([(107, 22), (107.5, 22)]),
    ]
    path = layer(tmp_path / "mixed.gpkg", shapes, 名称=["甲", "乙", None, " 丁 "])
    inputs = read_inputs({"depot": path})
    assert sorted(inputs.features["name"]) == ["", "丁", "乙", "甲"]
    assert set(inputs.features["input_class"]) == {"depot"}
    assert not shapely.has_z(inputs.geometry).any()
    by_name = dict(zip(inputs.features["name"], inputs.geometry, strict=True))
    assert by_name[""].equals(TOWN)
    assert by_name["丁"].geom_type == "MultiPoint"
    (file,) = inputs.files
    assert (file.input_class, file.file, len(file.sha256)) == (InputClass.DEPOT, "mixed.gpkg", 64)


def test_a_projected_shapefile_with_gbk_names_comes_to_degrees(tmp_path: Path) -> None:
    folder = tmp_path / "road"
    folder.mkdir()
    table = geopandas.GeoDataFrame({"名称": ["G72泉南高速"]}, geometry=[ROAD], crs="EPSG:4490")
    table.to_crs("EPSG:4545").to_file(folder / "road.shp", engine="pyogrio", encoding="GBK")
    inputs = read_inputs({"高速公路": folder / "road.shp"})
    assert inputs.features["name"].tolist() == ["G72泉南高速"]
    assert shapely.hausdorff_distance(inputs.geometry[0], ROAD) < 1e-8


def test_several_files_of_one_class_are_taken_together_in_any_order(tmp_path: Path) -> None:
    one = layer(tmp_path / "a.geojson", [ROAD], "EPSG:4326", name=["甲"])
    two = layer(tmp_path / "b.geojson", [TOWN], "EPSG:4326", name=["乙"])
    town = points(tmp_path / "t.csv", "lon,lat\n108,23\n")
    forwards = read_inputs({"railway": [one, two], "town": town})
    backwards = read_inputs({"town": town, "railway": [two, one]})
    assert len(forwards.features) == 3
    assert forwards.digest == backwards.digest
    assert forwards.files == backwards.files
    pd.testing.assert_frame_equal(forwards.features, backwards.features)


@pytest.mark.parametrize(
    ("heading", "encoding"),
    [
        ("lon,lat,name", "utf-8"),
        ("经度,纬度,名称", "gb18030"),
        ("Longitude,Latitude,名称", "utf-8-sig"),
    ],
)
def test_a_table_of_points_is_read_with_headings_of_either_language(
    tmp_path: Path, heading: str, encoding: str
) -> None:
    path = points(tmp_path / "towns.csv", f"{heading}\n108.5,22.5,六景镇\n109,23,\n", encoding)
    inputs = read_inputs({"城镇建成区": path})
    assert inputs.features["name"].tolist() == ["", "六景镇"]
    assert shapely.get_coordinates(inputs.geometry).tolist() == [[109, 23], [108.5, 22.5]]


def test_a_workbook_of_points_is_read(tmp_path: Path) -> None:
    path = tmp_path / "机场.xlsx"
    pd.DataFrame({"名称": ["吴圩"], "经度": [108.17], "纬度": [22.61]}).to_excel(path, index=False)
    inputs = read_inputs({"airport": path})
    assert inputs.features["name"].tolist() == ["吴圩"]
    assert inputs.geometry[0].equals(shapely.Point(108.17, 22.61))


def test_points_declared_as_gcj02_are_moved(tmp_path: Path) -> None:
    path = points(tmp_path / "p.csv", "lon,lat\n108.32,22.82\n")
    (moved,) = read_inputs({"town": path}, crs="GCJ-02").geometry
    away_m = 111_000 * moved.distance(shapely.Point(108.32, 22.82))
    assert 200 < away_m < 800


def error_of(paths: dict[str, Path], crs: str | None = None) -> FirewatchError:
    with pytest.raises(FirewatchError) as caught:
        read_inputs(paths, crs)
    return caught.value


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("lon,lat\n108,23\n108.x,23\n", "'108.x'", "row 3"),
        ("lon,lat\n108,\n", "''", "row 2"),
        ("lon,lat\n108,inf\n", "'inf'", "row 2"),
        ("x,name\n108,甲\n", "lon", ""),
        ("lon,lat\n", "没有数据", ""),
        ("", "空", ""),
    ],
)
def test_a_table_of_points_that_cannot_be_used_is_explained(
    tmp_path: Path, text: str, what: str, where: str
) -> None:
    error = error_of({"town": points(tmp_path / "p.csv", text)})
    assert isinstance(error, ZoneFileError)
    assert what in error.what
    assert where in error.where
    assert "p.csv" in error.where


def test_swapped_longitude_and_latitude_are_told(tmp_path: Path) -> None:
    error = error_of({"town": points(tmp_path / "p.csv", "lon,lat\n22.8,108.3\n")})
    assert "互换" in error.remedy


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_layer_without_a_system_is_refused_with_a_proposal(tmp_path: Path) -> None:
    folder = tmp_path / "no_prj"
    folder.mkdir()
    layer(folder / "t.shp", [TOWN], None, name=["甲"])
    error = error_of({"town": folder / "t.shp"})
    assert "坐标系" in error.what
    assert "EPSG:4490" in error.remedy


def test_a_wrong_system_is_refused_with_a_proposal(tmp_path: Path) -> None:
    projected = geopandas.GeoSeries([TOWN], crs="EPSG:4490").to_crs("EPSG:4545")
    path = layer(tmp_path / "t.gpkg", list(projected), "EPSG:4545", name=["甲"])
    error = error_of({"town": path}, "EPSG:4490")
    assert isinstance(error, ZoneFileError)
    assert "4545" in error.remedy


def test_a_railway_through_the_whole_country_is_accepted(tmp_path: Path) -> None:
    far = shapely.LineString([(108.3, 22.8), (113.6, 34.8), (116.4, 39.9)])
    path = layer(tmp_path / "rail.gpkg", [far], name=["京广"])
    assert read_inputs({"railway": path}).geometry[0].equals(far)


def test_an_empty_layer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8")
    error = error_of({"depot": path})
    assert isinstance(error, ZoneFileError)
    assert "none.geojson" in error.where


def test_features_without_a_shape_are_left_out_and_told(tmp_path: Path) -> None:
    path = layer(tmp_path / "t.gpkg", [None, TOWN, None], name=["甲", "乙", "丙"])
    inputs = read_inputs({"town": path})
    assert inputs.features["name"].tolist() == ["乙"]
    notes = sentences(inputs.notes, Language.ZH)
    assert "t.gpkg：2 个图形没有形状，未采用" in notes
    nothing = layer(tmp_path / "n.gpkg", [None, None], name=["甲", "乙"])
    assert isinstance(error_of({"town": nothing}), ZoneFileError)


def test_an_outline_that_crosses_itself_is_mended_and_told_with_its_number(tmp_path: Path) -> None:
    bow = shapely.Polygon([(108, 23), (108.1, 23.1), (108.1, 23), (108, 23.1)])
    shapes = [None, shapely.Point(108, 22), bow]
    path = layer(tmp_path / "t.gpkg", shapes, name=["甲", "乙", "丙"])
    inputs = read_inputs({"built_up": path})
    assert shapely.is_valid(inputs.geometry).all()
    mended = inputs.geometry[(inputs.features["name"] == "丙").to_numpy()][0]
    assert np.isclose(mended.area, 0.005)
    notes = "\n".join(sentences(inputs.notes, Language.EN))
    assert "polygon 3 (丙)" in notes


def test_an_unknown_class_or_file_is_told(tmp_path: Path) -> None:
    assert isinstance(error_of({"tram": tmp_path / "t.gpkg"}), UsageError)
    assert "t.gpkg" in error_of({"town": tmp_path / "t.gpkg"}).where
    assert "t.csv" in error_of({"town": tmp_path / "t.csv"}).where
