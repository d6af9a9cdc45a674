"""The map page as a text: self-contained, closed, and equal to its tables."""

from __future__ import annotations

import base64
import hashlib
import html as html_text
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from map_page import Document, points_in

from firewatch.core.vocab import Language
from maps.geometry import simplified
from maps.inputs import MapInputs
from maps.page import build_map, write_map

HOSTILE = '<img src="https://x.invalid/a.png" onerror="alert(1)">'


@pytest.fixture(scope="module")
def page(inputs: MapInputs) -> str:
    return build_map(inputs)


@pytest.fixture(scope="module")
def document(page: str) -> Document:
    return Document(page)


def test_the_page_names_nothing_that_a_browser_would_fetch(page: str, document: Document) -> None:
    fetching = {"src", "href", "srcset", "action", "data", "poster", "background", "formaction"}
    found = [attrs for _, attrs in document.tags if fetching & set(attrs)]
    assert found == [{"class": "fw-skip", "href": "#map_firewatch"}]
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
    assert set(rules["script-src"].split()) == wanted and len(codes) == 4
    assert not [name for _, attrs in document.tags for name in attrs if name.startswith("on")]
    assert page.index("Content-Security-Policy") < page.index("<script")


@pytest.mark.parametrize("season", ["now", "base"])
def test_the_points_in_the_page_are_those_of_the_table(
    inputs: MapInputs, document: Document, season: str
) -> None:
    table = inputs.points if season == "now" else inputs.base_points
    drawn = points_in(document, season)
    assert drawn["point_id"].tolist() == table["point_id"].tolist()
    for name in ("ruling", "cause", "status", "source", "platform", "confidence", "township"):
        assert drawn[name].tolist() == table[name].astype(str).tolist()
    for name in ("reason", "finding", "finding_reason"):
        assert drawn[name].tolist() == table[name].tolist()
    assert np.allclose(drawn[["lon", "lat"]], table[["lon", "lat"]], atol=5.1e-6, rtol=0)
    for name, column, step in (
        ("frp", "frp_mw", 0.1),
        ("scan", "scan_km", 0.01),
        ("track", "track_km", 0.01),
        ("finding_ha", "finding_ha", 0.01),
    ):
        assert np.allclose(drawn[name], table[column], atol=0.51 * step, rtol=0, equal_nan=True)
    assert (drawn["minute"] == table["acquired_s"] // 60).all()
    assert (drawn["unit"] == table["unit"]).all()
    assert (drawn["county"] == table["county_adcode"]).all()
    ids = drawn["event_id"].map(lambda at: at if isinstance(at, str) else f"E_{ids_of(drawn)[at]}")
    assert ids.tolist() == table["event_id"].tolist()
    days = inputs.days["day" if season == "now" else "base_day"].tolist()
    local = pd.to_datetime(table["acquired_s"], unit="s", utc=True).dt.tz_convert("Asia/Shanghai")
    assert [days[place] for place in drawn["day"]] == local.dt.strftime("%Y-%m-%d").tolist()


def ids_of(points: pd.DataFrame) -> list[str]:
    return points["point_id"].tolist()


def test_a_day_that_is_none_of_the_seasons_has_no_place(make: Callable[..., MapInputs]) -> None:
    days = make(1).days.iloc[10:20]
    drawn = points_in(Document(build_map(make(400, days=days))))
    first = pd.Timestamp("2020-11-05", tz="Asia/Shanghai")
    day = (pd.to_datetime(drawn["minute"] * 60, unit="s", utc=True) - first).dt.days + 4
    assert (drawn["day"] == np.where(day.between(10, 19), day - 10, -1)).all()
    assert (drawn["day"] == -1).any() and (drawn["day"] >= 0).any()


def test_a_steelworks_a_patrol_and_a_rejected_point_do_not_look_like_straw_burning(
    document: Document,
) -> None:
    looks = document.blocks["firewatch-settings"]["schemes"]["ruling"]
    drawn = points_in(document)
    for row in drawn.itertuples():
        look = looks[row.look_ruling]["key"]
        if row.status == "rejected":
            assert look == "rejected"
        elif row.source == "supervision":
            assert look == "supervision"
        elif row.cause != "unknown":
            assert look == "heat"
        else:
            assert look == row.ruling
    assert drawn["look_ruling"].nunique() == 7


@pytest.mark.parametrize("scheme", ["ruling", "status", "platform", "confidence"])
def test_looks_of_a_scheme_differ_in_more_than_hue(document: Document, scheme: str) -> None:
    looks = document.blocks["firewatch-settings"]["schemes"][scheme]
    pairs = {(look["shape"], look["fillColor"] == "#ffffff") for look in looks}
    colours = {(look["shape"], look["fillColor"]) for look in looks}
    assert len(colours) == len(looks), "no two looks are the same"
    assert len(pairs) >= 4, "shapes tell most of them apart without any colour"


def test_rulings_differ_by_shape_or_fill_and_not_by_hue_alone(document: Document) -> None:
    rulings = ("ban_violation", "restricted_unpermitted", "restricted_permitted", "unzoned")
    looks = document.blocks["firewatch-settings"]["schemes"]["ruling"]
    styles = [look for look in looks if look["key"] in rulings]
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
        ({"ground": 0}, "没有影像覆盖记录"),
        ({"base_points": 0}, "没有同比"),
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
        geometry = {"zones": "zone_geometry", "counties": "county_geometry"}
        geometry["cities"] = "city_geometry"
        if not columns and name in geometry:
            cut[geometry[name]] = np.array([], dtype=object)
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
