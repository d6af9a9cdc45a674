"""Imagery on the command line: taken in, told as simulated, asked for again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firewatch.simulate.granule import GranuleRequest, SimulatedGranule, simulate_granule
from firewatch.simulate.granule_ground import Weather

STARTED = 1_604_729_100  # 2020-11-07 06:05 UTC
FIRES = pd.DataFrame({"lon": [108.4], "lat": [23.69], "area_m2": [400.0], "t_k": [900.0]})
THRESHOLD = "FIREWATCH_DETECTION__VIIRS__CANDIDATE_DAY_DT_K"
CROPLAND = "FIREWATCH_COVERAGE__CROPLAND"


@pytest.fixture(scope="module")
def granule(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    weather = Weather(cloud_share=0.0)
    request = GranuleRequest("S-NPP", STARTED, FIRES, scans=2, weather=weather)
    return simulate_granule(tmp_path_factory.mktemp("granule"), request)


@pytest.fixture
def image(granule: SimulatedGranule) -> Path:
    return granule.files["02IMG"]


def land_cover(path: Path, share: float) -> Path:
    """Write a map on which the western share of each cell of 1° is cropland."""
    import rasterio
    from rasterio.transform import from_origin

    classes = np.zeros((100, 600), np.uint8)
    classes[:, np.arange(600) % 50 < 50 * share] = 40
    with rasterio.open(
        path, "w", driver="GTiff", width=600, height=100, count=1, dtype="uint8",
        crs="EPSG:4326", transform=from_origin(103.0, 25.0, 0.02, 0.02),
    ) as layer:  # fmt: skip
        layer.write(classes, 1)
    return path


def cropland_share(firewatch: Any) -> float:
    (row,) = firewatch.json("coverage", "--by", "platform", "--season", "2020-21")["rows"]
    return float(row["cropland_clear_km2"] / row["clear_km2"])


def test_a_simulated_granule_is_said_to_be_simulated(firewatch: Any, image: Path) -> None:
    done = firewatch.run("ingest", image)
    assert done.returncode == 0 and "模拟数据" in done.stdout
    assert firewatch.json("ingest", image)["simulated"] is True


def test_redecide_tells_what_was_detected_under_other_thresholds(
    firewatch: Any, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firewatch("ingest", image)
    assert firewatch.json("redecide")["detected_otherwise"] == []
    monkeypatch.setenv(THRESHOLD, "26")
    [told] = firewatch.json("redecide")["detected_otherwise"]
    assert told["granules"] == 1 and told["version"].startswith("firewatch-viirs")
    assert "firewatch ingest" in firewatch("redecide")
    firewatch("ingest", image)
    assert firewatch.json("redecide")["detected_otherwise"] == []


def test_going_back_to_an_earlier_cropland_map_brings_its_account_back(
    firewatch: Any, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = {share: land_cover(firewatch.folder / f"{share}.tif", share) for share in (0.2, 0.6)}
    for share in (0.2, 0.6, 0.2):
        monkeypatch.setenv(CROPLAND, str(maps[share]))
        firewatch("ingest", image)
        assert cropland_share(firewatch) == pytest.approx(share, abs=0.08)
    monkeypatch.setenv(CROPLAND, str(maps[0.6]))
    [told] = firewatch.json("redecide")["detected_otherwise"]
    assert told["granules"] == 1
