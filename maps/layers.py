"""Tables to layers: each function takes tables and gives what is drawn and how it is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.i18n import Texts
from maps.compact import compact_points
from maps.geometry import Geometries, dissolved, features, label_places, simplified

Role = Literal["counties", "cities", "zones", "points"]
_ZONE_TEXTS = ("zone_id", "kind", "name", "notice", "valid")
_ZONE_TOLERANCE_DEG = 0.0004


@dataclass(frozen=True, eq=False)
class MapLayer:
    """One layer: what app.js draws, and its line in the legend.

    Parameters
    ----------
    drawn
        Number of things drawn, where it helps the reader.
    symbol
        circle, line, area, or the corners of an SVG polygon.
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
    size: float = 0


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
        layers.append(_border_layer("counties", counties, light, style["county"], texts))
    if len(cities):
        outline = _city_outlines(counties, light, cities, city_geometry)
        layers.append(_border_layer("cities", cities, outline, style["city"], texts))
    return layers


def _border_layer(
    role: Role,
    areas: pd.DataFrame,
    polygons: Geometries,
    look: Mapping[str, Any],
    texts: Texts,
) -> MapLayer:
    lon, lat = label_places(polygons)
    properties = [{"adcode": int(code)} for code in areas["adcode"]]
    return MapLayer(
        key=role,
        role=role,
        label=texts(f"layer.{role}"),
        data={
            "polygons": features(polygons, properties),
            "places": {"name": areas["name"].astype(str).tolist(), "lon": lon, "lat": lat},
        },
        shown=True,
        symbol="line",
        paint=_line_paint(look),
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
        records = zones.loc[mine, list(_ZONE_TEXTS)].astype(str).to_dict("records")
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


def point_layers(points: pd.DataFrame, style: Mapping[str, Any], texts: Texts) -> list[MapLayer]:
    """Return one layer a look of fire points; every point is in exactly one.

    The style file lists the looks from bottom to top; the first whose codes match takes the
    point, the last takes what is left.
    """
    looks = style["points"]
    number = _look_of_each_point(points, looks)
    layers = []
    for index, look in enumerate(looks):
        mine = number == index
        if look.get("optional") and not mine.any():
            continue
        layers.append(
            MapLayer(
                key=look["key"],
                role="points",
                label=_point_label(look, texts),
                data={
                    "points": compact_points(points[mine]),
                    "style": _point_style(look),
                    "title": look.get("title", "ruling"),
                },
                shown=True,
                symbol=_corners(style["shapes"][look["shape"]], look["size"]),
                paint={**_line_paint(look), **_fill_paint({"fillOpacity": 1, **look})},
                drawn=int(mine.sum()),
                size=look["size"],
            )
        )
    return layers


def _look_of_each_point(points: pd.DataFrame, looks: list[dict[str, Any]]) -> NDArray[np.int64]:
    matches = [points[look["column"]].isin(look["codes"]).to_numpy() for look in looks[:-1]]
    number: NDArray[np.int64] = np.select(matches, range(len(matches)), default=len(matches))
    return number


def _point_label(look: Mapping[str, Any], texts: Texts) -> str:
    key = f"layer.{look['key']}"
    return texts(key) if key in texts.entries else texts.label(look["column"], look["key"])


def _point_style(look: Mapping[str, Any]) -> dict[str, Any]:
    return {name: look[name] for name in ("shape", "size", "fillColor", "color", "weight")}


def _corners(shape: list[list[float]], size: float) -> str:
    if not shape:
        return "circle"
    return " ".join(f"{x * size:g},{y * size:g}" for x, y in shape)


def _line_paint(look: Mapping[str, Any]) -> dict[str, Any]:
    paint = {"stroke": look["color"], "stroke-width": look["weight"], "fill": "none"}
    return paint | ({"stroke-dasharray": look["dashArray"]} if "dashArray" in look else {})


def _fill_paint(look: Mapping[str, Any]) -> dict[str, Any]:
    # Pale fills of large areas would not show in a small symbol.
    return {"fill": look["fillColor"], "fill-opacity": min(1, look["fillOpacity"] * 2)}
