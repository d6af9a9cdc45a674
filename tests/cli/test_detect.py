"""`firewatch detect`: from simulated level-1 bytes to fire pixels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firewatch.simulate.granule import GranuleRequest, SimulatedGranule, simulate_granule

# 2020-11-05 14:05 Beijing time.
STARTED_UTC_S = 1_604_556_300
SCANS = 6


def hot_places(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "lon": rng.uniform(106.0, 111.0, count),
            "lat": rng.uniform(23.0, 24.6, count),
            "area_m2": 400.0,
            "t_k": 900.0,
        }
    )


@pytest.fixture(scope="module")
def granule(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    folder = tmp_path_factory.mktemp("granule")
    request = GranuleRequest(
        "S-NPP", STARTED_UTC_S, hot_places(60), scans=SCANS, samples=(1600, 4800)
    )
    return simulate_granule(folder, request)


def test_fires_of_a_simulated_granule_are_found_where_they_were_put(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    out = firewatch.folder / "fires.csv"
    firewatch("detect", granule.files["02IMG"], "--out", out)
    found = pd.read_csv(out)
    assert found["simulated"].all()
    assert len(set(found["parameter_hash"])) == 1
    truth = pd.read_csv(granule.truth)
    key = ["line", "sample"]
    planted = truth[key].drop_duplicates()
    hits = found.merge(planted, on=key)
    assert len(hits) >= 0.9 * len(found)
    assert len(hits) > 0


def test_detections_come_as_geojson_to_standard_output(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    features = json.loads(firewatch("detect", granule.files["02IMG"].parent))["features"]
    first = features[0]
    lon, lat = first["geometry"]["coordinates"]
    assert lon == pytest.approx(first["properties"]["lon"], abs=1e-6)
    assert {f["properties"]["confidence"] for f in features} <= {"low", "nominal", "high"}
    assert lat == pytest.approx(first["properties"]["lat"], abs=1e-6)


def test_an_image_without_its_geolocation_names_the_file_to_fetch(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    alone = firewatch.folder / granule.files["02IMG"].name
    alone.hardlink_to(granule.files["02IMG"])
    assert "03IMG" in firewatch.said("detect", alone, code=1)


def test_a_link_to_an_image_finds_the_companions_of_the_image(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    link = firewatch.folder / granule.files["02IMG"].name
    link.symlink_to(granule.files["02IMG"])
    assert json.loads(firewatch("detect", link))["features"]


def test_an_image_under_a_name_of_its_users_own_is_told_what_it_was_called(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    for role, name in (("02IMG", "影像 1.nc"), ("03IMG", "定位.nc")):
        (firewatch.folder / name).write_bytes(granule.files[role].read_bytes())
    done = firewatch.run("detect", "影像 1.nc", "定位.nc")
    assert done.returncode == 1
    assert granule.files["02IMG"].name in done.stderr
    assert granule.files["03IMG"].name in done.stderr
    assert granule.files["02IMG"].name in firewatch.said("ingest", "影像 1.nc", code=1)
    assert granule.files["02IMG"].name in firewatch.said("compare", "影像 1.nc", "定位.nc", code=1)


def test_one_damaged_granule_does_not_lose_the_others(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    folder = firewatch.folder / "season"
    folder.mkdir()
    for number, time in enumerate(("0600", "0605", "0610")):
        for path in granule.files.values():
            copy = folder / path.name.replace(".0605.", f".{time}.")
            if number == 1 and "03IMG" in path.name:
                copy.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            else:
                copy.hardlink_to(path)
    alone = folder / next(iter(granule.files.values())).name.replace(".0605.", ".0700.")
    alone.hardlink_to(granule.files["02IMG"])
    out = firewatch.folder / "fires.csv"
    done = firewatch.run("detect", folder, "--out", out, "--jobs", "2")
    assert done.returncode == 1
    assert "03IMG.A2020310.0605" in done.stderr
    assert "A2020310.0700" in done.stderr
    first, second = (fires for _, fires in pd.read_csv(out).groupby("granule"))
    assert "0600" in first["granule"].iloc[0]
    assert "0610" in second["granule"].iloc[0]
    assert first["bt_mir_k"].tolist() == second["bt_mir_k"].tolist()


def test_a_granule_that_looked_elsewhere_is_explained_and_gives_no_empty_result(
    tmp_path_factory: pytest.TempPathFactory, firewatch: Any
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere")
    fires = hot_places(1)
    request = GranuleRequest("Terra", STARTED_UTC_S, fires, scans=8, track_lon=20.0)
    made = simulate_granule(folder, request)
    out = firewatch.folder / "fires.csv"
    done = firewatch.run("detect", made.files["021KM"], "--region", "--out", out, "--lang", "en")
    assert done.returncode == 1
    assert "does not touch the region" in done.stderr
    assert "not the same as no fire" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_files_that_are_no_scene_are_told(firewatch: Any) -> None:
    path = firewatch.text("notes.txt", "x")
    assert "02IMG" in firewatch.said("detect", Path(path).name, code=2)


def test_a_file_that_is_named_beside_images_and_is_none_is_told(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    notes, image = firewatch.text("notes.txt", "x"), granule.files["02IMG"]
    done = firewatch.run("detect", image, notes, "--out", "fires.csv", "--lang", "en")
    assert done.returncode == 0 and "notes.txt: no image" in done.stderr
    for absent in ("nowhere.nc", "*.nowhere"):
        done = firewatch.run("detect", image, absent, "--out", "fires.csv", "--lang", "en")
        assert done.returncode == 1 and f"{absent}: the file cannot be opened" in done.stderr
    quiet = firewatch.run("detect", image.parent, image, granule.files["03IMG"], "--out", "a.csv")
    assert quiet.returncode == 0 and quiet.stderr.count("\n") <= 1, quiet.stderr


def test_the_json_document_lists_granules_and_failures_with_what_to_do(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    lonely = firewatch.folder / "VNP02IMG.A2020310.0745.002.2021001000000.nc"
    lonely.write_bytes(b"x")
    image = granule.files["02IMG"]
    done = firewatch.run("detect", image, lonely, "--json", "--out", "fires.csv")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    [listed], [failed] = said["granules"], said["failures"]
    assert (listed["name"], listed["platform"], listed["simulated"]) == (image.name, "S-NPP", True)
    assert listed["missing"] == ["cloud_mask"] and listed["started_utc"] == "2020-11-05T06:05:00Z"
    assert listed["fires"] == said["fires"] == len(pd.read_csv(firewatch.folder / "fires.csv"))
    assert failed["where"] == str(lonely)
    assert "VNP03IMG.A2020310.0745" in failed["remedy"]
    assert failed["what"] and failed["expected"]
    features = json.loads(firewatch.run("detect", image, "--json").stdout)
    assert features["type"] == "FeatureCollection"
    assert len(features["features"]) == features["granules"][0]["fires"]
    none = firewatch.run("detect", lonely, "--json")
    assert none.returncode == 1
    document = json.loads(none.stdout)
    assert (document["fires"], document["granules"], len(document["failures"])) == (None, [], 1)
