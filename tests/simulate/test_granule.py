"""Simulated granules: read with plain h5py and pyhdf, checked with Planck's law spelt out here."""

from __future__ import annotations

import math
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from pyhdf.SD import SD

from firewatch.core.errors import UsageError
from firewatch.core.geo import distance_km
from firewatch.simulate.granule import GranuleRequest, SimulatedGranule, simulate_granule
from firewatch.simulate.granule_ground import Cover, Weather
from imagery.level1.modis import read_modis
from imagery.level1.viirs import read_viirs

STARTED = 1_604_729_100  # 2020-11-07 06:05 UTC
NIGHT = 1_604_686_500  # 2020-11-06 18:15 UTC
CLEAR = Weather(cloud_share=0.0)


def planck(wave: float, kelvin: float) -> float:
    return 1.191042972e8 / (wave**5 * (math.exp(14_387.769 / (wave * kelvin)) - 1))


def kelvin(wave: float, radiance: float) -> float:
    return 14_387.769 / (wave * math.log(1 + 1.191042972e8 / (wave**5 * radiance)))


def fires(*rows: tuple[float, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["lon", "lat", "area_m2", "t_k"])


MIXED = fires(
    (108.4, 23.69, 100, 900),
    (109.0, 23.71, 500, 900),
    (107.6, 23.70, 20_000, 1000),
    (103.1, 23.10, 200, 900),
)


@pytest.fixture(scope="module")
def viirs(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    folder = tmp_path_factory.mktemp("viirs")
    request = GranuleRequest("S-NPP", STARTED, MIXED, scans=4, weather=CLEAR)
    return simulate_granule(folder, request)


@pytest.fixture(scope="module")
def modis(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    folder = tmp_path_factory.mktemp("modis")
    return simulate_granule(folder, GranuleRequest("Terra", STARTED, MIXED, scans=6, weather=CLEAR))


def test_every_file_says_that_it_is_simulated(
    viirs: SimulatedGranule, modis: SimulatedGranule
) -> None:
    for path in (*viirs.files.values(), *modis.files.values(), viirs.truth, viirs.cover):
        assert path.name.startswith("SIMULATED_")
    for path in viirs.files.values():
        with h5py.File(path) as file:
            assert file.attrs["simulated"] == b"SIMULATED"
    for path in modis.files.values():
        assert SD(str(path)).attributes()["simulated"] == "SIMULATED"
    assert (pd.read_csv(viirs.truth)["simulated"] == "SIMULATED").all()


def test_a_fire_smaller_than_a_pixel_has_the_temperature_of_the_two_part_mixture(
    viirs: SimulatedGranule,
) -> None:
    truth = pd.read_csv(viirs.truth)
    row = truth[truth["fire"] == 0].iloc[0]
    background = planck(3.74, row["background_mir_k"])
    expected = row["share"] * planck(3.74, 900.0) + (1 - row["share"]) * background
    assert row["bt_mir_k"] == pytest.approx(kelvin(3.74, expected), abs=0.01)
    assert row["share"] == pytest.approx(100 / (0.388 * 0.371 * 1e6), rel=0.01)
    assert row["frp_mw"] == pytest.approx(5.67e-8 * 900**4 * 100 / 1e6, rel=1e-3)
    with h5py.File(viirs.files["02IMG"]) as file:
        group = file["observation_data"]
        count = int(group["I04"][row["line"], row["sample"]])
        measured = count * group["I04"].attrs["scale_factor"] + group["I04"].attrs["add_offset"]
        found = group["I04_brightness_temperature_lut"][count]
    # Five times the noise of 0.005 W m-2 sr-1 um-1.
    assert measured == pytest.approx(planck(3.74, row["bt_mir_k"]), abs=0.025)
    assert found == pytest.approx(kelvin(3.74, measured), abs=0.01)


def test_a_hot_fire_saturates_and_a_very_hot_one_folds(viirs: SimulatedGranule) -> None:
    truth = pd.read_csv(viirs.truth).drop_duplicates("fire").set_index("fire")
    with h5py.File(viirs.files["02IMG"]) as file:
        group = file["observation_data"]
        hot, folded = (tuple(truth.loc[fire, ["line", "sample"]].astype(int)) for fire in (1, 2))
        assert group["I04"][hot] == 65_527
        assert group["I04_quality_flags"][hot] == 4
        assert group["I04"][folded] == 0
        assert group["I04_quality_flags"][folded] == 0
        lut = group["I04_brightness_temperature_lut"]
        assert lut[0] == 208.0
        assert lut[65_527] == pytest.approx(362.5, abs=0.1)
        assert group["I05_brightness_temperature_lut"][int(group["I05"][folded])] > 325


def test_pixels_lie_where_the_truth_says_and_away_from_nadir_scans_see_a_fire_twice(
    viirs: SimulatedGranule,
) -> None:
    truth = pd.read_csv(viirs.truth)
    with h5py.File(viirs.files["03IMG"]) as file:
        lat, lon = (file[f"geolocation_data/{n}"][:] for n in ("latitude", "longitude"))
    at = truth["line"].to_numpy(), truth["sample"].to_numpy()
    apart = distance_km(lon[at], lat[at], truth["lon"], truth["lat"])
    assert apart.max() < 0.6
    assert (truth["fire"] == 0).sum() == 1
    for row in truth.drop_duplicates("fire").itertuples():
        nearest = np.argmin(distance_km(lon, lat, row.lon, row.lat))
        same = truth[truth["fire"] == row.fire]
        assert nearest in (same["line"] * lon.shape[1] + same["sample"]).to_list()


def test_four_lines_of_a_scan_are_deleted_in_the_middle_zone_and_eight_outside(
    viirs: SimulatedGranule,
) -> None:
    with h5py.File(viirs.files["02IMG"]) as file:
        counts = file["observation_data/I04"][:32]
        flags = file["observation_data/I04_quality_flags"][:32]
    deleted = counts == 65_533
    assert (deleted == ((flags & 256) != 0)).all()
    lines = deleted.sum(axis=0)
    assert (lines[3200], lines[3200 + 1184], lines[3200 + 1920], lines[0]) == (0, 4, 8, 8)
    assert set(lines[2016:4384]) == {0}
    assert np.flatnonzero(deleted[:, 1500]).tolist() == [0, 1, 30, 31]


def test_night_granules_have_no_reflective_bands(tmp_path: Path) -> None:
    made = simulate_granule(tmp_path, GranuleRequest("NOAA-20", NIGHT, MIXED, scans=1))
    with h5py.File(made.files["02IMG"]) as file:
        assert "I01" not in file["observation_data"]
        assert file.attrs["DayNightFlag"] == b"Night"
        assert file.attrs["platform"] == b"JPSS-1"
    assert made.files["02IMG"].name.startswith("SIMULATED_VJ102IMG.A2020311.1815.002.")


def test_the_sun_warms_the_4_um_band_by_day(viirs: SimulatedGranule) -> None:
    with np.load(viirs.cover) as archive:
        land = archive["cover"] == Cover.LAND
    with h5py.File(viirs.files["02IMG"]) as file:
        group = file["observation_data"]
        mir, tir = (
            group[f"{band}_brightness_temperature_lut"][:][group[band][:]]
            for band in ("I04", "I05")
        )
        red = group["I01"][:] * group["I01"].attrs["scale_factor"]
    land &= mir > 0
    assert 1.0 < np.median(mir[land] - tir[land]) < 8.0
    # The file holds the reflectance times cos(SZA), 0.07 over land under a sun at 41 to 55 deg.
    assert 0.035 < np.median(red[land]) < 0.055


def test_clouds_are_cold_and_bright_and_hide_fires(tmp_path: Path) -> None:
    weather = Weather(cloud_share=1.0)
    made = simulate_granule(
        tmp_path, GranuleRequest("S-NPP", STARTED, MIXED, scans=4, weather=weather)
    )
    truth = pd.read_csv(made.truth)
    assert truth["cloud"].mean() > 0.9
    hidden = truth[truth["cloud"]]
    assert (hidden["bt_mir_k"] == hidden["background_mir_k"]).all()
    assert (hidden["background_tir_k"] < 265).all()


def test_modis_holds_the_mixture_in_band_21_and_ends_band_22_at_331_k(
    modis: SimulatedGranule,
) -> None:
    truth = pd.read_csv(modis.truth).drop_duplicates("fire").set_index("fire")
    data = SD(str(modis.files["021KM"])).select("EV_1KM_Emissive")
    attributes, image = data.attributes(), data[:]
    scale, offset = (attributes[name] for name in ("radiance_scales", "radiance_offsets"))
    weak, hot = truth.loc[1], truth.loc[2]
    at = int(weak["line"]), int(weak["sample"])
    radiance = (int(image[1][at]) - offset[1]) * scale[1]
    assert radiance == pytest.approx(planck(3.959, weak["bt_mir_k"]), abs=0.03)
    assert image[2][int(hot["line"]), int(hot["sample"])] == 65_533
    assert image[1][int(hot["line"]), int(hot["sample"])] < 32_768
    assert (image[2][image[2] < 65_000] <= 32_767).all()


def test_the_same_seed_gives_the_same_granule_and_another_another(tmp_path: Path) -> None:
    values = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        request = GranuleRequest("Aqua", STARTED, MIXED, seed=seed, scans=1)
        made = simulate_granule(tmp_path / name, request)
        values.append(SD(str(made.files["021KM"])).select("EV_1KM_Emissive")[2])
    assert (values[0] == values[1]).all()
    assert (values[0] != values[2]).any()


def test_an_unknown_satellite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Sputnik"):
        simulate_granule(tmp_path, GranuleRequest("Sputnik", STARTED, MIXED))


def test_the_readers_give_back_what_the_forward_model_put_in(
    viirs: SimulatedGranule, modis: SimulatedGranule
) -> None:
    scenes = (
        (viirs, read_viirs(viirs.files["02IMG"], viirs.files["03IMG"], viirs.files["02MOD"])),
        (modis, read_modis(modis.files["021KM"], modis.files["03"])),
    )
    for made, scene in scenes:
        truth = pd.read_csv(made.truth)
        truth = truth[~truth["bowtie_deleted"] & (truth["bt_mir_k"] < 360)]
        at = truth["line"].to_numpy(), truth["sample"].to_numpy()
        assert len(truth) > 0
        assert np.abs(scene.bt_mir_k[at] - truth["bt_mir_k"]).max() < 1.0
        assert np.abs(scene.bt_tir_k[at] - truth["bt_tir_k"]).max() < 1.0
        assert scene.mir_nominal[at].all()


def temperatures_by_cover(made: SimulatedGranule) -> dict[Cover, tuple[np.ndarray, np.ndarray]]:
    with np.load(made.cover) as archive:
        cover = archive["cover"]
    with h5py.File(made.files["02IMG"]) as file:
        group = file["observation_data"]
        mir, tir = (
            group[f"{band}_brightness_temperature_lut"][:][group[band][:]]
            for band in ("I04", "I05")
        )
    seen = (mir > 0) & (tir > 0)
    return {kind: (mir[seen & (cover == kind)], tir[seen & (cover == kind)]) for kind in Cover}


def test_pixels_that_cloud_fills_in_part_are_colder_at_11_um_than_at_4(tmp_path: Path) -> None:
    request = GranuleRequest(
        "S-NPP", NIGHT, MIXED, scans=3, samples=(1200, 5200), weather=Weather(cloud_share=0.3)
    )
    found = temperatures_by_cover(simulate_granule(tmp_path, request))
    difference = {kind: np.median(mir - tir) for kind, (mir, tir) in found.items() if len(mir)}
    assert difference[Cover.CLOUD_EDGE] > difference[Cover.LAND] + 3
    assert difference[Cover.CLOUD_EDGE] > difference[Cover.CLOUD] + 3


def test_sand_is_the_hottest_ground_by_day_and_neighbours_differ(tmp_path: Path) -> None:
    request = GranuleRequest("S-NPP", STARTED, MIXED, scans=3, samples=(1200, 5200), weather=CLEAR)
    found = temperatures_by_cover(simulate_granule(tmp_path, request))
    mir = {kind: np.median(values) for kind, (values, _) in found.items() if len(values)}
    assert mir[Cover.HOT_FIELD] > mir[Cover.BARE_HOT] > mir[Cover.LAND] + 8
    assert mir[Cover.HOT_FIELD] > 320
    sand = found[Cover.HOT_FIELD][1]
    assert 1 < np.abs(np.diff(sand)).mean() < 6
