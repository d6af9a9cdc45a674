"""Share of cropland from land-cover rasters, against the pixels themselves."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Transformer

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from imagery.coverage.cropland import WINDOW_M, read_cropland

rasterio = pytest.importorskip("rasterio")

CROP = 40
WEST, NORTH = 108.0, 23.0


def written(
    path: Path, classes: np.ndarray, cell: float, crs: Any = "EPSG:4326",
    corner: tuple[float, float] = (WEST, NORTH), **options: Any,
) -> Path:  # fmt: skip
    """Write a raster of classes; `cell` and `corner` in the units of its projection."""
    from rasterio.transform import from_origin

    profile = {"driver": "GTiff", "count": 1, "compress": "deflate"} | options
    with rasterio.open(
        path, "w", width=classes.shape[1], height=classes.shape[0], dtype=classes.dtype,
        crs=crs, transform=from_origin(*corner, cell, cell), **profile,
    ) as raster:  # fmt: skip
        raster.write(classes, 1)
    return path


def patchy(shape: tuple[int, int], side: int, seed: int = 1) -> np.ndarray:
    """Return fields `side` pixels wide, of crops and three other classes."""
    draw = np.random.default_rng(seed)
    coarse = draw.choice([10, 20, CROP, 50], (shape[0] // side + 1, shape[1] // side + 1))
    return np.kron(coarse, np.ones((side, side)))[: shape[0], : shape[1]].astype(np.uint8)


def around(classes: np.ndarray, row: int, column: int, half: int) -> float:
    """Return the share of cropland among the pixels about one, none beyond the edge."""
    padded = np.pad(classes, half, constant_values=0)
    window = padded[row : row + 2 * half + 1, column : column + 2 * half + 1]
    return float((window == CROP).mean())


def test_a_fine_raster_gives_the_share_of_the_window_about_a_position(tmp_path: Path) -> None:
    cell = 10 / 111_195  # 10 m in latitude
    classes = patchy((900, 700), 23)
    cropland = read_cropland(written(tmp_path / "c.tif", classes, cell), [CROP])
    half = round(WINDOW_M / 10 / 2)
    draw = np.random.default_rng(2)
    rows, columns = draw.integers(40, 860, 200), draw.integers(40, 660, 200)
    share = cropland(WEST + (columns + 0.5) * cell, NORTH - (rows + 0.5) * cell)
    expected = np.array(
        [around(classes, *place, half) for place in zip(rows, columns, strict=True)]
    )
    # Windows are laid by cells of about 125 m, not about the very pixel.
    assert np.abs(share - expected).mean() < 0.08
    assert share.mean() == pytest.approx(expected.mean(), abs=0.02)
    assert 0 <= share.min() <= share.max() <= 1


def test_the_shares_of_all_places_add_up_to_the_cropland_there_is(tmp_path: Path) -> None:
    cell = 10 / 111_195
    classes = np.zeros((900, 900), np.uint8)
    classes[200:700, 150:780] = patchy((500, 630), 7)
    cropland = read_cropland(written(tmp_path / "c.tif", classes, cell), [CROP])
    columns, rows = np.meshgrid(np.arange(900) + 0.5, np.arange(900) + 0.5)
    share = cropland(WEST + columns * cell, NORTH - rows * cell)
    assert share.shape == (900, 900)
    assert share.mean() == pytest.approx((classes == CROP).mean(), rel=0.01)


def test_a_coarse_raster_gives_the_class_of_the_pixel_itself(tmp_path: Path) -> None:
    cell = 1000 / 111_195
    classes = patchy((60, 50), 1)
    cropland = read_cropland(written(tmp_path / "c.tif", classes, cell), [CROP, 50])
    columns, rows = np.meshgrid(np.arange(50), np.arange(60))
    share = cropland(WEST + (columns + 0.4) * cell, NORTH - (rows + 0.7) * cell)
    np.testing.assert_array_equal(share, np.isin(classes, [CROP, 50]).astype(float))


@pytest.mark.parametrize("crs", ["EPSG:32649", "EPSG:4490", "EPSG:3857", "EPSG:4527"])
def test_any_projection_gives_the_class_at_the_place(tmp_path: Path, crs: str) -> None:
    there = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = there.transform(110.0, 23.0)
    degrees = rasterio.crs.CRS.from_string(crs).is_geographic
    cell = 0.01 if degrees else 1000.0
    classes = patchy((40, 40), 2)
    path = written(tmp_path / "c.tif", classes, cell, crs, (x, y))
    columns, rows = np.meshgrid(np.arange(40) + 0.5, np.arange(40) + 0.5)
    lon, lat = there.transform(x + columns * cell, y - rows * cell, direction="INVERSE")
    share = read_cropland(path, [CROP])(lon, lat)
    np.testing.assert_array_equal(share, (classes == CROP).astype(float))


def test_a_place_in_another_tile_of_the_raster_is_the_same_as_in_one(tmp_path: Path) -> None:
    cell = 30 / 111_195
    classes = patchy((1400, 1300), 9)
    path = written(tmp_path / "c.tif", classes, cell, tiled=True, blockxsize=256, blockysize=256)
    lon = WEST + np.linspace(0.001, 1299 * cell, 500)
    lat = NORTH - np.linspace(0.001, 1399 * cell, 500)
    every, one_by_one = read_cropland(path, [CROP]), read_cropland(path, [CROP])
    whole = every(*np.meshgrid(lon, lat))
    for row in (0, 217, 499):
        np.testing.assert_array_equal(one_by_one(lon, np.full(500, lat[row])), whole[row])
    assert len(every._tiles) > 1


def test_outside_the_raster_and_without_data_there_is_no_cropland(tmp_path: Path) -> None:
    cell = 1000 / 111_195
    classes = np.full((20, 20), CROP, np.uint8)
    classes[:10] = 255
    path = written(tmp_path / "c.tif", classes, cell, nodata=255)
    cropland = read_cropland(path, [CROP])
    lon = np.array([WEST + 5 * cell, WEST + 5 * cell, WEST - 1, 0.0, 180.0])
    lat = np.array([NORTH - 15 * cell, NORTH - 5 * cell, NORTH - 0.1, -89.9, 90.0])
    assert cropland(lon, lat).tolist() == [1, 0, 0, 0, 0]
    assert cropland(np.empty(0), np.empty(0)).shape == (0,)


def test_averaged_overviews_are_not_taken_for_classes(tmp_path: Path) -> None:
    from rasterio.enums import Resampling

    cell = 10 / 111_195
    # Columns of 30 and 50 average to 40, which nowhere grows.
    classes = np.tile(np.array([30, 50], np.uint8), (1024, 512))
    classes[:64, :64] = CROP
    path = written(tmp_path / "c.tif", classes, cell, tiled=True)
    with rasterio.open(path, "r+") as raster:
        raster.build_overviews([2, 4, 8], Resampling.average)
    share = read_cropland(path, [CROP])(
        np.array([WEST + 700 * cell, WEST + 30 * cell]), np.array([NORTH - 700 * cell] * 2)
    )
    assert share.tolist() == [0, 0]


def test_it_goes_to_other_processes_without_what_it_has_read(tmp_path: Path) -> None:
    cell = 1000 / 111_195
    cropland = read_cropland(written(tmp_path / "c.tif", patchy((50, 50), 3), cell), [CROP])
    lon, lat = WEST + np.arange(50) * cell + 0.001, np.full(50, NORTH - 0.05)
    here = cropland(lon, lat)
    assert not pickle.loads(pickle.dumps(cropland))._tiles
    with ProcessPoolExecutor(1) as pool:
        np.testing.assert_array_equal(pool.submit(cropland, lon, lat).result(), here)


def test_its_version_tells_raster_and_classes_apart(tmp_path: Path) -> None:
    cell = 1000 / 111_195
    first = written(tmp_path / "a.tif", patchy((50, 50), 3), cell)
    other = written(tmp_path / "b.tif", patchy((50, 50), 3, seed=2), cell)
    copy = tmp_path / "copy.tif"
    copy.write_bytes(first.read_bytes())
    versions = [
        read_cropland(path, values).version
        for path, values in ((first, [CROP]), (copy, [CROP]), (other, [CROP]), (first, [CROP, 20]))
    ]
    assert versions[0] == versions[1]
    assert len(set(versions)) == 3


def test_what_cannot_be_used_is_refused_in_both_languages(tmp_path: Path) -> None:
    cell = 0.01
    classes = patchy((60, 60), 3)
    good = written(tmp_path / "good.tif", classes, cell)
    no_crs = written(tmp_path / "no_crs.tif", classes, cell, None)
    png = written(tmp_path / "c.png", classes, cell, driver="PNG", compress=None)
    text = tmp_path / "text.tif"
    text.write_text("不是影像")
    near, far = Extent(108.1, 22.5, 108.5, 22.9), Extent(114, 30, 115, 31)
    for path, values, region, word in (
        (text, [CROP], None, "land-cover raster"),
        (png, [CROP], None, "land-cover raster"),
        (no_crs, [CROP], None, "projection"),
        (tmp_path / "absent.tif", [CROP], None, "opened"),
        (good, [99], near, "99"),
        (good, [], near, "none of the classes"),
        (good, [CROP], far, "does not cover"),
    ):
        with pytest.raises(UnreadableFileError, match=word) as caught:
            read_cropland(path, values, region)
        assert caught.value.remedy
        assert any("一" <= letter <= "鿿" for letter in caught.value.what)
    assert read_cropland(good, [CROP], near).values == (CROP,)


def test_a_raster_that_was_cut_off_is_told_when_it_is_read(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    classes = draw.choice([10, CROP], (3000, 3000)).astype(np.uint8)
    path = written(tmp_path / "c.tif", classes, 10 / 111_195)
    cropland = read_cropland(path, [CROP])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(UnreadableFileError, match="land-cover raster"):
        cropland(np.linspace(WEST, WEST + 0.26, 50), np.linspace(NORTH, NORTH - 0.26, 50))
