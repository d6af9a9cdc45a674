"""Simulated granules onto a disk that is full."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import h5py
import pytest


@pytest.fixture(params=["16k", "200k", "500k"])
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give a file system that is full at once or before long."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    command = ["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(tmp_path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.parametrize("platform", ["S-NPP", "Terra"])
def test_the_file_that_does_not_fit_is_named_and_none_is_left_half_written(
    platform: str, small_disk: Path
) -> None:
    # In a program of its own: after a failed write the HDF4 library is of no more use.
    done = subprocess.run(
        [sys.executable, "-m", "firewatch", "simulate", "granule", "--platform", platform,
         "--scans", "4", "--fires", "5", "--out", str(small_disk)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"{small_disk}/SIMULATED_" in done.stderr and "disk is full" in done.stderr
    # What is there is whole: of three files the smallest may have found its place.
    for path in small_disk.iterdir():
        with h5py.File(path) as file:
            assert file["observation_data/M13"].shape == (64, 3200)
