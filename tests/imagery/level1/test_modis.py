"""MODIS granules written by hand, decoded pixel by pixel with the arithmetic of the format."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from imagery.level1.modis import read_modis
from imagery.reading import OutsideRegionError

BANDS = [
    "20",
    "21",
    "22",
    "23",
    "24",
    "25",
    "27",
    "28",
    "29",
    "30",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
]
SCALES = np.linspace(2.0e-4, 8.0e-4, 16)
OFFSETS = np.linspace(100.0, 2000.0, 16)
WAVELENGTH_UM = {"21": 3.959, "22": 3.959, "31": 11.009, "32": 12.02}
CORRECTION = {"21": (1.00009, -0.05167), "22": (1.0001, -0.05332), "31": (1.00046, -0.09968)}


def kelvin(band: str, count: int) -> float:
    index = BANDS.index(band)
    radiance = (count - OFFSETS[index]) * SCALES[index]
    wave = WAVELENGTH_UM[band]
    planck = 14_387.769 / (wave * math.log(1 + 1.191042972e8 / (wave**5 * radiance)))
    slope, shift = CORRECTION.get(band, (1.0, 0.0))
    return slope * planck + shift


def test_every_value_is_what_the_format_says(modis: Any, tmp_path: Path) -> None:
    scene = read_modis(*modis.write(tmp_path))
    v = modis.variables
    for line, sample in ((0, 0), (7, 676), (19, 1353)):
        count = {band: v["EV_1KM_Emissive"][BANDS.index(band), line, sample] for band in BANDS}
        fine, hot = kelvin("22", count["22"]), kelvin("21", count["21"])
        at = line, sample
        assert scene.bt_mir_k[at] == pytest.approx(fine if fine < 331 else hot, abs=1e-3)
        assert scene.bt_tir_k[at] == pytest.approx(kelvin("31", count["31"]), abs=1e-3)
        assert scene.bt_12_k[at] == pytest.approx(kelvin("32", count["32"]), abs=1e-3)
        red = v["EV_250_Aggr1km_RefSB"][0, line, sample]
        swir = v["EV_500_Aggr1km_RefSB"][4, line, sample]
        assert scene.rho_red[at] == pytest.approx((int(red) - 10) * 5e-5, rel=1e-4)
        assert scene.rho_swir[at] == pytest.approx((int(swir) - 10) * 5.4e-5, rel=1e-4)
        assert scene.lat[at] == v["Latitude"][at]
        assert scene.solar_zenith_deg[at] == pytest.approx(41.0)
        assert scene.relative_azimuth_deg[at] == pytest.approx(120.0)
    assert (scene.platform, scene.started_utc_s) == ("Terra", 1_604_719_500)
    assert scene.ended_utc_s == 1_604_719_800
    assert not scene.bowtie_deleted.any()


def test_band_21_takes_over_where_band_22_ends(modis: Any, tmp_path: Path) -> None:
    image = modis.variables["EV_1KM_Emissive"]
    image[1, 0, :3], image[2, 0, :3] = 20_000, (5000, 30_000, 65_533)
    scene = read_modis(*modis.write(tmp_path))
    assert kelvin("22", 5000) < 331 < kelvin("22", 30_000)
    assert scene.bt_mir_k[0, :3] == pytest.approx(
        [kelvin("22", 5000), kelvin("21", 20_000), kelvin("21", 20_000)], abs=1e-2
    )
    assert not scene.mir_saturated.any()


def test_a_pixel_that_saturates_both_bands_is_the_hottest_not_lost(
    modis: Any, tmp_path: Path
) -> None:
    modis.variables["EV_1KM_Emissive"][1:3, 4, 4] = 65_533
    scene = read_modis(*modis.write(tmp_path))
    assert scene.mir_saturated[4, 4]
    assert not scene.mir_nominal[4, 4]
    assert scene.bt_mir_k[4, 4] == pytest.approx(kelvin("21", 32_767), abs=1e-2)
    assert scene.mir_saturated.sum() == 1


@pytest.mark.parametrize("count", [32_768, 65_500, 65_531, 65_534, 65_535])
def test_counts_beyond_the_valid_range_are_nothing(modis: Any, tmp_path: Path, count: int) -> None:
    modis.variables["EV_1KM_Emissive"][:, 2, 2] = count
    modis.variables["EV_250_Aggr1km_RefSB"][:, 2, 2] = count
    scene = read_modis(*modis.write(tmp_path))
    for values in (scene.bt_mir_k, scene.bt_tir_k, scene.bt_12_k, scene.rho_red, scene.rho_nir):
        assert np.isnan(values[2, 2])
        assert np.isnan(values).sum() == 1


def test_a_night_granule_has_no_reflective_bands(modis: Any, tmp_path: Path) -> None:
    modis.variables["SolarZenith"][:] = 13_000
    scene = read_modis(*modis.write(tmp_path))
    assert scene.rho_red is None
    assert scene.rho_swir is None


def test_fill_in_angles_and_positions_is_unknown(modis: Any, tmp_path: Path) -> None:
    modis.variables["SolarZenith"][1, 1] = -32_767
    modis.variables["Latitude"][1, 1] = -999.0
    scene = read_modis(*modis.write(tmp_path))
    assert np.isnan(scene.solar_zenith_deg[1, 1])
    assert np.isnan(scene.lat[1, 1])


def test_a_region_is_the_same_piece_of_the_whole(modis: Any, tmp_path: Path) -> None:
    paths = modis.write(tmp_path)
    whole = read_modis(*paths)
    part = read_modis(*paths, region=Extent(107.0, 22.0, 109.0, 24.0), margin_px=20)
    lines = slice(part.line0, part.line0 + part.shape[0])
    samples = slice(part.sample0, part.sample0 + part.shape[1])
    assert part.sample0 > 0
    assert part.lon[0, 0] <= 107.0 - 0.2
    for name, value in vars(part).items():
        if isinstance(value, np.ndarray) and value.ndim == 2:
            np.testing.assert_array_equal(value, getattr(whole, name)[lines, samples], name)
    np.testing.assert_array_equal(part.scan_km, whole.scan_km[samples])


def test_a_granule_beside_the_region_is_not_seen(modis: Any, tmp_path: Path) -> None:
    with pytest.raises(OutsideRegionError):
        read_modis(*modis.write(tmp_path), region=Extent(10.0, 40.0, 12.0, 42.0))


def test_a_pair_of_two_times_is_refused_and_names_what_to_fetch(modis: Any, tmp_path: Path) -> None:
    modis.geo_start = "03:30:00.000000"
    with pytest.raises(UnreadableFileError) as raised:
        read_modis(*modis.write(tmp_path))
    assert "MOD03.A2020312.0325.061.*.hdf" in raised.value.remedy


def test_a_pair_of_two_satellites_is_refused(modis: Any, tmp_path: Path) -> None:
    modis.geo_platform = "Aqua"
    with pytest.raises(UnreadableFileError, match="Aqua, the name of Terra"):
        read_modis(*modis.write(tmp_path))


@pytest.mark.parametrize("name", ["EV_1KM_Emissive", "Latitude", "Land/SeaMask", "SolarZenith"])
def test_a_missing_data_set_is_named(modis: Any, tmp_path: Path, name: str) -> None:
    del modis.variables[name]
    with pytest.raises(UnreadableFileError, match=name):
        read_modis(*modis.write(tmp_path))


@pytest.mark.parametrize(("part", "keep"), [(0, 0.5), (1, 0.3), (0, 0.001), (1, 0.0)])
def test_a_truncated_file_is_named(modis: Any, tmp_path: Path, part: int, keep: float) -> None:
    paths = modis.write(tmp_path)
    data = paths[part].read_bytes()
    paths[part].write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(UnreadableFileError) as raised:
        read_modis(*paths)
    assert paths[part].name in raised.value.where
