"""Pictures for Word reports and the morning meeting: tables in, PNG files out.

Three kinds: the province with its city table, each city with its counties, and the same days of
two seasons side by side. Colours, shapes and terms are those of the page; numbers are those of
the tables. The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from maps.inputs import MapInputs
from maps.picture_blocks import (
    Frame,
    LegendLine,
    city_table,
    county_table,
    draw_legend,
    framed,
    legend_high_in,
)
from maps.picture_map import draw_message
from maps.picture_scene import (
    LOCATOR_HIGH_IN,
    Scene,
    draw_base,
    draw_city_names,
    draw_county_names,
    draw_fires,
    draw_locator,
    finish,
    kinds_at,
    legend_of,
)
from maps.picture_sheet import HEAD, Sheet, TableBlock, height_in, pictured, save, wrapped
from maps.picture_words import (
    city_sentence,
    compared_sentence,
    pair_figures,
    pair_sentences,
    period_sentence,
)
from maps.points import day_places, look_numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIMULATED_PREFIX = "SIMULATED_"
_GAP_IN = 0.22
_PROVINCE_MAP_IN = (6.75, 5.3)
_CITY_MAP_IN, _CITY_TABLE_IN = (5.3, 5.1), 2.45
_PAIR_MAP_HIGH_IN, _SIDE_TITLE_IN = 4.0, 0.3


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


def draw_province(scene: Scene) -> Figure:
    """Draw the region with its fire points by ruling, and beside it the table of cities."""
    inputs, words = scene.inputs, scene.words
    wide, high = _PROVINCE_MAP_IN
    with pictured():
        frame = Frame(wide_in=11.0)
        room = frame.room_in - wide - _GAP_IN
        table = city_table(inputs.cities, scene.style, words, room)
        view = scene.view(scene.extent, wide, high)
        legend = legend_of(scene, [scene.looks], inputs.points, scene.first_kinds)
        beside = legend_high_in(legend, room) + (table.high_in + 0.15 if table else 0)
        period, missing = period_sentence(inputs, words), scene.missing(inputs.points)
        sheet, top = framed(inputs, frame, inputs.title, period, missing, max(high, beside))
        axes = sheet.axes(frame.margin_in, top, wide, high)
        draw_base(axes, view, scene, scene.first_kinds)
        draw_fires(axes, view, scene, inputs.points, scene.looks, inputs.points)
        corner = finish(axes, view, scene, scene.counties)
        draw_city_names(axes, view, scene, inputs.points, 9.0, corner)
        if not len(inputs.points):
            draw_message(axes, words("picture.empty_now"), wide)
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
        frame, kinds = Frame(wide_in=11.0), kinds_at(scene, row)
        view = scene.view(Extent(*shapely.bounds(inputs.city_geometry[row])), wide, high)
        beside = CityText(
            wrapped(city_sentence(inputs, adcode, scene.style, words), 9, _CITY_TABLE_IN),
            county_table(inputs.counties, adcode, scene.style, words, _CITY_TABLE_IN),
            legend_of(scene, [looks], points, kinds),
            frame.room_in - wide - _CITY_TABLE_IN - 2 * _GAP_IN,
        )
        body = max(high, beside.high_in)
        name = str(inputs.cities["name"].iloc[row])
        title = words("picture.city", title=inputs.title, city=name)
        period, missing = period_sentence(inputs, words), scene.missing(points)
        sheet, top = framed(inputs, frame, title, period, missing, body)
        axes = sheet.axes(frame.margin_in, top, wide, high)
        draw_base(axes, view, scene, kinds, chosen=row)
        draw_fires(axes, view, scene, points, looks, points)
        corner = finish(axes, view, scene, scene.fine_cities[row : row + 1])
        draw_county_names(axes, view, scene, adcode, points, corner)
        if not len(points):
            draw_message(axes, words("picture.empty_now"), wide)
        left = frame.margin_in + wide + _GAP_IN
        beside.draw(sheet, left, top)
        left += _CITY_TABLE_IN + _GAP_IN
        draw_locator(sheet, scene, row, left, top + body, beside.legend_in)
    return sheet.figure


@dataclass(frozen=True, eq=False)
class CityText:
    """What stands beside the map of a city: its standing and counties, then the legend."""

    standing: Sequence[str]
    counties: TableBlock | None
    legend: Sequence[LegendLine]
    legend_in: float

    @property
    def high_in(self) -> float:
        """Height, with room for the locator below the legend."""
        table = self.counties.high_in if self.counties else 0.0
        first = height_in(len(self.standing), 9) + 0.1 + table
        return max(first, legend_high_in(self.legend, self.legend_in) + LOCATOR_HIGH_IN)

    def draw(self, sheet: Sheet, left_in: float, top_in: float) -> None:
        below = sheet.lines(self.standing, left_in, top_in, 9, colour=HEAD) + 0.1
        if self.counties:
            self.counties.draw(sheet, left_in, below)
        draw_legend(sheet, self.legend, left_in + _CITY_TABLE_IN + _GAP_IN, top_in, self.legend_in)


def draw_pair(scene: Scene) -> Figure:
    """Draw the same days of the season before and of this one, in one extent and scale."""
    inputs, words = scene.inputs, scene.words
    base, now = compared_points(inputs)
    looks = [look_numbers(table, scene.style["points"]) for table in (base, now)]
    densest = base if len(base) > len(now) else now
    with pictured():
        frame = Frame(wide_in=11.0)
        half = (frame.room_in - _GAP_IN) / 2
        legend = legend_of(scene, looks, densest, scene.first_kinds)
        said = [line for text in pair_sentences(inputs, words) for line in wrapped(text, 9, half)]
        figures = pair_figures(inputs, scene.style, words)
        figures_in = 0.52 if figures else 0.0
        maps_in = _SIDE_TITLE_IN + _PAIR_MAP_HIGH_IN + 0.15
        body = maps_in + max(legend_high_in(legend, half), figures_in + height_in(len(said), 9))
        missing = scene.missing(now) + ([] if len(base) else [words("picture.no_base")])
        title, days = words("picture.pair", title=inputs.title), compared_sentence(inputs, words)
        sheet, top = framed(inputs, frame, title, days, missing, body)
        left = frame.margin_in
        sides = (Side("base", inputs.base_season, base), Side("now", inputs.season, now))
        for number, side in enumerate(sides):
            place = (left + number * (half + _GAP_IN), top, half)
            _draw_side(sheet, scene, side, looks[number], sides, place)
        top += maps_in
        sheet.lines([figures], left, top + 0.08, 15, colour=HEAD, bold=True)
        sheet.lines(said, left, top + figures_in, 9)
        draw_legend(sheet, legend, left + half + _GAP_IN, top, half)
    return sheet.figure


@dataclass(frozen=True, eq=False)
class Side:
    """One season of a pair: base or now."""

    key: str
    season: str
    points: pd.DataFrame


def _draw_side(
    sheet: Sheet,
    scene: Scene,
    side: Side,
    looks: NDArray[np.int64],
    sides: Sequence[Side],
    place: tuple[float, float, float],
) -> None:
    left, top, wide = place
    heading = f"picture.side_{side.key}"
    sheet.write(
        scene.words(heading, season=side.season, count=len(side.points)), left, top + 0.13, 10,
        bold=True, middle=True,
    )  # fmt: skip
    axes = sheet.axes(left, top + _SIDE_TITLE_IN, wide, _PAIR_MAP_HIGH_IN)
    view = scene.view(scene.extent, wide, _PAIR_MAP_HIGH_IN)
    densest = max((one.points for one in sides), key=len)
    draw_base(axes, view, scene, scene.first_kinds)
    draw_fires(axes, view, scene, side.points, looks, densest)
    corner = finish(axes, view, scene, scene.counties)
    # Names keep clear of the points of both seasons and so stand alike on both maps.
    both = pd.concat([one.points[["lon", "lat"]] for one in sides])
    draw_city_names(axes, view, scene, both, 7.5, corner)
    if not len(side.points):
        draw_message(axes, scene.words(f"picture.empty_{side.key}"), wide)


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
