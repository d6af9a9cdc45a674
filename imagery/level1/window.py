"""The part of a granule that lies over a region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import KM_PER_DEGREE, Extent
from imagery.reading import outside_region, unreadable

Positions: TypeAlias = NDArray[np.float32]

# Positions are looked up on a grid this coarse, at most 32 pixels apart.
LINE_STEP = 32
SAMPLE_STEP = 16
# Of these lines every so many are looked at first, for positions cost most to unpack.
_COARSE = 8


@dataclass(frozen=True)
class Window:
    """Lines and samples of a granule, the last ones excluded."""

    line0: int
    line1: int
    sample0: int
    sample1: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.line1 - self.line0, self.sample1 - self.sample0

    @property
    def samples(self) -> slice:
        return slice(self.sample0, self.sample1)

    def blocks(self, height: int) -> Iterator[tuple[slice, slice]]:
        """Return (lines of the granule, rows of the window) in blocks.

        Blocks begin at multiples of `height`, so that no compressed chunk of that height is
        unpacked twice.
        """
        start = self.line0
        while start < self.line1:
            end = min((start // height + 1) * height, self.line1)
            yield slice(start, end), slice(start - self.line0, end - self.line0)
            start = end


def sampled_lines(lines: int) -> list[int]:
    """Return the lines whose positions `window_over` needs: every 32nd and the last."""
    return sorted({*range(0, lines, LINE_STEP), lines - 1})


def coarse_lines(lines: int) -> list[int]:
    """Return every few of `sampled_lines` and the last, for `lines_near`."""
    return sorted({*sampled_lines(lines)[::_COARSE], lines - 1})


def lines_near(region: Extent, lon: Positions, lat: Positions, grid: Grid) -> list[int]:
    """Return those of `sampled_lines` that may lie near a region.

    Parameters
    ----------
    lon, lat
        Degrees at `coarse_lines`; lines without any position may lie anywhere.
    """
    reach = _widened(region, grid, _COARSE * LINE_STEP)
    near = reach.contains(lon, lat).any(axis=1) | ~np.isfinite(lat).any(axis=1)
    hit = np.array(coarse_lines(grid.lines))[near]
    lines = np.array(sampled_lines(grid.lines))
    if not len(hit):
        return []
    apart = np.abs(lines[:, None] - hit).min(axis=1)
    found: list[int] = lines[apart <= _COARSE * LINE_STEP].tolist()
    return found


def sampled_columns(samples: int) -> NDArray[np.int64]:
    """Return the columns whose positions `window_over` needs: every 16th and the last."""
    return np.unique(np.append(np.arange(0, samples, SAMPLE_STEP), samples - 1))


@dataclass(frozen=True)
class Grid:
    """Size of a granule, lines a scan, and the largest side of a pixel in km."""

    lines: int
    samples: int
    lines_a_scan: int
    pixel_km: float


def window_over(
    path: Path, region: Extent, lon: Positions, lat: Positions, grid: Grid, margin_px: int
) -> Window:
    """Return the window over a region, whole scans, with a margin around.

    Parameters
    ----------
    path
        File to name in errors.
    lon, lat
        Degrees at `sampled_lines` x `sampled_columns`.
    margin_px
        Pixels added on every side for the statistics of pixels at the region's edge.

    Raises
    ------
    OutsideRegionError
        If no pixel lies over the region.
    UnreadableFileError
        If no pixel has a position.
    """
    if not np.isfinite(lat).any():
        raise unreadable(path, "granule_nowhere")
    rows, columns = np.nonzero(_widened(region, grid, LINE_STEP).contains(lon, lat))
    if not len(rows):
        raise outside_region(path, region)
    lines = np.array(sampled_lines(grid.lines))[[rows.min(), rows.max()]]
    samples = sampled_columns(grid.samples)[[columns.min(), columns.max()]]
    first = max(int(lines[0]) - margin_px, 0) // grid.lines_a_scan * grid.lines_a_scan
    last = -(-min(int(lines[1]) + 1 + margin_px, grid.lines) // grid.lines_a_scan)
    return Window(
        first,
        min(last * grid.lines_a_scan, grid.lines),
        # Even, so that two samples of one 750 m pixel stay together.
        max(int(samples[0]) - margin_px, 0) // 2 * 2,
        min(int(samples[1]) + 1 + margin_px, grid.samples),
    )


def _widened(region: Extent, grid: Grid, step: int) -> Extent:
    """Return the region widened by the distance of positions looked up every `step` lines."""
    reach = step * grid.pixel_km / KM_PER_DEGREE
    across = reach / np.cos(np.radians(max(abs(region.south), abs(region.north))))
    return Extent(
        region.west - across, region.south - reach, region.east + across, region.north + reach
    )
