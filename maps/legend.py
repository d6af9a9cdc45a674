"""The legend: looks of fire points by scheme, and classes of counties in colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.i18n import Texts
from maps.points import look_numbers

_MOST_CLASSES = 6
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class LegendItem:
    """One line: a symbol (circle, area, or the corners of an SVG polygon) and what it means."""

    key: str
    label: str
    symbol: str
    paint: Mapping[str, Any]
    size: float = 0


@dataclass(frozen=True)
class Legend:
    """The lines of one scheme of points, or of one shading of counties."""

    key: str
    label: str
    items: tuple[LegendItem, ...]


def schemes(style: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return every scheme by which points are drawn, the ruling first."""
    return {"ruling": style["points"], **style["schemes"]}


def point_legends(points: pd.DataFrame, style: Mapping[str, Any], texts: Texts) -> list[Legend]:
    """Return one legend a scheme: the looks that occur, all of them where there is no point.

    Looks of the ruling always stand there, unless the style calls them optional.
    """
    legends = []
    for name, looks in schemes(style).items():
        occurring = set(look_numbers(points, looks).tolist())
        kept = [
            look
            for number, look in enumerate(looks)
            if number in occurring or not (look.get("optional") or (occurring and name != "ruling"))
        ]
        place = {key: number for number, key in enumerate(style["legend_points"])}
        ordered = sorted(kept, key=lambda look: place.get(look["key"], 0))
        items = tuple(_look_item(look, name, style["shapes"], texts) for look in ordered)
        legends.append(Legend(name, texts(f"scheme.{name}"), items))
    return legends


def _look_item(
    look: Mapping[str, Any], scheme: str, shapes: Mapping[str, Any], texts: Texts
) -> LegendItem:
    paint = {
        "stroke": look["color"],
        "stroke-width": look["weight"],
        "fill": look["fillColor"],
    }
    symbol = _corners(shapes[look["shape"]], look["size"])
    return LegendItem(look["key"], _look_label(look, scheme, texts), symbol, paint, look["size"])


def _look_label(look: Mapping[str, Any], scheme: str, texts: Texts) -> str:
    key = look["key"]
    if key == "other" and scheme != "ruling":
        return texts("layer.others")
    own = f"layer.{key}"
    return texts(own) if own in texts.entries else texts.label(look["column"], key)


def _corners(shape: Sequence[Sequence[float]], size: float) -> str:
    if not shape:
        return "circle"
    return " ".join(f"{x * size:g},{y * size:g}" for x, y in shape)


def class_breaks(values: NDArray[Any], most: int = _MOST_CLASSES) -> list[float]:
    """Return lower limits of classes after the first, at round numbers; few values give few.

    Quantiles of the values above zero, moved up to the next number that begins with 1, 2 or 5.
    """
    some = values[np.isfinite(values) & (values > 0)]
    if not len(some):
        return [1.0]
    limits = np.quantile(some, np.linspace(0, 1, most)[:-1])
    return sorted({_round_up(float(limit)) for limit in limits})


def _round_up(value: float) -> float:
    size = 10.0 ** np.floor(np.log10(value))
    candidates = [step * size for step in (*_STEPS, 10)]
    return float(f"{next(each for each in candidates if each >= value * (1 - 1e-9)):.12g}")


def shadings(counties: pd.DataFrame, style: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return breaks and colours of the shadings that have classes."""
    made = {name: dict(classes) for name, classes in style["shadings"].items()}
    values = {"count": _numbers(counties, "now")}
    values["intensity"] = values["count"] / _numbers(counties, "cropland_kha")
    for name, numbers in values.items():
        breaks = class_breaks(numbers)
        made[name] |= {"breaks": breaks, "colours": _spread(made[name]["colours"], len(breaks) + 1)}
    return made


def density(points: pd.DataFrame, style: Mapping[str, Any]) -> dict[str, Any]:
    """Return step, breaks and colours of the cells that points are summed up in."""
    look = style["density"]
    cells = np.floor(points[["lon", "lat"]].to_numpy(dtype=float) / look["step_deg"])
    counts = pd.DataFrame(cells).value_counts().to_numpy(dtype=float)
    breaks = class_breaks(counts[counts > 1])
    return {**look, "breaks": breaks, "colours": _spread(look["colours"], len(breaks) + 1)}


def density_legend(points: pd.DataFrame, style: Mapping[str, Any], texts: Texts) -> Legend:
    """Return the classes of those cells."""
    classes = density(points, style)
    items = _class_items(classes["breaks"], classes["colours"], "density", texts)
    return Legend("density", texts("extra.density"), tuple(items))


def shading_legends(
    classes: Mapping[str, Mapping[str, Any]],
    available: Sequence[str],
    style: Mapping[str, Any],
    texts: Texts,
) -> list[Legend]:
    """Return one legend a shading that the tables allow, "none" first."""
    legends = [Legend("none", texts("shading.none"), ())]
    for name in available:
        if name in classes:
            items = _class_items(classes[name]["breaks"], classes[name]["colours"], name, texts)
        elif name == "state":
            items = [
                _area(key, f"{look['mark']} {texts.label('target_state', key)}", look["fillColor"])
                for key, look in style["states"].items()
            ]
        else:
            items = [
                _area(key, texts(f"seen.{key}"), look["fillColor"])
                for key, look in style["seen"].items()
            ]
        if name in ("change", "intensity", "seen"):
            grey = style["unknown"]["fillColor"]
            items.append(_area("unknown", texts(f"shading.{name}_unknown"), grey))
        legends.append(Legend(name, texts(f"shading.{name}"), tuple(items)))
    return legends


def _class_items(
    breaks: Sequence[float], colours: Sequence[str], name: str, texts: Texts
) -> list[LegendItem]:
    unit = "%" if name == "change" else ""
    bounds = [f"{limit:g}{unit}" for limit in breaks]
    labels = [texts("shading.below", limit=bounds[0])]
    labels += [texts("shading.between", low=low, high=high) for low, high in pairwise(bounds)]
    labels.append(texts("shading.from", limit=bounds[-1]))
    return [
        _area(f"class-{number}", label, colour)
        for number, (label, colour) in enumerate(zip(labels, colours, strict=True))
    ]


def _area(key: str, label: str, colour: str) -> LegendItem:
    return LegendItem(key, label, "area", {"fill": colour, "stroke": "#bdb8a9"})


def _spread(colours: Sequence[str], count: int) -> list[str]:
    """Return so many of some colours, the first and the last always."""
    places = np.linspace(0, len(colours) - 1, count).round().astype(int)
    return [colours[place] for place in places]


def _numbers(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    if name not in table:
        return np.full(len(table), np.nan)
    return table[name].to_numpy(dtype=float, na_value=np.nan)
