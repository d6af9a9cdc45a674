"""Simulated scenes of OLI and MSI, checked with the physics spelt out here and real metadata."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from firewatch.core.errors import UsageError
from firewatch.simulate.highres import (
    CLEAR,
    BurntField,
    PlantedFire,
    SimulatedScene,
    Sky,
    draw_scene,
    grid_around,
)
from firewatch.simulate.highres_bands import earth_sun_distance_au
from firewatch.simulate.highres_ground import Cover
from firewatch.simulate.highres_places import mgrs_tile
from imagery.highres.grid import Grid
from imagery.highres.scene import Ground, HighresScene, SensorName

NOVEMBER = 1_604_545_800  # 2020-11-05 03:10 UTC
DAYS = 86_400
NANNING = (108.4, 22.9)
NO_MIRRORS = replace(CLEAR, mirrors=False)
SENSORS: tuple[SensorName, ...] = ("OLI", "MSI")
PIXEL_M2 = {"OLI": 900.0, "MSI": 400.0}
# Irradiance of the sun in the bands at 0.865, 1.6 and 2.2 um: what real MTLs are scaled with, and
# the list in Sentinel-2A's metadata.
SUN = {"OLI": (960.36, 238.83, 80.50), "MSI": (955.32, 245.59, 85.25)}
WAVES = {"OLI": (0.865, 1.609, 2.201), "MSI": (0.865, 1.614, 2.202)}


def drawn(
    sensor: SensorName,
    fires: tuple[PlantedFire, ...] = (),
    burnt: tuple[BurntField, ...] = (),
    sky: Sky = CLEAR,
    days: int = 0,
    size: int = 120,
    **more: object,
) -> SimulatedScene:
    return draw_scene(
        7, sensor=sensor, grid=grid_around(*NANNING, sensor, size, size), fires=fires, burnt=burnt,
        acquired_utc_s=NOVEMBER + days * DAYS, sky=sky, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def nbr(scene: HighresScene) -> np.ndarray:
    nir, swir = scene.reflectance("nir"), scene.reflectance("swir2")
    return (nir - swir) / (nir + swir)


@pytest.mark.parametrize("sensor", SENSORS)
def test_flames_add_the_reflectance_that_their_radiance_looks_like(sensor: SensorName) -> None:
    fire = PlantedFire(*NANNING, flaming_m2=4.0, flame_k=900.0, smouldering_m2=30.0)
    without, burning = drawn(sensor), drawn(sensor, (fire,))
    sine = math.sin(math.radians(burning.scene.sun_elevation_deg))
    distance = 0.99165  # of 5 November
    truth = burning.truth.sort_values("share_flaming").iloc[-1]
    at = int(truth["line"]), int(truth["column"])
    for role, wave, sun in zip(("nir", "swir1", "swir2"), WAVES[sensor], SUN[sensor], strict=True):
        expected = 0.0
        for share, kelvin in ((truth["share_flaming"], 900), (truth["share_smouldering"], 600)):
            radiance = 1.191042972e8 / (wave**5 * (math.exp(14_387.769 / (wave * kelvin)) - 1))
            expected += share * math.pi * radiance * distance**2 / (sun * sine)
        hidden = truth["share_flaming"] + truth["share_smouldering"]
        ground = without.scene.reflectance(role)[at]
        added = burning.scene.reflectance(role)[at] - (1 - hidden) * ground
        assert added == pytest.approx(expected, rel=0.01, abs=0.005)
        assert truth[f"rho_{role}"] == pytest.approx(burning.scene.reflectance(role)[at], abs=0.008)


@pytest.mark.parametrize("sensor", SENSORS)
def test_a_fire_is_shared_out_among_pixels_without_loss(sensor: SensorName) -> None:
    fires = (
        PlantedFire(*NANNING, flaming_m2=25.0),
        PlantedFire(108.405, 22.905, flaming_m2=300.0, smouldering_m2=900.0, radius_m=50.0),
    )
    truth = drawn(sensor, fires).truth
    shared = truth.groupby("fire")[["share_flaming", "share_smouldering"]].sum() * PIXEL_M2[sensor]
    assert shared["share_flaming"].to_numpy() == pytest.approx([25.0, 300.0], rel=1e-3)
    assert shared["share_smouldering"].to_numpy() == pytest.approx([0.0, 900.0], rel=1e-3)
    assert (truth["simulated"] == "SIMULATED").all()
    watts = 5.670374e-8 * (300.0 * 900.0**4 + 900.0 * 600.0**4)
    assert truth.loc[truth["fire"] == 1, "frp_mw"].iloc[0] == pytest.approx(watts / 1e6)


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("place", [(108.4, 22.9), (107.9, 22.1), (110.9, 24.6)])
def test_the_brightest_pixel_lies_where_the_fire_was_planted(
    sensor: SensorName, place: tuple[float, float]
) -> None:
    grid = grid_around(place[0] + 0.004, place[1] - 0.003, sensor, 90, 110)
    fire = PlantedFire(*place, flaming_m2=12.0)
    scene = draw_scene(
        3, sensor=sensor, grid=grid, acquired_utc_s=NOVEMBER, fires=(fire,), bright=False
    ).scene
    brightest = np.unravel_index(np.argmax(scene.numbers["swir2"]), grid.shape)
    lon, lat = grid.lon_lat(brightest[0] + 0.5, brightest[1] + 0.5)
    size_deg = math.sqrt(PIXEL_M2[sensor]) / 111_195
    assert float(lat) == pytest.approx(place[1], abs=size_deg)
    assert float(lon) == pytest.approx(place[0], abs=size_deg / math.cos(math.radians(place[1])))


def test_a_full_detector_shows_its_largest_number_and_a_hotter_one_of_oli_starts_again() -> None:
    warm = PlantedFire(*NANNING, flaming_m2=25.0, flame_k=1000.0)
    hot = PlantedFire(108.405, 22.905, flaming_m2=2000.0, flame_k=1000.0, radius_m=35.0)
    oli, msi = (drawn(sensor, (warm, hot), sky=NO_MIRRORS) for sensor in SENSORS)
    for made in (oli, msi):
        full = made.truth[made.truth["full"]]
        assert set(full["fire"]) == {0, 1}
        stored = made.scene.numbers["swir2"][full["line"], full["column"]]
        assert (stored == 65_535).all()
        pixels = full.drop_duplicates(["line", "column"])
        assert made.scene.saturated("swir2").sum() == len(pixels)
    folded = oli.truth[oli.truth["folded"]]
    assert set(folded["fire"]) == {1}
    assert not msi.truth["folded"].any()
    at = folded["line"].to_numpy(), folded["column"].to_numpy()
    # The published test for folded pixels: band 6 above 0.8, band 1 below 0.2.
    assert (oli.scene.reflectance("swir1")[at] > 0.8).all()
    assert (oli.scene.reflectance("coastal")[at] < 0.2).all()
    assert (oli.scene.numbers["swir2"][at] < 65_535).all()


def test_one_seed_shows_the_same_ground_on_every_day_and_to_both_sensors() -> None:
    first, later = drawn("MSI"), drawn("MSI", days=16)
    for role in ("red", "nir", "swir2"):
        difference = first.scene.reflectance(role) - later.scene.reflectance(role)
        assert np.median(np.abs(difference)) < 0.003
    assert (first.cover == later.cover).all()
    wide = grid_around(*NANNING, "OLI", 80, 80)
    oli = draw_scene(7, sensor="OLI", grid=wide, acquired_utc_s=NOVEMBER)
    lines, columns = np.mgrid[5:75, 5:75]
    lon, lat = wide.lon_lat(lines + 0.5, columns + 0.5)
    line, column = first.scene.grid.position(lon, lat)
    seen = first.cover[np.floor(line).astype(int), np.floor(column).astype(int)]
    assert (seen == oli.cover[lines, columns]).mean() > 0.9
    other = draw_scene(8, sensor="OLI", grid=wide, acquired_utc_s=NOVEMBER)
    assert (other.cover == oli.cover).mean() < 0.6


def test_the_same_request_gives_the_same_numbers() -> None:
    fire = (PlantedFire(*NANNING),)
    first, again = drawn("OLI", fire, sky=Sky(0.3)), drawn("OLI", fire, sky=Sky(0.3))
    assert all(
        (first.scene.numbers[r] == again.scene.numbers[r]).all() for r in first.scene.numbers
    )
    assert first.truth.equals(again.truth)


@pytest.mark.parametrize("sensor", SENSORS)
def test_burnt_fields_lose_near_infrared_and_burn_ratio_and_nothing_else_does(
    sensor: SensorName,
) -> None:
    field = BurntField(*NANNING, width_m=400.0, height_m=250.0)
    before = drawn(sensor, days=-16, bright=False)
    after = drawn(sensor, burnt=(field,), bright=False)
    fall = nbr(before.scene) - nbr(after.scene)
    burnt = after.cover == Cover.BURNT
    fields = np.isin(before.cover, [Cover.STUBBLE, Cover.CANE])
    assert np.median(fall[burnt & fields]) > 0.27
    assert abs(np.median(fall[~burnt])) < 0.01
    nir = before.scene.reflectance("nir") - after.scene.reflectance("nir")
    assert np.median(nir[burnt & fields]) > 0.1
    cane = burnt & (before.cover == Cover.CANE)
    swir = after.scene.reflectance("swir2") - before.scene.reflectance("swir2")
    assert not cane.any() or np.median(swir[cane]) > 0.05
    assert burnt.sum() * PIXEL_M2[sensor] == pytest.approx(field.hectares * 10_000, rel=0.15)


@pytest.mark.parametrize("sensor", SENSORS)
def test_smoke_veils_blue_on_one_side_of_the_fire_and_leaves_2_micrometres_clear(
    sensor: SensorName,
) -> None:
    clear = drawn(sensor, (PlantedFire(*NANNING, flaming_m2=1.0),), size=150)
    smoky = drawn(sensor, (PlantedFire(*NANNING, flaming_m2=1.0, smoke=0.8),), size=150)
    added = {
        role: smoky.scene.reflectance(role) - clear.scene.reflectance(role)
        for role in ("blue", "red", "swir2")
    }
    assert added["blue"].max() > 0.12
    assert added["blue"].max() > added["red"].max() > 10 * np.abs(added["swir2"]).max()
    line, column = np.nonzero(added["blue"] > 0.02)
    fire_line, fire_column = smoky.scene.grid.position(*NANNING)
    pixel_m = math.sqrt(PIXEL_M2[sensor])
    towards = np.array([line.mean() - float(fire_line), column.mean() - float(fire_column)])
    assert 50 < np.hypot(*towards) * pixel_m < 600
    away = np.stack([line - float(fire_line), column - float(fire_column)], axis=1) @ towards
    assert (away * pixel_m / np.hypot(*towards) > -60).all()
    assert 0.01 < len(line) * PIXEL_M2[sensor] / 1e6 < 0.3


def test_fields_are_harvested_and_ploughed_between_scenes_and_the_rest_stays() -> None:
    first, later = drawn("MSI"), drawn("MSI", worked=0.3)
    changed = first.cover != later.cover
    was, became = first.cover[changed], later.cover[changed]
    assert set(zip(was.tolist(), became.tolist(), strict=True)) == {
        (Cover.CANE, Cover.STUBBLE),
        (Cover.STUBBLE, Cover.PLOUGHED),
        (Cover.STUBBLE, Cover.FLOODED),
    }
    fields = np.isin(first.cover, [Cover.CANE, Cover.STUBBLE])
    assert changed[fields].mean() == pytest.approx(0.3, abs=0.08)
    # Harvest lowers the burn ratio too: what makes it hard to tell from burning.
    fall = nbr(first.scene) - nbr(later.scene)
    assert (
        np.median(fall[later.cover == Cover.STUBBLE][changed[later.cover == Cover.STUBBLE]]) > 0.3
    )
    less = drawn("MSI", worked=0.1).cover != first.cover
    assert (changed | ~less).all()


def test_clouds_hide_fires_and_are_marked() -> None:
    fires = tuple(
        PlantedFire(NANNING[0] + 0.004 * i, NANNING[1] + 0.004 * j, 1.0)
        for i in range(-5, 6)
        for j in range(-5, 6)
    )
    cloudy = drawn("OLI", fires, sky=Sky(cloud_share=0.5))
    truth = cloudy.truth.sort_values("share_flaming").groupby("fire").tail(1)
    hidden, seen = truth[truth["veil"] > 0.95], truth[truth["veil"] == 0]
    assert len(hidden) > 5
    assert len(seen) > 5
    # The cloud alone.
    assert hidden["rho_swir2"].to_numpy() == pytest.approx(0.36, abs=0.03)
    ground = cloudy.scene.ground
    assert (ground[hidden["line"], hidden["column"]] == Ground.CLOUD).mean() > 0.8
    assert 0.2 < (ground == Ground.CLOUD).mean() < 0.7
    assert (ground == Ground.SHADOW).any()


@pytest.mark.parametrize("sensor", SENSORS)
def test_beyond_the_tilted_edge_of_the_swath_there_is_no_data(sensor: SensorName) -> None:
    scene = drawn(sensor, sky=replace(CLEAR, missing_share=0.2)).scene
    missing = ~scene.has_data
    assert missing.mean() == pytest.approx(0.2, abs=0.02)
    assert missing[:, -1].sum() > missing[:, 85].sum()
    assert missing[-1].sum() != missing[0].sum()
    for role, stored in scene.numbers.items():
        assert ((stored == 0) == missing).all()
        assert (np.isnan(scene.reflectance(role)) == missing).all()


def test_hard_targets_look_like_fire_to_single_thresholds() -> None:
    """Solar panels and blue roofs have more at 2.2 µm than at 0.9, bare red soil nearly so."""
    made = drawn("MSI", size=300, sky=NO_MIRRORS)
    scene = made.scene
    ratio = scene.reflectance("swir2") / scene.reflectance("nir")
    for kind in (Cover.ROOF, Cover.SOLAR_PANEL):
        assert np.median(ratio[made.cover == kind]) > 1.8
    assert np.median(ratio[made.cover == Cover.RED_SOIL]) > 1.0
    assert np.median(ratio[made.cover == Cover.CANE]) < 0.5


def test_the_offset_since_baseline_four_lifts_the_numbers_and_not_the_reflectance() -> None:
    new, old = drawn("MSI"), drawn("MSI", edition="0209")
    lifted = new.scene.numbers["red"].astype(int) - old.scene.numbers["red"].astype(int)
    assert np.abs(lifted - 1000).max() <= 1
    difference = new.scene.reflectance("red") - old.scene.reflectance("red")
    assert np.abs(difference).max() < 2e-4
    assert "_N0209_" in old.scene.scene_id


def test_names_are_official_but_for_their_prefix() -> None:
    assert drawn("OLI", size=30, platform="Landsat-9", edition="01").scene.scene_id == (
        "SIMULATED_LC09_L1TP_125044_20201105_20201105_01_T1"
    )
    assert drawn("MSI", size=30).scene.scene_id == (
        "SIMULATED_S2A_MSIL1C_20201105T031000_N0500_R075_T49QBF_20201105T031000"
    )
    # A real tile, by its upper left corner.
    tile = Grid("EPSG:32632", (20.0, 0.0, 699_960.0, 0.0, -20.0, 5_100_060.0), 5490, 5490)
    assert mgrs_tile(tile) == "32TQR"


def test_the_distance_of_the_sun_is_that_of_real_metadata() -> None:
    # LC08_L1TP_016037_20170813, LC08_L1GT_026200_20240502.
    assert earth_sun_distance_au(1_502_639_656) == pytest.approx(1.0130510, abs=1e-4)
    assert earth_sun_distance_au(1_714_672_825) == pytest.approx(1.0079981, abs=1e-4)


def test_by_night_and_on_the_wrong_satellite_nothing_is_simulated() -> None:
    grid = grid_around(*NANNING, "OLI", 30, 30)
    with pytest.raises(UsageError, match="too low"):
        draw_scene(1, sensor="OLI", grid=grid, acquired_utc_s=NOVEMBER + DAYS // 2)
    with pytest.raises(UsageError, match="Sentinel-2A"):
        draw_scene(1, sensor="OLI", grid=grid, acquired_utc_s=NOVEMBER, platform="Sentinel-2A")


def test_a_scene_in_degrees_is_possible() -> None:
    grid = Grid("EPSG:4326", (0.0002, 0.0, 108.4, 0.0, -0.0002, 22.95), 60, 60)
    made = draw_scene(
        2, sensor="MSI", grid=grid, acquired_utc_s=NOVEMBER,
        fires=(PlantedFire(108.4061, 22.9439, 5.0),),
    )  # fmt: skip
    top = made.truth.sort_values("share_flaming").iloc[-1]
    assert (top["line"], top["column"]) == (30, 30)
    assert len(np.unique(made.scene.numbers["nir"])) > 100
