"""Scenes in local files, offered like those of a service."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from imagery.feeds.errors import feed_error
from imagery.feeds.offers import COLLECTIONS, Offer
from imagery.highres.files import HighresFiles
from imagery.highres.find import HighresAmong, highres_among
from imagery.highres.raster import heading_of, placed
from imagery.highres.read import read_highres
from imagery.highres.safe import read_safe
from imagery.highres.scene import HighresScene

_FORMAT = "GeoTIFF"

Fault: TypeAlias = UnreadableFileError
Key: TypeAlias = tuple[str, int, Extent]


class FolderSource:
    """The scenes among files and folders; a `SceneSource`.

    Parameters
    ----------
    paths
        Files and folders; looked through at the first search.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)

    @cached_property
    def among(self) -> HighresAmong:
        """Return the scenes, and what is wrong with files of scenes that cannot be read."""
        return highres_among(self._paths)

    @cached_property
    def faults(self) -> dict[Path, Fault]:
        """Return why scenes cannot be offered."""
        return {**self.among.faults, **self._offered[1]}

    def search(
        self, extent: Extent, first_s: int, last_s: int, max_cloud_pct: float = 100
    ) -> list[Offer]:
        """Return the scenes that meet a box in a closed interval of UTC epoch seconds, by time."""
        found = [
            offer
            for offer, _ in self._offered[0].values()
            if first_s <= offer.acquired_utc_s <= last_s
            and not offer.cloud_pct > max_cloud_pct
            and offer.extent.meets(extent)
        ]
        return sorted(found, key=lambda offer: offer.acquired_utc_s)

    def scene(self, offer: Offer, extent: Extent) -> HighresScene:
        """Read the part of a scene over a box.

        Raises
        ------
        UnreadableFileError
            If it cannot be read.
        OutsideRegionError
            If it has no pixel over the box.
        """
        files = self._offered[0].get(_key(offer))
        if files is None:
            raise feed_error("scene_unknown", found=offer.scene_id)
        return read_highres(files[1], extent)

    @cached_property
    def _offered(self) -> tuple[dict[Key, tuple[Offer, HighresFiles]], dict[Path, Fault]]:
        offers, faults = {}, {}
        for files in self.among.found:
            try:
                offer = _offer(files)
            except UnreadableFileError as error:
                faults[files.paths[0]] = error
            else:
                offers[_key(offer)] = offer, files
        return offers, faults


def _key(offer: Offer) -> Key:
    """Tell windows of one scene apart, as a service's were kept over several places."""
    return offer.scene_id, offer.acquired_utc_s, offer.extent


def _offer(files: HighresFiles) -> Offer:
    return Offer(
        files.scene_id,
        files.platform,
        COLLECTIONS[files.sensor],
        files.acquired_utc_s,
        math.nan if files.cloud_pct is None else files.cloud_pct,
        _extent(files),
    )


def _extent(files: HighresFiles) -> Extent:
    """Return the box of a scene from its metadata or the heading of one band."""
    if files.kind == "safe":
        return read_safe(files.paths[0].parent).grid.extent()
    bands = files.paths if files.kind == "geotiff" else files.paths[1:]
    band = next((path for path in bands if path.is_file()), bands[0])
    return placed(heading_of(band, _FORMAT), _FORMAT).extent()
