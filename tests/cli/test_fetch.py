"""`firewatch fetch`: what people and programs see of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from feed_servers import (
    CLIENT_ID,
    CLIENT_SECRET,
    KEY,
    Answer,
    Fire,
    Firms,
    Hub,
    Scene,
    refusal,
    sentence,
)

FIRES = [
    Fire("VIIRS_SNPP", date(2026, 11, 3), "0612", 22.61, 110.11),
    Fire("VIIRS_SNPP", date(2026, 11, 4), "0553", 22.75, 110.20),
    Fire("MODIS", date(2026, 11, 4), "0320", 22.75, 110.21),
]
NOW = ("--as-of", "2026-11-23T20:00")
DAYS = ("--from", "2026-11-03", "--to", "2026-11-05")
FIELD = ("--bbox", "110.10,22.60,110.13,22.63")
MONTH = ("--from", "2026-11-01", "--to", "2026-11-30")
EAST = (110.05, 22.0, 111.1, 23.0)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("FIREWATCH_FEEDS__ATTEMPTS", "2")
    monkeypatch.setenv("FIREWATCH_FEEDS__FIRST_WAIT_S", "0")
    for name in ("SH_PROFILE", "SH_CLIENT_ID", "SH_CLIENT_SECRET", "FIREWATCH_FIRMS_MAP_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def firms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Firms]:
    with Firms(FIRES, date(2026, 11, 23), date(2026, 8, 1)).running() as service:
        assert isinstance(service, Firms)
        monkeypatch.setenv("FIREWATCH_FIRMS_MAP_KEY", KEY)
        monkeypatch.setenv("FIREWATCH_FEEDS__FIRMS__URL", service.url)
        yield service


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    scenes = {
        "sentinel-2-l1c": [
            Scene("S2A_MSIL1C_clear", "sentinel-2a", "2026-11-03T03:18:10Z", 8.0, EAST),
            Scene("S2B_MSIL1C_cloudy", "sentinel-2b", "2026-11-13T03:18:10Z", 64.0, EAST),
        ]
    }
    with Hub(scenes).running() as service:
        assert isinstance(service, Hub)
        monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
        monkeypatch.setenv("SH_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("SH_CLIENT_SECRET", CLIENT_SECRET)
        monkeypatch.setenv("FIREWATCH_FEEDS__SENTINELHUB__URL", service.url)
        monkeypatch.setenv("FIREWATCH_FEEDS__SENTINELHUB__TOKEN_URL", service.token_url)
        yield service


def test_fetched_fire_points_go_into_the_ledger_at_once(firms: Firms, firewatch: Any) -> None:
    done = firewatch.json("fetch", "firms", *DAYS, *NOW, "--ingest")
    assert {file["source"] for file in done["files"]} == {
        "VIIRS_SNPP_NRT", "VIIRS_NOAA20_NRT", "VIIRS_NOAA21_NRT", "MODIS_NRT"
    }  # fmt: skip
    assert done["ingest"]["new"] == 3
    assert sum(done["ingest"]["by_city"].values()) == 3
    again = firewatch.json("fetch", "firms", *DAYS, *NOW, "--ingest")
    assert not any(file["fetched"] for file in again["files"])
    assert again["ingest"]["new"] == 0


def test_a_standard_product_without_a_fire_takes_its_near_real_time_point_back(
    firms: Firms, firewatch: Any
) -> None:
    one = ("--source", "VIIRS_SNPP")
    firewatch("fetch", "firms", *DAYS, *one, *NOW, "--ingest")
    assert len(firewatch.json("points", "--format", "geojson")["features"]) == 2
    # A year later the days are in the standard product, which has one fire less.
    firms.fires = FIRES[:1]
    firms.there["VIIRS_SNPP_SP"] = (date(2012, 1, 20), date(2027, 5, 31))
    later = ("--as-of", "2027-11-23T20:00")
    done = firewatch.json("fetch", "firms", *DAYS, *one, *later, "--ingest")
    assert {file["source"] for file in done["files"]} == {"VIIRS_SNPP_SP"}
    assert len(firewatch.json("points", "--format", "geojson")["features"]) == 1


def test_a_days_without_fire_is_a_look_and_not_the_same_file_twice(
    firms: Firms, firewatch: Any
) -> None:
    firms.fires = []
    done = firewatch.json("fetch", "firms", *MONTH[:2], "--to", "2026-11-12", *NOW, "--ingest")
    assert done["ingest"]["rows"] == 0
    shown = firewatch.json("coverage", "--season", "2026-27", *NOW)
    assert "feed_present" in str(shown)


def test_people_read_what_came_and_what_still_grows(firms: Firms, firewatch: Any) -> None:
    line = ("fetch", "firms", "--from", "2026-11-20", "--to", "2026-11-25", *NOW)
    chinese = firewatch.said(*line, "--source", "MODIS")
    assert "2026-11-24 – 2026-11-25 有 2 天" in chinese
    assert "2026-11-21 起的近实时数据尚未到齐" in chinese
    english = firewatch.said(*line, "--source", "MODIS", "--lang", "en")
    assert "still coming in" in english


def test_the_key_is_in_nothing_that_is_printed(firms: Firms, firewatch: Any) -> None:
    said = firewatch.said("fetch", "firms", *DAYS, *NOW)
    firms.fail("area", Answer(b"oops", 500), Answer(b"oops", 500))
    said += firewatch.said("fetch", "firms", *MONTH, *NOW, code=1)
    firms.fail("area", sentence(f"Invalid area for {KEY}", 400))
    said += firewatch.said("fetch", "firms", *MONTH, *NOW, code=1)
    assert "Invalid area for ***" in said
    assert KEY not in said


def test_no_key_says_where_to_get_one(firewatch: Any) -> None:
    said = firewatch.said("fetch", "firms", *DAYS, *NOW, code=1)
    assert "FIREWATCH_FIRMS_MAP_KEY" in said
    assert "https://firms.modaps.eosdis.nasa.gov/api/map_key/" in said


@pytest.mark.kill
def test_a_killed_fetch_leaves_whole_files_and_goes_on(firms: Firms, firewatch: Any) -> None:
    whole = firms.table("VIIRS_SNPP_NRT", "104.4,20.9,112.1,26.4", date(2026, 11, 1), 5)
    control = firms.table("VIIRS_SNPP_NRT", "46.5,25,54,31.5", date(2026, 11, 1), 5)
    firms.fail("area", Answer(whole), Answer(control), Answer(b"", silent_s=60))
    line = ["fetch", "firms", "--from", "2026-11-02", "--to", "2026-11-12", "--source"]
    command = [sys.executable, "-m", "firewatch", *line, "VIIRS_SNPP", *NOW]
    with subprocess.Popen(command, cwd=firewatch.folder, stderr=subprocess.DEVNULL) as running:
        while firms.count("area") < 3 and running.poll() is None:
            running_for = firms.stopped.wait(0.02)
            assert not running_for
        running.kill()
    kept = sorted(path.name for path in (firewatch.folder / "feeds" / "firms").iterdir())
    assert [name[:5] for name in kept] == [".firm", "firms"]
    firms.faults.clear()
    firms.asked.clear()
    done = firewatch.json(*line, "VIIRS_SNPP", *NOW)
    assert [file["fetched"] for file in done["files"]] == [False, True, True]
    assert done["files"][0]["rows"] == 2


def test_scenes_are_listed_with_their_cost_before_they_are_fetched(
    hub: Hub, firewatch: Any
) -> None:
    listed = firewatch.json("fetch", "sentinelhub", *FIELD, *MONTH, "--list", *NOW)
    (scene,) = listed["scenes"]
    assert (scene["scene_id"], scene["cloud_pct"]) == ("S2A_MSIL1C_clear", 8.0)
    # 156 × 168 pixels and 7 bands.
    assert 0.1 < scene["cost_pu"] < 0.5
    assert hub.count("process") == 0
    fetched = firewatch.json("fetch", "sentinelhub", *FIELD, *MONTH, *NOW, "--out", "here")
    path = firewatch.folder / fetched["scenes"][0]["path"]
    assert path.parent.name == "here"
    assert path.is_file()


def test_a_large_request_is_not_made_without_a_word(
    hub: Hub, firewatch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIREWATCH_FEEDS__SENTINELHUB__ASK_ABOVE_PU", "0.1")
    line = ("fetch", "sentinelhub", *FIELD, *MONTH, "--max-cloud", "100", *NOW)
    said = firewatch.said(*line, "--lang", "en", code=2)
    assert "processing units, more than 0.1" in said
    assert "--yes" in said
    assert hub.count("process") == 0
    firewatch(*line, "--yes")
    assert hub.count("process") == 2


def test_a_county_is_a_place(hub: Hub, firewatch: Any) -> None:
    line = ("fetch", "sentinelhub", "--county", "北流市", *MONTH, "--list", *NOW)
    assert firewatch.json(*line)["cost_pu"] > 10
    west, south, east, north = hub.of("catalogue")[0].json()["bbox"]
    assert 110.0 < west < east < 111.0
    assert 22.0 < south < north < 23.2


def test_no_scene_found_names_the_nearest(hub: Hub, firewatch: Any) -> None:
    line = ("fetch", "sentinelhub", *FIELD, "--from", "2026-11-15", "--to", "2026-11-16")
    said = firewatch.said(*line, *NOW, code=1)
    assert "2026-11-13 11:18 Sentinel-2B ☁ 64%" in said


def test_no_credentials_say_where_to_put_them(firewatch: Any) -> None:
    said = firewatch.said("fetch", "sentinelhub", *FIELD, *MONTH, *NOW, code=1)
    assert "SH_CLIENT_ID" in said
    assert "dataspace.copernicus.eu" in said


def test_secrets_are_in_nothing_that_is_printed(hub: Hub, firewatch: Any) -> None:
    said = firewatch.said("fetch", "sentinelhub", *FIELD, *MONTH, *NOW)
    hub.fail("catalogue", refusal(400, f"bad {CLIENT_SECRET}"))
    said += firewatch.said("fetch", "sentinelhub", *FIELD, *MONTH, *NOW, code=1)
    assert CLIENT_SECRET not in said
    assert hub.tokens[0] not in said


@pytest.mark.parametrize(
    "line",
    [
        ("fetch", "sentinelhub", *MONTH),
        ("fetch", "sentinelhub", *MONTH, "--bbox", "110,23,109,22"),
        ("fetch", "sentinelhub", *MONTH, *FIELD, "--collection", "modis"),
        ("fetch", "sentinelhub", *MONTH, "--county", "无此县"),
        ("fetch", "firms", *DAYS, "--bbox", "here"),
        ("fetch", "firms", "--from", "2026-11-05", "--to", "2026-11-03"),
    ],
)
def test_wrong_usage_is_told(
    firewatch: Any, line: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIREWATCH_FIRMS_MAP_KEY", KEY)
    firewatch.said(*line, code=2)
