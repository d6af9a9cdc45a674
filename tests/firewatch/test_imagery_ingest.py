"""Level-1 granules into the ledger: detected, versioned, ranked, seen, and counted once."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

from firewatch.core.errors import LedgerError
from firewatch.ledger.coverage import coverage_between
from firewatch.ledger.current import rebuild
from firewatch.ledger.store import append_row
from firewatch.ledger.tables import products
from firewatch.ledger.versions import own_rank
from firewatch.pipeline import ingest, redecide
from firewatch.rulebook import rulebook, watch_over
from firewatch.settings import CoverageSettings, DetectionSettings, Settings
from firewatch.simulate.granule import GranuleRequest, SimulatedGranule, simulate_granule
from firewatch.simulate.granule_ground import Weather
from firewatch.supersession import OWN_RANKS
from firewatch.views import points_by_city
from imagery.reading import OwnVersion

STARTED = 1_604_729_100  # 2020-11-07 06:05 UTC
MINUTE = "2020-11-07 0605"
NOW_S = 1_767_000_000
PLACES = [(108.40, 23.69), (109.00, 23.70), (107.60, 23.71)]
FIRES = pd.DataFrame(
    [(x, y, area, 900.0) for (x, y), area in zip(PLACES, (400.0, 300.0, 20.0), strict=True)],
    columns=["lon", "lat", "area_m2", "t_k"],
)
CORNERS = ((107.0, 23.0), (110.0, 24.5))
"""Rows elsewhere in the file, whose box the file thereby covers."""
CLEAR = Weather(cloud_share=0.0)
Line = Callable[..., str]


@pytest.fixture(scope="module")
def granule(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    """Three scans over the middle of Guangxi; the last fire is below what can be seen."""
    folder = tmp_path_factory.mktemp("granule")
    request = GranuleRequest("S-NPP", STARTED, FIRES, scans=3, samples=(2400, 4200), weather=CLEAR)
    return simulate_granule(folder, request)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    folder = tmp_path_factory.mktemp("elsewhere")
    request = GranuleRequest("S-NPP", STARTED, FIRES, scans=1, track_lon=160.0, weather=CLEAR)
    return simulate_granule(folder, request)


def paths_of(made: SimulatedGranule) -> list[Path]:
    return list(made.files.values())


def take_in(office: Any, *paths: Path, **detection: Any) -> Any:
    settings = Settings(detection=DetectionSettings(**detection))
    office.rules = rulebook(office.ledger, settings)
    watch = watch_over(office.rules.areas, settings)
    return ingest(office.ledger, paths, office.rules, NOW_S, watch=watch)


def state_of(office: Any) -> pd.DataFrame:
    kept = ["point_id", "lon", "lat", "frp_mw", "product_version", "ruling", "simulated"]
    return office.current(*kept).sort_values("point_id", ignore_index=True)


def nrt(office: Any, line: Line, *places: tuple[float, float]) -> Path:
    return office.file("nrt.csv", [line(x, y, MINUTE) for x, y in places])


def test_a_granule_gives_points_with_version_and_hash_and_the_ground_it_saw(
    office: Any, granule: SimulatedGranule
) -> None:
    outcome = take_in(office, *paths_of(granule))
    [file] = outcome.files
    assert file.path.name.startswith("SIMULATED_VNP02IMG") and len(file.companions) == 2
    assert (file.error, file.rejected, file.outside) == ("", 0, 0)
    points = office.current()
    found = points[["lon", "lat"]].to_numpy()
    for x, y in PLACES[:2]:
        assert np.hypot(*(found - (x, y)).T).min() < 0.01
    assert np.hypot(*(found - PLACES[2]).T).min() > 0.02
    assert points["product_version"].str.match(r"firewatch-viirs-375m-\d+\+[0-9a-f]{8}$").all()
    assert points["simulated"].all()
    with office.ledger.reading() as connection:
        seen = coverage_between(connection, STARTED - 60, STARTED + 60)
    assert (seen["basis"] == "measured").all()
    assert seen["clear_km2"].sum() > 1_000
    assert seen["started_utc_s"].unique().tolist() == [STARTED]


def test_a_granule_twice_or_by_any_of_its_files_changes_nothing(
    office: Any, granule: SimulatedGranule
) -> None:
    take_in(office, *paths_of(granule))
    tables = ("source_files", "points", "decisions", "sightings", "granules", "coverage", "claims")
    before = {name: office.table(name) for name in tables}
    for given in (paths_of(granule), paths_of(granule)[::-1], [granule.files["03IMG"]]):
        assert all(file.known for file in take_in(office, *given).files)
    for name, table in before.items():
        pd.testing.assert_frame_equal(office.table(name), table)


def test_official_points_of_the_overpass_take_the_place_of_our_own_in_any_order(
    office: Any, another_office: Callable[[], Any], granule: SimulatedGranule, line: Line
) -> None:
    states = []
    for order in itertools.permutations(range(2)):
        one = another_office()
        files = [paths_of(granule), [nrt(one, line, PLACES[0], *CORNERS)]]
        for number in order:
            take_in(one, *files[number])
        states.append(state_of(one))
    pd.testing.assert_frame_equal(*states)
    assert set(states[0]["product_version"]) == {"2.0NRT"}
    # What only our own detection found is on record, but not in force: the official product
    # holds this overpass and does not show it.
    assert len(states[0]) == 3


def test_where_our_own_points_stand_can_be_decided_again(
    office: Any, granule: SimulatedGranule, line: Line
) -> None:
    take_in(office, *paths_of(granule), nrt(office, line, PLACES[0], *CORNERS))
    assert set(state_of(office)["product_version"]) == {"2.0NRT"}
    office.rules = rulebook(office.ledger, Settings(detection=DetectionSettings(rank="above_nrt")))
    redecide(office.ledger, office.rules, NOW_S, "redecide")
    versions = state_of(office)["product_version"]
    assert versions.str.startswith("firewatch-viirs").all()


def test_a_changed_threshold_is_a_new_version_that_takes_the_place_of_the_old(
    office: Any, granule: SimulatedGranule
) -> None:
    take_in(office, *paths_of(granule))
    first = state_of(office)
    outcome = take_in(office, *paths_of(granule), viirs={"absolute_night_bt_mir_k": 321.0})
    [file] = outcome.files
    assert not file.known and file.new == len(first) and file.superseded == len(first)
    second = state_of(office)
    assert len(second) == len(first)
    assert set(first["product_version"]).isdisjoint(second["product_version"])
    stricter = take_in(
        office, *paths_of(granule), viirs={"candidate_day_dt_k": 500.0, "saturated_bt_mir_k": 999.0}
    )
    assert stricter.files[0].remark
    assert state_of(office).empty


A: dict[str, Any] = {}
B = {"viirs": {"candidate_day_dt_k": 26.0}}
STRICT = {"viirs": {"candidate_day_dt_k": 500.0, "saturated_bt_mir_k": 999.0}}


def test_going_back_to_earlier_thresholds_brings_their_version_back(
    office: Any, another_office: Callable[[], Any], granule: SimulatedGranule, line: Line
) -> None:
    for settings in (A, B):
        take_in(office, *paths_of(granule), **settings)
    stood = state_of(office)
    [file] = take_in(office, *paths_of(granule), **A).files
    assert (file.known, file.again, file.superseded) == (True, True, len(stood))
    only = another_office()
    take_in(only, *paths_of(granule), **A)
    assert_alike(office, only)
    assert set(stood["product_version"]).isdisjoint(state_of(office)["product_version"])
    # What comes later is decided by the same rule.
    for one in (office, only):
        take_in(one, nrt(one, line, PLACES[0], *CORNERS))
    assert_alike(office, only)


def assert_alike(one: Any, other: Any) -> None:
    """Compare points, counts and ground seen of two ledgers, and of the first its history."""
    pd.testing.assert_frame_equal(state_of(one), state_of(other))
    assert tally_of(one) == tally_of(other)
    tables = []
    for office in (one, other):
        with office.ledger.reading() as connection:
            tables.append(coverage_between(connection, STARTED - 600, STARTED + 600))
    pd.testing.assert_frame_equal(*(table.drop(columns="product_rank") for table in tables))
    before = one.table("points_current")
    assert redecide(one.ledger, one.rules, NOW_S, "redecide").run_id == 0
    with one.ledger.writing() as connection:
        rebuild(connection)
    pd.testing.assert_frame_equal(one.table("points_current"), before)


def tally_of(office: Any) -> dict[str, int]:
    ids = set(office.table("source_files")["file_id"])
    return points_by_city(office.ledger, ids, office.rules)


@pytest.mark.parametrize("path", ["BAAB", "SBASBB", "ABS"])
def test_whatever_was_asked_for_before_the_last_thresholds_stand(
    office: Any, another_office: Callable[[], Any], granule: SimulatedGranule, path: str
) -> None:
    sets = {"A": A, "B": B, "S": STRICT}
    for name in path:
        take_in(office, *paths_of(granule), **sets[name])
    only = another_office()
    take_in(only, *paths_of(granule), **sets[path[-1]])
    assert_alike(office, only)
    assert len(office.table("source_files")) == len(set(path))


def test_asking_again_for_what_stands_records_nothing(
    office: Any, granule: SimulatedGranule
) -> None:
    for settings in (A, B, A):
        take_in(office, *paths_of(granule), **settings)
    before = {name: office.table(name) for name in ("requests", "runs", "decisions", "sightings")}
    [file] = take_in(office, *paths_of(granule)[::-1], **A).files
    assert file.known and not file.again and file.superseded == 0
    for name, table in before.items():
        pd.testing.assert_frame_equal(office.table(name), table)
    assert len(before["requests"]) == 3


def test_only_the_granules_that_are_taken_in_again_go_back(
    office: Any, granule: SimulatedGranule, tmp_path: Path
) -> None:
    later = GranuleRequest(
        "S-NPP", STARTED + 360, FIRES, scans=3, samples=(2400, 4200), weather=CLEAR
    )
    neighbour = simulate_granule(tmp_path, later)
    for settings in (A, B):
        take_in(office, *paths_of(granule), *paths_of(neighbour), **settings)
    second = set(state_of(office)["product_version"])
    take_in(office, *paths_of(granule), **A)
    current = office.current("acquired_utc", "product_version")
    minute = current["acquired_utc"].dt.strftime("%H%M")
    assert set(current["product_version"][minute == "0611"]) == second
    assert set(current["product_version"][minute == "0605"]).isdisjoint(second)
    assert len(current[minute == "0605"]) == len(current[minute == "0611"]) > 0


def test_bands_missing_or_not_the_version_asked_for_stands(
    office: Any, another_office: Callable[[], Any], granule: SimulatedGranule, tmp_path: Path
) -> None:
    for role in ("02IMG", "03IMG"):
        shutil.copy(granule.files[role], tmp_path)
    only = another_office()
    for one, path in ((office, (A, B, A)), (only, (A,))):
        for settings in path:
            take_in(one, tmp_path, **settings)
            if one is office or settings is A:
                take_in(one, *paths_of(granule), **settings)
    assert_alike(office, only)
    asked = len(office.table("requests"))
    for given in (tmp_path, granule.files["02IMG"], tmp_path):
        take_in(office, given, **A)
    assert len(office.table("requests")) == asked


def test_the_granule_with_m13_takes_the_place_of_the_one_without_in_any_order(
    another_office: Callable[[], Any], granule: SimulatedGranule, tmp_path: Path
) -> None:
    poorer = tmp_path / "poorer"
    poorer.mkdir()
    for role in ("02IMG", "03IMG"):
        shutil.copy(granule.files[role], poorer)
    states = []
    for first, second in itertools.permutations([[poorer], paths_of(granule)]):
        one = another_office()
        take_in(one, *first)
        take_in(one, *second)
        states.append(state_of(one))
    pd.testing.assert_frame_equal(*states)
    assert not states[0]["product_version"].str.contains("no-M13").any()
    assert states[0]["frp_mw"].notna().all()


def test_history_gives_back_what_is_in_force(office: Any, granule: SimulatedGranule) -> None:
    take_in(office, *paths_of(granule))
    take_in(office, *paths_of(granule), viirs={"candidate_day_dt_k": 26.0})
    before = office.table("points_current")
    with office.ledger.writing() as connection:
        rebuild(connection)
    pd.testing.assert_frame_equal(office.table("points_current"), before)


def test_a_granule_that_looks_elsewhere_is_not_seen_rather_than_without_fire(
    office: Any, elsewhere: SimulatedGranule, line: Line
) -> None:
    take_in(office, nrt(office, line, PLACES[0]))
    [file] = take_in(office, *paths_of(elsewhere)).files
    assert file.error == "" and file.rows == 0
    assert "未观测" in file.remark and "not seen" in file.remark
    assert len(state_of(office)) == 1
    assert office.table("granules").empty
    assert len(office.table("claims")) == 1


def test_a_granule_of_fill_has_seen_nothing(
    office: Any, granule: SimulatedGranule, tmp_path: Path
) -> None:
    for path in paths_of(granule):
        shutil.copy(path, tmp_path)
    with h5py.File(tmp_path / granule.files["02IMG"].name, "r+") as image:
        for name in ("I04", "I05"):
            image[f"observation_data/{name}"][...] = 65535
    [file] = take_in(office, *tmp_path.glob("*.nc")).files
    assert file.error == "" and file.rows == 0 and file.remark
    coverage = office.table("coverage")
    assert coverage["clear_km2"].sum() == 0 and coverage["not_seen_km2"].sum() > 1_000


def test_a_missing_companion_is_named_and_the_other_files_go_in(
    office: Any, granule: SimulatedGranule, line: Line, tmp_path: Path
) -> None:
    alone = shutil.copy(granule.files["02IMG"], tmp_path)
    good, bad = sorted(
        take_in(office, Path(alone), nrt(office, line, PLACES[0])).files, key=lambda f: f.error
    )
    assert good.new == 1
    assert "VNP03IMG.A2020312.0605" in bad.error
    assert office.table("granules").empty


def test_a_granule_of_the_future_is_refused(office: Any, granule: SimulatedGranule) -> None:
    watch = watch_over(office.rules.areas)
    early = ingest(office.ledger, paths_of(granule), office.rules, STARTED - 86_400, watch=watch)
    assert "2020-11-07T06:05" in early.files[0].error
    assert office.table("points").empty


def mask_file(folder: Path, shape: tuple[int, int]) -> Path:
    """Write an official fire product of the granule that shows no fire, all clear land."""
    path = folder / "SIMULATED_VNP14IMG.A2020312.0605.002.2021001000000.nc"
    with h5py.File(path, "w") as file:
        file["fire mask"] = np.full(shape, 5, np.uint8)
        file["algorithm QA"] = np.zeros(shape, np.uint32)
        file.attrs["ShortName"] = "VNP14IMG"
        file.attrs["simulated"] = "SIMULATED"
        file.attrs["StartTime"] = "2020-11-07 06:05:00.000"
    return path


def test_an_official_product_without_fire_tells_by_its_geolocation_that_it_looked(
    office: Any, granule: SimulatedGranule, line: Line, tmp_path: Path
) -> None:
    with h5py.File(granule.files["03IMG"]) as geo:
        shape = geo["geolocation_data/latitude"].shape
    product = mask_file(tmp_path, shape)
    take_in(office, nrt(office, line, PLACES[0]))
    [alone] = take_in(office, product).files
    assert alone.error == "" and len(state_of(office)) == 1
    assert office.table("granules").empty
    shutil.copy(granule.files["03IMG"], tmp_path)
    [file] = take_in(office, product).files
    assert [path.name for path in file.companions] == [granule.files["03IMG"].name]
    assert office.table("coverage")["clear_km2"].sum() > 1_000
    assert state_of(office).empty


def test_our_own_and_the_official_account_of_one_granule_are_not_added_up(
    office: Any, granule: SimulatedGranule, tmp_path: Path
) -> None:
    take_in(office, *paths_of(granule))

    def seen_km2() -> float:
        with office.ledger.reading() as connection:
            table = coverage_between(connection, STARTED - 60, STARTED + 60)
        return float(table[["clear_km2", "cloud_km2", "not_seen_km2", "water_km2"]].sum().sum())

    before = seen_km2()
    with h5py.File(granule.files["03IMG"]) as geo:
        product = mask_file(tmp_path, geo["geolocation_data/latitude"].shape)
    shutil.copy(granule.files["03IMG"], tmp_path)
    take_in(office, product)
    assert len(office.table("granules")) == 2
    assert seen_km2() == pytest.approx(before, rel=0.2)


def test_collections_of_modis_are_two_versions_of_which_the_later_stands(
    office: Any, tmp_path: Path
) -> None:
    request = GranuleRequest("Terra", STARTED, FIRES, scans=8, weather=CLEAR)
    made = simulate_granule(tmp_path, request)
    [sixth] = take_in(office, *paths_of(made)).files
    assert sixth.error == "" and sixth.new >= 1
    assert office.current("product_family")["product_family"].unique().tolist() == ["MODIS"]
    [fifth] = take_in(office, *paths_of(made), modis_collection="c5").files
    assert fifth.superseded == sixth.new
    assert len(set(office.current("product_version")["product_version"])) == 1


def stack_over(folder: Path, west: float, north: float) -> Path:
    """Write I4 and I5 as calibrated GeoTIFFs by night, with one fire in the middle."""
    import rasterio
    from rasterio.transform import from_origin

    folder.mkdir()
    bands = {"I04": np.full((60, 80), 290.0, np.float32), "I05": np.full((60, 80), 289.0)}
    bands["I04"][30, 40] = 340.0
    for name, values in bands.items():
        with rasterio.open(
            folder / f"scene_{name}.tif", "w", driver="GTiff", width=80, height=60, count=1,
            dtype="float32", crs="EPSG:4326", transform=from_origin(west, north, 0.004, 0.004),
        ) as image:  # fmt: skip
            image.write(values.astype(np.float32), 1)
            image.update_tags(TIFFTAG_DATETIME="2020:11:06 18:15:00")
    return folder


def test_calibrated_images_without_swath_geometry_are_taken_in_too(
    office: Any, tmp_path: Path
) -> None:
    [file] = take_in(office, stack_over(tmp_path / "here", 108.2, 23.8)).files
    assert (file.error, file.new) == ("", 1)
    point = office.current().iloc[0]
    assert (point["lon"], point["lat"]) == pytest.approx((108.362, 23.678), abs=1e-4)
    assert "no-" in point["product_version"] and "view_geometry" in point["product_version"]
    coverage = office.table("coverage")
    assert set(coverage["view_class"]) == {"unknown"}
    assert coverage["clear_km2"].sum() == pytest.approx(60 * 80 * 0.444 * 0.407, rel=0.05)


def test_calibrated_images_of_elsewhere_are_not_seen(office: Any, tmp_path: Path) -> None:
    [file] = take_in(office, stack_over(tmp_path / "there", 30.0, 52.0)).files
    assert (file.error, file.rows) == ("", 0) and "未观测" in file.remark
    assert office.table("granules").empty


def test_a_land_cover_map_tells_how_much_of_the_ground_seen_is_cropland(
    office: Any, tmp_path: Path
) -> None:
    import rasterio
    from rasterio.transform import from_origin

    land_cover = tmp_path / "land_cover.tif"
    classes = np.zeros((200, 200), np.uint8)
    classes[:, :100] = 40
    with rasterio.open(
        land_cover, "w", driver="GTiff", width=200, height=200, count=1, dtype="uint8",
        crs="EPSG:4326", transform=from_origin(107.8613, 24.2, 0.005, 0.005),
    ) as image:  # fmt: skip
        image.write(classes, 1)
    stack = stack_over(tmp_path / "here", 108.2, 23.8)
    settings = Settings(coverage=CoverageSettings(cropland=land_cover, cropland_values=[40]))
    watch = watch_over(office.rules.areas, settings)
    ingest(office.ledger, [stack], office.rules, NOW_S, watch=watch)
    table = office.table("coverage")
    share = table["cropland_clear_km2"].sum() / table["clear_km2"].sum()
    assert share == pytest.approx((108.3613 - 108.2) / 0.32, abs=0.02)
    take_in(office, stack)
    assert office.table("granules")["cropland_version"].nunique() == 2


def test_more_versions_of_our_own_than_ranks_are_refused_in_words(office: Any) -> None:
    with office.ledger.writing() as connection:
        for number in range(49):
            version = OwnVersion(f"firewatch-viirs-375m-1+{number:08x}", complete=True)
            rank = own_rank(connection, "VIIRS_I", version)
            assert rank in OWN_RANKS
            assert own_rank(connection, "VIIRS_I", replace(version, complete=False)) == rank - 1
            named = {"product_family": "VIIRS_I", "product_version": version.text}
            named |= {"source": "satellite", "platform": "S-NPP", "sensor": "VIIRS"}
            append_row(connection, products, {**named, "product_rank": rank})
            assert own_rank(connection, "VIIRS_I", version) == rank
        with pytest.raises(LedgerError, match="49"):
            own_rank(connection, "VIIRS_I", replace(version, text="firewatch-viirs-375m-2"))
        assert own_rank(connection, "MODIS", version) < 4
