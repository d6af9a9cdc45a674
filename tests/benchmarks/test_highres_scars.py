"""Burnt fields found between two simulated scenes, and what else is called burned.

Between the scenes fields are harvested, ploughed and flooded; clouds and their shadows lie over
both. Many pairs with ``FIREWATCH_BENCHMARK=full``, else one a sensor.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from firewatch.simulate.highres import BurntField, Sky, draw_scene, grid_around
from firewatch.simulate.highres_score import false_scars, fires_on_fields, found_scars
from imagery.highres.grid import Grid
from imagery.highres.scene import SensorName
from imagery.scar.burned import has_burned
from imagery.scar.look import look_at
from imagery.scar.parameters import scar_parameters

pytestmark = pytest.mark.benchmark
FULL = os.environ.get("FIREWATCH_BENCHMARK") == "full"
NOVEMBER, DAY_S = 1_604_545_800, 86_400
APART_DAYS = (16, 48, 80)
SEEDS = 9 if FULL else 1
SIDE = 450 if FULL else 240
WORKED = 0.2
SIDES_M = (40.0, 60.0, 90.0, 130.0, 200.0)
SEVERITIES = (1.0, 0.7, 0.5, 0.3)


@pytest.mark.parametrize("sensor", ["OLI", "MSI"])
def test_burnt_fields_found_by_size_and_by_share_of_char(sensor: SensorName) -> None:
    fields_found, others = [], []
    for seed in range(SEEDS):
        grid = grid_around(106.6 + 0.7 * (seed % 7), 22.9, sensor, SIDE, SIDE)
        spots = fires_on_fields(seed, grid, (1.0,), SIDE // 3)
        fields = [
            BurntField(spot.lon, spot.lat, side, side, SEVERITIES[i // 5 % 4])
            for i, (spot, side) in enumerate(zip(spots, SIDES_M * len(spots), strict=False))
        ]
        apart_s = APART_DAYS[seed % 3] * DAY_S
        sky = Sky(cloud_share=0.1, glint=0.2)
        before = draw_scene(
            seed, sensor=sensor, grid=grid, acquired_utc_s=NOVEMBER - apart_s, sky=sky
        )
        after = draw_scene(
            seed, sensor=sensor, grid=grid, acquired_utc_s=NOVEMBER, sky=sky, burnt=fields,
            worked=WORKED,
        )  # fmt: skip
        p = scar_parameters()
        looks = [look_at(one.scene, grid, p.cloud_margin_m) for one in (before, after)]
        seen = looks[0].seen & looks[1].seen
        burned = has_burned(*looks, p)
        clear = [field for field in fields if _seen(field, grid, seen)]
        fields_found.append(found_scars(before, burned, clear))
        others.append(false_scars(before, after, burned, fields))
    found, rest = pd.concat(fields_found), pd.concat(others).groupby(level=[0, 1]).sum()
    shown = found.pivot_table("found", "hectares", "severity").round(2)
    print(f"\n{sensor}: share of burnt fields' pixels called burned\n{shown.to_string()}")
    wrong = rest[rest["false"] > 0].sort_values("false", ascending=False)
    print(f"called burned though not: {rest['false'].sum()} of {rest['clear'].sum()}")
    print(wrong.to_string())
    whole = found[(found["severity"] == 1.0) & (found["hectares"] > 0.5)]
    assert whole["found"].mean() > 0.8
    assert rest["false"].sum() < 2e-3 * rest["clear"].sum()


def _seen(field: BurntField, grid: Grid, seen: np.ndarray) -> bool:
    line, column = grid.position(field.lon, field.lat)
    return bool(seen[int(line), int(column)])
