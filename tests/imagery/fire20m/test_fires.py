"""Fires of a scene: clusters, outlines, the guard, and scenes that say nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from firewatch.core.errors import UnreadableFileError
from imagery.detection.parameters import with_overrides
from imagery.fire20m.detect import detect_fires
from imagery.fire20m.parameters import shipped
from imagery.highres.grid import Grid
from imagery.highres.scene import Ground, HighresScene

FLAME = {"swir2": 0.9, "swir1": 0.4, "nir": 0.3, "red": 0.06}
EMBERS = {"swir2": 0.42, "swir1": 0.2, "nir": 0.15, "red": 0.06}
DAY_S = 86_400
SENSORS = ("OLI", "MSI")


def planted(
    scenes: Any,
    sensor: str,
    where: list[tuple[int, int]],
    kind: dict[str, float] = FLAME,
    **more: Any,
) -> HighresScene:
    rho = scenes.flat((24, 24))
    for role in rho:
        rho[role] = rho[role] + np.random.default_rng(5).normal(0, 0.002, (24, 24))
        for at in where:
            if role in kind:
                rho[role][at] = kind[role]
    made: HighresScene = scenes.of(sensor, rho)
    return made


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("crs", ["EPSG:32648", "EPSG:4326"])
def test_a_planted_fire_comes_back_where_it_is(scenes: Any, sensor: str, crs: str) -> None:
    where = [(7, 15), (7, 16), (8, 16)]
    scene = planted(scenes, sensor, where)
    if crs == "EPSG:4326":
        scene = replace(scene, grid=Grid(crs, (2e-4, 0, 108.0, 0, -2e-4, 23.0), 24, 24))
    found = detect_fires(scene)
    assert sorted(zip(*np.nonzero(found.fire), strict=True)) == where
    (fire,) = found.clusters.to_dict("records")
    line, column = scene.grid.position(fire["lon"], fire["lat"])
    assert (line, column) == pytest.approx((7 + 1 / 3 + 0.5, 15 + 2 / 3 + 0.5), abs=1e-3)
    assert fire["n_pixels"] == 3
    assert fire["area_m2"] == pytest.approx(3 * scene.grid.pixel_area_m2())
    assert fire["mean_swir2"] == pytest.approx(0.9, abs=1e-3)
    assert fire["unambiguous"]
    assert fire["ground"] == Ground.CLEAR
    outline = fire["geometry"]
    places = np.mgrid[0:24, 0:24] + 0.5
    inside = shapely.contains_xy(outline, *scene.grid.lon_lat(*places))
    np.testing.assert_array_equal(inside, found.fire)


def test_pixels_that_touch_at_a_corner_are_one_fire_in_two_polygons(scenes: Any) -> None:
    found = detect_fires(planted(scenes, "OLI", [(5, 5), (6, 6), (15, 15)]))
    assert found.clusters["n_pixels"].tolist() == [2, 1]
    assert shapely.get_num_geometries(found.clusters["geometry"].to_numpy()).tolist() == [2, 1]


@pytest.mark.parametrize("sensor", SENSORS)
def test_a_lone_pixel_burns_only_if_it_is_unambiguous(scenes: Any, sensor: str) -> None:
    def pixels(kind: dict[str, float], where: list[tuple[int, int]]) -> int:
        return int(detect_fires(planted(scenes, sensor, where, kind)).fire.sum())

    assert pixels(FLAME, [(9, 9)]) == 1
    assert pixels(EMBERS, [(9, 9)]) == 0
    assert pixels(EMBERS, [(9, 9), (9, 10)]) == 2
    strict = with_overrides(shipped(), {"least_pixels_unambiguous": 2})
    assert not detect_fires(planted(scenes, sensor, [(9, 9)]), strict).fire.any()


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.05), st.integers(1, 150), st.integers(1, 150))
def test_clusters_are_those_of_the_whole_mask(
    seed: int, share: float, lines: int, columns: int
) -> None:
    from imagery.fire20m.clusters import clusters_of
    from imagery.fire20m.pixels import Pixels
    from imagery.highres.scene import Calibration

    mask = np.random.default_rng(seed).random((lines, columns)) < share
    stored = np.full(mask.shape, 9000, np.uint16)
    scene = HighresScene(
        "x", "Landsat-8", "OLI", 0, Grid("EPSG:32648", (30, 0, 0, 0, -30, 0), lines, columns),
        {"swir2": stored}, {"swir2": Calibration(2e-5, -0.1)}, np.ones(mask.shape, np.uint8), 50.0,
        False,
    )  # fmt: skip
    pixels = Pixels(scene, ("swir2",), True)
    ours = {
        tuple(sorted(one.index))
        for one in clusters_of(pixels, np.flatnonzero(mask), lambda index: True)
    }
    labels, number = ndimage.label(mask, np.ones((3, 3)))
    assert ours == {tuple(np.flatnonzero(labels == k + 1)) for k in range(number)}


@pytest.mark.parametrize("sensor", SENSORS)
def test_full_and_folded_pixels_burn(scenes: Any, sensor: str) -> None:
    """Over a strong flame B12 is full, and B11 may be; band 7 of OLI starts again at its lowest."""
    full = {**FLAME, "swir1": np.inf, "swir2": np.inf, "nir": 0.5}
    assert detect_fires(planted(scenes, sensor, [(9, 9)], full)).fire[9, 9]
    if sensor == "OLI":
        folded = {**full, "swir2": 0.02, "coastal": 0.1}
        # Its neighbours burn, and band 6 is full.
        scene = planted(scenes, sensor, [(9, 9)], folded)
        beside = planted(scenes, sensor, [(9, 8), (9, 10)])
        numbers = {role: beside.numbers[role].copy() for role in beside.numbers}
        for role in numbers:
            numbers[role][9, 9] = scene.numbers[role][9, 9]
        assert detect_fires(replace(scene, numbers=numbers)).fire[9, 8:11].all()


def test_glint_that_fills_every_band_is_no_fire(scenes: Any) -> None:
    glint = dict.fromkeys(FLAME, np.inf)
    assert not detect_fires(planted(scenes, "MSI", [(9, 9), (9, 10)], glint)).fire.any()


@pytest.mark.parametrize("sensor", SENSORS)
def test_clouds_water_and_warm_roofs_are_no_fires(scenes: Any, sensor: str) -> None:
    roof = {"swir2": 0.5, "swir1": 0.45, "nir": 0.4, "red": 0.35}
    for kind in (scenes.cloud, scenes.water, roof):
        where = [(i, j) for i in range(8, 14) for j in range(8, 14)]
        found = detect_fires(planted(scenes, sensor, where, dict(kind)))
        assert not found.fire.any()
        assert found.clusters.empty
        assert list(found.clusters.columns)[-1] == "geometry"


def before(scene: HighresScene, days: float, **more: Any) -> HighresScene:
    return replace(
        scene,
        scene_id=f"{scene.scene_id}-{days}",
        acquired_utc_s=int(scene.acquired_utc_s - days * DAY_S),
        **more,
    )


def test_what_was_as_bright_in_two_of_four_earlier_looks_is_marked(scenes: Any) -> None:
    hot = planted(scenes, "OLI", [(9, 9)])
    green = planted(scenes, "OLI", [])
    cloudy = np.full((24, 24), Ground.CLOUD, np.uint8)
    looks = [before(hot, 16), before(green, 32), before(hot, 48), before(green, 64)]

    def told(earlier: list[HighresScene]) -> tuple[str, int, int]:
        (fire,) = detect_fires(hot, earlier=earlier).clusters.to_dict("records")
        return fire["cause_mark"], fire["earlier_looks"], fire["earlier_bright"]

    assert told(looks) == ("static_bright", 4, 2)
    # Too few looks say nothing, and a scene counts once.
    assert told([*looks[:3], looks[0]]) == ("", 3, 2)
    assert told([*looks[1:], before(green, 80)]) == ("", 4, 1)
    # Clouds, the scene itself, later ones and those of last year are no looks.
    others = [before(hot, 20, ground=cloudy), hot, before(hot, -16), before(hot, 200)]
    assert told([*looks[1:], *others]) == ("", 3, 1)
    assert told([]) == ("", 0, 0)
    for name, value in (("guard_ratio", 9.0), ("guard_bright", 3), ("guard_looks", 5),
                        ("guard_days", 50.0)):  # fmt: skip
        p = with_overrides(shipped(), {name: value})
        assert detect_fires(hot, p, looks).clusters["cause_mark"].tolist() == [""]


def test_the_guard_finds_a_place_in_scenes_of_another_grid(scenes: Any) -> None:
    hot = planted(scenes, "OLI", [(9, 9)])
    wider = Grid("EPSG:32648", (30.0, 0.0, 700_000.0 - 90, 0.0, -30.0, 2_500_000.0 + 60), 26, 27)

    def moved(array: NDArray[Any]) -> NDArray[Any]:
        return np.pad(array, ((2, 0), (3, 0)), mode="edge")

    earlier = [
        before(
            hot, 16 * k, grid=wider, ground=moved(hot.ground),
            numbers={role: moved(band) for role, band in hot.numbers.items()},
        )
        for k in range(1, 5)
    ]  # fmt: skip
    assert detect_fires(hot, earlier=earlier).clusters["earlier_bright"].tolist() == [4]


def test_without_a_band_the_version_names_what_ran(scenes: Any) -> None:
    scene = planted(scenes, "OLI", [(9, 9)])
    numbers = {role: band for role, band in scene.numbers.items() if role != "coastal"}
    found = detect_fires(replace(scene, numbers=numbers))
    assert (found.version, found.missing) == ("1/kumar_roy+murphy", ("coastal",))
    assert found.fire[9, 9]
    assert detect_fires(scene).version == "1/schroeder+kumar_roy+murphy"


def test_a_scene_that_says_nothing_is_an_error(scenes: Any) -> None:
    oli, msi = planted(scenes, "OLI", []), planted(scenes, "MSI", [])
    without_red = {role: band for role, band in msi.numbers.items() if role != "red"}
    swirs = {role: oli.numbers[role] for role in ("swir1", "swir2", "nir")}
    uneven = {**oli.numbers, "red": oli.numbers["red"][:5]}
    for scene, words in (
        (replace(msi, numbers=without_red), "red"),
        (replace(oli, numbers=swirs), "blue, coastal, green, red"),
        (replace(oli, numbers={}), "swir2"),
        (replace(oli, numbers=uneven), "red (5, 24)"),
        (replace(oli, ground=np.zeros((24, 24), np.uint8)), "no pixel"),
        (replace(oli, sun_elevation_deg=-3.0), "-3.0°"),
        (replace(oli, sun_elevation_deg=4.9), "4.9°"),
    ):
        with pytest.raises(UnreadableFileError) as error:
            detect_fires(scene)
        assert words in str(error.value)
        assert scene.scene_id in str(error.value)
