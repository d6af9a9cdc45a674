"""A newer product version takes the place of an older one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.core.geo import Extent, distance_km
from firewatch.supersession import (
    IN_FORCE,
    RETRACTED,
    Claim,
    Matching,
    match_one_to_one,
    supersede,
)

Facts = Callable[[list[dict[str, Any]]], pd.DataFrame]
MATCHING = Matching(reach_pixels=1.0, overpass_gap_min=30, own_ranks_above=199.0)
OWN, OWN_NEWER = 2, 5
REGION = Extent(104, 20, 113, 27)
T0 = 1_604_556_720
NRT, STANDARD = 220, 320


def standard_claim(extent: Extent = REGION, first_s: int = T0, last_s: int = T0) -> Claim:
    return Claim("S-NPP", "VIIRS_I", STANDARD, extent, first_s, last_s)


def test_the_standard_point_takes_the_place_of_the_near_real_time_one(facts_of: Facts) -> None:
    points = facts_of(
        [
            {"lon": 108.0, "lat": 22.0},
            {"lon": 108.0005, "lat": 22.0005, "product_rank": STANDARD},
        ]
    )
    assert supersede(points, [], MATCHING)["superseded_by"].tolist() == [2, IN_FORCE]


def test_a_point_that_the_standard_product_did_not_find_is_retracted(facts_of: Facts) -> None:
    points = facts_of(
        [
            {"lon": 108.0, "lat": 22.0},
            {"lon": 109.0, "lat": 22.0},
            {"lon": 109.0, "lat": 22.0, "product_rank": STANDARD},
        ]
    )
    found = supersede(points, [standard_claim()], MATCHING)["superseded_by"]
    assert found.tolist() == [RETRACTED, 3, IN_FORCE]


def test_absence_outside_the_declared_extent_retracts_nothing(facts_of: Facts) -> None:
    points = facts_of([{"lon": 108.0, "lat": 22.0}])
    elsewhere = standard_claim(Extent(109, 20, 113, 27))
    assert supersede(points, [elsewhere], MATCHING)["superseded_by"].tolist() == [IN_FORCE]


def test_absence_outside_the_declared_period_retracts_nothing(facts_of: Facts) -> None:
    points = facts_of([{"lon": 108.0, "lat": 22.0}])
    later = standard_claim(first_s=T0 + 86_400, last_s=T0 + 2 * 86_400)
    assert supersede(points, [later], MATCHING)["superseded_by"].tolist() == [IN_FORCE]


def test_a_near_real_time_stream_says_nothing_of_overpasses_it_does_not_hold(
    facts_of: Facts,
) -> None:
    points = facts_of([{"lon": 108.0, "lat": 22.0, "product_rank": 210}])
    stream = Claim("S-NPP", "VIIRS_I", NRT, REGION, T0 - 86_400, T0 + 86_400)
    assert supersede(points, [stream], MATCHING)["superseded_by"].tolist() == [IN_FORCE]


def test_another_satellite_supersedes_nothing(facts_of: Facts) -> None:
    points = facts_of(
        [
            {"lon": 108.0, "lat": 22.0},
            {"lon": 108.0, "lat": 22.0, "product_rank": STANDARD, "platform": "NOAA-20"},
        ]
    )
    assert supersede(points, [], MATCHING)["superseded_by"].tolist() == [IN_FORCE, IN_FORCE]


def test_the_next_overpass_of_the_same_satellite_supersedes_nothing(facts_of: Facts) -> None:
    points = facts_of(
        [
            {"lon": 108.0, "lat": 22.0},
            {"lon": 108.0, "lat": 22.0, "product_rank": STANDARD, "acquired_s": T0 + 6000},
        ]
    )
    assert supersede(points, [], MATCHING)["superseded_by"].tolist() == [IN_FORCE, IN_FORCE]


def test_two_old_points_cannot_both_become_the_same_new_one(facts_of: Facts) -> None:
    points = facts_of(
        [
            {"lon": 108.0000, "lat": 22.0},
            {"lon": 108.0030, "lat": 22.0},
            {"lon": 108.0010, "lat": 22.0, "product_rank": STANDARD},
        ]
    )
    found = supersede(points, [], MATCHING)["superseded_by"]
    assert found.tolist() == [3, IN_FORCE, IN_FORCE]


def greedy(older: pd.DataFrame, newer: pd.DataFrame, reach_pixels: float) -> dict[int, int]:
    """The literal rule: walk all pairs from the nearest on, take what is still free."""
    pairs = []
    for i, a in older.iterrows():
        for _, b in newer.iterrows():
            km = float(distance_km(a.lon, a.lat, b.lon, b.lat))
            if km <= reach_pixels * (a.size_km + b.size_km) / 2:
                pairs.append((km, (a.lat, a.lon), (b.lat, b.lon), i, int(b.point_key)))
    taken: dict[int, int] = {}
    for _, _, _, i, key in sorted(pairs, key=lambda pair: pair[:3]):
        if i not in taken and key not in taken.values():
            taken[int(i)] = key
    return taken


@settings(deadline=None, max_examples=examples(60))
@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(0, 12))
def test_matching_equals_the_literal_walk_from_the_nearest_pair_on(
    seed: int, old: int, new: int
) -> None:
    rng = np.random.default_rng(seed)

    def scattered(count: int, first_key: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "lon": 108 + rng.uniform(0, 0.02, count),
                "lat": 22 + rng.uniform(0, 0.02, count),
                "size_km": rng.choice([0.4, 1.0], count),
                "overpass": 1,
                "point_key": np.arange(first_key, first_key + count),
            }
        )

    older, newer = scattered(old, 1), scattered(new, 100)
    matched = match_one_to_one(older, newer, 1.0)
    assert matched["newer_key"].to_dict() == greedy(older, newer, 1.0)


@settings(deadline=None, max_examples=examples(40))
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = 40
    points = pd.DataFrame(
        {
            "point_key": np.arange(1, count + 1),
            "platform": rng.choice(["S-NPP", "NOAA-20"], count),
            "product_family": "VIIRS_I",
            "product_rank": rng.choice([NRT, STANDARD], count),
            "acquired_s": T0 + rng.choice([0, 60, 6000], count),
            "lon": 108 + rng.uniform(0, 0.03, count).round(5),
            "lat": 22 + rng.uniform(0, 0.03, count).round(5),
            "scan_km": 0.5,
            "track_km": 0.5,
        }
    )
    claims = [standard_claim(last_s=T0 + 60)]
    forth = supersede(points, claims, MATCHING).assign(key=points["point_key"])
    shuffled = points.sample(frac=1, random_state=seed % 1000).reset_index(drop=True)
    back = supersede(shuffled, claims, MATCHING).assign(key=shuffled["point_key"])
    pd.testing.assert_frame_equal(
        forth.set_index("key").sort_index(), back.set_index("key").sort_index()
    )


def own_and_official(facts_of: Facts, official: int) -> pd.DataFrame:
    return facts_of(
        [
            {"lon": 108.0, "lat": 22.0, "product_rank": OWN},
            {"lon": 108.0005, "lat": 22.0005, "product_rank": official},
        ]
    )


@pytest.mark.parametrize(
    ("stands_at", "official", "own_gives_way"),
    [
        (199.0, 160, False),
        (199.0, NRT, True),
        (199.0, STANDARD, True),
        (299.0, NRT, False),
        (299.0, STANDARD, True),
        (9999.0, STANDARD, False),
    ],
)
def test_where_our_own_detection_stands_is_a_setting(
    facts_of: Facts, stands_at: float, official: int, own_gives_way: bool
) -> None:
    matching = replace(MATCHING, own_ranks_above=stands_at)
    found = supersede(own_and_official(facts_of, official), [], matching)["superseded_by"]
    assert found.tolist() == ([2, IN_FORCE] if own_gives_way else [IN_FORCE, 1])


def test_a_newer_version_of_our_own_takes_the_place_of_the_older_one(facts_of: Facts) -> None:
    points = own_and_official(facts_of, OWN_NEWER)
    for stands_at in (199.0, 299.0, 9999.0):
        found = supersede(points, [], replace(MATCHING, own_ranks_above=stands_at))["superseded_by"]
        assert found.tolist() == [2, IN_FORCE]


def test_a_granule_of_our_own_that_shows_no_fire_retracts_its_older_version_only(
    facts_of: Facts,
) -> None:
    points = facts_of(
        [
            {"lon": 108.0, "lat": 22.0, "product_rank": OWN},
            {"lon": 109.0, "lat": 22.0, "product_rank": NRT},
        ]
    )
    looked = Claim("S-NPP", "VIIRS_I", OWN_NEWER, REGION, T0, T0 + 359, declared=True)
    found = supersede(points, [looked], MATCHING)["superseded_by"]
    assert found.tolist() == [RETRACTED, IN_FORCE]
