"""The distinct sets of things that points lie in.

A million points lie in a few thousand distinct sets of zones. Texts and decisions are made once a
set and then handed to the points by number, which keeps both time and memory small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zones.geometry.arrays import Indices

SEPARATOR = ";"


@dataclass(frozen=True, eq=False)
class Combinations:
    """Sets of items, each set being a smaller one (`parent`) and one more item (`last`).

    Set 0 is empty and its own parent; a parent always comes before its children.

    Parameters
    ----------
    of_point
        The set of each point.
    parent, last
        One entry a set. `last` of set 0 is -1.
    level_ends
        Sets before ``level_ends[k]`` have at most k items.
    """

    of_point: NDArray[np.int32]
    parent: Indices
    last: Indices
    level_ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.parent)

    def levels(self) -> list[slice]:
        """Return the sets of one item, of two items, and so on."""
        return [slice(a, b) for a, b in zip(self.level_ends, self.level_ends[1:], strict=False)]

    def texts(self, labels: Sequence[str]) -> list[str]:
        """Return each set as labels joined by ``;`` in ascending item, "" for the empty set."""
        result = [""]
        for parent, last in zip(self.parent[1:].tolist(), self.last[1:].tolist(), strict=True):
            head = result[parent]
            result.append(f"{head}{SEPARATOR}{labels[last]}" if head else labels[last])
        return result


def combine(points: Indices, items: Indices, point_count: int, item_count: int) -> Combinations:
    """Return the set of items of each point from distinct (point, item) pairs in any order."""
    pairs = points.astype(np.int64) * max(item_count, 1) + items
    pairs.sort()
    point, item = np.divmod(pairs, max(item_count, 1))
    starts = np.flatnonzero(np.diff(point, prepend=-1))
    rank = np.arange(len(point)) - np.repeat(starts, np.diff(starts, append=len(point)))
    of_point = np.zeros(point_count, dtype=np.int32)
    parents, lasts = [np.zeros(1, dtype=np.intp)], [np.full(1, -1, dtype=np.intp)]
    ends = [1]
    deepest = int(rank.max(initial=-1))
    for depth in range(deepest + 1):
        chosen = rank == depth
        keys = of_point[point[chosen]].astype(np.int64) * item_count + item[chosen]
        distinct, number = np.unique(keys, return_inverse=True)
        of_point[point[chosen]] = ends[-1] + number
        parents.append(distinct // item_count)
        lasts.append(distinct % item_count)
        ends.append(ends[-1] + len(distinct))
    return Combinations(of_point, np.concatenate(parents), np.concatenate(lasts), tuple(ends))


def text_column(texts: Sequence[str], numbers: NDArray[np.integer]) -> pd.Series:
    """Return ``texts[number]`` for each number, as a text column that shares its texts."""
    return pd.Series(pd.array(list(texts), dtype="str").take(numbers))
