"""The map of many points: time to build beside folium's own layer of points, size, time to open.

Prints seconds and ratios; asserts sizes and that nothing is lost. A large folium layer is slow to
build, 200,000 points only with ``FIREWATCH_BENCHMARK=full``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from map_browser import chromium_alone
from map_page import Document, points_in
from map_region import points_table, region

from maps.page import write_map

pytestmark = [pytest.mark.benchmark, pytest.mark.browser]
FULL = os.environ.get("FIREWATCH_BENCHMARK") == "full"
SIZES = (20_000, 200_000) if FULL else (20_000,)
BAR_POINTS, BAR_BYTES = 20_000, 8_000_000


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium_alone(tmp_path_factory.mktemp("bin")) as browser:
        yield browser


def folium_layer(points: pd.DataFrame, path: Path) -> None:
    """Write what a user would otherwise make of the same points: a layer of clickable circles."""
    import folium
    import geopandas

    shown = ["point_id", "ruling", "status", "platform", "confidence", "city", "county", "reason"]
    places = geopandas.points_from_xy(points["lon"], points["lat"], crs="EPSG:4326")
    # folium would run what the hostile names of the test say.
    plain = points[shown].astype(str).assign(city="乙市", county="丁县", reason="位于禁烧区内")
    frame = geopandas.GeoDataFrame(plain, geometry=places)
    page = folium.Map(tiles=None, prefer_canvas=True)
    folium.GeoJson(
        frame, marker=folium.CircleMarker(radius=3), popup=folium.GeoJsonPopup(fields=shown)
    ).add_to(page)
    page.save(path)


@pytest.mark.parametrize("count", SIZES)
def test_a_map_of_many_points_is_small_whole_and_opens(
    count: int, tmp_path: Path, chromium: Any
) -> None:
    points = points_table(count)
    inputs, path = region(points, base_points=points_table(0)), tmp_path / "map.html"
    write_map(region(points_table(10)), tmp_path / "first.html")
    begin = time.perf_counter()
    write_map(inputs, path)
    built_s = time.perf_counter() - begin
    begin = time.perf_counter()
    folium_layer(points, tmp_path / "folium.html")
    folium_s = time.perf_counter() - begin
    page = chromium.new_context(viewport={"width": 1280, "height": 860}).new_page()
    begin = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_function("() => document.getElementById('fw-counts').dataset.counts")
    open_s = time.perf_counter() - begin
    size = path.stat().st_size
    print(
        f"\n{count:,} points: built in {built_s:.2f} s, folium.GeoJson alone {folium_s:.2f} s "
        f"(ratio {built_s / folium_s:.2f}); {size / 1e6:.1f} MB beside "
        f"{(tmp_path / 'folium.html').stat().st_size / 1e6:.1f} MB; usable {open_s:.2f} s after "
        "opening"
    )
    drawn = points_in(Document(path.read_text("utf-8")))
    assert len(drawn) == count and (drawn["unit"] == points["unit"]).all()
    if count == BAR_POINTS:
        assert size < BAR_BYTES
    else:
        assert "point_id" not in drawn and "太多" in page.locator(".fw-warnings").inner_text()
