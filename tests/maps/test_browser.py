"""The map page in a browser without network."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
from map_browser import counts
from map_region import TINY_PNG

from firewatch.core.geo import distance_km, dms, wgs84_to_gcj02
from maps.inputs import MapInputs
from maps.page import write_map

pytestmark = pytest.mark.browser

HOSTILE = '<img src="https://x.invalid/a.png" onerror="alert(1)">'
CLOSING = "</script><script>alert(2)</script>"


def _shown(page: Any, key: str) -> bool:
    shown: bool = page.evaluate("key => map_firewatch.hasLayer(firewatch.layers[key])", key)
    return shown


def _picture(page: Any) -> str:
    """Return what stands on the points' canvas."""
    picture: str = page.evaluate("document.querySelector('.fw-points').toDataURL()")
    return picture


def test_it_opens_from_disk_without_a_request_or_a_complaint(
    opened: Callable[..., Any], path: Path
) -> None:
    seen = opened(path)
    seen.page.wait_for_load_state("networkidle")
    assert seen.requests == [path.as_uri()]
    assert seen.complaints == []


def test_every_layer_goes_and_comes_back(opened: Callable[..., Any], path: Path) -> None:
    seen = opened(path)
    for box in seen.page.locator("input[data-layer]").all():
        key = box.get_attribute("data-layer")
        before = box.is_checked()
        assert _shown(seen.page, key) is before
        box.set_checked(not before)
        assert _shown(seen.page, key) is not before
        box.set_checked(before)
        assert _shown(seen.page, key) is before
    assert seen.complaints == []


def test_every_look_and_extra_layer_changes_the_picture_and_back(
    opened: Callable[..., Any], path: Path
) -> None:
    seen = opened(path, width=900, height=420)
    for scheme in ("ruling", "status", "platform", "confidence"):
        seen.page.select_option("#fw-scheme", scheme)
        boxes = seen.page.locator(f"[data-scheme='{scheme}'] input, input[data-extra]").all()
        assert len(boxes) >= 5
        for box in boxes:
            before, whole = box.is_checked(), _picture(seen.page)
            box.set_checked(not before)
            assert _picture(seen.page) != whole
            box.set_checked(before)
            assert _picture(seen.page) == whole
    assert seen.complaints == []


def test_points_stay_on_the_map_wherever_it_goes(opened: Callable[..., Any], path: Path) -> None:
    page = opened(path).page
    empty = "() => document.querySelector('.fw-points').toDataURL() === (c => { const one ="
    empty += " document.querySelector('.fw-points'); c.width = one.width; c.height = one.height;"
    empty += " return c.toDataURL(); })(document.createElement('canvas'))"
    moves = (
        "map_firewatch.setZoom(9.5, {animate: false})",
        "map_firewatch.fitBounds([[23.1, 107.2], [23.9, 108.8]], {animate: false})",
        "map_firewatch.panBy([40, 30], {animate: false})",
        "document.getElementById('fw-open').click()",
        "map_firewatch.setView([23.5, 108], 10, {animate: true})",
    )
    for move in moves:
        page.evaluate(move)
        page.wait_for_timeout(400)
        assert not page.evaluate(empty), move


def test_every_shading_colours_the_counties_and_explains_itself(
    opened: Callable[..., Any], path: Path
) -> None:
    page = opened(path).page
    fills = """() => ['450101', '450102', '450201', '450202'].map(code => {
        let fill = null;
        firewatch.layers.counties.borders.eachLayer(each => {
            if (String(each.feature.properties.adcode) === code) { fill = each.options.fillColor; }
        });
        return fill;
    })"""
    style = json.loads(page.locator("#firewatch-settings").inner_text())["style"]
    seen, states = style["seen"], style["states"]
    grey = style["unknown"]["fillColor"]
    page.select_option("#fw-shading", "seen")
    assert page.evaluate(fills) == [
        seen["clear"]["fillColor"], seen["cloudy"]["fillColor"], seen["unseen"]["fillColor"], grey,
    ]  # fmt: skip
    page.select_option("#fw-pass", "1")
    assert page.evaluate(fills) == [seen["partly"]["fillColor"], grey, grey, grey]
    page.select_option("#fw-shading", "state")
    missed, unseen = states["missed"]["fillColor"], states["unseen"]["fillColor"]
    assert page.evaluate(fills) == [missed, missed, unseen, unseen]
    for name in ("count", "change", "intensity"):
        page.select_option("#fw-shading", name)
        legend = page.locator(f"[data-shading='{name}'] .fw-item")
        assert legend.first.is_visible() and legend.count() >= 3
        assert len(set(page.evaluate(fills))) > 1


SEARCHES = {
    "丁县": ["丁县"],
    "乙市": ["乙市"],
    "丁县镇安镇": ["丁县 镇安镇"],
    "无火": ["丁县 无火乡"],
    "VIIRS_I|17": ["VIIRS_I|17"],
    "108.35, 23.4": ["WGS-84：108.35000, 23.40000", "GCJ-02"],
    "https://uri.amap.com/marker?position=108.55,23.6": ["GCJ-02", "WGS-84"],
}


def test_search_finds_places_ids_and_coordinates(opened: Callable[..., Any], path: Path) -> None:
    seen = opened(path)
    centre = "(c => [c.lat, c.lng])(map_firewatch.getCenter())"
    for query, names in SEARCHES.items():
        seen.page.evaluate("document.activeElement.blur()")
        seen.page.keyboard.press("/")
        seen.page.fill("#fw-search", query)
        found = seen.page.locator("#fw-found li").all_inner_texts()
        for name, text in zip(names, found, strict=False):
            assert name in text
        before = seen.page.evaluate(centre)
        seen.page.locator("#fw-found button").first.click()
        assert seen.page.evaluate(centre) != before, query
    seen.page.fill("#fw-search", "没有这个地方")
    assert seen.page.locator("#fw-found").inner_text() == "没有找到"
    assert seen.complaints == []


def test_townships_of_one_name_are_found_in_every_county_and_where_nothing_burned(
    opened: Callable[..., Any], path: Path
) -> None:
    page = opened(path).page
    page.fill("#fw-search", "镇安镇")
    found = page.locator("#fw-found li").all_inner_texts()
    assert len(found) == 4 and all(name.endswith("镇安镇") for name in found)
    page.fill("#fw-search", "乙市" + "甲\u202e乙" + " 镇安")
    assert page.locator("#fw-found li").count() == 1
    page.locator("#fw-found button").click()
    centre = page.evaluate("map_firewatch.getCenter()")
    assert (centre["lng"], centre["lat"]) == pytest.approx((108.5, 23.8), abs=1e-6)
    page.fill("#fw-search", "丁县")
    assert page.locator("#fw-found li").count() == 1, "not everything that lies in it"


@pytest.mark.parametrize("kind", ["csv", "geojson"])
def test_what_is_shown_can_be_saved(
    opened: Callable[..., Any], path: Path, inputs: MapInputs, tmp_path: Path, kind: str
) -> None:
    seen = opened(path)
    seen.page.locator("summary", has_text="筛选").click()
    seen.page.select_option("#fw-ruling", "ban_violation")
    seen.page.locator("summary", has_text="清单").click()
    with seen.page.expect_download() as download:
        seen.page.locator(f"#fw-{kind}").click()
    assert download.value.suggested_filename == f"SIMULATED_firewatch_2020-21.{kind}"
    target = tmp_path / f"shown.{kind}"
    download.value.save_as(target)
    if kind == "csv":
        saved = pd.read_csv(target, encoding="utf-8-sig", keep_default_na=False)
        assert saved["reason"].iloc[0].lstrip("'") == inputs.points["reason"].iloc[0]
    else:
        features = json.loads(target.read_text("utf-8"))["features"]
        saved = pd.DataFrame([each["properties"] for each in features])
        places = [each["geometry"]["coordinates"] for each in features]
        assert places == saved[["lon", "lat"]].to_numpy().tolist()
    wanted = inputs.points[inputs.points["ruling"] == "ban_violation"]
    assert saved["point_id"].tolist() == wanted["point_id"].tolist()
    assert np.allclose(saved[["lon", "lat"]], wanted[["lon", "lat"]], atol=1e-9)
    assert saved["county"].tolist() == wanted["county"].tolist()
    assert set(saved["data_note"]) == {
        "模拟数据 / SIMULATED; 示意性分区，非法定依据 / ILLUSTRATIVE ZONES"
    }
    assert seen.complaints == []


def test_a_link_leads_to_the_same_view(opened: Callable[..., Any], path: Path) -> None:
    page = opened(path).page
    page.locator("summary", has_text="筛选").click()
    page.select_option("#fw-city", "450200")
    page.fill("#fw-from", "2020-11-10")
    page.fill("#fw-to", "2020-11-20")
    page.select_option("#fw-shading", "count")
    page.evaluate("map_firewatch.setView([23.3, 108.6], 11, {animate: false})")
    address, before = page.evaluate("location.href"), counts(page)
    other = opened(path, address=address).page
    assert counts(other) == before
    centre = other.evaluate("map_firewatch.getCenter()")
    assert (centre["lat"], centre["lng"]) == pytest.approx((23.3, 108.6), abs=1e-3)
    assert other.locator("#fw-shading").input_value() == "count"
    assert other.locator("#fw-from").input_value() == "2020-11-10"


def test_the_sheet_is_one_a3_page_with_title_legend_scale_north_and_the_cloud_note(
    opened: Callable[..., Any], path: Path, tmp_path: Path
) -> None:
    seen = opened(path)
    seen.page.evaluate("window.print = () => { window.printed = true; }")
    seen.page.locator("#fw-print").click()
    seen.page.wait_for_function("() => window.printed")
    for part in ("h1", ".fw-panel", ".leaflet-control-scale", ".fw-north", ".fw-corner"):
        assert seen.page.locator(part).first.is_visible()
    assert "云覆盖" in seen.page.locator(".fw-corner").inner_text()
    assert "来源" in seen.page.locator(".fw-notes").inner_text()
    seen.page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)
    printed = (tmp_path / "sheet.pdf").read_bytes()
    boxes = re.findall(rb"/MediaBox \[([^]]*)\]", printed)
    assert len(boxes) == 1, "one page"
    assert [round(float(size) / 72 * 25.4) for size in boxes[0].split()] == [0, 0, 420, 297]
    seen.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert "fw-sheet" not in seen.page.evaluate("document.body.className")
    assert seen.complaints == []


def test_length_and_area_are_measured(opened: Callable[..., Any], path: Path) -> None:
    page = opened(path).page
    page.locator("#fw-measure").click()
    for lat, lon in ((23.4, 108.0), (23.4, 108.1), (23.5, 108.1), (23.5, 108.0)):
        page.evaluate(
            "([lat, lon]) => map_firewatch.fire('click', {latlng: L.latLng(lat, lon)})", [lat, lon]
        )
    km, ha = map(float, re.findall(r"[\d.]+", page.locator("#fw-measured").inner_text()))
    corners = np.array([[108.0, 23.4], [108.1, 23.4], [108.1, 23.5], [108.0, 23.5]])
    sides = distance_km(corners[:-1, 0], corners[:-1, 1], corners[1:, 0], corners[1:, 1])
    assert km == pytest.approx(sides.sum(), rel=0.003)
    assert ha == pytest.approx(100 * 11.1195 * 11.1195 * np.cos(np.radians(23.45)), rel=0.003)
    page.keyboard.press("Escape")
    assert page.locator("#fw-measured").inner_text() == ""


def test_a_click_on_a_point_tells_everything_about_it(
    opened: Callable[..., Any], path: Path, inputs: MapInputs
) -> None:
    plain = (
        (inputs.points["ruling"] == "ban_violation")
        & (inputs.points["cause"] == "unknown")
        & (inputs.points["source"] == "satellite")
        & (inputs.points["status"] == "suspected")
        & (inputs.points["finding"] == "burn_scar")
    )
    point = inputs.points[plain].iloc[0]
    seen = opened(path)
    at = seen.page.evaluate(
        """wanted => {
            const data = firewatch.views.now.table;
            const row = data.point_id.findIndex(id => id === wanted);
            const at = [data.lat[row] / 1e5, data.lon[row] / 1e5];
            map_firewatch.setView(at, 14, {animate: false});
            const box = map_firewatch.getContainer().getBoundingClientRect();
            const place = map_firewatch.latLngToContainerPoint(at);
            return [box.x + place.x, box.y + place.y];
        }""",
        point["point_id"],
    )
    seen.page.mouse.click(*at)
    popup = seen.page.locator(".fw-popup")
    popup.wait_for()
    text = popup.inner_text()
    local = pd.Timestamp(point["acquired_s"] + 8 * 3600, unit="s").strftime("%Y-%m-%d %H:%M")
    assert local in text and "高分影像见过火迹地 0.42 ha" in text and CLOSING in text
    for known in ("point_id", "city", "county", "platform", "event_id"):
        assert point[known] in text
    assert "{{ 7 * 7 }} {% raw %}" in text, "the reason stands as it came"
    for word in ("禁烧区焚烧", "高", "疑似秸秆焚烧", "疑似", f"{point.frp_mw:.1f} MW"):
        assert word in text
    lon, lat = round(float(point.lon), 5), round(float(point.lat), 5)
    assert f"{lon:.5f}, {lat:.5f}" in text
    assert dms(lon, "lon") in text and dms(lat, "lat") in text
    link = popup.locator("a").first
    assert re.match(
        r"https://uri\.amap\.com/navigation\?to=1\d\d\.\d{5},\d\d\.\d{5},[^,<>\"]+&mode=car$",
        link.get_attribute("href"),
    )
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert popup.locator("img[src^=http], script").count() == 0
    assert seen.requests == [path.as_uri()] and seen.complaints == []


def test_names_that_attack_are_shown_as_text(opened: Callable[..., Any], path: Path) -> None:
    seen = opened(path)
    assert HOSTILE in seen.page.locator("h1").inner_text()
    assert seen.page.locator(".fw-label", has_text="onerror").count() >= 1
    assert seen.page.locator("img").count() == 0
    seen.page.locator("summary", has_text="筛选").click()
    assert CLOSING in seen.page.locator("#fw-county").inner_text()
    assert seen.complaints == []


def test_a_city_of_the_table_is_found_on_the_map(opened: Callable[..., Any], path: Path) -> None:
    page = opened(path).page
    page.locator("button[data-city='450200']").click()
    page.wait_for_function(
        "() => { const c = map_firewatch.getCenter(); return c.lng > 108.2 && c.lng < 108.8; }"
    )


def test_on_a_phone_the_panel_opens_beside_the_map(opened: Callable[..., Any], path: Path) -> None:
    page = opened(path, width=360, height=740).page
    panel, button = page.locator("#fw-panel"), page.locator("#fw-open")
    assert not panel.is_visible()
    button.click()
    assert panel.is_visible() and button.get_attribute("aria-expanded") == "true"
    map_box, panel_box = page.locator(".fw-map").first.bounding_box(), panel.bounding_box()
    assert map_box["y"] + map_box["height"] <= panel_box["y"] + 1, "they do not overlap"
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == 360, "nothing sticks out"


def test_an_empty_map_opens_and_says_so(
    opened: Callable[..., Any], make: Callable[..., MapInputs], tmp_path: Path
) -> None:
    write_map(make(0), tmp_path / "empty.html")
    seen = opened(tmp_path / "empty.html")
    assert "没有火点" in seen.page.locator(".fw-missing").inner_text()
    assert seen.complaints == []


@pytest.mark.parametrize(
    "changes",
    [
        {"points": 0},
        {"base_points": 0},
        {"days": 0},
        {"zones": 0, "permits": 0},
        {"counties": 0, "cities": 0},
        {"passes": 0, "ground": 0, "target": None},
    ],
    ids=str,
)
def test_a_map_with_something_missing_opens_and_every_control_works(
    opened: Callable[..., Any], make: Callable[..., MapInputs], tmp_path: Path, changes: Any
) -> None:
    whole = make(1 if "points" in changes else 30)
    cut: dict[str, Any] = {}
    geometry = {"zones": "zone", "permits": "permit", "counties": "county", "cities": "city"}
    for name, wanted in changes.items():
        cut[name] = None if wanted is None else getattr(whole, name).iloc[:0]
        if name in geometry:
            cut[f"{geometry[name]}_geometry"] = np.array([], dtype=object)
    write_map(dataclasses.replace(whole, **cut), tmp_path / "odd.html")
    seen = opened(tmp_path / "odd.html")
    for chooser in ("#fw-shading", "#fw-scheme"):
        for value in seen.page.locator(f"{chooser} option").all():
            seen.page.select_option(chooser, value.get_attribute("value"))
    for each in (
        "[data-extra=events]",
        "[data-extra=density]",
        "#fw-beside",
        "#fw-all",
        "#fw-only",
    ):
        seen.page.evaluate("one => document.querySelector(one).click()", each)
    seen.page.fill("#fw-search", "丁县")
    assert seen.complaints == []


def test_online_backgrounds_ask_their_own_hosts_and_fail_quietly(
    opened: Callable[..., Any], make: Callable[..., MapInputs], tmp_path: Path
) -> None:
    write_map(make(3, online_tiles=("osm", "amap")), tmp_path / "online.html")
    seen = opened(tmp_path / "online.html")
    seen.page.wait_for_selector("#fw-tiles-fail", state="visible")
    asked = {urlsplit(address).netloc for address in seen.requests if "://" in address}
    assert asked - {""} == {"tile.openstreetmap.org"}
    assert all("ERR_" in complaint for complaint in seen.complaints), "nothing but the network"
    seen.page.locator(".fw-item", has_text="高德").locator("input").check()
    seen.page.wait_for_timeout(300)
    asked = {urlsplit(address).netloc for address in seen.requests if "://" in address}
    assert all(re.search(r"openstreetmap\.org$|autonavi\.com$", host) for host in asked - {""})


def test_shifted_tiles_lie_where_the_ground_is(
    opened: Callable[..., Any], make: Callable[..., MapInputs], tmp_path: Path
) -> None:
    write_map(make(3, online_tiles=("amap",)), tmp_path / "online.html")
    page = opened(tmp_path / "online.html", tile=TINY_PNG).page
    page.evaluate("map_firewatch.setView([22.815, 108.375], 15, {animate: false})")
    page.wait_for_timeout(500)
    tiles = page.evaluate(
        """() => [...document.querySelectorAll('.leaflet-tile-loaded')].map(tile => {
            const box = tile.getBoundingClientRect();
            const frame = map_firewatch.getContainer().getBoundingClientRect();
            return [tile.src, box.x - frame.x, box.y - frame.y];
        })"""
    )
    middle = page.evaluate("(p => [p.x, p.y])(map_firewatch.getSize().divideBy(2))")
    lon, lat = (float(value) for value in wgs84_to_gcj02(108.375, 22.815))
    across = (lon / 360 + 0.5) * 256 * 2**15
    down = (0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi)) * 256 * 2**15
    assert len(tiles) >= 4
    for source, left, top in tiles:
        x, y = (int(re.search(rf"[?&]{name}=(\d+)", source)[1]) for name in "xy")
        # The tile's pixel of the shifted middle must lie in the middle of the map.
        assert left + across - 256 * x == pytest.approx(middle[0], abs=1.5)
        assert top + down - 256 * y == pytest.approx(middle[1], abs=1.5)
