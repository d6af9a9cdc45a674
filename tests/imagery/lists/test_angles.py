"""Coordinates in degrees, minutes and seconds."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewatch.core.geo import dms
from imagery.lists.angles import read_angles


def angle(text: str) -> float:
    return float(read_angles(pd.Series([text], dtype="str").str.normalize("NFKC"))[0])


@pytest.mark.parametrize(
    "text",
    [
        "108°21′07.2″", "108°21'7.2\"E", "108-21-07.2", "东经108°21′07.2″", "E108°21′07.2″",
        "108 21 07.2", "108度21分07.2秒", "108°21.12′", "108.352°", "108°21’07.2”", "108:21:07.2",
        "108.352E", "108°21′07.2″东", "１０８°２１′０７.２″",
    ],
)  # fmt: skip
def test_one_longitude_has_many_spellings(text: str) -> None:
    assert angle(text) == pytest.approx(108.352, abs=1e-9)


@given(st.floats(-180, 180))
def test_what_firewatch_prints_it_reads(degrees: float) -> None:
    assert angle(dms(degrees, "lon")) == pytest.approx(degrees, abs=0.06 / 3600)


@pytest.mark.parametrize(
    "text", ["", "108°61′00″", "108°21′60″", "108.5°21′", "南宁", "108.36.25.7", "108°21′07″X", "°"]
)
def test_what_is_no_angle_is_not_guessed(text: str) -> None:
    assert math.isnan(angle(text))


def test_south_and_west_are_negative() -> None:
    assert angle("22°30′S") == angle("南纬22°30′") == angle("-22°30′") == -22.5
