"""Scenes of one place from a source, each fetched once, with what each shows of the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import KM_PER_DEGREE, Extent
from imagery.highres.grid import Grid
from imagery.highres.scene import HighresScene
from imagery.reading import OutsideRegionError
from imagery.scar.look import Bools, Look, look_at, over, unseen

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from imagery.feeds.offers import Offer, SceneSource


@dataclass
class Gathering:
    """The scenes of one place, fetched when they are first needed.

    Attributes
    ----------
    extent
        The place, degrees.
    unreadable
        What is wrong with scenes that could not be read.
    """

    source: SceneSource
    extent: Extent
    cloud_margin_m: float
    unreadable: list[str] = field(default_factory=list)
    _scenes: dict[Offer, HighresScene | None] = field(default_factory=dict)

    def offers(self, first_s: float, last_s: float, max_cloud_pct: float = 100) -> list[Offer]:
        """Return what the source has of a time, in order of time."""
        found = self.source.search(self.extent, int(first_s), int(last_s), max_cloud_pct)
        return sorted(found, key=lambda offer: (offer.acquired_utc_s, offer.scene_id))

    def scene(self, offer: Offer) -> HighresScene | None:
        """Return a scene; None where it does not reach the place or cannot be read."""
        if offer not in self._scenes:
            self._scenes[offer] = self._fetched(offer)
        return self._scenes[offer]

    def _fetched(self, offer: Offer) -> HighresScene | None:
        try:
            return self.source.scene(offer, self.extent)
        except OutsideRegionError:
            return None
        except UnreadableFileError as error:
            self.unreadable.append(str(error))
            return None

    def first_grid(self, offers: Sequence[Offer]) -> Grid | None:
        """Return the grid of the first scene that there is, laid over the whole place."""
        for offer in offers:
            scene = self.scene(offer)
            if scene is not None:
                return scene.grid.covering(self.extent)
        return None

    def look(self, offer: Offer, grid: Grid, number: int = 0) -> Look:
        scene = self.scene(offer)
        return unseen(grid) if scene is None else look_at(scene, grid, self.cloud_margin_m, number)


@dataclass(frozen=True, eq=False)
class Side:
    """The ground as it was before a fire, or after it: each pixel from the nearest clear scene.

    Attributes
    ----------
    offers
        The scenes that were looked at, nearest first; `look.scene` numbers them.
    shares
        Share of the footprint that each shows clear by itself.
    """

    look: Look
    offers: tuple[Offer, ...]
    shares: tuple[float, ...]

    def times_s(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Return (lines, columns) UTC epoch seconds of each pixel, NaN where not seen."""
        times = np.array([*(offer.acquired_utc_s for offer in self.offers), np.nan], dtype=float)
        return times[self.look.scene]

    def main(self, inside: Bools) -> int | None:
        """Return the number of the scene that most of the footprint comes from."""
        numbers = self.look.scene[inside]
        counts = np.bincount(numbers[numbers >= 0], minlength=len(self.offers))
        if not len(counts):
            return None
        # Where none shows the footprint the clearest says why.
        return int(counts.argmax() if counts.any() else np.argmax(self.shares))


def side_of(
    gathering: Gathering, offers: Sequence[Offer], grid: Grid, inside: Bools, full: float, most: int
) -> Side:
    """Put scenes together, nearest first, until the footprint is seen.

    Parameters
    ----------
    offers
        Nearest first.
    inside
        (lines, columns) of `grid`, the footprint.
    full
        Share of the footprint at which no further scene is looked at.
    most
        Number of scenes at which to stop.
    """
    look = unseen(grid)
    used: list[Offer] = []
    shares: list[float] = []
    for offer in offers:
        if len(used) == most or share_of(look.seen, inside) >= full:
            break
        if gathering.scene(offer) is None:
            continue
        this = gathering.look(offer, grid, len(used))
        look = over(look, this)
        used.append(offer)
        shares.append(share_of(this.seen, inside))
    return Side(look, tuple(used), tuple(shares))


def share_of(seen: Bools, inside: Bools) -> float:
    """Return the share of the pixels `inside` that are `seen`."""
    pixels = np.count_nonzero(inside)
    return float(np.count_nonzero(seen & inside)) / pixels if pixels else 0.0


def around(footprint: BaseGeometry, margin_m: float) -> Extent:
    """Return the box of a footprint (degrees), widened on each side."""
    west, south, east, north = footprint.bounds
    high = margin_m / 1000 / KM_PER_DEGREE
    wide = high / np.cos(np.radians((south + north) / 2))
    return Extent(west - wide, south - high, east + wide, north + high)
