"""Names on a map of paper: off each other, and off fire points where there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from maps.geometry import Geometries
from maps.picture_map import Box, View
from maps.picture_sheet import INK, QUIET, height_in, width_in, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_DOTS = 4000
_RINGS, _TURNS = 4, 12


@dataclass(frozen=True, eq=False)
class NameLook:
    """How names stand on a map."""

    size_pt: float
    colour: str = INK
    bold: bool = False
    widest_in: float = 1.1


def draw_names(
    axes: Axes, view: View, names: Sequence[str], lon: Sequence[float], lat: Sequence[float],
    points: pd.DataFrame, look: NameLook, taken: Sequence[Box] = (),
) -> list[Box]:  # fmt: skip
    """Write names near their places, off each other and off fire points where there is room.

    Each name takes the cheapest of some places around its own: overlap with a name costs most,
    then points under it, then distance. A name that had to move far gets a thin line.
    """
    from matplotlib.patheffects import withStroke

    # Some of very many points tell as well where there is room.
    some = points.iloc[:: len(points) // _MOST_DOTS + 1]
    dots = _on_paper(view, some["lon"].to_numpy(dtype=float), some["lat"].to_numpy(dtype=float))
    places = _on_paper(view, np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    boxes = list(taken)
    halo = [withStroke(linewidth=look.size_pt * 0.28, foreground="white", alpha=0.85)]
    for name, place in zip(names, places, strict=True):
        lines = wrapped(name, look.size_pt, look.widest_in, look.bold)
        box = _cheapest(_box_sizes(lines, look), place, boxes, dots, view)
        boxes.append(box)
        centre = np.array([(box.left + box.right) / 2, (box.low + box.high) / 2])
        if abs(centre[1] - place[1]) > 2 * (box.high - box.low) or abs(centre[0] - place[0]) > (
            box.right - box.left
        ):
            ends = _on_earth(view, np.array([place, centre]))
            axes.plot(ends[:, 0], ends[:, 1], color=QUIET, linewidth=0.4, zorder=7)
        x, y = _on_earth(view, centre[None])[0]
        axes.text(
            x, y, "\n".join(lines), fontsize=look.size_pt, color=look.colour, ha="center",
            va="center", fontweight="bold" if look.bold else "normal", path_effects=halo, zorder=8,
            linespacing=1.1, gid="name",
        )  # fmt: skip
    return boxes


def _box_sizes(lines: Sequence[str], look: NameLook) -> tuple[float, float]:
    wide = max(width_in(line, look.size_pt, look.bold) for line in lines)
    return wide + 0.03, height_in(len(lines), look.size_pt) * 0.9


def _cheapest(
    size: tuple[float, float], place: NDArray[np.float64], taken: Sequence[Box],
    dots: NDArray[np.float64], view: View,
) -> Box:  # fmt: skip
    half = np.array(size) / 2

    def cost(numbered: tuple[int, NDArray[np.float64]]) -> float:
        ring, centre = numbered
        hidden = (np.abs(dots - centre) < half).all(axis=1).sum() / (1 + 0.02 * len(dots))
        overlap = sum(_box(centre, half).overlap(other) for other in taken)
        return float(400 * overlap + 3 * hidden + 0.35 * ring**2)

    return _box(min(_tried(size, place, view), key=cost)[1], half)


def _tried(
    size: tuple[float, float], place: NDArray[np.float64], view: View
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Give centres on rings around a place, all inside the map, and the number of their ring."""
    half = np.array(size) / 2
    paper = np.array([view.wide_in, view.high_in])
    step = np.array([0.55 * (0.25 + half[0]), 0.75 * size[1]])
    for ring in range(_RINGS):
        for turn in range(_TURNS if ring else 1):
            angle = 2 * np.pi * turn / _TURNS
            centre = place + ring * step * [np.cos(angle), np.sin(angle)]
            # A name wider than the map stays at least in its middle.
            yield ring, np.clip(centre, half + 0.03, np.maximum(paper - half - 0.03, half + 0.03))


def _box(centre: NDArray[np.float64], half: NDArray[np.float64]) -> Box:
    return Box(*(centre - half), *(centre + half))


def _on_paper(
    view: View, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    box = view.extent
    x = (lon - box.west) / (box.east - box.west) * view.wide_in
    y = (lat - box.south) / (box.north - box.south) * view.high_in
    return np.column_stack([x, y])


def _on_earth(view: View, places: NDArray[np.float64]) -> NDArray[np.float64]:
    box = view.extent
    lon = box.west + places[:, 0] / view.wide_in * (box.east - box.west)
    lat = box.south + places[:, 1] / view.high_in * (box.north - box.south)
    return np.column_stack([lon, lat])


def emptiest_corner(view: View, land: Geometries, size_in: tuple[float, float]) -> Box:
    """Return the box in a corner of the map that hides the least land.

    The upper right corner belongs to the mark of simulated data.
    """
    wide, high = size_in
    rest = (view.wide_in - wide, view.high_in - high)
    # Left before right, low before high, where corners are alike.
    places = ((0.0, 0.0), (rest[0], 0.0), (0.0, rest[1]))
    corners = [Box(x, y, x + wide, y + high) for x, y in places]
    whole = shapely.union_all(land) if len(land) else shapely.Point()
    hidden = []
    for corner in corners:
        ends = _on_earth(view, np.array([[corner.left, corner.low], [corner.right, corner.high]]))
        hidden.append(shapely.area(shapely.intersection(whole, shapely.box(*ends.ravel()))))
    return corners[int(np.argmin(np.round(hidden, 4)))]
