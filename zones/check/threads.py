"""Vectorised geometry on all processors: shapely lets go of the interpreter while it works."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from zones.geometry.arrays import Geometries

# Below this a thread costs more than it saves.
_LEAST_A_CHUNK = 64
_CHUNKS_A_WORKER = 8

Item = TypeVar("Item")


def elementwise(
    function: Callable[..., NDArray[np.object_]], *arrays: NDArray[np.object_]
) -> Geometries:
    """Return ``function(*arrays)``, computed in chunks; `function` must work element by element."""
    count = len(arrays[0])
    if count < 2 * _LEAST_A_CHUNK:
        return np.asarray(function(*arrays), dtype=object)
    chunks = min(count // _LEAST_A_CHUNK, _CHUNKS_A_WORKER * (os.cpu_count() or 1))
    split = [np.array_split(array, chunks) for array in arrays]
    with ThreadPoolExecutor() as pool:
        return np.concatenate(list(pool.map(function, *split)))


def each(
    function: Callable[[Item], NDArray[np.object_] | object], items: Sequence[Item]
) -> Geometries:
    """Return the result of a function for every item, as an array of objects."""
    result = np.empty(len(items), dtype=object)
    with ThreadPoolExecutor() as pool:
        result[:] = list(pool.map(function, items))
    return result
