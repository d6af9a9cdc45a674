"""Two sources of the same overpasses are matched pixel by pixel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from firewatch.core.geo import distance_km
from imagery.agreement import MatchRule, by_confidence, compare, spread

PLATFORMS = ("S-NPP", "NOAA-20")
CONFIDENCES = ("low", "nominal", "high")


def points(n: int, seed: int, *, minutes: tuple[int, ...] = (0, 3, 100, 720)) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    seconds = 1_600_000_000 + 60 * draw.choice(minutes, n)
    return pd.DataFrame(
        {
            "platform": pd.Categorical(draw.choice(PLATFORMS, n)),
            "acquired_utc": pd.to_datetime(seconds, unit="s", utc=True).as_unit("s"),
            # A grid of half pixels, so that many distances are alike.
            "lon": 108 + 0.002 * draw.integers(0, 40, n),
            "lat": 23 + 0.002 * draw.integers(0, 40, n),
            "scan_km": draw.choice([0.375, 0.7], n),
            "track_km": draw.choice([0.375, 0.7], n),
            "frp_mw": np.where(draw.random(n) < 0.1, np.nan, draw.uniform(1, 50, n)),
            "confidence": pd.Categorical(draw.choice(CONFIDENCES, n)),
        }
    )


def literal(
    tested: pd.DataFrame, reference: pd.DataFrame, rule: MatchRule
) -> dict[tuple[int, int], float]:
    """Walk through all pairs from the nearest on, in the plainest way; distances by pair."""
    rows = [
        (row.platform, row.acquired_utc.timestamp(), which, i, row)
        for which, table in enumerate((tested, reference))
        for i, row in enumerate(table.itertuples())
    ]
    overpass, last, number = {}, None, 0
    for platform, moment, which, i, _ in sorted(rows, key=lambda r: r[:4]):
        if last and (platform != last[0] or moment - last[1] > rule.overpass_gap_min * 60):
            number += 1
        overpass[which, i], last = number, (platform, moment)
    pairs = []
    for _, a_time, a_which, i, a in rows:
        for _, b_time, b_which, j, b in rows:
            if (a_which, b_which) != (0, 1) or overpass[0, i] != overpass[1, j]:
                continue
            apart = float(distance_km(a.lon, a.lat, b.lon, b.lat))
            sides = (a.scan_km * a.track_km) ** 0.5 + (b.scan_km * b.track_km) ** 0.5
            if apart <= rule.reach_pixels * sides / 2:
                pairs.append((apart, (a_time, a.lat, a.lon, i), (b_time, b.lat, b.lon, j)))
    found: dict[tuple[int, int], float] = {}
    used_i, used_j = set(), set()
    for apart, (*_, i), (*_, j) in sorted(pairs):
        if i not in used_i and j not in used_j:
            found[i, j] = apart
            used_i.add(i)
            used_j.add(j)
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rule", [MatchRule(), MatchRule(reach_pixels=1, overpass_gap_min=1)])
def test_pairs_are_those_of_a_literal_walk(seed: int, rule: MatchRule) -> None:
    tested, reference = points(90, seed), points(70, seed + 100)
    agreement = compare(tested, reference, rule)
    hits = agreement.pixels[agreement.pixels["outcome"] == "hit"]
    expected = literal(tested, reference, rule)
    found = dict(
        zip(
            zip(hits["tested_row"], hits["reference_row"], strict=True),
            hits["distance_km"],
            strict=True,
        )
    )
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected)
    for (i, j), ratio in zip(found, hits["frp_ratio"], strict=True):
        wanted = tested["frp_mw"][i] / reference["frp_mw"][j]
        assert ratio == pytest.approx(wanted, nan_ok=True)


def test_every_pixel_of_both_sources_appears_once() -> None:
    tested, reference = points(90, 1), points(70, 2)
    pixels = compare(tested, reference).pixels
    for side, table in (("tested", tested), ("reference", reference)):
        rows = pixels.loc[pixels[f"{side}_row"] >= 0, f"{side}_row"]
        assert sorted(rows) == list(range(len(table)))
    assert ((pixels["tested_row"] < 0) == (pixels["outcome"] == "miss")).all()
    assert ((pixels["reference_row"] < 0) == (pixels["outcome"] == "extra")).all()


def test_the_order_of_rows_changes_nothing() -> None:
    tested, reference = points(60, 3), points(60, 4)
    order = np.random.default_rng(0).permutation(60)
    straight = by_confidence(compare(tested, reference))
    mixed = by_confidence(compare(tested.iloc[order], reference.iloc[order[::-1]]))
    pd.testing.assert_frame_equal(straight, mixed)


def test_a_source_agrees_wholly_with_itself() -> None:
    table = points(80, 5).drop_duplicates(["platform", "lon", "lat"])
    agreement = compare(table, table)
    assert (agreement.pixels["outcome"] == "hit").all()
    summary = by_confidence(agreement)
    assert (summary["hit_share"] == 1).all()
    assert (summary["extras"] == 0).all()
    assert (spread(agreement)["distance_km"] == 0).all()


def test_shares_are_counted_by_the_confidence_of_the_side_they_speak_of() -> None:
    tested, reference = points(90, 6), points(70, 7)
    agreement = compare(tested, reference)
    pixels, summary = agreement.pixels, by_confidence(agreement)
    for name in CONFIDENCES:
        theirs = pixels[pixels["reference_confidence"] == name]
        assert summary.loc[name, "reference"] == (reference["confidence"] == name).sum()
        assert summary.loc[name, "hits"] == (theirs["outcome"] == "hit").sum()
        assert summary.loc[name, "misses"] == (theirs["outcome"] == "miss").sum()
        ours = pixels[pixels["tested_confidence"] == name]
        assert summary.loc[name, "extras"] == (ours["outcome"] == "extra").sum()
    parts = summary.loc[list(CONFIDENCES), ["reference", "hits", "misses", "tested", "extras"]]
    assert (parts.sum() == summary.loc["all", parts.columns]).all()


def test_an_overpass_that_only_one_source_has_can_be_left_out() -> None:
    tested, reference = points(40, 8, minutes=(0, 720)), points(40, 9, minutes=(0,))
    whole = compare(tested, reference)
    shared = compare(tested, reference, MatchRule(shared_only=True))
    assert (whole.overpasses["reference"] == 0).any()
    assert (shared.overpasses[["tested", "reference"]] > 0).all(axis=None)
    later = tested["acquired_utc"] > tested["acquired_utc"].min()
    assert not set(shared.pixels["tested_row"]) & set(np.flatnonzero(later))


def test_sources_without_points_agree_on_nothing() -> None:
    some, none = points(10, 1), points(0, 1)
    assert (compare(none, some).pixels["outcome"] == "miss").all()
    assert (compare(some, none).pixels["outcome"] == "extra").all()
    empty = compare(none, none)
    assert empty.pixels.empty
    assert by_confidence(empty).loc["all", "hits"] == 0
    assert np.isnan(by_confidence(empty).loc["all", "hit_share"])
