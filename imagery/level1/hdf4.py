"""Reading HDF4 granules, every failure told with file and variable.

The library runs in a program of its own (`imagery.level1.hdf4_reader`), one for each open file, so
that a file on whose damage it crashes or hangs is an error like any other.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from importlib.util import find_spec
from io import BufferedReader
from math import prod
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from imagery.closing import Closing
from imagery.content import check_start
from imagery.level1 import hdf4_reader
from imagery.level1.window import Window
from imagery.libraries import needed_for
from imagery.reading import unreadable

FORMAT = "HDF4"
_VALUE = r"OBJECT\s*=\s*{name}\b.*?VALUE\s*=\s*\(?\s*\"?([^\"\n)]+)"
# A sound file takes less than a second; a damaged one may lead the library round in circles.
_TIMEOUT_S = 120
_LARGEST_VALUES = 1 << 27
"""Three times a whole granule of 16 bands; a damaged heading may promise any size."""


class Hdf4File(Closing):
    """An open HDF4 file of scientific data sets; a context manager.

    Parameters
    ----------
    named
        What errors call the file, where `path` is a copy of it.

    Raises
    ------
    UnreadableFileError
        From every method, if the file or what is asked for cannot be read.
    """

    def __init__(self, path: Path, named: Path | None = None) -> None:
        self.path = named or path
        check_start(path)
        with needed_for(self.path):
            if find_spec("pyhdf") is None:
                raise ModuleNotFoundError("pyhdf", name="pyhdf")
        self._reader: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-S", "-m", hdf4_reader.__name__, str(path.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
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
            raise unreadable(self.path, "granule_missing", place=name, format=FORMAT)
        return tuple(self._content["datasets"][name])

    def attributes(self, name: str) -> dict[str, Any]:
        """Return the attributes of a data set."""
        if name not in self._attributes:
            self.shape(name)
            self._attributes[name] = self._asked({"attributes": name}, name)["attributes"]
        return self._attributes[name]

    def attribute(self, name: str, attribute: str) -> Any:
        found = self.attributes(name)
        if attribute not in found:
            raise unreadable(
                self.path, "granule_missing", place=f"{name}:{attribute}", format=FORMAT
            )
        return found[attribute]

    def part(self, name: str, window: Window, band: int | None = None) -> NDArray[Any]:
        """Return a window of a data set, of one of its bands where it has several."""
        first = [window.line0, window.sample0]
        count = list(window.shape)
        if band is not None:
            first, count = [band, *first], [1, *count]
        return self._values(name, first, count).reshape(window.shape)

    def whole(self, name: str) -> NDArray[Any]:
        """Return all values of a data set."""
        shape = self.shape(name)
        if not prod(shape):
            return np.empty(shape)
        return self._values(name, [0] * len(shape), list(shape))

    def core_metadata(self, name: str) -> str:
        """Return a value of the granule's ODL metadata, such as RANGEBEGINNINGDATE."""
        text = str(self.global_attributes.get("CoreMetadata.0", ""))
        match = re.search(_VALUE.format(name=name), text, re.DOTALL)
        if match is None:
            raise unreadable(
                self.path, "granule_missing", place=f"CoreMetadata.0 {name}", format=FORMAT
            )
        return match[1].strip()

    def moment(self, which: str) -> int:
        """Return the BEGINNING or ENDING of the granule in epoch seconds."""
        date, time = (self.core_metadata(f"RANGE{which}{part}") for part in ("DATE", "TIME"))
        try:
            moment = datetime.fromisoformat(f"{date}T{time}")
        except ValueError as error:
            raise unreadable(
                self.path, "granule_missing", place=f"CoreMetadata.0 RANGE{which}", format=FORMAT
            ) from error
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(aware.timestamp())

    @cached_property
    def _content(self) -> dict[str, Any]:
        return self._answer(FORMAT)

    @cached_property
    def _attributes(self) -> dict[str, dict[str, Any]]:
        return {}

    def _values(self, name: str, first: list[int], count: list[int]) -> NDArray[Any]:
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
        answer = self._asked(request, name, count)
        values: NDArray[Any] = answer["values"]
        return values

    def _asked(
        self, request: Mapping[str, Any], place: str, count: Sequence[int] | None = None
    ) -> dict[str, Any]:
        self._content  # noqa: B018
        assert self._reader.stdin is not None
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
            raise self._damaged(place, f"HDF4 {self._reader.wait()}") from error
        finally:
            overdue.cancel()
        if "error" in answer:
            raise self._damaged(place, answer["error"])
        return answer

    def _damaged(self, place: str, found: str) -> Exception:
        return unreadable(self.path, "granule_damaged", found=found, place=place, format=FORMAT)


def _received(
    stream: BufferedReader, heading: Mapping[str, Any], count: Sequence[int]
) -> NDArray[Any]:
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
