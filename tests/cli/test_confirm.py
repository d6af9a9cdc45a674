"""`firewatch confirm` and `firewatch burned`: evidence from local scenes."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
from PIL import Image

from firewatch.cli.main import run
from firewatch.simulate.highres import Sky, draw_scene, grid_around
from firewatch.simulate.highres_fires import BurntField, PlantedFire
from imagery.highres.geotiff import write_scene

FIRMS_HEADING = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,"
    "confidence,version,bright_ti5,frp,daynight"
)
LON, LAT = 108.32, 22.98
FIELD = BurntField(108.322, 22.981, 160, 120, 1.0)
FLAME = PlantedFire(108.331, 22.981, 60.0, 950.0, 200.0, 600.0, 15.0)
SEED = 7
CLEAR = Sky(cloud_share=0.0)


def scene(folder: Path, day: int, month: int = 11, year: int = 2020, **what: Any) -> None:
    moment = datetime(year, month, day, 3, 10, tzinfo=UTC)
    made = draw_scene(
        SEED, sensor="MSI", grid=grid_around(LON, LAT, "MSI", 150, 150),
        acquired_utc_s=int(moment.timestamp()), sky=CLEAR, **what,
    )  # fmt: skip
    write_scene(made.scene, folder / f"{moment:%Y%m%d}.tif")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a field that burned between 31 October and 10 November, and a flame on the 5th."""
    folder = tmp_path_factory.mktemp("scenes")
    scene(folder, 31, 10)
    scene(folder, 5, fires=(FLAME,))
    scene(folder, 10, burnt=(FIELD,))
    return folder


def fire(lon: float, lat: float, day: str = "2020-11-08", time: str = "0612") -> str:
    return f"{lat:.5f},{lon:.5f},335.0,0.4,0.4,{day},{time},N,VIIRS,n,2.0NRT,295.0,5.0,D"


FIRES = {
    "scar": (108.3215, 22.9815, "2020-11-08"),
    "flame": (108.3310, 22.9805, "2020-11-05"),
    "far": (109.9, 23.9, "2020-11-08"),
}
"""A fire on the field, one on the flame, and one far from any scene."""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    rows = [fire(*where) for where in FIRES.values()]
    (folder / "a.csv").write_text("\n".join([FIRMS_HEADING, *rows]) + "\n", encoding="utf-8")
    file = folder / "firewatch.db"
    assert run(["ingest", str(folder / "a.csv"), "--ledger", str(file)]) == 0
    return file


@pytest.fixture
def desk(firewatch: Any, ledger: Path) -> Any:
    """Return a working directory with a ledger of the fires."""
    shutil.copy(ledger, firewatch.folder / "firewatch.db")
    return firewatch


def event(name: str) -> str:
    lon, lat, day = FIRES[name]
    stamp = day.replace("-", "")
    return f"E_S-NPP_VIIRS_I_2.0NRT_{stamp}T0612_{lon * 1e5:.0f}_{lat * 1e5:.0f}"


def test_a_burned_field_is_found_told_drawn_and_kept(desk: Any, scenes: Path) -> None:
    name = event("scar")
    (found,) = desk.json("confirm", name, "--scenes", scenes, "--out", "chips")["events"]
    assert found["finding"] == "burn_scar"
    assert found["hectares"] == pytest.approx(FIELD.hectares, rel=0.25)
    assert "2020-11-05" in found["reason"] and "2020-11-10" in found["reason"]
    assert found["simulated"] and found["outline"]["type"] in ("Polygon", "MultiPolygon")
    with Image.open(desk.folder / found["chip"]) as chip:
        assert chip.size[0] == 1080 and chip.size[1] > 1080
    told = desk("explain", found["point_ids"][0])
    assert "burn_scar" in told and "公顷" in told
    desk("points", "--out", "after.csv")
    rows = pd.read_csv(desk.folder / "after.csv").set_index("event_id")
    assert rows.loc[name, "finding"] == "burn_scar"
    assert rows.loc[name, "finding_ha"] == pytest.approx(found["hectares"], abs=1e-3)
    assert rows.loc[name, "status"] == "suspected"


def test_a_flame_confirms_and_a_place_without_scenes_was_not_seen(desk: Any, scenes: Path) -> None:
    document = desk.json("confirm", "--season", "2020-21", "--scenes", scenes)
    by_event = {found["event_id"]: found for found in document["events"]}
    assert by_event[event("flame")]["finding"] == "confirmed_active"
    assert by_event[event("far")]["finding"] == "not_seen"
    assert by_event[event("scar")]["finding"] == "burn_scar"
    assert document["failed"] == []


def test_all_suspected_of_a_day_are_looked_into_in_one_go(desk: Any, scenes: Path) -> None:
    said = desk.said("confirm", "--day", "2020-11-08", "--scenes", scenes, "--lang", "en")
    assert "2 events" in said and "no status was changed" in said and "SIMULATED" in said
    assert len(list((desk.folder / "chips").glob("*.png"))) == 2
    assert "no suspected event" in desk.said(
        "confirm", "--day", "2020-12-24", "--scenes", scenes, "--lang", "en"
    )


def test_an_unknown_event_names_the_nearest(desk: Any, scenes: Path) -> None:
    name = event("scar")
    said = desk.said("confirm", name[:-1] + "9", "--scenes", scenes, code=2)
    assert name in said


def test_a_point_stands_for_its_event(desk: Any, scenes: Path) -> None:
    name = event("scar")
    (found,) = desk.json("confirm", name.removeprefix("E_"), "--scenes", scenes)["events"]
    assert found["event_id"] == name


def test_without_scenes_or_a_choice_it_says_what_to_give(desk: Any, scenes: Path) -> None:
    assert "--online" in desk.said("confirm", event("scar"), code=2)
    assert "--season" in desk.said("confirm", "--scenes", scenes, code=2)
    assert "nowhere" in desk.said("confirm", "E_1", "--scenes", "nowhere", code=2)


def test_one_failure_does_not_stop_the_others(desk: Any, scenes: Path) -> None:
    (desk.folder / "chips").mkdir()
    name = event("scar")
    (found,) = desk.json("confirm", name, "--scenes", scenes)["events"]
    chip = desk.folder / found["chip"]
    chip.unlink()
    # A folder in the way of one picture.
    (chip / "x").mkdir(parents=True)
    done = desk.run("confirm", "--season", "2020-21", "--scenes", scenes, "--json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert [one["event_id"] for one in document["failed"]] == [name]
    assert len(document["events"]) == 2


def test_burned_ground_of_a_county_stands_beside_its_count(desk: Any, scenes: Path) -> None:
    line = ("burned", "--county", "武鸣区", "--season", "2020-21", "--scenes", scenes,
            "--as-of", "2021-03-05")  # fmt: skip
    document = desk.json(*line)
    base, now = document["seasons"]
    desk("points", "--out", "points.csv")
    points = pd.read_csv(desk.folder / "points.csv")
    in_county = points.loc[points["county"] == "武鸣区", "event_id"]
    assert now["counted"] == len(set(in_county)) >= 1
    assert now["scenes"] == 3
    assert now["burned_ha"] == pytest.approx(FIELD.hectares, rel=0.25)
    assert now["seen_ha"] <= 150 * 150 * 0.04 + 1e-6 < now["area_ha"]
    # Nothing was seen of the season before: unknown, not 0.
    assert base["burned_ha"] is None and base["counted"] == 0
    assert document["change_pct"]["burned_ha"] is None
    assert any("不是 0" in note for note in document["notes"])
    assert "unknown, not 0" in desk(*line, "--lang", "en", "--out", "burned.xlsx")
    book = openpyxl.load_workbook(desk.folder / "burned.xlsx")
    assert book.sheetnames == ["seasons", "pairs", "notes"]
    layer = geopandas.read_file(desk.folder / "burned.gpkg")
    area_ha = layer.to_crs("EPSG:32649").area.sum() / 10_000
    assert area_ha == pytest.approx(now["burned_ha"], rel=2e-3)
    assert layer["hectares"].sum() == pytest.approx(now["burned_ha"], rel=1e-6)
    assert layer["simulated"].all()
    desk(*line, "--out", "burned.csv")
    rows = pd.read_csv(desk.folder / "burned.csv")
    assert len(rows) == len(document["pairs"]) + 2
    assert rows["note"].str.contains("SIMULATED").all()


def test_seasons_with_scenes_are_compared_year_on_year(desk: Any, scenes: Path) -> None:
    both = desk.folder / "both"
    both.mkdir()
    for path in scenes.glob("*.tif"):
        (both / path.name).write_bytes(path.read_bytes())
    scene(both, 31, 10, 2019)
    scene(both, 10, 11, 2019, burnt=(FIELD, BurntField(108.316, 22.978, 160, 120, 1.0)))
    document = desk.json(
        "burned", "--county", "武鸣区", "--season", "2020-21", "--scenes", both, "--as-of",
        "2021-03-05",
    )  # fmt: skip
    base, now = (row["burned_ha"] for row in document["seasons"])
    assert base > 1.2 * now
    assert document["change_pct"]["burned_ha"] == pytest.approx((now - base) / base * 100, abs=0.1)


def test_burned_cropland_needs_a_map_of_it(desk: Any, scenes: Path) -> None:
    classes = np.full((80, 80), 40, np.uint8)
    classes[:, 32:] = 10
    corner = rasterio.transform.from_origin(108.0, 23.2, 0.01, 0.01)
    with rasterio.open(
        desk.folder / "cover.tif", "w", driver="GTiff", width=80, height=80, count=1,
        dtype="uint8", crs="EPSG:4326", transform=corner,
    ) as raster:  # fmt: skip
        raster.write(classes, 1)
    desk.text("firewatch.toml", "[coverage]", 'cropland = "cover.tif"')
    _, now = desk.json(
        "burned", "--county", "武鸣区", "--season", "2020-21", "--scenes", scenes, "--as-of",
        "2021-03-05",
    )["seasons"]  # fmt: skip
    assert 0 < now["seen_cropland_ha"] < 0.7 * now["seen_ha"]
    assert now["burned_cropland_ha"] <= now["burned_ha"]
