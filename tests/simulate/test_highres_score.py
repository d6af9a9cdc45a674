"""Scoring of detections in simulated high-resolution scenes, with masks made by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from firewatch.simulate.highres import (
    CLEAR,
    BurntField,
    PlantedFire,
    SimulatedScene,
    Sky,
    draw_scene,
    grid_around,
)
from firewatch.simulate.highres_ground import Cover
from firewatch.simulate.highres_score import (
    false_alarms,
    false_scars,
    fires_on_fields,
    found_fires,
    found_scars,
    recall_by_size,
    without,
)

GRID = grid_around(108.4, 22.9, "MSI", 150, 150)
NOVEMBER = 1_604_545_800


def scene(fires: tuple[PlantedFire, ...], sky: Sky | None = None) -> SimulatedScene:
    return draw_scene(
        4, sensor="MSI", grid=GRID, acquired_utc_s=NOVEMBER, fires=fires, sky=sky or Sky(0.0)
    )


@pytest.fixture(scope="module")
def made() -> SimulatedScene:
    return scene(fires_on_fields(4, GRID, (5.0, 50.0), 12))


def test_fires_stand_alone_on_fields(made: SimulatedScene) -> None:
    fires = fires_on_fields(4, GRID, (5.0, 50.0), 12)
    assert [fire.flaming_m2 for fire in fires] == [5.0, 50.0] * 6
    line, column = GRID.position([f.lon for f in fires], [f.lat for f in fires])
    gaps = np.hypot(line[:, None] - line, column[:, None] - column)
    assert gaps[~np.eye(len(fires), dtype=bool)].min() > 10
    bare = scene(())
    at = np.floor(line).astype(int), np.floor(column).astype(int)
    assert np.isin(bare.cover[at], [Cover.STUBBLE, Cover.CANE]).all()


def test_a_fire_is_found_by_a_fire_pixel_at_or_beside_its_brightest_one(
    made: SimulatedScene,
) -> None:
    brightest = made.truth.sort_values("share_flaming").groupby("fire").tail(1).set_index("fire")
    mask = np.zeros(GRID.shape, dtype=bool)
    for fire, shift in ((0, 0), (1, 1), (2, 2)):
        mask[brightest.loc[fire, "line"], brightest.loc[fire, "column"] + shift] = True
    found = found_fires(made, mask).set_index("fire")["found"]
    assert found.loc[[0, 1, 2]].tolist() == [True, True, False]
    assert found.sum() == 2
    table = recall_by_size(found_fires(made, mask))
    assert table.loc[5.0, "recall"] == pytest.approx(1 / 6)
    assert table.loc[50.0, "fires"] == 6


def test_fires_under_cloud_are_not_asked_for() -> None:
    cloudy = scene(fires_on_fields(4, GRID, (50.0,), 40), Sky(cloud_share=0.5))
    asked = found_fires(cloudy, np.ones(GRID.shape, dtype=bool))
    assert 0 < len(asked) < cloudy.truth["fire"].nunique()
    assert Cover.CLOUD not in set(asked["cover"])


def test_false_pixels_are_told_apart_by_ground_and_counted_by_patch(made: SimulatedScene) -> None:
    burning = np.zeros(GRID.shape, dtype=bool)
    burning[made.truth["line"], made.truth["column"]] = True
    assert false_alarms(made, burning)["false"].sum() == 0
    mask = burning.copy()
    panels = made.cover == Cover.SOLAR_PANEL
    assert panels.any()
    mask |= panels
    table = false_alarms(made, mask)
    row = table.loc["SOLAR_PANEL"]
    assert 0 < row["false"] == row["clear"] <= panels.sum()
    assert row["clusters"] >= 1
    assert row["per_million"] == 1e6
    assert table.drop("SOLAR_PANEL")["false"].sum() == 0


def test_burnt_fields_are_found_by_share_and_the_rest_told_by_what_it_became() -> None:
    spots = fires_on_fields(4, GRID, (1.0,), 4)
    fields = [BurntField(one.lon, one.lat, 160.0, 120.0) for one in spots]
    before = scene(())
    after = draw_scene(
        4, sensor="MSI", grid=GRID, acquired_utc_s=NOVEMBER, burnt=fields, worked=0.5, sky=CLEAR
    )
    burnt = after.cover == Cover.BURNT
    assert (found_scars(before, burnt, fields)["found"] == 1).all()
    assert (found_scars(before, ~burnt, fields)["found"] == 0).all()
    assert found_scars(before, burnt, fields)["hectares"].tolist() == pytest.approx([1.92] * 4)
    wrong = false_scars(before, after, burnt | (after.cover == Cover.PLOUGHED), fields)
    assert wrong.loc[("STUBBLE", "PLOUGHED"), "false"] == wrong.loc[
        ("STUBBLE", "PLOUGHED"), "clear"
    ] > 0  # fmt: skip
    assert wrong["false"].sum() == wrong.loc[("STUBBLE", "PLOUGHED"), "false"]


def test_clusters_that_are_set_aside_leave_the_mask() -> None:
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[10:13, 20:22] = True
    mask[40, 40] = True
    lon, lat = GRID.lon_lat([10, 10, 13, 13], [20, 22, 22, 20])
    outline = shapely.Polygon(np.column_stack([lon, lat]))
    kept = without(mask, np.array([outline]), GRID)
    assert np.argwhere(kept).tolist() == [[40, 40]]
    assert (without(mask, np.array([]), GRID) == mask).all()
