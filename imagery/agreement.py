"""How far two sources agree on the fire pixels of the same overpasses.

One source is the reference, the other is tested against it. Agreement says nothing of the truth:
both may be wrong together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.footprint import pixel_sizes, size_km
from firewatch.core.geo import Floats
from firewatch.core.overpasses import Indices, nearest_pairs, overpass_numbers
from firewatch.core.time import epoch_seconds
from imagery.reading import Look

Outcome = Literal["hit", "miss", "extra"]

_LOOK_SLACK_S = 600
"""Sources give the time of a pixel, of its scan or of the beginning of its granule."""


@dataclass(frozen=True)
class MatchRule:
    """When two fire pixels are the same.

    Parameters
    ----------
    reach_pixels
        Largest distance in units of the mean side of the two pixels.
    overpass_gap_min
        Silence of a platform that ends an overpass.
    shared_only
        Leave out overpasses that only one source has: the other may not have looked.
    """

    reach_pixels: float = 2.0
    overpass_gap_min: int = 30
    shared_only: bool = False


@dataclass(frozen=True, eq=False)
class Agreement:
    """Fire pixels of two sources, side by side.

    Attributes
    ----------
    pixels
        One row a pair or a pixel without partner: outcome ("hit", "miss" only in the reference,
        "extra" only in the tested), overpass, platform, tested_row, reference_row (positions in
        the tables, -1 without), distance_km, frp_ratio (tested / reference), tested_confidence,
        reference_confidence ("" without).
    overpasses
        platform, first_utc_s, last_utc_s, tested, reference, hits; index overpass.
    """

    pixels: pd.DataFrame
    overpasses: pd.DataFrame
    rule: MatchRule


def compare(
    tested: pd.DataFrame, reference: pd.DataFrame, rule: MatchRule | None = None
) -> Agreement:
    """Match two tables of fire points pixel by pixel within each overpass of each platform.

    Pairs are made nearest first, each pixel at most once; ties go by time and position, so that
    the order of rows changes nothing.

    Parameters
    ----------
    tested, reference
        Columns of schema stage "read": platform, acquired_utc, lon, lat, scan_km, track_km,
        frp_mw, confidence, and product_family for pixels that do not say their size.
    """
    rule = rule or MatchRule()
    ours, theirs = _prepared(tested), _prepared(reference)
    numbers = overpass_numbers(pd.concat([ours, theirs]), rule.overpass_gap_min)
    ours["overpass"], theirs["overpass"] = numbers[: len(ours)], numbers[len(ours) :]
    i, j, apart_km = nearest_pairs(ours, theirs, rule.reach_pixels)
    overpasses = _overpasses(ours, theirs, i)
    if rule.shared_only:
        overpasses = overpasses[(overpasses["tested"] > 0) & (overpasses["reference"] > 0)]
    pixels = _side_by_side(ours, theirs, i, j, apart_km)
    pixels = pixels[pixels["overpass"].isin(overpasses.index)].reset_index(drop=True)
    return Agreement(pixels, overpasses, rule)


def looked_at(points: pd.DataFrame, looks: Sequence[Look]) -> NDArray[np.bool_]:
    """Tell which points lie where and when one of the looks of their platform was taken.

    Parameters
    ----------
    points
        platform, acquired_utc, lon, lat.
    looks
        Looks of another source; a point outside all of them cannot be missed by that source.
    """
    platform = points["platform"].astype("str").to_numpy()
    acquired_s = epoch_seconds(points["acquired_utc"])
    found = np.zeros(len(points), dtype=bool)
    for look in looks:
        there = look.extent.contains(points["lon"], points["lat"]) & (platform == look.platform)
        early, late = look.first_s - _LOOK_SLACK_S, look.last_s + _LOOK_SLACK_S
        found |= there & (acquired_s >= early) & (acquired_s <= late)
    return found


def looks_met(some: Sequence[Look], others: Sequence[Look]) -> bool:
    """Tell whether any two looks of one platform were taken of the same ground at one time."""
    return any(
        one.platform == other.platform
        and one.first_s - _LOOK_SLACK_S <= other.last_s
        and other.first_s - _LOOK_SLACK_S <= one.last_s
        and one.extent.meets(other.extent)
        for one in some
        for other in others
    )


def by_confidence(agreement: Agreement) -> pd.DataFrame:
    """Return hits, misses and extras by confidence, and over all.

    Returns
    -------
    pandas.DataFrame
        Index confidence (low, nominal, high, none, as far as there are, then "all"); reference,
        hits, misses, hit_share (of the reference's pixels of that confidence), tested, extras,
        extra_share (of the tested pixels of that confidence); shares NaN without pixels.
    """
    pixels = agreement.pixels
    rows = {}
    for name in (*("low", "nominal", "high", "none"), "all"):
        theirs = _of(pixels, "reference", name)
        ours = _of(pixels, "tested", name)
        if name != "all" and theirs.empty and ours.empty:
            continue
        hits = int((theirs["outcome"] == "hit").sum())
        extras = int((ours["outcome"] == "extra").sum())
        rows[name] = {
            "reference": len(theirs),
            "hits": hits,
            "misses": len(theirs) - hits,
            "hit_share": hits / len(theirs) if len(theirs) else np.nan,
            "tested": len(ours),
            "extras": extras,
            "extra_share": extras / len(ours) if len(ours) else np.nan,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("confidence")


def spread(agreement: Agreement) -> pd.DataFrame:
    """Return how far the pairs lie apart: quantiles of distance_km and frp_ratio over the hits.

    Index: quantile 0.05, 0.25, 0.5, 0.75, 0.95; NaN without pairs. Ratios are of pairs in which
    both sources state a power above 0.
    """
    hits = agreement.pixels[agreement.pixels["outcome"] == "hit"]
    quantiles = [0.05, 0.25, 0.5, 0.75, 0.95]
    return hits[["distance_km", "frp_ratio"]].quantile(quantiles).rename_axis("quantile")


def _of(pixels: pd.DataFrame, side: str, confidence: str) -> pd.DataFrame:
    there = pixels[pixels[f"{side}_row"] >= 0]
    return there if confidence == "all" else there[there[f"{side}_confidence"] == confidence]


def _prepared(points: pd.DataFrame) -> pd.DataFrame:
    """Return what matching needs, ordered by time and position; `row` is the place in `points`."""
    scan_km, track_km = pixel_sizes(points)
    table = pd.DataFrame(
        {
            "row": np.arange(len(points)),
            "platform": points["platform"].astype("str").to_numpy(),
            "acquired_s": epoch_seconds(points["acquired_utc"]),
            "lon": points["lon"].to_numpy(dtype=float),
            "lat": points["lat"].to_numpy(dtype=float),
            "size_km": size_km(scan_km, track_km),
            "frp_mw": points["frp_mw"].to_numpy(dtype=float),
            "confidence": points["confidence"].astype("str").to_numpy(),
        }
    )
    order = ["platform", "acquired_s", "lat", "lon", "row"]
    return table.sort_values(order, ignore_index=True)


def _overpasses(ours: pd.DataFrame, theirs: pd.DataFrame, hits: Indices) -> pd.DataFrame:
    both = pd.concat([ours, theirs], ignore_index=True)
    table = both.groupby("overpass").agg(
        platform=("platform", "first"),
        first_utc_s=("acquired_s", "min"),
        last_utc_s=("acquired_s", "max"),
    )
    counted = {"tested": ours, "reference": theirs, "hits": ours.iloc[hits]}
    for name, part in counted.items():
        table[name] = part["overpass"].value_counts().reindex(table.index, fill_value=0)
    return table


def _side_by_side(
    ours: pd.DataFrame, theirs: pd.DataFrame, i: Indices, j: Indices, apart_km: Floats
) -> pd.DataFrame:
    extra = np.setdiff1d(np.arange(len(ours)), i)
    miss = np.setdiff1d(np.arange(len(theirs)), j)
    a = np.concatenate([i, np.full(len(miss), -1), extra]).astype(np.int64)
    b = np.concatenate([j, miss, np.full(len(extra), -1)]).astype(np.int64)
    outcome = np.repeat(["hit", "miss", "extra"], [len(i), len(miss), len(extra)])
    frp_a, frp_b = (_taken(t["frp_mw"], k, np.nan) for t, k in ((ours, a), (theirs, b)))
    usable = (frp_a > 0) & (frp_b > 0)
    overpass = np.where(a >= 0, _taken(ours["overpass"], a, 0), _taken(theirs["overpass"], b, 0))
    table = pd.DataFrame(
        {
            "outcome": outcome,
            "overpass": overpass,
            "platform": np.where(
                a >= 0, _taken(ours["platform"], a, ""), _taken(theirs["platform"], b, "")
            ),
            "tested_row": _taken(ours["row"], a, -1),
            "reference_row": _taken(theirs["row"], b, -1),
            "distance_km": np.concatenate([apart_km, np.full(len(miss) + len(extra), np.nan)]),
            "frp_ratio": np.divide(frp_a, frp_b, out=np.full(len(a), np.nan), where=usable),
            "tested_confidence": _taken(ours["confidence"], a, ""),
            "reference_confidence": _taken(theirs["confidence"], b, ""),
        }
    )
    order = ["overpass", "reference_row", "tested_row"]
    return table.sort_values(order, ignore_index=True)


def _taken(column: pd.Series, places: Indices, absent: float | str) -> NDArray[Any]:
    """Return a column's values at places, `absent` where the place is -1."""
    if column.empty:
        return np.full(len(places), absent)
    values = column.to_numpy()[np.maximum(places, 0)]
    taken: NDArray[Any] = np.where(places >= 0, values, np.array(absent))
    return taken
