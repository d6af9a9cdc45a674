"""Exported fire points keep every value and say what the codes mean."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest

from firewatch.core.errors import UsageError
from firewatch.core.vocab import Language
from firewatch.reports.points_export import write_points

FirePoints = Callable[..., pd.DataFrame]
SUFFIXES = (".gpkg", ".geojson", ".csv")


def test_a_geopackage_holds_the_points_in_wgs84_with_readable_columns(
    fire_points: FirePoints, tmp_path: Path
) -> None:
    path, points = tmp_path / "firepoints.gpkg", fire_points(5, marks="scenic;sugarcane_base")
    write_points(path, points, Language.ZH)
    layer = geopandas.read_file(path, layer="firepoints")
    assert layer.crs == "EPSG:4326"
    np.testing.assert_array_equal(layer.geometry.x, points["lon"])
    np.testing.assert_array_equal(layer.geometry.y, points["lat"])
    assert layer["point_id"].tolist() == points["point_id"].tolist()
    assert layer["acquired_local"].iloc[0] == "2020-11-06 00:30"
    assert layer["acquired_utc"].iloc[0] == "2020-11-05T16:30:00Z"
    assert set(layer["ruling"]) == {"ban_violation"}
    assert set(layer["ruling_text"]) == {"禁烧区焚烧"}
    assert set(layer["marks_text"]) == {"旅游景区、甘蔗“双高”基地"}
    assert not layer["simulated"].any()


def test_geojson_is_rfc_7946(fire_points: FirePoints, tmp_path: Path) -> None:
    path = tmp_path / "points.geojson"
    write_points(path, fire_points(2, simulated=True), Language.EN)
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in collection
    assert collection["description"] == "模拟数据 / SIMULATED"
    assert collection["features"][0]["geometry"]["coordinates"] == [108.2744, 23.1586]
    assert collection["features"][0]["properties"]["ruling_text"] == "burning in a ban area"


def test_csv_opens_in_excel_and_holds_the_numbers(fire_points: FirePoints, tmp_path: Path) -> None:
    path, points = tmp_path / "points.csv", fire_points(4)
    write_points(path, points, Language.ZH)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(path)
    np.testing.assert_array_equal(table["lon"], points["lon"])
    np.testing.assert_array_equal(table["frp_mw"], points["frp_mw"])


def test_a_csv_cell_never_runs_as_a_formula(fire_points: FirePoints, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    write_points(path, fire_points(1, township='=HYPERLINK("x")', lon=-1.5), Language.ZH)
    table = pd.read_csv(path)
    assert table["township"].tolist() == ['\'=HYPERLINK("x")']
    assert table["lon"].tolist() == [-1.5]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_simulated_points_say_so_in_every_row(
    fire_points: FirePoints, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"points{suffix}"
    write_points(path, fire_points(2, simulated=True), Language.ZH)
    table = pd.read_csv(path) if suffix == ".csv" else geopandas.read_file(path)
    assert table["simulated"].tolist() == [True, True]
    assert set(table["data_note"]) == {"模拟数据 / SIMULATED"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_measurement_stays_missing(
    fire_points: FirePoints, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"points{suffix}"
    write_points(path, fire_points(2, frp_mw=[np.nan, 2.5]), Language.ZH)
    table = pd.read_csv(path) if suffix == ".csv" else geopandas.read_file(path)
    np.testing.assert_array_equal(table["frp_mw"].astype(float), [np.nan, 2.5])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_points_make_a_file_without_rows(
    fire_points: FirePoints, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"points{suffix}"
    write_points(path, fire_points(0), Language.ZH)
    table = pd.read_csv(path) if suffix == ".csv" else geopandas.read_file(path)
    assert len(table) == 0


def test_a_geopackage_does_not_hold_the_time_of_its_writing(
    fire_points: FirePoints, tmp_path: Path
) -> None:
    path = tmp_path / "points.gpkg"
    write_points(path, fire_points(3), Language.ZH)
    with sqlite3.connect(path) as connection:
        (changed,) = connection.execute("SELECT last_change FROM gpkg_contents").fetchone()
    assert changed.startswith("2020-11-05T16:32:00")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rows_in_any_order_give_the_same_bytes(
    fire_points: FirePoints, tmp_path: Path, suffix: str
) -> None:
    points = fire_points(30)
    write_points(tmp_path / f"a{suffix}", points, Language.ZH)
    write_points(tmp_path / f"b{suffix}", points.sample(frac=1, random_state=1), Language.ZH)
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_an_unknown_suffix_is_refused_and_nothing_is_written(
    fire_points: FirePoints, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"\.gpkg"):
        write_points(tmp_path / "points.doc", fire_points(), Language.ZH)
    assert not list(tmp_path.iterdir())
