"""Reads one HDF4 file for another program; run as a program of its own.

The HDF4 library ends the whole program, or never returns, on some damaged files, so it is not
loaded into the program that reads many files.

The file is named on the command line. Requests come as lines of JSON on standard input, each
answered on standard output by a line of JSON and, where values were asked for, their bytes.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, BinaryIO

LARGEST_MEMORY_BYTES = 3 << 30
"""Address space of this program; a damaged heading may promise any size."""


def serve(path: str, requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer what the file holds, then each request until they end.

    The first answer has ``datasets`` (name to shape) and ``attributes`` of the file. A request
    ``{"attributes": name}`` is answered by the attributes of a data set, and ``{"values": name,
    "start": [...], "count": [...]}`` by ``dtype`` and ``shape`` and the values in C order.
    Whatever fails is answered by ``error``.
    """
    from pyhdf.SD import SD, SDC

    try:
        file = SD(path, SDC.READ)
        _reply(replies, {"datasets": _shapes(file), "attributes": file.attributes()})
    except Exception as error:
        _reply(replies, _failure(error))
        return
    for line in requests:
        try:
            answer, values = _answer(file, json.loads(line))
        except Exception as error:
            answer, values = _failure(error), b""
        _reply(replies, answer, values)


def _shapes(file: Any) -> dict[str, list[int]]:
    shapes = {name: held[1] for name, held in file.datasets().items()}
    return {
        name: list(shape) if isinstance(shape, (tuple, list)) else [shape]
        for name, shape in shapes.items()
    }


def _answer(file: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    import numpy as np

    if "attributes" in request:
        return {"attributes": file.select(request["attributes"]).attributes()}, b""
    found = file.select(request["values"]).get(start=request["start"], count=request["count"])
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
    serve(sys.argv[1], sys.stdin.buffer, answers)
