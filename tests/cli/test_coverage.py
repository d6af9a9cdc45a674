"""`firewatch coverage`: the ground seen, shown and handed to another office."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest

from firewatch.simulate.granule import GranuleRequest, SimulatedGranule, simulate_granule
from imagery.coverage.ground import AREA_COLUMNS
from imagery.coverage.table import of_granule, read_coverage, states_simulated, write_coverage

STARTED_UTC_S = 1_604_556_300
FIRMS_ROW = "22.82,108.32,335.0,0.4,0.4,2020-11-05,0612,N,VIIRS,n,2.0NRT,295.0,5.0,D"
SEASON = ("--season", "2020-21")


@pytest.fixture(scope="module")
def granule(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    """Return 40 km of a pass over the middle of the region, without fires."""
    fires = pd.DataFrame({"lon": [], "lat": [], "area_m2": [], "t_k": []}, dtype=float)
    request = GranuleRequest("S-NPP", STARTED_UTC_S, fires, scans=4)
    return simulate_granule(tmp_path_factory.mktemp("granule"), request)


def another(seed: int, days: int = 3) -> pd.DataFrame:
    """Return the coverage of one granule a day by another satellite."""
    draw = np.random.default_rng(seed)
    keys = [(code, "0-30", "D") for code in (450102, 450103, 450302)]
    parts = []
    for day in range(days):
        table = pd.DataFrame(keys, columns=["area_code", "view_class", "day_night"])
        for name in AREA_COLUMNS:
            table[name] = draw.uniform(1, 900, len(table))
        started = STARTED_UTC_S + day * 86400
        parts.append(
            of_granule(
                table.assign(basis="measured"), "NOAA-20", "VIIRS_I", "2L2", 320, started,
                started + 360,
            )
        )  # fmt: skip
    return pd.concat(parts)


def listed(firewatch: Any, *line: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(firewatch("coverage", *line, "--json"))
    return document


def test_a_city_a_day_and_a_satellite_say_what_was_seen_of_them(firewatch: Any) -> None:
    table = another(1)
    write_coverage(table, firewatch.folder / "b.parquet")
    firewatch("ingest", "b.parquet")
    cities = {row["city"]: row for row in listed(firewatch, *SEASON)["rows"]}
    nanning = table[table["area_code"] < 450200]
    row = cities["南宁市"]
    assert row["clear_km2"] == pytest.approx(nanning["clear_km2"].sum())
    land = nanning[["clear_km2", "cloud_km2", "glint_km2", "not_seen_km2"]].to_numpy().sum()
    assert row["clear_share"] == pytest.approx(row["clear_km2"] / land)
    assert (row["days"], row["overpasses"], row["basis"]) == (3, 3, "measured")
    assert cities["百色市"]["basis"] == "none"
    assert cities["百色市"]["clear_km2"] is None
    days = listed(firewatch, "--by", "day", "--from", "2020-11-04", "--to", "2020-11-07")["rows"]
    assert [row["basis"] for row in days] == ["none", "measured", "measured", "measured"]
    (platform,) = listed(firewatch, "--by", "platform")["rows"]
    assert platform["platform"] == "NOAA-20"
    counties = listed(firewatch, "--by", "county", *SEASON)["rows"]
    assert len(counties) == 111


def test_the_screen_shows_every_city_and_what_the_numbers_are(firewatch: Any) -> None:
    write_coverage(another(1), firewatch.folder / "b.parquet")
    firewatch("ingest", "b.parquet")
    shown = firewatch("coverage", *SEASON)
    assert "南宁市" in shown and "实测" in shown and "全区" in shown and "未知" in shown
    assert "km²·次" in shown and "nan" not in shown.lower()
    english = firewatch("coverage", "--by", "county", *SEASON, "--lang", "en")
    assert "measured" in english and "km²·looks" in english
    assert "whole region" in firewatch("coverage", "--by", "day", *SEASON, "--lang", "en")


def test_a_table_for_a_spreadsheet_carries_what_its_numbers_are(firewatch: Any) -> None:
    write_coverage(another(1), firewatch.folder / "b.parquet", simulated=True)
    firewatch("ingest", "b.parquet")
    firewatch("coverage", *SEASON, "--out", "c.csv")
    table = pd.read_csv(firewatch.folder / "c.csv")
    assert len(table) == 14
    assert table["note"].str.contains("SIMULATED").all()


def test_without_coverage_it_says_so_and_invents_nothing(firewatch: Any) -> None:
    shown = firewatch("coverage", "--lang", "en")
    assert "No coverage was measured" in shown
    assert {row["basis"] for row in listed(firewatch)["rows"]} == {"none"}
    assert listed(firewatch, "--by", "platform")["rows"] == []


def test_a_period_is_told_in_one_way_and_the_format_by_its_suffix(firewatch: Any) -> None:
    both = ("--from", "2020-11-01", "--to", "2020-11-30")
    assert "--season" in firewatch.said("coverage", *SEASON, *both, code=2)
    firewatch.said("coverage", "--from", "2020-11-01", code=2)
    assert ".parquet" in firewatch.said("coverage", "--out", "c.xlsx", code=2)


def test_reports_and_tables_of_a_comparison_say_what_was_seen(firewatch: Any) -> None:
    for season, days in ((0, 3), (-366, 5)):
        table = another(2, days)
        shifted = {name: table[name] + season * 86400 for name in ("started_utc_s", "ended_utc_s")}
        write_coverage(table.assign(**shifted), firewatch.folder / f"{days}.parquet")
    firewatch("ingest", "3.parquet", "5.parquet")
    seen = "实测观测覆盖 5/151 天"
    assert seen in firewatch("tally", *SEASON)
    firewatch("report", "yoy", *SEASON, "--out", ".")
    sheets = openpyxl.load_workbook(firewatch.folder / "report_2020-21.xlsx")
    cells = [str(cell) for sheet in sheets for row in sheet.values for cell in row]
    assert any(seen in cell for cell in cells)
    lines = docx.Document(str(firewatch.folder / "report_2020-21.docx")).paragraphs
    assert any(seen in line.text for line in lines)
    firewatch("map", *SEASON, "--out", "map.html")
    assert seen in (firewatch.folder / "map.html").read_text(encoding="utf-8")
    # A table of coverage alone holds no fires: nothing is judged by it.
    rows = json.loads(firewatch("tally", *SEASON, "--json"))["rows"]
    assert {row["verdict"] for row in rows} == {"unknown"}


def test_cropland_of_a_land_cover_raster_is_measured_beside_all_land(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    rasterio = pytest.importorskip("rasterio")
    # East of 108.5 E all is cropland, west of it nothing.
    classes = np.full((70, 90), 10, np.uint8)
    classes[:, 45:] = 40
    corner = rasterio.transform.from_origin(104, 27, 0.1, 0.1)
    with rasterio.open(
        firewatch.folder / "cover.tif", "w", driver="GTiff", width=90, height=70, count=1,
        dtype="uint8", crs="EPSG:4326", transform=corner,
    ) as raster:  # fmt: skip
        raster.write(classes, 1)
    firewatch.text("firewatch.toml", "[coverage]", 'cropland = "cover.tif"')
    firewatch("ingest", granule.files["02IMG"])
    total = listed(firewatch, *SEASON)["total"]
    land = sum(total[f"{name}_km2"] for name in ("clear", "cloud", "glint", "not_seen"))
    crops = sum(total[f"cropland_{name}_km2"] for name in ("clear", "cloud", "glint", "not_seen"))
    assert 0.2 < crops / land < 0.9
    counties = {row["county"]: row for row in listed(firewatch, "--by", "county", *SEASON)["rows"]}
    for row in counties.values():
        if row["basis"] == "measured":
            assert row["cropland_clear_km2"] <= row["clear_km2"] * (1 + 1e-9)
    assert "耕地晴空占比" in firewatch("coverage", *SEASON)
    firewatch.text(
        "firewatch.toml", "[coverage]", 'cropland = "cover.tif"', "cropland_values = [7]"
    )
    assert "cropland_values" in firewatch.said("ingest", granule.files["02IMG"], code=1)


def test_imagery_and_another_offices_account_of_it_count_once_whichever_came_first(
    granule: SimulatedGranule, firewatch: Any
) -> None:
    def office(name: str, *files: Path) -> tuple[str, dict[str, Any]]:
        for file in files:
            firewatch("ingest", file, "--ledger", name)
        return name, listed(firewatch, *SEASON, "--ledger", name)["total"]

    image = granule.files["02IMG"]
    theirs = firewatch.folder / "theirs.parquet"
    write_coverage(another(1), theirs)
    first, _ = office("first.db", image)
    handed = firewatch.folder / "handed.parquet"
    firewatch("coverage", *SEASON, "--out", handed, "--ledger", first)
    assert states_simulated(handed)
    assert set(read_coverage(handed)["platform"]) == {"S-NPP"}
    totals = [
        office("second.db", handed, theirs)[1],
        office("third.db", theirs, handed)[1],
        office("fourth.db", theirs, image, handed)[1],
        office("fifth.db", handed, image, theirs)[1],
    ]
    assert totals[0]["overpasses"] == 4
    assert totals[0]["clear_km2"] > another(1)["clear_km2"].sum()
    for total in totals[1:]:
        assert total == pytest.approx(totals[0])
    again = firewatch.folder / "again.parquet"
    firewatch("coverage", *SEASON, "--out", again, "--ledger", "third.db")
    both = pd.concat([read_coverage(handed), read_coverage(theirs)])
    pd.testing.assert_frame_equal(
        read_coverage(again).sort_values(list(both)[:9], ignore_index=True),
        both.sort_values(list(both)[:9], ignore_index=True),
    )


def test_a_ledger_that_saw_nothing_hands_nothing_over_and_says_how_to_see(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", FIRMS_ROW))
    for line in ([], ["--season", "2020-21"]):
        said = firewatch.said("coverage", *line, "--out", "seen.parquet", "--lang", "en", code=1)
        assert "firewatch ingest" in said
        assert not (firewatch.folder / "seen.parquet").exists()
