"""Ground seen according to an official fire mask and the geolocation file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from firewatch.core.errors import UnreadableFileError
from imagery.level2.coverage import coverage_of_granule, geolocation_name, geolocation_of
from imagery.level2.read import read_level2
from imagery.swath import ground_area_km2


def geolocation(shape: tuple[int, int]) -> dict[str, np.ndarray]:
    rows, cols = shape
    lon, lat = np.meshgrid(np.linspace(106, 109, cols), np.linspace(24, 22, rows))
    surface = np.ones(shape, np.uint8)
    surface[:, :20] = 6
    return {
        "lon": lon.astype(np.float32),
        "lat": lat.astype(np.float32),
        "view": np.full(shape, 4000, np.int16),
        "sun": np.full(shape, 3000, np.int16),
        "surface": surface,
    }


def write_viirs(path: Path, values: dict[str, np.ndarray]) -> Path:
    with h5py.File(path, "w") as file:
        group = file.create_group("geolocation_data")
        for name, key in (
            ("longitude", "lon"), ("latitude", "lat"), ("sensor_zenith", "view"),
            ("solar_zenith", "sun"), ("land_water_mask", "surface"),
        ):  # fmt: skip
            group[name] = values[key]
        for name in ("sensor_zenith", "solar_zenith"):
            group[name].attrs["scale_factor"] = 0.01
    return path


def write_modis(path: Path, values: dict[str, np.ndarray]) -> Path:
    from pyhdf.SD import SD, SDC

    file = SD(str(path), SDC.WRITE | SDC.CREATE)
    for name, key, kind in (
        ("Longitude", "lon", SDC.FLOAT32), ("Latitude", "lat", SDC.FLOAT32),
        ("SensorZenith", "view", SDC.INT16), ("SolarZenith", "sun", SDC.INT16),
        ("Land/SeaMask", "surface", SDC.UINT8),
    ):  # fmt: skip
        dataset = file.create(name, kind, values[key].shape)
        dataset[:] = values[key]
        if name.endswith("Zenith"):
            dataset.attr("scale_factor").set(SDC.FLOAT64, 0.01)
        dataset.endaccess()
    file.end()
    return path


def everywhere(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return np.full(len(lon), 450000)


@pytest.mark.parametrize("kind", ["viirs", "modis"])
def test_coverage_is_the_mask_weighed_by_ground(level2: Any, tmp_path: Path, kind: str) -> None:
    granule = read_level2(getattr(level2, kind)(tmp_path))
    values = geolocation(level2.shape)
    values["lon"][5, 100:] = -999.9
    write = {"viirs": write_viirs, "modis": write_modis}[kind]
    geo = write(tmp_path / "geo", values)
    table = coverage_of_granule(granule, geo, everywhere)
    assert table[["area_code", "view_class", "day_night"]].to_numpy().tolist() == [
        [450000, "30-50", "D"]
    ]
    area = np.broadcast_to(
        ground_area_km2(granule.heading.product.family)[: level2.shape[1]], level2.shape
    )
    there, water = values["lon"] > 0, values["surface"] == 6
    cloud = there & ~water & (granule.fire_mask == 4)
    clear = there & ~water & (granule.fire_mask >= 5)
    other_water = there & ~water & (granule.fire_mask == 3)
    row = table.iloc[0]
    assert row["cloud_km2"] == pytest.approx(area[cloud].sum())
    assert row["clear_km2"] == pytest.approx(area[clear].sum())
    assert row["water_km2"] == pytest.approx(area[(there & water) | other_water].sum())
    assert row["not_seen_km2"] == 0


def test_without_geolocation_the_error_names_the_file_to_fetch(level2: Any, tmp_path: Path) -> None:
    viirs, modis = read_level2(level2.viirs(tmp_path)), read_level2(level2.modis(tmp_path))
    assert geolocation_name(viirs) == "VNP03IMG.A2020310.0606.*.nc"
    assert geolocation_name(modis) == "MOD03.A2020310.0310.*.hdf"
    for granule in (viirs, modis):
        with pytest.raises(UnreadableFileError) as caught:
            coverage_of_granule(granule, None, everywhere)
        assert geolocation_name(granule) in str(caught.value)
        assert "feed_present" in caught.value.remedy


def test_geolocation_of_another_granule_or_cut_short_is_refused(
    level2: Any, tmp_path: Path
) -> None:
    viirs, modis = read_level2(level2.viirs(tmp_path)), read_level2(level2.modis(tmp_path))
    for granule, write in ((viirs, write_viirs), (modis, write_modis)):
        other = write(tmp_path / f"other_{write.__name__}", geolocation((30, 30)))
        with pytest.raises(UnreadableFileError):
            coverage_of_granule(granule, other, everywhere)
        whole = write(tmp_path / f"whole_{write.__name__}", geolocation(level2.shape))
        whole.write_bytes(whole.read_bytes()[:2000])
        with pytest.raises(UnreadableFileError):
            coverage_of_granule(granule, whole, everywhere)
        with pytest.raises(UnreadableFileError):
            coverage_of_granule(granule, tmp_path / "absent", everywhere)


@pytest.mark.parametrize(
    ("level2", "fits"),
    [
        ("VNP14IMG.A2020312.0606.002.2021001.nc", "VNP03IMG.A2020312.0606.002.2021058000000.nc"),
        ("VNP14.A2020312.0606.002.2021001.nc", "VNP03MOD.A2020312.0606.002.2021057000000.nc"),
        ("MOD14.A2020312.0310.061.2021001.hdf", "MOD03.A2020312.0310.061.2021057000000.hdf"),
        ("SIMULATED_VNP14IMG.A2020312.0606.002.2021001.nc", None),
        ("VJ114IMG.A2020312.0606.002.2021001.nc", None),
        ("fires.csv", None),
    ],
)
def test_a_geolocation_file_is_found_by_platform_time_and_resolution(
    level2: str, fits: str | None
) -> None:
    names = [
        f"{short}.A2020312.{clock}.{production}.{suffix}"
        for short, clock, production, suffix in (
            ("VNP03IMG", "0606", "002.2021057000000", "nc"),
            ("VNP03IMG", "0606", "002.2021058000000", "nc"),
            ("VNP03IMG", "0612", "002.2021058000000", "nc"),
            ("VNP03MOD", "0606", "002.2021057000000", "nc"),
            ("VNP02IMG", "0606", "002.2021057000000", "nc"),
            ("MYD03", "0310", "061.2021057000000", "hdf"),
            ("MOD03", "0310", "061.2021057000000", "hdf"),
        )
    ]
    found = geolocation_of(Path(level2), [Path(name) for name in names])
    assert (found and found.name) == fits


def test_a_renamed_granule_finds_its_geolocation_by_its_content(
    tmp_path: Path, level2: Any
) -> None:
    granule = read_level2(level2.viirs(tmp_path).rename(tmp_path / "copy.A2020310.0606.002.nc"))
    fits = Path("VNP03IMG.A2020310.0606.002.2021057000000.nc")
    assert geolocation_of(granule, [fits, Path("VNP03IMG.A2020310.0612.002.1.nc")]) == fits


def test_geolocation_of_another_time_or_with_a_void_scale_is_refused(
    tmp_path: Path, level2: Any
) -> None:
    granule = read_level2(level2.viirs(tmp_path))
    path = write_viirs(tmp_path / "g.nc", geolocation(granule.fire_mask.shape))
    with h5py.File(path, "a") as file:
        file.attrs["time_coverage_start"] = "2020-11-05T06:06:00.000Z"
    assert len(coverage_of_granule(granule, path, everywhere))
    with h5py.File(path, "a") as file:
        file["geolocation_data/solar_zenith"].attrs["scale_factor"] = np.nan
    with pytest.raises(UnreadableFileError, match="solar_zenith:scale_factor"):
        coverage_of_granule(granule, path, everywhere)
    with h5py.File(path, "a") as file:
        file.attrs["time_coverage_start"] = "2020-11-05T06:12:00.000Z"
    with pytest.raises(UnreadableFileError, match=r"VNP03IMG\.A2020310\.0606"):
        coverage_of_granule(granule, path, everywhere)
