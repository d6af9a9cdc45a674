"""Background statistics of fire candidates in a window that grows until it has enough pixels.

One engine for all contextual detectors (VIIRS, MODIS and others to come). Only candidates are
looked at, in chunks, so that the cost goes with the candidates and not with the scene.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from imagery.detection.columns import Columns
from imagery.detection.masks import Indices
from imagery.detection.scene import Bools, Bytes, Float32s

BACKGROUND_FIRE = 0x80
"""Bit of the surface code of a pixel that is left out of the background as a likely fire."""

Derivation: TypeAlias = Callable[[Mapping[str, Float32s]], Float32s]
StopRule: TypeAlias = Literal["any", "all", "grow"]
_CHUNK_VALUES = 500_000
# Far above the rounding of a mean from sums over a whole scene.
_MARGIN = 0.01


@dataclass(frozen=True)
class WindowRule:
    """How a window grows and when it has enough pixels.

    Attributes
    ----------
    first, last
        Sides of the smallest and the largest window in pixels, odd.
    min_share, min_count
        Wanted share of the window's side squared, and number, of valid pixels.
    stop
        "any": either is reached; "all": both are; "grow": the share is reached, and at the last
        window the number is enough.
    beside
        Neighbours on each side along the scan that are left out with the centre: 1 for MODIS,
        whose detectors see half of the pixel beside (triangular response).
    """

    first: int
    last: int
    min_share: float
    min_count: int
    stop: StopRule
    beside: int = 0

    def enough(self, n_valid: NDArray[np.int32], side: int) -> Bools:
        """Return where a window of this side has enough valid pixels."""
        share, count = n_valid >= self.min_share * side * side, n_valid >= self.min_count
        if self.stop == "any":
            return share | count
        if self.stop == "all":
            return share & count
        return share | (count & (side == self.last))

    def ring(self, inner: int, side: int) -> tuple[Indices, Indices]:
        """Return offsets (lines, samples) of a window without its inner window of side `inner`."""
        half = side // 2
        y, x = np.mgrid[-half : half + 1, -half : half + 1]
        distance = np.maximum(np.abs(y), np.abs(x))
        left_out = (y == 0) & (np.abs(x) <= self.beside)
        keep = ~left_out & (distance > (inner // 2 if inner else -1))
        return y[keep].astype(np.intp), x[keep].astype(np.intp)


@dataclass(frozen=True, eq=False)
class Background:
    """What stands around the candidates.

    Attributes
    ----------
    surface
        (rows, cols), 0 for pixels that are never background, otherwise the code of their kind
        (land, water …), with the bit `BACKGROUND_FIRE` for likely fires of that kind.
    fields
        (rows, cols) by name; NaN is left out of that field's statistics.
    derived
        Further fields by name, each a function of the values of `fields` pixel by pixel; only the
        windows of candidates are computed.
    fire_field
        Field whose statistics are taken over the background fires as well.
    counted
        (rows, cols) masks by name, whose pixels in the window are counted whatever they are.
    spreads
        Fields whose standard deviation is wanted as well.
    """

    surface: Bytes
    fields: Mapping[str, Float32s]
    derived: Mapping[str, Derivation]
    fire_field: str
    counted: Mapping[str, Bools]
    spreads: tuple[str, ...] = ()


def window_statistics(
    background: Background,
    lines: Indices,
    samples: Indices,
    kinds: Bytes,
    rule: WindowRule,
    least: tuple[str, NDArray[np.floating]] | None = None,
) -> Columns:
    """Return the statistics of the background around each candidate.

    Parameters
    ----------
    background
        Arrays of the scene.
    lines, samples
        (n,), positions of the candidates in the arrays. The centre itself is never background.
    kinds
        (n,), surface code that the background of each candidate must have.
    rule
        How the window grows. Windows are cut at the edges of the scene; the wanted share is of
        the whole window all the same.
    least
        Name of a field, and how far each candidate must be above the mean of its background (n,)
        to be of interest. Of others statistics may be missing: NaN, and counts 0.

    Returns
    -------
    Columns
        One row a candidate: window (side in pixels, 0 where no window had enough), n_valid,
        n_background_fires, mean_<field> and mad_<field> (mean absolute deviation from the mean),
        spread_<field> (standard deviation) where wanted, mean_fire and mad_fire (0 without
        background fires), n_<name> of counted masks.
        Without a window n_valid is that of the largest window and statistics are NaN.
    """
    many = len(lines) * rule.first**2 > background.surface.size
    tables = {int(kind): _table(background.surface == kind) for kind in np.unique(kinds) if many}
    spots = _Candidates(lines, samples, kinds)
    window, n_valid = _grow(background.surface, spots, rule, tables)
    wanted = np.ones(len(lines), dtype=bool)
    if many and least is not None:
        wanted = _may_exceed(background, spots, rule, window, n_valid, *least)
    found = _empty(background, len(lines))
    sides = np.where(window == 0, rule.last, window)
    for side in np.unique(sides):
        offsets = rule.ring(0, int(side))
        for part in _chunks(np.flatnonzero(wanted & (sides == side)), len(offsets[0])):
            spot = _Spot.at(background.surface, lines[part], samples[part], kinds[part], offsets)
            for name, number in spot.counts(background).items():
                found[name][part] = number
            seen = window[part] > 0
            for name, value in spot.statistics(background).items():
                found[name][part[seen]] = value[seen]
    return {"window": window, "n_valid": n_valid, **found}


def _empty(background: Background, number: int) -> Columns:
    """Return columns of what is not known of any candidate yet."""
    counts = ("background_fires", *background.counted)
    found: Columns = {f"n_{name}": np.zeros(number, dtype=np.int32) for name in counts}
    for name in (*background.fields, *background.derived):
        found |= {f"{kind}_{name}": np.full(number, np.nan) for kind in ("mean", "mad")}
    found |= {f"spread_{name}": np.full(number, np.nan) for name in background.spreads}
    return found | {"mean_fire": np.zeros(number), "mad_fire": np.zeros(number)}


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Positions, all (n,), and the surface codes of their backgrounds."""

    lines: Indices
    samples: Indices
    kinds: Bytes


def _grow(
    surface: Bytes, spots: _Candidates, rule: WindowRule, tables: Mapping[int, _Sums]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the sides of the windows and how many valid pixels they have.

    Pixels are counted ring by ring around each candidate, or by `tables` where there are any.
    """
    lines, samples, kinds = spots.lines, spots.samples, spots.kinds
    window = np.zeros(len(lines), dtype=np.int32)
    n_valid = np.zeros(len(lines), dtype=np.int32)
    active = np.arange(len(lines))
    inner = 0
    for side in range(rule.first, rule.last + 1, 2):
        if tables:
            n_valid[active] = _counted(surface, spots, active, rule, side, tables)
        else:
            offsets = rule.ring(inner, side)
            for part in _chunks(active, len(offsets[0])):
                spot = _Spot.at(surface, lines[part], samples[part], kinds[part], offsets)
                n_valid[part] += spot.valid.sum(axis=1, dtype=np.int32)
        done = rule.enough(n_valid[active], side)
        window[active[done]] = side
        active = active[~done]
        if not len(active):
            break
        inner = side
    return window, n_valid


_Sums: TypeAlias = NDArray[np.int32] | NDArray[np.float64]


def _table(values: NDArray[np.generic]) -> _Sums:
    """Return the sums of all values above and left of each corner of the pixels."""
    kind = np.int32 if values.dtype == bool else np.float64
    table = np.zeros((values.shape[0] + 1, values.shape[1] + 1), dtype=kind)
    np.cumsum(np.cumsum(values, axis=0, dtype=kind), axis=1, out=table[1:, 1:])
    return table


def _within(table: _Sums, lines: Indices, samples: Indices, half: int | NDArray[np.int32]) -> _Sums:
    """Return the sums of the values in windows cut at the edges of the scene."""
    rows, columns = table.shape[0] - 1, table.shape[1] - 1
    top, bottom = np.maximum(lines - half, 0), np.minimum(lines + half + 1, rows)
    left, right = np.maximum(samples - half, 0), np.minimum(samples + half + 1, columns)
    sums: _Sums = table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
    return sums


def _counted(
    surface: Bytes,
    spots: _Candidates,
    active: Indices,
    rule: WindowRule,
    side: int,
    tables: Mapping[int, _Sums],
) -> NDArray[np.int32]:
    """Return how many valid pixels windows of a side have, the centres left out."""
    number = np.zeros(len(active), dtype=np.int32)
    y, x, wanted = spots.lines[active], spots.samples[active], spots.kinds[active]
    for kind, table in tables.items():
        own = wanted == kind
        number[own] = _within(table, y[own], x[own], side // 2)
    for beside in range(-rule.beside, rule.beside + 1):
        inside = (x + beside >= 0) & (x + beside < surface.shape[1])
        number[inside] -= surface[y[inside], x[inside] + beside] == wanted[inside]
    return number


def _may_exceed(
    background: Background,
    spots: _Candidates,
    rule: WindowRule,
    window: NDArray[np.int32],
    n_valid: NDArray[np.int32],
    name: str,
    least: NDArray[np.floating],
) -> Bools:
    """Return which candidates may be so far above the mean of a field in their background.

    A table of sums tells the mean at the cost of four values, but not the deviation from it.
    """
    fields = background.fields
    values = fields[name] if name in fields else background.derived[name](fields)
    y, x, kinds = spots.lines, spots.samples, spots.kinds
    possible = np.ones(len(y), dtype=bool)
    for kind in np.unique(kinds):
        valid = background.surface == kind
        if not np.isfinite(values[valid]).all():
            continue
        own = np.flatnonzero((kinds == kind) & (window > 0))
        inside = np.where(valid, values, np.float32(0))
        total = _within(_table(inside), y[own], x[own], window[own] // 2)
        for beside in range(-rule.beside, rule.beside + 1):
            column = x[own] + beside
            there = (column >= 0) & (column < valid.shape[1])
            total[there] -= inside[y[own[there]], column[there]]
        mean = total / np.maximum(n_valid[own], 1)
        possible[own] = ~(values[y[own], x[own]] - mean <= least[own] - _MARGIN)
    return possible


def _chunks(positions: Indices, width: int) -> Iterator[Indices]:
    step = max(1, _CHUNK_VALUES // max(1, width))
    for start in range(0, len(positions), step):
        yield positions[start : start + step]


@dataclass(frozen=True, eq=False)
class _Spot:
    """The windows of one chunk: flat indices (n, offsets) and what is seen there."""

    index: Indices
    inside: Bools
    valid: Bools
    fires: Bools

    @classmethod
    def at(
        cls,
        surface: Bytes,
        lines: Indices,
        samples: Indices,
        kinds: Bytes,
        offsets: tuple[Indices, Indices],
    ) -> _Spot:
        rows, cols = surface.shape
        y, x = lines[:, None] + offsets[0], samples[:, None] + offsets[1]
        inside = (y >= 0) & (y < rows) & (x >= 0) & (x < cols)
        index = np.where(inside, y * cols + x, 0)
        found = np.where(inside, surface.ravel()[index], np.uint8(0))
        wanted = kinds[:, None]
        return cls(index, inside, found == wanted, found == (wanted | BACKGROUND_FIRE))

    def counts(self, background: Background) -> dict[str, NDArray[np.int32]]:
        result = {"n_background_fires": self.fires.sum(axis=1, dtype=np.int32)}
        for name, mask in background.counted.items():
            seen = mask.ravel()[self.index] & self.inside
            result[f"n_{name}"] = seen.sum(axis=1, dtype=np.int32)
        return result

    def statistics(self, background: Background) -> dict[str, NDArray[np.float64]]:
        given = {name: field.ravel()[self.index] for name, field in background.fields.items()}
        values = given | {name: derive(given) for name, derive in background.derived.items()}
        result = {}
        for name, value in values.items():
            result[f"mean_{name}"], result[f"mad_{name}"] = _mean_and_mad(value, self.valid)
        for name in background.spreads:
            result[f"spread_{name}"] = _spread(values[name], result[f"mean_{name}"], self.valid)
        mean, mad = _mean_and_mad(values[background.fire_field], self.fires)
        result["mean_fire"], result["mad_fire"] = np.nan_to_num(mean), np.nan_to_num(mad)
        return result


def _mean_and_mad(
    values: Float32s, chosen: Bools
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    used = chosen & ~np.isnan(values)
    number = used.sum(axis=1)
    divisor = np.where(number > 0, number, np.nan)
    mean = np.where(used, values, 0).sum(axis=1, dtype=np.float64) / divisor
    deviation = np.where(used, np.abs(values - mean[:, None]), 0)
    return mean, deviation.sum(axis=1) / divisor


def _spread(values: Float32s, mean: NDArray[np.float64], chosen: Bools) -> NDArray[np.float64]:
    """Return the standard deviation about known means, NaN without values."""
    used = chosen & ~np.isnan(values)
    number = used.sum(axis=1)
    square = np.where(used, (values - mean[:, None]) ** 2, 0).sum(axis=1)
    root: NDArray[np.float64] = np.sqrt(square / np.where(number > 0, number, np.nan))
    return root
