"""The simulated seasons: text that users would have, of a truth that tests know."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.geo import distance_km
from firewatch.core.time import SeasonCalendar
from firewatch.simulate.season import simulate_season
from zones.places.areas import load_areas

SEED, SCALE = 7, 0.25


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("season")
    simulate_season(folder, SEED, SCALE)
    return folder


@pytest.fixture(scope="module")
def rows(folder: Path) -> pd.DataFrame:
    """Return all FIRMS rows with their file's name and UTC time."""
    tables = [
        pd.read_csv(path, dtype={"acq_time": str, "confidence": str}).assign(file=path.name)
        for pattern in ("*_MODIS_*", "*_VIIRS_*")
        for path in sorted(folder.rglob(pattern))
    ]
    rows = pd.concat(tables, ignore_index=True)
    clock = rows["acq_time"].str.replace(":", "").str.zfill(4)
    return rows.assign(utc=pd.to_datetime(rows["acq_date"] + clock, format="%Y-%m-%d%H%M"))


@pytest.fixture(scope="module")
def truth(folder: Path) -> pd.DataFrame:
    truth = pd.read_csv(folder / "SIMULATED_truth.csv")
    for name in ("start", "end"):
        truth[name] = pd.to_datetime(truth[name]).dt.tz_localize(None)
    return truth


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_one_seed_gives_the_same_bytes_and_another_seed_others(
    folder: Path, tmp_path: Path
) -> None:
    again = simulate_season(tmp_path / "again", SEED, SCALE).all()
    written = {path.name: path.read_bytes() for path in files_in(folder)}
    assert {path.name: path.read_bytes() for path in again} == written
    other = simulate_season(tmp_path / "other", SEED + 1, SCALE).all()
    assert any(path.read_bytes() != written[path.name] for path in other)


def test_every_file_name_and_every_row_says_simulated(folder: Path) -> None:
    for path in files_in(folder):
        assert path.name.startswith("SIMULATED_")
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        heading, *lines = text.decode().splitlines()
        assert heading.split(",")[-1] == "simulated"
        assert lines and all(line.endswith(",SIMULATED") for line in lines)


def test_every_crop_pixel_looks_at_a_fire_that_burned_then(
    rows: pd.DataFrame, truth: pd.DataFrame
) -> None:
    first_versions = rows[~rows["file"].str.contains("_SP_")]
    sample = first_versions.sample(400, random_state=1)
    for row in sample.itertuples():
        burning = truth[
            (truth["start"] <= row.utc + pd.Timedelta("59s")) & (truth["end"] >= row.utc)
        ]
        nearest = distance_km(row.longitude, row.latitude, burning["lon"], burning["lat"]).min()
        # A neighbouring pixel may glow too, and a works' hot spot moves by some hundred metres.
        assert nearest < 1.6 * np.hypot(row.scan, row.track) + 1.2


def test_most_crop_fires_are_lit_in_the_afternoon_and_few_are_seen_by_night(
    rows: pd.DataFrame, truth: pd.DataFrame
) -> None:
    crops = truth[truth["county_adcode"] > 0]
    hour = (crops["start"] + pd.Timedelta("8h")).dt.hour
    assert hour.between(12, 20).mean() > 0.7
    works = truth[truth["county_adcode"] == 0]
    works = works[works["end"] - works["start"] > pd.Timedelta("30D")]
    tree = shapely.STRtree(shapely.points(works["lon"], works["lat"]))
    near = np.zeros(len(rows), dtype=bool)
    near[
        tree.query(
            shapely.points(rows["longitude"], rows["latitude"]), predicate="dwithin", distance=0.04
        )[0]
    ] = True
    night = (rows["daynight"] == "N").to_numpy()
    assert night[~near].mean() < 0.3 < 0.5 < night[near].mean()


def test_works_are_hot_off_season_too(rows: pd.DataFrame) -> None:
    steel = distance_km(rows["longitude"], rows["latitude"], 109.382, 24.379) < 2.5
    summer = rows["utc"].dt.month.between(5, 8)
    assert rows[steel & summer]["acq_date"].nunique() >= 20
    sugar = distance_km(rows["longitude"], rows["latitude"], 107.905, 22.634) < 1.5
    assert rows[sugar & rows["utc"].dt.month.between(6, 10)].empty
    assert rows[sugar]["acq_date"].nunique() >= 20


def test_a_standard_file_covers_the_same_overpasses_a_little_elsewhere(rows: pd.DataFrame) -> None:
    name = "SIMULATED_VIIRS_S-NPP_{}_20190930-20191231.csv"
    quick, late = (rows[rows["file"] == name.format(level)] for level in ("NRT", "SP"))
    assert set(late["utc"]) <= set(quick["utc"])
    assert "type" in rows and late["type"].notna().all() and quick["type"].isna().all()
    pairs = late.merge(quick, on=["utc", "scan", "track", "frp"], suffixes=("", "_quick"))
    apart = distance_km(
        pairs["longitude"], pairs["latitude"], pairs["longitude_quick"], pairs["latitude_quick"]
    )
    apart = apart[apart < 0.3]
    assert 0.02 < np.median(apart) < 0.08 and len(apart) > 0.9 * len(quick)
    assert len(apart) < len(quick), "some points are dropped"
    assert len(late) > len(apart), "some points are new"


def test_one_file_repeats_rows_of_another_exactly(folder: Path) -> None:
    repeat = next(folder.rglob("*NRT-last*"))
    origin = repeat.with_name(repeat.name.replace("NRT-last", "NRT"))
    lines = repeat.read_text().splitlines()
    assert len(lines) > 50 and set(lines) <= set(origin.read_text().splitlines())


def test_two_satellites_see_one_fire_at_slightly_different_places(
    rows: pd.DataFrame,
) -> None:
    first = rows[rows["file"].str.contains("_S-NPP_NRT_")]
    second = rows[rows["file"].str.contains("_NOAA-20_NRT_")]
    tree = shapely.STRtree(shapely.points(second["longitude"], second["latitude"]))
    here, there = tree.query(
        shapely.points(first["longitude"], first["latitude"]), predicate="dwithin", distance=0.005
    )
    gap = first["utc"].to_numpy()[here] - second["utc"].to_numpy()[there]
    together = np.abs(gap) < np.timedelta64(70, "m")
    moved = (
        first["longitude"].to_numpy()[here][together]
        != second["longitude"].to_numpy()[there][together]
    )
    assert together.sum() > 50 and moved.mean() > 0.95


def test_the_text_flavours_differ_as_downloads_do(rows: pd.DataFrame) -> None:
    lance = rows[rows["file"].str.endswith(".txt")]
    assert lance["acq_time"].str.fullmatch(r"\d\d:\d\d").all()
    assert set(lance["confidence"]) <= {"low", "nominal", "high"}
    plain = rows[rows["file"].str.contains("VIIRS") & rows["file"].str.endswith(".csv")]
    assert plain["acq_time"].str.fullmatch(r"\d{4}").all()
    assert set(plain["confidence"]) == {"l", "n", "h"}
    modis = rows[rows["file"].str.contains("MODIS")]["confidence"].astype(int)
    assert modis.between(0, 100).all()
    assert rows["file"].str.endswith(".csv.gz").any()


def test_one_city_has_no_fire_and_the_others_change_differently(
    rows: pd.DataFrame, truth: pd.DataFrame
) -> None:
    areas = load_areas()
    cities = areas.cities()["adcode"].to_numpy()
    tree = shapely.STRtree(areas.city_geometry())
    _, hit = tree.query(shapely.points(rows["longitude"], rows["latitude"]), predicate="intersects")
    assert 450600 not in cities[hit]
    season = SeasonCalendar().season
    crops = truth[truth["county_adcode"] > 0]
    local = (crops["start"] + pd.Timedelta("8h")).dt.date
    city = crops["county_adcode"] // 100 * 100
    before, now = (
        city[[day in season(year) for day in local]].value_counts() for year in (2019, 2020)
    )
    change = (now / before).dropna()
    assert (change < 0.9).any() and (change > 1.0).any()


def test_supervision_meets_fires_and_is_stepped_up(folder: Path, truth: pd.DataFrame) -> None:
    table = pd.read_csv(folder / "points" / "SIMULATED_supervision.csv")
    assert list(table.columns) == ["时间", "经度", "纬度", "发现方式", "备注", "simulated"]
    assert (table["备注"] == "模拟数据").all()
    time = pd.to_datetime(table["时间"]) - pd.Timedelta("8h")
    second = (table["时间"] >= "2020-10-01").sum()
    assert second > len(table) - second > 0
    for row in table.assign(utc=time).head(30).itertuples():
        burning = truth[
            (truth["start"] <= row.utc + pd.Timedelta("1min")) & (truth["end"] >= row.utc)
        ]
        assert distance_km(row.经度, row.纬度, burning["lon"], burning["lat"]).min() < 0.8


def test_half_of_the_works_are_on_the_list(folder: Path, truth: pd.DataFrame) -> None:
    listed = pd.read_csv(folder / "SIMULATED_works.csv")
    assert list(listed.columns) == ["name", "kind", "lon", "lat", "radius_km", "simulated"]
    hot = truth[truth["end"] - truth["start"] > pd.Timedelta("30D")]
    assert 0.4 < len(listed) / len(hot) < 0.6
    assert set(listed["kind"]) <= set(hot["kind"])
