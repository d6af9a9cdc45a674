"""Local scenes are offered like those of a service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from firewatch.core.geo import Extent
from imagery.feeds.errors import FeedError
from imagery.feeds.folder import FolderSource
from imagery.feeds.hub_requests import NUMBERS, PRODUCTS, grid_over
from imagery.highres.geotiff import write_scene
from imagery.highres.scene import Ground, HighresScene
from imagery.reading import OutsideRegionError

FIELD = Extent(110.10, 22.60, 110.13, 22.63)
BESIDE = Extent(110.16, 22.60, 110.18, 22.63)
NOON_S = 1_604_376_000


def scene_over(extent: Extent, acquired_utc_s: int, number: int = 2000) -> HighresScene:
    grid = grid_over(PRODUCTS["sentinel-2-l1c"], extent)
    full = np.full(grid.shape, number, dtype=np.uint16)
    roles = ("red", "nir", "swir2")
    return HighresScene(
        "S2A_MSIL1C_20201103T031011",
        "Sentinel-2A",
        "MSI",
        acquired_utc_s,
        grid,
        dict.fromkeys(roles, full),
        dict.fromkeys(roles, NUMBERS),
        np.full(grid.shape, int(Ground.CLEAR), dtype=np.uint8),
        45.0,
        True,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_scene(scene_over(FIELD, NOON_S + 86_400, 3000), tmp_path / "later.tif")
    write_scene(scene_over(FIELD, NOON_S), tmp_path / "a.tif")
    write_scene(scene_over(BESIDE, NOON_S, 4000), tmp_path / "beside.tif")
    (tmp_path / "notes.txt").write_text("nothing")
    return tmp_path


def test_scenes_are_found_by_place_and_time(folder: Path) -> None:
    source = FolderSource([folder])
    found = source.search(FIELD, NOON_S, NOON_S + 86_400)
    assert [offer.acquired_utc_s for offer in found] == [NOON_S, NOON_S + 86_400]
    assert {offer.collection for offer in found} == {"sentinel-2-l1c"}
    assert source.search(FIELD, NOON_S + 1, NOON_S + 86_399) == []
    assert source.faults == {}


def test_windows_of_one_scene_over_two_places_are_told_apart(folder: Path) -> None:
    source = FolderSource([folder])
    here, there = (source.search(place, NOON_S, NOON_S) for place in (FIELD, BESIDE))
    assert here[0].scene_id == there[0].scene_id
    assert source.scene(here[0], FIELD).numbers["red"].max() == 2000
    assert source.scene(there[0], BESIDE).numbers["red"].max() == 4000
    with pytest.raises(OutsideRegionError):
        source.scene(here[0], Extent(111.0, 22.0, 111.1, 22.1))


def test_a_scene_of_elsewhere_is_refused(folder: Path) -> None:
    source = FolderSource([folder])
    offer = source.search(FIELD, NOON_S, NOON_S)[0]
    with pytest.raises(FeedError, match="no such scene"):
        source.scene(replace(offer, scene_id="S2B_other"), FIELD)


def test_cloud_that_nobody_stated_is_no_reason_to_leave_a_scene_out(folder: Path) -> None:
    assert len(FolderSource([folder]).search(FIELD, NOON_S, NOON_S, max_cloud_pct=0)) == 1


def test_a_damaged_scene_is_told_and_the_others_are_offered(folder: Path) -> None:
    (folder / "later.tif").write_bytes((folder / "later.tif").read_bytes()[:20])
    source = FolderSource([folder])
    assert len(source.search(FIELD, NOON_S, NOON_S + 86_400)) == 1
    assert [path.name for path in source.faults] == ["later.tif"]
