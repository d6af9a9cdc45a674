"""Items of the catalogue (STAC) as scenes on offer: tiles of one overpass are one scene."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from firewatch.core.geo import Extent
from imagery.feeds.offers import Offer
from imagery.sun import solar_angles_deg

OVERPASS_GAP_S: Final = 120
"""Rows of Landsat follow each other every 24 s, tiles of Sentinel-2 within a few seconds."""

PLATFORMS: Final[Mapping[str, str]] = {
    "sentinel-2a": "Sentinel-2A",
    "sentinel-2b": "Sentinel-2B",
    "sentinel-2c": "Sentinel-2C",
    "sentinel-2d": "Sentinel-2D",
    "landsat-8": "Landsat-8",
    "landsat-9": "Landsat-9",
}
_BY_NAME: Final = {
    "S2A": "Sentinel-2A",
    "S2B": "Sentinel-2B",
    "S2C": "Sentinel-2C",
    "S2D": "Sentinel-2D",
    "LC08": "Landsat-8",
    "LC09": "Landsat-9",
    "LO08": "Landsat-8",
    "LO09": "Landsat-9",
}
# Below, reflectance is mostly noise; Landsat is taken by night, too.
_LEAST_SUN_DEG = 5.0


@dataclass(frozen=True)
class Item:
    """One tile or scene of the catalogue."""

    name: str
    platform: str
    acquired_s: int
    cloud_pct: float
    extent: Extent


def item_of(feature: Mapping[str, Any]) -> Item | None:
    """Return an item of the catalogue; None for a platform or a time that does not serve.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it lacks what every item has.
    """
    said = feature["properties"]
    name = str(feature["id"])
    platform = PLATFORMS.get(str(said.get("platform", "")).lower()) or _BY_NAME.get(
        name.split("_")[0]
    )
    acquired_s = int(datetime.fromisoformat(str(said["datetime"])).timestamp())
    extent = Extent(*(float(side) for side in feature["bbox"]))
    cloud = said.get("eo:cloud_cover")
    zenith, _ = solar_angles_deg(
        acquired_s, (extent.west + extent.east) / 2, (extent.south + extent.north) / 2
    )
    if platform is None or 90.0 - float(zenith) < _LEAST_SUN_DEG:
        return None
    known = cloud is not None and 0 <= float(cloud) <= 100
    return Item(name, platform, acquired_s, float(cloud) if known else math.nan, extent)


def offers_of(items: Iterable[Item], collection: str, wanted: Extent) -> list[Offer]:
    """Return scenes by time; cloud is the mean of the tiles by their share of the wanted box."""
    groups: list[list[Item]] = []
    for item in sorted(items, key=lambda item: (item.platform, item.acquired_s, item.name)):
        last = groups[-1][-1] if groups else None
        if (
            last is not None
            and last.platform == item.platform
            and item.acquired_s - last.acquired_s <= OVERPASS_GAP_S
        ):
            groups[-1].append(item)
        else:
            groups.append([item])
    found = [_offer(group, collection, wanted) for group in groups]
    return sorted(found, key=lambda offer: (offer.acquired_utc_s, offer.scene_id))


def _offer(group: list[Item], collection: str, wanted: Extent) -> Offer:
    shares = {item.name: _overlap(item.extent, wanted) for item in group}
    # Of the same tile in two versions the name of the newer is later.
    main = max(group, key=lambda item: (shares[item.name], item.name))
    stated = [item for item in group if not math.isnan(item.cloud_pct)]
    weight = sum(shares[item.name] for item in stated)
    cloud = main.cloud_pct
    if weight > 0:
        cloud = sum(item.cloud_pct * shares[item.name] for item in stated) / weight
    extent = Extent(
        min(item.extent.west for item in group),
        min(item.extent.south for item in group),
        max(item.extent.east for item in group),
        max(item.extent.north for item in group),
    )
    return Offer(main.name, main.platform, collection, main.acquired_s, cloud, extent)


def _overlap(one: Extent, other: Extent) -> float:
    """Return the area that two boxes share, square degrees."""
    width = min(one.east, other.east) - max(one.west, other.west)
    height = min(one.north, other.north) - max(one.south, other.south)
    return max(width, 0.0) * max(height, 0.0)
