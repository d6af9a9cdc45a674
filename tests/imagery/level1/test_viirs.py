"""VIIRS granules written by hand, decoded pixel by pixel with the arithmetic of the format."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from imagery.level1.viirs import ViirsGranule, read_viirs
from imagery.level1.window import Window
from imagery.reading import OutsideRegionError

PLACES = [(0, 0), (5, 1999), (31, 3200), (32, 3199), (63, 6399)]


def test_every_value_is_what_the_format_says(viirs: Any, written: Any) -> None:
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"], paths["02MOD"])
    v = viirs.variables
    for line, sample in PLACES:
        at = line, sample
        assert scene.bt_mir_k[at] == v["I04_brightness_temperature_lut"][v["I04"][at]]
        assert scene.bt_tir_k[at] == v["I05_brightness_temperature_lut"][v["I05"][at]]
        cosine = math.cos(math.radians(40.0))
        assert scene.rho_red[at] == pytest.approx(v["I01"][at] * 2.0e-5 / cosine, rel=1e-5)
        assert scene.rho_nir[at] == pytest.approx(v["I02"][at] * 1.9e-5 / cosine, rel=1e-5)
        assert scene.rho_swir[at] == pytest.approx(
            (v["I03"][at] * 2.1e-5 + 0.001) / cosine, rel=1e-5
        )
        assert scene.lon[at] == v["longitude"][at]
        assert scene.lat[at] == v["latitude"][at]
        assert scene.solar_zenith_deg[at] == pytest.approx(40.0)
        assert scene.view_zenith_deg[at] == pytest.approx(abs(sample - 3200) * 0.02, abs=1e-4)
        assert scene.relative_azimuth_deg[at] == pytest.approx(20.0, abs=1e-3)
        assert scene.fire_radiance.radiance[at] == pytest.approx(
            v["M13"][line // 2, sample // 2] * 0.0002 + 0.01, rel=1e-5
        )
    assert scene.platform == "S-NPP"
    assert scene.granule == "VNP02IMG.A2020312.0605.002.2020313000000"
    assert scene.started_utc_s == 1_604_729_100
    assert scene.ended_utc_s == 1_604_729_460
    assert scene.mir_nominal.all()
    assert scene.tir_nominal.all()
    assert not scene.water.any()


@pytest.mark.parametrize("count", [65_528, 65_532, 65_533, 65_534, 65_535])
def test_fill_counts_are_no_temperature(viirs: Any, written: Any, count: int) -> None:
    viirs.variables["I04"][3, 5] = count
    viirs.variables["I05"][3, 6] = count
    viirs.variables["I01"][3, 7] = count
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert np.isnan(scene.bt_mir_k[3, 5])
    assert np.isnan(scene.bt_tir_k[3, 6])
    assert np.isnan(scene.rho_red[3, 7])
    assert not scene.mir_nominal[3, 5]
    assert not scene.tir_nominal[3, 6]
    assert scene.bowtie_deleted[3, 5] == (count == 65_533)
    assert np.isnan(scene.bt_mir_k).sum() == 1


def test_quality_bits_say_saturated_deleted_or_not_nominal(viirs: Any, written: Any) -> None:
    flags = viirs.variables["I04_quality_flags"]
    for sample, bits in enumerate((0, 4, 256, 2048, 16, 1, 4 | 32)):
        flags[10, sample] = bits
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert scene.mir_saturated[10, :7].tolist() == [False, True, False, False, False, False, True]
    assert scene.bowtie_deleted[10, :7].tolist() == [False, False, True, *[False] * 4]
    assert scene.mir_nominal[10, :7].tolist() == [True, False, False, False, True, False, False]


def test_the_end_of_the_files_own_table_is_saturation(viirs: Any, written: Any) -> None:
    viirs.variables["I04"][0, :2] = 65_527, 65_000
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert scene.bt_mir_k[0, 0] == pytest.approx(362.48, abs=0.02)
    assert scene.mir_saturated[0, :3].tolist() == [True, False, False]


def test_the_files_own_meaning_of_bits_wins(viirs: Any, written: Any) -> None:
    viirs.variables["I04_quality_flags"][0, 0] = 8
    paths = written()
    with h5py.File(paths["02IMG"], "a") as file:
        attrs = file["observation_data/I04_quality_flags"].attrs
        attrs["flag_masks"] = np.array([4, 8], "u2")
        attrs["flag_meanings"] = "Temp_not_nominal Saturation"
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert scene.mir_saturated[0, 0]


def test_land_water_classes(viirs: Any, written: Any) -> None:
    viirs.variables["land_water_mask"][0, :9] = [0, 1, 2, 3, 4, 5, 6, 7, 255]
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert np.flatnonzero(scene.water[0, :9]).tolist() == [0, 3, 5, 6, 7]
    assert np.flatnonzero(scene.coast[0, :9]).tolist() == [2]


def test_places_without_geolocation_have_none(viirs: Any, written: Any) -> None:
    viirs.variables["latitude"][4, 4] = -999.9
    viirs.variables["longitude"][4, 4] = -999.9
    viirs.variables["solar_zenith"][4, 4] = -32_768
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert np.isnan([scene.lat[4, 4], scene.lon[4, 4], scene.solar_zenith_deg[4, 4]]).all()
    assert np.isnan(scene.rho_red[4, 4])
    assert not np.isnan(scene.lat[4, 5])


def test_reflectance_stops_where_night_begins(viirs: Any, written: Any) -> None:
    viirs.variables["solar_zenith"][0, :3] = 8499, 8500, 9500
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert np.isnan(scene.rho_red[0, :3]).tolist() == [False, True, True]


def test_a_night_granule_has_no_reflective_bands(viirs: Any, written: Any) -> None:
    for band in ("I01", "I02", "I03"):
        del viirs.variables[band]
    viirs.day_night = "Night"
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert scene.rho_red is None
    assert scene.rho_nir is None
    assert scene.rho_swir is None
    assert scene.mir_nominal.all()


def test_one_missing_reflective_band_leaves_the_others(viirs: Any, written: Any) -> None:
    del viirs.variables["I02"]
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert scene.rho_nir is None
    assert scene.rho_red is not None


def test_a_window_is_the_same_piece_of_the_whole(viirs: Any, written: Any) -> None:
    viirs.variables["I04"][40, 3000] = 65_533
    paths = written()
    with ViirsGranule(paths["02IMG"], paths["03IMG"], paths["02MOD"]) as granule:
        whole = granule.read()
        part = granule.read(Window(32, 64, 2991, 3200))
    assert (part.line0, part.sample0) == (32, 2991)
    for name, value in vars(part).items():
        if isinstance(value, np.ndarray) and value.ndim == 2:
            np.testing.assert_array_equal(value, getattr(whole, name)[32:64, 2991:3200], name)
    np.testing.assert_array_equal(part.scan_km, whole.scan_km[2991:3200])
    np.testing.assert_array_equal(
        part.fire_radiance.radiance, whole.fire_radiance.radiance[32:64, 2991:3200]
    )
    np.testing.assert_array_equal(
        part.fire_radiance.pixel_area_km2, whole.fire_radiance.pixel_area_km2[2991:3200]
    )


def test_a_region_is_read_with_its_margin_and_nothing_far_from_it(written: Any) -> None:
    paths = written()
    region = Extent(107.0, 22.0, 109.0, 24.0)
    scene = read_viirs(paths["02IMG"], paths["03IMG"], region=region, margin_px=40)
    assert scene.lon[0, 0] <= 107.0 - 40 * 0.0036
    assert scene.lon[0, -1] >= 109.0 + 40 * 0.0036
    assert scene.lon[0, 0] > 106.0
    assert scene.lon[0, -1] < 110.0
    assert scene.sample0 > 0


def test_a_granule_beside_the_region_is_not_seen_rather_than_without_fire(written: Any) -> None:
    paths = written()
    with pytest.raises(OutsideRegionError, match="does not touch"):
        read_viirs(paths["02IMG"], paths["03IMG"], region=Extent(10.0, 40.0, 12.0, 42.0))


def test_a_granule_without_any_position_says_so(viirs: Any, written: Any) -> None:
    viirs.variables["latitude"][:] = -999.9
    viirs.variables["longitude"][:] = -999.9
    paths = written()
    with pytest.raises(UnreadableFileError, match="no pixel of the granule has a position"):
        read_viirs(paths["02IMG"], paths["03IMG"], region=Extent(107.0, 22.0, 109.0, 24.0))


def test_an_all_fill_granule_has_no_temperature_anywhere(viirs: Any, written: Any) -> None:
    viirs.variables["I04"][:] = 65_535
    viirs.variables["I05"][:] = 65_535
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert np.isnan(scene.bt_mir_k).all()
    assert not scene.mir_nominal.any()
    assert not scene.mir_saturated.any()


@pytest.mark.parametrize(
    ("part", "keep"), [("02IMG", 0.6), ("02IMG", 0.02), ("03IMG", 0.5), ("02IMG", 0.0)]
)
def test_a_truncated_file_is_named(written: Any, part: str, keep: float) -> None:
    paths = written()
    data = paths[part].read_bytes()
    paths[part].write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(UnreadableFileError) as raised:
        read_viirs(paths["02IMG"], paths["03IMG"])
    assert part in raised.value.where
    assert raised.value.remedy


def test_damage_inside_a_variable_names_the_variable(written: Any) -> None:
    paths = written()
    with h5py.File(paths["02IMG"], "r") as file:
        chunk = file["observation_data/I04"].id.get_chunk_info(3)
    with paths["02IMG"].open("r+b") as stream:
        stream.seek(chunk.byte_offset)
        stream.write(b"\xff" * min(chunk.size, 4000))
    with pytest.raises(UnreadableFileError, match="I04"):
        read_viirs(paths["02IMG"], paths["03IMG"])


def test_a_web_page_saved_as_a_granule_is_refused(written: Any) -> None:
    paths = written()
    paths["02IMG"].write_text("<html>login</html>")
    with pytest.raises(UnreadableFileError):
        read_viirs(paths["02IMG"], paths["03IMG"])


def test_an_absent_file_is_refused(written: Any, tmp_path: Path) -> None:
    paths = written()
    with pytest.raises(UnreadableFileError, match="none"):
        read_viirs(paths["02IMG"], tmp_path / "none.nc")


@pytest.mark.parametrize(
    "name",
    ["I05", "I04_brightness_temperature_lut", "I04_quality_flags", "latitude", "land_water_mask"],
)
def test_a_missing_variable_is_named(viirs: Any, written: Any, name: str) -> None:
    del viirs.variables[name]
    paths = written()
    with pytest.raises(UnreadableFileError, match=name):
        read_viirs(paths["02IMG"], paths["03IMG"])


def test_angles_without_their_scale_are_not_guessed(viirs: Any, written: Any) -> None:
    viirs.packing = {}
    paths = written()
    with pytest.raises(UnreadableFileError, match="solar_zenith:scale_factor"):
        read_viirs(paths["02IMG"], paths["03IMG"])


def test_angles_take_the_scale_of_the_file(viirs: Any, written: Any) -> None:
    viirs.packing = {"scale_factor": 0.005, "add_offset": 1.0}
    paths = written()
    scene = read_viirs(paths["02IMG"], paths["03IMG"])
    assert scene.solar_zenith_deg[0, 0] == pytest.approx(21.0)


def test_a_pair_of_two_times_is_refused_and_names_what_to_fetch(viirs: Any, written: Any) -> None:
    viirs.geo_start = "2020-11-07T06:11:00.000Z"
    paths = written()
    with pytest.raises(UnreadableFileError) as raised:
        read_viirs(paths["02IMG"], paths["03IMG"])
    assert "VNP03IMG.A2020312.0605.002.*.nc" in raised.value.remedy


def test_a_pair_of_two_satellites_is_refused(viirs: Any, written: Any) -> None:
    viirs.geo_platform = "JPSS-2"
    paths = written()
    with pytest.raises(UnreadableFileError, match="NOAA-21, the name of S-NPP"):
        read_viirs(paths["02IMG"], paths["03IMG"])
    unnamed = paths["03IMG"].rename(paths["03IMG"].with_name("geolocation.nc"))
    with pytest.raises(UnreadableFileError, match="platform"):
        read_viirs(paths["02IMG"], unnamed)


def test_a_pair_of_two_shapes_is_refused(viirs: Any, written: Any) -> None:
    viirs.variables["latitude"] = viirs.variables["latitude"][:32]
    paths = written()
    with pytest.raises(UnreadableFileError, match="latitude"):
        read_viirs(paths["02IMG"], paths["03IMG"])


@pytest.mark.parametrize(
    ("prefix", "platform", "expected"),
    [("VJ1", "JPSS-1", "NOAA-20"), ("VJ2", "NOAA-21", "NOAA-21"), ("VNP", "Suomi-NPP", "S-NPP")],
)
def test_three_satellites(
    viirs: Any, written: Any, prefix: str, platform: str, expected: str
) -> None:
    viirs.prefix, viirs.platform, viirs.geo_platform = prefix, platform, platform
    paths = written()
    assert read_viirs(paths["02IMG"], paths["03IMG"]).platform == expected


def test_text_of_variable_length_is_read_apart_and_other_files_agree(written: Any) -> None:
    paths = list(written().values())
    fixed = read_viirs(*paths)
    with h5py.File(paths[0], "a") as file:
        for name in ("platform", "DayNightFlag"):
            file.attrs[name] = file.attrs[name].decode()
    scene = read_viirs(*paths)
    assert scene.platform == fixed.platform
    np.testing.assert_array_equal(scene.rho_red, fixed.rho_red)


def test_a_variable_that_is_no_number_or_too_small_is_named(viirs: Any, written: Any) -> None:
    paths = list(written().values())
    place = "observation_data/I04_quality_flags"
    with h5py.File(paths[0], "a") as file:
        del file[place]
        file[place] = np.zeros((3, 3), "u2")
    with pytest.raises(UnreadableFileError, match="I04_quality_flags"):
        read_viirs(*paths)
    with h5py.File(paths[0], "a") as file:
        del file[place]
        file.create_dataset(place, (64, 6400), dtype=h5py.string_dtype())
    with pytest.raises(UnreadableFileError, match="I04_quality_flags"):
        read_viirs(*paths)
