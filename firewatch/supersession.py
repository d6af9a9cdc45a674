"""A newer product version takes the place of an older one, point by point.

Within one platform, product family and overpass, points of a lower-ranked version are matched
one-to-one by distance with points of the higher-ranked one. What finds no match is retracted
where the newer product declares that it looked. Both versions stay on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.footprint import size_km
from firewatch.core.geo import Extent
from firewatch.core.overpasses import nearest_pairs, overpass_numbers

IN_FORCE = 0
RETRACTED = -1
"""`superseded_by` of a point that the newer product looked for and did not find."""

OWN_RANKS = range(1, 100)
"""Product ranks of our own detections. Recorded, they number versions as the ledger met them; when
versions are decided they are put in the order in which those were asked for. Where they come beside
the provider's products is a setting."""
STANDARD_RANK = 300
"""From this product rank on a file is an archive: it is complete for the period it spans.
A near-real-time file is a stream, complete only for the overpasses that it holds."""


@dataclass(frozen=True)
class Claim:
    """Where and when one file says that a product version looked.

    Parameters
    ----------
    first_s, last_s
        First and last acquisition, UTC epoch seconds.
    declared
        Whether the user declared extent and period, or imagery shows them; otherwise they are
        those of the file's rows.
    """

    platform: str
    product_family: str
    product_rank: int
    extent: Extent
    first_s: int
    last_s: int
    declared: bool = False

    @property
    def complete(self) -> bool:
        """Whether an overpass without any point in the file counts as looked at."""
        return self.declared or self.product_rank >= STANDARD_RANK


@dataclass(frozen=True)
class Matching:
    """Thresholds, and the rank above which our own detections come; see `settings`."""

    reach_pixels: float
    overpass_gap_min: int
    own_ranks_above: float


def compared_rank(product_rank: Any, matching: Matching) -> Any:
    """Return ranks as they compare: those of our own detections put where the setting says.

    Parameters
    ----------
    product_rank
        A rank or an array of ranks; of our own versions in the order in which they were asked for.
    """
    ranks = np.asarray(product_rank)
    own = (ranks >= OWN_RANKS.start) & (ranks < OWN_RANKS.stop)
    return np.where(own, matching.own_ranks_above + ranks / OWN_RANKS.stop, ranks)[()]


def supersede(points: pd.DataFrame, claims: Sequence[Claim], matching: Matching) -> pd.DataFrame:
    """Decide for every point whether a newer version has taken its place.

    Parameters
    ----------
    points
        Columns point_key, platform, product_family, product_rank, acquired_s, lon, lat, scan_km,
        track_km; every version of the overpasses concerned.
    claims
        What the files on record declare to have looked at.

    Returns
    -------
    pandas.DataFrame
        Index as `points`; superseded_by (0 in force, -1 retracted, else the newer point_key) and
        supersession_km (distance of the match, NaN without one).
    """
    result = pd.DataFrame(
        {"superseded_by": np.int64(IN_FORCE), "supersession_km": np.nan}, index=points.index
    )
    if points.empty:
        return result
    claims = [replace(c, product_rank=compared_rank(c.product_rank, matching)) for c in claims]
    numbered = points.assign(
        product_rank=compared_rank(points["product_rank"], matching),
        overpass=overpass_numbers(points, matching.overpass_gap_min),
        size_km=size_km(points["scan_km"], points["track_km"]),
    )
    for (platform, family), group in numbered.groupby(
        ["platform", "product_family"], observed=True
    ):
        ours = [c for c in claims if (c.platform, c.product_family) == (platform, family)]
        _supersede_group(group, ours, matching, result)
    return result


def _supersede_group(
    group: pd.DataFrame, claims: Sequence[Claim], matching: Matching, result: pd.DataFrame
) -> None:
    ranks = sorted({*group["product_rank"], *(c.product_rank for c in claims)}, reverse=True)
    for newer_rank in ranks[:-1]:
        newer = group[group["product_rank"] == newer_rank]
        looked = [claim for claim in claims if claim.product_rank == newer_rank]
        for older_rank in [rank for rank in ranks if rank < newer_rank]:
            open_ones = result.loc[group.index, "superseded_by"] == IN_FORCE
            older = group[(group["product_rank"] == older_rank) & open_ones]
            if older.empty:
                continue
            matched = match_one_to_one(older, newer, matching.reach_pixels)
            result.loc[matched.index, "superseded_by"] = matched["newer_key"]
            result.loc[matched.index, "supersession_km"] = matched["distance_km"]
            unmatched = older[~older.index.isin(matched.index)]
            gone = _looked_at(unmatched, newer, looked)
            result.loc[unmatched.index[gone], "superseded_by"] = RETRACTED


def match_one_to_one(older: pd.DataFrame, newer: pd.DataFrame, reach_pixels: float) -> pd.DataFrame:
    """Match points of two versions, nearest pair first, each point at most once.

    Ties are broken by position, so that the result does not depend on the order of rows.

    Returns
    -------
    pandas.DataFrame
        Index: rows of `older` that found a match; columns newer_key, distance_km.
    """
    older = older.sort_values(["overpass", "lat", "lon"])
    newer = newer.sort_values(["overpass", "lat", "lon"])
    i, j, apart_km = nearest_pairs(older, newer, reach_pixels)
    newer_key = newer["point_key"].to_numpy()[j].astype("int64")
    return pd.DataFrame({"newer_key": newer_key, "distance_km": apart_km}, index=older.index[i])


def _looked_at(
    older: pd.DataFrame, newer: pd.DataFrame, claims: Sequence[Claim]
) -> NDArray[np.bool_]:
    """Tell which points lie where and when the newer product declares that it looked."""
    seen_overpass = older["overpass"].isin(newer["overpass"]).to_numpy()
    acquired_s = older["acquired_s"].to_numpy()
    looked = np.zeros(len(older), dtype=bool)
    for claim in claims:
        inside = claim.extent.contains(older["lon"], older["lat"])
        inside &= (acquired_s >= claim.first_s) & (acquired_s <= claim.last_s)
        looked |= inside if claim.complete else inside & seen_overpass
    return looked
