"""The look of the map (`maps/style.json`) as styles for QGIS."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from firewatch.core.i18n import texts
from firewatch.core.qgis import (
    AreaLook,
    Category,
    MarkerLook,
    NumberClass,
    categorised_qml,
    graduated_qml,
    single_qml,
)
from firewatch.core.vocab import Language
from maps.legend import LegendItem, point_legends, shadings
from maps.page import style

# QGIS calls the plus with an area so; its "cross" is two lines.
_SHAPES = {"cross": "cross_fill"}


def point_legend(points: pd.DataFrame, language: Language) -> tuple[LegendItem, ...]:
    """Return the legend of fire points by ruling, the gravest first, as the map has it."""
    legends = point_legends(points, style(), texts("maps", language))
    return next(legend for legend in legends if legend.key == "ruling").items


def point_qml(points: pd.DataFrame, language: Language) -> str:
    """Return the style of fire points: shape and colour by ruling, source and cause."""
    looks = {look["key"]: look for look in style()["points"]}
    legend = [item for item in point_legend(points, language) if item.key in looks]
    return categorised_qml(
        _look_expression(style()["points"]),
        [Category(item.key, item.label, _marker(looks[item.key])) for item in legend],
    )


def county_qml(counties: pd.DataFrame) -> str:
    """Return the style of counties: shaded by this season's count, if there is one."""
    border = style()["county"]
    if "now" not in counties:
        return single_qml(area_look(border))
    classes = shadings(counties, style())["count"]
    counts = counties["now"].to_numpy(dtype=float, na_value=np.nan)
    highest = max(np.nanmax(counts, initial=0.0), *classes["breaks"])
    # Counts are whole; limits between them say to QGIS in which class a limit itself is.
    limits = [-0.5, *(limit - 0.5 for limit in classes["breaks"]), highest + 0.5]
    labels = [_between(low, high) for low, high in pairwise(limits)]
    return graduated_qml(
        "now",
        [
            NumberClass(low, high, label, area_look(border | {"fillColor": colour}))
            for (low, high), label, colour in zip(
                pairwise(limits), labels, classes["colours"], strict=True
            )
        ],
    )


def city_qml(cities: pd.DataFrame, language: Language) -> str:
    """Return the style of cities: by how they stand to the target, if that is known."""
    border = style()["city"]
    if "state" not in cities:
        return single_qml(area_look(border | {"fillColor": "#ffffff", "fillOpacity": 0}))
    words = texts("maps", language)
    return categorised_qml(
        "state",
        [
            Category(
                key,
                f"{look['mark']} {words.label('target_state', key)}",
                area_look(border | {name: look[name] for name in ("fillColor", "fillOpacity")}),
            )
            for key, look in style()["states"].items()
        ],
    )


def zones_qml(zones: pd.DataFrame, language: Language) -> str:
    """Return the style of zones by kind; kinds of the user's own look like "other"."""
    drawn, present = style()["zones"], zones["kind"].unique().tolist()
    kinds = [kind for kind in drawn if kind in present]
    kinds += sorted(kind for kind in present if kind not in drawn)
    words = texts("maps", language)
    return categorised_qml(
        "kind",
        [
            Category(
                kind, words.label("zone_kind", kind), area_look(drawn.get(kind, drawn["other"]))
            )
            for kind in kinds
        ],
    )


def permit_qml() -> str:
    """Return the style of permits."""
    return single_qml(area_look(style()["permits"]))


def event_qml() -> str:
    """Return the style of events: an outline."""
    line = style()["event"]
    return single_qml(area_look(line | {"fillColor": line["color"], "fillOpacity": 0}))


def area_look(look: Mapping[str, Any]) -> AreaLook:
    """Return an area's look of `maps/style.json` as QGIS needs it."""
    dashes = tuple(float(part) for part in look.get("dashArray", "").split())
    return AreaLook(
        look["color"], look["fillColor"], look.get("fillOpacity", 1.0), look["weight"], dashes
    )


def _marker(look: Mapping[str, Any]) -> MarkerLook:
    return MarkerLook(
        _SHAPES.get(look["shape"], look["shape"]),
        look["color"],
        look["fillColor"],
        look["weight"],
        2 * look["size"],
    )


def _look_expression(looks: list[dict[str, Any]]) -> str:
    """Return the QGIS expression that gives each point the key of its look."""
    cases = [
        f'WHEN "{look["column"]}" IN ({", ".join(repr(str(code)) for code in look["codes"])})'
        f" THEN '{look['key']}'"
        for look in looks[:-1]
    ]
    return f"CASE {' '.join(cases)} ELSE '{looks[-1]['key']}' END"


def _between(low: float, high: float) -> str:
    first, last = int(np.ceil(low)), int(np.floor(high))
    return str(first) if first == last else f"{first} – {last}"
