"""Pictures for Word reports and the morning meeting: tables in, PNG files out.

Three kinds: the province with its city table, each city with its counties, and the same days of
two seasons side by side. Colours, shapes and terms are those of the page; numbers are those of
the tables. The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from firewatch.core.geo import Extent
from maps.inputs import MapInputs
from maps.picture_blocks import (
    Frame,
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
from maps.picture_sheet import HEAD, height_in, pictured, save, wrapped
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
_PAIR_MAP_HIGH_IN = 4.0


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
        frame = Frame(wide_in=11.0)
        view = scene.view(Extent(*shapely.bounds(inputs.city_geometry[row])), wide, high)
        kinds = kinds_at(scene, row)
        left, room = frame.margin_in + wide + _GAP_IN, _CITY_TABLE_IN
        said = wrapped(city_sentence(inputs, adcode, scene.style, words), 9, room)
        table = county_table(inputs.counties, adcode, scene.style, words, room)
        legend, legend_room = (
            legend_of(scene, [looks], points, kinds),
            frame.room_in - wide - room - 2 * _GAP_IN,
        )
        second = height_in(len(said), 9) + 0.1 + (table.high_in if table else 0)
        third = legend_high_in(legend, legend_room) + LOCATOR_HIGH_IN
        name = str(inputs.cities["name"].iloc[row])
        title, body = words("picture.city", title=inputs.title, city=name), max(high, second, third)
        period, missing = period_sentence(inputs, words), scene.missing(points)
        sheet, top = framed(inputs, frame, title, period, missing, body)
        axes = sheet.axes(frame.margin_in, top, wide, high)
        draw_base(axes, view, scene, kinds, chosen=row)
        draw_fires(axes, view, scene, points, looks, points)
        corner = finish(axes, view, scene, scene.fine_cities[row : row + 1])
        draw_county_names(axes, view, scene, adcode, points, corner)
        if not len(points):
            draw_message(axes, words("picture.empty_now"), wide)
        below = sheet.lines(said, left, top, 9, colour=HEAD) + 0.1
        if table:
            table.draw(sheet, left, below)
        left += room + _GAP_IN
        draw_legend(sheet, legend, left, top, legend_room)
        draw_locator(sheet, scene, row, left, top + max(high, third), legend_room)
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
        legend = legend_of(scene, [side[3] for side in sides], densest, scene.first_kinds)
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
            draw_base(axes, view, scene, scene.first_kinds)
            draw_fires(axes, view, scene, points, looks, densest)
            both = pd.concat([base[["lon", "lat"]], now[["lon", "lat"]]])
            corner = finish(axes, view, scene, scene.counties)
            draw_city_names(axes, view, scene, both, 7.5, corner)
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
