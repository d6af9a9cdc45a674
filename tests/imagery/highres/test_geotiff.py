"""Scenes kept in one GeoTIFF, by firewatch or by users."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from firewatch.core.errors import NotWrittenError, UnreadableFileError
from firewatch.core.geo import Extent
from imagery.highres.find import highres_among
from imagery.highres.geotiff import write_scene
from imagery.highres.grid import Grid
from imagery.highres.read import read_highres
from imagery.highres.scene import Calibration, Ground, HighresScene, Role
from imagery.reading import OutsideRegionError

GRID = Grid("EPSG:32648", (20.0, 0.0, 700_000.0, 0.0, -20.0, 2_520_000.0), 60, 50)
ROLES: tuple[Role, ...] = ("blue", "green", "red", "nir", "swir1", "swir2")


def _scene(seed: int = 1) -> HighresScene:
    rng = np.random.default_rng(seed)
    numbers = {role: rng.integers(1, 65_536, GRID.shape).astype(np.uint16) for role in ROLES}
    ground = rng.integers(0, 6, GRID.shape).astype(np.uint8)
    calibration = dict.fromkeys(ROLES, Calibration(1e-4, -0.1, saturated=65_535))
    return HighresScene(
        "S2A_MSIL1C_x", "Sentinel-2A", "MSI", 1_612_345_678, GRID, numbers, calibration, ground,
        41.25, True, simulated=True,
    )  # fmt: skip


def _the_scene(path: Path, region: Extent | None = None) -> HighresScene:
    among = highres_among([path])
    assert not among.faults
    return read_highres(among.found[0], region)


def test_a_kept_scene_comes_back_whole(tmp_path: Path) -> None:
    scene = _scene()
    write_scene(scene, tmp_path / "scene.tif")
    found = _the_scene(tmp_path / "scene.tif")
    for name in ("scene_id", "platform", "sensor", "acquired_utc_s", "grid", "calibration",
                 "sun_elevation_deg", "sun_corrected", "simulated"):  # fmt: skip
        assert getattr(found, name) == getattr(scene, name)
    np.testing.assert_array_equal(found.ground, scene.ground)
    for role in ROLES:
        np.testing.assert_array_equal(found.numbers[role], scene.numbers[role])


def test_a_window_has_the_pixels_of_the_whole_scene(tmp_path: Path) -> None:
    scene = _scene()
    write_scene(scene, tmp_path / "scene.tif")
    lon, lat = GRID.lon_lat([20.0, 40.0], [10.0, 30.0])
    region = Extent(lon.min(), lat.min(), lon.max(), lat.max())
    part = _the_scene(tmp_path / "scene.tif", region)
    line, column = (round(float(at)) for at in GRID.position(*part.grid.lon_lat(0.0, 0.0)))
    rows, columns = part.grid.shape
    expected = scene.numbers["swir2"][line : line + rows, column : column + columns]
    np.testing.assert_array_equal(part.numbers["swir2"], expected)
    extent = part.grid.extent()
    assert extent.west <= region.west and extent.north >= region.north
    assert rows <= 24 and columns <= 24


def test_a_region_elsewhere_is_not_seen(tmp_path: Path) -> None:
    write_scene(_scene(), tmp_path / "scene.tif")
    with pytest.raises(OutsideRegionError, match=r"scene\.tif"):
        _the_scene(tmp_path / "scene.tif", Extent(120.0, 30.0, 121.0, 31.0))


def test_a_scene_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((NotWrittenError, OSError), match="file"):
        write_scene(_scene(), tmp_path / "file" / "scene.tif")


def _stack(path: Path, bands: int, names: tuple[str, ...] = (), **tags: str) -> np.ndarray:
    rng = np.random.default_rng(2)
    values = rng.integers(5000, 30_000, (bands, 30, 40)).astype(np.uint16)
    profile = {"driver": "GTiff", "dtype": "uint16", "count": bands, "height": 30, "width": 40,
               "crs": "EPSG:32648", "transform": Affine(30, 0, 7e5, 0, -30, 2.5e6)}  # fmt: skip
    with rasterio.open(path, "w", **profile) as image:
        image.write(values)
        for number, name in enumerate(names, 1):
            image.set_band_description(number, name)
        image.update_tags(**tags)
    return values


@pytest.mark.parametrize(
    ("bands", "swir2_at"), [(7, 6), (10, 6), (11, 6)], ids=["reflective", "without pan", "all"]
)
def test_a_stack_of_landsat_is_told_by_its_number_of_bands(
    tmp_path: Path, bands: int, swir2_at: int
) -> None:
    path = tmp_path / "LC08_L1TP_125044_20210204_20210304_02_T1.tif"
    values = _stack(path, bands)
    scene = _the_scene(path)
    np.testing.assert_array_equal(scene.numbers["swir2"], values[swir2_at])
    expected = 2.0e-5 * values[swir2_at].astype(float) - 0.1
    np.testing.assert_allclose(scene.reflectance("swir2", sun_correct=False), expected, atol=1e-6)
    day = datetime.fromtimestamp(scene.acquired_utc_s, tz=UTC)
    assert (day.date().isoformat(), day.hour) == ("2021-02-04", 3)
    assert 35 < scene.sun_elevation_deg < 55


def test_a_stack_with_named_bands_may_have_any_order(tmp_path: Path) -> None:
    path = tmp_path / "mine.tif"
    names = ("B7", "B5", "B6", "B4", "B3", "B2", "B1")
    values = _stack(path, 7, names, TIFFTAG_DATETIME="2021:02:04 03:14:00")
    scene = _the_scene(path)
    np.testing.assert_array_equal(scene.numbers["swir2"], values[0])
    np.testing.assert_array_equal(scene.numbers["coastal"], values[6])
    assert scene.acquired_utc_s == datetime(2021, 2, 4, 3, 14, tzinfo=UTC).timestamp()


def test_a_stack_without_a_time_says_how_to_give_one(tmp_path: Path) -> None:
    _stack(tmp_path / "mine.tif", 7)
    among = highres_among([tmp_path])
    assert not among.found
    (fault,) = among.faults.values()
    assert isinstance(fault, UnreadableFileError) and "TIFFTAG_DATETIME" in str(fault)


def test_another_tiff_is_no_scene(tmp_path: Path) -> None:
    _stack(tmp_path / "mine.tif", 3)
    among = highres_among([tmp_path])
    assert (among.found, dict(among.faults)) == ((), {})
    assert among.others == (tmp_path / "mine.tif",)


def test_a_cut_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "scene.tif"
    write_scene(_scene(), path)
    path.write_bytes(path.read_bytes()[:6000])
    among = highres_among([path])
    if among.faults:
        assert path in among.faults
    else:
        with pytest.raises(UnreadableFileError, match=r"scene\.tif"):
            read_highres(among.found[0])


def test_saturated_pixels_keep_a_reflectance_and_fill_has_none() -> None:
    scene = _scene()
    scene.numbers["swir2"][0, :2] = (65_535, 0)
    rho = scene.reflectance("swir2")
    assert rho[0, 0] == pytest.approx(6.4535) and np.isnan(rho[0, 1])
    assert scene.saturated("swir2")[0, 0] and scene.ground.dtype == np.uint8
    assert scene.has_data.sum() == (scene.ground != Ground.NO_DATA).sum()
