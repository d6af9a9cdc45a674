"""Where scenes leave doubt, neither flame nor the lack of a trace is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.vocab import Finding
from imagery.fire20m.parameters import shipped
from imagery.highres.scene import Ground, HighresScene
from imagery.reading import unreadable
from imagery.scar.evidence import evidence_of
from imagery.scar.parameters import evidence_parameters

NIGHT = "S2_day1"


def refuses_night(scene: HighresScene, earlier: Sequence[HighresScene]) -> pd.DataFrame:
    if scene.scene_id == NIGHT:
        raise unreadable(Path(NIGHT), "scene_night", sun="-10.0", least="0")
    return pd.DataFrame({"geometry": [], "cause_mark": [], "area_m2": []})


def test_a_scene_that_cannot_be_tested_for_flame_is_told_and_the_others_decide(
    scenes: Any,
) -> None:
    burnt = scenes.fields("stubble")
    burnt[26:32, 26:36] = "char"
    given = [
        scenes.scene(scenes.fields("crop"), -4),
        scenes.scene(burnt, 1, name=NIGHT),
        scenes.scene(burnt, 3),
    ]
    found = evidence_of(
        scenes.footprint(), scenes.NOON_S, scenes.source(given), detect=refuses_night
    )
    assert found.finding == Finding.BURN_SCAR
    assert len(found.unreadable) == 1 and NIGHT in found.unreadable[0]


@pytest.mark.parametrize(("hidden", "finding"), [(False, "no_trace_clear"), (True, "not_seen")])
def test_cloud_over_one_detecting_pixel_hides_the_fire_however_clear_its_margin_is(
    scenes: Any, hidden: bool, finding: str
) -> None:
    ground = np.full(scenes.GRID.shape, Ground.CLEAR, np.uint8)
    if hidden:
        ground[29:31, 29:31] = Ground.CLOUD
    given = [
        scenes.scene(scenes.fields("stubble"), -4),
        scenes.scene(scenes.fields("stubble"), 3, ground=ground),
    ]
    lon, lat = scenes.GRID.lon_lat([34, 26], [26, 34])
    pixel = shapely.box(lon[0], lat[0], lon[1], lat[1])
    found = evidence_of(
        scenes.footprint(), scenes.NOON_S, scenes.source(given), pixels=[pixel],
        detect=refuses_night,
    )  # fmt: skip
    assert found.finding == finding


def test_clouds_may_hide_some_earlier_scenes_and_the_guard_still_has_enough() -> None:
    assert evidence_parameters().earlier_scenes >= 2 * shipped().guard_looks


def without_a_band(scene: HighresScene) -> HighresScene:
    return scene.only([role for role in scene.numbers if role != "swir1"])


@pytest.mark.parametrize(
    "spoilt", [lambda scene: replace(scene, sun_elevation_deg=-20.0), without_a_band]
)
def test_what_a_scene_of_night_or_without_a_band_does_not_show_is_not_seen(
    scenes: Any, spoilt: Any
) -> None:
    given = [
        scenes.scene(scenes.fields("stubble"), -4),
        spoilt(scenes.scene(scenes.fields("stubble"), 3)),
    ]
    found = evidence_of(
        scenes.footprint(), scenes.NOON_S, scenes.source(given), detect=refuses_night
    )
    assert found.finding == Finding.NOT_SEEN


def test_ground_that_had_burned_when_flame_was_seen_belongs_to_the_scar(scenes: Any) -> None:
    half, whole = scenes.fields("stubble"), scenes.fields("stubble")
    half[26:29, 26:36] = "char"
    whole[26:32, 26:36] = "char"
    given = [
        scenes.scene(scenes.fields("crop"), -4),
        scenes.scene(half, -0.1),
        scenes.scene(whole, 3),
    ]
    lon, lat = scenes.GRID.lon_lat([31, 30], [30, 31])
    flame = shapely.box(lon[0], lat[0], lon[1], lat[1])

    def burning(scene: HighresScene, earlier: Sequence[HighresScene]) -> pd.DataFrame:
        return pd.DataFrame(
            {"geometry": [flame], "cause_mark": [""], "area_m2": [400.0], "dark_before": [True]}
        )

    found = evidence_of(scenes.footprint(), scenes.NOON_S, scenes.source(given), detect=burning)
    assert found.during.scene_id == "S2_day-0.1"
    assert found.before.scene_id == "S2_day-4"
    assert found.hectares == pytest.approx(6 * 10 * 0.04)
