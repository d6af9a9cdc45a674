"""Systems declared, missing, wrong and swapped: what lands in the region is taken, else refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from coord_convert.transform import wgs2gcj
from pyproj import Geod, Transformer

from firewatch.core.errors import ZoneFileError
from zones.formats.crs import GUANGXI_EXTENT, to_wgs84
from zones.formats.layer import Layer
from zones.formats.systems import parse_system
from zones.register.read import read_zones

SAID = {"kind": "ban", "notice": "x", "valid_from": date(2020, 11, 1)}
NANNING = shapely.box(108.2, 22.7, 108.4, 22.9)
BAISE = shapely.box(104.7, 24.0, 104.9, 24.1)
HEZHOU = shapely.box(111.2, 24, 111.4, 24.2)
BEIJING = shapely.box(116, 39, 117, 40)


def flipped(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


def projected(shape: shapely.Geometry, epsg: int) -> shapely.Geometry:
    change = Transformer.from_crs(4490, epsg, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(change.transform(*xy.T)))


def layer_of(*shapes: shapely.Geometry, crs: str | None) -> Layer:
    return Layer(pd.DataFrame(index=range(len(shapes))), np.array(shapes), crs, Path("z.gpkg"), "")


def refusal(layer: Layer, declared: str | None = None) -> ZoneFileError:
    with pytest.raises(ZoneFileError) as caught:
        to_wgs84(layer, declared, GUANGXI_EXTENT)
    assert "z.gpkg" in caught.value.where
    assert caught.value.remedy
    return caught.value


def offset_m(one: shapely.Geometry, other: shapely.Geometry) -> float:
    (x1, y1), (x2, y2) = shapely.get_coordinates([one.centroid, other.centroid])
    return float(Geod(ellps="WGS84").inv(x1, y1, x2, y2)[2])


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("EPSG:4490", "EPSG:4490"), ("4490", "EPSG:4490"), ("CGCS2000", "EPSG:4490"),
        ("国家2000", "EPSG:4490"), ("WGS 84", "EPSG:4326"), ("wgs-84", "EPSG:4326"),
        ("GCJ-02", "GCJ-02"), ("gcj02", "GCJ-02"), ("GCJ_02", "GCJ-02"), ("火星坐标", "GCJ-02"),
        ("EPSG:4490 swapped", "EPSG:4490 swapped"), ("CGCS2000互换", "EPSG:4490 swapped"),
        ("gcj02,swapped", "GCJ-02 swapped"), (" 4524 yx ", "EPSG:4524 swapped"),
    ],
)  # fmt: skip
def test_a_system_is_understood_however_it_is_called(text: str, means: str) -> None:
    assert str(parse_system(text)) == means


@pytest.mark.parametrize("name", ["gcj02", "GCJ-02", "火星坐标"])
def test_declared_gcj02_is_turned_back_to_wgs84(name: str) -> None:
    corners = [wgs2gcj(x, y) for x, y in shapely.get_coordinates(NANNING)]
    shifted = shapely.Polygon(corners)
    assert offset_m(shifted, NANNING) > 300
    shape = to_wgs84(layer_of(shifted, crs="EPSG:4490"), name, GUANGXI_EXTENT)[0]
    assert offset_m(shape, NANNING) < 0.1


@pytest.mark.parametrize("epsg", [4490, 4524, 4545])
def test_swapped_axes_are_proposed_by_the_option_that_takes_them(epsg: int) -> None:
    layer = layer_of(flipped(projected(NANNING, epsg)), crs=f"EPSG:{epsg}")
    option = f"EPSG:{epsg} swapped"
    assert f'--crs "{option}"' in refusal(layer).remedy
    assert offset_m(to_wgs84(layer, option, GUANGXI_EXTENT)[0], NANNING) < 0.1


@pytest.mark.parametrize(
    ("epsg", "says", "proposed"),
    [
        (4524, "EPSG:4490", "EPSG:4524"),
        (4524, None, "EPSG:4524"),
        (4524, "EPSG:4545", "EPSG:4524"),
        (4545, "EPSG:4524", "EPSG:4545"),
        (4546, "EPSG:4525", "EPSG:4546"),
        (4497, "EPSG:4490", "EPSG:4497"),
        (4490, "EPSG:4524", "EPSG:4490"),
        (4490, "EPSG:3857", "EPSG:4490"),
        (4490, "EPSG:4490 swapped", "EPSG:4490"),
    ],
)
def test_a_wrong_system_is_refused_with_the_likely_one(
    epsg: int, says: str | None, proposed: str
) -> None:
    place = HEZHOU if epsg in (4497, 4546) else NANNING
    error = refusal(layer_of(projected(place, epsg), crs=None), says)
    assert f'--crs "{proposed}"' in error.remedy


def test_without_a_zone_number_the_meridian_must_be_asked_for() -> None:
    remedy = refusal(layer_of(projected(NANNING, 4545), crs=None)).remedy
    assert "EPSG:4545（108°E）" in remedy
    assert "EPSG:4544（105°E）" in remedy
    assert "中央经线须问提供单位" in remedy
    numbered = refusal(layer_of(projected(NANNING, 4524), crs=None)).remedy
    assert "中央经线须问提供单位" not in numbered


def test_where_nothing_fits_nothing_is_proposed() -> None:
    error = refusal(layer_of(shapely.box(1000, 1000, 2000, 2000), crs=None))
    assert "EPSG" not in error.remedy
    assert "询问坐标系" in error.remedy


def test_of_some_polygons_outside_those_are_named_and_not_the_system() -> None:
    error = refusal(layer_of(NANNING, BEIJING, BAISE, flipped(BAISE), crs="EPSG:4490"))
    assert "第 2、4 个图形" in error.what
    assert "其余 2 个在区域内" in error.remedy
    assert '--crs "' not in error.remedy


def test_a_neighbouring_meridian_that_pushes_some_polygons_out_is_proposed() -> None:
    shapes = [projected(NANNING, 4545), projected(BAISE, 4545)]
    error = refusal(layer_of(*shapes, crs="EPSG:4544"))
    assert "第 2 个图形" in error.what
    assert "EPSG:4545" in error.remedy


@pytest.mark.parametrize(
    "declared",
    ["EPSG:4214", "EPSG:4610", "EPSG:2360", "EPSG:2412", "EPSG:5737"],
)
def test_older_chinese_datums_and_heights_are_refused_with_a_remedy(declared: str) -> None:
    error = refusal(layer_of(NANNING, crs=None), declared)
    assert "不能准确换算" in error.what
    assert "CGCS2000" in error.remedy


@pytest.mark.parametrize("declared", ["BD-09", "EPSG:1", "abc", "swapped", "火星", "+proj=xxx"])
def test_what_names_no_system_is_refused(declared: str) -> None:
    assert "EPSG:4490" in refusal(layer_of(NANNING, crs=None), declared).remedy


def test_coordinates_that_are_no_numbers_are_refused() -> None:
    broken = shapely.Polygon([(108, 22), (109, 22), (109, np.inf), (108, 22)])
    assert "第 2 个图形" in refusal(layer_of(NANNING, broken, crs="EPSG:4490")).what


def test_a_damaged_prj_is_named_and_a_declared_system_wins(tmp_path: Path, write_layer) -> None:
    path = write_layer(tmp_path / "z.shp", [NANNING], geometry_type="Polygon")
    path.with_suffix(".prj").write_text('GEOGCS["GCS_Chi')
    with pytest.raises(ZoneFileError, match="无法识别的坐标系"):
        read_zones(path, **SAID)
    assert len(read_zones(path, **SAID, crs="EPSG:4490").register) == 1
    path.with_suffix(".prj").write_bytes(b"")
    with pytest.raises(ZoneFileError, match="没有声明坐标系"):
        read_zones(path, **SAID)


ARCGIS_PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_36",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",36500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def test_a_prj_as_arcgis_writes_it_is_understood(tmp_path: Path, write_layer) -> None:
    path = write_layer(
        tmp_path / "z.shp", [projected(NANNING, 4524)], crs=None, geometry_type="Polygon"
    )
    path.with_suffix(".prj").write_text(ARCGIS_PRJ)
    assert offset_m(read_zones(path, **SAID).register.geometry[0], NANNING) < 0.1
