"""Where scenes come from: the user's files first, then a service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firewatch.core.geo import Extent
from imagery.feeds.offers import Offer

if TYPE_CHECKING:
    from imagery.feeds.offers import SceneSource
    from imagery.highres.scene import HighresScene


@dataclass(eq=False)
class JoinedSource:
    """Several sources as one; of a scene that two offer the first one's is taken."""

    sources: Sequence[SceneSource]
    _of: dict[Offer, SceneSource] = field(default_factory=dict)

    def search(
        self, extent: Extent, first_s: int, last_s: int, max_cloud_pct: float = 100
    ) -> list[Offer]:
        """Return scenes that meet a box in a closed interval of UTC epoch seconds, by time."""
        found: list[Offer] = []
        for source in self.sources:
            known = {(offer.scene_id, offer.acquired_utc_s) for offer in found}
            for offer in source.search(extent, first_s, last_s, max_cloud_pct):
                if (offer.scene_id, offer.acquired_utc_s) not in known:
                    found.append(offer)
                    self._of[offer] = source
        return sorted(found, key=lambda offer: offer.acquired_utc_s)

    def scene(self, offer: Offer, extent: Extent) -> HighresScene:
        """Return the part of an offered scene over a box."""
        return self._of[offer].scene(offer, extent)
