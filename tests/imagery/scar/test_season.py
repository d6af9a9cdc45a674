"""Burned ground of an area over a season."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imagery.highres.scene import Ground, HighresScene
from imagery.scar.parameters import scar_parameters
from imagery.scar.season import BurnedGround, burned_ground

PIXEL_HA = 0.04
FIRST, SECOND = np.s_[10:20, 10:20], np.s_[40:45, 30:50]


def season(scenes: Any, given: list[HighresScene], **options: Any) -> BurnedGround:
    inside = options.pop("inside", np.ones(scenes.GRID.shape, dtype=bool))
    options.setdefault("longest_days", 30.0)
    return burned_ground(given, scenes.GRID, inside, scar_parameters(), **options)


def with_char(scenes: Any, *patches: Any) -> Any:
    surfaces = scenes.fields("stubble")
    for patch in patches:
        surfaces[patch] = "char"
    return surfaces


def test_a_hectare_that_burned_counts_once_for_its_pair(scenes: Any) -> None:
    given = [
        scenes.scene(scenes.fields("stubble"), 0),
        scenes.scene(with_char(scenes, FIRST), 5),
        scenes.scene(with_char(scenes, FIRST, SECOND), 10),
        scenes.scene(scenes.fields("crop"), 15),
        scenes.scene(with_char(scenes, FIRST), 20),
    ]
    found = season(scenes, given)
    assert found.pairs["burned_ha"].tolist() == pytest.approx([4.0, 4.0, 0.0, 0.0])
    assert found.burned_ha == pytest.approx(8.0)
    assert found.seen_ha == pytest.approx(found.area_ha) == pytest.approx(3600 * PIXEL_HA)
    assert found.seen_days == pytest.approx(20)
    assert sorted(found.outlines["hectares"]) == pytest.approx([4.0, 4.0])
    assert found.outlines["before_scene"].tolist() == ["S2_day0", "S2_day5"]


def test_ground_under_cloud_is_judged_by_the_clear_looks_around_it(scenes: Any) -> None:
    cloud = np.full(scenes.GRID.shape, Ground.CLEAR, np.uint8)
    cloud[:, :25] = Ground.CLOUD
    given = [
        scenes.scene(scenes.fields("stubble"), 0),
        scenes.scene(with_char(scenes, FIRST, SECOND), 5, ground=cloud),
        scenes.scene(with_char(scenes, FIRST, SECOND), 10),
    ]
    found = season(scenes, given)
    assert found.burned_ha == pytest.approx(8.0)
    pairs = found.pairs.set_index(["before_scene", "after_scene"])["burned_ha"]
    assert pairs["S2_day0", "S2_day10"] == pytest.approx(4.0)
    assert pairs["S2_day0", "S2_day5"] == pytest.approx(4.0)


def test_looks_too_far_apart_are_no_pair(scenes: Any) -> None:
    given = [
        scenes.scene(scenes.fields("stubble"), 0),
        scenes.scene(with_char(scenes, FIRST), 31),
    ]
    found = season(scenes, given)
    assert found.pairs.empty and found.seen_ha == 0 and found.scenes == 2


def test_tiles_that_overlap_count_no_hectare_twice(scenes: Any) -> None:
    west, east = (scenes.GRID.window(0, column, 60, 40) for column in (0, 20))
    given = []
    for day, surfaces in ((0, scenes.fields("stubble")), (5, with_char(scenes, FIRST, SECOND))):
        for minute, grid, part in ((0, west, np.s_[:40]), (1, east, np.s_[20:])):
            moment = day + minute / 1440
            given.append(scenes.scene(surfaces[:, part], moment, grid=grid))
    found = season(scenes, given)
    assert found.seen_ha == pytest.approx(3600 * PIXEL_HA)
    assert found.burned_ha == pytest.approx(8.0)
    assert found.pairs["seen_ha"].sum() == pytest.approx(3600 * PIXEL_HA)
    assert found.seen_days == pytest.approx(5, abs=0.01)


def test_only_the_area_itself_counts(scenes: Any) -> None:
    inside = np.zeros(scenes.GRID.shape, dtype=bool)
    inside[:30] = True
    given = [
        scenes.scene(scenes.fields("stubble"), 0),
        scenes.scene(with_char(scenes, FIRST, SECOND), 5),
    ]
    found = season(scenes, given, inside=inside)
    assert (found.area_ha, found.burned_ha) == pytest.approx((1800 * PIXEL_HA, 4.0))


def test_cropland_is_counted_by_its_share(scenes: Any) -> None:
    share = np.zeros(scenes.GRID.shape, np.float32)
    share[:, :30] = 0.5
    given = [
        scenes.scene(scenes.fields("stubble"), 0),
        scenes.scene(with_char(scenes, FIRST, SECOND), 5),
    ]
    found = season(scenes, given, cropland=share)
    assert found.burned_cropland_ha == pytest.approx(2.0)
    assert found.seen_cropland_ha == pytest.approx(found.cropland_ha) == pytest.approx(36.0)
    assert np.isnan(season(scenes, given).burned_cropland_ha)


def test_every_pixel_is_followed_as_a_plain_loop_would(scenes: Any) -> None:
    draw = np.random.default_rng(11)
    kinds = np.array(["crop", "stubble", "char", "ploughed"])
    given, seen, fields = [], [], []
    for step in range(6):
        # Fields of 3 by 3 pixels, all larger than the least scar.
        surfaces = np.kron(draw.choice(4, (20, 20)), np.ones((3, 3), int))
        ground = np.where(np.kron(draw.random((6, 6)) < 0.3, np.ones((10, 10))) > 0, 2, 1)
        one = scenes.scene(kinds[surfaces], step * 9, ground=ground.astype(np.uint8))
        given.append(one)
        fields.append(kinds[surfaces])
        cloudy = ground == 2
        near = np.zeros_like(cloudy)
        for i, j in zip(*np.nonzero(cloudy), strict=True):
            near[max(i - 3, 0) : i + 4, max(j - 3, 0) : j + 4] = True
        seen.append(~near)
    found = season(scenes, given, longest_days=20)
    burned = looked = 0
    days = 0.0
    for i in range(60):
        for j in range(60):
            last, once, paired = None, False, False
            for step in range(6):
                if not seen[step][i, j]:
                    continue
                if last is not None and (step - last) * 9 <= 20:
                    paired, days = True, days + (step - last) * 9
                    turned = fields[step][i, j] == "char"
                    once |= turned and fields[last][i, j] != "char"
                last = step
            burned, looked = burned + once, looked + paired
    assert burned > 100
    assert found.seen_ha == pytest.approx(looked * PIXEL_HA)
    assert found.seen_days == pytest.approx(days / 3600)
    # Cloud cuts some scars below the least size.
    assert found.burned_ha == pytest.approx(burned * PIXEL_HA, rel=0.05)
    assert found.burned_ha <= burned * PIXEL_HA + 1e-9
