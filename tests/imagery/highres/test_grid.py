"""Positions of pixels."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from rasterio.warp import transform as warp

from firewatch.core.geo import Extent
from imagery.highres.grid import Grid, utm_crs, utm_zone

GRIDS = [
    Grid("EPSG:32648", (30.0, 0.0, 600_000.0, 0.0, -30.0, 2_600_000.0), 400, 300),
    Grid("EPSG:32649", (20.0, 0.0, 199_980.0, 0.0, -20.0, 2_500_020.0), 50, 60),
    Grid("EPSG:4326", (0.0002, 0.0, 108.0, 0.0, -0.0002, 23.0), 70, 80),
]


@pytest.mark.parametrize("grid", GRIDS)
def test_a_pixel_lies_where_gdal_says(grid: Grid) -> None:
    lines, columns = np.array([0.5, 17.5, 49.5]), np.array([0.5, 3.5, 59.5])
    x, y = Affine(*grid.transform) @ (columns, lines)
    lon, lat = warp(rasterio.CRS.from_user_input(grid.crs), "EPSG:4326", x, y)
    found = grid.lon_lat(lines, columns)
    np.testing.assert_allclose(found, (lon, lat), atol=1e-9)
    np.testing.assert_allclose(grid.position(*found), (lines, columns), atol=1e-5)


@pytest.mark.parametrize("grid", GRIDS)
def test_a_window_lies_where_its_pixels_lie_in_the_whole(grid: Grid) -> None:
    window = grid.window(7, 11, 5, 6)
    np.testing.assert_allclose(window.lon_lat(2.5, 1.5), grid.lon_lat(9.5, 12.5), atol=1e-9)
    assert window.shape == (5, 6)


def test_an_extent_holds_every_corner() -> None:
    grid = GRIDS[0]
    extent = grid.extent()
    lines, columns = np.meshgrid([0, 200, 400], [0, 150, 300])
    lon, lat = grid.lon_lat(lines.ravel(), columns.ravel())
    assert extent.contains(lon, lat).all()


@pytest.mark.parametrize("grid", GRIDS)
def test_a_grid_over_a_box_has_the_same_pixels_and_none_to_spare(grid: Grid) -> None:
    box = Extent(108.21, 22.63, 108.47, 22.94)
    over = grid.covering(box)
    lon, lat = np.meshgrid(np.linspace(box.west, box.east, 40), np.linspace(box.south, box.north))
    line, column = over.position(lon, lat)
    for found, size in ((line, over.lines), (column, over.columns)):
        assert found.min() >= -0.05 and found.max() <= size + 0.05
        assert found.min() < 1 and found.max() > size - 1
    np.testing.assert_allclose(np.mod(grid.position(*over.lon_lat(0, 0)) + np.float64(0.5), 1), 0.5,
                               atol=1e-4)  # fmt: skip


def test_the_zone_of_a_place_is_the_one_whose_meridian_is_nearest() -> None:
    for lon, north in ((104.5, True), (107.9, True), (108.1, True), (-179.9, False), (179.9, True)):
        system = rasterio.CRS.from_user_input(utm_crs(utm_zone(lon), north))
        x, _ = warp("EPSG:4326", system, [lon], [0.0])
        assert abs(x[0] - 500_000) < 334_000


def test_the_area_of_a_degree_pixel_shrinks_with_latitude() -> None:
    metric, degrees = GRIDS[0], GRIDS[2]
    assert metric.pixel_area_m2() == 900
    side_km = 0.0002 * 111.195
    expected = side_km**2 * np.cos(np.radians(22.993)) * 1e6
    assert degrees.pixel_area_m2() == pytest.approx(expected, rel=1e-4)
