"""Online backgrounds: only when asked for, only their own hosts, only with the user's key."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from firewatch.core.errors import SettingsError, UsageError
from firewatch.core.vocab import Language
from firewatch.settings import Settings
from maps.tiles import hosts, known_tiles, tile_sources

KEYS = {"tianditu": "0123abc"}


def test_nothing_asked_for_is_no_source_and_no_host() -> None:
    assert tile_sources((), {}) == ()
    assert hosts(()) == ()


def test_hosts_are_exact_origins_with_every_subdomain_spelled_out() -> None:
    sources = tile_sources(("amap", "osm"), {})
    assert hosts(sources) == (
        "https://webrd01.is.autonavi.com",
        "https://webrd02.is.autonavi.com",
        "https://webrd03.is.autonavi.com",
        "https://webrd04.is.autonavi.com",
        "https://tile.openstreetmap.org",
    )
    every = hosts(tile_sources(tuple(known_tiles()), KEYS))
    assert [host for host in every if "tianditu" in host] == [
        f"https://t{number}.tianditu.gov.cn" for number in range(8)
    ]
    assert all(re.fullmatch(r"https://[a-z0-9.]+", host) for host in every)


def test_the_users_key_stands_in_tianditus_addresses_and_nowhere_else() -> None:
    sources = tile_sources(tuple(known_tiles()), {"tianditu": "a b&c=d"})
    (tianditu,) = (source for source in sources if source.key == "tianditu")
    for address, layer in ((tianditu.url, "vec"), (tianditu.labels_url, "cva")):
        asked = parse_qs(urlsplit(address).query)
        assert (asked["tk"], asked["LAYER"]) == (["a b&c=d"], [layer])
    others = [source.url + source.labels_url for source in sources if source is not tianditu]
    assert not any("a%20b" in address for address in others)


def test_every_address_names_level_row_and_column_and_no_unfilled_key() -> None:
    for source in tile_sources(tuple(known_tiles()), KEYS):
        for address in filter(None, (source.url, source.labels_url)):
            held = set(re.findall(r"{(\w+)}", address))
            assert held == {"x", "y", "z", *(["s"] if source.subdomains else [])}


def test_only_amap_is_shifted() -> None:
    shifted = [source.key for source in tile_sources(tuple(known_tiles()), KEYS) if source.gcj02]
    assert shifted == ["amap"]


def test_a_name_given_twice_is_one_source_and_its_texts_are_in_the_language() -> None:
    (source,) = tile_sources(("osm", "osm"), {}, Language.EN)
    assert source.label == "OpenStreetMap"
    assert "contributors" in source.attribution


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        tile_sources(("google",), {})
    assert "tianditu, amap, osm" in str(caught.value)


def test_a_missing_key_is_told_with_the_setting_and_the_variable_that_exist(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SettingsError) as caught:
        tile_sources(("tianditu",), {"tianditu": ""})
    provider = known_tiles()["tianditu"]
    assert provider["key_setting"] in str(caught.value)
    assert provider["key_variable"] in str(caught.value)
    monkeypatch.setenv(provider["key_variable"], "mine")
    section, name = provider["key_setting"].split(".")
    assert getattr(getattr(Settings(), section), name).get_secret_value() == "mine"
