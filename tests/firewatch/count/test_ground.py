"""Ground seen by city, county, day and satellite, and whether two seasons saw the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from coverage_accounts import noted

from firewatch.core.geo import Extent
from firewatch.core.time import Period, SeasonCalendar
from firewatch.core.vocab import Language
from firewatch.count.alike import days_with_data
from firewatch.count.compare import Comparison, compare
from firewatch.count.ground import ground_of, ground_table, ground_total
from firewatch.count.ground_key import GroundKey
from firewatch.count.rule import counting_rule
from firewatch.count.seasons import season_pair
from firewatch.count.state import target_states
from firewatch.count.target import Target
from firewatch.ledger.coverage import record_coverage
from firewatch.ledger.store import append_row
from firewatch.ledger.tables import claims, source_files
from firewatch.recording import Declaration
from firewatch.views import area_names
from imagery.coverage.ground import AREA_COLUMNS, CROPLAND_COLUMNS
from imagery.coverage.table import of_granule

Line = Callable[..., str]
NANNING_COUNTIES, GUILIN_COUNTIES = (450102, 450103), (450302, 450305)
NANNING = (108.32, 22.82)
GAP_MIN = 30


def at(when: str) -> int:
    """Return epoch seconds of a UTC time such as ``2020-11-05 0606``."""
    return int(datetime.strptime(when, "%Y-%m-%d %H%M").replace(tzinfo=UTC).timestamp())


def granule(
    when: str, codes: Sequence[int] = NANNING_COUNTIES, platform: str = "S-NPP",
    clear: float | None = None, seed: int = 1, cropland: bool = False, **changes: Any,
) -> pd.DataFrame:  # fmt: skip
    draw = np.random.default_rng(seed)
    keys = [(code, view, "D") for code in codes for view in ("0-30", "30-50")]
    table = pd.DataFrame(keys, columns=["area_code", "view_class", "day_night"])
    for name in AREA_COLUMNS:
        table[name] = draw.uniform(1, 900, len(table))
    if clear is not None:
        table = table.assign(clear_km2=clear, cloud_km2=1000 - clear)
    if cropland:
        table = table.assign(**{name: table[name.removeprefix("cropland_")] / 4
                                for name in CROPLAND_COLUMNS})  # fmt: skip
    values = {"version": "v", "rank": 220, "started_utc_s": at(when), "ended_utc_s": at(when) + 360}
    return of_granule(table.assign(basis="measured"), platform, "VIIRS_I", **(values | changes))


EVERYWHERE = Extent(104, 20, 113, 27)


def record(office: Any, *tables: pd.DataFrame, claim: Extent | None = EVERYWHERE) -> None:
    """Put coverage on record, as if each table came with a granule, or handed over alone."""
    for table in tables:
        with office.ledger.writing() as connection:
            counts = ("rows", "inside", "outside", "rejected", "duplicate", "superseded", "new")
            source = {
                **dict.fromkeys(counts, 0), "sha256": str(np.random.default_rng().random()),
                "name": "g.nc", "size_bytes": 1, "format_name": "x", "simulated": False,
                "ingested_at": 1,
            }  # fmt: skip
            file_id = append_row(connection, source_files, source)
            if claim is not None:
                first = table.iloc[0]
                values = {
                    "file_id": file_id, "platform": first["platform"],
                    "product_family": "VIIRS_I", "product_rank": 220, **vars(claim),
                    "first_s": int(first["started_utc_s"]), "last_s": int(first["ended_utc_s"]),
                    "declared": True,
                }  # fmt: skip
                connection.execute(claims.insert().values(**values))
            record_coverage(connection, file_id, table)


def seen(office: Any, by: str, period: Period) -> pd.DataFrame:
    with office.ledger.reading() as connection:
        ground = ground_of(connection, period, area_names(office.rules.areas), GAP_MIN)
    return ground_table(ground, GroundKey(by))


NOVEMBER = Period(date(2020, 11, 1), date(2020, 11, 30))
GRANULES = (
    granule("2020-11-05 0606"),
    # The next granule of the same pass, and one after Beijing's midnight.
    granule("2020-11-05 0612", (450103, 450305), seed=2, cropland=True),
    granule("2020-11-05 1606", seed=3, platform="NOAA-20"),
    granule("2020-11-09 0540", GUILIN_COUNTIES, seed=4),
    # Another account of the first, by a lower rank: it does not count.
    granule("2020-11-05 0606", seed=5, rank=150, version="own"),
)


@pytest.mark.parametrize("by", ["city", "county", "day", "platform"])
def test_the_ground_is_what_adding_up_granule_by_granule_gives(office: Any, by: str) -> None:
    record(office, *GRANULES)
    table = seen(office, by, NOVEMBER)
    expected: dict[Any, dict[str, Any]] = {}
    for number, one in enumerate(GRANULES[:4]):
        pass_number = (0, 0, 1, 2)[number]
        for row in one.to_dict("records"):
            day = str(datetime.fromtimestamp(row["started_utc_s"] + 8 * 3600, UTC).date())
            key = {
                "city": row["area_code"] // 100 * 100, "county": row["area_code"], "day": day,
                "platform": row["platform"],
            }[by]  # fmt: skip
            sums = expected.setdefault(key, {"passes": set(), "days": set()})
            for name in (*AREA_COLUMNS, *CROPLAND_COLUMNS):
                if not np.isnan(row[name]):
                    sums[name] = sums.get(name, 0.0) + row[name]
            sums["passes"].add(pass_number)
            sums["days"].add(day)
    key = {"city": "city_adcode", "county": "county_adcode"}.get(by, by)
    for row in table.to_dict("records"):
        if row[key] not in expected:
            assert (row["basis"], row["overpasses"]) == ("none", 0)
            assert np.isnan(row["clear_km2"])
            continue
        sums = expected.pop(row[key])
        for name in (*AREA_COLUMNS, *CROPLAND_COLUMNS):
            assert row[name] == pytest.approx(sums.get(name, np.nan), nan_ok=True)
        land = sum(sums[name] for name in AREA_COLUMNS[:4])
        assert row["clear_share"] == pytest.approx(sums["clear_km2"] / land)
        assert row["overpasses"] == len(sums["passes"])
        assert row["basis"] == "measured"
        if by != "day":
            assert row["days"] == len(sums["days"])
        if "cropland_clear_km2" in sums:
            crops = sum(sums[name] for name in CROPLAND_COLUMNS)
            assert row["cropland_clear_share"] == pytest.approx(sums["cropland_clear_km2"] / crops)
    assert not expected


def test_days_with_lists_of_fire_points_only_are_feed_present_and_others_unknown(
    office: Any, line: Line
) -> None:
    record(office, GRANULES[0])
    office.take_in(office.file("a.csv", [line(*NANNING, "2020-11-07 0606")]))
    days = seen(office, "day", NOVEMBER).set_index("day")["basis"]
    assert days["2020-11-05"] == "measured"
    assert days["2020-11-07"] == "feed_present"
    assert set(days.drop(["2020-11-05", "2020-11-07"])) == {"none"}
    cities = seen(office, "city", NOVEMBER).set_index("city_adcode")
    assert (cities.loc[450100, "basis"], cities.loc[450100, "feed_days"]) == ("measured", 1)
    assert (cities.loc[450300, "basis"], cities.loc[450300, "feed_days"]) == ("feed_present", 1)
    platforms = seen(office, "platform", NOVEMBER)
    assert platforms[["platform", "basis", "feed_days"]].to_numpy().tolist() == [
        ["S-NPP", "measured", 1]
    ]


def test_a_feed_with_a_declared_extent_says_nothing_of_cities_outside_it(
    office: Any, line: Line
) -> None:
    declared = Declaration(Extent(107, 22, 109, 23.5), NOVEMBER)
    office.take_in(office.file("a.csv", [line(*NANNING, "2020-11-07 0606")]), declared=declared)
    basis = seen(office, "city", NOVEMBER).set_index("city_adcode")["basis"]
    assert (basis[450100], basis[450300]) == ("feed_present", "none")


def test_what_a_granule_claims_is_no_feed(office: Any) -> None:
    record(office, GRANULES[0], claim=Extent(104, 20, 112, 27))
    basis = seen(office, "city", NOVEMBER).set_index("city_adcode")["basis"]
    assert (basis[450100], basis[450300]) == ("measured", "none")


def test_a_noted_granule_without_areas_is_present_not_measured(office: Any) -> None:
    whose = "Terra", "MODIS", "6.1", 210, at("2020-11-05 0300"), 2**33
    record(office, noted([450103], *whose))
    county = seen(office, "county", NOVEMBER).set_index("county_adcode").loc[450103]
    assert (county["basis"], county["overpasses"]) == ("feed_present", 0)


def test_the_whole_region_is_the_sum_of_its_cities(office: Any) -> None:
    record(office, *GRANULES)
    with office.ledger.reading() as connection:
        ground = ground_of(connection, NOVEMBER, area_names(office.rules.areas), GAP_MIN)
    total, cities = ground_total(ground).iloc[0], ground_table(ground, GroundKey.CITY)
    assert total["clear_km2"] == pytest.approx(cities["clear_km2"].sum())
    assert (total["overpasses"], total["days"], total["basis"]) == (3, 3, "measured")
    assert ground.elsewhere == ()


def test_areas_of_other_boundaries_are_told_and_not_counted(office: Any) -> None:
    record(office, granule("2020-11-05 0606", (450103, 110101)))
    with office.ledger.reading() as connection:
        ground = ground_of(connection, NOVEMBER, area_names(office.rules.areas), GAP_MIN)
    assert ground.elsewhere == (110101,)
    assert set(ground.seen["county_adcode"]) == {450103}


CALENDAR = SeasonCalendar()


def compared(office: Any, language: str = "en") -> Comparison:
    with office.ledger.reading() as connection:
        return compare(
            connection,
            counting_rule("pixel"),
            season_pair(CALENDAR, 2020, datetime(2021, 3, 1, tzinfo=UTC)),
            Target(),
            area_names(office.rules.areas),
            Language(language),
        )


def every_city(office: Any) -> list[int]:
    return [int(code) for code in office.rules.areas.counties["adcode"]]


def seasons(office: Any, clear: float, without: int = 0) -> None:
    """Watch ten days of each season; this season under more cloud, and not at all one city."""
    codes = every_city(office)
    fewer = [code for code in codes if code // 100 * 100 != without]
    for day in range(1, 11):
        record(
            office,
            granule(f"2019-11-{day:02d} 0606", codes, clear=600),
            granule(f"2020-11-{day:02d} 0606", fewer, clear=clear),
        )


def test_a_fall_under_cloud_is_said_and_the_counts_stay_as_they_are(
    office: Any, line: Line
) -> None:
    seasons(office, clear=300)
    base = [line(*NANNING, f"2019-11-{day:02d} 0606") for day in range(1, 11)]
    now = [line(*NANNING, f"2020-11-{day:02d} 0606") for day in range(1, 6)]
    office.take_in(office.file("a.csv", base), office.file("b.csv", now))
    found = compared(office)
    assert (found.total["base"].item(), found.total["now"].item()) == (10, 5)
    assert found.cities.set_index("city")["verdict"]["南宁市"] == "met"
    text = "\n".join(found.notes)
    assert "50% less clear land" in text
    assert "10 of 151 days" in text
    land = 111 * 2 * 10
    assert f"{land * 600:,} km²·looks" in text
    assert "南宁市 -50%" in text
    assert "少 50%" in "\n".join(compared(office, "zh").notes)


def test_the_sky_of_a_few_days_is_not_compared(office: Any, line: Line) -> None:
    seasons(office, clear=300)
    days = pd.date_range("2019-10-05", periods=30).strftime("%Y-%m-%d")
    office.take_in(office.file("a.csv", [line(*NANNING, f"{day} 0606") for day in days]))
    text = "\n".join(compared(office).notes)
    assert "fewer than 50%" in text
    assert "less clear land" not in text


def test_cities_that_differ_little_are_not_named(office: Any) -> None:
    seasons(office, clear=540)
    text = "\n".join(compared(office).notes)
    assert "10% less clear land" in text
    assert "南宁市" not in text


def test_a_city_of_which_nothing_was_seen_is_unknown_not_zero(office: Any) -> None:
    seasons(office, clear=600, without=450500)
    found = compared(office)
    verdicts = found.cities.set_index("city_adcode")["verdict"]
    assert verdicts[450500] == "unknown"
    assert set(verdicts.drop(450500)) == {"held_at_zero"}
    assert found.cities["now"].sum() == 0
    assert any("北海市" in note and "no verdict" in note for note in found.notes)


def test_a_city_under_cloud_all_season_is_unknown(office: Any) -> None:
    record(office, granule("2019-11-03 0606", every_city(office), clear=600))
    record(office, granule("2020-11-03 0606", every_city(office), clear=600))
    beihai = [code for code in every_city(office) if code // 100 == 4505]
    others = [code for code in every_city(office) if code // 100 != 4505]
    assert beihai
    record(office, granule("2020-11-05 0606", others, clear=500))
    assert set(compared(office).cities["verdict"]) == {"held_at_zero"}
    clouded = granule("2020-11-03 0606", beihai, clear=0, rank=320)
    record(office, clouded)
    assert compared(office).cities.set_index("city_adcode")["verdict"][450500] == "unknown"


def test_lists_of_fire_points_alone_say_so_and_are_judged(office: Any, line: Line) -> None:
    rows = [line(*NANNING, when) for when in ("2019-11-03 0606", "2020-11-03 0606")]
    office.take_in(office.file("a.csv", rows))
    found = compared(office)
    assert any("Both seasons" in note and "feed_present" in note for note in found.notes)
    assert "unknown" not in set(found.cities["verdict"])


def test_measured_beside_a_mere_list_is_said_of_each_season(office: Any, line: Line) -> None:
    record(office, granule("2020-11-03 0606", every_city(office)))
    for name, when in (("a.csv", "2019-11-03 0606"), ("b.csv", "2020-11-04 0606")):
        office.take_in(office.file(name, [line(*NANNING, when)]))
    text = "\n".join(compared(office).notes)
    assert "The base season: lists of fire points only" in text
    assert "This season: coverage measured on 1 of 151 days" in text
    assert "On 1 more days" in text


def test_a_satellite_that_looked_and_found_nothing_is_not_left_out(office: Any, line: Line) -> None:
    seasons(office, clear=600)
    record(
        office, granule("2019-11-03 0500", every_city(office), platform="NOAA-20"),
        granule("2020-11-03 0500", every_city(office), platform="NOAA-20"),
    )  # fmt: skip
    rows = [line(*NANNING, "2019-11-03 0606"), line(*NANNING, "2020-11-03 0606"),
            line(*NANNING, "2019-11-03 0500", "N20")]  # fmt: skip
    office.take_in(office.file("a.csv", rows))
    found = compared(office)
    assert (found.total["base"].item(), found.total["now"].item()) == (2, 1)


def test_coverage_handed_over_without_its_fires_is_no_ground_without_fires(
    office: Any, line: Line
) -> None:
    for year in (2019, 2020):
        record(office, granule(f"{year}-11-03 0606", every_city(office), clear=600), claim=None)
    found = compared(office)
    assert set(found.cities["verdict"]) == {"unknown"}
    assert any("no file with the fires" in note for note in found.notes)
    # The feed of that satellite for that time makes it ground without fires.
    for year in (2019, 2020):
        rows = [line(*NANNING, f"{year}-11-03 {clock}") for clock in ("0500", "0700")]
        office.take_in(office.file(f"{year}.csv", rows))
    found = compared(office)
    assert "unknown" not in set(found.cities["verdict"])
    assert not any("no file with the fires" in note for note in found.notes)


def test_measured_looks_are_days_with_data(office: Any) -> None:
    record(office, *GRANULES)
    with office.ledger.reading() as connection:
        assert days_with_data(connection, NOVEMBER) == 3


def test_a_city_that_the_season_before_never_looked_at_has_no_baseline(office: Any) -> None:
    others = [code for code in every_city(office) if code // 100 != 4505]
    beihai = [code for code in every_city(office) if code // 100 == 4505]
    record(office, granule("2019-11-03 0606", others, clear=600))
    record(office, granule("2020-11-03 0606", every_city(office), clear=600))
    assert state_of_beihai(office) == "no_baseline"
    # Looked at, but at nothing but cloud: not seen.
    record(office, granule("2019-11-04 0606", beihai, clear=0))
    assert state_of_beihai(office) == "unseen"


def test_a_city_that_this_season_has_not_seen_is_unseen(office: Any) -> None:
    others = [code for code in every_city(office) if code // 100 != 4505]
    record(office, granule("2019-11-03 0606", others, clear=600))
    record(office, granule("2020-11-03 0606", others, clear=600))
    assert state_of_beihai(office) == "unseen"


def state_of_beihai(office: Any) -> str:
    found = compared(office)
    states = target_states(found).set_axis(found.cities["city_adcode"])
    assert set(states.drop(450500)) == {"met"}
    return str(states[450500])
