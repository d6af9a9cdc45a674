"""Backgrounds from the network, for readers who have one and ask for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from firewatch.core.errors import SettingsError, UsageError
from firewatch.core.vocab import Language
from maps.assets import own_text


@dataclass(frozen=True)
class TileSource:
    """Pictures of the ground in Web Mercator, 256 px a tile.

    Parameters
    ----------
    key
        Name of the provider in `maps/tiles.json`.
    label, attribution
        What the choice is called, and what must stand on the map with it.
    url
        Address with {z} {x} {y}, and {s} where there are subdomains.
    labels_url
        Transparent tiles with the names, to be drawn over those of `url`; "" if they hold names.
    subdomains
        What {s} stands for; empty if there is none.
    max_zoom
        The closest level with tiles.
    gcj02
        Whether the pictures are shifted to the GCJ-02 datum, about half a kilometre.
    """

    key: str
    label: str
    url: str
    labels_url: str
    subdomains: tuple[str, ...]
    attribution: str
    max_zoom: int
    gcj02: bool


def tile_sources(
    keys: Sequence[str], tile_keys: Mapping[str, str], language: Language = Language.ZH
) -> tuple[TileSource, ...]:
    """Return the backgrounds that were asked for, each once, in the order asked.

    Parameters
    ----------
    keys
        Names of providers.
    tile_keys
        Keys that providers gave the user, by provider.

    Raises
    ------
    UsageError
        If a name is unknown; tells the known ones.
    SettingsError
        If a provider needs a key and there is none; tells where it belongs.
    """
    return tuple(_source(key, tile_keys.get(key, ""), language) for key in dict.fromkeys(keys))


def hosts(sources: Sequence[TileSource]) -> tuple[str, ...]:
    """Return every origin that tiles come from, for img-src of a Content-Security-Policy."""
    filled = (
        address.replace("{s}", subdomain)
        for source in sources
        for address in (source.url, source.labels_url)
        if address
        for subdomain in source.subdomains or ("",)
    )
    return tuple(dict.fromkeys(f"https://{urlsplit(address).netloc}" for address in filled))


@cache
def known_tiles() -> Mapping[str, Mapping[str, Any]]:
    """Return the providers of `maps/tiles.json` by name."""
    providers: dict[str, dict[str, Any]] = json.loads(own_text("tiles.json"))
    return providers


def _source(key: str, own_key: str, language: Language) -> TileSource:
    if key not in known_tiles():
        raise UsageError(
            f"没有这样的在线底图：{key!r} / no such online background",
            expected=", ".join(known_tiles()),
            remedy="改用上述名称之一 / use one of these names",
        )
    provider = known_tiles()[key]
    if provider["needs_key"] and not own_key:
        raise SettingsError(
            f"{provider['label'][Language.ZH]}需要用户自己的密钥 / "
            f"{provider['label'][Language.EN]} needs a key of your own",
            expected=f"{provider['key_setting']} / {provider['key_variable']}",
            remedy="在设置文件或环境变量中给出 / put it into the settings file or the environment",
        )
    addresses = [
        provider.get(name, "").replace("{key}", quote(own_key, safe=""))
        for name in ("url", "labels_url")
    ]
    return TileSource(
        key=key,
        label=provider["label"][language],
        url=addresses[0],
        labels_url=addresses[1],
        subdomains=tuple(provider["subdomains"]),
        attribution=provider["attribution"][language],
        max_zoom=provider["max_zoom"],
        gcj02=provider["gcj02"],
    )
