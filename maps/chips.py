"""Evidence of one fire as a picture: before, during and after, for a phone and for a page.

Upright and two pictures wide, so that it is read at 360 pixels; the same input gives the same
bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from firewatch.core.files import atomic_path
from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import Language
from maps.fonts import chinese_family

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Picture: TypeAlias = NDArray[np.uint8]
Ring: TypeAlias = NDArray[np.float64]
"""(n, 2), column and line in pixels of a picture, 0, 0 its outer corner."""
Moment: TypeAlias = Literal["before", "during", "after"]

_DPI = 200
_WIDTH_IN = 5.4
_EDGE_IN = 0.1
_GAP_IN = 0.06
_TITLE_PT, _TEXT_PT, _SMALL_PT = 15.0, 11.0, 8.0
_LINE = 1.45
_PT_IN = 1 / 72
_MISSING_IN = 0.62
_FINDING_COLOURS = {
    "confirmed_active": "#b3261e",
    "burn_scar": "#8a4b08",
    "no_trace_clear": "#1b6e3c",
    "not_seen": "#555555",
}
_SIMULATED_COLOUR = "#b3261e"
_NICE_M = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_BAR_SHARE = 0.35
_NEVER_FIRST = "。，；：、）”."


@dataclass(frozen=True, eq=False)
class Panel:
    """One moment of a fire.

    Attributes
    ----------
    swir, natural
        (lines, columns, 3), short-wave infrared false colour and natural colour; None without.
    heading
        When it was, as people say it.
    scene_id
        The provider's name of the scene, "" without one.
    missing
        Why there is no picture, or what hides the ground; "" where nothing does.
    footprint
        Outlines of the detecting sensor's pixels on the picture.
    outline
        Outlines of scar or flame on the picture.
    pixel_m
        Side of a pixel of the picture.
    north
        Direction of north on the picture as (columns, lines), of length 1.
    """

    moment: Moment
    heading: str = ""
    scene_id: str = ""
    swir: Picture | None = None
    natural: Picture | None = None
    missing: str = ""
    footprint: Sequence[Ring] = ()
    outline: Sequence[Ring] = ()
    pixel_m: float = 20.0
    north: tuple[float, float] = (0.0, -1.0)


@dataclass(frozen=True, eq=False)
class Chip:
    """What a picture tells of one fire.

    Attributes
    ----------
    place
        County and position, as people say it.
    when
        Time of the detection in Beijing, and by which satellite.
    finding
        Code of `firewatch.core.vocab.Finding`.
    finding_text
        What was found, with hectares.
    reason
        Why, with scenes and dates.
    event_id
        Which fire it is.
    """

    place: str
    when: str
    finding: str
    finding_text: str
    reason: str
    event_id: str
    panels: Sequence[Panel]
    simulated: bool
    language: Language


def write_chip(chip: Chip, path: Path) -> None:
    """Write the picture as PNG, 1080 pixels wide.

    Raises
    ------
    FontMissingError
        If no font with Chinese characters is installed.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    words = texts("maps", chip.language)
    with mpl.rc_context({"font.family": [chinese_family(), "DejaVu Sans"]}):
        figure = _drawn(chip, words)
        FigureCanvasAgg(figure)
        with atomic_path(path) as temporary:
            # The library's own note of its version would change the bytes.
            figure.savefig(temporary, dpi=_DPI, metadata={"Software": None})


def _drawn(chip: Chip, words: Texts) -> Figure:
    from matplotlib.figure import Figure

    blocks = [*_head(chip, words), *_rows(chip, words), *_foot(chip, words)]
    height_in = sum(block.height_in for block in blocks) + 2 * _EDGE_IN
    figure = Figure(figsize=(_WIDTH_IN, height_in), dpi=_DPI, facecolor="white")
    top_in = height_in - _EDGE_IN
    for block in blocks:
        block.draw(figure, top_in, height_in)
        top_in -= block.height_in
    return figure


@dataclass(frozen=True)
class _Line:
    """One line of text, on a band of colour if `band` names one."""

    text: str
    size_pt: float
    colour: str = "black"
    band: str = ""
    bold: bool = False

    @property
    def height_in(self) -> float:
        return self.size_pt * _LINE * _PT_IN

    def draw(self, figure: Figure, top_in: float, total_in: float) -> None:
        from matplotlib.patches import Rectangle

        low, high = (top_in - self.height_in) / total_in, top_in / total_in
        if self.band:
            figure.add_artist(
                Rectangle(
                    (0, low), 1, high - low, color=self.band, transform=figure.transFigure, zorder=0
                )
            )
        figure.text(
            _EDGE_IN / _WIDTH_IN, (low + high) / 2, self.text, fontsize=self.size_pt,
            color=self.colour, va="center", ha="left",
            fontweight="bold" if self.bold else "normal",
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Pictures:
    """The two pictures of one moment side by side."""

    panel: Panel
    words: Texts
    simulated: bool

    @property
    def width_in(self) -> float:
        return (_WIDTH_IN - 2 * _EDGE_IN - _GAP_IN) / 2

    @property
    def height_in(self) -> float:
        lines, columns = _size(self.panel)
        return self.width_in * lines / columns + _GAP_IN

    def draw(self, figure: Figure, top_in: float, total_in: float) -> None:
        high_in = self.height_in - _GAP_IN
        for number, kind in enumerate(("swir", "natural")):
            left_in = _EDGE_IN + number * (self.width_in + _GAP_IN)
            place = (left_in / _WIDTH_IN, (top_in - high_in) / total_in,
                     self.width_in / _WIDTH_IN, high_in / total_in)  # fmt: skip
            axes = figure.add_axes(place, xticks=[], yticks=[], facecolor="#dddddd")
            self._fill(axes, kind)

    def _fill(self, axes: Axes, kind: str) -> None:
        picture: Picture | None = getattr(self.panel, kind)
        lines, columns = _size(self.panel)
        axes.set_xlim(0, columns)
        axes.set_ylim(lines, 0)
        if picture is None:
            _note(axes, self.words("chip.no_natural"))
            return
        axes.imshow(picture, extent=(0, columns, lines, 0), interpolation="nearest", aspect="auto")
        _outlines(axes, self.panel.footprint, "white", "black", "--")
        _outlines(axes, self.panel.outline, "#ffe600", "black", "-")
        _label(axes, 0.03, 0.97, self.words(f"chip.{kind}"), "top", "left")
        if kind == "swir":
            _scale_bar(axes, columns, lines, self.panel.pixel_m, self.words)
        else:
            _north(axes, columns, lines, self.panel.north, self.words("chip.north"))
        if self.simulated:
            axes.text(
                0.5, 0.5, self.words("chip.simulated_mark"), transform=axes.transAxes, rotation=30,
                fontsize=_TITLE_PT, color="white", alpha=0.45, ha="center", va="center",
            )  # fmt: skip


@dataclass(frozen=True)
class _Absent:
    """A band that says why a moment has no picture."""

    text: str
    height_in: float = _MISSING_IN

    def draw(self, figure: Figure, top_in: float, total_in: float) -> None:
        left = _EDGE_IN / _WIDTH_IN
        place = (left, (top_in - self.height_in + _GAP_IN) / total_in, 1 - 2 * left,
                 (self.height_in - _GAP_IN) / total_in)  # fmt: skip
        _note(figure.add_axes(place, xticks=[], yticks=[], facecolor="#dddddd"), self.text)


_Block: TypeAlias = _Line | _Pictures | _Absent


def _head(chip: Chip, words: Texts) -> list[_Block]:
    colour = _FINDING_COLOURS.get(chip.finding, "black")
    lines: list[_Block] = []
    if chip.simulated:
        banner = words("chip.simulated")
        lines.append(_Line(banner, _TEXT_PT, "white", band=_SIMULATED_COLOUR, bold=True))
    lines += [_Line(text, _TITLE_PT, bold=True) for text in _wrapped(chip.place, _TITLE_PT)]
    lines += [_Line(text, _TEXT_PT) for text in _wrapped(chip.when, _TEXT_PT)]
    lines += [
        _Line(text, _TEXT_PT + 1, "white", band=colour, bold=True)
        for text in _wrapped(chip.finding_text, _TEXT_PT + 1)
    ]
    return lines


def _rows(chip: Chip, words: Texts) -> list[_Block]:
    rows: list[_Block] = []
    for panel in chip.panels:
        heading = f"{words(f'chip.{panel.moment}')}  {panel.heading}".rstrip()
        rows.append(_Line(heading, _TEXT_PT, bold=True))
        if panel.scene_id:
            rows += [_Line(text, _SMALL_PT) for text in _wrapped(panel.scene_id, _SMALL_PT)]
        if panel.swir is None:
            rows.append(_Absent(panel.missing))
            continue
        if panel.missing:
            colour = _SIMULATED_COLOUR
            rows += [_Line(text, _TEXT_PT, colour) for text in _wrapped(panel.missing, _TEXT_PT)]
        rows.append(_Pictures(panel, words, chip.simulated))
    return rows


def _foot(chip: Chip, words: Texts) -> list[_Block]:
    told = (words("chip.legend"), chip.reason, chip.event_id)
    return [
        _Line(line, _SMALL_PT, "#222222") for text in told for line in _wrapped(text, _SMALL_PT)
    ]


def _size(panel: Panel) -> tuple[int, int]:
    assert panel.swir is not None
    return panel.swir.shape[0], panel.swir.shape[1]


def _wrapped(text: str, size_pt: float) -> list[str]:
    """Cut a text into lines that fit; a Chinese character is as wide as it is high."""
    room = (_WIDTH_IN - 2 * _EDGE_IN) / (size_pt * _PT_IN) * 0.97
    lines, line, width = [], "", 0.0
    for letter in text:
        step = 1.0 if east_asian_width(letter) in "WF" else 0.6
        if width + step > room and letter not in _NEVER_FIRST:
            # Latin words stay whole where there is a gap to break at.
            cut = line.rfind(" ") + 1 if step < 1 and " " in line[-24:] else len(line)
            lines.append(line[:cut].rstrip())
            line = line[cut:]
            width = sum(1.0 if east_asian_width(each) in "WF" else 0.6 for each in line)
        line, width = line + letter, width + step
    return [*lines, line] if line else lines


def _note(axes: Axes, text: str) -> None:
    axes.text(
        0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", fontsize=_TEXT_PT,
        color="#333333", wrap=True,
    )  # fmt: skip


def _outlines(axes: Axes, rings: Sequence[Ring], colour: str, under: str, style: str) -> None:
    for ring in rings:
        # Dark below light: seen over char and over cloud.
        axes.plot(ring[:, 0], ring[:, 1], color=under, linewidth=2.6, alpha=0.6)
        axes.plot(ring[:, 0], ring[:, 1], color=colour, linewidth=1.3, linestyle=style)


def _label(axes: Axes, x: float, y: float, text: str, va: str, ha: str) -> None:
    axes.text(
        x, y, text, transform=axes.transAxes, va=va, ha=ha, fontsize=9, color="white",
        bbox={"facecolor": "black", "alpha": 0.55, "pad": 1.5, "edgecolor": "none"},
    )  # fmt: skip


def _scale_bar(axes: Axes, columns: int, lines: int, pixel_m: float, words: Texts) -> None:
    room_m = columns * pixel_m * _BAR_SHARE
    length_m = max((nice for nice in _NICE_M if nice <= room_m), default=_NICE_M[0])
    left, low = columns * 0.05, lines * 0.95
    right = left + length_m / pixel_m
    for colour, width in (("black", 5.0), ("white", 2.5)):
        axes.plot([left, right], [low, low], color=colour, linewidth=width, solid_capstyle="butt")
    kilometres = length_m >= 1000
    text = words(
        "chip.kilometres" if kilometres else "chip.metres",
        length=length_m // 1000 if kilometres else length_m,
    )
    _label(axes, left / columns, 0.085, text, "bottom", "left")


def _north(axes: Axes, columns: int, lines: int, north: tuple[float, float], letter: str) -> None:
    length = 0.11 * lines
    tail = np.array([columns * 0.9, lines * 0.94])
    tip = tail + length * np.asarray(north)
    for colour, width in (("black", 4.0), ("white", 1.8)):
        axes.annotate(
            "", xy=(tip[0], tip[1]), xytext=(tail[0], tail[1]),
            arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0,
                        "shrinkB": 0},
        )  # fmt: skip
    _label(axes, tip[0] / columns, 1 - tip[1] / lines + 0.03, letter, "bottom", "center")
