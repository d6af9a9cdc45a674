"""FIRMS: what is asked, what is kept, and what becomes of every bad answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from feed_servers import KEY, SENTENCES, Answer, Fire, Firms, Naps, sentence

from firewatch.core.geo import Extent
from firewatch.core.time import Period
from imagery.feeds.errors import FeedError
from imagery.feeds.firms import FirmsOutcome, FirmsRequest, fetch_firms
from imagery.feeds.firms_client import FirmsClient, FirmsSettings
from imagery.feeds.firms_folder import LIST_NAME, looks_of
from imagery.feeds.web import Patience
from imagery.open import expand, read

BOX = Extent(104.5, 20.9, 112.1, 26.4)
TODAY = date(2026, 11, 23)
NOW_S = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp())
NRT_FROM = date(2026, 8, 1)
FIRES = [
    Fire("VIIRS_SNPP", date(2026, 11, day), f"{600 + day}", 22.6 + day / 1000, 110.1)
    for day in range(1, 24)
]


@pytest.fixture
def firms() -> Iterator[Firms]:
    with Firms(FIRES, TODAY, NRT_FROM).running() as service:
        assert isinstance(service, Firms)
        yield service


def settings_for(firms: Firms) -> FirmsSettings:
    return FirmsSettings(url=firms.url, patience=Patience(attempts=3, timeout_s=5))


def fetch(
    firms: Firms,
    folder: Path,
    first: date,
    last: date,
    sources: tuple[str, ...] = ("VIIRS_SNPP_NRT",),
    naps: Naps | None = None,
    now_s: int = NOW_S,
    settings: FirmsSettings | None = None,
) -> FirmsOutcome:
    used = settings or settings_for(firms)
    client = FirmsClient(KEY, used, naps or Naps())
    request = FirmsRequest(BOX, Period(first, last), sources)
    return fetch_firms(client, request, folder, now_s, used)


def asked_days(firms: Firms) -> list[tuple[str, int, str]]:
    """Return product, day range and first day of every request for the box."""
    parts = [asked.path.split("/") for asked in firms.of("area")]
    box = "104.5,20.9,112.1,26.4"
    return [(path[5], int(path[7]), path[8]) for path in parts if path[6] == box]


def test_beijing_days_are_asked_for_as_the_utc_days_they_touch_five_at_a_time(
    firms: Firms, tmp_path: Path
) -> None:
    outcome = fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 12))
    assert asked_days(firms) == [
        ("VIIRS_SNPP_NRT", 5, "2026-11-01"),
        ("VIIRS_SNPP_NRT", 5, "2026-11-06"),
        ("VIIRS_SNPP_NRT", 2, "2026-11-11"),
    ]
    assert sum(piece.rows for piece in outcome.pieces) == 12


def test_every_answer_is_an_ordinary_file_that_ingest_reads(firms: Firms, tmp_path: Path) -> None:
    fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 12))
    files = expand([tmp_path])
    assert [path.suffix for path in files] == [".csv"] * 3
    readings = [read(path, NOW_S) for path in files]
    found = pd.concat([reading.points for reading in readings])
    assert sorted(found["acquired_utc"].dt.day) == list(range(1, 13))
    assert sum(len(reading.rejections) for reading in readings) == 0


def test_a_sensor_is_served_by_its_standard_product_until_that_ends(
    firms: Firms, tmp_path: Path
) -> None:
    outcome = fetch(firms, tmp_path, date(2026, 7, 30), date(2026, 8, 3), ("VIIRS_SNPP",))
    assert asked_days(firms) == [
        ("VIIRS_SNPP_SP", 3, "2026-07-29"),
        ("VIIRS_SNPP_NRT", 3, "2026-08-01"),
    ]
    assert outcome.without == {}


def test_days_that_no_product_has_are_named(firms: Firms, tmp_path: Path) -> None:
    outcome = fetch(firms, tmp_path, date(2026, 11, 22), date(2026, 11, 25), ("VIIRS_SNPP",))
    assert outcome.without == {"VIIRS_SNPP": (date(2026, 11, 24), date(2026, 11, 25))}
    assert outcome.pieces[-1].last == TODAY


def test_a_table_without_rows_says_that_the_satellite_looked(firms: Firms, tmp_path: Path) -> None:
    outcome = fetch(firms, tmp_path, date(2026, 9, 2), date(2026, 9, 5), ("MODIS_NRT",))
    piece = outcome.pieces[0]
    file = tmp_path / piece.name
    reading = read(file, NOW_S)
    assert reading.rows == 0
    looks = looks_of(file, piece.sha256, reading.points)
    assert [look.platform for look in looks] == ["Terra", "Aqua"]
    assert {look.product_rank for look in looks} == {261}
    assert looks[0].extent == BOX
    first = datetime(2026, 9, 1, tzinfo=UTC).timestamp()
    assert (looks[0].first_s, looks[0].last_s) == (first, first + 5 * 86_400 - 1)


def test_days_that_firms_has_lost_are_no_days_without_fire(firms: Firms, tmp_path: Path) -> None:
    firms.lost = {date(2026, 9, 3)}
    outcome = fetch(firms, tmp_path, date(2026, 9, 2), date(2026, 9, 5), ("VIIRS_SNPP_NRT",))
    assert outcome.without == {"VIIRS_SNPP_NRT": (date(2026, 9, 3),)}
    (piece,) = outcome.pieces
    file = tmp_path / piece.name
    looks = looks_of(file, piece.sha256, read(file, NOW_S).points)
    days = [(look.first_s, look.last_s) for look in looks]
    seconds = {day: int(datetime(2026, 9, day, tzinfo=UTC).timestamp()) for day in range(1, 7)}
    assert days == [(seconds[1], seconds[3] - 1), (seconds[4], seconds[6] - 1)]


def test_a_run_that_was_stopped_asks_only_for_what_is_missing(firms: Firms, tmp_path: Path) -> None:
    firms.fail("area", Answer(firms.table("VIIRS_SNPP_NRT", "104,20,113,27", date(2026, 11, 1), 5)))
    firms.fail("area", *[sentence("down", 503)] * 3)
    with pytest.raises(FeedError):
        fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 12))
    assert len(expand([tmp_path])) == 1
    firms.asked.clear()
    outcome = fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 12))
    assert [days for _, days, _ in asked_days(firms)] == [5, 2]
    assert len(outcome.pieces) == 3
    firms.asked.clear()
    again = fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 12))
    assert firms.count("area") == 0
    assert again.asked == frozenset()
    assert again.pieces == outcome.pieces


def test_a_file_that_someone_changed_is_fetched_again(firms: Firms, tmp_path: Path) -> None:
    piece = fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 3)).pieces[0]
    file = tmp_path / piece.name
    whole = file.read_bytes()
    file.write_bytes(whole[:200])
    fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 3))
    assert file.read_bytes() == whole


def test_days_that_still_grow_are_asked_for_again_and_declare_nothing(
    firms: Firms, tmp_path: Path
) -> None:
    first = fetch(firms, tmp_path, date(2026, 11, 19), date(2026, 11, 23))
    # 48 h after its end the 20th is settled at noon of the 23rd; the 21st is not.
    assert [(piece.first.day, piece.last.day, piece.settled) for piece in first.pieces] == [
        (18, 20, True),
        (21, 23, False),
    ]
    growing = tmp_path / first.pieces[1].name
    points = read(growing, NOW_S).points
    assert looks_of(growing, first.pieces[1].sha256, points) == ()
    firms.asked.clear()
    firms.there["VIIRS_SNPP_NRT"] = (NRT_FROM, TODAY + timedelta(days=1))
    firms.fires.append(Fire("VIIRS_SNPP", date(2026, 11, 24), "0601", 22.0, 110.0))
    later = fetch(firms, tmp_path, date(2026, 11, 19), date(2026, 11, 24), now_s=NOW_S + 86_400)
    assert asked_days(firms) == [
        ("VIIRS_SNPP_NRT", 1, "2026-11-21"),
        ("VIIRS_SNPP_NRT", 3, "2026-11-22"),
    ]
    names = sorted(path.name for path in expand([tmp_path]))
    assert names == sorted(piece.name for piece in later.pieces)
    assert not growing.exists()


def test_a_shorter_day_range_is_obeyed(firms: Firms, tmp_path: Path) -> None:
    firms.most_days = 3
    outcome = fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 7))
    assert [days for _, days, _ in asked_days(firms)] == [5, 3, 3, 1]
    assert sum(piece.rows for piece in outcome.pieces) == 7


@pytest.mark.parametrize(
    "fault",
    [
        Answer(b"busy", 429, headers={"Retry-After": "7"}),
        Answer(b"oops", 500),
        Answer(b"oops", 503),
        Answer(b"latitude,longitude\n" * 40, cut=100),
        Answer(b"", silent_s=30),
    ],
    ids=["too many requests", "server error", "unavailable", "cut off", "silent"],
)
def test_a_passing_fault_is_asked_again(firms: Firms, tmp_path: Path, fault: Answer) -> None:
    firms.fail("area", fault)
    naps = Naps()
    used = settings_for(firms)
    used = replace(used, patience=replace(used.patience, timeout_s=0.3))
    outcome = fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5), naps=naps, settings=used)
    assert sum(piece.rows for piece in outcome.pieces) == 5
    assert firms.count("area") == 2
    assert naps.seconds == [7.0 if fault.status == 429 else 2.0]


@pytest.mark.parametrize("lost", [1, 2, 9, 30, 70])
def test_an_answer_cut_without_notice_is_asked_again(
    firms: Firms, tmp_path: Path, lost: int
) -> None:
    whole = firms.table("VIIRS_SNPP_NRT", "104,20,113,27", date(2026, 11, 1), 5)
    # Of the last line only the line feed may be missing: that row is whole.
    firms.fail("area", Answer(whole[: -lost - 1], announced=False))
    fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5))
    assert firms.count("area") == 2
    assert expand([tmp_path])[0].read_bytes() == whole


@pytest.mark.parametrize("status", [200, 400, 403])
def test_a_used_up_quota_is_waited_out(firms: Firms, tmp_path: Path, status: int) -> None:
    firms.fail("area", *[sentence(SENTENCES["quota"], status)] * 3)
    naps = Naps()
    fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5), naps=naps)
    assert naps.seconds == [60.0] * 3


def test_a_quota_that_does_not_come_back_is_told(firms: Firms, tmp_path: Path) -> None:
    firms.fail("area", *[sentence(SENTENCES["quota"])] * 40)
    with pytest.raises(FeedError, match="quota of the MAP_KEY"):
        fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5))


def test_requests_wait_while_few_transactions_are_left(firms: Firms, tmp_path: Path) -> None:
    firms.used = 4950

    def time_passes(_seconds: float) -> None:
        firms.used = max(0, firms.used - 600)

    naps = Naps(time_passes)
    fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5), naps=naps)
    assert naps.seconds == [60.0]


def test_a_key_in_use_that_is_called_invalid_is_at_its_limit(firms: Firms, tmp_path: Path) -> None:
    firms.fail("area", sentence(SENTENCES["key"], 400))
    naps = Naps()
    fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5), naps=naps)
    assert naps.seconds == [60.0]


def test_a_wrong_key_is_told_at_once(firms: Firms, tmp_path: Path) -> None:
    used = settings_for(firms)
    naps = Naps()
    client = FirmsClient("f" * 32, used, naps)
    request = FirmsRequest(BOX, Period(date(2026, 11, 2), date(2026, 11, 5)))
    with pytest.raises(FeedError, match="does not accept this MAP_KEY") as told:
        fetch_firms(client, request, tmp_path, NOW_S, used)
    assert "FIREWATCH_FIRMS_MAP_KEY" in str(told.value)
    assert naps.seconds == []
    assert list(tmp_path.iterdir()) == []


def test_no_key_says_where_to_get_one() -> None:
    with pytest.raises(FeedError, match="api/map_key/"):
        FirmsClient("  ", FirmsSettings(), Naps())


def test_a_product_that_firms_has_not_is_refused_with_those_it_has(
    firms: Firms, tmp_path: Path
) -> None:
    with pytest.raises(FeedError, match="VIIRS_NOAA20_NRT"):
        fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5), ("VIIRS_NOAA22",))


@pytest.mark.parametrize(
    "answer",
    [
        sentence(f"Invalid area. Asked with {KEY}", 400),
        sentence(f"<html>{KEY} maintenance</html>", 200),
        sentence("", 204),
    ],
    ids=["sentence", "page", "nothing"],
)
def test_what_is_no_table_is_refused_in_the_services_words_without_the_key(
    firms: Firms, tmp_path: Path, answer: Answer
) -> None:
    firms.fail("area", answer)
    with pytest.raises(FeedError, match="FIRMS gave no data") as told:
        fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5))
    assert KEY not in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_rows_of_other_days_are_not_taken(firms: Firms, tmp_path: Path) -> None:
    other = firms.table("VIIRS_SNPP_NRT", "104,20,113,27", date(2026, 11, 10), 2)
    firms.fail("area", Answer(other))
    with pytest.raises(FeedError, match="2026-11-10"):
        fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5))
    assert list(tmp_path.iterdir()) == []


def test_a_service_that_cannot_be_reached_is_told_without_its_address(tmp_path: Path) -> None:
    used = FirmsSettings(url="http://127.0.0.1:9", patience=Patience(attempts=2, timeout_s=1))
    naps = Naps()
    with pytest.raises(FeedError, match="2 attempts") as told:
        FirmsClient(KEY, used, naps).availability()
    assert KEY not in str(told.value)
    assert naps.seconds == [2.0]


def test_the_key_is_in_no_file_name_list_or_log(
    firms: Firms, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    firms.fail("area", Answer(b"oops", 500))
    fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5))
    kept = [path.name + path.read_text() for path in tmp_path.iterdir()]
    assert len(kept) == 2
    assert KEY not in "".join(kept) + caplog.text


def test_a_damaged_list_is_told(firms: Firms, tmp_path: Path) -> None:
    fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5))
    (tmp_path / LIST_NAME).write_text(json.dumps({"pieces": [{"name": 1}]}))
    with pytest.raises(Exception, match="list of FIRMS downloads is damaged"):
        fetch(firms, tmp_path, date(2026, 11, 2), date(2026, 11, 5))
