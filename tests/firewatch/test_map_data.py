"""What is gathered for the map: the declared tables, equal to what the ledger counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image

from firewatch.chips import chip_mark
from firewatch.core.errors import ZoneFileError
from firewatch.core.time import Period, SeasonCalendar, local_day_number
from firewatch.core.vocab import Language
from firewatch.count.rule import counting_rule
from firewatch.count.seasons import season_pair
from firewatch.count.tally import tally
from firewatch.count.target import Target
from firewatch.map_data import map_inputs, season_days
from firewatch.outputs import Desk, comparison, season_points
from firewatch.settings import MapSettings
from maps.inputs import DAY_COLUMNS, GROUND_COLUMNS, PASS_COLUMNS, POINT_COLUMNS, MapInputs
from zones.permits.permits import permits_from

Line = Callable[..., str]
OVER = datetime(2021, 3, 1, tzinfo=UTC)
HALFWAY = datetime(2020, 11, 20, tzinfo=UTC)
NANNING, GUILIN = (108.32, 22.82), (110.29, 25.27)
EPOCH = date(1970, 1, 1)


def desk(office: Any, now: datetime = OVER, **settings: Any) -> Desk:
    return Desk(
        ledger=office.ledger,
        rules=office.rules,
        rule=counting_rule("event_day"),
        target=Target(),
        calendar=SeasonCalendar(),
        start_year=2020,
        now=now,
        language=Language.EN,
        alert_max_age_h=24,
        map_settings=MapSettings(**settings),
    )


def gathered(office: Any, now: datetime = OVER, **settings: Any) -> MapInputs:
    one = desk(office, now, **settings)
    return map_inputs(one, comparison(one), season_points(one))


def two_seasons(line: Line, seed: int = 1, count: int = 150) -> list[str]:
    rng = np.random.default_rng(seed)
    rows = []
    # A satellite of one season only is on the map and does not count.
    for year, satellites in ((2019, ["N"]), (2020, ["N", "N20"])):
        places = rng.uniform((108.2, 22.7), (108.5, 23.0), (20, 2))
        for _ in range(count):
            lon, lat = places[rng.integers(20)] + rng.normal(0, 0.004, 2)
            day = date(year, 9, 25) + timedelta(days=int(rng.integers(0, 165)))
            clock = rng.choice(["0612", "0548", "1558", "1601"])
            rows.append(line(lon, lat, f"{day} {clock}", rng.choice(satellites),
                             confidence=rng.choice(["l", "n", "h"])))  # fmt: skip
    return rows


@pytest.mark.parametrize("now", [OVER, HALFWAY])
def test_counts_made_from_the_map_s_points_are_those_of_the_tally(
    office: Any, line: Line, now: datetime
) -> None:
    office.take_in(office.file("a.csv", two_seasons(line)))
    one = desk(office, now)
    compared, found = comparison(one), gathered(office, now)
    sides = (
        (found.points, "day", compared.now), (found.base_points, "base_day", compared.base),
    )  # fmt: skip
    for points, column, period in sides:
        taken = set(found.days.loc[found.days["compared"], column]) - {""}
        counted = points[points["unit"] >= 0].drop_duplicates("unit")
        numbers = local_day_number(counted["acquired_s"].to_numpy())
        days = [str(EPOCH + timedelta(days=int(number))) for number in numbers]
        counted = counted[pd.Series(days, index=counted.index).isin(taken)]
        with office.ledger.reading() as connection:
            table = tally(connection, compared.rule, period, "county_adcode")
        assert counted["county_adcode"].value_counts().to_dict() == dict(
            zip(table["county_adcode"].tolist(), table["count"].tolist(), strict=True)
        )
        assert len(counted) > 20
    counties = found.counties.set_index("adcode")
    assert counties["now"].sum() == compared.total["now"].item()
    assert (counties["base"].sum(), len(counties)) == (compared.total["base"].item(), 111)


def test_points_hold_the_declared_columns_in_order_of_time_and_county(
    office: Any, line: Line
) -> None:
    office.take_in(office.file("a.csv", two_seasons(line)))
    found = gathered(office)
    for points, season in ((found.points, 2020), (found.base_points, 2019)):
        assert set(POINT_COLUMNS) <= set(points)
        keys = points[["acquired_s", "county_adcode"]]
        assert keys.equals(keys.sort_values(["acquired_s", "county_adcode"], ignore_index=True))
        first, after = SeasonCalendar().season(season).epoch_bounds_s()
        assert points["acquired_s"].between(first, after - 1).all()
        assert points.loc[points["unit"] == -1, "platform"].isin(["NOAA-20"]).all()
        assert points["reason"].str.len().min() > 0
    assert 0 < (found.points["unit"] == -1).sum() < len(found.points)
    assert (found.season, found.base_season) == ("2020-21", "2019-20")
    assert found.target is not None
    assert (found.target.num, found.target.den) == (9, 10)
    assert "event_day" in found.target.rule
    assert any("S-NPP VIIRS_I (2.0NRT)" in sentence for sentence in found.sources)


def odd(office: Any, line: Line, case: str) -> None:
    rows = {
        "nothing": [],
        "one point": [line(*NANNING, "2020-11-05 0612")],
        "no season": [line(*NANNING, "2019-11-05 0612")],
        "points elsewhere": [line(100.0, 20.0, "2020-11-05 0612")],
    }[case]
    if rows:
        office.take_in(office.file("a.csv", rows))


@pytest.mark.parametrize("now", [OVER, HALFWAY, datetime(2020, 9, 1, tzinfo=UTC)])
@pytest.mark.parametrize("case", ["nothing", "one point", "no season", "points elsewhere"])
def test_odd_inputs_give_tables_with_the_declared_columns(
    office: Any, line: Line, case: str, now: datetime
) -> None:
    odd(office, line, case)
    one = desk(office, now)
    for compared in (comparison(one), None):
        found = map_inputs(one, compared, season_points(one))
        tables = (
            (found.points, POINT_COLUMNS), (found.base_points, POINT_COLUMNS),
            (found.days, DAY_COLUMNS), (found.passes, PASS_COLUMNS),
            (found.ground, GROUND_COLUMNS),
        )  # fmt: skip
        for table, columns in tables:
            assert set(columns) <= set(table)
        for points in (found.points, found.base_points):
            kinds = {name: points[name].dtype.kind for name in ("lon", "acquired_s", "unit")}
            assert kinds == {"lon": "f", "acquired_s": "i", "unit": "i"}
        assert len(found.days) == 151
        assert (len(found.permits), len(found.permit_geometry)) == (0, 0)
        assert ("state" in found.cities) == (compared is not None)
        assert (found.target is None) == (compared is None)
        assert found.notes[0] == "示意图" or "sketch" in found.notes[0].lower()


def test_every_day_of_the_season_stands_beside_the_same_day_a_year_before() -> None:
    calendar = SeasonCalendar()
    days = season_days(
        season_pair(calendar, 2020, datetime(2020, 11, 20, 4, tzinfo=UTC)),
        calendar.season(2020),
        calendar.season(2019),
    )
    assert days.iloc[0].tolist() == ["2020-10-01", "2019-10-01", True]
    assert days.iloc[-1].tolist() == ["2021-02-28", "2020-02-28", False]
    assert (days["day"].str[5:] == days["base_day"].str[5:]).all()
    # 20 November is not over.
    assert days.loc[days["compared"], "day"].max() == "2020-11-19"
    assert days["compared"].sum() == 50


@pytest.mark.parametrize(
    ("start_year", "alone"), [(2019, ["2020-02-29", ""]), (2020, ["", "2020-02-29"])]
)
def test_29_february_within_a_season_stands_alone(start_year: int, alone: list[str]) -> None:
    calendar = SeasonCalendar((10, 1), (3, 31))
    pair = season_pair(calendar, start_year, datetime(2022, 5, 1, tzinfo=UTC))
    days = season_days(pair, calendar.season(start_year), calendar.season(start_year - 1))
    single = days[(days["day"] == "") | (days["base_day"] == "")]
    assert single[["day", "base_day"]].to_numpy().tolist() == [alone]
    place = int(single.index[0])
    assert days["day"][place - 1].endswith("02-28")
    assert days["base_day"][place + 1].endswith("03-01")
    # The comparison counts what lies within its two periods, and so does the map.
    counted = {str(day) for period in (pair.now, pair.base) for day in dates(period)}
    listed = days[days["compared"]]
    assert {*listed["day"], *listed["base_day"]} - {""} == counted


def dates(period: Period) -> list[date]:
    return [period.start + timedelta(days=number) for number in range(period.days)]


def test_permits_of_the_season_come_without_persons(office: Any) -> None:
    day = (date(2020, 11, 5) - EPOCH).days
    table = pd.DataFrame(
        {
            "number": ["1号", "2号"],
            "valid_from": [day, day - 700],
            "valid_to": [day, day - 700],
            "responsible": ["张三 13800000000"] * 2,
        }
    )
    shapes = np.array([shapely.box(108, 22, 108.1, 22.1)] * 2, dtype=object)
    office.rules = replace(office.rules, permits=permits_from(table, shapes))
    found = gathered(office)
    assert found.permits["number"].tolist() == ["1号"]
    assert len(found.permit_geometry) == 1
    assert "张三" not in found.permits.to_csv()


def test_cropland_of_the_user_s_table_stands_beside_the_county(office: Any, tmp_path: Path) -> None:
    path = tmp_path / "cropland.csv"
    path.write_text("县,耕地面积（千公顷）\n兴宁区,12.5\n", encoding="utf-8")
    assert "cropland_kha" not in gathered(office).counties
    found = gathered(office, cropland_area=path)
    kha = found.counties.set_index("adcode")["cropland_kha"]
    assert (kha[450102], kha.notna().sum()) == (12.5, 1)
    assert any("cropland.csv" in sentence for sentence in found.sources)
    path.write_text("县,耕地面积（千公顷）\n兴宁区,多\n", encoding="utf-8")
    with pytest.raises(ZoneFileError, match="不是数字"):
        gathered(office, cropland_area=path)


def test_pictures_of_the_newest_events_come_with_a_note_of_what_is_missing(
    office: Any, line: Line, tmp_path: Path
) -> None:
    rows = [line(*NANNING, "2020-11-05 0612"), line(*GUILIN, "2020-12-05 0612")]
    office.take_in(office.file("a.csv", rows))
    one = desk(office)
    points = season_points(one)
    events = points.sort_values("acquired_s", ascending=False)["event_id"].tolist()
    folder = tmp_path / "chips"
    folder.mkdir()
    for event_id in events:
        Image.new("RGB", (600, 300)).save(folder / f"x_{chip_mark(event_id)}.png")
    found = map_inputs(one, None, points, chips=folder, online_tiles=("osm",))
    assert list(found.pictures) == events
    assert found.online_tiles == ("osm",)
    (folder / f"x_{chip_mark(events[0])}.png").write_bytes(b"no picture")
    damaged = map_inputs(one, None, points, chips=folder)
    assert list(damaged.pictures) == events[1:]
    assert any("cannot be read" in note for note in damaged.notes)


def test_a_backdrop_is_drawn_within_the_region(office: Any, tmp_path: Path) -> None:
    path = tmp_path / "rivers.geojson"
    river = shapely.LineString([(100, 23), (120, 23)])
    gpd.GeoDataFrame(geometry=[river], crs="EPSG:4326").to_file(path)
    found = gathered(office, rivers=path).backdrop
    west, _, east, _ = shapely.total_bounds(found.rivers)
    region = office.rules.areas.extent
    assert (west, east) == pytest.approx((region.west, region.east), abs=0.01)


def test_a_key_of_tiles_is_handed_on_and_shown_nowhere(office: Any) -> None:
    assert gathered(office).tile_keys == {}
    assert gathered(office, tianditu_key="s3cret").tile_keys == {"tianditu": "s3cret"}
    assert "s3cret" not in repr(desk(office, tianditu_key="s3cret").map_settings)


def test_an_approval_number_stands_first_in_the_notes(office: Any) -> None:
    assert gathered(office, approval_number="桂S(2020)1号").notes[0] == "桂S(2020)1号"
