"""`firewatch demo`: the main job into one folder, twice with the same result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pyogrio
import pytest

SIMULATED = "SIMULATED"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "out"
    _run(folder)
    return folder


def _run(folder: Path) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "firewatch"), "demo", "--out", str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ},
    )
    assert done.returncode == 0, done.stderr
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


def test_every_output_says_that_it_is_simulated(demo: Path) -> None:
    import docx

    assert SIMULATED in (demo / "map.html").read_text("utf-8")
    assert SIMULATED in (demo / "tally.csv").read_text("utf-8-sig")
    for path in (demo / "alerts").iterdir():
        assert SIMULATED in path.read_text("utf-8-sig") or path.suffix == ".geojson"
    assert json.loads((demo / "alerts" / "alerts.geojson").read_text("utf-8"))["simulated"] is True
    for sheet in openpyxl.load_workbook(demo / "report_2020-21.xlsx").worksheets:
        first_rows = [str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row]
        assert any(SIMULATED in text for text in first_rows), sheet.title
    document = docx.Document(str(demo / "report_2020-21.docx"))
    assert any(SIMULATED in p.text for p in document.sections[0].header.paragraphs)
    points = pyogrio.read_dataframe(demo / "firepoints.gpkg")
    assert points["simulated"].all()
    assert points["data_note"].str.contains(SIMULATED).all()
    for path in (demo / "input").rglob("*.*"):
        assert path.name.startswith(SIMULATED)


def test_the_numbers_of_every_output_agree(demo: Path) -> None:
    tally = pd.read_csv(demo / "tally.csv")
    cities = tally[(tally["level"] == "city") & tally["verdict"].notna()].set_index("city")
    region = tally[(tally["level"] == "region") & tally["verdict"].notna()].iloc[0]
    assert cities["now"].sum() == region["now"]
    sheet = openpyxl.load_workbook(demo / "report_2020-21.xlsx").worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for city, row in cities.iterrows():
        printed = next(cells for cells in rows if city in cells)
        assert row["base"] in printed and row["now"] in printed


def test_some_cities_meet_the_target_and_some_miss_it(demo: Path) -> None:
    verdicts = set(pd.read_csv(demo / "tally.csv")["verdict"].dropna())
    assert len(verdicts) >= 2


def test_the_demo_run_again_gives_the_same_counts(demo: Path) -> None:
    before = (demo / "tally.csv").read_bytes()
    _run(demo)
    assert (demo / "tally.csv").read_bytes() == before


def test_steelworks_of_the_simulation_are_not_counted_as_straw(demo: Path) -> None:
    points = pyogrio.read_dataframe(demo / "firepoints.gpkg")
    truth = pd.read_csv(demo / "input" / "SIMULATED_works.csv")
    listed = points[points["cause"] == "works"]
    assert len(listed) > 50
    assert set(listed["cause_evidence"].str.rsplit(" ", n=2).str[0]) <= set(truth["name"])
    assert (points["cause"] == "static_heat").sum() > 50


def test_a_tally_written_to_a_file_says_what_it_is(demo: Path, tmp_path: Path) -> None:
    line = ["tally", "--by", "week", "--ledger", str(demo / "firewatch.db")]
    program = str(Path(sys.executable).parent / "firewatch")
    subprocess.run([program, *line, "--out", str(tmp_path / "weeks.csv")], check=True)
    weeks = pd.read_csv(tmp_path / "weeks.csv")
    for words in (SIMULATED, "ILLUSTRATIVE", "event_day v1"):
        assert weeks["note"].str.contains(words).all()
