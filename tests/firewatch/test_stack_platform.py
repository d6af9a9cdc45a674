"""Whose images a GeoTIFF stack is may be said anew: it is one image all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from firewatch.ledger.coverage import coverage_between
from firewatch.ledger.current import rebuild
from firewatch.pipeline import ingest
from firewatch.rulebook import rulebook, watch_over
from firewatch.settings import DetectionSettings, Settings

NOW_S = 1_767_000_000


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Give I4 and I5 by night with one fire, without a word on whose they are."""
    folder = tmp_path / "pass"
    folder.mkdir()
    bands = {"I04": np.full((60, 80), 290.0, np.float32), "I05": np.full((60, 80), 289.0)}
    bands["I04"][30, 40] = 340.0
    for name, values in bands.items():
        with rasterio.open(
            folder / f"scene_{name}.tif", "w", driver="GTiff", width=80, height=60, count=1,
            dtype="float32", crs="EPSG:4326", transform=from_origin(108.2, 23.8, 0.004, 0.004),
        ) as image:  # fmt: skip
            image.write(values.astype(np.float32), 1)
            image.update_tags(TIFFTAG_DATETIME="2020:11:06 18:15:00")
    return folder


def take_in(office: Any, stack: Path, platform: str) -> Any:
    settings = Settings(detection=DetectionSettings(stack_platform=platform))
    office.rules = rulebook(office.ledger, settings)
    watch = watch_over(office.rules.areas, settings)
    [file] = ingest(office.ledger, [stack], office.rules, NOW_S, watch=watch).files
    assert file.error == ""
    return file


def clear_km2(office: Any) -> tuple[str, float]:
    with office.ledger.reading() as connection:
        table = coverage_between(connection, 0, NOW_S)
    return ",".join(sorted(table["platform"].unique())), float(table["clear_km2"].sum())


def in_force(office: Any) -> list[str]:
    return list(office.current("platform")["platform"].astype("str"))


@pytest.mark.parametrize("asked", [["S-NPP", "NOAA-20"], ["NOAA-21", "S-NPP"]])
def test_the_platform_last_asked_for_stands_and_nothing_is_counted_twice(
    office: Any, stack: Path, asked: list[str]
) -> None:
    take_in(office, stack, asked[0])
    once = clear_km2(office)[1]
    for platform in (asked[1], asked[0], asked[1], asked[1]):
        take_in(office, stack, platform)
        assert in_force(office) == [platform]
        assert clear_km2(office) == (platform, pytest.approx(once))
    assert len(office.table("points")) == 2
    assert take_in(office, stack, asked[1]).known
    assert not take_in(office, stack, asked[1]).again


def test_history_gives_back_whose_image_it_was_last_said_to_be(office: Any, stack: Path) -> None:
    for platform in ("S-NPP", "NOAA-20", "S-NPP"):
        take_in(office, stack, platform)
    with office.ledger.writing() as connection:
        rebuild(connection)
    assert in_force(office) == ["S-NPP"]


def test_a_changed_threshold_and_platform_together_leave_one_reading(
    office: Any, stack: Path
) -> None:
    settings = Settings(
        detection=DetectionSettings(stack_platform="NOAA-20", viirs={"candidate_night_dt_k": 11})
    )
    take_in(office, stack, "S-NPP")
    office.rules = rulebook(office.ledger, settings)
    watch = watch_over(office.rules.areas, settings)
    ingest(office.ledger, [stack], office.rules, NOW_S, watch=watch)
    assert in_force(office) == ["NOAA-20"]
