"""A map on paper: areas, zones, fire points, names, scale and north, drawn into axes.

Plate carrée: degrees are drawn as they are, with the aspect that is true at the middle latitude
of the map (within 2 % over a province of Guangxi's height).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import KM_PER_DEGREE, Extent
from maps.geometry import Geometries
from maps.inputs import Backdrop
from maps.picture_sheet import INK, plain, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path as Outline

Look = Mapping[str, Any]

SEA, NEIGHBOUR = "#e9eff3", "#efede6"
MARK_COLOUR = "#b3261e"
_NICE_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_BAR_SHARE = 0.22
_PAD = 0.035
_SMALLEST_DEG = 0.02
_GRID_DEG = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
_MOST_GRID_LINES = 6
_PX_TO_PT = 0.75
# Symbols shrink as points grow in number: (points, scale), straight between in the logarithm.
_SYMBOL_SCALES = ((30, 1.0), (300, 0.7), (3000, 0.45), (30_000, 0.32))
_USUAL_HIGH_IN = 5.3


@dataclass(frozen=True)
class View:
    """What part of the earth a map shows, and on how many inches."""

    extent: Extent
    wide_in: float
    high_in: float

    @property
    def middle_lat(self) -> float:
        return (self.extent.south + self.extent.north) / 2

    @property
    def aspect(self) -> float:
        """How much longer a degree of latitude is than one of longitude."""
        return float(1 / np.cos(np.radians(self.middle_lat)))

    @property
    def km_per_in(self) -> float:
        wide_km = (self.extent.east - self.extent.west) * KM_PER_DEGREE / self.aspect
        return wide_km / self.wide_in


@dataclass(frozen=True)
class Box:
    """A box on paper, in inches from the lower left corner of the map."""

    left: float
    low: float
    right: float
    high: float

    def overlap(self, other: Box) -> float:
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.high, other.high) - max(self.low, other.low)
        return max(wide, 0.0) * max(high, 0.0)


def view_of(extent: Extent, wide_in: float, high_in: float, above_in: float = 0.0) -> View:
    """Return the view that fills a box of paper and holds an extent with some room around it.

    `above_in` stays free at the upper edge, for a mark that must hide nothing.
    """
    free = high_in / (high_in - above_in)
    high_in -= above_in
    wide = max(extent.east - extent.west, _SMALLEST_DEG) * (1 + 2 * _PAD)
    high = max(extent.north - extent.south, _SMALLEST_DEG) * (1 + 2 * _PAD)
    lon, lat = (extent.west + extent.east) / 2, (extent.south + extent.north) / 2
    aspect = 1 / np.cos(np.radians(lat))
    wide = max(wide, high * aspect * wide_in / high_in)
    high = wide / aspect * high_in / wide_in
    south = lat - high / 2
    grown = Extent(lon - wide / 2, south, lon + wide / 2, south + high * free)
    return View(grown, wide_in, high_in * free)


def symbol_scale(count: int, view: View) -> float:
    """Return by how much symbols are drawn smaller than on the page for so many points."""
    counts, scales = zip(*_SYMBOL_SCALES, strict=True)
    scale = np.interp(np.log10(max(count, 1)), np.log10(counts), scales)
    return float(scale * min(view.high_in / _USUAL_HIGH_IN, 1.0) ** 0.5)


def prepare(axes: Axes, view: View) -> None:
    """Fix the extent and put the sea under everything."""
    axes.set_facecolor(SEA)
    axes.set_xlim(view.extent.west, view.extent.east)
    axes.set_ylim(view.extent.south, view.extent.north)
    axes.set_aspect("auto")
    for spine in axes.spines.values():
        spine.set(color="#b9c2c9", linewidth=0.6)


def draw_graticule(axes: Axes, view: View) -> None:
    """Write degrees inside the frame, with a short tick."""
    step = next(
        (
            step
            for step in _GRID_DEG
            if (view.extent.east - view.extent.west) / step <= _MOST_GRID_LINES
        ),
        _GRID_DEG[-1],
    )
    digits = 0 if step >= 1 else 1 if step == 0.5 or step == 0.1 else 2
    lons = _multiples(view.extent.west, view.extent.east, step)
    lats = _multiples(view.extent.south, view.extent.north, step)
    axes.set_xticks(lons, [f"{lon:.{digits}f}°E" for lon in lons])
    axes.set_yticks(lats, [f"{lat:.{digits}f}°N" for lat in lats])
    axes.tick_params(
        direction="in", length=3, width=0.5, color="#9aa5ad", labelsize=5.5, labelcolor="#8a949c"
    )
    axes.tick_params(axis="x", pad=-9)
    axes.tick_params(axis="y", pad=-4)
    for label in axes.get_yticklabels():
        label.set(horizontalalignment="left", verticalalignment="bottom")


def _multiples(low: float, high: float, step: float) -> list[float]:
    # Numbers near the corners would run into each other and into the frame.
    room = (high - low) * 0.07
    first, last = np.ceil((low + room) / step), np.floor((high - room) / step)
    return [float(number * step) for number in np.arange(first, last + 1)]


def draw_areas(axes: Axes, polygons: Geometries, **look: Any) -> None:
    """Draw polygons as one collection; holes stay open."""
    from matplotlib.collections import PathCollection

    paths = [path for polygon in polygons for path in _outlines(polygon)]
    if paths:
        axes.add_collection(PathCollection(paths, **look), autolim=False)


def _outlines(polygon: shapely.Geometry) -> list[Outline]:
    from matplotlib.path import Path as Outline

    areas = [part for part in shapely.get_parts(polygon) if shapely.get_dimensions(part) == 2]
    return [
        Outline.make_compound_path(
            *(Outline(shapely.get_coordinates(ring), closed=True) for ring in shapely.get_rings(a))
        )
        for a in areas
    ]


def draw_backdrop(axes: Axes, backdrop: Backdrop, style: Look) -> None:
    """Draw the user's relief and rivers, if there are any."""
    from matplotlib.collections import LineCollection

    if backdrop.relief_png and backdrop.relief_box is not None:
        (south, west), (north, east) = backdrop.relief_box
        picture = _unprojected(backdrop.relief_png, south, north)
        axes.imshow(
            picture, extent=(west, east, south, north), aspect="auto", zorder=1.5, alpha=0.35,
            interpolation="bilinear",
        )  # fmt: skip
    look = style["rivers"]
    areas = {"facecolors": look["fillColor"], "edgecolors": look["color"], "linewidths": 0.3}
    draw_areas(axes, backdrop.rivers, zorder=2, **areas)
    parts = shapely.get_parts(backdrop.rivers)
    lines = [shapely.get_coordinates(p) for p in parts if shapely.get_dimensions(p) == 1]
    axes.add_collection(
        LineCollection(lines, colors=look["color"], linewidths=look["weight"] * 0.6, zorder=2),
        autolim=False,
    )


def _unprojected(png: bytes, south: float, north: float) -> NDArray[Any]:
    """Return a picture in Web Mercator with rows at even steps of latitude, north first."""
    from matplotlib.image import imread

    picture = np.asarray(imread(io.BytesIO(png)))
    rows = len(picture)
    lat = np.radians(np.linspace(north, south, rows))
    y = np.arctanh(np.sin(lat))
    place = (y[0] - y) / (y[0] - y[-1]) * (rows - 1)
    rows_at_lat: NDArray[Any] = picture[np.rint(place).astype(int)]
    return rows_at_lat


def draw_zones(
    axes: Axes, zones: pd.DataFrame, polygons: Geometries, kinds: Sequence[str], style: Look
) -> None:
    """Draw zones of some kinds, paler than on the page."""
    for kind in kinds:
        look = style["zones"].get(kind, style["zones"]["other"])
        mine = (zones["kind"].astype(str) == kind).to_numpy()
        draw_areas(axes, polygons[mine], zorder=3, **zone_paint(look))


def zone_paint(look: Look) -> dict[str, Any]:
    """Return how an area of a zone kind is painted on paper."""
    from matplotlib.colors import to_rgba

    dashes = tuple(float(part) for part in str(look.get("dashArray", "")).split())
    return {
        "facecolors": [to_rgba(look["fillColor"], look["fillOpacity"])],
        "edgecolors": [to_rgba(look["color"], 0.75)],
        "linewidths": look["weight"] * 0.6,
        "linestyles": [(0, dashes)] if dashes else "solid",
    }


def point_marker(look: Look, scale: float, shapes: Look) -> dict[str, Any]:
    """Return marker and size of a look as `Axes.scatter` takes them, shape and size as declared."""
    from matplotlib.path import Path as Outline

    corners = np.asarray(shapes[look["shape"]], dtype=float).reshape(-1, 2)
    # On the page y points down; matplotlib scales a shape to its widest corner.
    reach = np.abs(corners).max() if len(corners) else 1.0
    marker = (
        Outline((corners * [1, -1])[[*range(len(corners)), 0]], closed=True)
        if len(corners)
        else "o"
    )
    side_pt = 2 * look["size"] * reach * scale * _PX_TO_PT
    return {
        "marker": marker,
        "s": side_pt**2,
        "c": [look["fillColor"]],
        "edgecolors": [look["color"]],
        "linewidths": look["weight"] * max(scale, 0.4) * 0.55,
    }


def draw_points(
    axes: Axes, points: pd.DataFrame, numbers: NDArray[np.int64], scale: float, style: Look
) -> None:
    """Draw points as one collection a look, whose key is its gid; later looks lie on top."""
    lon, lat = points["lon"].to_numpy(dtype=float), points["lat"].to_numpy(dtype=float)
    for number, look in enumerate(style["points"]):
        mine = numbers == number
        if mine.any():
            drawn = axes.scatter(
                lon[mine], lat[mine], zorder=5 + number / 100,
                **point_marker(look, scale, style["shapes"]),
            )  # fmt: skip
            drawn.set_gid(look["key"])


def draw_density(axes: Axes, points: pd.DataFrame, classes: Look) -> None:
    """Colour cells by the number of points in them (`maps.legend.density`)."""
    from matplotlib.colors import BoundaryNorm, ListedColormap

    step_deg = classes["step_deg"]
    cell = np.floor(points[["lon", "lat"]].to_numpy(dtype=float) / step_deg).astype(int)
    first = cell.min(axis=0)
    across, up = cell.max(axis=0) - first + 1
    place = (cell[:, 1] - first[1]) * across + cell[:, 0] - first[0]
    counts = np.bincount(place, minlength=across * up).reshape(up, across)
    limits = [0, *classes["breaks"], max(counts.max(), *classes["breaks"]) + 1]
    drawn = axes.pcolormesh(
        (first[0] + np.arange(across + 1)) * step_deg,
        (first[1] + np.arange(up + 1)) * step_deg,
        np.ma.masked_equal(counts, 0),
        cmap=ListedColormap(classes["colours"]),
        norm=BoundaryNorm(limits, len(limits) - 1),
        zorder=3.5,
    )
    drawn.set_gid("density")


FURNITURE_IN = (2.0, 0.62)


def draw_scale_and_north(axes: Axes, view: View, corner: Box, north: str, unit: str) -> None:
    """Draw a scale bar, true at the middle latitude, and an arrow to the north."""
    from matplotlib.patches import Polygon, Rectangle

    room_km = min(view.wide_in * _BAR_SHARE, 1.25) * view.km_per_in
    length_km = max((nice for nice in _NICE_KM if nice <= room_km), default=_NICE_KM[0])
    half_in = length_km / view.km_per_in / 2
    left, low = corner.left + 0.24, corner.low + 0.24

    def shares(x: float, y: float) -> tuple[float, float]:
        return x / view.wide_in, y / view.high_in

    for number, fill in enumerate((INK, "white")):
        axes.add_patch(
            Rectangle(
                shares(left + number * half_in, low), *shares(half_in, 0.045), facecolor=fill,
                edgecolor=INK, linewidth=0.5, transform=axes.transAxes, zorder=9,
                gid="scale",
            )
        )  # fmt: skip
    for x, text in ((left, "0"), (left + 2 * half_in, f"{length_km} {unit}")):
        axes.text(
            *shares(x, low + 0.07), text, transform=axes.transAxes, fontsize=6.5, color=INK,
            ha="center", va="bottom", zorder=9,
        )  # fmt: skip
    x = left + 2 * half_in + 0.42
    arrow = [(x - 0.06, low), (x, low + 0.03), (x + 0.06, low), (x, low + 0.19)]
    axes.add_patch(
        Polygon([shares(*p) for p in arrow], closed=True, color=INK, linewidth=0,
                transform=axes.transAxes, zorder=9)
    )  # fmt: skip
    axes.text(
        *shares(x, low + 0.205), north, transform=axes.transAxes, fontsize=7, color=INK,
        ha="center", va="bottom", zorder=9,
    )  # fmt: skip


def draw_mark(axes: Axes, text: str) -> None:
    """Write in a corner of the map what its data are not."""
    axes.text(
        0.988, 0.982, text, transform=axes.transAxes, fontsize=8, color=MARK_COLOUR, ha="right",
        va="top", fontweight="bold", zorder=10, gid="mark",
        bbox={"facecolor": "white", "edgecolor": MARK_COLOUR, "linewidth": 0.8, "pad": 2.5},
    )  # fmt: skip


def draw_message(axes: Axes, text: str, room_in: float) -> None:
    """Write at the upper edge of the map what is missing."""
    axes.text(
        0.5, 0.97, "\n".join(wrapped(plain(text), 10, room_in * 0.4)), transform=axes.transAxes,
        fontsize=10, color=INK, ha="center", va="top", zorder=10, gid="missing",
        bbox={"facecolor": "white", "edgecolor": "#b9c2c9", "linewidth": 0.6, "pad": 6,
              "alpha": 0.92},
    )  # fmt: skip
