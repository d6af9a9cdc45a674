"""Official level-2 fire products are read as any other file of fire points."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

from firewatch.core.errors import UnreadableFileError
from firewatch.core.schema import validate
from imagery.level2.read import read_level2
from imagery.open import read


def stored(path: Path) -> dict[str, np.ndarray]:
    """Read a file in the plainest way."""
    if path.suffix == ".nc":
        with h5py.File(path) as file:
            return {name: file[name][()] for name in file}
    from pyhdf.SD import SD, SDC

    file = SD(str(path), SDC.READ)
    return {name: file.select(name)[:] for name in file.datasets()}


@pytest.mark.parametrize(
    ("name", "platform", "family", "rank"),
    [
        ("VNP14IMG.A2020310.0606.002.2021001000000.nc", "S-NPP", "VIIRS_I", 321),
        ("VJ114IMG.A2020310.0606.002.2021001000000.nc", "NOAA-20", "VIIRS_I", 321),
        ("VJ114IMG_NRT.A2020310.0606.002.2021001000000.nc", "NOAA-20", "VIIRS_I", 221),
        ("VNP14.A2020310.0606.002.2021001000000.nc", "S-NPP", "VIIRS_M", 321),
    ],
)
def test_a_viirs_file_gives_its_fire_pixels(
    level2: Any, tmp_path: Path, name: str, platform: str, family: str, rank: int
) -> None:
    path = level2.viirs(tmp_path, 12, name)
    reading, found = read(path, level2.now_s), stored(path)
    points = reading.points
    validate(points, "read")
    assert (reading.rows, len(points), len(reading.rejections)) == (12, 12, 0)
    assert points["source_row"].tolist() == list(range(1, 13))
    np.testing.assert_array_equal(points["lon"], found["FP_longitude"].astype(float))
    np.testing.assert_array_equal(points["lat"], found["FP_latitude"].astype(float))
    bands = ("T4", "T5") if family == "VIIRS_I" else ("T13", "T15")
    np.testing.assert_array_equal(points["bt_mir_k"], found[f"FP_{bands[0]}"].astype(float))
    np.testing.assert_array_equal(points["bt_tir_k"], found[f"FP_{bands[1]}"].astype(float))
    np.testing.assert_array_equal(points["mad_mir_k"], found[f"FP_MAD_{bands[0]}"].astype(float))
    np.testing.assert_array_equal(points["line"], found["FP_line"])
    percent = {9: "low", 50: "nominal", 95: "high"}
    words = {7: "low", 8: "nominal", 9: "high"} if family == "VIIRS_I" else percent
    assert points["confidence"].tolist() == [words[code] for code in found["FP_confidence"]]
    assert set(points["platform"]) == {platform}
    assert set(points["product_family"]) == {family}
    assert set(points["product_rank"]) == {rank}
    assert set(points["day_night"]) == {"D"}
    assert set(points["acquired_utc"]) == {pd.Timestamp("2020-11-05 06:06", tz="UTC")}


def test_a_modis_file_gives_its_fire_pixels(level2: Any, tmp_path: Path) -> None:
    path = level2.modis(tmp_path, 12)
    points, found = read(path, level2.now_s).points, stored(path)
    np.testing.assert_array_equal(points["bt_mir_k"], found["FP_T21"].astype(float))
    np.testing.assert_array_equal(points["mean_tir_k"], found["FP_MeanT31"].astype(float))
    np.testing.assert_array_equal(points["frp_mw"], found["FP_power"].astype(float))
    assert points["confidence_raw"].tolist() == [str(value) for value in found["FP_confidence"]]
    classes = found["fire mask"][found["FP_line"], found["FP_sample"]]
    words = {7: "low", 8: "nominal", 9: "high"}
    assert points["confidence"].tolist() == [words[code] for code in classes]
    assert set(points["platform"]) == {"Terra"}
    assert set(points["product_version"]) == {"61L2"}
    assert set(points["product_rank"]) == {362}
    assert set(points["day_night"]) == {"D"}


def test_the_standard_granule_supersedes_text_of_its_collection_and_real_time(
    level2: Any, firms: Any, tmp_path: Path
) -> None:
    def rank(version: str) -> int:
        path = firms.viirs_file(tmp_path / "f.csv", firms.viirs(version=version))
        return int(firms.read(path).points["product_rank"][0])

    granule = int(read(level2.viirs(tmp_path), level2.now_s).points["product_rank"][0])
    assert rank("2.0NRT") < rank("2") < granule < 400


def test_pixels_know_their_size_by_sample(level2: Any, tmp_path: Path) -> None:
    points = read(level2.modis(tmp_path, 40), level2.now_s).points
    angle = (points["sample"] - 676.5) / 705
    ratio = 6378.137 / (6378.137 + 705)
    root = np.sqrt(ratio**2 - np.sin(angle) ** 2)
    scan_km = 6378.137 / 705 * (np.cos(angle) / root - 1)
    np.testing.assert_allclose(points["scan_km"], scan_km, rtol=1e-4)


def test_a_residual_bow_tie_pixel_is_refused_and_said(level2: Any, tmp_path: Path) -> None:
    fires = stored(level2.viirs(tmp_path))
    quality = np.zeros(level2.shape, np.uint32)
    quality[fires["FP_line"][3], fires["FP_sample"][3]] = 1 << 22
    reading = read(level2.viirs(tmp_path, algorithm__QA=quality), level2.now_s)
    assert reading.points["source_row"].tolist() == [1, 2, 3, *range(5, 13)]
    assert reading.rejections["source_row"].tolist() == [4]
    assert "22" in reading.rejections["expected"][0]
    assert reading.rows == 12


def test_a_fire_over_water_stays_and_is_marked(level2: Any, tmp_path: Path) -> None:
    fires = stored(level2.viirs(tmp_path))
    quality = np.zeros(level2.shape, np.uint32)
    quality[fires["FP_line"][3], fires["FP_sample"][3]] = 1 << 19
    points = read(level2.viirs(tmp_path, algorithm__QA=quality), level2.now_s).points
    assert np.flatnonzero(points["over_water"]).tolist() == [3]
    assert points["provider_type"].tolist() == ["", "", "", "3", *[""] * 8]


def test_night_is_what_the_file_says(level2: Any, tmp_path: Path) -> None:
    viirs = level2.viirs(tmp_path, FP_day=np.zeros(12, np.uint8))
    modis = level2.modis(tmp_path, algorithm__QA=np.full(level2.shape, 2, np.uint32))
    for path in (viirs, modis):
        assert set(read(path, level2.now_s).points["day_night"]) == {"N"}


@pytest.mark.parametrize("fill", [np.nan, -999.9, -9999.0])
def test_a_fill_value_is_no_position_and_no_temperature(
    level2: Any, tmp_path: Path, fill: float
) -> None:
    fires = stored(level2.viirs(tmp_path))
    lat, power = fires["FP_latitude"].copy(), fires["FP_power"].copy()
    lat[2], power[5] = fill, fill
    reading = read(level2.viirs(tmp_path, FP_latitude=lat, FP_power=power), level2.now_s)
    assert reading.rejections["source_row"].tolist() == [3]
    assert reading.rejections["field"].tolist() == ["FP_latitude"]
    assert reading.rejections["remedy"][0]
    assert reading.points["frp_mw"].isna().tolist().index(True) == 4


def test_where_the_list_is_silent_the_mask_tells_the_confidence(
    level2: Any, tmp_path: Path
) -> None:
    fires = stored(level2.viirs(tmp_path))
    code = fires["FP_confidence"].copy()
    code[4] = 0
    points = read(level2.viirs(tmp_path, FP_confidence=code), level2.now_s).points
    words = {7: "low", 8: "nominal", 9: "high"}
    assert points["confidence"].tolist() == [words[code] for code in fires["FP_confidence"]]


def test_a_percentage_that_is_fill_is_no_high_confidence(level2: Any, tmp_path: Path) -> None:
    name = "VNP14.A2020310.0606.002.2021001000000.nc"
    percent = stored(level2.viirs(tmp_path, name=name))["FP_confidence"].copy()
    percent[4] = 255
    reading = read(level2.viirs(tmp_path, name=name, FP_confidence=percent), level2.now_s)
    assert reading.rejections["source_row"].tolist() == [5]


def test_impossible_values_are_refused_row_by_row(level2: Any, tmp_path: Path) -> None:
    fires = stored(level2.viirs(tmp_path))
    line, t4, lon, code = (
        fires[name].copy() for name in ("FP_line", "FP_T4", "FP_longitude", "FP_confidence")
    )
    line[0], t4[1], lon[2], code[3] = 60_000, 1e9, 191, 3
    path = level2.viirs(tmp_path, FP_line=line, FP_T4=t4, FP_longitude=lon, FP_confidence=code)
    reading = read(path, level2.now_s)
    assert reading.rejections["source_row"].tolist() == [1, 2, 3, 4]
    assert len(reading.points) == 8
    assert reading.rejections[["found", "expected", "remedy"]].ne("").all(axis=None)


def test_a_granule_from_the_future_is_refused(level2: Any, tmp_path: Path) -> None:
    reading = read(level2.viirs(tmp_path), level2.now_s - 10 * 365 * 86400)
    assert reading.points.empty
    assert len(reading.rejections) == 12


@pytest.mark.parametrize("listed", [True, False], ids=["empty list", "no list"])
def test_a_granule_without_fires_has_no_rows_and_no_error(
    level2: Any, tmp_path: Path, listed: bool
) -> None:
    gone = {} if listed else {f"FP_{name}": None for name in ("T4", "T5", "line", "sample")}
    for path in (level2.viirs(tmp_path, 0, **gone), level2.modis(tmp_path, 0)):
        reading = read(path, level2.now_s)
        assert (reading.rows, len(reading.points)) == (0, 0)
        assert reading.extent is None


def test_a_mask_with_fires_but_no_list_is_no_empty_granule(level2: Any, tmp_path: Path) -> None:
    with h5py.File(level2.viirs(tmp_path), "a") as file:
        for name in [name for name in file if name.startswith("FP_")]:
            del file[name]
    with pytest.raises(UnreadableFileError, match="12"):
        read(next(tmp_path.glob("*.nc")), level2.now_s)


@pytest.mark.parametrize("kind", ["viirs", "modis"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(level2: Any, tmp_path: Path, kind: str, share: float) -> None:
    whole = getattr(level2, kind)(tmp_path)
    cut = tmp_path / f"cut_{whole.name}"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    with pytest.raises(UnreadableFileError) as caught:
        read(cut, level2.now_s)
    assert caught.value.remedy


def test_a_mask_of_reals_or_of_any_size_is_refused(level2: Any, tmp_path: Path) -> None:
    reals = level2.viirs(tmp_path, fire__mask=np.full(level2.shape, np.nan, np.float32))
    with pytest.raises(UnreadableFileError, match="fire mask: float32"):
        read(reals, level2.now_s)
    endless = level2.viirs(tmp_path)
    with h5py.File(endless, "a") as file:
        del file["fire mask"]
        file.create_dataset("fire mask", (10**9, 6400), "u1", chunks=(32, 6400))
    with pytest.raises(UnreadableFileError, match="1000000000"):
        read(endless, level2.now_s)


@pytest.mark.parametrize("absent", ["FP_T4", "FP_line", "FP_confidence", "fire__mask"])
def test_a_missing_variable_is_named(level2: Any, tmp_path: Path, absent: str) -> None:
    with pytest.raises(UnreadableFileError, match=absent.replace("__", " ")):
        read(level2.viirs(tmp_path, **{absent: None}), level2.now_s)


@pytest.mark.parametrize(
    "changes",
    [
        {"fire__mask": np.zeros(50, np.uint8)},
        {"fire__mask": np.zeros((4, 7000), np.uint8)},
        {"algorithm__QA": np.zeros((5, 5), np.uint32)},
        {"FP_T4": np.zeros(11, np.float32)},
        {"FP_line": np.zeros((12, 1), np.uint16)},
    ],
)
def test_a_wrong_shape_is_named(level2: Any, tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFileError, match=r"shape|形状|大小") as caught:
        read(level2.viirs(tmp_path, **changes), level2.now_s)
    assert caught.value.expected


@pytest.mark.parametrize("name", ["VNP02IMG", "VNP46A2", "MOD14A1", "rain"])
def test_an_hdf_file_of_another_kind_is_no_fire_product(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.A2020310.0606.002.2021001000000.nc"
    with h5py.File(path, "w") as file:
        file.attrs["ShortName"] = name
        file["x"] = np.zeros(3)
    with pytest.raises(UnreadableFileError, match="VNP14IMG"):
        read(path, 2_000_000_000)


def test_the_content_and_not_the_name_tells_the_product(level2: Any, tmp_path: Path) -> None:
    for path in (level2.viirs(tmp_path), level2.modis(tmp_path)):
        other = path.rename(tmp_path / f"{path.stem.split('.')[0]}.download.002.x")
        if other.name.startswith("VNP"):
            with pytest.raises(UnreadableFileError, match="collection"):
                read(other, level2.now_s)
        else:
            assert len(read(other, level2.now_s).points) == 12


def test_a_file_that_tells_no_time_is_refused(level2: Any, tmp_path: Path) -> None:
    path = level2.viirs(tmp_path, StartTime="yesterday").rename(tmp_path / "a.nc")
    with pytest.raises(UnreadableFileError):
        read(path, level2.now_s)


def test_gzipped_files_are_read(level2: Any, tmp_path: Path) -> None:
    for path in (level2.viirs(tmp_path), level2.modis(tmp_path)):
        packed = tmp_path / f"{path.name}.gz"
        packed.write_bytes(gzip.compress(path.read_bytes()))
        assert len(read(packed, level2.now_s).points) == 12


def test_a_file_that_says_so_is_simulated(level2: Any, tmp_path: Path) -> None:
    assert not read(level2.viirs(tmp_path), level2.now_s).simulated
    assert read(level2.viirs(tmp_path, simulated="SIMULATED"), level2.now_s).simulated


def test_the_masks_come_with_the_granule(level2: Any, tmp_path: Path) -> None:
    path = level2.viirs(tmp_path)
    granule = read_level2(path)
    np.testing.assert_array_equal(granule.fire_mask, stored(path)["fire mask"])
    assert granule.heading.declared == {"FirePix": 12}


@pytest.mark.parametrize(("kind", "package"), [("viirs", "h5py"), ("modis", "pyhdf")])
def test_a_package_that_is_not_installed_is_named(
    level2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, package: str
) -> None:
    path = getattr(level2, kind)(tmp_path)
    for name in (package, f"{package}.error", f"{package}.SD"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UnreadableFileError, match=package) as caught:
        read(path, level2.now_s)
    assert "firewatch[imagery]" in caught.value.remedy


@pytest.mark.parametrize("kind", ["viirs", "modis"])
def test_a_file_that_takes_the_place_of_a_damaged_one_is_read(
    level2: Any, tmp_path: Path, kind: str
) -> None:
    path = getattr(level2, kind)(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFileError):
        read(path, level2.now_s)
    path.write_bytes(whole)
    assert len(read(path, level2.now_s).points) == 12


@pytest.mark.parametrize(("kind", "rounds"), [("viirs", 8), ("modis", 8)])
def test_damaged_bytes_never_end_in_anything_but_a_refusal(
    level2: Any, tmp_path: Path, kind: str, rounds: int
) -> None:
    path = getattr(level2, kind)(tmp_path)
    whole, draw = path.read_bytes(), np.random.default_rng(7)
    refused = 0
    for _ in range(rounds):
        content = bytearray(whole)
        for place in draw.integers(0, min(len(whole), 20_000), 3):
            content[place] = draw.integers(0, 256)
        path.write_bytes(content)
        try:
            reading = read(path, level2.now_s)
        except UnreadableFileError:
            refused += 1
        else:
            assert reading.rows == len(reading.points) + len(reading.rejections)
    assert refused > rounds // 6
