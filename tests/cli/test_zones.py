"""`firewatch zones` as an administrator uses it: import, check, list, show, permits, straw."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import geopandas
import pandas as pd
import pytest
import shapely

OLD, NEW = "南府规〔2019〕3号", "南府规〔2020〕30号"
SAID = ("--notice", OLD, "--from", "2019-01-01")
CITY = shapely.box(108.2, 22.75, 108.4, 22.9)
AROUND = shapely.box(108.2, 22.7, 108.6, 23.1)


@pytest.fixture
def fires(firewatch: Any) -> Callable[[], Any]:
    """Take in one point in the city and one in the restricted area, of one day."""

    def row(lon: float, lat: float) -> str:
        return f"{lat},{lon},335.0,0.4,0.4,2020-11-05,0612,N,VIIRS,n,2.0NRT,295.0,5.0,D"

    def take_in() -> Any:
        path = firewatch.file("fires.csv", row(108.32, 22.82), row(108.5, 23.0))
        return firewatch.json("ingest", path)

    return take_in


def zone(kind: str, shape: shapely.Geometry, **more: object) -> dict[str, Any]:
    return {"kind": kind, "name": f"{kind}区", "geometry": shape, **more}


BAN = zone("ban", CITY)
REST = zone("restricted", AROUND.difference(CITY))


def rulings(firewatch: Any) -> list[str]:
    features = firewatch.json("points")["features"]
    return sorted(feature["properties"]["ruling"] for feature in features)


def test_a_notice_ends_another_only_when_told_so(firewatch: Any, fires: Callable[[], Any]) -> None:
    fires()
    old = firewatch.layer("old.gpkg", BAN, REST)
    new = firewatch.layer("new.geojson", zone("restricted", AROUND))
    firewatch.said("zones", "import", old, *SAID)
    beside = firewatch.json("zones", "import", new, "--notice", NEW, "--from", "2020-11-01")
    assert (beside["imported"], beside["retired"]) == (1, 0)
    assert firewatch.json("redecide")["by_city"] != []
    assert rulings(firewatch) == ["ban_violation", "restricted_unpermitted"]
    told = firewatch.json("zones", "import", new, "--notice", NEW, "--from", "2020-11-01",
                     "--replaces", OLD)  # fmt: skip
    assert (told["imported"], told["retired"]) == (0, 2)
    on = {day: {z["notice"] for z in firewatch.json("zones", "list", "--on", day)["zones"]}
          for day in ("2020-10-31", "2020-11-05")}  # fmt: skip
    assert on == {"2020-10-31": {OLD}, "2020-11-05": {NEW}}
    changes = firewatch.folder / "changes.csv"
    firewatch.said("redecide", "--out", changes)
    moved = pd.read_csv(changes)
    assert moved["ruling_after"].tolist().count("restricted_unpermitted") == 2
    assert rulings(firewatch) == ["restricted_unpermitted"] * 2


def test_the_register_that_made_a_ruling_can_be_listed_again(
    firewatch: Any, fires: Callable[[], Any]
) -> None:
    file = firewatch.layer("a.gpkg", zone("ban", CITY))
    first = firewatch.json("zones", "import", file, *SAID)["version"]
    fires()
    firewatch.said(
        "zones", "import", file, "--notice", NEW, "--from", "2020-11-01", "--replaces", OLD
    )
    point = next(
        feature["properties"]["point_id"]
        for feature in firewatch.json("points")["features"]
        if feature["properties"]["ruling"] == "ban_violation"
    )
    decision = firewatch.json("explain", point)["decisions"][-1]
    assert decision["register_version"] == first
    then = firewatch.json("zones", "list", "--version", first)["zones"]
    assert [(z["zone_id"], z["notice"]) for z in then] == [(decision["ruling_zone_id"], OLD)]
    versions = firewatch.json("zones", "versions")["imports"]
    assert [entry["note"] for entry in versions] == ["", OLD]
    assert versions[0]["version"] == first


def test_a_zone_is_shown_with_its_source_size_place_and_points(
    firewatch: Any, fires: Callable[[], Any]
) -> None:
    file = firewatch.layer("a.gpkg", zone("ban", CITY))
    firewatch.said("zones", "import", file, *SAID, "--months", "11-3",
         "--hours", "06:00-22:00", "--authority", "南宁市人民政府")  # fmt: skip
    fires()
    (shown,) = firewatch.json("zones", "show", OLD)["zones"]
    assert shown["source_file"] == "a.gpkg" and len(shown["source_sha256"]) == 64
    assert (shown["months"], shown["hours"]) == ("11-3", "06:00-22:00")
    assert shown["cities"] == "南宁市" and shown["points"] == 1
    assert shown["area_km2"] == pytest.approx(341.2, rel=0.01)
    assert "南宁市人民政府" in firewatch.said("zones", "show", shown["zone_id"])
    assert "no such zone" in firewatch.said("zones", "show", "无此分区", code=2)


def test_a_check_explains_and_leaves_the_register_as_it_was(firewatch: Any) -> None:
    bowtie = shapely.Polygon([(108.2, 22.7), (108.4, 22.9), (108.4, 22.7), (108.2, 22.9)])
    file = firewatch.layer("bad.geojson", zone("ban", bowtie), zone("restricted", CITY))
    places = firewatch.folder / "places.gpkg"
    report = firewatch.json("zones", "check", file, *SAID, "--out", places)
    assert report["can_import"] and report["zones"] == 2
    assert len(report["findings"]) >= 2
    assert len(geopandas.read_file(places)) >= 2
    assert firewatch.json("zones", "list")["zones"] == []
    lines = firewatch.said("zones", "check", file, *SAID, "--lang", "en")
    assert "22.8" in lines


@pytest.mark.parametrize("content", [b"", b"{\"type\": \"FeatureCollection\", \"features\": [",
                                     b"PK\x03\x04 truncated", b"\x00" * 4096])  # fmt: skip
@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".zip", ".kml", ".kmz", ".shp", ".csv"])
def test_a_malformed_file_ends_in_a_clear_report_and_the_register_is_as_before(
    firewatch: Any, content: bytes, suffix: str
) -> None:
    good = firewatch.layer("a.gpkg", zone("ban", CITY))
    before = firewatch.json("zones", "import", good, *SAID)["version"]
    bad = firewatch.folder / f"bad{suffix}"
    bad.write_bytes(content)
    answer = firewatch.said("zones", "import", bad, *SAID, code=1)
    assert bad.name in answer and "Traceback" not in answer
    assert bad.name in firewatch.said("zones", "check", bad, *SAID, code=1)
    assert firewatch.json("zones", "list")["version"] == before


def test_townships_by_name_are_drawn_from_the_users_layer(
    firewatch: Any, fires: Callable[[], Any]
) -> None:
    beside = shapely.box(108.4, 22.75, 108.6, 23.1)
    firewatch.layer(
        "towns.gpkg",
        {"name": "三塘镇", "code": "450102101", "geometry": CITY},
        {"name": "五塘镇", "code": "450102102", "geometry": beside},
    )
    firewatch.text("firewatch.toml", "[region]", 'townships = "towns.gpkg"')
    names = firewatch.text("names.txt", "三塘镇")
    firewatch.said("zones", "import", names, "--kind", "ban", *SAID,
         "--within", "兴宁区")  # fmt: skip
    fires()
    features = firewatch.json("points")["features"]
    found = {f["properties"]["township"]: f["properties"]["ruling"] for f in features}
    assert found == {"三塘镇": "ban_violation", "五塘镇": "unzoned"}
    wrong = firewatch.text("wrong.txt", "三糖镇")
    answer = firewatch.said("zones", "import", wrong, "--kind", "ban", "--notice", NEW, "--from",
                  "2020-01-01", code=1)  # fmt: skip
    assert "三糖镇" in answer and "三塘镇" in answer


def test_permits_permit_until_the_air_is_foul_or_they_are_revoked(
    firewatch: Any, fires: Callable[[], Any]
) -> None:
    zones = firewatch.layer("a.gpkg", BAN, REST)
    firewatch.said("zones", "import", zones, *SAID)
    fires()
    table = firewatch.text(
        "permits.csv",
        "许可编号,经度,纬度,半径（公里）,起始日期,截止日期,时段,秸秆面积（亩）,AQI上限,责任人",
        "NN-1,108.5,23.0,2,2020-11-01,2020-11-10,08:00-18:00,300,100,张三",
        "NN-2,108.32,22.82,1,2020-11-01,2020-11-10,,10,,李四",
    )
    added = firewatch.json("zones", "permit", "add", table)
    assert added["added"] == 2
    assert [c["number"] for c in added["conflicts"]] == ["NN-2"]
    firewatch.said("redecide")
    assert rulings(firewatch) == ["ban_violation", "restricted_permitted"]
    reasons = firewatch.said("points")
    assert "NN-1" in reasons and "NN-2" in reasons and "张三" not in reasons
    air = firewatch.text("air.csv", "日期,城市,AQI,风速", "2020-11-05,南宁市,120,2")
    firewatch.said("zones", "permit", "air", air)
    firewatch.said("redecide")
    assert rulings(firewatch) == ["ban_violation", "restricted_unpermitted"]
    assert "120" in firewatch.said("points")
    firewatch.said("zones", "permit", "revoke", "NN-1", "--from", "2020-11-03")
    listed = firewatch.json("zones", "permit", "list")["permits"]
    assert [p["revoked_from"] for p in listed] == ["2020-11-03", ""]
    assert "张三" not in firewatch.said("zones", "permit", "list")
    assert "张三" in firewatch("zones", "permit", "responsible", "NN-1")
    assert "permit list" in firewatch.said("zones", "permit", "responsible", "NN-9", code=2)
    for path in firewatch.folder.glob("*.csv"):
        if path != table:
            assert "张三" not in path.read_text(encoding="utf-8")


def test_straw_stock_is_summed_beside_permits_and_rates_are_judged(firewatch: Any) -> None:
    stock = firewatch.text(
        "stock.csv",
        "县,乡镇,作物,面积（亩）,存量（吨）,利用去向,日期",
        "武鸣区,城厢镇,水稻,3000,1200,还田,2020-10-20",
        "武鸣区,城厢镇,水稻,1000,400,未利用,2020-10-20",
        "武鸣区,双桥镇,甘蔗,2000,-5,饲料,2020-10-20",
    )
    added = firewatch.json("zones", "straw", "add", stock)
    assert (added["rows"], added["taken"]) == (3, 2) and "-5" in added["notes"][0]
    (county,) = firewatch.json("zones", "straw", "list", "--on", "2020-11-01")["stock"]
    assert (county["county"], county["tonnes"], county["unused_t"]) == ("武鸣区", 1600, 400)
    assert county["area_ha"] == pytest.approx(4000 / 15)
    headings = "城市,秸秆产生量（吨）,秸秆利用量（吨）,双高基地面积（亩）,机收面积（亩）"
    rates = firewatch.text("rates.csv", headings, "南宁市,1000,850,1000,299")
    (city,) = firewatch.json("zones", "straw", "rates", rates)["rates"]
    assert city["straw_use_verdict"] == "met" and city["machine_harvest_verdict"] == "missed"
    beside = firewatch.json("zones", "permit", "list", "--on", "2020-11-05")["beside_stock"]
    assert [(b["county"], b["stock_t"]) for b in beside] == [("武鸣区", 1600)]


def test_the_export_opens_in_qgis_with_its_style_and_imports_again(firewatch: Any) -> None:
    zones = firewatch.layer("a.gpkg", zone("ban", CITY), zone("湿地", AROUND))
    version = firewatch.json("zones", "import", zones, *SAID, "--months", "11-3")["version"]
    path = firewatch.folder / "zones.gpkg"
    firewatch.said("zones", "export", "--out", path)
    with sqlite3.connect(path) as package:
        (qml,) = package.execute("SELECT styleQML FROM layer_styles").fetchone()
    assert "禁烧区" in qml and "湿地" in qml
    again = firewatch.json("zones", "import", path, "--ledger", "other.db")
    assert again["version"] == version


def test_a_corrected_register_goes_to_another_office_with_its_history(firewatch: Any) -> None:
    firewatch.said("zones", "import", firewatch.layer("a.gpkg", BAN), *SAID)
    right = firewatch.layer("b.gpkg", zone("ban", AROUND))
    version = firewatch.json("zones", "import", right, *SAID, "--replaces", OLD)["version"]
    firewatch.said("zones", "export", "--out", "zones.gpkg")
    there = firewatch.json("zones", "import", "zones.gpkg", "--ledger", "other.db")
    assert (there["imported"], there["version"]) == (2, version)


def test_zones_are_listed_by_kind_in_either_language(firewatch: Any) -> None:
    firewatch.said("zones", "import", firewatch.layer("a.gpkg", BAN, REST), *SAID)
    for kind in ("ban", "禁烧区"):
        listed = firewatch.json("zones", "list", "--kind", kind)["zones"]
        assert [zone["kind"] for zone in listed] == ["ban"]


def test_a_fault_in_the_mapping_file_names_that_file(firewatch: Any) -> None:
    file = firewatch.layer("a.gpkg", BAN)
    said = firewatch.said("zones", "check", file, *SAID, "--mapping", "none.toml", code=1)
    assert "none.toml" in said


def test_a_register_is_exported_as_geopackage_and_nothing_else(firewatch: Any) -> None:
    firewatch.said("zones", "import", firewatch.layer("a.gpkg", BAN), *SAID)
    assert ".gpkg" in firewatch.said("zones", "export", "--out", "zones.shp", code=2)
    assert not (firewatch.folder / "zones.shp").exists()


def test_zones_are_drawn_by_rule_from_the_users_files(firewatch: Any) -> None:
    rail = firewatch.layer("rail.geojson", {"name": "湘桂线", "geometry": shapely.LineString(
        [(108.3, 22.8), (109.4, 24.3)])})  # fmt: skip
    drawn = firewatch.json("zones", "starter", "--input", f"railway={rail}", "--no-packaged")
    assert drawn["illustrative"] and drawn["imported"] > 1
    zones = firewatch.json("zones", "list")["zones"]
    assert {z["kind"] for z in zones} == {"ban", "restricted"}
    assert any("湘桂线" in z["name"] for z in zones)
    assert "--input" in firewatch.said("zones", "starter", "--input", "railway", code=2)
    assert "railway" in firewatch.said("zones", "starter", "--classes")


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """Let the system refuse what a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_and_register_and_files_are_as_before(firewatch: Any) -> None:
    firewatch.said("zones", "import", firewatch.layer("a.gpkg", BAN), *SAID)
    version = firewatch.json("zones", "list")["version"]
    (firewatch.folder / "out.gpkg").write_text("old")
    big = firewatch.layer("b.gpkg", zone("ban", shapely.Point(108.3, 22.8).buffer(0.05, 20_000)))
    with files_no_larger_than((firewatch.folder / "firewatch.db").stat().st_size + 100_000):
        refused = firewatch.run("zones", "import", big, "--notice", NEW, "--from", "2020-11-01")
    with files_no_larger_than(20_000):
        unwritten = firewatch.run("zones", "export", "--out", "out.gpkg")
    assert (refused.returncode, unwritten.returncode) == (1, 1)
    assert "disk" in refused.stderr and "disk" in unwritten.stderr
    assert firewatch.json("zones", "list")["version"] == version
    assert (firewatch.folder / "out.gpkg").read_text() == "old"


def test_the_places_of_findings_are_written_in_the_language_asked_for(firewatch: Any) -> None:
    file = firewatch.layer("a.gpkg", BAN, zone("restricted", AROUND))
    written = firewatch.folder / "places.geojson"
    firewatch.said("zones", "check", file, *SAID, "--out", written, "--lang", "en")
    assert "overlap by" in written.read_text("utf-8")
