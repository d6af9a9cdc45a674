"""The shaded relief: where it lies, how light it is, and what is no elevation model."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_bounds

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from imagery.relief import LONGEST_SIDE_PX, MOST_BYTES, relief_png

REGION = Extent(107.0, 22.0, 109.0, 23.0)


def dem(
    path: Path, heights: np.ndarray, box: tuple[float, ...] = (107.0, 22.0, 109.0, 23.0),
    crs: str | None = "EPSG:4326", nodata: float | None = -9999,
) -> Path:  # fmt: skip
    rows, columns = heights.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32",
        crs=crs, transform=from_bounds(*box, columns, rows), nodata=nodata,
    ) as raster:  # fmt: skip
        raster.write(heights.astype("float32"), 1)
    return path


def grey_and_alpha(picture: bytes) -> tuple[np.ndarray, np.ndarray]:
    image = np.asarray(Image.open(io.BytesIO(picture)))
    return image[..., 0].astype(int), image[..., 1]


def test_a_slope_that_faces_the_sun_is_lighter_than_one_that_does_not(tmp_path: Path) -> None:
    # A ridge from north to south: its western side faces the sun in the north-west.
    height = 3000 - np.abs(np.linspace(-1, 1, 400)) * 3000
    path = dem(tmp_path / "dem.tif", np.tile(height, (200, 1)))
    grey, alpha = grey_and_alpha(relief_png(path, REGION))
    middle = grey.shape[1] // 2
    west, east = grey[50:-50, 50 : middle - 50], grey[50:-50, middle + 50 : -50]
    assert west.mean() > east.mean() + 3
    assert grey.min() >= 180
    # The outermost pixels may lie half outside the raster.
    assert (alpha[2:-2, 2:-2] == 255).all()


def test_flat_ground_has_the_light_that_falls_on_level_ground(tmp_path: Path) -> None:
    grey, _ = grey_and_alpha(relief_png(dem(tmp_path / "dem.tif", np.full((50, 100), 88)), REGION))
    inner = grey[5:-5, 5:-5]
    assert inner.min() == inner.max()
    # The sine of 45 degrees, in one of 32 greys.
    assert inner.max() == pytest.approx(180 + 75 * np.sin(np.radians(45)), abs=2)


def test_a_hill_lies_where_web_mercator_puts_it(tmp_path: Path) -> None:
    rows, columns = 400, 800
    lat = np.linspace(23, 22, rows)[:, None]
    lon = np.linspace(107, 109, columns)[None, :]
    hill = 2000 * np.exp(-((lat - 22.75) ** 2 + (lon - 108.5) ** 2) / 0.002)
    grey, _ = grey_and_alpha(relief_png(dem(tmp_path / "dem.tif", hill), REGION))
    uneven = np.argwhere(np.abs(grey - np.median(grey)) > 3)
    row, column = uneven.mean(axis=0) / grey.shape
    y = [np.arctanh(np.sin(np.radians(degrees))) for degrees in (22, 22.75, 23)]
    assert row == pytest.approx((y[2] - y[1]) / (y[2] - y[0]), abs=0.02)
    assert column == pytest.approx(0.75, abs=0.02)


def test_ground_without_elevation_is_transparent(tmp_path: Path) -> None:
    heights = np.full((100, 200), 50.0)
    heights[:, :100] = -9999
    _, alpha = grey_and_alpha(relief_png(dem(tmp_path / "dem.tif", heights), REGION))
    width = alpha.shape[1]
    assert (alpha[:, : width // 2 - 20] == 0).all()
    assert (alpha[5:-5, width // 2 + 20 : -5] == 255).all()
    east = dem(tmp_path / "east.tif", heights[:, 100:], (108.0, 22.0, 109.0, 23.0), nodata=None)
    _, alpha = grey_and_alpha(relief_png(east, REGION))
    assert (alpha[:, : width // 2 - 20] == 0).all()


def test_the_roughest_ground_stays_within_size(tmp_path: Path) -> None:
    heights = np.random.default_rng(1).uniform(0, 3000, (900, 1800))
    path = dem(tmp_path / "dem.tif", heights, crs="EPSG:4490")
    picture = relief_png(path, REGION)
    assert len(picture) <= MOST_BYTES
    assert max(Image.open(io.BytesIO(picture)).size) <= LONGEST_SIDE_PX


def test_what_is_no_elevation_of_the_region_names_file_and_remedy(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.tif"
    damaged.write_bytes(b"II*\0 and no more")
    flat = np.zeros((10, 10))
    elsewhere = dem(tmp_path / "elsewhere.tif", flat, (10.0, 50.0, 11.0, 51.0))
    without = dem(tmp_path / "without.tif", flat, crs=None)
    for path in (damaged, elsewhere, without, tmp_path / "absent.tif"):
        with pytest.raises(UnreadableFileError) as caught:
            relief_png(path, REGION)
        assert path.name in caught.value.where
        assert caught.value.expected
        assert caught.value.remedy
