"""Calibrated GeoTIFFs: small ones written here, and three real granules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from imagery.level1.stack import StackFiles, read_stack, stack_files, stacks
from imagery.reading import OutsideRegionError

NOON = "2020:11:07 05:00:00"
UTM_49N = "EPSG:32649"


def image(
    path: Path,
    values: np.ndarray,
    *,
    crs: str | None = UTM_49N,
    west: float = 200_000.0,
    time: str | None = NOON,
    nodata: float | None = None,
) -> Path:
    path.parent.mkdir(exist_ok=True)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=values.shape[0],
        width=values.shape[1],
        count=1,
        dtype="float32",
        crs=crs,
        transform=from_origin(west, 2_600_000.0, 375.0, 375.0),
        nodata=nodata,
    ) as file:
        file.write(values.astype("float32"), 1)
        if time:
            file.update_tags(TIFFTAG_DATETIME=time)
    return path


@pytest.fixture
def stack(tmp_path: Path) -> StackFiles:
    shape = (30, 40)
    rng = np.random.default_rng(3)
    image(tmp_path / "i01_ref.tiff", rng.uniform(2, 20, shape))
    image(tmp_path / "i03_ref.tiff", rng.uniform(2, 20, shape))
    image(tmp_path / "i04_bt.tiff", rng.uniform(295, 305, shape))
    image(tmp_path / "i05_bt.tiff", rng.uniform(290, 300, shape))
    classes = rng.integers(0, 4, shape).astype(float)
    classes[0, 0] = np.nan
    image(tmp_path / "mvcm.tiff", classes)
    found = stack_files(tmp_path.iterdir())
    assert found is not None
    return found


def test_bands_are_told_by_their_names(stack: StackFiles) -> None:
    names = [path and path.name for path in (stack.i1, stack.i2, stack.i3, stack.i4, stack.i5)]
    assert names == ["i01_ref.tiff", None, "i03_ref.tiff", "i04_bt.tiff", "i05_bt.tiff"]
    assert stack.cloud is not None
    others = [Path("VIIRS_I4.tif"), Path("x_I5_bt.tif"), Path("m15.tif"), Path("notes.txt")]
    assert stack_files(others) == StackFiles(i4=others[0], i5=others[1])
    assert stack_files([Path("i04.tif")]) is None


def test_values_are_those_of_the_images(stack: StackFiles) -> None:
    scene = read_stack(stack)
    with rasterio.open(stack.i4) as file:
        np.testing.assert_array_equal(scene.bt_mir_k, file.read(1))
    with rasterio.open(stack.i1) as file:
        percent = file.read(1)
    # 2020-11-07 05:00 UTC at 108.1 E 23.5 N, 7 deg past noon, declination -16.3 deg.
    assert scene.solar_zenith_deg[0, 0] == pytest.approx(40.4, abs=0.2)
    cosine = np.cos(np.radians(scene.solar_zenith_deg[0, 0]))
    assert scene.rho_red[0, 0] == pytest.approx(percent[0, 0] / 100 / cosine, rel=1e-5)
    assert scene.rho_nir is None
    assert scene.cloud_class[0, 0] == 255
    assert set(np.unique(scene.cloud_class)) == {0, 1, 2, 3, 255}
    assert scene.started_utc_s == 1_604_725_200
    assert scene.scan_km[0] == pytest.approx(0.375)
    assert "land_water_mask" in scene.missing


def test_reflectance_already_divided_or_in_fractions_is_left_so(stack: StackFiles) -> None:
    with rasterio.open(stack.i1) as file:
        values = file.read(1)
    scene = read_stack(stack, percent=False, divide_by_cos_sza=False)
    np.testing.assert_allclose(scene.rho_red, values)


def test_percent_and_fractions_are_told_apart_by_their_values(
    tmp_path: Path, stack: StackFiles
) -> None:
    with rasterio.open(stack.i1) as file:
        values = file.read(1)
    fractions = {band: image(tmp_path / "b" / f"{band}.tif", values / 100) for band in ("i1", "i3")}
    told = read_stack(replace(stack, **fractions))
    np.testing.assert_allclose(told.rho_red, read_stack(stack).rho_red, rtol=1e-5)
    # The same values taken for percent, because the caller says so.
    forced = read_stack(replace(stack, **fractions), percent=True)
    np.testing.assert_allclose(forced.rho_red, told.rho_red / 100, rtol=1e-5)


def test_scaled_integers_are_unpacked(tmp_path: Path, stack: StackFiles) -> None:
    packed = tmp_path / "b" / "i4.tif"
    image(packed, np.full((30, 40), 25.0))
    with rasterio.open(packed, "r+") as file:
        file.scales, file.offsets = (2.0,), (250.0,)
    np.testing.assert_allclose(read_stack(replace(stack, i4=packed)).bt_mir_k, 300.0)


def test_a_region_is_read_with_a_margin_and_no_more(stack: StackFiles) -> None:
    whole = read_stack(stack)
    lon, lat = whole.lon[20, 30], whole.lat[20, 30]
    region = Extent(lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
    # Positions are looked up so coarsely that these small images are taken whole.
    part = read_stack(stack, region=region, margin_px=0)
    assert part.line0 + part.shape[0] > 20 >= part.line0
    lines = slice(part.line0, part.line0 + part.shape[0])
    samples = slice(part.sample0, part.sample0 + part.shape[1])
    np.testing.assert_array_equal(part.bt_mir_k, whole.bt_mir_k[lines, samples])
    np.testing.assert_array_equal(part.rho_red, whole.rho_red[lines, samples])
    np.testing.assert_array_equal(part.lon, whole.lon[lines, samples])
    with pytest.raises(OutsideRegionError):
        read_stack(stack, region=Extent(20, 50, 21, 51))


def test_a_large_image_is_read_over_the_region_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    for band in ("i4", "i5"):
        image(tmp_path / f"{band}.tif", rng.uniform(290, 300, (400, 600)))
    (files,) = stacks(tmp_path.iterdir())
    whole = read_stack(files)
    lon, lat = whole.lon[50, 500], whole.lat[50, 500]
    part = read_stack(files, region=Extent(lon, lat, lon + 0.01, lat + 0.01), margin_px=20)
    assert part.shape[0] < 250 and part.shape[1] < 300
    lines = slice(part.line0, part.line0 + part.shape[0])
    samples = slice(part.sample0, part.sample0 + part.shape[1])
    np.testing.assert_array_equal(part.bt_tir_k, whole.bt_tir_k[lines, samples])
    np.testing.assert_array_equal(part.lat, whole.lat[lines, samples])


def test_positions_are_cell_centres(stack: StackFiles) -> None:
    from pyproj import Transformer

    scene = read_stack(stack)
    to_metres = Transformer.from_crs("EPSG:4326", UTM_49N, always_xy=True)
    x, y = to_metres.transform(scene.lon[2, 3], scene.lat[2, 3])
    assert (x, y) == pytest.approx((200_000 + 3.5 * 375, 2_600_000 - 2.5 * 375), abs=1.0)


def test_nodata_is_nothing(tmp_path: Path, stack: StackFiles) -> None:
    values = np.full((30, 40), 300.0)
    values[1, 1] = -9999.0
    scene = read_stack(replace(stack, i4=image(tmp_path / "b" / "i4.tif", values, nodata=-9999)))
    assert np.isnan(scene.bt_mir_k[1, 1])
    assert np.isnan(scene.bt_mir_k).sum() == 1
    assert not scene.mir_nominal[1, 1]


def test_another_grid_is_refused(tmp_path: Path, stack: StackFiles) -> None:
    moved = image(tmp_path / "b" / "i5.tif", np.full((30, 40), 295.0), west=200_375.0)
    with pytest.raises(UnreadableFileError, match="grid"):
        read_stack(replace(stack, i5=moved))


def test_counts_instead_of_kelvin_are_refused(tmp_path: Path, stack: StackFiles) -> None:
    raw = image(tmp_path / "b" / "i4.tif", np.full((30, 40), 22_000.0))
    with pytest.raises(UnreadableFileError, match="not K"):
        read_stack(replace(stack, i4=raw))


def test_the_folder_tells_the_time_where_the_image_does_not(
    tmp_path: Path, stack: StackFiles
) -> None:
    values = np.full((30, 40), 300.0)
    untimed = image(tmp_path / "A2020312.0500" / "i4.tif", values, time=None)
    assert read_stack(replace(stack, i4=untimed)).started_utc_s == 1_604_725_200
    nowhere = image(tmp_path / "b" / "i4.tif", values, time=None)
    with pytest.raises(UnreadableFileError, match="time of acquisition"):
        read_stack(replace(stack, i4=nowhere))
    assert read_stack(replace(stack, i4=nowhere), started_utc_s=7).started_utc_s == 7


def test_a_damaged_or_unplaced_image_is_named(tmp_path: Path, stack: StackFiles) -> None:
    (tmp_path / "cut.tif").write_bytes(stack.i4.read_bytes()[:300])
    with pytest.raises(UnreadableFileError, match="cut"):
        read_stack(replace(stack, i4=tmp_path / "cut.tif"))
    for crs in (None, 'LOCAL_CS["somewhere",UNIT["metre",1]]'):
        unplaced = image(tmp_path / "b" / "i4.tif", np.full((30, 40), 300.0), crs=crs)
        with pytest.raises(UnreadableFileError, match="CRS"):
            read_stack(replace(stack, i4=unplaced))


COLD = np.full((4, 4), 295.0)


def test_passes_in_one_folder_are_told_apart_by_the_time_in_their_names(tmp_path: Path) -> None:
    names = [
        f"{stem}_{band}.tif"
        for stem in ("VJ102IMG.A2020312.0605", "VJ102IMG.A2020312.0745")
        for band in ("i04", "i05")
    ]
    paths = [image(tmp_path / name, COLD, time=None) for name in names]
    lonely = image(tmp_path / "20201109_0500_i4.tif", COLD, time=None)
    found = stacks([*paths, lonely, tmp_path / "notes.txt"])
    assert [files.paths for files in found] == [tuple(paths[:2]), tuple(paths[2:])]
    assert {files.platform for files in found} == {"NOAA-20"}
    assert [read_stack(files).started_utc_s for files in found] == [1_604_729_100, 1_604_735_100]


def test_passes_in_one_folder_are_told_apart_by_their_tags(tmp_path: Path) -> None:
    paths = [
        image(tmp_path / f"{name}_{band}.tif", COLD, time=f"2020:11:0{day} 05:00:00")
        for day, name in ((7, "a"), (8, "b"))
        for band in ("i4", "i5")
    ]
    found = stacks(paths)
    assert [files.paths for files in found] == [tuple(paths[:2]), tuple(paths[2:])]


def test_each_folder_is_a_stack_and_odd_images_belong_to_none(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        for band in ("i4", "i5"):
            image(tmp_path / folder / f"{band}.tif", COLD)
    image(tmp_path / "z" / "i4.tif", COLD)
    image(tmp_path / "x" / "elevation.tif", COLD)
    found = stacks(tmp_path.rglob("*.tif"), platform="NOAA-21")
    assert [files.i4.parent.name for files in found] == ["x", "y"]
    assert all(len(files.paths) == 2 and files.platform == "NOAA-21" for files in found)


def test_a_tag_tells_the_platform_before_the_name(tmp_path: Path) -> None:
    i4, i5 = (image(tmp_path / f"VNP_{band}.tif", COLD) for band in ("i4", "i5"))
    assert stacks([i4, i5], platform="NOAA-21")[0].platform == "S-NPP"
    with rasterio.open(i4, "r+") as file:
        file.update_tags(platform_name="NOAA-20")
    assert stacks([i4, i5])[0].platform == "NOAA-20"
    assert read_stack(stacks([i4, i5])[0]).platform == "NOAA-20"


def test_a_web_page_and_an_endless_image_are_named(tmp_path: Path, stack: StackFiles) -> None:
    page = tmp_path / "b_i4.tif"
    page.write_text("<!DOCTYPE html><html>Earthdata Login</html>")
    with pytest.raises(UnreadableFileError, match="web page"):
        read_stack(replace(stack, i4=page))
    endless = tmp_path / "c_i4.tif"
    with rasterio.open(
        endless, "w", driver="GTiff", height=2_000_000, width=2_000_000, count=1, dtype="float32",
        crs=UTM_49N, transform=from_origin(0, 0, 1, 1), sparse_ok=True, tiled=True,
        blockxsize=16384, blockysize=16384, BIGTIFF="YES",
    ):  # fmt: skip
        pass
    with pytest.raises(UnreadableFileError, match="2000000"):
        read_stack(replace(stack, i4=endless))


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("folder", "started", "bands", "day"),
    [
        ("A2023241.0936", 1_693_301_760, (True, False, True), True),
        ("A2023241.2330", 1_693_351_800, (False, False, False), False),
        ("A2022020.0924", 1_642_670_640, (True, True, True), True),
    ],
)
def test_real_granules_are_whole_scenes(
    realdata: Path, folder: str, started: int, bands: tuple[bool, ...], day: bool
) -> None:
    files = stack_files((realdata / "viirs_iband_tiles" / folder).iterdir())
    assert files is not None
    scene = read_stack(files)
    assert scene.shape == (1200, 1400)
    assert scene.granule == folder
    assert scene.started_utc_s == started
    present = [band is not None for band in (scene.rho_red, scene.rho_nir, scene.rho_swir)]
    assert tuple(present) == bands
    assert scene.cloud_class is not None
    assert (scene.solar_zenith_deg < 85).all() == day
    assert 50.8 < scene.lat.min() < scene.lat.max() < 56.5
    assert 22.0 < scene.lon.min() < scene.lon.max() < 33.6


@pytest.mark.realdata
def test_the_hottest_real_pixel_is_the_fire_that_firms_confirms(realdata: Path) -> None:
    files = stack_files((realdata / "viirs_iband_tiles" / "A2023241.0936").iterdir())
    assert files is not None
    scene = read_stack(files)
    line, sample = np.unravel_index(np.nanargmax(scene.bt_mir_k), scene.shape)
    assert scene.lat[line, sample] == pytest.approx(52.732, abs=0.02)
    assert scene.lon[line, sample] == pytest.approx(31.780, abs=0.03)


@pytest.mark.realdata
def test_snow_under_a_low_sun_is_bright_once_divided_by_the_cosine(realdata: Path) -> None:
    files = stack_files((realdata / "viirs_iband_tiles" / "A2022020.0924").iterdir())
    assert files is not None
    scene = read_stack(files)
    # Undivided, half of this snow and cloud would be as dark as 0.19.
    assert 0.5 < np.nanmedian(scene.rho_red) < 1.0
