"""The table of cities beside the map: numbers as they come, in words and signs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from firewatch.core.i18n import Texts
from firewatch.core.vocab import Verdict

_NUMBERS = ("base", "now", "change_pct", "allowance", "verdict")
_NOTHING = "—"
# Cities with a percentage stand between those that rose from zero and those without a figure.
_BETWEEN = 1


def has_comparison(cities: pd.DataFrame) -> bool:
    """Return whether the table of cities brings a comparison with it."""
    return len(cities) > 0 and set(_NUMBERS) <= set(cities.columns)


def city_rows(cities: pd.DataFrame, style: Mapping[str, Any], texts: Texts) -> list[dict[str, Any]]:
    """Return one row a city, those with the highest change first.

    Cities that rose from zero have no percentage and lead; those held at zero close the table.
    Nothing is counted: every number stands in the table that came in.
    """
    if not has_comparison(cities):
        return []
    verdicts = style["verdicts"]
    judged = cities.assign(verdict=cities["verdict"].astype("str").fillna(str(Verdict.UNKNOWN)))
    # Without a percentage the verdict alone says whether a city leads or closes the table.
    place = judged["verdict"].map({name: each["place"] for name, each in verdicts.items()})
    place = place.where(judged["change_pct"].isna(), _BETWEEN)
    ordered = judged.assign(_place=place, _down=-judged["change_pct"]).sort_values(
        ["_place", "_down", "adcode"]
    )
    return [_row(city, verdicts, texts) for city in ordered.to_dict("records")]


def _row(city: Mapping[Any, Any], verdicts: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    verdict = city["verdict"]
    return {
        "adcode": int(city["adcode"]),
        "name": city["name"],
        "base": _whole(city["base"]),
        "now": _whole(city["now"]),
        "change": _percent(city["change_pct"]),
        "allowance": _whole(city["allowance"]),
        "verdict": verdict,
        "verdict_label": texts.label("verdict", verdict),
        "mark": verdicts.get(verdict, verdicts["unknown"])["mark"],
    }


def _whole(value: float) -> str:
    return _NOTHING if pd.isna(value) else f"{int(value)}"


def _percent(value: float) -> str:
    """Return a change to two digits, rounded up: a fall of 9.996 % must not read -10.00 %."""
    if pd.isna(value):
        return _NOTHING
    hundredths = math.ceil(round(value * 100, 6))
    return f"{hundredths / 100:+.2f}%" if hundredths else "0.00%"
