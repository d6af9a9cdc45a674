"""Marked pixels as polygons and hectares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from imagery.highres.grid import Grid
from imagery.highres.shapes import on_grid
from imagery.scar.outline import groups_of, hectares, joined, within


def in_metres(outline: BaseGeometry, crs: str) -> BaseGeometry:
    project = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return shapely.transform(
        outline, lambda at: np.column_stack(project.transform(at[:, 0], at[:, 1]))
    )


def test_hectares_are_the_area_of_the_outline_on_the_map(scenes: Any) -> None:
    marked = np.random.default_rng(3).random(scenes.GRID.shape) < 0.4
    outline = joined(marked, scenes.GRID)
    area_m2 = in_metres(outline, scenes.GRID.crs).area
    assert hectares(marked, scenes.GRID) == pytest.approx(area_m2 / 10_000, rel=1e-6)


def test_a_geographic_grid_has_the_hectares_of_the_ground() -> None:
    grid = Grid("EPSG:4326", (2e-4, 0, 108.3, 0, -2e-4, 22.9), 80, 80)
    marked = np.zeros(grid.shape, dtype=bool)
    marked[20:50, 10:60] = True
    area_m2 = in_metres(joined(marked, grid), "EPSG:32648").area
    assert hectares(marked, grid) == pytest.approx(area_m2 / 10_000, rel=5e-3)


def test_an_outline_lies_over_just_its_pixels(scenes: Any) -> None:
    marked = np.zeros(scenes.GRID.shape, dtype=bool)
    marked[10:14, 20:23] = True
    marked[30, 30] = marked[31, 31] = True
    outline = joined(marked, scenes.GRID)
    np.testing.assert_array_equal(within(outline, scenes.GRID), marked)
    assert on_grid(outline, scenes.GRID).bounds == pytest.approx((20, 10, 32, 32), abs=1e-4)


def test_small_groups_are_left_out_and_corners_touch(scenes: Any) -> None:
    marked = np.zeros(scenes.GRID.shape, dtype=bool)
    marked[5, 5:8] = True
    for i in range(4):
        marked[20 + i, 20 + i] = True
    groups = groups_of(marked, scenes.GRID, 1500)
    assert set(np.unique(groups)) == {0, 1}
    assert (groups > 0).sum() == 4 and (groups[20:24, 20:24].diagonal() == 1).all()


def test_nothing_marked_has_no_outline(scenes: Any) -> None:
    nothing = np.zeros(scenes.GRID.shape, dtype=bool)
    assert joined(nothing, scenes.GRID) is None
    assert not groups_of(nothing, scenes.GRID, 0).any()


def test_a_tiny_footprint_has_the_pixel_it_lies_in(scenes: Any) -> None:
    lon, lat = scenes.GRID.lon_lat(7.2, 9.9)
    inside = within(shapely.Point(lon, lat).buffer(1e-7), scenes.GRID)
    assert list(zip(*np.nonzero(inside), strict=True)) == [(7, 9)]
