"""Landsat and SAFE folders come back as what was written into them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from firewatch.simulate.highres import Sky, draw_scene, grid_around
from firewatch.simulate.highres_files import write_landsat, write_safe, write_stack
from imagery.highres.find import highres_among
from imagery.highres.read import read_highres
from imagery.highres.scene import Ground, HighresScene, SensorName
from imagery.reading import OutsideRegionError

NOVEMBER = 1_604_545_800
PLACE = (108.4, 22.9)
CLOUDY = Sky(cloud_share=0.3)


def _drawn(sensor: SensorName, edition: str | None = None) -> HighresScene:
    grid = grid_around(*PLACE, sensor, 90, 90)
    more = {} if edition is None else {"edition": edition}
    return draw_scene(
        5, sensor=sensor, grid=grid, fires=(), burnt=(), acquired_utc_s=NOVEMBER, sky=CLOUDY,
        **more,  # type: ignore[arg-type]
    ).scene  # fmt: skip


@pytest.fixture(scope="module")
def oli() -> HighresScene:
    return _drawn("OLI")


@pytest.fixture(scope="module")
def msi() -> HighresScene:
    return _drawn("MSI")


@pytest.fixture(scope="module")
def landsat(oli: HighresScene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_landsat(oli, tmp_path_factory.mktemp("landsat"))


@pytest.fixture(scope="module")
def safe(msi: HighresScene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_safe(msi, tmp_path_factory.mktemp("safe"))


def _read(path: Path, region: Extent | None = None) -> HighresScene:
    among = highres_among([path])
    assert not among.faults, [str(fault) for fault in among.faults.values()]
    assert len(among.found) == 1
    return read_highres(among.found[0], region)


def _fault(path: Path) -> str:
    """Return what is said of a folder that holds no readable scene, found or read."""
    among = highres_among([path])
    if among.faults:
        return "\n".join(str(fault) for fault in among.faults.values())
    with pytest.raises(UnreadableFileError) as caught:
        read_highres(among.found[0])
    return str(caught.value)


def _same(found: HighresScene, made: HighresScene) -> None:
    assert (found.platform, found.sensor, found.simulated) == (made.platform, made.sensor, True)
    assert found.grid.crs == made.grid.crs and found.grid.shape == made.grid.shape
    np.testing.assert_allclose(found.grid.transform, made.grid.transform)
    assert found.acquired_utc_s == made.acquired_utc_s
    assert found.sun_elevation_deg == pytest.approx(made.sun_elevation_deg, abs=1e-4)
    for role, stored in found.numbers.items():
        np.testing.assert_array_equal(stored, made.numbers[role], err_msg=role)
        one, other = found.calibration[role], made.calibration[role]
        assert one.mult == pytest.approx(other.mult) and one.add == pytest.approx(other.add)


@pytest.mark.parametrize("edition", ["02", "01"])
def test_a_landsat_folder_of_either_collection(tmp_path: Path, edition: str) -> None:
    made = _drawn("OLI", edition)
    found = _read(write_landsat(made, tmp_path))
    _same(found, made)
    # Collection 1 tells no water.
    told = made.ground != Ground.WATER if edition == "01" else np.ones(made.grid.shape, bool)
    np.testing.assert_array_equal(found.ground[told], made.ground[told])


@pytest.mark.parametrize("suffix", ["txt", "json", "xml"])
def test_any_one_of_the_metadata_files_is_enough(
    landsat: Path, oli: HighresScene, tmp_path: Path, suffix: str
) -> None:
    folder = shutil.copytree(landsat, tmp_path / landsat.name)
    for path in folder.glob("*_MTL.*"):
        if path.suffix != f".{suffix}":
            path.unlink()
    _same(_read(folder), oli)


def test_a_stack_takes_calibration_and_quality_from_what_it_holds(
    oli: HighresScene, tmp_path: Path
) -> None:
    found = _read(write_stack(oli, tmp_path / "stack.tif"))
    _same(found, oli)
    np.testing.assert_array_equal(found.ground, oli.ground)


@pytest.mark.parametrize("edition", ["0500", "0209"])
def test_a_safe_folder_of_either_baseline(tmp_path: Path, edition: str) -> None:
    made = _drawn("MSI", edition)
    found = _read(write_safe(made, tmp_path))
    fine = {role: found.numbers[role] for role in ("nir", "swir1", "swir2")}
    _same(replace(found, numbers=fine), made)
    # Pixels of 10 m repeat those of 20 m in this product, so that their mean is the same number.
    for role in ("blue", "green", "red"):
        np.testing.assert_array_equal(found.numbers[role], made.numbers[role])


def test_cloud_of_the_mask_is_cloud_wherever_it_was(safe: Path, msi: HighresScene) -> None:
    found = _read(safe)
    cloudy = msi.ground == Ground.CLOUD
    assert cloudy.sum() > 100
    assert np.isin(found.ground[cloudy], (Ground.CLOUD, Ground.NO_DATA)).all()
    # The mask has pixels of 60 m: a cloud's rim is cloud too, nothing farther is.
    rim = np.zeros_like(cloudy)
    for line in range(-2, 3):
        for column in range(-2, 3):
            rim |= np.roll(cloudy, (line, column), axis=(0, 1))
    assert not (found.ground == Ground.CLOUD)[~rim].any()


def test_pixels_of_10_m_are_averaged_to_20_m(safe: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(safe, tmp_path / safe.name)
    (path,) = folder.glob("GRANULE/*/IMG_DATA/*_B04.jp2")
    rng = np.random.default_rng(3)
    with rasterio.open(path) as image:
        profile, shape = image.profile, image.shape
    stored = rng.integers(1000, 9000, shape).astype(np.uint16)
    with rasterio.open(path, "w", **profile, QUALITY="100", REVERSIBLE="YES") as image:
        image.write(stored, 1)
    lines, columns = shape[0] // 2, shape[1] // 2
    expected = stored.reshape(lines, 2, columns, 2).mean(axis=(1, 3))
    found = _read(folder).numbers["red"]
    assert np.abs(found - expected).max() <= 0.5
    lon, lat = PLACE
    part = _read(folder, Extent(lon - 0.004, lat - 0.004, lon + 0.004, lat + 0.004))
    line, column = (round(float(at)) for at in _read(folder).grid.position(
        *part.grid.lon_lat(0.0, 0.0)))  # fmt: skip
    rows, cols = part.grid.shape
    np.testing.assert_array_equal(
        part.numbers["red"], found[line : line + rows, column : column + cols]
    )


@pytest.mark.parametrize("kind", ["landsat", "safe"])
def test_a_window_has_the_pixels_of_the_whole_scene(
    kind: str, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(kind)
    whole = _read(path)
    lon, lat = PLACE
    part = _read(path, Extent(lon - 0.004, lat - 0.003, lon + 0.005, lat + 0.006))
    line, column = (round(float(at)) for at in whole.grid.position(*part.grid.lon_lat(0.0, 0.0)))
    window = (slice(line, line + part.grid.lines), slice(column, column + part.grid.columns))
    assert 20 < part.grid.lines < 90
    for role, stored in part.numbers.items():
        np.testing.assert_array_equal(stored, whole.numbers[role][window], err_msg=role)
    np.testing.assert_array_equal(part.ground, whole.ground[window])


@pytest.mark.parametrize("kind", ["landsat", "safe"])
def test_a_scene_elsewhere_is_not_seen(kind: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(OutsideRegionError):
        _read(request.getfixturevalue(kind), Extent(120.0, 30.0, 121.0, 31.0))


@pytest.mark.parametrize("inside", [False, True])
def test_a_safe_folder_is_found_by_any_file_of_it(safe: Path, inside: bool) -> None:
    given = next(safe.glob("GRANULE/*/IMG_DATA/*_B12.jp2")) if inside else safe.parent
    assert [files.kind for files in highres_among([given]).found] == ["safe"]


@pytest.mark.parametrize(
    ("pattern", "named"),
    [("*_B7.TIF", "_B7.TIF"), ("*_MTL.*", "_MTL.txt")],
    ids=["band", "metadata"],
)
def test_a_missing_file_of_a_landsat_folder_is_named(
    landsat: Path, tmp_path: Path, pattern: str, named: str
) -> None:
    folder = shutil.copytree(landsat, tmp_path / landsat.name)
    for path in folder.glob(pattern):
        path.unlink()
    assert named in _fault(folder)


def test_a_missing_band_of_a_safe_folder_is_named(safe: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(safe, tmp_path / safe.name)
    next(folder.glob("GRANULE/*/IMG_DATA/*_B12.jp2")).unlink()
    assert "B12" in _fault(folder)


def test_the_metadata_of_another_scene_are_not_believed(landsat: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(landsat, tmp_path / landsat.name)
    for path in folder.glob("*_MTL.*"):
        text = path.read_text().replace("125044", "126044")
        path.write_text(text)
    assert "126044" in _fault(folder)


def test_bands_of_another_collection_are_told(landsat: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(landsat, tmp_path / landsat.name)
    for path in folder.glob("*_B*.TIF"):
        path.rename(path.with_name(path.name.replace("_02_T1", "_01_T1")))
    said = _fault(folder)
    assert "_01_T1" in said and "_02_T1" in said


def test_surface_reflectance_is_refused_with_what_to_fetch(landsat: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(landsat, tmp_path / landsat.name)
    for path in folder.glob("*_MTL.*"):
        path.write_text(path.read_text().replace("L1TP", "L2SP"))
    said = _fault(folder)
    assert "L2SP" in said and "Level-1" in said


def test_bands_on_two_grids_are_refused(landsat: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(landsat, tmp_path / landsat.name)
    path = next(folder.glob("*_B5.TIF"))
    with rasterio.open(path) as image:
        profile, stored = image.profile, image.read()
    with rasterio.open(path, "w", **(profile | {"height": profile["height"] - 1})) as image:
        image.write(stored[:, :-1])
    assert "_B5.TIF" in _fault(folder)


@pytest.mark.parametrize("kept", [0, 100, 3000])
def test_a_cut_band_is_named(landsat: Path, safe: Path, tmp_path: Path, kept: int) -> None:
    for source, pattern in ((landsat, "*_B7.TIF"), (safe, "GRANULE/*/IMG_DATA/*_B12.jp2")):
        folder = shutil.copytree(source, tmp_path / source.name)
        path = next(folder.glob(pattern))
        path.write_bytes(path.read_bytes()[:kept])
        assert path.name in _fault(folder)


def test_a_scene_without_a_pixel_is_said_to_be_empty(landsat: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(landsat, tmp_path / landsat.name)
    path = next(folder.glob("*_B7.TIF"))
    with rasterio.open(path, "r+") as image:
        image.write(np.zeros((1, *image.shape), dtype=np.uint16))
    assert "数据" in _fault(folder)


def test_an_archive_is_to_be_unpacked_first(tmp_path: Path) -> None:
    path = tmp_path / "LC08_L1TP_125044_20201105_20201112_02_T1.tar"
    path.write_bytes(b"anything")
    assert "tar" in _fault(path)


def test_level_2a_is_refused_with_what_to_fetch(safe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "S2A_MSIL2A.SAFE"
    folder.mkdir()
    (folder / "MTD_MSIL2A.xml").write_text("<a/>")
    assert "Level-1C" in _fault(folder)
