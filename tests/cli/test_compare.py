"""`firewatch compare`: two files of fire pixels of one overpass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin

from firewatch.simulate.granule import GranuleRequest, SimulatedGranule, simulate_granule
from firewatch.simulate.granule_ground import Weather
from imagery.detection.detect import detect_granules


def row(lon: float, confidence: str = "n", version: str = "2.0NRT", frp: float = 5.0) -> str:
    return f"22.82,{lon},335.0,0.4,0.4,2020-11-05,0612,N,VIIRS,{confidence},{version},295.0,{frp},D"


def test_hits_misses_and_extras_are_counted_by_confidence(firewatch: Any) -> None:
    ours = firewatch.file("ours.csv", row(108.32, "h", frp=6.0), row(108.50), row(109.00))
    theirs = firewatch.file(
        "theirs.csv", row(108.321, "h", "2"), row(108.50, "n", "2"), row(109.50, "n", "2")
    )
    said = firewatch.json("compare", ours, theirs)
    table = {entry["confidence"]: entry for entry in said["by_confidence"]}
    assert (table["all"]["hits"], table["all"]["misses"], table["all"]["extras"]) == (2, 1, 1)
    assert (table["high"]["hits"], table["high"]["misses"]) == (1, 0)
    out = firewatch.folder / "pixels.csv"
    firewatch("compare", ours, theirs, "--out", out)
    outcomes = pd.read_csv(out)["outcome"].value_counts().to_dict()
    assert outcomes == {"hit": 2, "miss": 1, "extra": 1}


def test_a_source_agrees_wholly_with_itself(firewatch: Any) -> None:
    path = firewatch.file("a.csv", row(108.32), row(108.50))
    (share,) = [e["hit_share"] for e in firewatch.json("compare", path, path)["by_confidence"]
                if e["confidence"] == "all"]  # fmt: skip
    assert share == 1.0


# 2020-11-05 14:05 Beijing time.
STARTED_UTC_S = 1_604_556_300
CLEAR = Weather(cloud_share=0.0)


@pytest.fixture(scope="module")
def granule(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    rng = np.random.default_rng(3)
    fires = pd.DataFrame(
        {
            "lon": rng.uniform(107.6, 109.0, 12),
            "lat": rng.uniform(23.67, 23.73, 12),
            "area_m2": 1000.0,
            "t_k": 900.0,
        }
    )
    request = GranuleRequest("S-NPP", STARTED_UTC_S, fires, scans=3, weather=CLEAR)
    return simulate_granule(tmp_path_factory.mktemp("granule"), request)


@pytest.fixture(scope="module")
def found(granule: SimulatedGranule) -> pd.DataFrame:
    (detected,) = detect_granules([granule.files["02IMG"]])
    assert len(detected.fires) > 10
    return detected.fires


def as_firms(firewatch: Any, found: pd.DataFrame, *more: str) -> Path:
    letters = found["confidence"].str[0]
    rows = [
        f"{p.lat:.6f},{p.lon:.6f},{p.bt_mir_k:.2f},{p.scan_km:.2f},{p.track_km:.2f},2020-11-05,"
        f"0605,N,VIIRS,{letter},2.0NRT,{p.bt_tir_k:.2f},{p.frp_mw:.2f},D"
        for p, letter in zip(found.itertuples(), letters, strict=True)
    ]
    return firewatch.file("firms.csv", *rows, *more)


def as_level2(folder: Path, found: pd.DataFrame) -> Path:
    path = folder / "VNP14IMG.A2020310.0605.002.2021001000000.nc"
    mask = np.full((96, 6400), 5, np.uint8)
    code = found["confidence"].map({"low": 7, "nominal": 8, "high": 9}).to_numpy(np.uint8)
    mask[found["line"], found["sample"]] = code
    columns = {
        "FP_line": "line", "FP_sample": "sample", "FP_longitude": "lon", "FP_latitude": "lat",
        "FP_T4": "bt_mir_k", "FP_T5": "bt_tir_k", "FP_power": "frp_mw",
    }  # fmt: skip
    with h5py.File(path, "w") as file:
        file["fire mask"], file["algorithm QA"] = mask, np.zeros(mask.shape, np.uint32)
        file["FP_confidence"], file["FP_day"] = code, np.ones(len(found), np.uint8)
        for theirs, ours in columns.items():
            kind = np.uint16 if ours in ("line", "sample") else np.float32
            file[theirs] = found[ours].to_numpy(kind)
        file.attrs["ShortName"] = "VNP14IMG"
        file.attrs["StartTime"] = "2020-11-05 06:05:00.000"
    return path


def total(said: Any) -> dict[str, Any]:
    (row,) = [entry for entry in said["by_confidence"] if entry["confidence"] == "all"]
    return {key: row[key] for key in ("hits", "misses", "extras")}


def test_a_granule_agrees_with_its_own_fires_written_as_firms_text(
    firewatch: Any, granule: SimulatedGranule, found: pd.DataFrame
) -> None:
    outside = row(60.0)
    said = firewatch.json("compare", granule.files["02IMG"], as_firms(firewatch, found, outside))
    assert total(said) == {"hits": len(found), "misses": 0, "extras": 0}
    # The granule did not look at 60 E: it cannot have missed a fire there.
    assert said["left_out"] == {"tested": 0, "reference": 1}
    assert said["simulated"]
    apart = {entry["quantile"]: entry for entry in said["spread"]}
    assert apart[0.95]["distance_km"] < 0.01
    assert apart[0.5]["frp_ratio"] == pytest.approx(1.0, abs=0.01)


def test_a_granule_agrees_with_its_own_fires_written_as_an_official_product(
    firewatch: Any, granule: SimulatedGranule, found: pd.DataFrame
) -> None:
    official = as_level2(firewatch.folder, found)
    said = firewatch.json("compare", granule.files["03IMG"], official)
    assert total(said) == {"hits": len(found), "misses": 0, "extras": 0}
    by_class = {entry["confidence"]: entry["hits"] for entry in said["by_confidence"]}
    by_class.pop("all")
    assert by_class == found["confidence"].value_counts().to_dict()
    text = as_firms(firewatch, found)
    assert total(firewatch.json("compare", official, text))["hits"] == len(found)
    (firewatch.folder / "cut.nc").write_bytes(official.read_bytes()[:5000])
    assert "cut.nc" in firewatch.said("compare", "cut.nc", text, code=1)


def test_in_a_folder_bad_files_are_named_and_the_others_compared(
    firewatch: Any, granule: SimulatedGranule, found: pd.DataFrame
) -> None:
    folder = firewatch.folder / "scenes"
    folder.mkdir()
    for path in granule.files.values():
        (folder / path.name).symlink_to(path)
    text = as_firms(firewatch, found)
    assert total(firewatch.json("compare", folder, text))["hits"] == len(found)
    lonely = folder / "VNP02IMG.A2020310.0745.002.2021001000000.nc"
    lonely.write_bytes(b"")
    done = firewatch.run("compare", folder, text, "--json")
    assert done.returncode == 1
    assert "VNP03IMG.A2020310.0745" in done.stderr
    assert total(json.loads(done.stdout))["hits"] == len(found)


def test_a_stack_of_images_is_compared_by_one_of_them(firewatch: Any) -> None:
    rng = np.random.default_rng(8)
    shape = (60, 60)
    bands = {"i4": rng.normal(300, 0.5, shape), "i5": rng.normal(295, 0.3, shape)}
    bands["i4"][30, 30:32] = 350.0
    for band, values in bands.items():
        with rasterio.open(
            firewatch.folder / f"VNP_20201105_0605_{band}.tif", "w", driver="GTiff", height=60,
            width=60, count=1, dtype="float32", crs="EPSG:32649",
            transform=from_origin(200_000.0, 2_600_000.0, 375.0, 375.0),
        ) as file:  # fmt: skip
            file.write(values.astype("float32"), 1)
    image = firewatch.folder / "VNP_20201105_0605_i4.tif"
    said = firewatch.json("compare", image, firewatch.folder / "VNP_20201105_0605_i5.tif")
    assert total(said) == {"hits": 2, "misses": 0, "extras": 0}
    assert not said["simulated"]


def test_sources_without_a_common_overpass_are_told_apart_instead_of_counted_as_zero(
    firewatch: Any, granule: SimulatedGranule
) -> None:
    ours = firewatch.file("ours.csv", row(108.32))
    aqua = row(108.32).replace(",N,VIIRS", ",N20,VIIRS")
    theirs = firewatch.file("theirs.csv", aqua)
    for other in (theirs, granule.files["02IMG"]):
        done = firewatch.run(
            "compare", theirs, ours if other is theirs else other, "--out", "x.csv"
        )
        assert done.returncode == 1
        assert done.stdout == ""
        assert "share no overpass" in done.stderr
        assert "NOAA-20 2020-11-05 06:12" in done.stderr and "S-NPP" in done.stderr
    assert not (firewatch.folder / "x.csv").exists()


@pytest.mark.parametrize("name", ["fires.csv", "fires.geojson"])
def test_a_granule_agrees_with_the_file_that_detect_wrote_of_it(
    firewatch: Any, granule: SimulatedGranule, found: pd.DataFrame, name: str
) -> None:
    firewatch("detect", granule.files["02IMG"], "--out", name)
    said = firewatch.json("compare", granule.files["02IMG"], name)
    assert total(said) == {"hits": len(found), "misses": 0, "extras": 0}
    assert {entry["distance_km"] for entry in said["spread"]} == {0.0}
    assert said["simulated"]


def test_a_granule_without_fire_misses_what_the_other_source_saw(
    firewatch: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    none = pd.DataFrame({"lon": [], "lat": [], "area_m2": [], "t_k": []}, dtype=float)
    request = GranuleRequest("S-NPP", STARTED_UTC_S, none, scans=3, weather=CLEAR)
    quiet = simulate_granule(tmp_path_factory.mktemp("quiet"), request)
    fire = row(108.32).replace("22.82", "23.70").replace("0612", "0605")
    said = firewatch.json("compare", quiet.files["02IMG"], firewatch.file("a.csv", fire))
    assert total(said) == {"hits": 0, "misses": 1, "extras": 0}
