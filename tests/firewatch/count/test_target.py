"""The target of the plan, in integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewatch.count.target import Target

TARGET = Target(9, 10)


def judged(base: int, now: int) -> pd.Series:
    return TARGET.judged(pd.DataFrame({"base": [base], "now": [now]})).iloc[0]


@pytest.mark.parametrize(
    ("base", "now", "verdict"),
    [
        (100, 90, "met"),
        (100, 91, "missed"),
        (10, 9, "met"),
        (9, 9, "missed"),
        (9, 8, "met"),
        (1, 1, "missed"),
        (1, 0, "met"),
        (0, 0, "held_at_zero"),
        (0, 3, "rose_from_zero"),
    ],
)
def test_the_verdict_on_the_edge(base: int, now: int, verdict: str) -> None:
    assert judged(base, now)["verdict"] == verdict


@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_met_means_a_fall_by_a_tenth_or_more(base: int, now: int) -> None:
    row = judged(base, now)
    assert (row["verdict"] == "met") == (Fraction(base - now, base) >= Fraction(1, 10))


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_allowance_is_how_many_more_may_burn(base: int, now: int) -> None:
    row = judged(base, now)
    assert row["allowance"] == base * 9 // 10 - now
    if base:
        assert (row["allowance"] >= 0) == (row["verdict"] == "met")


def test_below_a_base_of_ten_one_point_is_more_than_the_fall() -> None:
    small = [bool(judged(base, 0)["small_base"]) for base in (0, 1, 9, 10)]
    assert small == [False, True, True, False]


def test_a_season_without_data_has_no_verdict() -> None:
    table = TARGET.judged(pd.DataFrame({"base": [0, 5], "now": [0, 0]}), decidable=False)
    assert table["verdict"].tolist() == ["unknown", "unknown"]


def test_no_percentage_is_given_against_zero() -> None:
    assert np.isnan(judged(0, 3)["change_pct"])
    assert judged(50, 40)["change_pct"] == -20
