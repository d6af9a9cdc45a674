"""What the page knows besides its layers: points of both seasons, days, names, choices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from firewatch.core.i18n import Texts
from firewatch.core.time import from_epoch_seconds
from firewatch.core.vocab import Ruling
from maps.assets import data_uri
from maps.geometry import Box, bounds
from maps.inputs import DAY_COLUMNS, TOWNSHIP_COLUMNS, MapInputs
from maps.legend import density, schemes, shadings
from maps.points import encoded_points

_CODED = (
    "ruling", "cause", "status", "source", "confidence", "zone_kind", "platform", "finding",
)  # fmt: skip
_GUANGXI_CENTRE = [23.7, 108.4]
_ROUND_POINTS_DEG = 0.1
_DRAWN = (
    "view", "shapes", "county", "city", "states", "unknown", "seen", "event",
    "footprint", "found", "measure",
)  # fmt: skip


def settings_block(inputs: MapInputs, look: dict[str, Any], words: Texts) -> dict[str, Any]:
    """Return everything that the page's script reads before it draws."""
    box = (
        bounds(inputs.county_geometry) or bounds(inputs.city_geometry) or _bounds_of_points(inputs)
    )
    used = ("popup.", "map.", "chart.", "layer.permits", *(f"{kind}." for kind in _CODED))
    warnings = [("simulated", inputs.simulated), ("illustrative", inputs.illustrative)]
    return {
        "style": {name: look[name] for name in _DRAWN} | {"density": density(inputs.points, look)},
        "words": {key: text for key, text in words.entries.items() if key.startswith(used)},
        "bounds": box,
        "centre": np.mean(box, axis=0).tolist() if box else _GUANGXI_CENTRE,
        "days": _days_block(days_of(inputs)),
        # The ruling counts of a unit whose points were ruled differently: the gravest first.
        "gravity": [str(ruling) for ruling in Ruling],
        "schemes": schemes(look),
        "shadings": shadings(inputs.counties, look),
        "passes": _passes(inputs),
        "target": {"num": inputs.target.num, "den": inputs.target.den} if inputs.target else None,
        "seasons": {"now": inputs.season, "base": inputs.base_season},
        "light": is_light(inputs, look),
        "pictures": {event: data_uri(picture) for event, picture in inputs.pictures.items()},
        "data_note": "; ".join(words(key) for key, holds in warnings if holds),
        "file_name": file_name(inputs),
        **_areas(inputs),
    }


def points_block(inputs: MapInputs, look: dict[str, Any]) -> dict[str, Any]:
    """Return the points of both seasons, each on its own days."""
    days, light, all_schemes = days_of(inputs), is_light(inputs, look), schemes(look)
    return {
        "now": encoded_points(inputs.points, days["day"].tolist(), all_schemes, light=light),
        "base": encoded_points(
            inputs.base_points, days["base_day"].tolist(), all_schemes, light=light
        ),
    }


def is_light(inputs: MapInputs, look: dict[str, Any]) -> bool:
    """Tell whether there are too many points to draw and describe each of them."""
    limit: int = look["view"]["most_plain_points"]
    return len(inputs.points) + len(inputs.base_points) > limit


def file_name(inputs: MapInputs) -> str:
    """Return how files are called that the reader saves from the page."""
    mark = "SIMULATED_" if inputs.simulated else ""
    return f"{mark}firewatch_{inputs.season}".rstrip("_")


def days_of(inputs: MapInputs) -> pd.DataFrame:
    """Return the days of the slider: those of the season, else those with points."""
    if len(inputs.days):
        return inputs.days
    local = from_epoch_seconds(inputs.points["acquired_s"].astype("int64"))
    days = local.dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d")
    every = pd.date_range(days.min(), days.max()) if len(days) else pd.DatetimeIndex([])
    return pd.DataFrame(
        {"day": every.strftime("%Y-%m-%d").astype("str"), "base_day": "", "compared": True},
        columns=list(DAY_COLUMNS),
    )


def _days_block(days: pd.DataFrame) -> dict[str, list[Any]]:
    """Add which days count at all: a leap day does not, one that is not over yet will."""
    compared = days["compared"].to_numpy(dtype=bool)
    over = np.flatnonzero(compared).max(initial=-1)
    later = np.arange(len(days)) > over
    return {
        "day": days["day"].astype("str").tolist(),
        "base_day": days["base_day"].astype("str").tolist(),
        "compared": compared.astype(int).tolist(),
        "counted": (compared | later).astype(int).tolist(),
    }


def _areas(inputs: MapInputs) -> dict[str, Any]:
    """Return names by code, the city of each county, its cropland, and the cities' states."""
    county = pd.concat(
        [
            inputs.counties.reindex(columns=["adcode", "name", "city_adcode", "city_name"]),
            *(_named_by(points) for points in (inputs.points, inputs.base_points)),
        ]
    ).drop_duplicates("adcode")
    city = pd.concat(
        [
            inputs.cities.reindex(columns=["adcode", "name"]),
            county[["city_adcode", "city_name"]].set_axis(["adcode", "name"], axis=1),
        ]
    ).drop_duplicates("adcode")
    every = pd.concat([city, county[["adcode", "name"]]])
    return {
        "names": _by_code(every["adcode"], every["name"].astype("str")),
        "city_of": _by_code(county["adcode"], county["city_adcode"].astype("int64")),
        "cropland": _by_known(inputs.counties, "cropland_kha"),
        "states": _by_known(inputs.cities, "state"),
        "townships": _townships(inputs).to_numpy(dtype=object).tolist(),
    }


def _townships(inputs: MapInputs) -> pd.DataFrame:
    """Return known townships, and those that only points name at their first point."""
    of_points = [
        points.loc[points["township"] != "", ["township", "county_adcode", "lon", "lat"]]
        for points in (inputs.points, inputs.base_points)
    ]
    named = [table.set_axis(list(TOWNSHIP_COLUMNS), axis=1) for table in of_points]
    every = pd.concat([inputs.townships[list(TOWNSHIP_COLUMNS)], *named])
    first = every.drop_duplicates(["name", "county_adcode"])
    return first.astype({"name": "str", "county_adcode": "int64", "lon": "float", "lat": "float"})


def _named_by(points: pd.DataFrame) -> pd.DataFrame:
    names = ["county_adcode", "county", "city_adcode", "city"]
    return points[names].set_axis(["adcode", "name", "city_adcode", "city_name"], axis=1)


def _by_code(codes: pd.Series, values: pd.Series) -> dict[str, Any]:
    return dict(zip(codes.astype("int64").astype("str"), values.tolist(), strict=True))


def _by_known(table: pd.DataFrame, name: str) -> dict[str, Any]:
    if name not in table:
        return {}
    known = table[table[name].notna()]
    return _by_code(known["adcode"], known[name])


def _passes(inputs: MapInputs) -> list[dict[str, Any]]:
    """Return each pass with clear, cloudy and unseen share by county."""
    shares = ["clear_share", "cloudy_share", "unseen_share"]
    rounded = inputs.ground[shares].astype("float64").round(3)
    made = []
    for pass_id in inputs.passes["pass_id"].tolist():
        mine = (inputs.ground["pass_id"] == pass_id).to_numpy()
        codes = inputs.ground.loc[mine, "county_adcode"].astype("int64").astype("str")
        made.append({"ground": dict(zip(codes, rounded[mine].to_numpy().tolist(), strict=True))})
    return made


def _bounds_of_points(inputs: MapInputs) -> Box | None:
    places = np.asarray(shapely.points(inputs.points["lon"], inputs.points["lat"]), dtype=object)
    return bounds(shapely.buffer(places, _ROUND_POINTS_DEG)) if len(places) else None
