"""`firewatch detect` of Landsat and Sentinel-2 scenes: from official layouts to fires."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest

from firewatch.core.geo import distance_km
from firewatch.simulate.highres import CLEAR, PlantedFire, draw_scene, grid_around
from firewatch.simulate.highres_files import write_landsat, write_safe

NOVEMBER = 1_604_545_800
DAY = 86_400
PLACE = (108.4, 22.9)
FIRES = tuple(
    PlantedFire(PLACE[0] + dx, PLACE[1] + dy, flaming_m2=90.0)
    for dx, dy in ((-0.006, 0.004), (0.005, 0.003), (0.001, -0.006))
)
WRITERS = {"OLI": write_landsat, "MSI": write_safe}
WIDEST_PIXEL_KM = {"OLI": 0.030, "MSI": 0.020}


def _write(folder: Path, sensor: str, days: int = 0, fires: tuple[PlantedFire, ...] = ()) -> Path:
    grid = grid_around(*PLACE, sensor, 120, 120)  # type: ignore[arg-type]
    made = draw_scene(
        7, sensor=sensor, grid=grid, fires=fires, burnt=(), sky=CLEAR,  # type: ignore[arg-type]
        acquired_utc_s=NOVEMBER + days * DAY,
    )  # fmt: skip
    return WRITERS[sensor](made.scene, folder)


@pytest.fixture(scope="module", params=["OLI", "MSI"])
def burning(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    sensor = request.param
    return sensor, _write(tmp_path_factory.mktemp(sensor), sensor, fires=FIRES)


def test_planted_fires_are_found_within_a_pixel(burning: Any, firewatch: Any) -> None:
    sensor, folder = burning
    out = firewatch.folder / "fires.csv"
    firewatch("detect", folder, "--out", out)
    found = pd.read_csv(out)
    assert (found["simulated"] == "SIMULATED").all()
    for fire in FIRES:
        apart = distance_km(found["lon"], found["lat"], fire.lon, fire.lat)
        assert apart.min() <= WIDEST_PIXEL_KM[sensor] * 2**0.5


def test_fires_are_polygons_that_hold_their_centre_in_every_format(
    burning: Any, firewatch: Any
) -> None:
    _, folder = burning
    for suffix in ("geojson", "gpkg"):
        out = firewatch.folder / f"fires.{suffix}"
        firewatch("detect", folder, "--out", out)
        layer = geopandas.read_file(out)
        assert len(layer) and set(layer.geom_type) == {"MultiPolygon"}
        metres = layer.to_crs(layer.estimate_utm_crs())
        assert (abs(metres.area - layer["area_m2"]) < 0.01 * layer["area_m2"]).all()


def test_json_tells_scenes_and_their_fires(burning: Any, firewatch: Any) -> None:
    _, folder = burning
    said = json.loads(firewatch("detect", folder, "--json"))
    (scene,) = said["scenes"]
    assert scene["fires"] == len(said["features"]) and scene["simulated"]
    assert said["failures"] == said["outside"] == []


def test_what_was_bright_in_earlier_scenes_is_marked(tmp_path: Path, firewatch: Any) -> None:
    # A fire that burns on all days is none: a works, a roof.
    for days in (-40, -30, -20, -10):
        _write(tmp_path, "OLI", days, FIRES[:1])
    _write(tmp_path, "OLI", 0, FIRES)
    out = firewatch.folder / "fires.csv"
    firewatch("detect", tmp_path, "--out", out)
    found = pd.read_csv(out, keep_default_na=False)
    today = found[found["acquired_utc"].str.startswith("2020-11-05")]
    for fire, mark in zip(FIRES, ("static_bright", "", ""), strict=True):
        apart = distance_km(today["lon"], today["lat"], fire.lon, fire.lat)
        assert today["cause_mark"].iloc[int(apart.argmin())] == mark
    first = found[found["acquired_utc"].str.startswith("2020-09-26")]
    assert (first["cause_mark"] == "").all()


def test_a_faulty_scene_does_not_stop_the_others(
    burning: Any, tmp_path: Path, firewatch: Any
) -> None:
    sensor, folder = burning
    shutil.copytree(folder, tmp_path / folder.name)
    broken = _write(tmp_path, sensor, 5)
    pattern = "*_B7.TIF" if sensor == "OLI" else "GRANULE/*/IMG_DATA/*_B12.jp2"
    next(broken.glob(pattern)).unlink()
    said = json.loads(firewatch("detect", tmp_path, "--json", code=1))
    assert len(said["scenes"]) == 1 and len(said["failures"]) == 1
    assert said["failures"][0]["remedy"]


def test_a_scene_elsewhere_is_not_said_to_be_without_fire(tmp_path: Path, firewatch: Any) -> None:
    grid = grid_around(121.0, 30.0, "OLI", 60, 60)
    made = draw_scene(
        7, sensor="OLI", grid=grid, fires=(), burnt=(), sky=CLEAR, acquired_utc_s=NOVEMBER
    )
    write_landsat(made.scene, tmp_path)
    said = json.loads(firewatch("detect", tmp_path, "--region", "--json", code=1))
    assert said["fires"] is None and len(said["outside"]) == 1
