"""What stands around the map on a picture: title, warnings, tables, legend, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import Verdict
from maps.city_table import city_rows
from maps.inputs import MapInputs
from maps.legend import density_legend
from maps.picture_map import point_marker, zone_paint
from maps.picture_sheet import (
    HEAD,
    INK,
    QUIET,
    Column,
    Sheet,
    TableBlock,
    height_in,
    new_sheet,
    wrapped,
)
from maps.picture_words import target_texts, total_row

_TITLE_PT, _SUBTITLE_PT, _WARNING_PT, _MISSING_PT, _NOTE_PT = 17.0, 9.5, 9.0, 8.0, 6.2
_LEGEND_PT = 8.0
_LEGEND_LINE_IN = 0.19
_SYMBOL_IN = 0.3
_COUNT_IN = 0.5
_LEGEND_SCALE = 0.8
_WARNING_BAND, _WARNING_INK = "#ffe08a", "#3d2c00"
_VERDICT_INK = {
    Verdict.MISSED: "#a84300",
    Verdict.ROSE_FROM_ZERO: "#a84300",
    Verdict.MET: "#00674b",
    Verdict.HELD_AT_ZERO: "#00674b",
}
_NOTE_GAP_IN = 0.3


@dataclass(frozen=True)
class Frame:
    """Width of a picture and of its margins."""

    wide_in: float
    margin_in: float = 0.32

    @property
    def room_in(self) -> float:
        return self.wide_in - 2 * self.margin_in


def framed(
    inputs: MapInputs,
    frame: Frame,
    title: str,
    subtitle: str,
    missing: Sequence[str],
    body_in: float,
) -> tuple[Sheet, float]:
    """Return a sheet with title and notes, high enough for all, and where its body begins."""
    words = texts("maps", inputs.language)
    titles = wrapped(title, _TITLE_PT, frame.room_in, bold=True)
    warnings = [
        words(key)
        for key, holds in (("simulated", inputs.simulated), ("illustrative", inputs.illustrative))
        if holds
    ]
    warned = wrapped("　".join(warnings), _WARNING_PT, frame.room_in - 0.2) if warnings else []
    subtitles = wrapped(subtitle, _SUBTITLE_PT, frame.room_in) if subtitle else []
    absent = [
        line
        for text in missing
        for line in wrapped(f"{words('picture.missing')}{text}", _MISSING_PT, frame.room_in)
    ]
    notes = _notes(inputs, words, (frame.room_in - _NOTE_GAP_IN) / 2)
    half = -(-len(notes) // 2)
    band_in = height_in(len(warned), _WARNING_PT) + 0.1 if warned else 0.0
    top = 0.24 + height_in(len(titles), _TITLE_PT) + height_in(len(subtitles), _SUBTITLE_PT)
    body_top = top + 0.08 + (band_in + 0.1 if warned else 0)
    foot = height_in(len(absent), _MISSING_PT) + (0.06 if absent else 0)
    high = body_top + body_in + 0.14 + foot + 0.08 + height_in(half, _NOTE_PT) + 0.2
    sheet = new_sheet(frame.wide_in, high)
    left = frame.margin_in
    at = sheet.lines(titles, left, 0.22, _TITLE_PT, colour=HEAD, bold=True)
    at = sheet.lines(subtitles, left, at, _SUBTITLE_PT, colour=QUIET) + 0.08
    if warned:
        sheet.band(left, at, frame.room_in, band_in, _WARNING_BAND)
        sheet.lines(warned, left + 0.1, at + 0.05, _WARNING_PT, colour=_WARNING_INK, bold=True)
    _draw_foot(sheet, frame, absent, notes, body_top + body_in + 0.14)
    return sheet, body_top


def _draw_foot(
    sheet: Sheet, frame: Frame, absent: Sequence[str], notes: Sequence[str], top_in: float
) -> None:
    """Write what is missing, then the notes in two columns."""
    left, half = frame.margin_in, -(-len(notes) // 2)
    at = sheet.lines(absent, left, top_in, _MISSING_PT, colour=INK, bold=True)
    sheet.rule(left, at + 0.02, frame.room_in)
    sheet.lines(notes[:half], left, at + 0.08, _NOTE_PT, colour=QUIET)
    second = left + (frame.room_in + _NOTE_GAP_IN) / 2
    sheet.lines(notes[half:], second, at + 0.08, _NOTE_PT, colour=QUIET)


def _notes(inputs: MapInputs, words: Texts, room_in: float) -> list[str]:
    """Return every note and source, each once, cut into lines of a column."""
    standing = inputs.notes or (words("sketch_map"),)
    rule = (inputs.target.rule,) if inputs.target is not None else ()
    told = dict.fromkeys(
        (*standing, *rule, words("cloud_note"), *inputs.sources, words("picture.made"))
    )
    return [line for text in told for line in wrapped(f"· {text}", _NOTE_PT, room_in)]


def city_table(
    cities: pd.DataFrame, style: Mapping[str, Any], words: Texts, wide_in: float
) -> TableBlock | None:
    """Return the table of cities as on the page, with target and sum; None without comparison."""
    targets = target_texts(cities)
    rows: list[dict[str, Any]] = [
        row
        | {
            "target": targets.get(row["adcode"], "—"),
            "verdict_text": f"{row['mark']} {row['verdict_label']}",
            "_colour": _VERDICT_INK.get(row["verdict"], QUIET),
        }
        for row in city_rows(cities, style, words)
    ]
    if not rows:
        return None
    if total := total_row(cities, style, words):
        rows.append(total | {"_bold": True})
    columns = (
        Column("name", words("table.city"), 1.0, "left"),
        Column("base", words("table.base")),
        Column("now", words("table.now")),
        Column("change", words("table.change")),
        Column("target", words("picture.target_max")),
        Column("allowance", words("table.allowance")),
        Column("verdict_text", words("table.verdict"), 1.25, "left"),
    )
    return TableBlock(columns, rows, wide_in, accent="verdict_text")


def county_table(
    counties: pd.DataFrame, adcode: int, style: Mapping[str, Any], words: Texts, wide_in: float
) -> TableBlock | None:
    """Return the table of a city's counties; None without counts."""
    if not {"base", "now", "change_pct"} <= set(counties.columns):
        return None
    mine = counties[(counties["city_adcode"] == adcode) & counties["now"].notna()]
    # Counties have no target: only their numbers are taken from the row.
    rows = city_rows(mine.assign(allowance=np.nan, verdict=str(Verdict.UNKNOWN)), style, words)
    columns = (
        Column("name", words("picture.county"), 1.0, "left"),
        Column("base", words("table.base")),
        Column("now", words("table.now")),
        Column("change", words("table.change")),
    )
    return TableBlock(columns, rows, wide_in, 7.5, 0.035) if rows else None


@dataclass(frozen=True)
class LegendLine:
    """One line of a legend; a heading has neither symbol nor numbers.

    Parameters
    ----------
    marker
        As `Axes.scatter` takes it.
    area
        As collections of polygons take it.
    """

    label: str
    counts: tuple[str, ...] = ()
    marker: Mapping[str, Any] = field(default_factory=dict)
    area: Mapping[str, Any] = field(default_factory=dict)
    heading: bool = False


def look_label(look: Mapping[str, Any], words: Texts) -> str:
    """Return what a look of fire points means."""
    key = f"layer.{look['key']}"
    return words(key) if key in words.entries else words.label(look["column"], look["key"])


def point_legend(
    looks_of: Sequence[NDArray[np.int64]], style: Mapping[str, Any], words: Texts, *, symbols: bool
) -> list[LegendLine]:
    """Return the looks that occur, the gravest first, and how many points have them.

    One column of numbers for each map of the picture.
    """
    looks = style["points"]
    counts = np.array([np.bincount(numbers, minlength=len(looks)) for numbers in looks_of])
    if not counts.sum():
        return []
    place = {key: number for number, key in enumerate(style["legend_points"])}
    order = sorted(range(len(looks)), key=lambda number: place[looks[number]["key"]])
    titles = [words("picture.drawn")] if len(counts) == 1 else [
        words("table.base"), words("table.now")
    ]  # fmt: skip
    return [
        LegendLine(words("picture.fires"), tuple(titles), heading=True),
        *(
            LegendLine(
                look_label(looks[number], words),
                tuple(f"{count}" for count in counts[:, number]),
                point_marker(looks[number], _LEGEND_SCALE, style["shapes"]) if symbols else {},
            )
            for number in order
            if counts[:, number].any()
        ),
    ]


def density_lines(points: pd.DataFrame, style: Mapping[str, Any], words: Texts) -> list[LegendLine]:
    """Return the classes of cells that stand for too many points."""
    legend = density_legend(points, style, words)
    items = [
        LegendLine(item.label, area={"facecolors": item.paint["fill"], "edgecolors": "none"})
        for item in legend.items
    ]
    return [LegendLine(words("picture.density"), heading=True), *items]


def zone_legend(
    zones: pd.DataFrame, kinds: Sequence[str], style: Mapping[str, Any], words: Texts
) -> list[LegendLine]:
    """Return the zone kinds that are drawn."""
    if not kinds:
        return []
    drawn = style["zones"]
    items = [
        LegendLine(words.label("zone_kind", kind), area=zone_paint(drawn.get(kind, drawn["other"])))
        for kind in kinds
    ]
    return [LegendLine(words("group.zones"), heading=True), *items]


def _label_lines(line: LegendLine, room_in: float) -> list[str]:
    indent = 0.0 if line.heading else _SYMBOL_IN
    return wrapped(line.label, _LEGEND_PT, room_in - indent - _COUNT_IN * len(line.counts))


def legend_high_in(legend: Sequence[LegendLine], room_in: float) -> float:
    return sum(_line_high_in(line, room_in) for line in legend)


def _line_high_in(line: LegendLine, room_in: float) -> float:
    more = height_in(len(_label_lines(line, room_in)) - 1, _LEGEND_PT)
    return _LEGEND_LINE_IN + more + (0.05 if line.heading else 0)


def draw_legend(
    sheet: Sheet, legend: Sequence[LegendLine], left_in: float, top_in: float, room_in: float
) -> None:
    """Draw a legend line by line: symbol, meaning, numbers."""
    for line in legend:
        high = _line_high_in(line, room_in)
        middle = top_in + high / 2
        colour = QUIET if line.heading else INK
        lines = _label_lines(line, room_in)
        indent = 0.0 if line.heading else _SYMBOL_IN
        first = middle - height_in(len(lines), _LEGEND_PT) / 2
        sheet.lines(lines, left_in + indent, first, _LEGEND_PT, colour=colour, bold=line.heading)
        for number, count in enumerate(reversed(line.counts)):
            sheet.write(
                count, left_in + room_in - number * _COUNT_IN, middle,
                _LEGEND_PT - (1 if line.heading else 0), colour=colour, side="right", middle=True,
            )  # fmt: skip
        if line.marker or line.area:
            _draw_symbol(sheet, line, left_in + _SYMBOL_IN / 2 - 0.03, middle)
        top_in += high


def _draw_symbol(sheet: Sheet, line: LegendLine, x_in: float, middle_in: float) -> None:
    axes = sheet.axes(x_in - 0.12, middle_in - 0.08, 0.24, 0.16)
    axes.set_axis_off()
    axes.set_xlim(-1, 1)
    axes.set_ylim(-1, 1)
    axes.set_label("symbol")
    if line.marker:
        axes.scatter([0], [0], clip_on=False, **line.marker)
    else:
        from matplotlib.collections import PolyCollection

        box = [(-0.95, -0.8), (0.95, -0.8), (0.95, 0.8), (-0.95, 0.8)]
        axes.add_collection(PolyCollection([box], **line.area), autolim=False)
