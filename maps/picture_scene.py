"""What all pictures of one map share, and the steps in which each is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from firewatch.core.i18n import Texts, texts
from maps.city_table import has_comparison
from maps.geometry import Geometries, dissolved, label_places, simplified
from maps.inputs import MapInputs
from maps.legend import density
from maps.page import style
from maps.picture_blocks import (
    LegendLine,
    density_lines,
    point_legend,
    zone_legend,
)
from maps.picture_map import (
    FURNITURE_IN,
    NEIGHBOUR,
    Box,
    View,
    draw_areas,
    draw_backdrop,
    draw_density,
    draw_graticule,
    draw_mark,
    draw_points,
    draw_scale_and_north,
    draw_zones,
    prepare,
    symbol_scale,
    view_of,
)
from maps.picture_names import NameLook, draw_names, emptiest_corner
from maps.picture_sheet import HEAD, Sheet
from maps.points import look_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GUANGXI = Extent(104.4, 20.9, 112.1, 26.4)
_ROUND_POINTS_DEG = 0.1
_TOLERANCE_DEG = {"province": 0.003, "city": 0.0008}
_MARK_HIGH_IN = 0.32
LOCATOR_HIGH_IN = 1.5
_VEIL = 0.7


@dataclass(frozen=True, eq=False)
class Scene:
    """What all pictures of one map share; each part is made when a picture first needs it."""

    inputs: MapInputs

    @cached_property
    def words(self) -> Texts:
        return texts("maps", self.inputs.language)

    @cached_property
    def style(self) -> dict[str, Any]:
        return style()

    @cached_property
    def looks(self) -> NDArray[np.int64]:
        return look_numbers(self.inputs.points, self.style["points"])

    @cached_property
    def counties(self) -> Geometries:
        return simplified(self.inputs.county_geometry, _TOLERANCE_DEG["province"])

    @cached_property
    def fine_counties(self) -> Geometries:
        return simplified(self.inputs.county_geometry, _TOLERANCE_DEG["city"])

    @cached_property
    def cities(self) -> Geometries:
        return self._outlines(self.counties, _TOLERANCE_DEG["province"])

    @cached_property
    def fine_cities(self) -> Geometries:
        return self._outlines(self.fine_counties, _TOLERANCE_DEG["city"])

    def _outlines(self, counties: Geometries, tolerance_deg: float) -> Geometries:
        """Return outlines of cities that run exactly along the counties drawn with them."""
        own = simplified(self.inputs.city_geometry, tolerance_deg)
        if not len(counties):
            return own
        by_city = dissolved(counties, self.inputs.counties["city_adcode"].to_numpy())
        codes = self.inputs.cities["adcode"].astype(int)
        outlines = [by_city.get(code, own[row]) for row, code in enumerate(codes)]
        # A list of one polygon would become an array of its parts.
        return np.array([*outlines, None], dtype=object)[:-1]

    @cached_property
    def extent(self) -> Extent:
        for polygons in (self.inputs.county_geometry, self.inputs.city_geometry):
            if len(polygons):
                return Extent(*shapely.total_bounds(polygons))
        both = pd.concat(
            [table[["lon", "lat"]] for table in (self.inputs.points, self.inputs.base_points)]
        ).astype(float)
        if not len(both):
            return _GUANGXI
        low, high = both.min() - _ROUND_POINTS_DEG, both.max() + _ROUND_POINTS_DEG
        return Extent(low["lon"], low["lat"], high["lon"], high["lat"])

    def view(self, extent: Extent, wide_in: float, high_in: float) -> View:
        above_in = _MARK_HIGH_IN if self.inputs.simulated else 0.0
        return view_of(extent, wide_in, high_in, above_in)

    @cached_property
    def first_kinds(self) -> list[str]:
        """Zone kinds for maps of the province, where all kinds would hide each other."""
        return [kind for kind in self.style["zones_shown_at_first"] if kind in self.kinds]

    @cached_property
    def kinds(self) -> list[str]:
        present = list(dict.fromkeys(self.inputs.zones["kind"].astype(str)))
        known = [kind for kind in self.style["zones"] if kind in present]
        return known + [kind for kind in present if kind not in known]

    def missing(self, points: pd.DataFrame) -> list[str]:
        """Say what a reader would look for and not find."""
        inputs = self.inputs
        absent = [
            ("points", not len(points)),
            ("zones", not len(inputs.zones)),
            ("comparison", not has_comparison(inputs.cities)),
            ("counties", not len(inputs.counties)),
        ]
        return [self.words(f"picture.no_{key}") for key, holds in absent if holds]


def draw_base(
    axes: Axes, view: View, scene: Scene, kinds: list[str], chosen: int | None = None
) -> None:
    """Draw what lies under the points; around a chosen city the others are left pale."""
    inputs, look = scene.inputs, scene.style
    prepare(axes, view)
    draw_graticule(axes, view)
    fine = chosen is not None
    counties = scene.fine_counties if fine else scene.counties
    cities = scene.fine_cities if fine else scene.cities
    land = counties if len(counties) else cities
    draw_areas(axes, land, facecolors=NEIGHBOUR if fine else look["county"]["fillColor"],
               edgecolors="none", zorder=1)  # fmt: skip
    if chosen is not None:
        draw_areas(axes, cities[chosen : chosen + 1], facecolors=look["county"]["fillColor"],
                   edgecolors="none", zorder=1.1)  # fmt: skip
    draw_backdrop(axes, inputs.backdrop, look)
    draw_zones(axes, inputs.zones, inputs.zone_geometry, kinds, look)
    if chosen is not None:
        # A veil keeps the eye in the city; its neighbours' zones remain to be seen.
        draw_areas(axes, np.delete(cities, chosen), facecolors=NEIGHBOUR, alpha=_VEIL,
                   edgecolors="none", zorder=3.9)  # fmt: skip
    draw_areas(axes, counties, facecolors="none", edgecolors=look["county"]["color"],
               linewidths=0.55 if fine else 0.3, zorder=4)  # fmt: skip
    draw_areas(axes, cities, facecolors="none", edgecolors=look["city"]["color"], linewidths=0.8,
               zorder=4.1)  # fmt: skip
    if chosen is not None:
        draw_areas(axes, cities[chosen : chosen + 1], facecolors="none", edgecolors="#5d594c",
                   linewidths=1.3, zorder=4.2)  # fmt: skip


def draw_fires(
    axes: Axes,
    view: View,
    scene: Scene,
    points: pd.DataFrame,
    looks: NDArray[np.int64],
    densest: pd.DataFrame,
) -> None:
    """Draw points as symbols, or coloured cells where symbols would hide each other.

    `densest` are the points of the map with most, by which all maps of a picture are drawn alike.
    """
    if not too_many(scene, densest):
        draw_points(axes, points, looks, symbol_scale(len(densest), view), scene.style)
    elif len(points):
        draw_density(axes, points, density(densest, scene.style))


def too_many(scene: Scene, points: pd.DataFrame) -> bool:
    return len(points) > int(scene.style["view"]["most_plain_points"])


def draw_city_names(
    axes: Axes, view: View, scene: Scene, points: pd.DataFrame, size_pt: float, corner: Box
) -> None:
    lon, lat = label_places(scene.cities)
    names = scene.inputs.cities["name"].astype(str).tolist()
    draw_names(axes, view, names, lon, lat, points, NameLook(size_pt, bold=True), [corner])


def draw_county_names(
    axes: Axes, view: View, scene: Scene, adcode: int, points: pd.DataFrame, corner: Box
) -> None:
    counties = scene.inputs.counties
    mine = (counties["city_adcode"] == adcode).to_numpy() if len(counties) else np.zeros(0, bool)
    lon, lat = label_places(scene.fine_counties[mine])
    names = counties["name"][mine].astype(str).tolist()
    draw_names(axes, view, names, lon, lat, points, NameLook(7.5), [corner])


def finish(axes: Axes, view: View, scene: Scene, land: Geometries) -> Box:
    """Draw scale, north and mark; return the corner that is taken."""
    words = scene.words
    corner = emptiest_corner(view, land, FURNITURE_IN)
    draw_scale_and_north(axes, view, corner, words("chip.north"), words("picture.km"))
    if scene.inputs.simulated:
        draw_mark(axes, words("simulated"))
    return corner


def draw_locator(
    sheet: Sheet, scene: Scene, row: int, left_in: float, low_in: float, room_in: float
) -> None:
    """Draw the region small, with the city filled."""
    high = LOCATOR_HIGH_IN - 0.1
    view = view_of(scene.extent, high * 1.3, high)
    axes = sheet.axes(left_in + room_in - view.wide_in, low_in - high, view.wide_in, high)
    axes.set_xlim(view.extent.west, view.extent.east)
    axes.set_ylim(view.extent.south, view.extent.north)
    axes.set_axis_off()
    draw_areas(axes, scene.cities, facecolors=NEIGHBOUR, edgecolors="#b5afa0", linewidths=0.4)
    draw_areas(axes, scene.cities[row : row + 1], facecolors=HEAD, edgecolors=HEAD, linewidths=0.4)


def kinds_at(scene: Scene, row: int) -> list[str]:
    """Return the zone kinds of which something lies in a city."""
    seen = shapely.intersects(scene.inputs.zone_geometry, scene.cities[row])
    present = set(scene.inputs.zones["kind"].astype(str)[seen])
    return [kind for kind in scene.kinds if kind in present]


def legend_of(
    scene: Scene, looks: list[NDArray[np.int64]], densest: pd.DataFrame, kinds: list[str]
) -> list[LegendLine]:
    crowded = too_many(scene, densest)
    fires = point_legend(looks, scene.style, scene.words, symbols=not crowded)
    cells = density_lines(densest, scene.style, scene.words) if crowded else []
    return fires + cells + zone_legend(scene.inputs.zones, kinds, scene.style, scene.words)
