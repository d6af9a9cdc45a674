"""Overpasses by their silence; matching one-to-one is tested where versions and sources match."""

from __future__ import annotations

import pandas as pd

from firewatch.core.overpasses import nearest_pairs, overpass_numbers


def test_an_overpass_ends_with_half_an_hour_of_silence() -> None:
    points = pd.DataFrame({"platform": "Terra", "acquired_s": [0, 120, 6060, 6180]})
    assert overpass_numbers(points, 30).tolist() == [0, 0, 1, 1]


def test_two_satellites_at_one_moment_are_two_overpasses() -> None:
    points = pd.DataFrame({"platform": ["Terra", "Aqua", "Terra"], "acquired_s": [0, 0, 60]})
    assert overpass_numbers(points, 30).tolist() == [1, 0, 1]


def test_pixels_at_one_place_on_two_overpasses_are_no_pair() -> None:
    place = {"lon": [108.0], "lat": [23.0], "size_km": [0.4]}
    one, other = pd.DataFrame({**place, "overpass": 0}), pd.DataFrame({**place, "overpass": 1})
    i, j, apart_km = nearest_pairs(one, one, 1.0)
    assert (i.tolist(), j.tolist(), apart_km.tolist()) == ([0], [0], [0.0])
    assert not nearest_pairs(one, other, 1.0)[0].size
