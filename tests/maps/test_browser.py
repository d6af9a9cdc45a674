"""The map page in a browser without network."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from firewatch.core.geo import dms
from maps.inputs import MapInputs
from maps.page import write_map

pytestmark = pytest.mark.browser

HOSTILE = '<img src="https://x.invalid/a.png" onerror="alert(1)">'
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def _skip_or_fail(reason: str) -> None:
    if os.environ.get("FIREWATCH_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _skip_or_fail("playwright is not installed: pip install playwright")
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        _skip_or_fail(f"no {' or '.join(_NAMES)} on the path: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page did: its requests and everything it complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def path(inputs: MapInputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    write_map(inputs, path)
    return path


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Seen]]:
    contexts = []

    def opened(path: Path, width: int = 1280, height: int = 860) -> Seen:
        context = chromium.new_context(
            offline=True, viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
        seen.page.goto(path.as_uri())
        seen.page.wait_for_function("document.querySelector('.leaflet-overlay-pane canvas')")
        return seen

    yield opened
    for context in contexts:
        context.close()


def _drawn(page: Any, key: str) -> int:
    count: int = page.evaluate(
        """key => map_firewatch.hasLayer(firewatch.layers[key])
            ? firewatch.layers[key].borders.getLayers().filter(each => each._map).length : 0""",
        key,
    )
    return count


def test_it_opens_from_disk_without_a_request_or_a_complaint(
    opened: Callable[..., Seen], path: Path
) -> None:
    seen = opened(path)
    seen.page.wait_for_load_state("networkidle")
    assert seen.requests == [path.as_uri()]
    assert seen.complaints == []


def test_as_many_points_are_drawn_as_the_table_has(
    opened: Callable[..., Seen], path: Path, inputs: MapInputs
) -> None:
    page = opened(path).page
    keys = page.eval_on_selector_all(
        "input[data-layer]", "all => all.map(one => one.dataset.layer)"
    )
    points = [key for key in keys if not re.match("zone-|counties|cities", key)]
    listed = {
        key: int(page.locator(f"label:has(input[data-layer='{key}']) .fw-drawn").inner_text())
        for key in points
    }
    assert {key: _drawn(page, key) for key in points} == listed
    assert sum(listed.values()) == len(inputs.points)


def test_every_layer_goes_and_comes_back(opened: Callable[..., Seen], path: Path) -> None:
    seen = opened(path)
    for box in seen.page.locator("input[data-layer]").all():
        key = box.get_attribute("data-layer")
        before = box.is_checked()
        box.set_checked(not before)
        assert (_drawn(seen.page, key) > 0) is not before
        box.set_checked(before)
        assert (_drawn(seen.page, key) > 0) is before
    assert seen.complaints == []


def test_a_click_on_a_point_tells_everything_about_it(
    opened: Callable[..., Seen], path: Path, inputs: MapInputs
) -> None:
    seen = opened(path)
    at = seen.page.evaluate(
        """() => {
            const marker = firewatch.layers.ban_violation.borders.getLayers()[0];
            map_firewatch.setView(marker.getLatLng(), 14, {animate: false});
            const box = map_firewatch.getContainer().getBoundingClientRect();
            const place = map_firewatch.latLngToContainerPoint(marker.getLatLng());
            return [box.x + place.x, box.y + place.y];
        }"""
    )
    seen.page.mouse.click(*at)
    popup = seen.page.locator(".fw-popup")
    popup.wait_for()
    text = popup.inner_text()
    plain = (
        (inputs.points["ruling"] == "ban_violation")
        & (inputs.points["cause"] == "unknown")
        & (inputs.points["source"] == "satellite")
        & (inputs.points["status"] == "suspected")
    )
    point = inputs.points[plain].iloc[0]
    for known in ("point_id", "acquired_local", "city", "county", "platform", "event_id"):
        assert point[known] in text
    assert "{{ 7 * 7 }} {% raw %}" in text, "the reason stands as it came"
    for word in ("禁烧区焚烧", "高", "疑似秸秆焚烧", "疑似", f"{point.frp_mw:.1f} MW"):
        assert word in text
    lon, lat = round(float(point.lon), 5), round(float(point.lat), 5)
    assert f"{lon:.5f}, {lat:.5f}" in text
    assert dms(lon, "lon") in text and dms(lat, "lat") in text
    link = popup.locator("a")
    assert re.match(
        r"https://uri\.amap\.com/navigation\?to=1\d\d\.\d{5},\d\d\.\d{5},[^,<>\"]+&mode=car$",
        link.get_attribute("href"),
    )
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert popup.locator("img, script").count() == 0
    assert seen.requests == [path.as_uri()] and seen.complaints == []


def test_degrees_minutes_seconds_read_as_in_the_alerts(
    opened: Callable[..., Seen], path: Path
) -> None:
    page = opened(path).page
    values = [108.352, 0.0, -0.5, 109.999999, 23.99999, 21.0166666, -108.5, 22.123456]
    for axis, hemispheres in (("lon", "EW"), ("lat", "NS")):
        shown = page.evaluate(
            "([values, sides]) => values.map(value => firewatch.dms(value, sides))",
            [values, hemispheres],
        )
        assert shown == [dms(value, axis) for value in values]


def test_names_that_attack_are_shown_as_text(opened: Callable[..., Seen], path: Path) -> None:
    seen = opened(path)
    assert HOSTILE in seen.page.locator("h1").inner_text()
    assert seen.page.locator(".fw-label", has_text="onerror").count() >= 1
    assert seen.page.locator("img").count() == 0
    assert seen.complaints == []


def test_a_city_of_the_table_is_found_on_the_map(opened: Callable[..., Seen], path: Path) -> None:
    page = opened(path).page
    page.locator("button[data-city='450200']").click()
    page.wait_for_function(
        "() => { const c = map_firewatch.getCenter(); return c.lng > 108.2 && c.lng < 108.8; }"
    )


def test_on_a_phone_the_panel_opens_beside_the_map(opened: Callable[..., Seen], path: Path) -> None:
    page = opened(path, width=360, height=740).page
    panel, button = page.locator("#fw-panel"), page.locator("#fw-open")
    assert not panel.is_visible()
    button.click()
    assert panel.is_visible() and button.get_attribute("aria-expanded") == "true"
    map_box, panel_box = page.locator(".fw-map").bounding_box(), panel.bounding_box()
    assert map_box["y"] + map_box["height"] <= panel_box["y"] + 1, "they do not overlap"
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == 360, "nothing sticks out"


def test_an_empty_map_opens_and_says_so(
    opened: Callable[..., Seen], make: Callable[..., MapInputs], tmp_path: Path
) -> None:
    write_map(make(0), tmp_path / "empty.html")
    seen = opened(tmp_path / "empty.html")
    assert "没有火点" in seen.page.locator(".fw-missing").inner_text()
    assert seen.complaints == []
