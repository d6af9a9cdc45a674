"""High-resolution scenes among what is taken in: left out scene by scene, and no fault."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from firewatch.cli.main import app
from firewatch.simulate.highres import draw_scene, grid_around
from firewatch.simulate.highres_files import write_landsat, write_safe
from imagery.highres.apart import scenes_apart
from imagery.highres.geotiff import write_scene
from imagery.highres.scene import HighresScene, SensorName
from imagery.open import expand
from imagery.sources import sources

NOVEMBER = 1_604_545_800
PLACE = (108.4, 22.9)


def _drawn(sensor: SensorName) -> HighresScene:
    grid = grid_around(*PLACE, sensor, 60, 60)
    return draw_scene(
        5, sensor=sensor, grid=grid, fires=(), burnt=(), acquired_utc_s=NOVEMBER
    ).scene


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of three scenes: as a Landsat folder, a SAFE folder and one GeoTIFF."""
    folder = tmp_path_factory.mktemp("scenes")
    oli = _drawn("OLI")
    landsat = write_landsat(oli, folder)
    safe = write_safe(_drawn("MSI"), folder)
    write_scene(oli, folder / "field.tif")
    (landsat / f"{landsat.name}_ANG.txt").write_text("angles")
    (landsat / f"{landsat.name}_QA_RADSAT.TIF").write_bytes(b"a mask")
    (safe / "preview.html").write_text("<html>")
    (folder / f"{landsat.name}_truth.csv").write_text("fire,lon,lat\n")
    return folder


@pytest.fixture
def scenes(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "in"))


def test_a_scene_is_one_source_that_is_left_out(scenes: Path) -> None:
    files = expand([scenes])
    found = sources(files)
    assert len(found) == 3
    assert all(source.remark and source.fault is None for source in found)
    assert sorted(path for source in found for path in source.paths) == files


def test_points_go_in_beside_scenes(office: Any, scenes: Path, line: Callable[..., str]) -> None:
    points = office.file("points.csv", [line(108.4, 22.9)])
    # A list of fires may be called after the scene they were found in.
    landsat = next(path.parent for path in scenes.glob("*/*_MTL.txt"))
    named = points.rename(landsat / f"{landsat.name}_fires.csv")
    outcome = office.take_in(scenes)
    assert not outcome.failed
    assert [file.path for file in outcome.files if file.file_id] == [named]
    assert len(office.current()) == 1


@pytest.mark.parametrize(
    "broken", ["*_MTL.*", "**/MTD_MSIL1C.xml", "**/MTD_TL.xml", "*.SAFE/**/*_B02.jp2"]
)
def test_a_scene_that_is_not_whole_is_still_a_scene(scenes: Path, broken: str) -> None:
    gone = list(scenes.glob(f"*/{broken}") if broken.startswith("*_") else scenes.glob(broken))
    assert gone
    for path in gone:
        path.unlink()
    found = sources(expand([scenes]))
    assert len(found) == 3 and all(source.remark for source in found)


def test_a_band_alone_is_its_scene(scenes: Path) -> None:
    band = next(scenes.glob("*/*_B4.TIF"))
    [source] = sources([band])
    assert source.remark and source.name == band.stem.removesuffix("_B4")


def test_a_damaged_image_of_no_scene_is_a_fault(office: Any) -> None:
    image = office.folder / "photo.tif"
    image.write_bytes(b"II*\0no image")
    [file] = office.take_in(image).files
    assert file.error


def test_nothing_is_opened_where_no_name_is_a_scenes(tmp_path: Path) -> None:
    absent = [tmp_path / name for name in ("a.csv", "b.xlsx", "VNP14IMG.A2020312.0605.nc", "c.xml")]
    assert scenes_apart(absent) == []


def test_ingest_says_it_once_a_scene_and_ends_well(scenes: Path, tmp_path: Path) -> None:
    runner = CliRunner(env={"FIREWATCH_LEDGER": str(tmp_path / "a.db")})
    done = runner.invoke(app, ["ingest", str(scenes)])
    assert (done.exit_code, done.stdout.count("：未读入")) == (0, 3), done.output
