"""Numbers read as what they are: no rounding that turns a missed target into a met one."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewatch.core.i18n import texts
from firewatch.core.vocab import Language
from firewatch.reports.columns import Form
from firewatch.reports.tables import (
    cell_text,
    details_table,
    percent_change,
    rounded_up_pct,
    verdict_texts,
)


@given(base=st.integers(1, 100_000), now=st.integers(0, 200_000))
def test_a_shown_fall_of_ten_percent_is_one(base: int, now: int) -> None:
    shown = float(rounded_up_pct([100 * (now - base) / base])[0])
    assert (shown <= -10) == (10 * now <= 9 * base)


@given(percent=st.floats(-100, 1e6))
def test_rounding_up_moves_a_percentage_by_less_than_a_hundredth(percent: float) -> None:
    shown = float(rounded_up_pct([percent])[0])
    assert -1e-6 < shown - percent < 0.01 + 1e-6


def test_a_change_from_zero_has_no_percentage() -> None:
    change = percent_change(pd.Series([0, 0, 4]), pd.Series([0, 3, 3]))
    np.testing.assert_array_equal(change, [np.nan, np.nan, -25.0])
    assert cell_text(math.nan, Form.PERCENT) == "–"


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0, Form.CHANGE, "0"),
        (3, Form.CHANGE, "+3"),
        (-3, Form.CHANGE, "-3"),
        (0.0, Form.PERCENT, "0.00%"),
        (-9.96, Form.PERCENT, "-9.96%"),
        (1234, Form.COUNT, "1234"),
        (108.2744123, Form.DEGREES, "108.27441"),
        (None, Form.TEXT, ""),
        (pd.Timestamp("2020-11-06 00:30"), Form.TIME, "2020-11-06 00:30"),
        (pd.NaT, Form.TIME, "–"),
    ],
)
def test_values_are_written_by_their_form(value: object, form: Form, shown: str) -> None:
    assert cell_text(value, form) == shown


def test_a_rise_from_zero_names_the_number() -> None:
    rows = pd.DataFrame({"verdict": ["met", "rose_from_zero"], "now": [1, 7]})
    words = texts("firewatch.reports", Language.EN)
    assert verdict_texts(rows, words).tolist() == ["met", "rose from zero (7)"]


def test_a_code_that_the_user_added_is_shown_as_it_is(
    fire_points: Callable[..., pd.DataFrame],
) -> None:
    points = fire_points(1, marks="scenic;kiln_side", platform="patrol")
    rows = details_table(points, texts("firewatch.reports", Language.ZH)).rows
    assert rows["marks"].tolist() == ["旅游景区、kiln_side"]
    assert rows["platform"].tolist() == ["巡查"]


@pytest.mark.parametrize("package", ["alerts", "firewatch.reports"])
def test_both_languages_have_the_same_texts_with_the_same_blanks(package: str) -> None:
    def blanks(language: str) -> dict[str, list[str]]:
        text = files(package).joinpath("lang", f"{language}.json").read_text(encoding="utf-8")
        return {
            key: sorted(part.split("}")[0].split(":")[0] for part in value.split("{")[1:])
            for key, value in json.loads(text).items()
        }

    assert blanks("zh") == blanks("en")
