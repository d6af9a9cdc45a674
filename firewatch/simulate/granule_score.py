"""What a detector made of a simulated granule: which fires it found, and what it invented."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from firewatch.core.geo import Extent, Floats
from firewatch.simulate.granule_ground import Cover
from imagery.detection.masks import FireClass

_SQUARE = np.ones((3, 3), dtype=bool)
_APART_DEG = 0.06
_JITTER_DEG = 0.01


def spaced_fires(
    box: Extent, sizes_m2: Sequence[float], number: int, seed: int, t_k: float = 900.0
) -> pd.DataFrame:
    """Return `number` lone fires of each size, far from one another: lon, lat, area_m2, t_k.

    They stand at least 4 km apart, so that no fire shares a pixel, or a pixel beside it, with a
    hotter one: what is lost is then lost to the rules and not to a neighbour. Fewer are returned
    where the box holds no more.
    """
    rng = np.random.default_rng(seed)
    lon, lat = np.meshgrid(
        np.arange(box.west, box.east, _APART_DEG), np.arange(box.south, box.north, _APART_DEG)
    )
    chosen = rng.permutation(lon.size)[: number * len(sizes_m2)]
    jitter = rng.uniform(-_JITTER_DEG, _JITTER_DEG, (2, len(chosen)))
    return pd.DataFrame(
        {
            "lon": lon.ravel()[chosen] + jitter[0],
            "lat": lat.ravel()[chosen] + jitter[1],
            "area_m2": np.resize(np.asarray(sizes_m2, dtype=float), len(chosen)),
            "t_k": t_k,
        }
    )


def due_fires(
    truth: pd.DataFrame,
    fire_mask: NDArray[np.uint8],
    limit_mir_k: Floats,
    limit_dt_k: float,
    margin_k: float = 5.0,
) -> pd.DataFrame:
    """Return the fires that should be found, and whether they were.

    A fire is due when some pixel sees it, neither under cloud nor deleted on board, whose
    temperatures by the forward model (without noise) pass both limits of a candidate by the
    margin. It is found when one of its pixels is a fire of the mask.

    Parameters
    ----------
    truth
        As written beside a granule: one row a fire and pixel.
    fire_mask
        Classes of the detector, whole granule.
    limit_mir_k
        Candidate limit at 4 µm of each row.
    limit_dt_k
        Candidate limit of the difference to 11 µm.

    Returns
    -------
    DataFrame
        One row a due fire: fire, area_m2, cover (of its hottest due pixel), bt_mir_k, found, and
        only_mir: the 4 µm limit is passed by the margin, the difference is not. Those with
        `only_mir` stand on ground so hot that the fire adds little to it.
    """
    seen = ~truth["cloud"] & ~truth["bowtie_deleted"]
    hot = truth["bt_mir_k"] >= limit_mir_k + margin_k
    both = hot & (truth["bt_mir_k"] - truth["bt_tir_k"] >= limit_dt_k + margin_k)
    at = truth["line"].to_numpy(), truth["sample"].to_numpy()
    rows = truth.assign(found=fire_mask[at] >= FireClass.FIRE_LOW, only_mir=~both)[seen & hot]
    best = rows.sort_values(["only_mir", "bt_mir_k"], ascending=[True, False])
    first = best.groupby("fire")[["area_m2", "cover", "bt_mir_k", "only_mir"]].first()
    found = rows.groupby("fire")["found"].any()
    return first.assign(found=found).reset_index()


def weak_fires(
    truth: pd.DataFrame, fire_mask: NDArray[np.uint8], limit_mir_k: Floats, margin_k: float = 2.0
) -> pd.DataFrame:
    """Return the fires that no pixel shows as a candidate, with found: they should not be."""
    at = truth["line"].to_numpy(), truth["sample"].to_numpy()
    rows = truth.assign(
        above=truth["bt_mir_k"] > limit_mir_k - margin_k,
        found=fire_mask[at] >= FireClass.FIRE_LOW,
    )
    fires = rows.groupby("fire")[["area_m2", "above", "found"]].agg(
        {"area_m2": "first", "above": "any", "found": "any"}
    )
    return fires[~fires["above"]].drop(columns="above").reset_index()


def false_alarms(
    cover: NDArray[np.uint8], fire_mask: NDArray[np.uint8], truth: pd.DataFrame
) -> pd.DataFrame:
    """Return clear and falsely burning pixels by class of ground.

    Pixels with a fire in them and the eight around each count as neither: an imager's noise may
    move a fire's edge.

    Returns
    -------
    DataFrame
        Index name of `Cover` without cloud; clear, false (pixels), per_million.
    """
    burning = np.zeros(cover.shape, dtype=bool)
    burning[truth["line"].to_numpy(dtype=np.intp), truth["sample"].to_numpy(dtype=np.intp)] = True
    looked_at = ~ndimage.binary_dilation(burning, _SQUARE) & (fire_mask > FireClass.BOWTIE)
    invented = looked_at & (fire_mask >= FireClass.FIRE_LOW)
    classes = [kind for kind in Cover if kind is not Cover.CLOUD]
    counts = [np.bincount(cover[part], minlength=len(Cover)) for part in (looked_at, invented)]
    table = pd.DataFrame(
        {"clear": counts[0][classes], "false": counts[1][classes]},
        index=pd.Index([kind.name for kind in classes], name="cover"),
    )
    return with_rate(table)


def with_rate(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of `false_alarms`, or a sum of such, with false pixels per million."""
    return table.assign(per_million=1e6 * table["false"] / table["clear"].clip(lower=1))
