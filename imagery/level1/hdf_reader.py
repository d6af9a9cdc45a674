"""Reads one HDF4 or HDF5 file for another program; run as a program of its own.

The HDF libraries end the whole program, or never return, on some damaged files, so that they are
better not loaded into the program that reads many files.

The kind of file (hdf4, hdf5) and its path are named on the command line. Requests come as lines of
JSON on standard input, each answered on standard output by a line of JSON and, where values were
asked for, their bytes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

LARGEST_MEMORY_BYTES = 3 << 30
"""Address space of this program; a damaged heading may promise any size."""


class _File(Protocol):
    def shapes(self) -> dict[str, list[int]]: ...

    def attributes(self, name: str) -> dict[str, Any]:
        """Return the attributes of a data set, of the file itself for ""."""

    def values(self, name: str, start: list[int], count: list[int]) -> Any: ...


class _Hdf4:
    def __init__(self, path: str) -> None:
        from pyhdf.SD import SD, SDC

        self._file = SD(path, SDC.READ)

    def shapes(self) -> dict[str, list[int]]:
        shapes = {name: held[1] for name, held in self._file.datasets().items()}
        return {
            name: list(shape) if isinstance(shape, (tuple, list)) else [shape]
            for name, shape in shapes.items()
        }

    def attributes(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = (self._file.select(name) if name else self._file).attributes()
        return found

    def values(self, name: str, start: list[int], count: list[int]) -> Any:
        return self._file.select(name).get(start=start, count=count)


class _Hdf5:
    def __init__(self, path: str) -> None:
        import h5py

        self._file = h5py.File(path, "r", locking="best-effort")

    def shapes(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}

        def note(name: str, item: Any) -> None:
            shape = getattr(item, "shape", None)
            if shape is not None:
                found[name] = list(shape)

        self._file.visititems(note)
        return found

    def attributes(self, name: str) -> dict[str, Any]:
        return {key: _plain(value) for key, value in self._file[name or "/"].attrs.items()}

    def values(self, name: str, start: list[int], count: list[int]) -> Any:
        return self._file[name][tuple(slice(a, a + n) for a, n in zip(start, count, strict=True))]


def _plain(value: Any) -> Any:
    """Return an attribute as JSON can hold it; an array of one value as that value."""
    if hasattr(value, "size") and value.size == 1:
        value = value.reshape(-1)[0]
    if hasattr(value, "tolist"):
        value = value.tolist()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


_KINDS: dict[str, Callable[[str], _File]] = {"hdf4": _Hdf4, "hdf5": _Hdf5}


def serve(kind: str, path: str, requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer what the file holds, then each request until they end.

    The first answer has ``datasets`` (name to shape) and ``attributes`` of the file. A request
    ``{"attributes": name}`` is answered by the attributes of a data set, and ``{"values": name,
    "start": [...], "count": [...]}`` by ``dtype`` and ``shape`` and the values in C order.
    Whatever fails is answered by ``error``.
    """
    try:
        file: _File = _KINDS[kind](path)
        _reply(replies, {"datasets": file.shapes(), "attributes": file.attributes("")})
    except Exception as error:
        _reply(replies, _failure(error))
        return
    for line in requests:
        try:
            answer, values = _answer(file, json.loads(line))
        except Exception as error:
            answer, values = _failure(error), b""
        _reply(replies, answer, values)


def _answer(file: _File, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    import numpy as np

    if "attributes" in request:
        return {"attributes": file.attributes(request["attributes"])}, b""
    found = file.values(request["values"], request["start"], request["count"])
    values = np.ascontiguousarray(found).reshape(request["count"])
    return {"dtype": values.dtype.str, "shape": values.shape}, values.tobytes()


def _failure(error: Exception) -> dict[str, Any]:
    return {"error": str(error) or type(error).__name__}


def _reply(replies: BinaryIO, answer: dict[str, Any], values: bytes = b"") -> None:
    replies.write(json.dumps(answer, default=str).encode() + b"\n")
    replies.write(values)
    replies.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_MEMORY_BYTES, LARGEST_MEMORY_BYTES))


if __name__ == "__main__":
    _limit_memory()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What the library prints must not get among the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.argv[1], sys.argv[2], sys.stdin.buffer, answers)
