"""Scenes of Sentinel-2 and Landsat from Sentinel Hub or the Copernicus Data Space."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firewatch.core.geo import Extent
from imagery.feeds.offers import Offer, SceneSource, nearest_offers, nothing_found
from imagery.highres.scene import HighresScene

__all__ = [
    "Offer",
    "SceneSource",
    "SentinelHubSettings",
    "SentinelHubSource",
    "nearest_offers",
    "nothing_found",
    "sentinel_hub",
]


@dataclass(frozen=True)
class SentinelHubSettings:
    """Which service is asked, and how patiently."""

    service: str = "copernicus"
    url: str = ""
    token_url: str = ""
    profile: str = ""


class SentinelHubSource:
    """The scenes of a Sentinel Hub; a `SceneSource` that keeps what it fetched."""

    def search(
        self, extent: Extent, first_s: int, last_s: int, max_cloud_pct: float = 100
    ) -> list[Offer]:
        raise NotImplementedError

    def scene(self, offer: Offer, extent: Extent) -> HighresScene:
        raise NotImplementedError


def sentinel_hub(settings: SentinelHubSettings, folder: Path) -> SentinelHubSource:
    """Return the service as a source of scenes, which are kept in a folder."""
    raise NotImplementedError
