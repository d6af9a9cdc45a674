"""The supervisor's map: tables in, one HTML file out that asks the network for nothing."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from firewatch.core.files import write_text_atomically
from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import TargetState
from maps.assets import own_text, with_policy
from maps.city_table import city_rows, has_comparison
from maps.content import days_of, file_name, is_light, points_block, settings_block
from maps.inputs import MapInputs
from maps.layers import (
    MapLayer,
    backdrop_layers,
    border_layers,
    permit_layers,
    tile_layers,
    zone_layers,
)
from maps.legend import Legend, density_legend, point_legends, shading_legends, shadings
from maps.tiles import TileSource, hosts, tile_sources

_GROUPS = (
    ("zones", ("zones", "permits")),
    ("borders", ("cities", "counties")),
    ("backdrop", ("rivers", "relief")),
    ("tiles", ("tiles",)),
)
_FILTERS = ("ruling", "source", "platform", "status", "confidence")


def build_map(inputs: MapInputs) -> str:
    """Return a self-contained HTML page; same inputs, same text.

    The page loads nothing and runs only its own scripts (Content-Security-Policy by hashes);
    online tiles that were asked for add exactly their hosts. Numbers in it are those of the
    tables.
    """
    # folium takes a second to load; a page without a map should not pay it.
    from maps.elements import DataLayer, FireMap, Page

    words, look = texts("maps", inputs.language), style()
    tiles = tile_sources(inputs.online_tiles, inputs.tile_keys, inputs.language)
    layers = _layers(inputs, tiles, look, words)
    blocks = {f"data-{layer.key}": layer.data for layer in layers}
    page = Page(
        str(inputs.language),
        inputs.title,
        _panel(inputs, layers, look, words),
        {
            "firewatch-settings": settings_block(inputs, look, words),
            "data-points": points_block(inputs, look),
            **blocks,
        },
    )
    fire_map = FireMap(page)
    for layer in layers:
        DataLayer(layer.key, layer.role, show=layer.shown).add_to(fire_map)
    return with_policy(page.render(), hosts(tiles))


def write_map(inputs: MapInputs, path: Path) -> None:
    """Write the page as one UTF-8 file, whole or not at all."""
    write_text_atomically(path, build_map(inputs))


@cache
def style() -> dict[str, Any]:
    """Return the one visual language of the maps: colours, shapes, line weights."""
    content: dict[str, Any] = json.loads(own_text("style.json"))
    return content


def _layers(
    inputs: MapInputs, tiles: tuple[TileSource, ...], look: dict[str, Any], words: Texts
) -> list[MapLayer]:
    return [
        *tile_layers(tiles),
        *backdrop_layers(inputs.backdrop, look, words),
        *border_layers(
            inputs.counties,
            inputs.county_geometry,
            inputs.cities,
            inputs.city_geometry,
            look,
            words,
        ),
        *zone_layers(inputs.zones, inputs.zone_geometry, look, words),
        *permit_layers(inputs.permits, inputs.permit_geometry, look, words),
    ]


def _panel(
    inputs: MapInputs, layers: list[MapLayer], look: dict[str, Any], words: Texts
) -> dict[str, Any]:
    warnings = [("simulated", inputs.simulated), ("illustrative", inputs.illustrative)]
    cloud, both = words("cloud_note"), pd.concat([inputs.points, inputs.base_points])
    days = days_of(inputs)
    notes = (*inputs.notes, *inputs.sources, cloud)
    return {
        "words": words.entries,
        "warnings": [words(key) for key, holds in warnings if holds] + _light_note(inputs, words),
        "missing": [words(f"missing.{key}") for key, holds in _missing(inputs) if holds],
        "last_day": max(0, len(days) - 1),
        "filters": _filters(inputs, both, words),
        "schemes": point_legends(both, look, words),
        "density": density_legend(inputs.points, look, words),
        "shadings": _shadings(inputs, look, words),
        "passes": [
            (number, f"{row['started_local']} {words.label('platform', row['platform'])}")
            for number, row in enumerate(inputs.passes.to_dict("records"))
        ],
        "groups": _groups(layers, words),
        "cities": city_rows(inputs.cities, look, words),
        "notes": list(dict.fromkeys(notes)),
        "corner": " · ".join((*(inputs.notes or (words("sketch_map"),))[:1], cloud)),
        "file_name": file_name(inputs),
    }


def _light_note(inputs: MapInputs, words: Texts) -> list[str]:
    count = len(inputs.points) + len(inputs.base_points)
    return [words("map.light", count=f"{count:,}")] if is_light(inputs, style()) else []


def _shadings(inputs: MapInputs, look: dict[str, Any], words: Texts) -> list[Legend]:
    """Return the shadings that the tables allow: none without counties."""
    allowed = {
        "state": has_comparison(inputs.cities) and "state" in inputs.cities,
        "count": True,
        "change": len(inputs.base_points) > 0,
        "intensity": "cropland_kha" in inputs.counties,
        "seen": len(inputs.ground) > 0,
    }
    available = [name for name, holds in allowed.items() if holds and len(inputs.counties)]
    return shading_legends(shadings(inputs.counties, look), available, look, words)


def _filters(inputs: MapInputs, points: pd.DataFrame, words: Texts) -> dict[str, Any]:
    """Return what can be chosen: areas by code, and the codes that occur with their labels."""
    cities, counties = inputs.cities, inputs.counties
    codes = {name: sorted(points[name].astype("str").unique()) for name in _FILTERS}
    return {
        "cities": cities[["adcode", "name"]].to_dict("records") if len(cities) else [],
        "counties": (
            counties[["adcode", "name", "city_adcode"]].to_dict("records") if len(counties) else []
        ),
        "codes": {
            name: [(code, words.label(name, code)) for code in some] for name, some in codes.items()
        },
    }


def _missing(inputs: MapInputs) -> list[tuple[str, bool]]:
    states = set(inputs.cities["state"].astype("str")) if "state" in inputs.cities else set()
    compared = has_comparison(inputs.cities)
    no_base = compared and not len(inputs.base_points)
    return [
        ("points", not len(inputs.points)),
        ("zones", not len(inputs.zones)),
        ("comparison", not compared or no_base),
        ("counties", not len(inputs.counties)),
        ("coverage", not len(inputs.ground)),
        ("unseen", str(TargetState.UNSEEN) in states),
    ]


def _groups(layers: list[MapLayer], words: Texts) -> list[dict[str, Any]]:
    groups = [
        {
            "title": words(f"group.{name}"),
            "items": [layer for layer in layers if layer.role in roles],
        }
        for name, roles in _GROUPS
    ]
    return [group for group in groups if group["items"]]
