"""`firewatch demo`: the main job into one folder, twice with the same result."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from map_browser import chromium_alone, counts

from firewatch.core.geo import KM_PER_DEGREE, distance_km
from firewatch.simulate.granule_ground import Cover
from zones.places.areas import load_areas

SIMULATED = "SIMULATED"
BASE_INSTALLATION = """
import sys
sys.modules.update(dict.fromkeys(["pyarrow", "pyhdf", "rasterio", "netCDF4"]))
from firewatch.cli.main import main
main()
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "out"
    said = _run([sys.executable, "-c", BASE_INSTALLATION], folder)
    (folder.parent / "said.txt").write_text(said, "utf-8")
    return folder


@pytest.fixture(scope="module")
def points(demo: Path) -> pd.DataFrame:
    """Return the points in force."""
    return pyogrio.read_dataframe(demo / "firepoints.gpkg")


@pytest.fixture(scope="module")
def detected(points: pd.DataFrame) -> pd.DataFrame:
    """Return the points in force that the program detected itself."""
    return points[points["product_version"].str.startswith("firewatch-viirs")]


@pytest.fixture(scope="module")
def burning(demo: Path) -> pd.DataFrame:
    """Return what burns in the granule in truth, one row a place and pixel that sees it."""
    truth = pd.read_csv(demo / "input" / "SIMULATED_granule_truth.csv")
    return truth[~truth["cloud"] & ~truth["bowtie_deleted"]]


def _run(program: list[str], folder: Path) -> str:
    """Run the demo in a process of its own, whose sets have another order than here."""
    done = subprocess.run(
        [*program, "demo", "--out", str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ},
    )
    assert done.returncode == 0, done.stderr
    (folder.parent / "progress.txt").write_text(done.stderr, "utf-8")
    return done.stdout


def test_the_folder_holds_what_the_readme_promises(demo: Path) -> None:
    names = {path.name for path in demo.iterdir()}
    assert names >= {
        "map.html",
        "report_2020-21.xlsx",
        "report_2020-21.docx",
        "tally.csv",
        "alerts",
        "firepoints.gpkg",
        "firewatch.db",
    }


def test_every_output_says_that_it_is_simulated(demo: Path, points: pd.DataFrame) -> None:
    import docx

    assert SIMULATED in (demo / "map.html").read_text("utf-8")
    assert SIMULATED in (demo / "tally.csv").read_text("utf-8-sig")
    for path in (demo / "alerts").iterdir():
        assert SIMULATED in path.read_text("utf-8-sig") or path.suffix == ".geojson"
    assert json.loads((demo / "alerts" / "alerts.geojson").read_text("utf-8"))["simulated"] is True
    for sheet in openpyxl.load_workbook(demo / "report_2020-21.xlsx", read_only=True).worksheets:
        first_rows = [str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row]
        assert any(SIMULATED in text for text in first_rows), sheet.title
    document = docx.Document(str(demo / "report_2020-21.docx"))
    assert any(SIMULATED in p.text for p in document.sections[0].header.paragraphs)
    assert points["simulated"].all()
    assert points["data_note"].str.contains(SIMULATED).all()
    for path in (demo / "input").rglob("*.*"):
        assert path.name.startswith(SIMULATED)


def test_the_numbers_of_every_output_agree(demo: Path) -> None:
    tally = pd.read_csv(demo / "tally.csv")
    cities = tally[(tally["level"] == "city") & tally["verdict"].notna()].set_index("city")
    region = tally[(tally["level"] == "region") & tally["verdict"].notna()].iloc[0]
    assert cities["now"].sum() == region["now"]
    sheet = openpyxl.load_workbook(demo / "report_2020-21.xlsx", read_only=True).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for city, row in cities.iterrows():
        printed = next(cells for cells in rows if city in cells)
        assert row["base"] in printed and row["now"] in printed


@pytest.mark.browser
def test_the_map_counts_region_cities_and_counties_as_the_tally_does(
    demo: Path, tmp_path: Path
) -> None:
    tally = pd.read_csv(demo / "tally.csv")
    tally = tally[tally["unit"] == "event_day"].set_index("adcode")[["base", "now"]].astype(int)
    choose = """([level, code]) => {
        const box = document.getElementById("fw-" + level);
        box.value = code;
        box.dispatchEvent(new Event("change"));
    }"""
    with chromium_alone(tmp_path) as browser:
        page = browser.new_context(offline=True).new_page()
        page.goto((demo / "map.html").as_uri())
        shown = {0: counts(page)}
        for code in tally.index.drop(0):
            page.evaluate(choose, ["county" if code % 100 else "city", str(code)])
            shown[int(code)] = counts(page)
    assert len(shown) == 1 + 14 + 111
    table = pd.DataFrame.from_dict(shown, orient="index", columns=["points", "now", "base"])
    assert table[["base", "now"]].to_dict("index") == tally.to_dict("index")


def test_some_cities_meet_the_target_and_some_miss_it(demo: Path) -> None:
    verdicts = set(pd.read_csv(demo / "tally.csv")["verdict"].dropna())
    assert len(verdicts) >= 2


def test_the_demo_run_again_simulates_the_same_bytes_and_gives_the_same_counts(
    demo: Path, firewatch: Any
) -> None:
    def content() -> dict[Path, bytes]:
        inputs = (path for path in (demo / "input").rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in (*inputs, demo / "tally.csv")}

    before = content()
    firewatch("demo", "--out", demo)
    assert content() == before


def test_steelworks_of_the_simulation_are_not_counted_as_straw(
    demo: Path, points: pd.DataFrame
) -> None:
    truth = pd.read_csv(demo / "input" / "SIMULATED_works.csv")
    listed = points[points["cause"] == "works"]
    assert len(listed) > 50
    assert set(listed["cause_evidence"].str.rsplit(" ", n=2).str[0]) <= set(truth["name"])
    assert (points["cause"] == "static_heat").sum() > 50


def test_a_tally_written_to_a_file_says_what_it_is(
    demo: Path, firewatch: Any, tmp_path: Path
) -> None:
    ledger = demo / "firewatch.db"
    firewatch("tally", "--by", "week", "--ledger", ledger, "--out", tmp_path / "weeks.csv")
    weeks = pd.read_csv(tmp_path / "weeks.csv")
    for words in (SIMULATED, "ILLUSTRATIVE", "event_day v1"):
        assert weeks["note"].str.contains(words).all()


def test_fires_that_stand_out_in_the_imagery_are_points_in_force(
    detected: pd.DataFrame, burning: pd.DataFrame
) -> None:
    region = load_areas().region
    inside = burning[shapely.contains_xy(region, burning["lon"], burning["lat"])]
    # The largest limits of the published algorithm by day, 330 K and 25 K, and 5 K more.
    above = (inside["bt_mir_k"] >= 335) & (inside["bt_mir_k"] - inside["bt_tir_k"] >= 30)
    due = inside[above].drop_duplicates("fire")
    assert len(due) >= 12
    apart_km = [nearest_km(fire, detected) for fire in due.itertuples()]
    assert np.mean(np.array(apart_km) < 0.6) >= 0.95
    assert all(nearest_km(point, burning) < 0.6 for point in detected.itertuples())


def nearest_km(one: object, others: pd.DataFrame) -> float:
    return float(distance_km(one.lon, one.lat, others["lon"], others["lat"]).min())


def test_the_satellite_of_the_imagery_reports_that_overpass_by_nothing_else(
    demo: Path, detected: pd.DataFrame
) -> None:
    assert detected["platform"].unique().tolist() == ["NOAA-20"]
    (minute,) = detected["acquired_utc"].unique()
    with sqlite3.connect(demo / "firewatch.db") as connection:
        epoch_s = int(pd.Timestamp(minute).timestamp())
        near = f"acquired_s BETWEEN {epoch_s - 1800} AND {epoch_s + 1800}"
        ours = "product_key IN (SELECT product_key FROM products WHERE platform = 'NOAA-20')"
        on_record, in_force = (
            connection.execute(f"SELECT count(*) FROM {table} WHERE {near} AND {ours}").fetchone()
            for table in ("points", "points_current")
        )
    assert on_record == in_force == (len(detected),)


def test_fire_power_of_the_imagery_is_that_of_the_flames(
    detected: pd.DataFrame, burning: pd.DataFrame
) -> None:
    alone = burning.drop_duplicates("fire", keep=False)
    near = [nearest_km(point, alone) for point in detected.itertuples()]
    ratio = []
    for point in detected[np.array(near) < 0.6].itertuples():
        apart = distance_km(point.lon, point.lat, alone["lon"], alone["lat"])
        ratio.append(point.frp_mw / alone["frp_mw"].iloc[int(np.argmin(apart))])
    assert len(ratio) >= 8
    assert 0.8 < np.median(ratio) < 1.25


def test_the_summary_says_what_the_imagery_showed(demo: Path, detected: pd.DataFrame) -> None:
    said = (demo.parent / "said.txt").read_text("utf-8")
    line = next(line for line in said.splitlines() if "VIIRS 一级影像" in line)
    assert SIMULATED in line
    assert f"区内 {len(detected)} 个火点" in line
    clear_km2, cloud_km2 = (int(found) for found in re.findall(r"(\d+) km²", line))
    ground_km2, cloud_share = ground_below(demo)
    assert 0.93 * ground_km2 < clear_km2 + cloud_km2 < 1.01 * ground_km2
    assert cloud_km2 / (clear_km2 + cloud_km2) == pytest.approx(cloud_share, abs=0.03)


def test_as_many_sources_are_announced_as_are_taken_in(demo: Path) -> None:
    announced = re.search(r"入账 (\d+) 份", (demo.parent / "said.txt").read_text("utf-8"))
    progress = (demo.parent / "progress.txt").read_text("utf-8")
    done = re.findall(r"\[(\d+)/(\d+)\]", progress)
    assert announced is not None
    assert done[-1] == (announced[1], announced[1]) and len(done) == int(announced[1])


def ground_below(demo: Path) -> tuple[float, float]:
    """Return the region's ground below the granule (km²) and the share of it under cloud."""
    (path,) = (demo / "input" / "points" / "granule").glob("*03IMG*")
    with h5py.File(path) as file:
        lon, lat = (
            file[f"geolocation_data/{name}"][::8, ::8] for name in ("longitude", "latitude")
        )
    seen = lat > -900
    region = load_areas().region
    outline = shapely.convex_hull(shapely.multipoints(np.c_[lon[seen], lat[seen]]))
    flat = shapely.transform(
        shapely.intersection(outline, region),
        lambda place: (
            place * KM_PER_DEGREE * np.c_[np.cos(np.radians(place[:, 1])), np.ones(len(place))]
        ),
    )
    cover = np.load(demo / "input" / "SIMULATED_granule_cover.npz")["cover"][::8, ::8][seen]
    inside = shapely.contains_xy(region, lon[seen], lat[seen])
    return shapely.area(flat), float((cover[inside] == Cover.CLOUD).mean())
