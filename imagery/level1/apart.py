"""Reading HDF files in a program apart, so that no damage can end this one.

See `imagery.level1.hdf_reader` for the program and its answers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from io import BufferedReader
from math import prod
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from imagery.closing import Closing
from imagery.content import check_start
from imagery.level1 import hdf_reader
from imagery.libraries import needed_for
from imagery.reading import unreadable

Kind = Literal["hdf4", "hdf5"]

_PACKAGES = {"hdf4": "pyhdf", "hdf5": "h5py"}
# A sound file takes less than a second; a damaged one may lead the library round in circles.
_TIMEOUT_S = 60
# Installed for editing, the package is found by a hook that the program apart does not run.
_HOME = str(Path(hdf_reader.__file__).resolve().parents[2])
_LARGEST_VALUES = 1 << 27
"""Three times a whole granule of 16 bands; a damaged heading may promise any size."""


class FileApart(Closing):
    """An HDF file open in a program apart; a context manager.

    Parameters
    ----------
    path
        The file.
    kind
        Which library reads it.
    title
        What errors call its format.
    named
        What errors call the file, where `path` is a copy of it.

    Raises
    ------
    UnreadableFileError
        From every method, if the file or what is asked for cannot be read, or the program that
        reads it dies or does not answer.
    """

    def __init__(self, path: Path, kind: Kind, title: str, named: Path | None = None) -> None:
        self.path = named or path
        self._title = title
        check_start(path)
        with needed_for(self.path):
            if find_spec(_PACKAGES[kind]) is None:
                raise ModuleNotFoundError(_PACKAGES[kind], name=_PACKAGES[kind])
        self._reader: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-S", "-m", hdf_reader.__name__, kind, str(path.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, [_HOME, *sys.path])),
                "OPENBLAS_NUM_THREADS": "1",
            },
        )

    def close(self) -> None:
        self._reader.kill()
        self._reader.communicate()

    @property
    def names(self) -> Sequence[str]:
        """Return the names of the data sets."""
        return tuple(self._content["datasets"])

    @property
    def global_attributes(self) -> Mapping[str, Any]:
        """Return the attributes of the file."""
        found: dict[str, Any] = self._content["attributes"]
        return found

    def has(self, name: str) -> bool:
        return name in self._content["datasets"]

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a data set, (bands,) lines, samples."""
        if not self.has(name):
            raise unreadable(self.path, "granule_missing", place=name, format=self._title)
        return tuple(self._content["datasets"][name])

    def attributes(self, name: str) -> dict[str, Any]:
        """Return the attributes of a data set."""
        self.shape(name)
        if name not in self._attributes:
            self._attributes[name] = self._asked({"attributes": name}, name)["attributes"]
        return self._attributes[name]

    def whole(self, name: str) -> NDArray[Any]:
        """Return all values of a data set."""
        shape = self.shape(name)
        if not prod(shape):
            return np.empty(shape)
        return self.values(name, [0] * len(shape), list(shape))

    def values(self, name: str, first: list[int], count: list[int]) -> NDArray[Any]:
        """Return `count` values along each dimension of a data set from `first` on."""
        shape = self.shape(name)
        fits = len(shape) == len(count) and all(
            start >= 0 and n > 0 and start + n <= size
            for start, n, size in zip(first, count, shape, strict=True)
        )
        if not fits or prod(count) > _LARGEST_VALUES:
            expected = f"{tuple(first)} + {tuple(count)}, ≤ {_LARGEST_VALUES}"
            raise unreadable(
                self.path, "granule_shape", place=name, found_shape=shape, expected_shape=expected
            )
        request = {"values": name, "start": first, "count": count}
        found: NDArray[Any] = self._asked(request, name, count)["values"]
        return found

    @cached_property
    def _content(self) -> dict[str, Any]:
        return self._answer(self._title)

    @cached_property
    def _attributes(self) -> dict[str, dict[str, Any]]:
        return {}

    def _asked(
        self, request: Mapping[str, Any], place: str, count: Sequence[int] | None = None
    ) -> dict[str, Any]:
        assert self._content and self._reader.stdin is not None
        try:
            self._reader.stdin.write(json.dumps(request).encode() + b"\n")
            self._reader.stdin.flush()
        except OSError as error:
            raise self._damaged(place, str(error)) from error
        return self._answer(place, count)

    def _answer(self, place: str, count: Sequence[int] | None = None) -> dict[str, Any]:
        """Return the reader's answer, with the values it announces."""
        stream = cast(BufferedReader, self._reader.stdout)
        overdue = threading.Timer(_TIMEOUT_S, self._reader.kill)
        overdue.start()
        try:
            answer: dict[str, Any] = json.loads(stream.readline())
            if count is not None and "error" not in answer:
                answer["values"] = _received(stream, answer, count)
        except (ValueError, TypeError, KeyError, EOFError) as error:
            self._reader.kill()
            raise self._damaged(place, f"HDF {self._reader.wait()}") from error
        finally:
            overdue.cancel()
        if "error" in answer:
            raise self._damaged(place, answer["error"])
        return answer

    def _damaged(self, place: str, found: str) -> Exception:
        return unreadable(
            self.path, "granule_damaged", found=found, place=place, format=self._title
        )


def _received(stream: BufferedReader, heading: Mapping[str, Any], count: Sequence[int]) -> Any:
    """Return values from a stream.

    Raises
    ------
    TypeError, ValueError
        If the heading announces no numbers or another shape.
    EOFError
        If the stream ends before them.
    """
    kind = np.dtype(heading["dtype"])
    if kind.kind not in "iuf" or list(heading["shape"]) != list(count):
        raise ValueError(heading)
    values = np.empty(count, kind)
    left = values.data.cast("B")
    while len(left):
        taken = stream.readinto(left)
        if not taken:
            raise EOFError
        left = left[taken:]
    return values
