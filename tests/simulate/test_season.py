"""The simulated seasons: text that users would have, of a truth that tests know."""

from __future__ import annotations

import gzip
import shutil
from datetime import date
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.geo import distance_km
from firewatch.core.time import Period, SeasonCalendar
from firewatch.simulate import season
from firewatch.simulate.granule_ground import Cover
from firewatch.simulate.orbits import overpasses
from firewatch.simulate.season import SimulatedFiles, simulate_season
from firewatch.simulate.season_granule import choose_pass, without
from imagery.detection.detect import detect_granules
from zones.places.areas import load_areas

SEED, SCALE = 7, 0.25


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFiles:
    return simulate_season(tmp_path_factory.mktemp("season"), SEED, SCALE)


@pytest.fixture(scope="module")
def folder(files: SimulatedFiles) -> Path:
    return files.truth.parent


@pytest.fixture(scope="module")
def rows(folder: Path) -> pd.DataFrame:
    return firms_rows(folder)


def firms_rows(folder: Path) -> pd.DataFrame:
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


def test_another_seed_gives_other_bytes_and_leaves_no_granule_beside_its_own(
    folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "again")
    written = {path.name: path.read_bytes() for path in files_in(folder)}
    other = simulate_season(tmp_path / "again", SEED + 1, SCALE)
    assert any(path.read_bytes() != written.get(path.name) for path in other.all())
    imagery = set(other.granule.files[0].parent.iterdir())
    assert imagery == set(other.granule.files), "no granule of another season stays beside"


def test_every_file_name_and_every_row_says_simulated(folder: Path) -> None:
    for path in files_in(folder):
        assert path.name.startswith("SIMULATED_")
        if path.suffix == ".nc":
            with h5py.File(path) as file:
                assert file.attrs["simulated"] == b"SIMULATED"
        if path.suffix in (".nc", ".npz"):
            continue
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


class Granule:
    """The level-1 files of a season, read with plain h5py."""

    def __init__(self, files: SimulatedFiles) -> None:
        image, _, geo = files.granule.files
        with h5py.File(image) as file:
            start = pd.Timestamp(file.attrs["time_coverage_start"].decode())
            self.utc = start.tz_localize(None).as_unit("s")
            self.platform = file.attrs["platform"].decode()
        with h5py.File(geo) as file:
            self.lon, self.lat = (
                file[f"geolocation_data/{name}"][:] for name in ("longitude", "latitude")
            )
            self.sun_deg = file["geolocation_data/solar_zenith"][:] / 100
        self.seen = self.lat > -900
        self.cover = np.load(files.granule.cover)["cover"]
        tree = shapely.STRtree(shapely.points(self.lon[self.seen], self.lat[self.seen]))
        self._nearest = tree.nearest

    def pixels_at(self, lon: pd.Series, lat: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Return number (among pixels seen) and distance in km of the pixel nearest to places."""
        at = self._nearest(shapely.points(lon, lat))
        return at, distance_km(lon, lat, self.lon[self.seen][at], self.lat[self.seen][at])


@pytest.fixture(scope="module")
def granule(files: SimulatedFiles) -> Granule:
    return Granule(files)


@pytest.fixture(scope="module")
def left_out(rows: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the FIRMS rows that there would be without the granule."""
    folder = tmp_path_factory.mktemp("rows_only")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(season, "choose_pass", lambda *_: None)
        simulate_season(folder, SEED, SCALE)
    every = firms_rows(folder)
    both = every.merge(rows.drop_duplicates(), how="left", indicator=True)
    assert len(every) == len(rows) + (both["_merge"] == "left_only").sum()
    return both[both["_merge"] == "left_only"]


def in_region(rows: pd.DataFrame) -> np.ndarray:
    region = load_areas().region
    return shapely.contains_xy(region, rows["longitude"], rows["latitude"])


def test_one_daytime_overpass_comes_as_a_granule_and_its_rows_are_in_no_file(
    rows: pd.DataFrame, left_out: pd.DataFrame, granule: Granule
) -> None:
    assert granule.platform == "JPSS-1"
    assert (granule.sun_deg[granule.seen] < 80).all()
    local = granule.utc + pd.Timedelta("8h")
    assert SeasonCalendar().season(2020).start <= local.date() <= SeasonCalendar().season(2020).end
    assert set(left_out["utc"]) == {granule.utc} and set(left_out["satellite"]) == {"N20"}
    assert rows[(rows["utc"] == granule.utc) & (rows["satellite"] == "N20")].empty


def test_the_granule_looks_at_every_place_whose_row_it_replaces(
    left_out: pd.DataFrame, granule: Granule
) -> None:
    inside = left_out[in_region(left_out)]
    assert len(inside) > 3
    at, apart_km = granule.pixels_at(inside["longitude"], inside["latitude"])
    assert apart_km.max() < 0.6
    assert (granule.cover[granule.seen][at] != Cover.CLOUD).all(), "one sky for both"


def test_no_archive_speaks_for_the_time_of_the_granule(folder: Path, granule: Granule) -> None:
    archives = [path.stem.split("_")[-1] for path in folder.rglob("*_VIIRS_NOAA-20_SP_*")]
    assert archives
    for first, last in (span.split("-") for span in archives):
        assert not first <= f"{granule.utc:%Y%m%d}" <= last


def test_what_burned_below_the_granule_is_in_it_at_its_place(
    files: SimulatedFiles, truth: pd.DataFrame, granule: Granule
) -> None:
    burning = truth[(truth["start"] <= granule.utc) & (truth["end"] >= granule.utc)]
    crops = burning[burning["end"] - burning["start"] < pd.Timedelta("30D")]
    below = crops[granule.pixels_at(crops["lon"], crops["lat"])[1] < 0.25]
    assert len(below) >= 2
    written = pd.read_csv(files.granule.truth)
    for fire in below.itertuples():
        assert distance_km(fire.lon, fire.lat, written["lon"], written["lat"]).min() < 0.01
    for fire in written.itertuples():
        # A works' hot spot moves by some hundred metres.
        assert distance_km(fire.lon, fire.lat, burning["lon"], burning["lat"]).min() < 2


def test_fires_that_stand_out_in_the_granule_are_found_and_nothing_else(
    files: SimulatedFiles,
) -> None:
    (found,) = detect_granules(list(files.granule.files))
    truth = pd.read_csv(files.granule.truth)
    seen = truth[~truth["cloud"] & ~truth["bowtie_deleted"]]
    # The largest limits of the published algorithm by day, 330 K and 25 K, and 5 K more.
    due = seen[(seen["bt_mir_k"] >= 335) & (seen["bt_mir_k"] - seen["bt_tir_k"] >= 30)]
    fires = found.fires
    assert due["fire"].nunique() >= 3
    assert found.simulated and fires["simulated"].all()
    apart = [
        distance_km(row.lon, row.lat, fires["lon"], fires["lat"]).min() for row in due.itertuples()
    ]
    assert np.mean(np.array(apart) < 0.6) >= 0.95
    for row in fires.itertuples():
        assert distance_km(row.lon, row.lat, seen["lon"], seen["lat"]).min() < 1.0


def test_an_overpass_whose_fires_lie_too_far_apart_stays_in_the_files() -> None:
    passes = overpasses(Period(date(2020, 11, 1), date(2020, 11, 3)))
    over = passes[(passes["platform"] == 3) & passes["day"]]
    over = over.loc[[(over["track_lon"] - 109).abs().idxmin()]]
    near, far = [(108.3, 23.1), (109.2, 23.4)], [(108.3, 22.4), (110.3, 25.3)]
    for places, fits in ((near, True), (far, False)):
        pixels = pd.DataFrame(places, columns=["lon", "lat"]).assign(
            platform=3, day=True, epoch_s=over["epoch_s"].iloc[0]
        )
        chosen = choose_pass(pixels, passes, load_areas())
        assert (chosen is not None) == fits
        assert without(pixels, chosen).empty == fits
