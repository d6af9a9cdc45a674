"""Scenes on offer: what a source has over a place and a time, before anything is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from firewatch.core.geo import Extent
from firewatch.core.time import DAY_S, local_text
from imagery.feeds.errors import FeedError, feed_error
from imagery.highres.scene import HighresScene, SensorName

COLLECTIONS: Final[Mapping[SensorName, str]] = {
    "MSI": "sentinel-2-l1c",
    "OLI": "landsat-ot-l1",
}
"""What services call the scenes of each sensor."""
NEAREST = 3
_WIDER_DAYS = 45


@dataclass(frozen=True)
class Offer:
    """One scene that a source has.

    Parameters
    ----------
    scene_id
        The provider's name of the product; where several tiles of one overpass meet the place,
        of the one that holds most of it.
    collection
        One of `COLLECTIONS`.
    cloud_pct
        Cloud of the scene as its provider states it, 0 to 100; NaN where it does not.
    extent
        Box of the scene, degrees.
    """

    scene_id: str
    platform: str
    collection: str
    acquired_utc_s: int
    cloud_pct: float
    extent: Extent


class SceneSource(Protocol):
    """Where scenes come from: files, or a service."""

    def search(
        self, extent: Extent, first_s: int, last_s: int, max_cloud_pct: float = 100
    ) -> list[Offer]:
        """Return scenes that meet a box in a closed interval of UTC epoch seconds, by time.

        A scene whose cloud is not stated is left in: nothing says that it is too cloudy.
        """
        ...

    def scene(self, offer: Offer, extent: Extent) -> HighresScene:
        """Return the part of an offered scene over a box.

        Raises
        ------
        OutsideRegionError
            If it has no data there.
        """
        ...


def nearest_offers(
    source: SceneSource, extent: Extent, first_s: int, last_s: int, count: int = NEAREST
) -> list[Offer]:
    """Return the scenes nearest in time to an interval, whatever their cloud, nearest first."""
    reach_s = _WIDER_DAYS * DAY_S
    found = source.search(extent, first_s - reach_s, last_s + reach_s)

    def apart_s(offer: Offer) -> int:
        return max(first_s - offer.acquired_utc_s, offer.acquired_utc_s - last_s, 0)

    return sorted(found, key=apart_s)[:count]


def described(offers: Sequence[Offer]) -> str:
    """Return scenes as one line: when, which platform, how cloudy."""
    return "；".join(_described(offer) for offer in offers)


def nothing_found(
    source: SceneSource, extent: Extent, first_s: int, last_s: int, max_cloud_pct: float
) -> FeedError:
    """Return the error for a search that found nothing: it names the nearest scenes."""
    nearest = nearest_offers(source, extent, first_s, last_s)
    period = f"{local_text(first_s)} – {local_text(last_s)}"
    if not nearest:
        return feed_error("scenes_never", period=period, days=_WIDER_DAYS)
    return feed_error(
        "scenes_none", period=period, cloud=f"{max_cloud_pct:g}", nearest=described(nearest)
    )


def _described(offer: Offer) -> str:
    cloud = "?" if offer.cloud_pct != offer.cloud_pct else f"{offer.cloud_pct:.0f}"
    return f"{local_text(offer.acquired_utc_s)} {offer.platform} ☁ {cloud}%"
