"""Running medians and means over wide windows, on a coarse grid and interpolated between.

The grid is anchored to the lines and samples of the granule, so that it is the same whichever
part of the granule is read, and in whichever strips.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imagery.detection.masks import Indices
from imagery.detection.scene import Bools
from imagery.level1.window import Window

Floats64 = NDArray[np.float64]


@dataclass(frozen=True)
class CoarseGrid:
    """A grid of nodes at the corners of square blocks of pixels.

    The window around a node is the even number of blocks nearest to `window` pixels; only every
    `stride`-th line and sample is looked at.
    """

    window: int
    block: int
    stride: int

    @property
    def half_blocks(self) -> int:
        return max(1, round(self.window / (2 * self.block)))

    @property
    def reach(self) -> int:
        """Return how many lines away a pixel can be on which a value between nodes depends."""
        return (self.half_blocks + 1) * self.block

    def looked_at(self, mask: Bools, line0: int, sample0: int) -> tuple[Indices, Indices]:
        """Return rows and columns of the pixels in a mask that are looked at.

        Parameters
        ----------
        line0, sample0
            Place of the mask in the granule.
        """
        top, left = -line0 % self.stride, -sample0 % self.stride
        rows, columns = np.nonzero(mask[top :: self.stride, left :: self.stride])
        return rows * self.stride + top, columns * self.stride + left


@dataclass(frozen=True, eq=False)
class Nodes:
    """Values at the nodes of some lines, first line and sample of the first node with them."""

    grid: CoarseGrid
    line0: int
    sample0: int
    values: Floats64

    def at(self, lines: Indices, samples: Indices) -> Floats64:
        """Return values between the nodes, bilinear, at positions in the granule."""
        y = (lines - self.line0 + 0.5) / self.grid.block
        x = (samples - self.sample0 + 0.5) / self.grid.block
        top, left = y.astype(np.intp), x.astype(np.intp)
        down, right = y - top, x - left
        nodes = self.values
        upper = nodes[top, left] * (1 - right) + nodes[top, left + 1] * right
        lower = nodes[top + 1, left] * (1 - right) + nodes[top + 1, left + 1] * right
        result: Floats64 = upper * (1 - down) + lower * down
        return result


class BlockSums:
    """Sums over the blocks of a part of a granule, several side by side, added strip by strip.

    Sums of float32 temperatures and of counts are exact in float64, in whichever order.
    """

    def __init__(
        self, grid: CoarseGrid, window: Window, number: int, dtype: type[np.generic]
    ) -> None:
        self.grid = grid
        self._row0, self._column0 = window.line0 // grid.block, window.sample0 // grid.block
        shape = (
            -(-window.line1 // grid.block) - self._row0,
            -(-window.sample1 // grid.block) - self._column0,
            number,
        )
        self._sums = np.zeros(shape, dtype=dtype)

    def add(
        self,
        lines: Indices,
        samples: Indices,
        which: Indices,
        weights: NDArray[np.floating] | None = None,
    ) -> None:
        """Add weights, or ones, at positions in the granule to the sums numbered `which`."""
        if not len(lines):
            return
        rows = lines // self.grid.block - self._row0
        first, last = int(rows.min()), int(rows.max()) + 1
        part = self._sums[first:last]
        columns = samples // self.grid.block - self._column0
        index = ((rows - first) * part.shape[1] + columns) * part.shape[2] + which
        found = np.bincount(index, weights=weights, minlength=part.size)
        part += found.reshape(part.shape).astype(part.dtype)

    def around(self, first: int, last: int) -> tuple[NDArray[np.generic], int, int]:
        """Return sums over the windows around the nodes of lines, and where the first node is.

        Parameters
        ----------
        first, last
            Lines of the granule, the last one excluded.

        Returns
        -------
        tuple
            (node rows, node columns, number of sums); line and sample of the first node.
        """
        half, block = self.grid.half_blocks, self.grid.block
        top, bottom = first // block - self._row0, (last - 1) // block + 1 - self._row0
        start = max(top - half, 0)
        blocks = self._sums[start : bottom + half]
        rows = np.arange(top - start, bottom + 1 - start)
        sums = _running(_running(blocks, 0, rows, half), 1, np.arange(blocks.shape[1] + 1), half)
        return sums, (top + self._row0) * block, self._column0 * block


def _running(
    blocks: NDArray[np.generic], axis: int, nodes: Indices, half: int
) -> NDArray[np.generic]:
    """Return sums of `half` blocks on either side of each node along an axis."""
    size = blocks.shape[axis]
    total = np.cumsum(blocks, axis=axis, dtype=blocks.dtype)
    total = np.concatenate([np.zeros_like(np.take(total, [0], axis=axis)), total], axis=axis)
    last, first = np.minimum(nodes + half, size), np.maximum(nodes - half, 0)
    sums: NDArray[np.generic] = np.take(total, last, axis=axis) - np.take(total, first, axis=axis)
    return sums


def histogram_median(
    counts: NDArray[np.int64], low: float, high: float
) -> tuple[Floats64, NDArray[np.int64]]:
    """Return the medians of histograms, cut to low..high, and how many values each has.

    Parameters
    ----------
    counts
        (…, bins + 2): equal bins of low..high, before them one for all below, after them one for
        all above. The median is exact to the width of a bin.
    """
    bins = counts.shape[-1] - 2
    total = counts.sum(axis=-1)
    running = np.cumsum(counts, axis=-1)
    half = total / 2
    position = (running >= half[..., None]).argmax(axis=-1)
    inside = np.take_along_axis(counts, position[..., None], axis=-1)[..., 0]
    before = np.take_along_axis(running, position[..., None], axis=-1)[..., 0] - inside
    share = np.where(inside > 0, (half - before) / np.maximum(inside, 1), 0)
    median = low + (position - 1 + share) * (high - low) / bins
    return np.clip(median, low, high), total


def bin_of(values: NDArray[np.floating], low: float, high: float, bins: int) -> Indices:
    """Return the place of values in the histograms of `histogram_median`."""
    scaled = (values - low) * (bins / (high - low))
    place: Indices = np.clip(np.floor(scaled) + 1, 0, bins + 1).astype(np.intp)
    return place
