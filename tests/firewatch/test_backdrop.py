"""Rivers under the map, from the layers that users have."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from firewatch.backdrop import backdrop_of, rivers_within
from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import Extent
from firewatch.settings import MapSettings

REGION = Extent(107.0, 22.0, 109.0, 24.0)
RIVER = shapely.LineString([(106.0, 23.0), (110.0, 23.0)])
LAKE = shapely.box(108.0, 22.5, 108.1, 22.6)
FAR = shapely.LineString([(80.0, 40.0), (81.0, 41.0)])


def layer(path: Path, shapes: list[shapely.Geometry], crs: str | None = "EPSG:4326") -> Path:
    table = gpd.GeoDataFrame({"name": ["河"] * len(shapes)}, geometry=shapes, crs="EPSG:4326")
    table = table.to_crs(crs) if crs else table.set_crs(None, allow_override=True)
    table.to_file(path)
    return path


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4545", "EPSG:3857"])
def test_rivers_are_cut_to_the_region_whatever_their_system(tmp_path: Path, crs: str) -> None:
    points = [shapely.Point(108, 23)]
    path = layer(tmp_path / "rivers.gpkg", [RIVER, LAKE, *points], crs)
    found = rivers_within(path, REGION)
    assert len(found) == 2
    np.testing.assert_allclose(shapely.total_bounds(found), [107, 22.5, 109, 23], atol=0.01)
    assert {shape.geom_type for shape in found} == {"LineString", "Polygon"}


def test_what_lies_elsewhere_is_no_part_and_alone_is_told(tmp_path: Path) -> None:
    both = rivers_within(layer(tmp_path / "both.gpkg", [RIVER, FAR]), REGION)
    assert len(both) == 1
    with pytest.raises(ZoneFileError, match=r"far\.gpkg.*\n.*107–109 E"):
        rivers_within(layer(tmp_path / "far.gpkg", [FAR]), REGION)


def test_rivers_of_many_corners_become_light(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x = np.linspace(107.1, 108.9, 60_000)
    line = shapely.LineString(np.column_stack([x, 23 + rng.normal(0, 0.002, len(x))]))
    found = rivers_within(layer(tmp_path / "rivers.gpkg", [line]), REGION)
    assert shapely.get_num_coordinates(found).sum() <= 40_000
    left_out = shapely.points(shapely.get_coordinates(line)[::500])
    assert shapely.distance(left_out, found[0]).max() < 0.016


def test_a_layer_that_cannot_be_read_names_file_and_remedy(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gpkg"
    damaged.write_bytes(b"no layer at all")
    without = layer(tmp_path / "without.shp", [RIVER], None)
    for path in (damaged, without, tmp_path / "absent.gpkg"):
        with pytest.raises(ZoneFileError) as caught:
            rivers_within(path, REGION)
        assert path.name in caught.value.where
        assert caught.value.expected
        assert caught.value.remedy


def test_without_files_there_is_nothing_under_the_map() -> None:
    backdrop = backdrop_of(MapSettings(), REGION)
    assert (len(backdrop.rivers), backdrop.relief_png, backdrop.relief_box) == (0, b"", None)
