"""Running medians and means over wide windows, on a coarse grid and interpolated between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imagery.masks import Indices
from imagery.scene import Bools, Float32s

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

    def thin(self, array: NDArray[np.generic]) -> NDArray[np.generic]:
        return array[:: self.stride, :: self.stride]

    def block_sums(self, shape: tuple[int, int], mask: Bools, weights: Float32s) -> Floats64:
        """Return the sums (block rows, block cols) of `weights` where `mask`, both thinned."""
        y, x = np.nonzero(mask)
        step = self.block // self.stride
        rows, cols = -(-shape[0] // self.block), -(-shape[1] // self.block)
        index = (y // step) * cols + x // step
        sums = np.bincount(index, weights=weights[mask], minlength=rows * cols)
        return np.asarray(sums.reshape(rows, cols), dtype=np.float64)

    def window_sums(self, blocks: NDArray[np.generic]) -> NDArray[np.generic]:
        """Return sums over the window around each node; (rows + 1, cols + 1, …) of blocks."""
        for axis in (0, 1):
            size = blocks.shape[axis]
            total = np.cumsum(blocks, axis=axis, dtype=blocks.dtype)
            zero = np.zeros_like(np.take(total, [0], axis=axis))
            total = np.concatenate([zero, total], axis=axis)
            node = np.arange(size + 1)
            last = np.minimum(node + self.half_blocks, size)
            first = np.maximum(node - self.half_blocks, 0)
            blocks = np.take(total, last, axis=axis) - np.take(total, first, axis=axis)
        return blocks

    def at(self, nodes: Floats64, lines: Indices, samples: Indices) -> Floats64:
        """Return values between the nodes, bilinear, at positions (lines, samples)."""
        y, x = (lines + 0.5) / self.block, (samples + 0.5) / self.block
        top = np.minimum(y.astype(np.intp), nodes.shape[0] - 2)
        left = np.minimum(x.astype(np.intp), nodes.shape[1] - 2)
        down, right = y - top, x - left
        upper = nodes[top, left] * (1 - right) + nodes[top, left + 1] * right
        lower = nodes[top + 1, left] * (1 - right) + nodes[top + 1, left + 1] * right
        result: Floats64 = upper * (1 - down) + lower * down
        return result

    def means(self, values: Float32s, mask: Bools) -> tuple[Floats64, NDArray[np.int64]]:
        """Return the mean at each node, NaN without a value, and the number of values."""
        thin = np.asarray(self.thin(values), dtype=np.float32)
        thin_mask = np.asarray(self.thin(mask), dtype=bool)
        number = self.window_sums(self.block_sums(values.shape, thin_mask, np.ones_like(thin)))
        total = self.window_sums(self.block_sums(values.shape, thin_mask, thin))
        count = np.asarray(number, dtype=np.int64)
        return np.asarray(total) / np.where(count > 0, count, np.nan), count

    def medians(
        self, values: Float32s, mask: Bools, low: float, high: float, bins: int
    ) -> tuple[Floats64, NDArray[np.int64]]:
        """Return the median at each node, cut to low..high, and the number of values looked at.

        The median is that of a histogram with `bins` bins, exact to the width of one.
        """
        thin_values, thin_mask = self.thin(values), self.thin(mask)
        y, x = np.nonzero(thin_mask)
        step = self.block // self.stride
        rows, cols = -(-values.shape[0] // self.block), -(-values.shape[1] // self.block)
        scaled = (thin_values[thin_mask] - low) * (bins / (high - low))
        # One bin below and one above hold all that lies outside.
        bin_of = np.clip(np.floor(scaled) + 1, 0, bins + 1).astype(np.intp)
        index = ((y // step) * cols + x // step) * (bins + 2) + bin_of
        counts = np.bincount(index, minlength=rows * cols * (bins + 2)).astype(np.int32)
        sums = self.window_sums(counts.reshape(rows, cols, bins + 2))
        return _histogram_median(np.asarray(sums, dtype=np.int64), low, high, bins)


def _histogram_median(
    counts: NDArray[np.int64], low: float, high: float, bins: int
) -> tuple[Floats64, NDArray[np.int64]]:
    total = counts.sum(axis=-1)
    running = np.cumsum(counts, axis=-1)
    half = total / 2
    position = (running >= half[..., None]).argmax(axis=-1)
    inside = np.take_along_axis(counts, position[..., None], axis=-1)[..., 0]
    before = np.take_along_axis(running, position[..., None], axis=-1)[..., 0] - inside
    share = np.where(inside > 0, (half - before) / np.maximum(inside, 1), 0)
    median = low + (position - 1 + share) * (high - low) / bins
    return np.clip(median, low, high), total
