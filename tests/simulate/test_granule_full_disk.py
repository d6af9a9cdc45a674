"""Simulated granules onto a disk that is full."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import h5py
import pytest
from small_disk import small_disk


@pytest.fixture(params=["16k", "200k", "500k"])
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give a file system that is full at once or before long."""
    with small_disk(tmp_path, request.param) as folder:
        yield folder


@pytest.mark.parametrize("platform", ["S-NPP", "Terra"])
def test_the_file_that_does_not_fit_is_named_and_none_is_left_half_written(
    platform: str, disk: Path
) -> None:
    # In a program of its own: after a failed write the HDF4 library is of no more use.
    done = subprocess.run(
        [sys.executable, "-m", "firewatch", "simulate", "granule", "--platform", platform,
         "--scans", "4", "--fires", "5", "--out", str(disk)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"{disk}/SIMULATED_" in done.stderr and "disk is full" in done.stderr
    # What is there is whole: of three files the smallest may have found its place.
    for path in disk.iterdir():
        with h5py.File(path) as file:
            assert file["observation_data/M13"].shape == (64, 3200)
