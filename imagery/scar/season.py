"""Burned ground of an area over a season, from every pair of clear looks at each pixel.

A pixel is judged between each clear look and the last one before it, as long as not too many days
lie between. It counts as burned once, however often it burns and however many scenes show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.time import DAY_S
from imagery.highres.grid import Grid
from imagery.highres.scene import HighresScene
from imagery.highres.shapes import on_grid
from imagery.scar.burned import has_burned
from imagery.scar.look import Bools, Look, look_at, over, unseen
from imagery.scar.outline import M2_PER_HA, groups_of, hectares, polygons
from imagery.scar.parameters import ScarParameters

Shares: TypeAlias = NDArray[np.float32]
PAIR_COLUMNS = (
    "before_scene", "before_s", "after_scene", "after_s", "seen_ha", "burned_ha",
    "seen_cropland_ha", "burned_cropland_ha",
)  # fmt: skip
_ONE_LOOK_S = 12 * 3600
OUTLINE_COLUMNS = (*PAIR_COLUMNS[:4], "hectares", "geometry")


@dataclass(frozen=True, eq=False)
class BurnedGround:
    """Burned ground of an area in a period.

    Attributes
    ----------
    pairs
        `PAIR_COLUMNS`, one row a pair of scenes that some ground was seen clear in: hectares seen
        in the pair, and hectares that burned between the two and had not before. Columns of
        cropland are NaN without a map of it. Times in UTC epoch seconds.
    outlines
        `OUTLINE_COLUMNS`, one row a scar, WGS-84.
    area_ha, cropland_ha
        Of the whole area.
    seen_ha, seen_cropland_ha
        Seen clear in any pair, each hectare once.
    burned_ha, burned_cropland_ha
        Burned, each hectare once.
    seen_days
        Mean over the area of the days of the period that lie between two clear looks.
    scenes
        Scenes that showed some of the area clear.
    """

    pairs: pd.DataFrame
    outlines: pd.DataFrame
    area_ha: float
    cropland_ha: float
    seen_ha: float
    seen_cropland_ha: float
    burned_ha: float
    burned_cropland_ha: float
    seen_days: float
    scenes: int
    simulated: bool


@dataclass
class _Record:
    """What is known of each pixel, scene after scene."""

    last_s: NDArray[np.float64]
    seen_s: NDArray[np.float64]
    seen: Bools
    pair: NDArray[np.int32]


def burned_ground(
    scenes: Iterable[HighresScene],
    grid: Grid,
    inside: Bools,
    parameters: ScarParameters,
    *,
    longest_days: float,
    cropland: Shares | None = None,
) -> BurnedGround:
    """Put the scenes of a period together.

    Parameters
    ----------
    scenes
        In order of time; each is let go of before the next is asked for. Scenes and tiles of one
        moment join.
    grid
        On which hectares are counted; scenes are laid onto it.
    inside
        (lines, columns), the area.
    longest_days
        Longest time between two looks that are a pair: char fades and fields are ploughed.
    cropland
        (lines, columns), share of cropland 0..1.
    """
    names: list[tuple[str, int]] = []
    rows: list[dict[str, object]] = []
    last = unseen(grid)
    known = _Record(
        np.full(grid.shape, np.nan), np.zeros(grid.shape), np.zeros(grid.shape, bool),
        np.zeros(grid.shape, np.int32),
    )  # fmt: skip
    simulated = False
    for scene in scenes:
        now = look_at(scene, grid, parameters.cloud_margin_m, len(names))
        if not (now.seen & inside).any():
            continue
        simulated |= scene.simulated
        names.append((scene.scene_id, scene.acquired_utc_s))
        gap_s = np.where(now.seen & inside, scene.acquired_utc_s - known.last_s, np.nan)
        paired = (gap_s >= _ONE_LOOK_S) & (gap_s <= longest_days * DAY_S)
        burned = has_burned(last, now, parameters) & paired & (known.pair == 0)
        burned = groups_of(burned, grid, parameters.min_area_m2) > 0
        known.seen_s += np.where(paired, gap_s, 0.0)
        known.seen |= paired
        rows += _pairs(last.scene, paired, burned, names, known.pair, grid, cropland)
        # Tiles of one overpass, and overpasses of one day, are one look: its first.
        newer = now.seen & ~(gap_s < _ONE_LOOK_S)
        last = over(_only(now, newer), last)
        known.last_s[newer] = scene.acquired_utc_s
    return _summed(rows, known, grid, inside, cropland, len(names), simulated)


def _only(look: Look, kept: Bools) -> Look:
    return replace(look, scene=np.where(kept, look.scene, np.int16(-1)).astype(np.int16))


def _pairs(
    before: NDArray[np.int16],
    paired: Bools,
    burned: Bools,
    names: list[tuple[str, int]],
    pair: NDArray[np.int32],
    grid: Grid,
    cropland: Shares | None,
) -> list[dict[str, object]]:
    """Return a row for each earlier scene that the newest makes a pair with."""
    rows: list[dict[str, object]] = []
    after_scene, after_s = names[-1]
    first = len(names) * len(names) + 1
    for number in np.unique(before[paired]):
        from_it = paired & (before == number)
        fresh = burned & from_it
        scene, seconds = names[number]
        pair[fresh] = first + int(number)
        rows.append(
            {
                "before_scene": scene,
                "before_s": seconds,
                "after_scene": after_scene,
                "after_s": after_s,
                "seen_ha": hectares(from_it, grid),
                "burned_ha": hectares(fresh, grid),
                "seen_cropland_ha": _cropland_ha(from_it, grid, cropland),
                "burned_cropland_ha": _cropland_ha(fresh, grid, cropland),
                "_pair": first + int(number),
            }
        )
    return rows


def _summed(
    rows: list[dict[str, object]],
    known: _Record,
    grid: Grid,
    inside: Bools,
    cropland: Shares | None,
    scenes: int,
    simulated: bool,
) -> BurnedGround:
    table = pd.DataFrame(rows, columns=[*PAIR_COLUMNS, "_pair"])
    burned = known.pair > 0
    pixels = max(int(np.count_nonzero(inside)), 1)
    return BurnedGround(
        pairs=table[list(PAIR_COLUMNS)],
        outlines=_outlines(table, known.pair, grid),
        area_ha=hectares(inside, grid),
        cropland_ha=_cropland_ha(inside, grid, cropland),
        seen_ha=hectares(known.seen, grid),
        seen_cropland_ha=_cropland_ha(known.seen, grid, cropland),
        burned_ha=hectares(burned, grid),
        burned_cropland_ha=_cropland_ha(burned, grid, cropland),
        seen_days=float(known.seen_s[inside].sum()) / pixels / DAY_S,
        scenes=scenes,
        simulated=simulated,
    )


def _outlines(table: pd.DataFrame, pair: NDArray[np.int32], grid: Grid) -> pd.DataFrame:
    """Return the scars, one row a patch that burned between the same two scenes."""
    found = list(polygons(pair, grid))
    pixel_ha = grid.pixel_area_m2() / M2_PER_HA
    patches = pd.DataFrame(
        {"_pair": [number for number, _ in found], "geometry": [shape for _, shape in found]}
    )
    # Without a row a column has no kind that could be matched.
    merged = patches.astype({"_pair": "int64"}).merge(
        table.astype({"_pair": "int64"}), on="_pair", how="left"
    )
    return merged.assign(hectares=[on_grid(shape, grid).area * pixel_ha for _, shape in found])[
        list(OUTLINE_COLUMNS)
    ]


def _cropland_ha(marked: Bools, grid: Grid, cropland: Shares | None) -> float:
    """Return the area of cropland among marked pixels, NaN without a map of it."""
    if cropland is None:
        return float("nan")
    return float(cropland[marked].sum(dtype=np.float64)) * grid.pixel_area_m2() / M2_PER_HA
