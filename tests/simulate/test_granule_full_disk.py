"""Simulated granules onto a disk that is full."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import h5py
import pytest
from commands_apart import run_apart
from small_disk import small_disk


@pytest.fixture(params=["16k", "200k", "500k"])
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give a file system that is full at once or before long."""
    with small_disk(tmp_path, request.param) as folder:
        yield folder


@pytest.mark.parametrize(("platform", "scans"), [("S-NPP", 1), ("Terra", 4)])
def test_the_file_that_does_not_fit_is_named_and_none_is_left_half_written(
    platform: str, scans: int, disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    line = ["simulate", "granule", "--platform", platform, "--scans", f"{scans}"]
    errors = tmp_path_factory.mktemp("said") / "errors.txt"
    # In a process of its own: after a failed write the HDF4 library is of no more use.
    done = run_apart(
        [*line, "--fires", "5", "--out", str(disk)],
        errors,
        "firewatch.simulate.granule",
        "h5py",
        "pyhdf.SD",
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"{disk}/SIMULATED_" in done.stderr and "disk is full" in done.stderr
    # What is there is whole: of three files the smallest may have found its place.
    for path in disk.iterdir():
        with h5py.File(path) as file:
            assert file["observation_data/M13"].shape == (scans * 16, 3200)
