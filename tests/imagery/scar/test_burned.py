"""Which ground has burned between two looks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest

from imagery.highres.grid import Grid
from imagery.highres.scene import Ground
from imagery.scar.burned import has_burned, mirbi, nbr
from imagery.scar.look import Look, look_at, onto, over, unseen
from imagery.scar.parameters import scar_parameters

P = scar_parameters()
LookOf: TypeAlias = Callable[..., Look]


@pytest.fixture
def look(scenes: Any) -> LookOf:
    shape = (3, 3)
    grid = scenes.GRID.window(0, 0, *shape)

    def of(surface: str, light: float = 1.0) -> Look:
        one = scenes.scene(scenes.fields(surface, shape), 0, grid=grid, light=light)
        return look_at(one, grid, 0)

    return of


@pytest.mark.parametrize("before", ["crop", "stubble"])
def test_fields_that_turn_to_char_have_burned(look: LookOf, before: str) -> None:
    assert has_burned(look(before), look("char"), P).all()


@pytest.mark.parametrize("after", ["stubble", "dry_soil", "ploughed", "water", "flooded", "crop"])
@pytest.mark.parametrize("before", ["crop", "stubble", "flooded", "water"])
def test_harvest_ploughing_and_flooding_are_no_fire(look: LookOf, before: str, after: str) -> None:
    assert not has_burned(look(before), look(after), P).any()


def test_harvest_lowers_the_burn_ratio_as_much_as_fire(look: LookOf) -> None:
    crop, stubble = look("crop"), look("stubble")
    fall = nbr(crop.nir, crop.swir2) - nbr(stubble.nir, stubble.swir2)
    assert (fall > P.nbr_fall).all()


@pytest.mark.parametrize("surface", ["crop", "stubble", "dry_soil", "ploughed"])
@pytest.mark.parametrize("light", [0.2, 0.35, 0.6])
def test_a_shadow_that_no_mask_knows_is_no_fire(look: LookOf, surface: str, light: float) -> None:
    assert not has_burned(look(surface), look(surface, light), P).any()
    assert not has_burned(look("crop"), look(surface, light), P).any()


def test_ground_that_was_char_before_has_not_burned_again(look: LookOf) -> None:
    assert not has_burned(look("char"), look("char"), P).any()


def test_every_pixel_is_judged_as_the_equations_say() -> None:
    draw = np.random.default_rng(5)
    shape = (40, 50)

    def random_look() -> Look:
        bands = [draw.uniform(-0.02, 0.4, shape).astype(np.float32) for _ in range(3)]
        hidden = draw.random(shape) < 0.1
        for band in bands:
            band[hidden] = np.nan
        scene = np.where(hidden, -1, 0).astype(np.int16)
        return Look(*bands, draw.random(shape) < 0.1, scene)

    before, after = random_look(), random_look()
    after.swir2[:] = after.nir * 1.6
    after.swir1[:] = after.nir
    expected = np.zeros(shape, dtype=bool)
    for i in range(shape[0]):
        for j in range(shape[1]):
            n0, a0, b0 = (float(x[i, j]) for x in (before.nir, before.swir1, before.swir2))
            n1, a1, b1 = (float(x[i, j]) for x in (after.nir, after.swir1, after.swir2))
            if math.isnan(n0) or math.isnan(n1) or n0 + b0 <= 0 or n1 + b1 <= 0:
                continue
            ratio0, ratio1 = (n0 - b0) / (n0 + b0), (n1 - b1) / (n1 + b1)
            index0, index1 = 10 * b0 - 9.8 * a0 + 2, 10 * b1 - 9.8 * a1 + 2
            expected[i, j] = (
                ratio0 - ratio1 >= 0.27
                and ratio1 <= -0.05
                and n1 <= 0.18
                and n1 <= 0.75 * n0
                and b1 >= 0.06
                and index1 >= 1.7
                and index1 - index0 >= 0.2
                and not before.water[i, j]
            )
    assert expected.sum() > 50
    np.testing.assert_array_equal(has_burned(before, after, P), expected)


def test_known_values_of_the_indices() -> None:
    one = np.float32
    assert nbr(np.array([0.4], one), np.array([0.1], one))[0] == pytest.approx(0.6)
    assert mirbi(np.array([0.3], one), np.array([0.2], one))[0] == pytest.approx(1.06)
    assert np.isnan(nbr(np.array([0.0], one), np.array([0.0], one))[0])


@pytest.mark.parametrize("kind", [Ground.CLOUD, Ground.SHADOW, Ground.SNOW, Ground.NO_DATA])
def test_hidden_ground_and_the_margin_of_clouds_are_not_seen(scenes: Any, kind: Ground) -> None:
    ground = np.full(scenes.GRID.shape, Ground.CLEAR, np.uint8)
    ground[30, 40] = kind
    one = scenes.scene(scenes.fields("crop"), 0, ground=ground)
    expected = np.ones(scenes.GRID.shape, dtype=bool)
    reach = 3 if kind in (Ground.CLOUD, Ground.SHADOW) else 0
    for i in range(60):
        for j in range(60):
            if abs(i - 30) <= reach and abs(j - 40) <= reach:
                expected[i, j] = False
    np.testing.assert_array_equal(look_at(one, scenes.GRID, 60.0).seen, expected)


def test_what_a_look_hides_comes_from_the_one_below(scenes: Any) -> None:
    grid = scenes.GRID
    ground = np.full(grid.shape, Ground.CLEAR, np.uint8)
    ground[:, :30] = Ground.NO_DATA
    top = look_at(scenes.scene(scenes.fields("char"), 0, ground=ground), grid, 0, number=0)
    bottom = look_at(scenes.scene(scenes.fields("crop"), 1), grid, 0, number=1)
    both = over(top, over(bottom, unseen(grid)))
    assert (both.scene[:, :30] == 1).all() and (both.scene[:, 30:] == 0).all()
    assert both.nir[0, 0] == pytest.approx(0.34) and both.nir[0, 59] == pytest.approx(0.09)


@pytest.mark.parametrize(
    "target",
    [
        Grid("EPSG:32648", (20.0, 0, 700_100.0, 0, -20.0, 2_529_900.0), 70, 40),
        Grid("EPSG:32648", (30.0, 0, 699_913.0, 0, -30.0, 2_530_031.0), 41, 45),
        Grid("EPSG:32649", (20.0, 0, 81_000.0, 0, -20.0, 2_535_000.0), 300, 300),
    ],
)
def test_each_pixel_takes_the_value_its_centre_lies_in(scenes: Any, target: Grid) -> None:
    own = scenes.GRID
    values = np.arange(1, own.lines * own.columns + 1, dtype=np.uint16).reshape(own.shape)
    moved = onto(target, own, values, 0)
    at = np.meshgrid(np.arange(target.lines), np.arange(target.columns), indexing="ij")
    line, column = own.position(*target.lon_lat(at[0] + 0.5, at[1] + 0.5))
    agree = differ = 0
    for x, y, found in zip(line.ravel(), column.ravel(), moved.ravel(), strict=True):
        i, j = math.floor(x), math.floor(y)
        inside = 0 <= i < own.lines and 0 <= j < own.columns
        expected = int(values[i, j]) if inside else 0
        # GDAL bends straight lines by up to an eighth of a pixel.
        edge = min(abs(x - round(x)), abs(y - round(y))) < 0.13
        agree += int(found) == expected
        differ += int(found) != expected and not edge
    assert differ == 0
    assert agree > 0.75 * moved.size
    assert (moved > 0).sum() > 500
