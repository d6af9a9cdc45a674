"""The map page as a text: self-contained, closed, and equal to its tables."""

from __future__ import annotations

import base64
import hashlib
import html as html_text
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.geo import wgs84_to_gcj02
from firewatch.core.vocab import Language
from maps.geometry import simplified
from maps.inputs import MapInputs
from maps.page import build_map, write_map

HOSTILE = '<img src="https://x.invalid/a.png" onerror="alert(1)">'


class Document(HTMLParser):
    """Tags, attributes, texts outside scripts and JSON blocks of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.scripts: list[str] = []
        self.blocks: dict[str, Any] = {}
        self.rows: list[list[str]] = []
        self._open: tuple[str, dict[str, str | None]] = ("", {})
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = (tag, dict(attrs))
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        self._open = ("", {})

    def handle_data(self, data: str) -> None:
        tag, attributes = self._open
        if tag == "script" and attributes.get("type") == "application/json":
            self.blocks[str(attributes["id"])] = json.loads(data)
        elif tag == "script":
            self.scripts.append(data)
        elif tag != "style":
            self.text += data
            if self.rows and data.strip():
                self.rows[-1].append(data.strip())


@pytest.fixture(scope="module")
def page(inputs: MapInputs) -> str:
    return build_map(inputs)


@pytest.fixture(scope="module")
def document(page: str) -> Document:
    return Document(page)


def drawn_points(document: Document) -> pd.DataFrame:
    """Return the points inside a page as a table, with the layer that draws them."""
    tables = []
    for name, block in document.blocks.items():
        if "points" in block:
            columns = {
                key: np.array(value["words"], dtype=object)[value["codes"]]
                if isinstance(value, dict)
                else value
                for key, value in block["points"].items()
            }
            tables.append(pd.DataFrame(columns).assign(layer=name.removeprefix("data-")))
    return pd.concat(tables, ignore_index=True)


def test_the_page_names_nothing_that_a_browser_would_fetch(page: str, document: Document) -> None:
    fetching = {"src", "href", "srcset", "action", "data", "poster", "background", "formaction"}
    assert not [(tag, attrs) for tag, attrs in document.tags if fetching & set(attrs)]
    assert not {"link", "iframe", "object", "embed", "base", "img"} & {
        tag for tag, _ in document.tags
    }
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert "@import" not in styles
    for target in re.findall(r"url\(\s*['\"]?([^)]{0,20})", styles):
        assert target.startswith(("data:", "#default"))
    assert "sourceMappingURL" not in page


def test_the_policy_lets_exactly_the_pages_own_scripts_run(page: str, document: Document) -> None:
    policies = [
        attrs["content"]
        for tag, attrs in document.tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1 and policies[0] is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policies[0].split(";"))
    assert rules["default-src"] == "'none'" and rules["img-src"] == "data:"
    codes = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    wanted = {
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        for code in codes
    }
    assert set(rules["script-src"].split()) == wanted and len(codes) == 3
    assert not [name for _, attrs in document.tags for name in attrs if name.startswith("on")]
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_the_points_in_the_page_are_those_of_the_table(
    inputs: MapInputs, document: Document
) -> None:
    drawn = drawn_points(document).set_index("point_id")
    assert drawn.index.is_unique and set(drawn.index) == set(inputs.points["point_id"])
    table = inputs.points.set_index("point_id").loc[drawn.index]
    for name in ("acquired_local", "ruling", "cause", "status", "source", "platform"):
        assert drawn[name].tolist() == table[name].astype(str).tolist()
    for name in ("confidence", "city", "county", "reason", "event_id"):
        assert drawn[name].tolist() == table[name].tolist()
    assert np.allclose(drawn["lon"], table["lon"], atol=5.1e-6, rtol=0)
    assert np.allclose(drawn["lat"], table["lat"], atol=5.1e-6, rtol=0)
    frp = pd.to_numeric(drawn["frp_mw"])
    assert np.allclose(frp, table["frp_mw"], atol=0.051, rtol=0, equal_nan=True)
    gcj_lon, gcj_lat = wgs84_to_gcj02(table["lon"], table["lat"])
    assert np.allclose(drawn["gcj_lon"], gcj_lon, atol=5.1e-6, rtol=0)
    assert np.allclose(drawn["gcj_lat"], gcj_lat, atol=5.1e-6, rtol=0)


def test_a_steelworks_a_patrol_and_a_rejected_point_do_not_look_like_straw_burning(
    document: Document,
) -> None:
    drawn = drawn_points(document)
    for row in drawn.itertuples():
        if row.status == "rejected":
            assert row.layer == "rejected"
        elif row.source == "supervision":
            assert row.layer == "supervision"
        elif row.cause != "unknown":
            assert row.layer == "heat"
        else:
            assert row.layer == row.ruling
    looks = {
        (block["style"]["shape"], block["style"]["fillColor"], block["style"]["color"])
        for block in document.blocks.values()
        if "points" in block
    }
    assert len(looks) == drawn["layer"].nunique() == 7


def test_rulings_differ_by_shape_or_fill_and_not_by_hue_alone(document: Document) -> None:
    rulings = ("ban_violation", "restricted_unpermitted", "restricted_permitted", "unzoned")
    styles = [document.blocks[f"data-{name}"]["style"] for name in rulings]
    assert len({(style["shape"], style["fillColor"] == "#ffffff") for style in styles}) == 4


def test_hostile_names_stay_text(page: str, document: Document) -> None:
    assert page.count("<script") == len(document.scripts) + len(document.blocks)
    assert "alert(1)" not in "".join(document.scripts)
    assert (
        html_text.escape(HOSTILE) in page
        or html_text.escape(HOSTILE).replace("&quot;", "&#34;") in page
    )
    assert "<img" not in page
    # A template engine further down must not compute what a name says.
    names = {row["name"] for row in zone_records(document)}
    assert any("{{ 7 * 7 }} {% raw %}" in name for name in names) and HOSTILE in names
    assert "49 {%" not in page


def zone_records(document: Document) -> list[dict[str, str]]:
    return [
        feature["properties"]
        for name, block in document.blocks.items()
        if name.startswith("data-zone-")
        for feature in block["polygons"]["features"]
    ]


def test_every_zone_is_in_the_layer_of_its_kind(inputs: MapInputs, document: Document) -> None:
    records = pd.DataFrame(zone_records(document))
    table = inputs.zones.set_index("zone_id").loc[records["zone_id"]]
    assert (records.set_index("zone_id")[table.columns] == table).all(axis=None)
    assert len([name for name in document.blocks if name.startswith("data-zone-")]) == 3


def test_the_city_table_repeats_the_numbers_that_came_in(
    inputs: MapInputs, document: Document
) -> None:
    rows = [row for row in document.rows if len(row) >= 6][1:]
    assert [row[:5] for row in rows] == [
        ["乙市", "30", "40", "+33.34%", "-13"],
        [HOSTILE, "25000", "22501", "-9.99%", "-1"],
    ], "highest change first; a fall of 9.996 % must not read -10.00 %"
    assert [row[5:7] for row in rows] == [["✕", "未达标"]] * 2


def test_cities_without_a_percentage_stand_first_or_last(make: Callable[..., MapInputs]) -> None:
    cities = make(1).cities
    more = pd.DataFrame(
        {
            "adcode": [450300, 450400, 450500],
            "name": ["丙市", "丁市", "戊市"],
            "base": [0, 0, np.nan],
            "now": [0, 3, np.nan],
            "change_pct": [np.nan, np.nan, np.nan],
            "allowance": [0, -3, np.nan],
            "verdict": ["held_at_zero", "rose_from_zero", None],
        }
    )
    both = pd.concat([cities, more], ignore_index=True)
    geometry = np.array([shapely.box(k, 0, k + 1, 1) for k in range(5)])
    document = Document(build_map(make(1, cities=both, city_geometry=geometry)))
    rows = [row for row in document.rows if len(row) >= 6][1:]
    assert [row[0] for row in rows] == ["丁市", "乙市", HOSTILE, "戊市", "丙市"]
    assert rows[3][1:5] == ["—"] * 4 and rows[3][5:] == ["?", "无法判定"]


def test_simulated_data_and_illustrative_zones_are_said_in_sight(
    make: Callable[..., MapInputs], document: Document
) -> None:
    for text in ("模拟数据 / SIMULATED", "示意性分区", "示意图 · 监测结果不包括云覆盖下的火点。"):
        assert text in document.text
    plain = Document(build_map(make(3, simulated=False, illustrative=False, notes=())))
    assert "SIMULATED" not in plain.text and "示意性分区" not in plain.text
    assert "示意图 · 监测结果不包括云覆盖下的火点。" in plain.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"count": 0}, "没有火点"),
        ({"zones": 0}, "没有分区"),
        ({"cities": ["adcode", "name"]}, "没有同比"),
        ({"counties": 0}, "没有行政区划"),
        ({"count": 0, "zones": 0, "counties": 0, "cities": 0}, "没有火点"),
    ],
)
def test_a_map_says_what_is_missing(
    make: Callable[..., MapInputs], changes: dict[str, Any], said: str
) -> None:
    inputs = make(changes.pop("count", 1))
    cut: dict[str, Any] = {}
    for name, columns in changes.items():
        table = getattr(inputs, name)
        cut[name] = table[columns] if columns else table.iloc[:0]
        if not columns:
            geometry = {"zones": "zone_geometry", "counties": "county_geometry"}.get(
                name, "city_geometry"
            )
            cut[geometry] = np.array([], dtype=object)
    document = Document(build_map(make(len(inputs.points), **cut)))
    assert said in document.text and "监测结果不包括云覆盖下的火点" in document.text


def test_same_inputs_give_the_same_text(make: Callable[..., MapInputs], page: str) -> None:
    assert build_map(make()) == page


def test_the_page_speaks_the_language_asked_for(make: Callable[..., MapInputs]) -> None:
    english = Document(build_map(make(5, language=Language.EN, title="Fires")))
    assert ("html", {"lang": "en"}) in english.tags
    assert "Legend and layers" in english.text and "burning in a ban area" in english.text
    assert "图例" not in english.text


def test_both_languages_have_the_same_texts() -> None:
    folder = Path(__import__("maps").__file__).parent / "lang"
    keys = [set(json.loads((folder / f"{lang}.json").read_text())) for lang in ("zh", "en")]
    assert keys[0] == keys[1]


def test_simplified_neighbours_keep_one_border(inputs: MapInputs) -> None:
    light = simplified(inputs.county_geometry)
    assert shapely.get_num_coordinates(light).sum() < (
        shapely.get_num_coordinates(inputs.county_geometry).sum() / 3
    )
    assert shapely.coverage_is_valid(light)
    whole = shapely.union_all(light)
    assert whole.geom_type == "Polygon" and not whole.interiors
    assert whole.area == pytest.approx(2.0, rel=0.01)


def test_city_lines_run_exactly_along_county_lines(document: Document) -> None:
    def corners(name: str) -> set[tuple[float, ...]]:
        features = document.blocks[f"data-{name}"]["polygons"]["features"]
        shapes = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
        return {tuple(corner) for corner in shapely.get_coordinates(shapes)}

    assert corners("cities") <= corners("counties")


def test_overlapping_areas_are_simplified_one_by_one() -> None:
    shapes = np.array([shapely.Point(0, 0).buffer(1, 64), shapely.Point(0.5, 0).buffer(1, 64)])
    light = simplified(shapes, 0.01)
    assert shapely.get_num_coordinates(light).sum() < shapely.get_num_coordinates(shapes).sum()
    assert np.allclose(shapely.area(light), shapely.area(shapes), rtol=0.02)


def test_twenty_thousand_points_stay_under_8_mb(
    make: Callable[..., MapInputs], tmp_path: Path
) -> None:
    write_map(make(20_000), tmp_path / "map.html")
    assert (tmp_path / "map.html").stat().st_size < 8_000_000
