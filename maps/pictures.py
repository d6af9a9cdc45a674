"""Pictures for Word reports and the morning meeting: tables in, PNG files out.

Three kinds: the province with its city table, each city with its counties, and the same days of
two seasons side by side. Colours, shapes and terms are those of the page; numbers are those of
the tables. The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
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
    Frame,
    LegendLine,
    city_table,
    county_table,
    density_lines,
    draw_legend,
    framed,
    legend_high_in,
    point_legend,
    zone_legend,
)
from maps.picture_map import (
    FURNITURE_IN,
    NEIGHBOUR,
    Box,
    NameLook,
    View,
    draw_areas,
    draw_backdrop,
    draw_density,
    draw_graticule,
    draw_mark,
    draw_message,
    draw_names,
    draw_points,
    draw_scale_and_north,
    draw_zones,
    emptiest_corner,
    prepare,
    symbol_scale,
    view_of,
)
from maps.picture_sheet import HEAD, Sheet, height_in, pictured, save, wrapped
from maps.picture_words import (
    city_sentence,
    compared_sentence,
    pair_figures,
    pair_sentences,
    period_sentence,
)
from maps.points import day_places, look_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIMULATED_PREFIX = "SIMULATED_"
_GUANGXI = Extent(104.4, 20.9, 112.1, 26.4)
_ROUND_POINTS_DEG = 0.1
_TOLERANCE_DEG = {"province": 0.003, "city": 0.0008}
_GAP_IN = 0.22
_PROVINCE_MAP_IN = (6.75, 5.3)
_CITY_MAP_IN, _CITY_TABLE_IN = (5.3, 5.1), 2.45
_MARK_HIGH_IN = 0.32
_PAIR_MAP_HIGH_IN = 4.0
_LOCATOR_HIGH_IN = 1.5
_VEIL = 0.7


class PictureKind(StrEnum):
    """What a picture shows."""

    PROVINCE = "province"
    CITY = "city"
    PAIR = "pair"


def write_pictures(
    inputs: MapInputs, folder: Path, *, which: Collection[PictureKind] = tuple(PictureKind)
) -> list[Path]:
    """Write pictures as PNG into a folder and return their paths.

    ``map_province.png``, ``map_pair.png`` and ``map_city_<adcode>.png``, each with
    ``SIMULATED_`` before it where data are simulated.

    Raises
    ------
    FontMissingError
        If no font with Chinese characters is installed.
    """
    scene = Scene(inputs)
    before = SIMULATED_PREFIX if inputs.simulated else ""
    drawn = []
    if PictureKind.PROVINCE in which:
        drawn.append(folder / f"{before}map_province.png")
        save(draw_province(scene), drawn[-1])
    if PictureKind.PAIR in which:
        drawn.append(folder / f"{before}map_pair.png")
        save(draw_pair(scene), drawn[-1])
    if PictureKind.CITY in which:
        for adcode in inputs.cities["adcode"].astype(int):
            drawn.append(folder / f"{before}map_city_{adcode}.png")
            save(draw_city(scene, adcode), drawn[-1])
    return drawn


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


def draw_province(scene: Scene) -> Figure:
    """Draw the region with its fire points by ruling, and beside it the table of cities."""
    inputs, words = scene.inputs, scene.words
    wide, high = _PROVINCE_MAP_IN
    with pictured():
        frame = Frame(wide_in=11.0)
        room = frame.room_in - wide - _GAP_IN
        table = city_table(inputs.cities, scene.style, words, room)
        view = scene.view(scene.extent, wide, high)
        legend = _legend(scene, [scene.looks], inputs.points, scene.first_kinds)
        beside = legend_high_in(legend, room) + (table.high_in + 0.15 if table else 0)
        period, missing = period_sentence(inputs, words), scene.missing(inputs.points)
        sheet, top = framed(inputs, frame, inputs.title, period, missing, max(high, beside))
        axes = sheet.axes(frame.margin_in, top, wide, high)
        _draw_base(axes, view, scene, scene.first_kinds)
        _draw_fires(axes, scene, inputs.points, scene.looks, inputs.points)
        corner = _finish(axes, view, scene, scene.counties)
        _draw_city_names(axes, view, scene, inputs.points, 9.0, corner)
        left = frame.margin_in + wide + _GAP_IN
        if table:
            table.draw(sheet, left, top)
            top += table.high_in + 0.15
        draw_legend(sheet, legend, left, top, room)
    return sheet.figure


def draw_city(scene: Scene, adcode: int) -> Figure:
    """Draw one city with its counties, its points and zones, and where it lies."""
    inputs, words = scene.inputs, scene.words
    row = int(np.flatnonzero(inputs.cities["adcode"].to_numpy() == adcode)[0])
    mine = (inputs.points["city_adcode"] == adcode).to_numpy()
    points, looks = inputs.points[mine], scene.looks[mine]
    wide, high = _CITY_MAP_IN
    with pictured():
        frame = Frame(wide_in=11.0)
        view = scene.view(Extent(*shapely.bounds(inputs.city_geometry[row])), wide, high)
        kinds = _kinds_at(scene, row)
        left, room = frame.margin_in + wide + _GAP_IN, _CITY_TABLE_IN
        said = wrapped(city_sentence(inputs, adcode, scene.style, words), 9, room)
        table = county_table(inputs.counties, adcode, scene.style, words, room)
        legend, legend_room = (
            _legend(scene, [looks], points, kinds),
            frame.room_in - wide - room - 2 * _GAP_IN,
        )
        second = height_in(len(said), 9) + 0.1 + (table.high_in if table else 0)
        third = legend_high_in(legend, legend_room) + _LOCATOR_HIGH_IN
        name = str(inputs.cities["name"].iloc[row])
        title, body = words("picture.city", title=inputs.title, city=name), max(high, second, third)
        period, missing = period_sentence(inputs, words), scene.missing(points)
        sheet, top = framed(inputs, frame, title, period, missing, body)
        axes = sheet.axes(frame.margin_in, top, wide, high)
        _draw_base(axes, view, scene, kinds, chosen=row)
        _draw_fires(axes, scene, points, looks, points)
        corner = _finish(axes, view, scene, scene.fine_cities[row : row + 1])
        _draw_county_names(axes, view, scene, adcode, points, corner)
        below = sheet.lines(said, left, top, 9, colour=HEAD) + 0.1
        if table:
            table.draw(sheet, left, below)
        left += room + _GAP_IN
        draw_legend(sheet, legend, left, top, legend_room)
        _draw_locator(sheet, scene, row, left, top + max(high, third), legend_room)
    return sheet.figure


def draw_pair(scene: Scene) -> Figure:
    """Draw the same days of the season before and of this one, in one extent and scale."""
    inputs, words = scene.inputs, scene.words
    base, now = compared_points(inputs)
    with pictured():
        frame = Frame(wide_in=11.0)
        wide, high = (frame.room_in - _GAP_IN) / 2, _PAIR_MAP_HIGH_IN
        view = scene.view(scene.extent, wide, high)
        sides = [
            ("base", inputs.base_season, base, look_numbers(base, scene.style["points"])),
            ("now", inputs.season, now, look_numbers(now, scene.style["points"])),
        ]
        densest = base if len(base) > len(now) else now
        legend = _legend(scene, [side[3] for side in sides], densest, scene.first_kinds)
        half = (frame.room_in - _GAP_IN) / 2
        said = [line for text in pair_sentences(inputs, words) for line in wrapped(text, 9, half)]
        figures = pair_figures(inputs, scene.style, words)
        figures_high = 0.52 if figures else 0.0
        below = max(legend_high_in(legend, half), figures_high + height_in(len(said), 9))
        missing = scene.missing(now) + ([] if len(base) else [words("picture.no_base")])
        title, days = words("picture.pair", title=inputs.title), compared_sentence(inputs, words)
        sheet, top = framed(inputs, frame, title, days, missing, 0.3 + high + 0.15 + below)
        for number, (key, season, points, looks) in enumerate(sides):
            left = frame.margin_in + number * (wide + _GAP_IN)
            heading = words(f"picture.side_{key}", season=season, count=len(points))
            sheet.write(heading, left, top + 0.13, 10, bold=True, middle=True)
            axes = sheet.axes(left, top + 0.3, wide, high)
            _draw_base(axes, view, scene, scene.first_kinds)
            _draw_fires(axes, scene, points, looks, densest)
            both = pd.concat([base[["lon", "lat"]], now[["lon", "lat"]]])
            corner = _finish(axes, view, scene, scene.counties)
            _draw_city_names(axes, view, scene, both, 7.5, corner)
            if not len(points):
                draw_message(axes, words(f"picture.empty_{key}"), wide)
        top += 0.3 + high + 0.15
        if figures:
            sheet.write(figures, frame.margin_in, top + 0.2, 15, colour=HEAD, bold=True,
                        middle=True)  # fmt: skip
        sheet.lines(said, frame.margin_in, top + figures_high, 9)
        draw_legend(sheet, legend, frame.margin_in + half + _GAP_IN, top, half)
    return sheet.figure


def compared_points(inputs: MapInputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the points of both seasons on the days that the comparison takes."""
    if not len(inputs.days):
        return inputs.base_points, inputs.points
    days = inputs.days[inputs.days["compared"].astype(bool)]
    base, now = (
        table[day_places(table, days[name].tolist()) >= 0] if len(table) else table
        for table, name in ((inputs.base_points, "base_day"), (inputs.points, "day"))
    )
    return base, now


def _draw_base(
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


def _draw_fires(
    axes: Axes,
    scene: Scene,
    points: pd.DataFrame,
    looks: NDArray[np.int64],
    densest: pd.DataFrame,
) -> None:
    """Draw points as symbols, or coloured cells where symbols would hide each other.

    `densest` are the points of the map with most, by which all maps of a picture are drawn alike.
    """
    if not _too_many(scene, densest):
        draw_points(axes, points, looks, symbol_scale(len(densest)), scene.style)
    elif len(points):
        draw_density(axes, points, density(densest, scene.style))


def _too_many(scene: Scene, points: pd.DataFrame) -> bool:
    return len(points) > int(scene.style["view"]["most_plain_points"])


def _draw_city_names(
    axes: Axes, view: View, scene: Scene, points: pd.DataFrame, size_pt: float, corner: Box
) -> None:
    lon, lat = label_places(scene.cities)
    names = scene.inputs.cities["name"].astype(str).tolist()
    draw_names(axes, view, names, lon, lat, points, NameLook(size_pt, bold=True), [corner])


def _draw_county_names(
    axes: Axes, view: View, scene: Scene, adcode: int, points: pd.DataFrame, corner: Box
) -> None:
    counties = scene.inputs.counties
    mine = (counties["city_adcode"] == adcode).to_numpy() if len(counties) else np.zeros(0, bool)
    lon, lat = label_places(scene.fine_counties[mine])
    names = counties["name"][mine].astype(str).tolist()
    draw_names(axes, view, names, lon, lat, points, NameLook(7.5), [corner])


def _finish(axes: Axes, view: View, scene: Scene, land: Geometries) -> Box:
    """Draw scale, north and mark; return the corner that is taken."""
    words = scene.words
    corner = emptiest_corner(view, land, FURNITURE_IN)
    draw_scale_and_north(axes, view, corner, words("chip.north"), words("picture.km"))
    if scene.inputs.simulated:
        draw_mark(axes, words("simulated"))
    return corner


def _draw_locator(
    sheet: Sheet, scene: Scene, row: int, left_in: float, low_in: float, room_in: float
) -> None:
    """Draw the region small, with the city filled."""
    high = _LOCATOR_HIGH_IN - 0.1
    view = view_of(scene.extent, high * 1.3, high)
    axes = sheet.axes(left_in + room_in - view.wide_in, low_in - high, view.wide_in, high)
    axes.set_xlim(view.extent.west, view.extent.east)
    axes.set_ylim(view.extent.south, view.extent.north)
    axes.set_axis_off()
    draw_areas(axes, scene.cities, facecolors=NEIGHBOUR, edgecolors="#b5afa0", linewidths=0.4)
    draw_areas(axes, scene.cities[row : row + 1], facecolors=HEAD, edgecolors=HEAD, linewidths=0.4)


def _kinds_at(scene: Scene, row: int) -> list[str]:
    """Return the zone kinds of which something lies in a city."""
    seen = shapely.intersects(scene.inputs.zone_geometry, scene.cities[row])
    present = set(scene.inputs.zones["kind"].astype(str)[seen])
    return [kind for kind in scene.kinds if kind in present]


def _legend(
    scene: Scene, looks: list[NDArray[np.int64]], densest: pd.DataFrame, kinds: list[str]
) -> list[LegendLine]:
    crowded = _too_many(scene, densest)
    fires = point_legend(looks, scene.style, scene.words, symbols=not crowded)
    cells = density_lines(densest, scene.style, scene.words) if crowded else []
    return fires + cells + zone_legend(scene.inputs.zones, kinds, scene.style, scene.words)
