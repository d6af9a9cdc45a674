"""Sentinel Hub: what is searched, asked, paid and kept, and what becomes of every bad answer."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from feed_servers import (
    CLIENT_ID,
    CLIENT_SECRET,
    Answer,
    Hub,
    Naps,
    Scene,
    image_for,
    pattern,
    refusal,
)

from firewatch.core.geo import Extent
from imagery.feeds.errors import FeedError
from imagery.feeds.folder import FolderSource
from imagery.feeds.hub_requests import PRODUCTS, cost_pu, evalscript, grid_over, tiles_of
from imagery.feeds.offers import nothing_found
from imagery.feeds.sentinelhub import SentinelHubSettings, SentinelHubSource, sentinel_hub
from imagery.feeds.web import Patience
from imagery.highres.grid import Grid
from imagery.highres.scene import Ground
from imagery.reading import OutsideRegionError

FIELD = Extent(110.10, 22.60, 110.13, 22.63)
WEST = (109.0, 22.0, 110.1, 23.0)
EAST = (110.05, 22.0, 111.1, 23.0)
S2 = "S2A_MSIL1C_202611{day}T031011_N0511_R075_T49QCE_202611{day}T050000"
SCENES = {
    "sentinel-2-l1c": [
        Scene(S2.format(day="03"), "sentinel-2a", "2026-11-03T03:18:10Z", 8.0, EAST),
        Scene("S2A_west", "sentinel-2a", "2026-11-03T03:18:14Z", 90.0, WEST),
        Scene(S2.format(day="13"), "sentinel-2b", "2026-11-13T03:18:10Z", 64.0, EAST),
        Scene(S2.format(day="23"), "sentinel-2a", "2026-11-23T03:18:10Z", None, EAST),
    ],
    "landsat-ot-l1": [
        Scene(
            "LC08_L1TP_125044_20261110_20261110_02_RT",
            "landsat-8",
            "2026-11-10T03:10:01Z",
            22.5,
            EAST,
        ),
        Scene("LC09_L1GT_night", "landsat-9", "2026-11-11T15:10:01Z", 0.0, EAST),
    ],
}
MONTH = tuple(int(datetime(2026, 11, day, tzinfo=UTC).timestamp()) for day in (1, 30))
QUICK = Patience(attempts=3, timeout_s=5, retry_after_unit_s=0.001)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SH_PROFILE", raising=False)
    monkeypatch.setenv("SH_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("SH_CLIENT_SECRET", CLIENT_SECRET)
    with Hub(SCENES).running() as service:
        assert isinstance(service, Hub)
        yield service


@pytest.fixture
def settings(hub: Hub) -> SentinelHubSettings:
    return SentinelHubSettings(url=hub.url, token_url=hub.token_url, patience=QUICK)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def source(settings: SentinelHubSettings, tmp_path: Path, naps: Naps) -> SentinelHubSource:
    return sentinel_hub(settings, tmp_path / "scenes", naps)


def expected(scene_grid: Grid, layer: int) -> np.ndarray:
    """Return the numbers of a band by the grid alone, whatever tiles it came in."""
    step, _, west, _, _, north = scene_grid.transform
    column = np.arange(scene_grid.columns) + int(west // step)
    line = np.arange(scene_grid.lines)[:, None] - int(north // step)
    return np.asarray(pattern(layer, column, line))


def test_tiles_of_one_overpass_are_one_scene_on_every_page(
    hub: Hub, source: SentinelHubSource
) -> None:
    found = source.search(FIELD, *MONTH)
    assert [(offer.platform, offer.acquired_utc_s) for offer in found] == [
        (name, int(datetime.fromisoformat(when).timestamp()))
        for name, when in [
            ("Sentinel-2A", "2026-11-03T03:18:10Z"),
            ("Landsat-8", "2026-11-10T03:10:01Z"),
            ("Sentinel-2B", "2026-11-13T03:18:10Z"),
            ("Sentinel-2A", "2026-11-23T03:18:10Z"),
        ]
    ]
    assert hub.count("catalogue") == 3
    assert hub.count("token") == 1


def test_cloud_is_weighed_by_the_tiles_share_of_the_place(source: SentinelHubSource) -> None:
    astride = Extent(110.00, 22.4, 110.20, 22.6)
    both = next(offer for offer in source.search(astride, *MONTH))
    # The west tile holds 0.10 of the 0.20 degrees, the east one 0.15.
    assert both.cloud_pct == pytest.approx((90 * 0.10 + 8 * 0.15) / 0.25)
    assert both.scene_id == S2.format(day="03")
    assert both.extent == Extent(109.0, 22.0, 111.1, 23.0)


def test_cloud_above_the_ceiling_is_left_out_but_not_cloud_that_nobody_stated(
    source: SentinelHubSource,
) -> None:
    found = source.search(FIELD, *MONTH, max_cloud_pct=20)
    assert [offer.scene_id for offer in found] == [S2.format(day="03"), S2.format(day="23")]
    assert math.isnan(found[1].cloud_pct)


def test_a_scene_has_the_numbers_of_the_service_on_a_grid_of_its_pixels(
    hub: Hub, source: SentinelHubSource
) -> None:
    offer = source.search(FIELD, *MONTH)[0]
    scene = source.scene(offer, FIELD)
    assert scene.grid.crs == "EPSG:32649"
    assert all(side % 20 == 0 for side in scene.grid.transform)
    covered = scene.grid.extent()
    assert covered.west <= FIELD.west and covered.north >= FIELD.north
    assert covered.east >= FIELD.east and covered.south <= FIELD.south
    for layer, numbers in enumerate(scene.numbers.values()):
        np.testing.assert_array_equal(numbers, expected(scene.grid, layer))
    rho = scene.reflectance("blue")
    np.testing.assert_allclose(rho, (scene.numbers["blue"] - 1000) / 10_000, atol=1e-6)
    assert (scene.sensor, scene.platform, scene.sun_corrected) == ("MSI", "Sentinel-2A", True)
    assert 35 < scene.sun_elevation_deg < 60
    asked = hub.of("process")[0].json()
    assert asked["input"]["data"][0]["dataFilter"]["timeRange"] == {
        "from": "2026-11-03T03:14:10Z",
        "to": "2026-11-03T03:22:10Z",
    }
    assert asked["input"]["bounds"]["properties"]["crs"].endswith("EPSG/0/32649")


def test_landsat_has_its_own_pixels_and_the_ground_of_its_quality_band(
    hub: Hub, source: SentinelHubSource
) -> None:
    offer = next(o for o in source.search(FIELD, *MONTH) if o.collection == "landsat-ot-l1")
    scene = source.scene(offer, FIELD)
    assert scene.grid.transform[0] == 30
    assert scene.grid.transform[2] % 30 == 15
    assert set(np.unique(scene.ground)) == {int(Ground.CLEAR)}
    assert list(scene.numbers) == ["coastal", "blue", "green", "red", "nir", "swir1", "swir2"]
    np.testing.assert_array_equal(scene.numbers["swir2"], expected(scene.grid, 6))


def test_a_scene_is_fetched_once_and_found_by_the_folder(
    hub: Hub, source: SentinelHubSource, tmp_path: Path
) -> None:
    offer = source.search(FIELD, *MONTH)[0]
    assert source.cost_pu(offer, FIELD) > 0
    first = source.scene(offer, FIELD)
    again = source.scene(offer, FIELD)
    assert hub.count("process") == 1
    assert source.cost_pu(offer, FIELD) == 0
    np.testing.assert_array_equal(first.numbers["nir"], again.numbers["nir"])
    assert [path.suffix for path in (tmp_path / "scenes").iterdir()] == [".tif"]
    kept = FolderSource([tmp_path / "scenes"])
    (local,) = kept.search(FIELD, *MONTH)
    assert (local.scene_id, local.acquired_utc_s) == (offer.scene_id, offer.acquired_utc_s)
    np.testing.assert_array_equal(kept.scene(local, FIELD).numbers["red"], first.numbers["red"])


def test_a_large_place_comes_in_tiles_that_join_without_a_seam(
    hub: Hub, source: SentinelHubSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagery.feeds.hub_requests.LARGEST_SIDE_PX", 100)
    offer = source.search(FIELD, *MONTH)[0]
    scene = source.scene(offer, FIELD)
    assert hub.count("process") == 4
    assert all(asked.json()["output"]["width"] <= 100 for asked in hub.of("process"))
    np.testing.assert_array_equal(scene.numbers["swir1"], expected(scene.grid, 4))


def test_tiles_that_came_before_a_failure_are_not_fetched_again(
    hub: Hub, source: SentinelHubSource, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("imagery.feeds.hub_requests.LARGEST_SIDE_PX", 100)
    offer = source.search(FIELD, *MONTH)[0]
    hub.scenes = {}
    grid = grid_over(PRODUCTS[offer.collection], FIELD)
    whole = [_process_payload(tile.bounds_m(), tile.grid) for tile in tiles_of(grid)]
    hub.fail("process", *[Answer(image_for(payload)) for payload in whole[:2]])
    hub.fail("process", *[refusal(503, "down")] * 3)
    with pytest.raises(FeedError):
        source.scene(offer, FIELD)
    assert list((tmp_path / "scenes").glob("*.tif")) == []
    hub.asked.clear()
    scene = source.scene(offer, FIELD)
    assert hub.count("process") == 2
    np.testing.assert_array_equal(scene.numbers["green"], expected(scene.grid, 1))
    assert [path.name for path in (tmp_path / "scenes").iterdir()] == [
        source.path_of(offer, FIELD).name
    ]


def _process_payload(bounds: tuple[float, ...], grid: Grid) -> dict[str, object]:
    place = {"bbox": list(bounds), "properties": {"crs": grid.crs}}
    return {
        "input": {"bounds": place, "data": [{"type": "sentinel-2-l1c"}]},
        "output": {"width": grid.columns, "height": grid.lines},
    }


@pytest.mark.parametrize(
    ("fault", "pauses"),
    [
        (refusal(429, "slow down", **{"Retry-After": "1500"}), [1.5]),
        (refusal(429, "slow down"), [2.0]),
        (refusal(500, "oops"), [2.0]),
        (Answer(b"II*\0 no image", kind="image/tiff"), [2.0]),
        (Answer(b"x" * 4000, cut=2000), [2.0]),
        (Answer(b"", silent_s=30), [2.0]),
    ],
    ids=["told how long", "too many", "server error", "no image", "cut off", "silent"],
)
def test_a_passing_fault_is_asked_again(
    hub: Hub, settings: SentinelHubSettings, tmp_path: Path, fault: Answer, pauses: list[float]
) -> None:
    naps = Naps()
    impatient = replace(settings, patience=replace(QUICK, timeout_s=0.5))
    source = sentinel_hub(impatient, tmp_path / "scenes", naps)
    offer = source.search(FIELD, *MONTH)[0]
    hub.fail("process", fault)
    source.scene(offer, FIELD)
    assert hub.count("process") == 2
    assert naps.seconds == pauses


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_tiff_that_breaks_off_is_asked_for_again(
    hub: Hub, source: SentinelHubSource, share: float
) -> None:
    offer = source.search(FIELD, *MONTH)[0]
    grid = grid_over(PRODUCTS[offer.collection], FIELD)
    whole = image_for(_process_payload(tiles_of(grid)[0].bounds_m(), grid))
    hub.fail("process", Answer(whole[: int(len(whole) * share)], kind="image/tiff"))
    scene = source.scene(offer, FIELD)
    assert hub.count("process") == 2
    np.testing.assert_array_equal(scene.numbers["nir"], expected(scene.grid, 3))


@pytest.mark.parametrize(
    # The package shows no header of a refused token.
    ("endpoint", "pauses"),
    [("token", [2.0, 4.0]), ("catalogue", [2.0, 0.25])],
)
def test_faults_of_token_and_catalogue_pass_too(
    hub: Hub, source: SentinelHubSource, naps: Naps, endpoint: str, pauses: list[float]
) -> None:
    hub.fail(endpoint, refusal(503, "down"), refusal(429, "", **{"Retry-After": "250"}))
    assert len(source.search(FIELD, *MONTH)) == 4
    assert naps.seconds == pauses


def test_a_token_that_expired_on_the_way_is_renewed(hub: Hub, source: SentinelHubSource) -> None:
    offer = source.search(FIELD, *MONTH)[0]
    hub.expire()
    source.scene(offer, FIELD)
    assert hub.tokens == ["token-1", "token-2"]
    assert hub.count("process") == 2


def test_a_token_about_to_expire_is_renewed_before_it_is_used(
    hub: Hub, source: SentinelHubSource
) -> None:
    hub.lasts_s = 60
    offer = source.search(FIELD, *MONTH)[0]
    source.scene(offer, FIELD)
    assert len(hub.tokens) > 1
    assert {asked.headers["Authorization"] for asked in hub.of("process")} == {
        f"Bearer {hub.tokens[-1]}"
    }


def test_a_service_that_stays_down_is_told_and_nothing_is_left(
    hub: Hub, source: SentinelHubSource, naps: Naps, tmp_path: Path
) -> None:
    offer = source.search(FIELD, *MONTH)[0]
    hub.fail("process", *[refusal(500, "oops")] * 3)
    with pytest.raises(FeedError, match=r"3 attempts: HTTP 500"):
        source.scene(offer, FIELD)
    assert naps.seconds == [2.0, 4.0]
    assert not (tmp_path / "scenes").exists()


def test_a_scene_without_data_over_the_place_is_outside_and_leaves_nothing(
    hub: Hub, source: SentinelHubSource, tmp_path: Path
) -> None:
    offer = source.search(FIELD, *MONTH)[0]
    grid = grid_over(PRODUCTS[offer.collection], FIELD)
    payload = _process_payload(tiles_of(grid)[0].bounds_m(), grid)
    hub.fail("process", Answer(image_for(payload, data=False), kind="image/tiff"))
    with pytest.raises(OutsideRegionError, match="no data over the place"):
        source.scene(offer, FIELD)
    assert list((tmp_path / "scenes").glob("*.tif")) == []


def test_what_the_service_refuses_is_told_in_its_words(hub: Hub, source: SentinelHubSource) -> None:
    offer = source.search(FIELD, *MONTH)[0]
    hub.fail("process", refusal(403, f"Insufficient processing units for {CLIENT_ID}"))
    with pytest.raises(FeedError, match="HTTP 403 Insufficient processing units") as told:
        source.scene(offer, FIELD)
    assert CLIENT_ID not in str(told.value)


def test_wrong_credentials_are_told(
    hub: Hub, settings: SentinelHubSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SH_CLIENT_SECRET", "wrong-secret")
    with pytest.raises(FeedError, match="does not accept these OAuth credentials") as told:
        sentinel_hub(settings, tmp_path, Naps()).search(FIELD, *MONTH)
    assert "wrong-secret" not in str(told.value)


def test_no_credentials_say_where_to_put_them_and_write_no_configuration(
    hub: Hub, settings: SentinelHubSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SH_CLIENT_ID")
    with pytest.raises(FeedError, match="SH_CLIENT_SECRET") as told:
        sentinel_hub(settings, tmp_path, Naps()).search(FIELD, *MONTH)
    assert "dataspace.copernicus.eu" in str(told.value)
    assert not (tmp_path / "config").exists()


def test_credentials_and_addresses_may_come_from_a_profile(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SH_CLIENT_ID")
    monkeypatch.delenv("SH_CLIENT_SECRET")
    file = tmp_path / "config" / "sentinelhub" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f'[ours]\nsh_client_id = "{CLIENT_ID}"\nsh_client_secret = "{CLIENT_SECRET}"\n'
        f'sh_base_url = "{hub.url}"\nsh_token_url = "{hub.token_url}"\n'
    )
    ours = SentinelHubSettings(profile="ours", patience=QUICK)
    assert len(sentinel_hub(ours, tmp_path, Naps()).search(FIELD, *MONTH)) == 4
    with pytest.raises(FeedError, match="no such profile"):
        sentinel_hub(replace(ours, profile="theirs"), tmp_path, Naps()).search(FIELD, *MONTH)
    monkeypatch.setenv("SH_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("SH_CLIENT_SECRET", CLIENT_SECRET)
    unnamed = replace(ours, profile="", url=hub.url, token_url=hub.token_url)
    assert len(sentinel_hub(unnamed, tmp_path, Naps()).search(FIELD, *MONTH)) == 4


def test_secret_and_token_are_in_no_file_or_log(
    hub: Hub, source: SentinelHubSource, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source.scene(source.search(FIELD, *MONTH)[0], FIELD)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "scenes").iterdir())
    for secret in (CLIENT_SECRET, hub.tokens[0]):
        assert secret not in caplog.text
        assert secret.encode() not in kept


def test_nothing_found_names_the_nearest_scenes_and_their_cloud(
    source: SentinelHubSource,
) -> None:
    days = [int(datetime(2026, 11, day, tzinfo=UTC).timestamp()) for day in (14, 16)]
    assert source.search(FIELD, *days) == []
    told = str(nothing_found(source, FIELD, days[0], days[1], 20))
    assert "2026-11-13 11:18 Sentinel-2B ☁ 64%" in told
    assert "2026-11-10 11:10 Landsat-8 ☁ 22%" in told
    assert "☁ ?%" in told


@pytest.mark.parametrize(
    ("collection", "lines", "columns", "units"),
    [
        # 512 × 512 pixels and 3 bands are 1 unit; 7 bands of Sentinel-2 are 7/3.
        ("sentinel-2-l1c", 512, 512, 7 / 3),
        # 7 bands, QA_PIXEL and QA_RADSAT of Landsat are 9/3.
        ("landsat-ot-l1", 512, 512, 3.0),
        # The least area is 0.01.
        ("sentinel-2-l1c", 10, 10, 0.01 * 7 / 3),
        ("sentinel-2-l1c", 5000, 5000, 5000**2 / 512**2 * 7 / 3),
    ],
)
def test_the_cost_is_that_of_the_documented_formula(
    collection: str, lines: int, columns: int, units: float
) -> None:
    grid = Grid("EPSG:32649", (20.0, 0.0, 0.0, 0.0, -20.0, 0.0), lines, columns)
    assert cost_pu(PRODUCTS[collection], grid) == pytest.approx(units)


def test_the_script_asks_for_the_bands_that_are_paid_and_the_data_mask() -> None:
    script = evalscript(PRODUCTS["landsat-ot-l1"])
    assert '"B07", "BQA", "QA_RADSAT", "dataMask"' in script
    assert script.count('"REFLECTANCE"') == 7
    assert script.count('"DN"') == 3
    assert "number(s.B07, (s.QA_RADSAT >> 6) & 1)" in script
