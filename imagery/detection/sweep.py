"""Detection over a granule in strips of lines, the same as over the granule as one scene.

A class depends on what stands around its pixel: on the nearest lines in full, and through the
limit of the scene on sums over many more. Each strip is therefore read with the last lines of the
one before it, decides all but its own last lines, and waits until the sums reach far enough.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import pandas as pd

from imagery.detection.scene import Bytes, Detection, Scene
from imagery.level1.window import Window

LookType = TypeVar("LookType")


@dataclass(frozen=True, eq=False)
class Piece:
    """Some lines of a granule.

    Attributes
    ----------
    scene
        The lines with those around them.
    rows
        Rows of the scene that are decided here.
    fresh
        Rows of the scene that no earlier piece had.
    """

    scene: Scene
    rows: slice
    fresh: slice

    @property
    def last_line(self) -> int:
        """Return the line of the granule after those decided here."""
        return self.scene.line0 + int(self.rows.stop)


@dataclass(frozen=True, eq=False)
class Decided:
    """A piece with the classes of its decided rows, and the fires in them with repetitions."""

    piece: Piece
    fire_mask: Bytes
    fires: pd.DataFrame
    missing: tuple[str, ...]


class Detector(ABC, Generic[LookType]):
    """An algorithm on its way over one granule.

    Attributes
    ----------
    algorithm, version, parameter_hash
        As in `Detection`.
    overlap
        Lines on either side of a pixel on which its class and background depend.
    reach
        Lines after a piece that must have been looked at before it is decided.
    """

    algorithm: str
    version: str
    parameter_hash: str
    overlap: int
    reach: int

    @abstractmethod
    def look(self, piece: Piece) -> LookType:
        """Return classes that need no surroundings; adds the fresh rows to the wide sums."""

    @abstractmethod
    def decide(self, piece: Piece, look: LookType) -> Decided:
        """Return classes and fires."""

    @abstractmethod
    def product(self, fires: pd.DataFrame) -> pd.DataFrame:
        """Return the fires of a granule without those that two scans saw."""

    @abstractmethod
    def missing(self, named: Iterable[str], fires: pd.DataFrame) -> tuple[str, ...]:
        """Return what was missing in a granule, in a fixed order.

        Parameters
        ----------
        named
            What was missing in any of its pieces.
        fires
            From `product`.
        """


class Granule(Protocol):
    """An open granule that is read in windows."""

    def read(self, window: Window, before: Scene | None = None, kept: int = 0) -> Scene:
        """Return the pixels of a window, in front of them the last `kept` lines of `before`."""


def pieces(granule: Granule, window: Window, height: int, overlap: int) -> Iterator[Piece]:
    """Yield a window of a granule in pieces, each line of the file read once.

    Parameters
    ----------
    height
        Lines of a strip; strips begin at its multiples, so that chunks of that height are
        unpacked once.
    overlap
        Lines around those that are decided.
    """
    scene: Scene | None = None
    decided = window.line0
    for lines, _ in window.blocks(height):
        kept = lines.start - max(window.line0, decided - overlap)
        strip = Window(lines.start, lines.stop, window.sample0, window.sample1)
        scene = granule.read(strip, scene, kept)
        ended = lines.stop == window.line1
        until = lines.stop if ended else max(decided, lines.stop - overlap)
        rows = slice(decided - scene.line0, until - scene.line0)
        yield Piece(scene, rows, slice(kept, scene.shape[0]))
        decided = until


def sweep(parts: Iterable[Piece], detector: Detector[LookType]) -> Iterator[Decided]:
    """Yield pieces, which must be in the order of their lines, as soon as they can be decided."""
    waiting: deque[tuple[Piece, LookType]] = deque()
    for piece in parts:
        looked_to = piece.scene.line0 + piece.scene.shape[0]
        waiting.append((piece, detector.look(piece)))
        while waiting and waiting[0][0].last_line + detector.reach <= looked_to:
            yield detector.decide(*waiting.popleft())
    while waiting:
        yield detector.decide(*waiting.popleft())


def joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the fires of several pieces as one table; of none, an empty one with the columns."""
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)


def window_of(scene: Scene) -> Window:
    """Return the window of the granule that a scene is."""
    rows, columns = scene.shape
    return Window(scene.line0, scene.line0 + rows, scene.sample0, scene.sample0 + columns)


def whole(scene: Scene) -> Piece:
    """Return a scene as one piece."""
    rows = slice(0, scene.shape[0])
    return Piece(scene, rows, rows)


def detect_scene(scene: Scene, detector: Detector[LookType]) -> Detection:
    """Return the fires of a scene looked at as one piece."""
    piece = whole(scene)
    decided = detector.decide(piece, detector.look(piece))
    fires = detector.product(decided.fires)
    return Detection(
        fire_mask=decided.fire_mask,
        pixels=fires,
        algorithm=detector.algorithm,
        version=detector.version,
        parameter_hash=detector.parameter_hash,
        missing=detector.missing(decided.missing, fires),
    )
