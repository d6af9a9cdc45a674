"""Detection in three real granules, and of fires put into their own radiances."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from firewatch.core.geo import distance_km
from imagery import viirs
from imagery.level1.stack import read_stack, stack_files
from imagery.masks import FireClass, Indices
from imagery.radiometry import (
    VIIRS_I4_UM,
    VIIRS_I5_UM,
    brightness_temperature,
    planck_radiance,
)
from imagery.scene import Scene

pytestmark = [pytest.mark.realdata, pytest.mark.xdist_group("real tiles")]

CLUSTER = (31.774, 52.737)
REFINERY = (29.336, 51.893)
HEAT = (29.988, 52.845)
WINTER = "A2022020.0924"


def tile(realdata: Path, folder: str) -> Scene:
    files = stack_files((realdata / "viirs_iband_tiles" / folder).iterdir())
    assert files is not None
    return read_stack(files)


def clusters(scene: Scene) -> list[tuple[float, float]]:
    """Return the places (lon, lat) of the hottest pixels of groups of touching fire pixels."""
    found = viirs.detect(scene, viirs.parameters())
    groups, number = ndimage.label(found.fire_mask >= FireClass.FIRE_LOW, np.ones((3, 3)))
    pixels = found.pixels.assign(group=groups[found.pixels["line"], found.pixels["sample"]])
    hottest = pixels.sort_values("bt_mir_k").groupby("group").tail(1)
    assert len(hottest) == number
    return list(zip(hottest["lon"], hottest["lat"], strict=True))


def nearest_km(places: list[tuple[float, float]], place: tuple[float, float]) -> float:
    return min(float(distance_km(lon, lat, *place)) for lon, lat in places)


def test_the_fires_and_heat_of_a_summer_day_are_found_and_little_else(realdata: Path) -> None:
    found = clusters(tile(realdata, "A2023241.0936"))
    assert len(found) <= 8
    assert all(nearest_km(found, place) < 1 for place in (CLUSTER, REFINERY, HEAT))


def test_the_refinery_is_found_at_night_and_little_else(realdata: Path) -> None:
    found = clusters(tile(realdata, "A2023241.2330"))
    assert len(found) <= 3
    assert nearest_km(found, REFINERY) < 1


def test_snow_and_winter_cloud_hold_no_fire(realdata: Path) -> None:
    assert clusters(tile(realdata, WINTER)) == []


def burning(scene: Scene, lines: Indices, samples: Indices, excess_k: float) -> Scene:
    """Return the scene with flames of 900 K that bring I4 `excess_k` above the candidate limit."""
    limit = viirs.parameters().candidate_high_k + excess_k
    mir, tir = scene.bt_mir_k.copy(), scene.bt_tir_k.copy()
    cold = planck_radiance(VIIRS_I4_UM, mir[lines, samples])
    flame = planck_radiance(VIIRS_I4_UM, 900.0)
    share = (planck_radiance(VIIRS_I4_UM, limit) - cold) / (flame - cold)
    mir[lines, samples] = limit
    below = planck_radiance(VIIRS_I5_UM, tir[lines, samples])
    mixed = share * planck_radiance(VIIRS_I5_UM, 900.0) + (1 - share) * below
    tir[lines, samples] = brightness_temperature(VIIRS_I5_UM, mixed)
    return replace(scene, bt_mir_k=mir, bt_tir_k=tir)


def places(scene: Scene, where: str, number: int = 150) -> tuple[Indices, Indices]:
    """Return spread positions that are clear before the fire is put there."""
    classes = viirs.detect(scene, viirs.parameters()).fire_mask
    land = classes == FireClass.LAND
    cloud_near = ndimage.binary_dilation(classes == FireClass.CLOUD, np.ones((5, 5)))
    chosen = {
        "clear": land & ~cloud_near,
        "cloud edge": land & cloud_near,
        "snow": land & (scene.rho_red > 0.3) if scene.rho_red is not None else land,
    }[where]
    y, x = np.nonzero(chosen)
    order = np.random.default_rng(7).permutation(len(y))
    taken = np.zeros((scene.shape[0] // 12 + 1, scene.shape[1] // 12 + 1), dtype=bool)
    kept = []
    for spot in order:
        cell = (y[spot] // 12, x[spot] // 12)
        if not taken[cell]:
            taken[cell] = True
            kept.append(spot)
        if len(kept) == number:
            break
    return y[kept], x[kept]


@pytest.mark.parametrize(
    ("folder", "where"),
    [(WINTER, "clear"), (WINTER, "cloud edge"), (WINTER, "snow"), ("A2023241.0936", "clear")],
)
def test_fires_put_into_real_granules_are_found(realdata: Path, folder: str, where: str) -> None:
    scene = tile(realdata, folder)
    lines, samples = places(scene, where)
    assert len(lines) >= 20
    found = viirs.detect(burning(scene, lines, samples, 5.0), viirs.parameters()).fire_mask
    assert (found[lines, samples] >= FireClass.FIRE_LOW).mean() >= 0.95


def test_fires_at_summer_cloud_edges_are_lost_only_to_the_cold_of_the_cloud(realdata: Path) -> None:
    scene = tile(realdata, "A2023241.0936")
    lines, samples = places(scene, "cloud edge")
    burnt = burning(scene, lines, samples, 5.0)
    found = viirs.detect(burnt, viirs.parameters()).fire_mask[lines, samples]
    assert (found >= FireClass.FIRE_LOW).mean() >= 0.9
    warm = replace(viirs.parameters(), day_tir_below_k=100.0)
    found = viirs.detect(burnt, warm).fire_mask[lines, samples]
    assert (found >= FireClass.FIRE_LOW).mean() >= 0.99


def test_a_fire_beside_the_refinery_is_found(realdata: Path) -> None:
    scene = tile(realdata, "A2023241.0936")
    away = distance_km(scene.lon, scene.lat, *REFINERY)
    line, sample = np.unravel_index(np.argmin(np.abs(away - 3)), scene.shape)
    burnt = burning(scene, np.array([line]), np.array([sample]), 5.0)
    assert viirs.detect(burnt, viirs.parameters()).fire_mask[line, sample] >= FireClass.FIRE_LOW
