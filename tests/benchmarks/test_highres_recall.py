"""Fires found by size and heat, and false ones by class of ground, in simulated 20-30 m scenes.

Many scenes with ``FIREWATCH_BENCHMARK=full`` (some minutes), else one a sensor. Ground, sky and
fires are simulated: solar panels are black to 1.1 µm and bright beyond, some roofs mirror the
sun, clouds stand elsewhere in each band, water glitters.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from firewatch.simulate.highres import BurntField, SimulatedScene, Sky, draw_scene, grid_around
from firewatch.simulate.highres_score import (
    false_alarms,
    fires_on_fields,
    found_fires,
    recall_by_size,
    with_rate,
    without,
)
from imagery.fire20m.detect import ALGORITHMS, HighresFires, detect_fires
from imagery.highres.grid import Grid
from imagery.highres.scene import SensorName

pytestmark = pytest.mark.benchmark
FULL = os.environ.get("FIREWATCH_BENCHMARK") == "full"
SIZES_M2 = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0, 1024.0)
# Temperature, and how much of the blue light the smoke keeps back.
EVERY_FLAME = ((700.0, 0.0), (900.0, 0.0), (1100.0, 0.0), (900.0, 0.7))
FLAMES = EVERY_FLAME if FULL else EVERY_FLAME[1:2]
# 11:10 in Beijing on days of the campaign: the sun stands 47°, 40° and 46° high.
DAYS = (1_604_545_800, 1_609_211_400, 1_613_445_000) if FULL else (1_604_545_800,)
SEEDS = 6 if FULL else 1
SIDE = 450 if FULL else 240
SENSORS: tuple[SensorName, ...] = ("OLI", "MSI")
RETURN_S, LOOKS = 16 * 86_400, 6
SKY, WORKED = Sky(cloud_share=0.15, glint=0.3), 0.2
# Water, fields, forest, towns and clouds: where nothing looks like fire.
PLAIN = (
    "STUBBLE", "CANE", "FOREST", "TOWN", "RED_SOIL", "WATER", "BURNT", "CLOUD", "PLOUGHED",
    "FLOODED",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Looked:
    """A scene and what the detectors made of it."""

    made: SimulatedScene
    fires: HighresFires

    def masks(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the mask of each algorithm, of all together, and of those behind the guard."""
        for bit, name in enumerate(ALGORITHMS[self.made.scene.sensor]):
            yield name, (self.fires.votes >> bit) & 1 == 1
        yield "together", self.fires.fire
        clusters = self.fires.clusters
        static = clusters.loc[clusters["cause_mark"] != "", "geometry"].to_numpy()
        yield "guarded", without(self.fires.fire, static, self.made.scene.grid)


def burning(sensor: SensorName, flame_k: float, smoke: float) -> Iterator[Looked]:
    """Yield scenes full of lone fires."""
    for seed, day_s, grid in grounds(sensor):
        fires = fires_on_fields(
            seed, grid, SIZES_M2, SIDE, flame_k=flame_k, embers=2.0, smoke=smoke
        )
        made = draw_scene(
            seed,
            sensor=sensor,
            grid=grid,
            acquired_utc_s=day_s,
            fires=fires,
            sky=SKY,
            worked=WORKED,
        )
        yield Looked(made, detect_fires(made.scene))


def quiet(sensor: SensorName) -> Iterator[Looked]:
    """Yield scenes without fire, with burnt fields, and looks before them for the guard."""
    for seed, day_s, grid in grounds(sensor):
        lon, lat = grid.lon_lat([SIDE / 4, SIDE / 2, SIDE * 0.8], [SIDE / 2, SIDE * 0.8, SIDE / 3])
        made = draw_scene(
            seed, sensor=sensor, grid=grid, acquired_utc_s=day_s, sky=SKY, worked=WORKED,
            burnt=[BurntField(x, y, 400, 300) for x, y in zip(lon, lat, strict=True)],
        )  # fmt: skip
        before = [
            draw_scene(seed, sensor=sensor, grid=grid, acquired_utc_s=day_s - k * RETURN_S, sky=SKY)
            for k in range(1, LOOKS + 1)
        ]
        yield Looked(made, detect_fires(made.scene, earlier=[one.scene for one in before]))


def grounds(sensor: SensorName) -> Iterator[tuple[int, int, Grid]]:
    for number in range(SEEDS):
        grid = grid_around(106.6 + 0.7 * number, 22.9, sensor, SIDE, SIDE)
        yield 100 + number, DAYS[number % len(DAYS)], grid


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize(("flame_k", "smoke"), FLAMES)
def test_fires_found_by_size(sensor: SensorName, flame_k: float, smoke: float) -> None:
    rows: dict[str, list[pd.DataFrame]] = {}
    for one in burning(sensor, flame_k, smoke):
        for name, mask in one.masks():
            rows.setdefault(name, []).append(found_fires(one.made, mask))
    tables = {name: pd.concat(parts) for name, parts in rows.items()}
    shown = recall_by_size(tables["together"])[["fires"]]
    shown["rho_swir2"] = tables["together"].groupby("flaming_m2")["rho_swir2"].median()
    for name, table in tables.items():
        if name != "guarded":
            shown[name] = recall_by_size(table)["recall"]
    print(f"\n{sensor}, flames of {flame_k:.0f} K, smoke {smoke}\n{shown.round(2).to_string()}")
    bright = shown[shown["rho_swir2"] > 1.0]
    assert len(bright)
    assert (bright["together"] >= 0.95).all()


@pytest.mark.parametrize("sensor", SENSORS)
def test_false_fires_by_class_of_ground(sensor: SensorName) -> None:
    tables: dict[str, pd.DataFrame] = {}
    for one in quiet(sensor):
        for name, mask in one.masks():
            found = false_alarms(one.made, mask).drop(columns="per_million")
            tables[name] = tables[name] + found if name in tables else found
    shown = pd.DataFrame({"clear": tables["together"]["clear"]})
    for name, table in tables.items():
        shown[name] = table["false"]
    for name in ("together", "guarded"):
        shown[f"{name}_clusters"] = tables[name]["clusters"]
        shown[f"{name}_per_million"] = with_rate(tables[name])["per_million"].round(1)
    print(f"\n{sensor}, false pixels\n{shown.to_string()}")
    plain = tables["together"].loc[list(PLAIN)]
    assert plain["clear"].sum() > 0
    assert plain["false"].sum() <= 1e-5 * plain["clear"].sum()
    assert tables["guarded"]["false"].sum() <= tables["together"]["false"].sum()
