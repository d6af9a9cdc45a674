"""Tables to layers: each function takes tables and gives what is drawn and how it is listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely

from firewatch.core.i18n import Texts
from maps.assets import data_uri
from maps.geometry import Geometries, dissolved, features, label_places, simplified
from maps.inputs import Backdrop
from maps.tiles import TileSource

Role = Literal["counties", "cities", "zones", "permits", "rivers", "relief", "tiles"]
_ZONE_TEXTS = ("zone_id", "kind", "name", "notice", "valid")
_PERMIT_TEXTS = ("permit_id", "number", "issuer", "name", "valid", "conditions")
_ZONE_TOLERANCE_DEG = 0.0004


@dataclass(frozen=True, eq=False)
class MapLayer:
    """One layer: what the page's script draws, and its line in the legend.

    Parameters
    ----------
    drawn
        Number of things drawn, where it helps the reader.
    symbol
        line or area.
    paint
        SVG attributes of the symbol.
    """

    key: str
    role: Role
    label: str
    data: dict[str, Any]
    shown: bool
    symbol: str
    paint: dict[str, Any]
    drawn: int | None = None


def border_layers(
    counties: pd.DataFrame,
    county_geometry: Geometries,
    cities: pd.DataFrame,
    city_geometry: Geometries,
    style: Mapping[str, Any],
    texts: Texts,
) -> list[MapLayer]:
    """Return the county and the city layer; none of one without rows.

    City lines are the outlines of the drawn counties where those say their city, so that both
    run exactly along each other.
    """
    layers = []
    light = simplified(county_geometry)
    if len(counties):
        layers.append(_border_layer("counties", counties, light, style, texts))
    if len(cities):
        outline = _city_outlines(counties, light, cities, city_geometry)
        layers.append(_border_layer("cities", cities, outline, style, texts))
    return layers


def _border_layer(
    role: Role,
    areas: pd.DataFrame,
    polygons: Geometries,
    style: Mapping[str, Any],
    texts: Texts,
) -> MapLayer:
    lon, lat = label_places(polygons)
    places = {"name": areas["name"].astype(str).tolist(), "lon": lon, "lat": lat}
    if "state" in areas:
        states = areas["state"].astype("str").fillna("")
        places["state"] = states.tolist()
        places["mark"] = [style["states"].get(state, {}).get("mark", "") for state in states]
    properties = [{"adcode": int(code)} for code in areas["adcode"]]
    return MapLayer(
        key=role,
        role=role,
        label=texts(f"layer.{role}"),
        data={
            "polygons": features(polygons, properties),
            "places": places,
        },
        shown=True,
        symbol="line",
        paint=_line_paint(style["county" if role == "counties" else "city"]),
    )


def _city_outlines(
    counties: pd.DataFrame, light: Geometries, cities: pd.DataFrame, city_geometry: Geometries
) -> Geometries:
    own = simplified(city_geometry)
    if not len(counties):
        return own
    by_city = dissolved(light, counties["city_adcode"].to_numpy())
    codes = cities["adcode"].tolist()
    outlines = [by_city.get(int(code), own[row]) for row, code in enumerate(codes)]
    return np.array(outlines, dtype=object)


def zone_layers(
    zones: pd.DataFrame, geometry: Geometries, style: Mapping[str, Any], texts: Texts
) -> list[MapLayer]:
    """Return one layer a zone kind, in the order of the style file, other kinds after."""
    present = list(dict.fromkeys(zones["kind"].astype(str))) if len(zones) else []
    known = [kind for kind in style["zones"] if kind in present]
    kinds = known + [kind for kind in present if kind not in known]
    light = shapely.simplify(geometry, _ZONE_TOLERANCE_DEG)
    layers = []
    for number, kind in enumerate(kinds):
        look = style["zones"].get(kind, style["zones"]["other"])
        mine = (zones["kind"].astype(str) == kind).to_numpy()
        records = _records(zones[mine], _ZONE_TEXTS)
        layers.append(
            MapLayer(
                key=f"zone-{number}",
                role="zones",
                label=texts.label("zone_kind", kind),
                data={"polygons": features(light[mine], records), "style": look},
                shown=kind in style["zones_shown_at_first"],
                symbol="area",
                paint={**_line_paint(look), **_fill_paint(look)},
                drawn=int(mine.sum()),
            )
        )
    return layers


def permit_layers(
    permits: pd.DataFrame, geometry: Geometries, style: Mapping[str, Any], texts: Texts
) -> list[MapLayer]:
    """Return the layer of burn permits, none without permits."""
    if not len(permits):
        return []
    look = style["permits"]
    records = _records(permits, _PERMIT_TEXTS)
    light = shapely.simplify(geometry, _ZONE_TOLERANCE_DEG)
    return [
        MapLayer(
            key="permits",
            role="permits",
            label=texts("layer.permits"),
            data={"polygons": features(light, records), "style": look},
            shown=True,
            symbol="area",
            paint={**_line_paint(look), **_fill_paint(look)},
            drawn=len(permits),
        )
    ]


def backdrop_layers(backdrop: Backdrop, style: Mapping[str, Any], texts: Texts) -> list[MapLayer]:
    """Return relief and rivers, where the user has them."""
    layers = []
    if backdrop.relief_png and backdrop.relief_box:
        picture = data_uri(backdrop.relief_png)
        data = {"picture": picture, "box": [list(corner) for corner in backdrop.relief_box]}
        grey = {"fill": "#c9c4b8"}
        layers.append(MapLayer("relief", "relief", texts("layer.relief"), data, True, "area", grey))
    if len(backdrop.rivers):
        look = style["rivers"]
        shapes = features(backdrop.rivers, [{}] * len(backdrop.rivers))
        layers.append(
            MapLayer(
                key="rivers",
                role="rivers",
                label=texts("layer.rivers"),
                data={"polygons": shapes, "style": look},
                shown=True,
                symbol="line",
                paint=_line_paint(look),
            )
        )
    return layers


def tile_layers(sources: Sequence[TileSource]) -> list[MapLayer]:
    """Return the online backdrops that were asked for; the first is shown."""
    return [
        MapLayer(
            key=f"tiles-{number}",
            role="tiles",
            label=source.label,
            data={
                "urls": [url for url in (source.url, source.labels_url) if url],
                "subdomains": list(source.subdomains),
                "max_zoom": source.max_zoom,
                "gcj02": source.gcj02,
                "attribution": source.attribution,
            },
            shown=number == 0,
            symbol="area",
            paint={"fill": "#9db8cc"},
        )
        for number, source in enumerate(sources)
    ]


def _records(table: pd.DataFrame, names: Sequence[str]) -> list[dict[str, Any]]:
    rows = table[list(names)].astype(str).to_dict("records")
    return [{str(name): text for name, text in row.items()} for row in rows]


def _line_paint(look: Mapping[str, Any]) -> dict[str, Any]:
    paint = {"stroke": look["color"], "stroke-width": look["weight"], "fill": "none"}
    return paint | ({"stroke-dasharray": look["dashArray"]} if "dashArray" in look else {})


def _fill_paint(look: Mapping[str, Any]) -> dict[str, Any]:
    # Pale fills of large areas would not show in a small symbol.
    return {"fill": look["fillColor"], "fill-opacity": min(1, look["fillOpacity"] * 2)}
