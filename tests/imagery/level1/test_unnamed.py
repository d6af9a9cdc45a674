"""Granules that a user gave a name of their own."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from pyhdf.SD import SD, SDC

from imagery.level1.scenes import scenes_among
from imagery.level1.unnamed import unnamed_fault
from imagery.open import read
from imagery.sources import sources


def netcdf(path: Path, *variables: str, **attributes: str) -> Path:
    with h5py.File(path, "w") as file:
        for name in variables:
            file[name] = np.zeros((4, 4), np.uint16)
        for key, text in attributes.items():
            file.attrs[key] = np.bytes_(text)
    return path


def hdf4(path: Path, *variables: str, core: str = "") -> Path:
    file = SD(str(path), SDC.WRITE | SDC.CREATE)
    for name in variables:
        data = file.create(name, SDC.INT16, (4, 4))
        data[:] = np.zeros((4, 4), np.int16)
        data.endaccess()
    if core:
        file.attr("CoreMetadata.0").set(SDC.CHAR, core)
    file.end()
    return path


def odl(**values: str) -> str:
    objects = (
        f'OBJECT = {name}\n NUM_VAL = 1\n VALUE = "{value}"\nEND_OBJECT = {name}\n'
        for name, value in values.items()
    )
    return "GROUP = INVENTORYMETADATA\n" + "".join(objects) + "END\n"


OFFICIAL = "VNP02IMG.A2020312.0605.002.2021057123456.nc"


@pytest.mark.parametrize(
    ("variables", "attributes", "product", "official"),
    [
        (["observation_data/I04"], {"product_name": OFFICIAL}, "VNP02IMG", OFFICIAL),
        (["x"], {"LocalGranuleID": f"/out/{OFFICIAL}"}, "VNP02IMG", OFFICIAL),
        (
            ["x"],
            {"ShortName": "VJ103IMG", "time_coverage_start": "2020-11-07T06:05:00.000Z"},
            "VJ103IMG",
            "VJ103IMG.A2020312.0605.*.nc",
        ),
        (
            ["observation_data/I04"],
            {"platform": "JPSS-2", "time_coverage_start": "2020-11-07T06:05:00.000Z"},
            "VJ202IMG",
            "VJ202IMG.A2020312.0605.*.nc",
        ),
        (["observation_data/M13"], {}, "V??02MOD", "V??02MOD.A*.*.nc"),
    ],
)
def test_a_renamed_viirs_granule_is_told_by_its_content_with_the_name_to_restore(
    tmp_path: Path, variables: list[str], attributes: dict[str, str], product: str, official: str
) -> None:
    path = netcdf(tmp_path / "guangxi.nc", *variables, **attributes)
    fault = unnamed_fault(path)
    assert fault is not None
    assert product in fault.what and official in fault.remedy
    assert fault.where == str(path)


def test_a_renamed_modis_granule_is_told_by_its_metadata_or_its_data(tmp_path: Path) -> None:
    official = "MOD021KM.A2020312.0325.061.2020312130000.hdf"
    named = hdf4(tmp_path / "a.hdf", "x", core=odl(LOCALGRANULEID=official, SHORTNAME="MOD021KM"))
    core = odl(
        ASSOCIATEDPLATFORMSHORTNAME="Aqua", RANGEBEGINNINGTIME="06:05:00.000000",
        RANGEBEGINNINGDATE="2020-11-07",
    )  # fmt: skip
    silent = hdf4(tmp_path / "b.hdf", "Latitude", "Longitude", "SensorZenith", core=core)
    faults = [unnamed_fault(path) for path in (named, silent)]
    assert faults[0] is not None and official in faults[0].remedy
    assert faults[1] is not None and "MYD03.A2020312.0605.*.hdf" in faults[1].remedy


def test_other_files_and_level_2_that_states_its_product_are_left_to_their_readers(
    tmp_path: Path,
) -> None:
    text, cut = tmp_path / "fires.csv", tmp_path / "cut.nc"
    text.write_text("latitude,longitude\n")
    cut.write_bytes(b"\x89HDF\r\n\x1a\n" + b"x" * 100)
    level2 = netcdf(tmp_path / "level2.nc", "fire mask", ShortName="VNP14IMG")
    other = netcdf(tmp_path / "era5.nc", "t2m", title="ERA5")
    for path in (text, cut, level2, other, tmp_path / "absent.nc"):
        assert unnamed_fault(path) is None


def test_a_renamed_granule_is_a_fault_of_detection_and_of_ingest(tmp_path: Path) -> None:
    path = netcdf(tmp_path / "guangxi.nc", "observation_data/I04", product_name=OFFICIAL)
    assert set(scenes_among([path]).faults) == {path}
    (source,) = sources([path])
    assert source.fault is not None and OFFICIAL in source.fault.remedy


@pytest.mark.realdata
def test_a_renamed_level_2_file_gives_its_fires_and_says_why_no_coverage(
    realdata: Path, tmp_path: Path
) -> None:
    (official,) = (realdata / "l2_products").glob("MOD14.*.hdf")
    path = tmp_path / "fires.hdf"
    path.write_bytes(official.read_bytes())
    reading = read(path, 2**31)
    assert len(reading.points) > 0
    assert official.name in reading.remark and "MOD03" in reading.remark
    assert read(official, 2**31).remark == ""
