"""The table of cities beside the map: numbers as they come, in words and signs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from firewatch.core.i18n import Texts

_NUMBERS = ("base", "now", "change_pct", "allowance", "verdict")
_MINUS, _NOTHING = "−", "—"


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
    order = (
        cities["verdict"].astype(str).map({name: each["order"] for name, each in verdicts.items()})
    )
    sure = cities["change_pct"].notna()
    # Without a percentage the verdict alone says whether a city leads or closes the table.
    rank = (
        pd.Series(1, index=cities.index).mask(~sure & (order < 2), 0).mask(~sure & (order >= 2), 2)
    )
    ordered = (
        cities.assign(_rank=rank, _down=-cities["change_pct"])
        .sort_values(["_rank", "_down", "adcode"])
        .to_dict("records")
    )
    return [_row(city, verdicts, texts) for city in ordered]


def _row(city: Mapping[Any, Any], verdicts: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    verdict = str(city["verdict"])
    return {
        "adcode": int(city["adcode"]),
        "name": city["name"],
        "base": f"{int(city['base'])}",
        "now": f"{int(city['now'])}",
        "change": _signed(city["change_pct"], "+.1f", "%"),
        "allowance": _signed(city["allowance"], ".0f", ""),
        "verdict": verdict,
        "verdict_label": texts.label("verdict", verdict),
        "mark": verdicts.get(verdict, verdicts["unknown"])["mark"],
    }


def _signed(value: Any, form: str, unit: str) -> str:
    if pd.isna(value):
        return _NOTHING
    return f"{value:{form}}{unit}".replace("-", _MINUS)
