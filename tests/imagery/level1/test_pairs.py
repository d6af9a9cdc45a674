"""Which files make a granule, by official names."""

from __future__ import annotations

from pathlib import Path

import pytest

from firewatch.core.errors import UnreadableFileError
from imagery.level1.pairs import granule_name, granules, grouped


def touch(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).touch()
    return [folder / name for name in names]


@pytest.mark.parametrize(
    ("name", "platform", "role"),
    [
        ("VNP02IMG.A2020312.0605.002.2021057123456.nc", "S-NPP", "02IMG"),
        ("VJ103IMG.A2020312.0605.021.2021057123456.nc", "NOAA-20", "03IMG"),
        ("VJ202MOD_NRT.A2024312.0605.021.2024312083456.nc", "NOAA-21", "02MOD"),
        ("MOD021KM.A2020312.0325.061.2020312130000.hdf", "Terra", "021KM"),
        ("MYD03.A2020312.0605.061.2020312130000.NRT.hdf", "Aqua", "03"),
        ("SIMULATED_VNP02IMG.A2020312.0605.002.2020312060500.nc", "S-NPP", "02IMG"),
    ],
)
def test_official_names_tell_platform_and_role(name: str, platform: str, role: str) -> None:
    found = granule_name(Path(name))
    assert found is not None
    assert (found.product.platform, found.product.role) == (platform, role)
    assert found.simulated == name.startswith("SIMULATED")


@pytest.mark.parametrize(
    "name",
    [
        "VNP14IMG.A2020312.0605.002.2021057123456.nc",
        "MOD14.A2020312.0325.061.2020312130000.hdf",
        "VNP02IMG.A2020999.0605.002.2021057123456.nc",
        "fires.csv",
    ],
)
def test_other_names_are_no_level_1(name: str) -> None:
    assert granule_name(Path(name)) is None


def test_a_granule_finds_its_companions_in_its_folder(tmp_path: Path) -> None:
    img, geo, mod = touch(
        tmp_path,
        "VNP02IMG.A2020312.0605.002.2021057123456.nc",
        "VNP03IMG.A2020312.0605.002.2021057111111.nc",
        "VNP02MOD.A2020312.0605.002.2021057133333.nc",
    )
    touch(tmp_path, "VJ103IMG.A2020312.0605.002.2021057111111.nc", "notes.txt")
    (found,) = granules([img])
    assert (found.image, found.geo, found.mod02, found.mod03) == (img, geo, mod, None)


def test_the_newest_of_the_same_collection_wins(tmp_path: Path) -> None:
    img, _, new, _ = touch(
        tmp_path,
        "MOD021KM.A2020312.0325.061.2020312130000.hdf",
        "MOD03.A2020312.0325.061.2020312120000.hdf",
        "MOD03.A2020312.0325.061.2020312140000.hdf",
        "MOD03.A2020312.0325.006.2020399140000.hdf",
    )
    (found,) = granules([img])
    assert found.geo == new


def test_a_missing_geolocation_file_is_named(tmp_path: Path) -> None:
    (img,) = touch(tmp_path, "VJ202IMG.A2024312.0605.021.2024312123456.nc")
    touch(tmp_path, "VJ203IMG.A2024312.0611.021.2024312123456.nc")
    with pytest.raises(UnreadableFileError) as raised:
        granules([img])
    assert "VJ203IMG.A2024312.0605.021.*.nc" in raised.value.remedy
    assert str(img) == raised.value.where


def test_a_whole_folder_gives_each_granule_once_in_order_of_time(tmp_path: Path) -> None:
    paths = touch(
        tmp_path,
        "VNP03IMG.A2020312.0611.002.2021057123456.nc",
        "VNP02IMG.A2020312.0611.002.2021057123456.nc",
        "MYD021KM.A2020312.0605.061.2021057123456.hdf",
        "MYD03.A2020312.0605.061.2021057123456.hdf",
        "other.csv",
    )
    found = granules(paths)
    assert [granule.family for granule in found] == ["MODIS", "VIIRS_I"]


def test_a_geolocation_file_alone_leads_to_its_image_or_names_it(tmp_path: Path) -> None:
    (geo,) = touch(tmp_path, "VNP03IMG.A2020312.0605.002.2021057123456.nc")
    with pytest.raises(UnreadableFileError, match="VNP02IMG"):
        granules([geo])
    (img,) = touch(tmp_path, "VNP02IMG.A2020312.0605.002.2021057123456.nc")
    assert granules([geo])[0].image == img
    assert len(granules([geo, img])) == 1


def test_a_simulated_granule_never_pairs_with_a_measured_one(tmp_path: Path) -> None:
    (img,) = touch(tmp_path, "SIMULATED_VNP02IMG.A2020312.0605.002.2021057123456.nc")
    touch(tmp_path, "VNP03IMG.A2020312.0605.002.2021057123456.nc")
    with pytest.raises(UnreadableFileError, match="SIMULATED_VNP03IMG"):
        granules([img])


def test_files_are_sorted_into_granules_lonely_ones_and_others(tmp_path: Path) -> None:
    img, geo, mod, lone, stray, other = touch(
        tmp_path,
        "VNP02IMG.A2020312.0605.002.2021057123456.nc",
        "VNP03IMG.A2020312.0605.002.2021057111111.nc",
        "VNP02MOD.A2020312.0605.002.2021057133333.nc",
        "VJ102IMG.A2020312.0520.002.2021057111111.nc",
        "MOD03.A2020312.0325.061.2020312120000.hdf",
        "VNP14IMG.A2020312.0605.002.2021057123456.nc",
    )
    found = grouped([other, stray, lone, mod, geo, img])
    assert [files.paths for files in found.granules] == [(img, geo, mod)]
    assert found.others == (other,)
    assert set(found.faults) == {lone, stray}
    assert "VJ103IMG.A2020312.0520.002.*.nc" in found.faults[lone].remedy
    assert "MOD021KM.A2020312.0325.061.*.hdf" in found.faults[stray].remedy


def test_companions_are_looked_for_beside_a_link_and_beside_what_it_leads_to(
    tmp_path: Path,
) -> None:
    store, work = tmp_path / "store", tmp_path / "work"
    store.mkdir(), work.mkdir()
    name = "VNP02IMG.A2020312.0605.002.2021057123456.nc"
    img, geo = touch(store, name, "VNP03IMG.A2020312.0605.002.2021057111111.nc")
    link = work / name
    link.symlink_to(img)
    (found,) = granules([link])
    assert (found.image, found.geo) == (link, geo)
    geo.rename(work / geo.name)
    assert granules([link])[0].geo == work / geo.name
    (mod,) = touch(store, "VNP02MOD.A2020312.0605.002.2021057133333.nc")
    found = granules([link])[0]
    assert (found.geo, found.mod02) == (work / geo.name, mod)
