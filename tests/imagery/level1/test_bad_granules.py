"""Level-1 files as they should not be: an error with file and place, or an explained result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

from firewatch.core.errors import UnreadableFileError
from imagery.detection.detect import detect_granules
from imagery.detection.reading import reading_of_detection, version_of

SHAPE = (64, 6400)
OBSERVED, LOCATED = "observation_data", "geolocation_data"
Change = Callable[[h5py.File], Any]


def replaced(place: str, values: Any = None, **huge: Any) -> Change:
    def change(file: h5py.File) -> None:
        attributes = dict(file[place].attrs)
        del file[place]
        made = file.create_dataset(place, data=values, **huge)
        made.attrs.update(attributes)

    return change


def attribute(place: str, name: str, value: Any) -> Change:
    return lambda file: (file[place] if place else file).attrs.__setitem__(name, value)


def kind_of_thing(file: h5py.File, thing: Any) -> None:
    del file[f"{OBSERVED}/M13"]
    file[f"{OBSERVED}/M13"] = thing


LUT = f"{OBSERVED}/I04_brightness_temperature_lut"
FLAGS = f"{OBSERVED}/I04_quality_flags"
BAD_VIIRS: list[tuple[str, Change, str]] = [
    ("02IMG", replaced(LUT, np.full(1000, 300.0)), "I04_brightness_temperature_lut"),
    ("02IMG", replaced(LUT, np.full(65_536, np.nan)), "I04_brightness_temperature_lut"),
    ("02IMG", replaced(LUT, np.arange(65_536)), "I04_brightness_temperature_lut"),
    ("02IMG", replaced(f"{OBSERVED}/I04", np.full(SHAPE, 3e4, "f4")), "I04"),
    ("02IMG", replaced(f"{OBSERVED}/I04", np.zeros((*SHAPE, 2), "u2")), "I04"),
    ("02IMG", replaced(f"{OBSERVED}/I04", np.zeros((0, 6400), "u2")), "I04"),
    ("02IMG", replaced(f"{OBSERVED}/I04", shape=SHAPE, dtype="S5"), "I04"),
    (
        "02IMG",
        replaced(f"{OBSERVED}/I04", shape=(3_200_000_000, 6400), dtype="u2", chunks=(32, 6400)),
        "3200000000",
    ),
    ("02IMG", replaced(FLAGS, np.zeros(SHAPE, "f4")), "I04_quality_flags"),
    ("02IMG", attribute(f"{OBSERVED}/I01", "scale_factor", np.nan), "I01:scale_factor"),
    ("02IMG", attribute(f"{OBSERVED}/I01", "scale_factor", 0.0), "I01:scale_factor"),
    ("02IMG", attribute(f"{OBSERVED}/I01", "scale_factor", [1.0, 2.0]), "I01:scale_factor"),
    ("02IMG", attribute(f"{OBSERVED}/I01", "valid_max", np.nan), "I01:valid_max"),
    ("02IMG", attribute("", "time_coverage_start", b"yesterday"), "time_coverage_start"),
    ("02IMG", attribute("", "platform", b"JPSS-1"), "NOAA-20, the name of S-NPP"),
    ("03IMG", attribute(f"{LOCATED}/solar_zenith", "scale_factor", b"x"), "solar_zenith"),
    ("03IMG", replaced(f"{LOCATED}/longitude", np.zeros((32, 6400))), "longitude"),
    ("03IMG", replaced(f"{LOCATED}/latitude", np.full(SHAPE, -999.9)), "no pixel"),
    ("03IMG", replaced(f"{LOCATED}/land_water_mask", np.full(SHAPE, np.nan)), "land_water"),
]


BAD_M13: list[tuple[Change, str]] = [
    (lambda file: kind_of_thing(file, h5py.Empty("u2")), "M13"),
    (lambda file: kind_of_thing(file, np.dtype("u2")), "M13"),
    (replaced(f"{OBSERVED}/M13", np.zeros((31, 3200), "u2")), "M13"),
    (attribute(f"{OBSERVED}/M13", "scale_factor", np.inf), "M13:scale_factor"),
    (attribute("", "platform", b"JPSS-1"), "NOAA-20"),
]


@pytest.mark.parametrize(("role", "change", "place"), BAD_VIIRS)
def test_a_viirs_file_that_cannot_be_right_is_refused_with_the_place(
    written: Any, role: str, change: Change, place: str
) -> None:
    paths = written()
    with h5py.File(paths[role], "a") as file:
        change(file)
    with pytest.raises(UnreadableFileError, match=place) as raised:
        list(detect_granules([paths["02IMG"]]))
    assert Path(raised.value.where).parent == paths[role].parent
    assert raised.value.expected and raised.value.remedy


def detected_without_m13(paths: dict[str, Path]) -> str:
    """Return what is told of the 02MOD that was set aside."""
    (granule,) = detect_granules([paths["02IMG"]])
    (fault,) = granule.set_aside
    assert "M13" in granule.missing
    assert fault.where == str(paths["02MOD"])
    remark = reading_of_detection(granule).remark
    assert paths["02MOD"].name in remark
    paths["02MOD"].rename(paths["02MOD"].with_suffix(".away"))
    (alone,) = detect_granules([paths["02IMG"]])
    assert version_of(alone) == version_of(granule)
    assert "-no-M13" in version_of(granule)
    pd.testing.assert_frame_equal(alone.fires, granule.fires)
    assert len(granule.fires) > 10
    return str(fault)


@pytest.mark.parametrize(("change", "place"), BAD_M13)
def test_an_02mod_that_cannot_be_right_is_set_aside_and_told(
    written: Any, change: Change, place: str
) -> None:
    paths = written()
    with h5py.File(paths["02MOD"], "a") as file:
        change(file)
    assert place in detected_without_m13(paths)


NO_GRANULE = [
    (b"<!DOCTYPE html><html>Login", "web page"),
    (b"", "empty"),
    (b"text", "HDF5"),
    (None, "open"),
]


@pytest.mark.parametrize(("content", "told"), NO_GRANULE)
def test_an_02mod_that_is_no_granule_at_all_is_set_aside_and_told(
    written: Any, content: bytes | None, told: str
) -> None:
    paths = written()
    paths["02MOD"].unlink()
    if content is None:
        paths["02MOD"].mkdir()
    else:
        paths["02MOD"].write_bytes(content)
    assert told in detected_without_m13(paths)


@pytest.mark.parametrize("role", ["02IMG", "03IMG"])
@pytest.mark.parametrize(("content", "told"), NO_GRANULE)
def test_a_file_that_is_no_granule_at_all_is_named(
    written: Any, role: str, content: bytes | None, told: str
) -> None:
    paths = written()
    paths[role].unlink()
    if content is None:
        paths[role].mkdir()
    else:
        paths[role].write_bytes(content)
    with pytest.raises(UnreadableFileError, match=told) as raised:
        list(detect_granules([paths["02IMG"]]))
    assert raised.value.where == str(paths[role])


def test_a_granule_of_fill_values_is_not_seen_rather_than_without_fire(
    viirs: Any, written: Any
) -> None:
    for band in ("I01", "I02", "I03", "I04", "I05"):
        viirs.variables[band][:] = 65_535
    (granule,) = detect_granules([written()["02IMG"]], label=lambda lon, lat: np.ones(len(lon)))
    assert granule.fires.empty
    assert granule.coverage is not None
    seen = granule.coverage[["clear_km2", "cloud_km2", "glint_km2", "not_seen_km2"]].sum()
    assert seen["not_seen_km2"] == seen.sum() > 0


def test_a_night_granule_needs_neither_reflective_bands_nor_a_flag(
    viirs: Any, written: Any
) -> None:
    viirs.variables["solar_zenith"][:] = 12_000
    viirs.variables["I04"][:], viirs.variables["I05"][:] = 36_000, 40_000
    paths = written()
    with h5py.File(paths["02IMG"], "a") as file:
        for band in ("I01", "I02", "I03"):
            del file[f"{OBSERVED}/{band}"]
        del file.attrs["DayNightFlag"]
    (granule,) = detect_granules([paths["02IMG"]])
    assert not {"I1", "I2", "I3"} & set(granule.missing)


BAD_MODIS: list[tuple[str, Any, str]] = [
    ("EV_1KM_Emissive", np.full((3, 20, 1354), 5000, "u2"), "radiance_scales|EV_1KM_Emissive"),
    ("EV_1KM_Emissive", np.full((20, 1354), 5000, "u2"), "EV_1KM_Emissive"),
    ("EV_1KM_Emissive", np.full((16, 20, 1354), np.nan, "f4"), "EV_1KM_Emissive"),
    ("Land/SeaMask", np.full((20, 1354), 1.5, "f4"), "Land/SeaMask"),
    ("Longitude", np.zeros((10, 1354), "f4"), "Longitude"),
    ("SolarZenith", np.zeros((10, 1354), "i2"), "SolarZenith"),
    ("Latitude", np.full((20, 1354), -999.0, "f4"), "no pixel"),
]


@pytest.mark.parametrize(("name", "values", "place"), BAD_MODIS)
def test_a_modis_file_that_cannot_be_right_is_refused_with_the_place(
    modis: Any, tmp_path: Path, name: str, values: np.ndarray, place: str
) -> None:
    modis.variables[name] = values
    image, _ = modis.write(tmp_path)
    with pytest.raises(UnreadableFileError, match=place) as raised:
        list(detect_granules([image]))
    assert raised.value.expected and raised.value.remedy


RADIANCE = (0, "EV_1KM_Emissive", "radiance_scales")
ANGLE = (1, "SolarZenith", "scale_factor")


@pytest.mark.parametrize(
    ("where", "values"),
    [(RADIANCE, [np.nan] * 16), (RADIANCE, [1e-3] * 3), (ANGLE, 0.0), (ANGLE, -1.0)],
)
def test_a_modis_scale_of_nothing_is_refused(
    modis: Any, tmp_path: Path, where: tuple[int, str, str], values: Any
) -> None:
    from pyhdf.SD import SD, SDC

    part, name, held = where
    paths = modis.write(tmp_path)
    file = SD(str(paths[part]), SDC.WRITE)
    file.select(name).attr(held).set(SDC.FLOAT64, values)
    file.end()
    with pytest.raises(UnreadableFileError, match=f"{name}:{held}"):
        list(detect_granules([paths[0]]))
