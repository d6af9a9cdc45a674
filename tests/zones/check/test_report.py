"""The report: what people read, what programs read, what a GIS opens."""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from firewatch.core.errors import FirewatchError, UsageError
from firewatch.core.i18n import texts
from firewatch.core.vocab import Language
from zones.check import CHECKS, CheckReport, Severity, unreadable, write_places
from zones.check.common_time import common_time, months_ever
from zones.register.in_force import Moments, in_force
from zones.register.read import read_zones
from zones.register.register import register_from

SQUARE = shapely.box(108.2, 22.7, 108.4, 22.9)
BOW_TIE = shapely.Polygon([(108.2, 22.7), (108.4, 22.9), (108.4, 22.7), (108.2, 22.9)])


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_check_has_its_texts_in_both_languages(check) -> None:
    for ending in ("", ".title", ".do"):
        zh, en = (texts("zones", language)(f"check.{check.code}{ending}") for language in Language)
        assert zh
        assert en
        assert fields(zh) == fields(en)


def test_a_line_names_file_feature_place_amount_and_remedy(check) -> None:
    report = check([SQUARE, BOW_TIE], name=["城区", "北区"], authority=["南宁市人民政府"] * 2)
    (line,) = [text for text in report.lines(Language.ZH) if "边界无效" in text]
    for part in (report.path.name, "第 2 个图形“北区”", "108.30000 E, 22.80000 N", "自相交",
                 "平方公里（+227.40", "make_valid", "请"):  # fmt: skip
        assert part in line
    english = "\n".join(report.lines(Language.EN))
    assert "feature 2 “北区”" in english
    assert "self-intersection" in english


def test_the_first_line_counts_and_says_whether_the_file_can_go_in(check) -> None:
    report = check([SQUARE, BOW_TIE], authority=["南宁市人民政府"] * 2)
    warnings = report.count(Severity.WARNING)
    assert report.lines(Language.EN)[0].startswith(
        f"{report.path.name}: 2 features; errors 0, warnings {warnings}, notes "
    )
    assert "可以导入" in report.lines(Language.ZH)[0]
    refused = check([SQUARE], authority=["桂林市人民政府"])
    assert "不能导入" in refused.lines(Language.ZH)[0]


def test_of_very_many_findings_a_part_is_listed_and_the_rest_counted(check) -> None:
    shapes = [shapely.box(x, 23, x + 0.01, 23.01) for x in np.arange(107, 107.3, 0.01)]
    report = check(shapes * 2, kind=["ban"] * len(shapes) + ["restricted"] * len(shapes))
    lines = report.lines(Language.ZH, most=5)
    listed = [line for line in lines if "重叠 1." in line]
    assert len(listed) == 5
    assert any(f"另有 {len(shapes) - 5} 处" in line for line in lines)
    assert (report.table(Language.ZH)["code"] == "overlap").sum() == len(shapes)


@pytest.mark.parametrize("name", ["places.gpkg", "places.geojson"])
def test_places_are_written_for_a_gis(check, tmp_path: Path, name: str) -> None:
    circle = shapely.Point(108.4, 22.8).buffer(0.05)
    report = check([SQUARE, circle, BOW_TIE], kind=["ban", "restricted", "scenic"])
    path = tmp_path / name
    write_places(report, path)
    layer = pyogrio.read_dataframe(path)
    table = report.table(Language.ZH)
    assert layer["code"].tolist() == table.loc[table["lon"].notna(), "code"].tolist()
    overlap = layer[layer["code"] == "overlap"].geometry.iloc[0]
    assert overlap.symmetric_difference(SQUARE & circle).area < 1e-9
    ring = layer[layer["code"] == "invalid_ring"].geometry.iloc[0]
    assert ring.distance(shapely.Point(108.3, 22.8)) < 1e-9


def test_places_are_not_written_in_a_format_that_is_not_known(check, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gpkg"):
        write_places(check([SQUARE]), tmp_path / "places.dwg")
    assert not (tmp_path / "places.dwg").exists()


def test_a_report_without_places_is_a_layer_without_features(check, tmp_path: Path) -> None:
    report = check([SQUARE], authority=["南宁市人民政府"])
    path = tmp_path / "places.gpkg"
    write_places(report, path)
    assert len(pyogrio.read_dataframe(path)) == report.table(Language.ZH)["lon"].notna().sum()


def refused(path: Path) -> CheckReport:
    with pytest.raises(FirewatchError) as caught:
        read_zones(path, kind="ban", notice="x〔2020〕1号")
    return unreadable(path, caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ""),
        (b"not a layer", ""),
        (b'{"type":"FeatureCollection","features":[]}', "没有任何图形"),
        (
            b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
            b'"geometry":{"type":"Point","coordinates":[108.3,22.8]}}]}',
            "不是面",
        ),
        (
            b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
            b'"geometry":{"type":"Polygon","coordinates":[[[22,108],[23,108],[23,109],[22,108]]]}}]}',
            "落在区域之外",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_one_error_with_a_remedy(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    path = tmp_path / "zones.geojson"
    path.write_bytes(content)
    report = refused(path)
    assert not report.can_import
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("unreadable", Severity.ERROR)
    for language in Language:
        summary, line = report.lines(language)
        assert path.name in summary
        assert expected in line
        assert "{" not in line


def test_a_file_that_is_not_there_is_one_error(tmp_path: Path) -> None:
    report = refused(tmp_path / "none.gpkg")
    assert [f.code for f in report.findings] == ["unreadable"]


def test_what_is_odd_about_notices_and_dates_is_told(check, of_code) -> None:
    report = check(
        [shapely.box(x, 23, x + 0.05, 23.05) for x in (107.0, 107.1, 107.2, 107.3, 107.4, 107.5)],
        notice=["南府规〔2025〕3号", "南府规[2025]3号", "关于秸秆禁烧的通告", "柳政发〔2019〕12号",
                "桂政规〔2025〕第3号", "南府规〔2025〕3号"],
        authority=["南宁市人民政府", "", "南宁市人民政府", "", "", ""],
        valid_from=["2025-01-01", "2025-01-01", "1985-01-01", "2025-01-01", "2024-01-01",
                    "2025-05-01"],
        valid_to=["", "2025-01-02", "", "", "", "2025-06-30"],
        months=["", "", "", "", "", "11-3"],
        hours=["", "", "", "12:00-12:30", "", ""],
    )  # fmt: skip
    told = {
        code: sorted(number for f in of_code(report, code) for number in f.features)
        for code in ("no_authority", "notice_form", "notice_year", "far_dates", "odd_length",
                     "short_hours", "never_in_force")
    }  # fmt: skip
    assert told == {
        "no_authority": [2, 4, 5, 6],
        "notice_form": [2, 3],
        "notice_year": [4, 5],
        "far_dates": [3],
        "odd_length": [2],
        "short_hours": [4],
        "never_in_force": [6],
    }
    assert not report.can_import


def test_a_kind_of_the_users_own_is_told(check, of_code) -> None:
    report = check([SQUARE], kind=["机场净空区"])
    assert any("机场净空区" in line for line in report.lines(Language.ZH))
    assert of_code(report, "remark")


def test_zones_meet_in_time_when_some_minute_finds_both_in_force() -> None:
    rng = np.random.default_rng(17)
    count, first = 60, 20_000
    hours = rng.integers(0, 24, (count, 2)) * 60
    whole = rng.random(count) < 0.4
    begin = first + rng.integers(0, 120, count)
    table = pd.DataFrame(
        {
            "kind": "ban",
            "name": [str(i) for i in range(count)],
            "notice": "n",
            "valid_from": begin,
            "valid_to": begin + rng.integers(0, 90, count),
            "months": np.where(rng.random(count) < 0.4, 0xFFF, rng.integers(1, 0x1000, count)),
            "hours_from_min": np.where(whole, 0, hours.min(axis=1)),
            "hours_to_min": np.where(whole, 1440, hours.max(axis=1) + 60),
        }
    )
    shapes = np.array([shapely.box(i, 0, i + 1, 1) for i in range(count)])
    zones = register_from(table, shapes).zones
    days, minutes = np.meshgrid(np.arange(first, first + 220), np.arange(0, 1440, 30))
    moments = Moments(days.ravel().astype(np.int32), minutes.ravel().astype(np.int16))
    counts = in_force(zones, moments)
    everywhere = np.arange(days.size)
    ever = np.array([counts(np.full(days.size, zone), everywhere) for zone in range(count)])
    one, other = np.triu_indices(count, 1)
    assert common_time(zones, one, other).tolist() == (ever[one] & ever[other]).any(axis=1).tolist()
    assert (months_ever(zones) != 0).tolist() == ever.any(axis=1).tolist()


def test_nights_meet_evenings_and_mornings_and_not_noon() -> None:
    windows = [(1200, 360), (1140, 1260), (300, 420), (600, 840), (0, 1440), (360, 1200)]
    zones = pd.DataFrame(
        [
            {"crop": "", "valid_from": 20_000, "valid_to": 20_100, "retired_from": 10**7,
             "months": 0xFFF, "hours_from_min": a, "hours_to_min": b}
            for a, b in windows
        ]
    )  # fmt: skip
    night = np.zeros(6, dtype=np.intp)
    met = common_time(zones, night, np.arange(6))
    assert met.tolist() == [True, True, True, False, True, False]
