"""Background statistics of fire candidates in a window that grows until it has enough pixels.

One engine for all contextual detectors (VIIRS, MODIS and others to come). Only candidates are
looked at, in chunks, so that the cost goes with the candidates and not with the scene.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imagery.masks import Indices
from imagery.scene import Bools, Bytes, Float32s

BACKGROUND_FIRE = 0x80
"""Bit of the surface code of a pixel that is left out of the background as a likely fire."""

Derivation: TypeAlias = Callable[[Mapping[str, Float32s]], Float32s]
StopRule: TypeAlias = Literal["any", "all", "grow"]
_CHUNK_VALUES = 500_000


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
    """

    surface: Bytes
    fields: Mapping[str, Float32s]
    derived: Mapping[str, Derivation]
    fire_field: str
    counted: Mapping[str, Bools]


def window_statistics(
    background: Background, lines: Indices, samples: Indices, kinds: Bytes, rule: WindowRule
) -> pd.DataFrame:
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

    Returns
    -------
    DataFrame
        One row a candidate: window (side in pixels, 0 where no window had enough), n_valid,
        n_background_fires, mean_<field> and mad_<field> (mean absolute deviation from the mean),
        mean_fire and mad_fire (0 without background fires), n_<name> of counted masks.
        Without a window n_valid is that of the largest window and statistics are NaN.
    """
    window, n_valid = _grow(background.surface, lines, samples, kinds, rule)
    result = pd.DataFrame({"window": window, "n_valid": n_valid})
    names = [*background.fields, *background.derived]
    values: dict[str, NDArray[np.float64]] = {
        f"{kind}_{name}": np.full(len(lines), np.nan) for name in names for kind in ("mean", "mad")
    }
    values["mean_fire"], values["mad_fire"] = np.zeros(len(lines)), np.zeros(len(lines))
    counts = {
        f"n_{name}": np.zeros(len(lines), dtype=np.int32)
        for name in ("background_fires", *background.counted)
    }
    for side in np.unique(np.where(window == 0, rule.last, window)):
        chosen = np.flatnonzero(np.where(window == 0, rule.last, window) == side)
        offsets = rule.ring(0, int(side))
        for part in _chunks(chosen, len(offsets[0])):
            spot = _Spot.at(background.surface, lines[part], samples[part], kinds[part], offsets)
            for name, number in spot.counts(background).items():
                counts[name][part] = number
            part_values = spot.statistics(background)
            seen = window[part] > 0
            for name, value in part_values.items():
                values[name][part[seen]] = value[seen]
    return result.assign(**counts, **values)


def _grow(
    surface: Bytes, lines: Indices, samples: Indices, kinds: Bytes, rule: WindowRule
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    window = np.zeros(len(lines), dtype=np.int32)
    n_valid = np.zeros(len(lines), dtype=np.int32)
    active = np.arange(len(lines))
    inner = 0
    for side in range(rule.first, rule.last + 1, 2):
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
