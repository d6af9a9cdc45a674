"""Fire events: points of one fire, across passes and satellites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.core.geo import distance_km
from firewatch.events import Linkage, join_events

Facts = Callable[[list[dict[str, Any]]], pd.DataFrame]
LINKAGE = Linkage(reach_km=1.0, reach_pixels=0.5, gap_h=12.0)
T0 = 1_604_556_720
HOUR_S = 3600


def groups(points: pd.DataFrame, column: str = "event_key") -> list[int]:
    return join_events(points, LINKAGE)[column].tolist()


def test_two_satellites_seeing_one_place_are_two_points_of_one_event(facts_of: Facts) -> None:
    points = facts_of(
        [
            {"lon": 108.0, "lat": 22.0},
            {"lon": 108.004, "lat": 22.0, "platform": "NOAA-20", "acquired_s": T0 + 50 * 60},
        ]
    )
    assert groups(points) == [1, 1]
    assert groups(points, "overpass_key") == [1, 2]


def test_fires_two_kilometres_apart_are_two_events(facts_of: Facts) -> None:
    assert groups(facts_of([{"lon": 108.0, "lat": 22.0}, {"lon": 108.0194, "lat": 22.0}])) == [1, 2]


def test_a_fire_thirteen_hours_later_at_the_same_place_is_another_event(facts_of: Facts) -> None:
    points = facts_of(
        [{"lon": 108.0, "lat": 22.0}, {"lon": 108.0, "lat": 22.0, "acquired_s": T0 + 13 * HOUR_S}]
    )
    assert groups(points) == [1, 2]


def test_a_fire_seen_again_and_again_stays_one_event(facts_of: Facts) -> None:
    points = facts_of(
        [{"lon": 108.0, "lat": 22.0, "acquired_s": T0 + n * 11 * HOUR_S} for n in range(5)]
    )
    assert groups(points) == [1] * 5


def test_touching_pixels_of_one_overpass_are_one_overpass_point(facts_of: Facts) -> None:
    step = 0.4 / 111.2
    points = facts_of(
        [
            {"lon": 108.0, "lat": 22.0},
            {"lon": 108.0, "lat": 22.0 + step},
            {"lon": 108.0, "lat": 22.0 + 2 * step},
            {"lon": 108.0, "lat": 22.0 + 5 * step},
        ]
    )
    assert groups(points, "overpass_key") == [1, 1, 1, 4]


def test_two_patrol_reports_are_never_one_overpass_point(facts_of: Facts) -> None:
    patrol = {"platform": "patrol", "source": "supervision", "scan_km": np.nan, "track_km": np.nan}
    points = facts_of([{"lon": 108.0, "lat": 22.0, **patrol}] * 2)
    assert groups(points, "overpass_key") == [1, 2]
    assert groups(points) == [1, 1]


def test_no_points_are_no_events(facts_of: Facts) -> None:
    assert join_events(facts_of([{"lon": 108.0, "lat": 22.0}]).iloc[:0], LINKAGE).empty


def literal_events(points: pd.DataFrame) -> list[set[int]]:
    """Union by plain loops over every pair."""
    sets = [{i} for i in range(len(points))]
    for i in range(len(points)):
        for j in range(i):
            a, b = points.iloc[i], points.iloc[j]
            km = distance_km(a.lon, a.lat, b.lon, b.lat)
            size = max(np.sqrt(a.scan_km * a.track_km), np.sqrt(b.scan_km * b.track_km))
            if km <= 1.0 + 0.5 * size and abs(a.acquired_s - b.acquired_s) <= 12 * HOUR_S:
                one = next(group for group in sets if i in group)
                other = next(group for group in sets if j in group)
                if one is not other:
                    sets.remove(other)
                    one |= other
    return sets


@settings(deadline=None, max_examples=examples(40))
@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_events_equal_a_literal_union_of_pairs(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    points = pd.DataFrame(
        {
            "point_key": rng.permutation(count) + 1,
            "platform": rng.choice(["S-NPP", "Aqua"], count),
            "source": "satellite",
            "acquired_s": T0 + rng.integers(0, 48, count) * HOUR_S,
            "lon": (108 + rng.uniform(0, 0.08, count)).round(5),
            "lat": (22 + rng.uniform(0, 0.08, count)).round(5),
            "scan_km": rng.choice([0.4, 2.0], count),
            "track_km": rng.choice([0.4, 1.2], count),
        }
    )
    keys = join_events(points, LINKAGE)["event_key"].to_numpy()
    for group in literal_events(points):
        assert len({keys[i] for i in group}) == 1
    assert len(set(keys)) == len(literal_events(points))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_an_event_is_named_after_its_first_point_whatever_the_order_of_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = pd.DataFrame(
        {
            "point_key": np.arange(1, 31),
            "platform": "S-NPP",
            "source": "satellite",
            "acquired_s": T0 + rng.integers(0, 20, 30) * HOUR_S,
            "lon": (108 + rng.uniform(0, 0.05, 30)).round(5),
            "lat": (22 + rng.uniform(0, 0.05, 30)).round(5),
            "scan_km": 0.4,
            "track_km": 0.4,
        }
    )
    shuffled = points.sample(frac=1, random_state=seed % 1000)
    assert join_events(points, LINKAGE).equals(join_events(shuffled, LINKAGE).sort_index())
