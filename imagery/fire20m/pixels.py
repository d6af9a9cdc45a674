"""The pixels of a scene by flat position: their reflectances, neighbours and surroundings.

A full scene as reflectance would fill gigabytes. So a few cheap conditions, which every fire
meets, are asked of each pixel in single precision, strip by strip; the equations as published are
asked of what is left, in double precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from imagery.detection.contextual import Background, WindowRule, window_statistics
from imagery.detection.masks import Indices
from imagery.detection.scene import Bools, Float32s
from imagery.highres.scene import Ground, HighresScene, Role

Values: TypeAlias = Mapping[Role, NDArray[np.floating]]
"""Reflectances by role, all of one shape."""
Screen: TypeAlias = Callable[[Values], Bools]

SLACK = 1e-4
"""What a screen in single precision gives way, far above its rounding."""
NOTHING = 1e-6
"""A reflectance that is 0 but for rounding; numbers are stored in steps of 2e-5 and more."""
_STRIP_VALUES = 60_000
_TILE = 256
# Below, sorting costs less than a board of the whole scene.
_FEW = 10_000


def ratio(above: NDArray[np.floating], below: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return above / below, NaN where the denominator is not positive: no test holds there."""
    result = np.full(above.shape, np.nan, dtype=above.dtype)
    np.divide(above, below, out=result, where=below > NOTHING)
    return result


@dataclass(frozen=True, eq=False)
class Part:
    """A box of a scene around some candidates, in double precision.

    Attributes
    ----------
    lines, columns
        Where the box lies in the scene.
    spots
        Candidates within it: (lines, columns) counted from the box's first pixel.
    chosen
        Which of the candidates they are.
    valid
        Where there are data.
    """

    lines: slice
    columns: slice
    spots: tuple[Indices, Indices]
    chosen: Indices
    values: Values
    valid: Bools

    def of(self, board: Bools) -> Bools:
        """Return a part of an array of the whole scene."""
        return board[self.lines, self.columns]


@dataclass(frozen=True, eq=False)
class Pixels:
    """A scene whose pixels are asked for by flat position (line · columns + column)."""

    scene: HighresScene
    roles: tuple[Role, ...]
    sun_correct: bool

    @property
    def shape(self) -> tuple[int, int]:
        return self.scene.grid.shape

    @cached_property
    def _linear(self) -> dict[Role, tuple[float, float]]:
        return {role: self.scene.linear(role, self.sun_correct) for role in self.roles}

    def at(self, index: Indices, roles: Sequence[Role] | None = None) -> Values:
        """Return reflectances in double precision; numbers without data are not left out."""
        line, column = np.divmod(index, self.shape[1])
        wanted = self.roles if roles is None else roles
        return {role: self._reflectance(role, (line, column)) for role in wanted}

    def valid(self, index: Indices) -> Bools:
        """Return which pixels have data in every band in use."""
        return self._valid(np.divmod(index, self.shape[1]))

    def full(self, index: Indices, role: Role) -> Bools:
        """Return which pixels are saturated in a band."""
        least = self.scene.calibration[role].saturated
        if least is None:
            return np.zeros(len(index), dtype=bool)
        line, column = np.divmod(index, self.shape[1])
        return np.asarray(self.scene.numbers[role][line, column] >= least)

    def screened(self, roles: Sequence[Role], screen: Screen) -> Indices:
        """Return the pixels with data that pass a screen.

        Parameters
        ----------
        screen
            From reflectances of some lines in single precision to where fires are possible.
        """
        rows, columns = self.shape
        step = max(1, _STRIP_VALUES // columns)
        room = {role: np.empty((step, columns), dtype=np.float32) for role in roles}
        found = []
        for first in range(0, rows, step):
            lines = slice(first, min(rows, first + step))
            values = {role: self._single(role, lines, room[role]) for role in roles}
            possible = screen(values)
            if possible.any():
                found.append(np.flatnonzero(possible) + first * columns)
        index = np.concatenate(found) if found else np.empty(0, dtype=np.intp)
        return index[self.valid(index)]

    def around(self, index: Indices, half: int) -> Indices:
        """Return the pixels of the squares around pixels, those included, each once."""
        rows, columns = self.shape
        line, column = np.divmod(index, columns)
        y, x = np.mgrid[-half : half + 1, -half : half + 1]
        lines, samples = line[:, None] + y.ravel(), column[:, None] + x.ravel()
        inside = (lines >= 0) & (lines < rows) & (samples >= 0) & (samples < columns)
        found = (lines * columns + samples)[inside]
        return np.unique(found) if len(found) < _FEW else np.flatnonzero(self.board(found))

    def board(self, index: Indices) -> Bools:
        """Return, by flat position of the whole scene, whether a pixel is among some."""
        marked = np.zeros(self.shape[0] * self.shape[1], dtype=bool)
        marked[index] = True
        return marked

    def parts(self, index: Indices, half: int, roles: Sequence[Role]) -> Iterator[Part]:
        """Yield boxes that hold all pixels with what lies up to `half` pixels around them."""
        rows, columns = self.shape
        line, column = np.divmod(index, columns)
        tile = line // _TILE * (columns // _TILE + 1) + column // _TILE
        order = np.argsort(tile, kind="stable")
        for chosen in np.split(order, np.flatnonzero(np.diff(tile[order])) + 1):
            if not len(chosen):
                continue
            y, x = line[chosen], column[chosen]
            top, left = max(0, int(y.min()) - half), max(0, int(x.min()) - half)
            box = (
                slice(top, min(rows, int(y.max()) + half + 1)),
                slice(left, min(columns, int(x.max()) + half + 1)),
            )
            values = {role: self._reflectance(role, box) for role in roles}
            yield Part(*box, (y - top, x - left), chosen, values, self._valid(box))

    def _reflectance(
        self, role: Role, where: tuple[Indices, Indices] | tuple[slice, slice]
    ) -> NDArray[np.float64]:
        mult, add = self._linear[role]
        return self.scene.numbers[role][where].astype(float) * mult + add

    def _valid(self, where: tuple[Indices, Indices] | tuple[slice, slice]) -> Bools:
        seen: Bools = self.scene.ground[where] != Ground.NO_DATA
        for role in self.roles:
            seen &= self.scene.numbers[role][where] != self.scene.calibration[role].fill
        return seen

    def _single(self, role: Role, lines: slice, room: Float32s) -> Float32s:
        mult, add = self._linear[role]
        stored = self.scene.numbers[role][lines]
        values = room[: len(stored)]
        np.multiply(stored, np.float32(mult), out=values)
        values += np.float32(add)
        return values


def statistics(
    part: Part,
    background: Bools,
    fields: Mapping[str, NDArray[np.floating]],
    rule: WindowRule,
    spreads: tuple[str, ...] = (),
) -> Mapping[str, NDArray[np.float64]]:
    """Return the statistics of the background around the candidates of a box.

    Parameters
    ----------
    background
        Where pixels count as background.
    fields
        Values of which mean_<name> is wanted.
    spreads
        Of which fields spread_<name>, the standard deviation, is wanted as well.
    """
    lines, samples = part.spots
    table = window_statistics(
        Background(
            surface=background.astype(np.uint8),
            fields={name: values.astype(np.float32) for name, values in fields.items()},
            derived={},
            fire_field=next(iter(fields)),
            counted={},
            spreads=spreads,
        ),
        lines,
        samples,
        np.ones(len(lines), dtype=np.uint8),
        rule,
    )
    wanted = ["n_valid", *(f"mean_{name}" for name in fields), *(f"spread_{n}" for n in spreads)]
    return {name: np.asarray(table[name]) for name in wanted}
