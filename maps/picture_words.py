"""Sentences on pictures: periods, a city's standing, both seasons. Nothing is counted here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from firewatch.core.i18n import Texts
from firewatch.core.time import local_text
from firewatch.core.vocab import Verdict
from maps.city_table import city_rows, has_comparison
from maps.inputs import MapInputs

_DAY = len("2020-10-01")
_BEHIND = (str(Verdict.MISSED), str(Verdict.ROSE_FROM_ZERO))


def period_sentence(inputs: MapInputs, words: Texts) -> str:
    """Say from which to which Beijing day points are drawn; "" without points."""
    if not len(inputs.points):
        return ""
    seconds = inputs.points["acquired_s"].astype("int64")
    first, last = (local_text(int(edge))[:_DAY] for edge in (seconds.min(), seconds.max()))
    return words("picture.period", season=inputs.season, first=first, last=last).strip()


def compared_sentence(inputs: MapInputs, words: Texts) -> str:
    """Say which days are compared, and that the season is not over where it is not."""
    if not len(inputs.days):
        return period_sentence(inputs, words)
    compared = inputs.days["compared"].astype(bool)
    days = inputs.days[compared]
    if not len(days):
        return words("picture.no_day_compared")
    (first, last), (base_first, base_last) = (
        (texts.min(), texts.max())
        for texts in (days[name][days[name] != ""] for name in ("day", "base_day"))
    )
    key = "compared" if compared.all() else "compared_in_progress"
    return words(
        f"picture.{key}", base_first=base_first, base_last=base_last, first=first, last=last
    )


def city_sentence(inputs: MapInputs, adcode: int, style: Mapping[str, Any], words: Texts) -> str:
    """Say how a city stands to its target."""
    for row in city_rows(inputs.cities, style, words):
        if row["adcode"] == adcode:
            most = target_texts(inputs.cities).get(adcode, "—")
            return words("picture.standing", **{**row, "target": most})
    return words("picture.no_standing")


def target_texts(cities: pd.DataFrame) -> dict[int, str]:
    """Return by adcode how many points a city may have at most, as text."""
    if "target_max" not in cities.columns:
        return {}
    known = cities[cities["target_max"].notna()]
    return {
        int(code): f"{int(most)}"
        for code, most in zip(known["adcode"], known["target_max"], strict=True)
    }


def total_row(cities: pd.DataFrame, style: Mapping[str, Any], words: Texts) -> dict[str, Any]:
    """Return the sums of all cities as a row of the table; {} where a number is missing."""
    if not has_comparison(cities) or cities[["base", "now"]].isna().to_numpy().any():
        return {}
    base, now = int(cities["base"].sum()), int(cities["now"].sum())
    sums = pd.DataFrame(
        {
            "adcode": [0],
            "name": [words("picture.total")],
            "base": [base],
            "now": [now],
            "change_pct": [(now - base) / base * 100 if base else float("nan")],
            "allowance": [float("nan")],
            "verdict": [str(Verdict.UNKNOWN)],
        }
    )
    # The target is one of cities: the region as a whole has no verdict.
    empty = dict.fromkeys(("allowance", "target", "verdict", "mark", "verdict_label"), "")
    return city_rows(sums, style, words)[0] | empty


def pair_figures(inputs: MapInputs, style: Mapping[str, Any], words: Texts) -> str:
    """Return the sums of both seasons and the change, large under the maps; "" without."""
    total = total_row(inputs.cities, style, words)
    return words("picture.figures", **total) if total else ""


def pair_sentences(inputs: MapInputs, words: Texts) -> list[str]:
    """Say what the figures count, what the target is, and which cities are behind it."""
    cities = inputs.cities
    if not has_comparison(cities):
        return [words("picture.no_comparison")]
    said = [words("picture.figures_are")]
    if inputs.target is not None:
        fall = 100 * (inputs.target.den - inputs.target.num) / inputs.target.den
        said.append(
            words("picture.target", fall=f"{fall:g}", num=inputs.target.num, den=inputs.target.den)
        )
    verdicts = cities["verdict"].astype("str")
    behind = cities["name"].astype(str)[verdicts.isin(_BEHIND)].tolist()
    key = "behind" if behind else "none_behind"
    names = words("picture.separator").join(behind)
    return [*said, words(f"picture.{key}", count=len(behind), cities=names)]
