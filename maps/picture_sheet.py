"""Text, rules and tables on a sheet of paper: positions in inches, every text measured."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from firewatch.core.files import atomic_path
from maps.assets import own_text
from maps.fonts import chinese_family

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from PIL import Image

Side = Literal["left", "right", "center"]

DPI = 200
INK, QUIET, LINE, HEAD = "#20262d", "#6a727b", "#d9d6cd", "#17394d"
_EXACT_COLOURS = 128
_LINE_HEIGHT = 1.42
_PT_IN = 1 / 72
_NARROWEST_IN = 0.4
_LEAST_TEXT_SHARE = 0.3
_NEVER_FIRST = "。，；：、）”》!?！？.,;:)"
_TOKEN = re.compile(r"\s+|[A-Za-z0-9_.,:;+\-−×%/()]+|.", re.DOTALL)


@contextmanager
def pictured() -> Iterator[None]:
    """Set matplotlib up: no setting of the machine counts, `$` is a letter like others."""
    from matplotlib import style

    own = {"font.family": _families(), "text.parse_math": False, "axes.unicode_minus": False}
    with style.context(["default", own]), _no_glyph_warnings():
        yield


@contextmanager
def _no_glyph_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        # A letter that no font has is drawn as a box; one line of warning each would bury others.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _families() -> list[str]:
    return [chinese_family(), "DejaVu Sans"]


def save(figure: Figure, path: Path, dpi: int = DPI) -> None:
    """Write a figure as PNG of 256 colours; same figure, same bytes.

    Flat maps lose nothing that is seen, and a report stays light.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)
    with pictured():
        canvas.draw()
    light = _light(np.asarray(canvas.buffer_rgba()))
    with atomic_path(path) as temporary:
        light.save(temporary, format="PNG", dpi=(dpi, dpi))


def _light(picture: NDArray[np.uint8]) -> Image.Image:
    """Return a picture of 256 colours: those with a meaning and those of most pixels as they are.

    The others become the nearest. A mean over the shades of their edges would change symbols.
    """
    from PIL import Image

    codes = picture[..., :3].astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
    place = np.zeros(1 << 24, dtype=np.int32)
    place[codes] = 1
    present = np.flatnonzero(place)
    place[present] = np.arange(len(present))
    shades = place[codes]
    counts = np.bincount(shades.ravel())
    counts[np.isin(present, _symbol_colours())] = counts.max() + 1
    colours = np.column_stack([present >> 16, present >> 8 & 255, present & 255]).astype(np.uint8)
    most = np.argsort(-counts, kind="stable")[:_EXACT_COLOURS]
    rest = Image.fromarray(colours[None]).quantize(256 - len(most), Image.Quantize.MEDIANCUT)
    near = np.array(rest.getpalette() or [], dtype=np.uint8).reshape(-1, 3)
    palette = np.vstack([colours[most], near])[:256].astype(np.int32)
    nearest = np.concatenate(
        [
            ((part[:, None].astype(np.int32) - palette) ** 2).sum(axis=2).argmin(axis=1)
            for part in np.array_split(colours, len(colours) // 4096 + 1)
        ]
    )
    light = Image.fromarray(nearest.astype(np.uint8)[shades])
    light.putpalette(palette.astype(np.uint8).ravel().tolist())
    return light


@cache
def _symbol_colours() -> list[int]:
    """Return the colours that tell symbols apart, as numbers: even where few pixels have them."""
    look: dict[str, Any] = json.loads(own_text("style.json"))
    symbols = [*look["points"], *look["states"].values()]
    return [int(each["fillColor"].lstrip("#"), 16) for each in symbols]


def plain(text: str) -> str:
    """Return a text on one line: line ends and control characters would tear a table."""
    return "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text
    )


@cache
def width_in(text: str, size_pt: float, bold: bool = False) -> float:
    """Return how wide a text is drawn, in inches."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=_families(), size=size_pt, weight="bold" if bold else "normal")
    renderer: Any = RendererAgg
    with _no_glyph_warnings():
        wide, _, _ = renderer(8, 8, DPI).get_text_width_height_descent(text, font, False)
    return float(wide) / DPI


def height_in(lines: int, size_pt: float) -> float:
    """Return how high some lines of text are, in inches."""
    return lines * size_pt * _LINE_HEIGHT * _PT_IN


def wrapped(text: str, size_pt: float, room_in: float, bold: bool = False) -> list[str]:
    """Cut a text into lines no wider than `room_in`; words in Latin letters stay whole if they can.

    No letter is lost: the lines put together are the text, but for blanks at line ends.
    """
    lines: list[str] = []
    line: list[str] = []
    wide = 0.0
    for token in _tokens(plain(text), size_pt, room_in, bold):
        step = width_in(token, size_pt, bold)
        if line and wide + step > room_in:
            # A comma takes the letter before it along to the next line.
            along = [line.pop()] if token in _NEVER_FIRST and len(line) > 1 else []
            lines.append("".join(line).rstrip(" "))
            line = [] if token.isspace() else along
            wide = sum(width_in(each, size_pt, bold) for each in line)
            if token.isspace():
                continue
        line.append(token)
        wide += step
    return [*lines, "".join(line)] if line or not lines else lines


def balanced(text: str, size_pt: float, room_in: float) -> list[str]:
    """Cut a heading into as few lines as `wrapped` does, of much the same length."""
    lines = wrapped(text, size_pt, room_in)
    while room_in > 2 * size_pt * _PT_IN:
        room_in *= 0.95
        narrower = wrapped(text, size_pt, room_in)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _tokens(text: str, size_pt: float, room_in: float, bold: bool) -> Iterator[str]:
    for token in _TOKEN.findall(text):
        # A word that is wider than the room has to break somewhere.
        fits = len(token) == 1 or width_in(token, size_pt, bold) <= room_in
        yield from [token] if fits else token


@dataclass(frozen=True, eq=False)
class Sheet:
    """A figure measured in inches from its upper left corner."""

    figure: Figure
    wide_in: float
    high_in: float

    def write(
        self, text: str, left_in: float, top_in: float, size_pt: float, *, colour: str = INK,
        bold: bool = False, side: Side = "left", middle: bool = False,
    ) -> Text:  # fmt: skip
        """Write one text; `top_in` is its upper edge, or its middle."""
        return self.figure.text(
            left_in / self.wide_in, 1 - top_in / self.high_in, text, fontsize=size_pt,
            color=colour, fontweight="bold" if bold else "normal", ha=side,
            va="center" if middle else "top", linespacing=1.15,
        )  # fmt: skip

    def lines(
        self, lines: Sequence[str], left_in: float, top_in: float, size_pt: float, **how: Any
    ) -> float:
        """Write lines below each other and return where the next would begin."""
        for line in lines:
            self.write(line, left_in, top_in + height_in(1, size_pt) / 2, size_pt, middle=True,
                       **how)  # fmt: skip
            top_in += height_in(1, size_pt)
        return top_in

    def band(
        self, left_in: float, top_in: float, wide_in: float, high_in: float, colour: str
    ) -> None:
        """Fill a box behind what is written."""
        from matplotlib.patches import Rectangle

        place = (left_in / self.wide_in, 1 - (top_in + high_in) / self.high_in)
        self.figure.add_artist(
            Rectangle(
                place, wide_in / self.wide_in, high_in / self.high_in, facecolor=colour,
                edgecolor="none", transform=self.figure.transFigure, zorder=-1,
            )
        )  # fmt: skip

    def rule(
        self, left_in: float, top_in: float, wide_in: float, colour: str = LINE, weight: float = 0.6
    ) -> None:
        """Draw a level line."""
        from matplotlib.lines import Line2D

        height = 1 - top_in / self.high_in
        ends = [left_in / self.wide_in, (left_in + wide_in) / self.wide_in]
        self.figure.add_artist(
            Line2D(ends, [height, height], color=colour, linewidth=weight,
                   transform=self.figure.transFigure)
        )  # fmt: skip

    def axes(self, left_in: float, top_in: float, wide_in: float, high_in: float) -> Axes:
        """Return axes without ticks."""
        place = (
            left_in / self.wide_in,
            1 - (top_in + high_in) / self.high_in,
            wide_in / self.wide_in,
            high_in / self.high_in,
        )
        return self.figure.add_axes(place, xticks=[], yticks=[])


def new_sheet(wide_in: float, high_in: float) -> Sheet:
    from matplotlib.figure import Figure

    return Sheet(Figure(figsize=(wide_in, high_in), dpi=DPI, facecolor="white"), wide_in, high_in)


@dataclass(frozen=True)
class Column:
    """One column of a table: numbers stand to the right; texts to the left share the rest."""

    key: str
    title: str
    share: float = 0.0
    side: Side = "right"


@dataclass(frozen=True, eq=False)
class TableBlock:
    """A table whose cells are wrapped, never cut; rows grow with their text.

    Parameters
    ----------
    rows
        Texts by column key. "_colour" gives the ink of the column `accent`, "_bold" a heavy row.
    """

    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    wide_in: float
    size_pt: float = 8.0
    pad_in: float = 0.045
    gap_in: float = 0.1
    accent: str = ""

    @cached_property
    def widths_in(self) -> list[float]:
        """Columns of numbers are as wide as their widest; texts share what is left."""
        own = [
            max([_NARROWEST_IN, *(self._cell_in(row, column) for row in self.rows)])
            if column.side == "right"
            else 0.0
            for column in self.columns
        ]
        texts = sum(column.share for column in self.columns if column.side != "right")
        left_in = max(self.wide_in - sum(own), self.wide_in * _LEAST_TEXT_SHARE)
        shrunk = (self.wide_in - left_in) / max(sum(own), _NARROWEST_IN)
        return [
            wide * min(shrunk, 1.0) if column.side == "right" else left_in * column.share / texts
            for column, wide in zip(self.columns, own, strict=True)
        ]

    def _cell_in(self, row: Mapping[str, Any], column: Column) -> float:
        text = plain(str(row.get(column.key, "")))
        return width_in(text, self.size_pt, bool(row.get("_bold"))) + self.gap_in

    def cells(self, row: Mapping[str, Any], size_pt: float) -> list[list[str]]:
        # A hundredth of an inch takes up what the sum of parts differs from the whole.
        return [
            balanced(str(row.get(column.key, "")), size_pt, wide - self.gap_in + 0.01)
            if row is self._title
            else wrapped(
                str(row.get(column.key, "")), size_pt, wide - self.gap_in + 0.01,
                bool(row.get("_bold")),
            )
            for column, wide in zip(self.columns, self.widths_in, strict=True)
        ]  # fmt: skip

    @cached_property
    def _title(self) -> dict[str, str]:
        return {column.key: column.title for column in self.columns}

    def _row_high_in(self, row: Mapping[str, Any], size_pt: float) -> float:
        most = max(len(lines) for lines in self.cells(row, size_pt))
        return height_in(most, size_pt) + self.pad_in

    @property
    def high_in(self) -> float:
        rows = sum(self._row_high_in(row, self.size_pt) for row in self.rows)
        return rows + self._row_high_in(self._title, self.size_pt - 1)

    def draw(self, sheet: Sheet, left_in: float, top_in: float) -> None:
        top_in = self._draw_row(sheet, self._title, left_in, top_in, self.size_pt - 1, QUIET)
        sheet.rule(left_in, top_in, self.wide_in, INK, 0.7)
        for row in self.rows:
            top_in = self._draw_row(sheet, row, left_in, top_in, self.size_pt, INK)
            sheet.rule(left_in, top_in, self.wide_in, LINE, 0.4)

    def _draw_row(
        self, sheet: Sheet, row: Mapping[str, Any], left_in: float, top_in: float, size_pt: float,
        colour: str,
    ) -> float:  # fmt: skip
        high_in = self._row_high_in(row, size_pt)
        cells = self.cells(row, size_pt)
        for column, wide_in, lines in zip(self.columns, self.widths_in, cells, strict=True):
            gap_in = self.gap_in if column is not self.columns[0] else 0
            x_in = left_in + (wide_in if column.side == "right" else gap_in)
            ink = row.get("_colour", colour) if column.key == self.accent else colour
            first_in = top_in + (high_in - height_in(len(lines), size_pt)) / 2
            sheet.lines(
                lines, x_in, first_in, size_pt, colour=ink, side=column.side,
                bold=bool(row.get("_bold")),
            )  # fmt: skip
            left_in += wide_in
        return top_in + high_in
