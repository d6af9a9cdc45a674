"""The HDF4 library crashes and hangs on some damage; the program that reads must not."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firewatch.core.errors import UnreadableFileError
from imagery.level1 import apart
from imagery.level1.hdf4 import Hdf4File
from imagery.level1.window import Window


@pytest.fixture
def geo(modis: Any, tmp_path: Path) -> Path:
    return modis.write(tmp_path)[1]


def test_parts_and_wholes_are_what_was_written(modis: Any, geo: Path) -> None:
    latitude = modis.variables["Latitude"]
    with Hdf4File(geo) as file:
        assert file.shape("Latitude") == latitude.shape
        np.testing.assert_array_equal(file.whole("Latitude"), latitude)
        part = file.part("Latitude", Window(3, 9, 100, 400))
        np.testing.assert_array_equal(part, latitude[3:9, 100:400])
        assert part.dtype == np.float32
        assert file.attribute("SolarZenith", "scale_factor") == 0.01


@pytest.mark.parametrize("what", [signal.SIGSEGV, signal.SIGKILL])
def test_a_reader_that_dies_is_a_damaged_file(geo: Path, what: int) -> None:
    with Hdf4File(geo) as file:
        assert file.has("Latitude")
        os.kill(file._reader.pid, what)
        with pytest.raises(UnreadableFileError, match="damaged") as raised:
            file.whole("Latitude")
    assert raised.value.where == str(geo)


def test_a_reader_that_never_answers_is_a_damaged_file(
    geo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Hdf4File(geo) as file:
        assert file.has("Latitude")
        monkeypatch.setattr(apart, "_TIMEOUT_S", 0.1)
        os.kill(file._reader.pid, signal.SIGSTOP)
        with pytest.raises(UnreadableFileError, match="Latitude"):
            file.whole("Latitude")


def test_the_reader_ends_with_the_file(geo: Path) -> None:
    with Hdf4File(geo) as file:
        file.has("Latitude")
        reader = file._reader
    assert reader.returncode is not None


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("Latitude", Window(0, 99, 0, 9)),
        ("Latitude", Window(-1, 3, 0, 9)),
        ("x", Window(0, 1, 0, 1)),
    ],
)
def test_what_the_file_has_not_is_refused_before_it_is_read(
    geo: Path, name: str, window: Window
) -> None:
    with Hdf4File(geo) as file, pytest.raises(UnreadableFileError, match=name):
        file.part(name, window)
