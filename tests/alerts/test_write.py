"""The alert folder: GeoJSON and one message a county, exactly the due events of the run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alerts.calls import decide
from alerts.write import write_alerts
from firewatch.core.vocab import Language

EventTable = Callable[..., pd.DataFrame]
Written = dict[str, str]
Write = Callable[..., Written]


@pytest.fixture
def write(event_table: EventTable, now_epoch_s: int, tmp_path: Path) -> Write:
    """Return a function: events → file name → text of the folder afterwards."""

    def written(*events: dict[str, object], **options: Any) -> Written:
        calls = decide(event_table(*events), now_epoch_s, 24, options.pop("told", ()))
        settings = {"language": Language.ZH, "simulated": False, "illustrative": False} | options
        write_alerts(calls, tmp_path, now_epoch_s=now_epoch_s, **settings)
        return {path.name: path.read_text("utf-8-sig") for path in sorted(tmp_path.iterdir())}

    return written


def features(files: Written) -> list[dict[str, Any]]:
    collection = json.loads(files["alerts.geojson"])
    assert collection["type"] == "FeatureCollection"
    found: list[dict[str, Any]] = collection["features"]
    return found


def test_exactly_the_due_events_are_told(write: Write, now_epoch_s: int) -> None:
    files = write(
        {"event_id": "due"},
        {"event_id": "too-late", "newest_epoch_s": now_epoch_s - 90_000},
        {"event_id": "told-before"},
        {"event_id": "steel", "cause": "static_heat"},
        {"event_id": "elsewhere", "county_adcode": 450981, "county": "北流市"},
        told={"told-before"},
    )
    assert {feature["id"] for feature in features(files)} == {"due", "elsewhere"}
    assert set(files) == {"alerts.geojson", "450110_武鸣区.txt", "450981_北流市.txt"}
    text = "".join(files.values())
    assert "too-late" not in text and "steel" not in text and "told-before" not in text
    assert "：1 处" in files["450110_武鸣区.txt"]


def test_geojson_is_wgs84_in_lon_lat_order_without_a_crs(write: Write) -> None:
    files = write({"lon": 108.2744123456, "lat": 23.1586})
    (feature,) = features(files)
    assert feature["geometry"] == {"type": "Point", "coordinates": [108.274412, 23.1586]}
    assert "crs" not in json.loads(files["alerts.geojson"])
    assert feature["properties"]["newest_utc"] == "2020-11-05T09:30:00Z"
    assert feature["properties"]["newest_local"] == "2020-11-05 17:30"


def test_the_message_says_where_when_why_and_what_to_do(write: Write) -> None:
    marks = "cane_leaf_ban;scenic"
    text = write({"marks": marks, "township": "城厢镇"})["450110_武鸣区.txt"]
    for said in (
        "南宁市武鸣区城厢镇",
        "108°16′27.8″E，23°09′31.0″N",
        "经度 108.27440，纬度 23.15860",
        "WGS-84",
        "首次发现（北京时间）：2020-11-05 16:00",
        "最近发现（北京时间）：2020-11-05 17:30",
        "禁烧区焚烧",
        "南府规〔2020〕1号",
        "蔗叶禁烧区、旅游景区",
        "糖业",
        "NOAA-20、S-NPP",
        "火点像元数：3",
        "12.3 MW",
        "https://uri.amap.com/navigation?to=",
        "到现场核查",
        "反馈核查结果",
        "不包括云覆盖下的火点",
        "截至 2020-11-05 18:00（北京时间）",
    ):
        assert said in text, said
    assert "SIMULATED" not in text and "示意" not in text


def test_the_sugar_office_of_the_city_is_told_of_fires_in_cane_leaf_ban_areas(
    write: Write,
) -> None:
    files = write(
        {"event_id": "cane", "marks": "cane_leaf_ban"},
        {"event_id": "grain", "county_adcode": 450181, "county": "横州市"},
        {"event_id": "cane-too", "marks": "cane_leaf_ban;scenic", "county": "宾阳县",
         "county_adcode": 450126},
    )  # fmt: skip
    told = files["450100_南宁市_糖业发展办.txt"]
    assert "火情编号：cane\n" in told and "火情编号：cane-too" in told
    assert "火情编号：grain" not in told and "：2 处" in told
    assert "已同时通知糖业发展办" in files["450110_武鸣区.txt"]
    assert "糖业" not in files["450181_横州市.txt"]
    recipients = {f["id"]: f["properties"]["recipients"] for f in features(files)}
    assert recipients == {"cane": ["sugar_office"], "cane-too": ["sugar_office"], "grain": []}


def test_a_notice_to_the_sugar_office_goes_when_its_fire_is_told(write: Write) -> None:
    assert "450100_南宁市_糖业发展办.txt" in write({"marks": "cane_leaf_ban"})
    assert "450100_南宁市_糖业发展办.txt" not in write({"marks": ""})


def test_a_patrol_without_pixel_has_no_radiative_power(write: Write) -> None:
    files = write({"platforms": "patrol", "frp_mw": np.nan, "confidence": "none"})
    assert "最大辐射功率：未测" in files["450110_武鸣区.txt"]
    assert "来源：巡查" in files["450110_武鸣区.txt"]
    assert features(files)[0]["properties"]["frp_mw"] is None


@pytest.mark.parametrize("language", list(Language))
def test_simulated_alerts_say_so_before_anything_else(write: Write, language: Language) -> None:
    files = write({}, simulated=True, language=language)
    assert files["450110_武鸣区.txt"].startswith("模拟数据 / SIMULATED — 非真实火情，请勿出动")
    collection = json.loads(files["alerts.geojson"])
    assert collection["simulated"] is True
    assert all(feature["simulated"] is True for feature in collection["features"])
    assert all(f["properties"]["simulated"] is True for f in collection["features"])


def test_an_illustrative_register_is_named_in_every_message(write: Write) -> None:
    assert "示意性分区" in write({}, illustrative=True)["450110_武鸣区.txt"]


def test_english_messages_have_no_untranslated_label(write: Write) -> None:
    text = write({"marks": "scenic"}, language=Language.EN)["450110_武鸣区.txt"]
    assert "burning in a ban area" in text and "scenic area" in text and "Tell the" not in text


def test_the_most_urgent_event_of_a_county_stands_first(write: Write) -> None:
    text = write(
        {"event_id": "E-unzoned", "ruling": "unzoned", "frp_mw": 99.0},
        {"event_id": "E-weak", "frp_mw": 1.0},
        {"event_id": "E-strong", "frp_mw": 50.0},
    )["450110_武鸣区.txt"]
    assert text.index("E-strong") < text.index("E-weak") < text.index("E-unzoned")


def test_old_messages_go_and_other_peoples_files_stay(write: Write, tmp_path: Path) -> None:
    (tmp_path / "450981_北流市.txt").write_text("old", encoding="utf-8")
    (tmp_path / "无预警.txt").write_text("old", encoding="utf-8")
    (tmp_path / "笔记.txt").write_text("mine", encoding="utf-8")
    files = write({})
    assert set(files) == {"alerts.geojson", "450110_武鸣区.txt", "笔记.txt"}


@pytest.mark.parametrize(("language", "name"), [("zh", "无预警.txt"), ("en", "no_alerts.txt")])
def test_without_a_due_alert_the_folder_says_so_as_of_when(
    write: Write, language: str, name: str
) -> None:
    write({})
    files = write({"cause": "works"}, language=Language(language), simulated=True)
    assert set(files) == {"alerts.geojson", name}
    assert features(files) == []
    assert "2020-11-05 18:00" in files[name] and "SIMULATED" in files[name]


def test_a_county_name_cannot_lead_out_of_the_folder(write: Write, tmp_path: Path) -> None:
    files = write({"county": "../../etc/x:y"}, {"county_adcode": 0, "county": "", "city": ""})
    assert set(files) == {"alerts.geojson", "450110__.._etc_x_y.txt", "000000_区域外.txt"}
    assert not list(tmp_path.parent.glob("*.txt"))


def test_a_line_break_in_a_reason_cannot_forge_a_line(write: Write) -> None:
    text = write({"reason": "甲\n   下一步：回家"})["450110_武鸣区.txt"]
    assert [line.startswith("   下一步") for line in text.splitlines()].count(True) == 1


def test_notepad_can_read_the_messages(write: Write, tmp_path: Path) -> None:
    write({})
    content = (tmp_path / "450110_武鸣区.txt").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") > 10


def test_rows_in_any_order_give_the_same_bytes(
    event_table: EventTable, now_epoch_s: int, tmp_path: Path
) -> None:
    events = event_table(*({"event_id": f"E{n}", "frp_mw": float(n % 3)} for n in range(8)))
    contents = []
    for name, table in (("a", events), ("b", events.iloc[::-1])):
        calls = decide(table, now_epoch_s, 24, ())
        paths = write_alerts(
            calls,
            tmp_path / name,
            language=Language.ZH,
            simulated=False,
            illustrative=False,
            now_epoch_s=now_epoch_s,
        )
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]
