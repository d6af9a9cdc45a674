"""The supervisor's map: tables in, one HTML file out that asks the network for nothing."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from firewatch.core.files import write_text_atomically
from firewatch.core.i18n import Texts, texts
from maps.assets import own_text, with_policy
from maps.city_table import city_rows, has_comparison
from maps.geometry import Box, bounds
from maps.inputs import MapInputs
from maps.layers import MapLayer, border_layers, point_layers, zone_layers

_CODED = ("ruling", "cause", "status", "source", "confidence", "zone_kind", "platform")
_GUANGXI_CENTRE = [23.7, 108.4]
_ROUND_POINTS_DEG = 0.1
_GROUPS = (("points", ("points",)), ("zones", ("zones",)), ("borders", ("cities", "counties")))


def build_map(inputs: MapInputs) -> str:
    """Return a self-contained HTML page; same inputs, same text.

    The page loads nothing and runs only its own scripts (Content-Security-Policy by hashes).
    Numbers in it are those of the tables.
    """
    # folium takes a second to load; a page without a map should not pay it.
    from maps.elements import DataLayer, FireMap, Page

    words, look = texts("maps", inputs.language), style()
    layers = _layers(inputs, look, words)
    blocks = {f"data-{layer.key}": layer.data for layer in layers}
    page = Page(
        str(inputs.language),
        inputs.title,
        _panel(inputs, layers, look, words),
        {"firewatch-settings": _settings(inputs, look, words), **blocks},
    )
    fire_map = FireMap(page)
    for layer in layers:
        DataLayer(layer.key, layer.role, show=layer.shown).add_to(fire_map)
    return with_policy(page.render())


def write_map(inputs: MapInputs, path: Path) -> None:
    """Write the page as one UTF-8 file, whole or not at all."""
    write_text_atomically(path, build_map(inputs))


@cache
def style() -> dict[str, Any]:
    """Return the one visual language of the maps: colours, shapes, line weights."""
    content: dict[str, Any] = json.loads(own_text("style.json"))
    return content


def _layers(inputs: MapInputs, look: dict[str, Any], words: Texts) -> list[MapLayer]:
    return [
        *border_layers(
            inputs.counties,
            inputs.county_geometry,
            inputs.cities,
            inputs.city_geometry,
            look,
            words,
        ),
        *zone_layers(inputs.zones, inputs.zone_geometry, look, words),
        *point_layers(inputs.points, look, words),
    ]


def _settings(inputs: MapInputs, look: dict[str, Any], words: Texts) -> dict[str, Any]:
    box = (
        bounds(inputs.county_geometry) or bounds(inputs.city_geometry) or _bounds_of_points(inputs)
    )
    used = ("popup.", "map.", *(f"{kind}." for kind in _CODED))
    return {
        "style": {name: look[name] for name in ("view", "shapes", "county", "city")},
        "words": {key: text for key, text in words.entries.items() if key.startswith(used)},
        "bounds": box,
        "centre": np.mean(box, axis=0).tolist() if box else _GUANGXI_CENTRE,
    }


def _bounds_of_points(inputs: MapInputs) -> Box | None:
    places = np.asarray(shapely.points(inputs.points["lon"], inputs.points["lat"]), dtype=object)
    return bounds(shapely.buffer(places, _ROUND_POINTS_DEG)) if len(places) else None


def _panel(
    inputs: MapInputs, layers: list[MapLayer], look: dict[str, Any], words: Texts
) -> dict[str, Any]:
    warnings = [("simulated", inputs.simulated), ("illustrative", inputs.illustrative)]
    cloud = words("cloud_note")
    return {
        "words": words.entries,
        "warnings": [words(key) for key, holds in warnings if holds],
        "missing": [words(f"missing.{key}") for key, holds in _missing(inputs) if holds],
        "period": _period(inputs.points, words),
        "groups": _groups(layers, look, words),
        "cities": city_rows(inputs.cities, look, words),
        "notes": list(dict.fromkeys((*inputs.notes, cloud))),
        "corner": " · ".join((*(inputs.notes or (words("sketch_map"),))[:1], cloud)),
    }


def _missing(inputs: MapInputs) -> list[tuple[str, bool]]:
    return [
        ("points", not len(inputs.points)),
        ("zones", not len(inputs.zones)),
        ("comparison", not has_comparison(inputs.cities)),
        ("counties", not len(inputs.counties)),
    ]


def _groups(layers: list[MapLayer], look: dict[str, Any], words: Texts) -> list[dict[str, Any]]:
    place = {key: number for number, key in enumerate(look["legend_points"])}
    listed = sorted(layers, key=lambda layer: place.get(layer.key, 0))
    groups = [
        {
            "title": words(f"group.{name}"),
            "items": [layer for layer in listed if layer.role in roles],
        }
        for name, roles in _GROUPS
    ]
    return [group for group in groups if group["items"]]


def _period(points: pd.DataFrame, words: Texts) -> str:
    if not len(points):
        return ""
    days = points["acquired_local"].astype("str").str[: len("2020-10-01")]
    return words("panel.period", first=days.min(), last=days.max())
