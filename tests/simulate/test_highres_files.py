"""Layouts of simulated scenes: read with plain rasterio, GDAL's own drivers and text tools."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import rasterio

from firewatch.core.errors import UsageError
from firewatch.simulate.highres import (
    PlantedFire,
    SimulatedScene,
    Sky,
    draw_scene,
    grid_around,
)
from firewatch.simulate.highres_files import (
    write_landsat,
    write_safe,
    write_scene_files,
    write_stack,
)
from imagery.highres.scene import Ground, SensorName

# Middle of the real scene LC08_L1TP_016037_20170813, whose metadata are quoted below.
AUGUST = 1_502_639_656
FIRES = (
    PlantedFire(-80.0, 33.2, 100.0, 950.0),
    PlantedFire(-80.005, 33.205, 1500.0, 1000.0, radius_m=30.0),
)
SKY = Sky(cloud_share=0.25, missing_share=0.1)
OLI_NAMES = {
    "coastal": "B1", "blue": "B2", "green": "B3", "red": "B4", "nir": "B5", "swir1": "B6",
    "swir2": "B7", "cirrus": "B9",
}  # fmt: skip


def made(sensor: SensorName, edition: str | None = None) -> SimulatedScene:
    grid = grid_around(-80.0, 33.2, sensor, 120, 114)
    return draw_scene(
        5, sensor=sensor, grid=grid, acquired_utc_s=AUGUST, fires=FIRES, sky=SKY, edition=edition
    )


@pytest.fixture(scope="module")
def oli() -> SimulatedScene:
    return made("OLI")


@pytest.fixture(scope="module")
def msi() -> SimulatedScene:
    return made("MSI")


@pytest.fixture(scope="module")
def landsat(tmp_path_factory: pytest.TempPathFactory, oli: SimulatedScene) -> Path:
    return write_landsat(oli.scene, tmp_path_factory.mktemp("landsat"))


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory, msi: SimulatedScene) -> Path:
    return write_safe(msi.scene, tmp_path_factory.mktemp("safe"))


def mtl_values(path: Path) -> dict[str, str]:
    found = re.findall(r"^\s+(\w+) = (.+)$", path.read_text(), flags=re.MULTILINE)
    return {name: value.strip('"') for name, value in found if "GROUP" not in name}


def test_landsat_bands_hold_the_numbers_where_they_lie(landsat: Path, oli: SimulatedScene) -> None:
    for role, name in OLI_NAMES.items():
        with rasterio.open(landsat / f"{landsat.name}_{name}.TIF") as file:
            assert (file.read(1) == oli.scene.numbers[role]).all()  # type: ignore[index]
            assert file.crs.to_epsg() == 32617
            assert tuple(file.transform)[:6] == oli.scene.grid.transform
            assert file.nodata == 0
            assert file.dtypes == ("uint16",)


def test_the_radiances_of_the_mtl_are_those_of_a_real_scene_of_that_moment(landsat: Path) -> None:
    values = mtl_values(landsat / f"{landsat.name}_MTL.txt")
    real = {
        "RADIANCE_MAXIMUM_BAND_1": 740.60522, "RADIANCE_MAXIMUM_BAND_4": 589.30865,
        "RADIANCE_MAXIMUM_BAND_5": 360.62753, "RADIANCE_MAXIMUM_BAND_6": 89.68478,
        "RADIANCE_MAXIMUM_BAND_7": 30.22857, "RADIANCE_MINIMUM_BAND_7": -2.49629,
        "RADIANCE_MULT_BAND_7": 4.9936e-04, "RADIANCE_ADD_BAND_7": -2.49678,
        "REFLECTANCE_MAXIMUM_BAND_7": 1.2107, "REFLECTANCE_MINIMUM_BAND_7": -0.09998,
        "SUN_AZIMUTH": 126.81463739, "SUN_ELEVATION": 62.17310472, "EARTH_SUN_DISTANCE": 1.013051,
    }  # fmt: skip
    for name, value in real.items():
        assert float(values[name]) == pytest.approx(value, rel=1e-2 if "SUN_" in name else 3e-4)
    for name, text in {
        "REFLECTANCE_MULT_BAND_7": "2.0000E-05", "REFLECTANCE_ADD_BAND_7": "-0.100000",
        "QUANTIZE_CAL_MAX_BAND_7": "65535", "QUANTIZE_CAL_MIN_BAND_7": "1",
        "COLLECTION_NUMBER": "02", "SPACECRAFT_ID": "LANDSAT_8", "DATE_ACQUIRED": "2017-08-13",
        "SCENE_CENTER_TIME": "15:54:16.0000000Z", "UTM_ZONE": "17", "SATURATION_BAND_7": "Y",
        "REFLECTIVE_LINES": "120", "REFLECTIVE_SAMPLES": "114", "PROCESSING_LEVEL": "L1TP",
    }.items():  # fmt: skip
        assert values[name] == text


def test_the_mtl_says_the_same_as_text_json_and_xml(landsat: Path) -> None:
    text = (landsat / f"{landsat.name}_MTL.txt").read_text()
    assert text.startswith("GROUP = LANDSAT_METADATA_FILE\n")
    assert text.endswith("END_GROUP = LANDSAT_METADATA_FILE\nEND\n")
    stem = landsat / f"{landsat.name}_MTL"
    groups = json.loads(stem.with_suffix(".json").read_text())["LANDSAT_METADATA_FILE"]
    root = ElementTree.parse(stem.with_suffix(".xml")).getroot()
    assert root.tag == "LANDSAT_METADATA_FILE"
    assert {g.tag: {e.tag: e.text for e in g} for g in root} == groups
    merged = {name: value for group in groups.values() for name, value in group.items()}
    assert merged == mtl_values(stem.with_suffix(".txt"))
    for key, name in merged.items():
        if key.startswith("FILE_NAME"):
            assert (landsat / name).is_file()


def test_quality_bands_of_collection_2_have_the_handbooks_values(
    landsat: Path, oli: SimulatedScene
) -> None:
    with rasterio.open(landsat / f"{landsat.name}_QA_PIXEL.TIF") as file:
        quality = file.read(1)
    book = {Ground.NO_DATA: 1, Ground.CLEAR: 21824, Ground.CLOUD: 22280, Ground.SHADOW: 23888}
    for kind, value in book.items():
        shown = oli.scene.ground == kind
        assert shown.any()
        assert (quality[shown] == value).all()
    with rasterio.open(landsat / f"{landsat.name}_QA_RADSAT.TIF") as file:
        saturated = file.read(1)
    full = oli.scene.numbers["swir2"] == 65_535
    assert full.any()
    assert (((saturated >> 6) & 1 == 1) == full).all()
    assert (((saturated >> 5) & 1 == 1) == (oli.scene.numbers["swir1"] == 65_535)).all()


def test_collection_1_has_one_quality_band_and_a_text_mtl_with_its_own_groups(
    tmp_path: Path,
) -> None:
    scene = made("OLI", "01").scene
    folder = write_landsat(scene, tmp_path)
    names = {path.name.removeprefix(f"{folder.name}_") for path in folder.iterdir()}
    assert names == {*(f"{name}.TIF" for name in OLI_NAMES.values()), "BQA.TIF", "MTL.txt"}
    text = (folder / f"{folder.name}_MTL.txt").read_text()
    assert text.startswith("GROUP = L1_METADATA_FILE\n")
    values = mtl_values(folder / f"{folder.name}_MTL.txt")
    assert (values["DATA_TYPE"], values["COLLECTION_NUMBER"]) == ("L1TP", "01")
    assert values["FILE_NAME_BAND_QUALITY"] == f"{folder.name}_BQA.TIF"
    with rasterio.open(folder / f"{folder.name}_BQA.TIF") as file:
        quality = file.read(1)
    assert (quality[scene.ground == Ground.NO_DATA] == 1).all()
    assert set(np.unique(quality[scene.ground == Ground.CLEAR])) <= {2720, 2724, 2728}
    assert set(np.unique(quality[scene.ground == Ground.CLOUD])) <= {2800, 2804, 2808}
    full = np.sum([stored == 65_535 for stored in scene.numbers.values()], axis=0)
    for bands, level in ((0, 0), (1, 1), (2, 1), (3, 2)):
        assert ((quality[(full == bands) & scene.has_data] >> 2) & 3 == level).all()


def test_a_stack_has_a_band_for_every_band_and_the_mtl_beside(
    tmp_path: Path, oli: SimulatedScene
) -> None:
    path = write_stack(oli.scene, tmp_path / f"{oli.scene.scene_id}.TIF")
    with rasterio.open(path) as file:
        assert file.descriptions == (*OLI_NAMES.values(), "QA_PIXEL", "QA_RADSAT")
        assert (file.read(7) == oli.scene.numbers["swir2"]).all()
        assert file.tags()["SIMULATED"] == "SIMULATED"
    assert (tmp_path / f"{oli.scene.scene_id}_MTL.txt").is_file()


def test_gdal_opens_the_safe_and_finds_the_numbers(safe: Path, msi: SimulatedScene) -> None:
    """GDAL's Sentinel-2 driver knows the layout from the specification, not from this writer."""
    with rasterio.open(f"SENTINEL2_L1C:{safe}/MTD_MSIL1C.xml:20m:EPSG_32617") as file:
        found = {file.tags(band)["BANDNAME"]: file.read(band) for band in file.indexes}
        assert file.tags(1)["RADIO_ADD_OFFSET"] == "-1000"
        assert file.tags()["QUANTIFICATION_VALUE"] == "10000"
        assert file.tags()["PROCESSING_BASELINE"] == "05.00"
        assert file.tags()["SPECIAL_VALUE_SATURATED"] == "65535"
        assert tuple(file.transform)[:6] == msi.scene.grid.transform
    for role, name in (("nir", "B8A"), ("swir1", "B11"), ("swir2", "B12")):
        assert (found[name] == msi.scene.numbers[role]).all()  # type: ignore[index]
    with rasterio.open(f"SENTINEL2_L1C:{safe}/MTD_MSIL1C.xml:10m:EPSG_32617") as file:
        fine = {file.tags(band)["BANDNAME"]: file.read(band) for band in file.indexes}
    for role, name in (("blue", "B2"), ("green", "B3"), ("red", "B4")):
        for down, right in ((0, 0), (1, 1)):
            assert (fine[name][down::2, right::2] == msi.scene.numbers[role]).all()  # type: ignore[index]
    with rasterio.open(f"SENTINEL2_L1C:{safe}/MTD_MSIL1C.xml:60m:EPSG_32617") as file:
        coarse = {file.tags(band)["BANDNAME"]: file.read(band) for band in file.indexes}
    assert coarse["B1"].shape == (40, 38)
    blocks = msi.scene.numbers["coastal"].astype(float)
    whole = blocks[:39, :39].reshape(13, 3, 13, 3).mean(axis=(1, 3))
    assert np.abs(coarse["B1"][:13, :13] - whole).max() <= 0.5


def test_the_tile_says_where_it_lies_and_where_the_sun_stood(
    safe: Path, msi: SimulatedScene
) -> None:
    (path,) = safe.glob("GRANULE/L1C_T17SNS_A028000_20170813T155416/MTD_TL.xml")
    tile = ElementTree.parse(path).getroot()
    assert tile.tag.endswith("Level-1C_Tile_ID")
    assert tile.findtext(".//HORIZONTAL_CS_CODE") == "EPSG:32617"
    assert tile.findtext(".//SENSING_TIME") == "2017-08-13T15:54:16.000000Z"
    for metres, lines, columns in ((10, 240, 228), (20, 120, 114), (60, 40, 38)):
        size = tile.find(f".//Size[@resolution='{metres}']")
        place = tile.find(f".//Geoposition[@resolution='{metres}']")
        assert size is not None and place is not None
        assert (size.findtext("NROWS"), size.findtext("NCOLS")) == (str(lines), str(columns))
        assert float(place.findtext("ULX", "")) == msi.scene.grid.transform[2]
        assert float(place.findtext("YDIM", "")) == -metres
    zenith = float(tile.findtext(".//Mean_Sun_Angle/ZENITH_ANGLE", ""))
    # The real Landsat scene of that moment, 50 km away, says 62.17.
    assert 90 - zenith == pytest.approx(62.17, abs=0.5)
    assert zenith == pytest.approx(90 - msi.scene.sun_elevation_deg, abs=1e-6)


def test_the_mask_marks_clouds_at_60_m(safe: Path, msi: SimulatedScene) -> None:
    (path,) = safe.glob("GRANULE/*/QI_DATA/MSK_CLASSI_B00.jp2")
    with rasterio.open(path) as file:
        opaque, cirrus, snow = file.read()
    cloud = msi.scene.ground == Ground.CLOUD
    assert cloud.any()
    assert (np.repeat(np.repeat(opaque, 3, 0), 3, 1)[:120, :114][cloud] == 1).all()
    assert opaque.sum() * 9 < 1.5 * cloud.sum()
    assert not cirrus.any() and not snow.any()


def test_an_older_baseline_has_neither_offset_nor_mask(tmp_path: Path) -> None:
    folder = write_safe(made("MSI", "0209").scene, tmp_path, every_band=False)
    text = (folder / "MTD_MSIL1C.xml").read_text(encoding="utf-8")
    assert "RADIO_ADD_OFFSET" not in text
    assert "<PROCESSING_BASELINE>02.09</PROCESSING_BASELINE>" in text
    assert not list(folder.glob("GRANULE/*/QI_DATA/*"))
    assert len(list(folder.glob("GRANULE/*/IMG_DATA/*.jp2"))) == 8


def test_everything_that_is_written_says_that_it_is_simulated(
    tmp_path: Path, landsat: Path, safe: Path, oli: SimulatedScene
) -> None:
    for path in (landsat, safe, *landsat.iterdir(), *write_scene_files(oli, tmp_path)):
        assert path.name.startswith("SIMULATED_")
    for path in landsat.glob("*MTL.*"):
        assert "SIMULATED by firewatch" in path.read_text()
    for path in landsat.glob("*.TIF"):
        with rasterio.open(path) as file:
            assert file.tags()["SIMULATED"] == "SIMULATED"
    assert "<PRODUCT_URI>SIMULATED_" in (safe / "MTD_MSIL1C.xml").read_text(encoding="utf-8")
    truth = pd.read_csv(tmp_path / f"{oli.scene.scene_id}_truth.csv")
    assert (truth["simulated"] == "SIMULATED").all()
    assert set(truth["fire"]) == {0, 1}
    with np.load(tmp_path / f"{oli.scene.scene_id}_cover.npz") as archive:
        assert (archive["cover"] == oli.cover).all()


def test_a_layout_for_another_sensor_is_refused_and_leaves_nothing(
    tmp_path: Path, oli: SimulatedScene, msi: SimulatedScene
) -> None:
    for write, scene in ((write_safe, oli.scene), (write_landsat, msi.scene)):
        with pytest.raises(UsageError, match="layout"):
            write(scene, tmp_path)
    assert not list(tmp_path.iterdir())
