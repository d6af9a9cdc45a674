"""The user's own table of distances: read as written, refused by row where it cannot be used."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from firewatch.core.errors import UsageError, ZoneFileError
from firewatch.core.i18n import texts
from firewatch.core.vocab import Language
from zones.starter import InputClass, input_class, read_rules, starter_rules, with_wind
from zones.starter.classes import label

HEADING = "class,kind,distance_km,upwind_km,upwind_from_deg,upwind_half_width_deg,name,source"


def table(tmp_path: Path, *rows: str, heading: str = HEADING, encoding: str = "utf-8") -> Path:
    path = tmp_path / "规则.csv"
    path.write_text("\n".join([heading, *rows]) + "\n", encoding=encoding)
    return path


def test_the_shipped_table_can_be_copied_changed_and_read_back(tmp_path: Path) -> None:
    with as_file(files("zones.starter") / "rules.csv") as shipped:
        text = shipped.read_text(encoding="utf-8")
    path = tmp_path / "own.csv"
    path.write_text(text.replace("railway,ban,2", "railway,ban,0.5"), encoding="utf-8")
    own = read_rules(path)
    changed = own["distance_km"] != starter_rules()["distance_km"]
    assert own.loc[changed, "input_class"].tolist() == ["railway"]
    assert own.loc[changed, "distance_km"].tolist() == [0.5]
    pd.testing.assert_frame_equal(own[~changed], starter_rules()[~changed])


def test_chinese_headings_words_metres_and_gbk_are_understood(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "铁路,禁烧区,1500",
        "自然保护区,禁烧区,300",
        heading="类别,区划类型,缓冲距离（米）",
        encoding="gb18030",
    )
    rules = read_rules(path)
    assert rules["input_class"].tolist() == ["railway", "nature_reserve"]
    assert rules["kind"].tolist() == ["ban", "ban"]
    assert rules["distance_km"].tolist() == [1.5, 0.3]
    assert rules["name"].tolist() == ["{name}", "{name}"]
    assert rules["upwind_km"].isna().all()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("tramway,ban,2,,,,{name},", "第 3 行.*tramway|tramway.*"),
        ("railway,ban,-2,,,,{name},", "'-2'"),
        ("railway,ban,two,,,,{name},", "'two'"),
        ("railway,ban,,,,,{name},", "distance_km.*''"),
        ("railway,ban,51,,,,{name},", "'51'"),
        ("railway,ban,2,2,,,{name},", "upwind_km"),
        ("railway,ban,2,-3,,,{name},", "'-3'"),
        ("railway,ban,2,4,361,,{name},", "'361'"),
        ("railway,ban,2,4,NE,,{name},", "'NE'"),
        ("railway,ban,2,4,20,91,{name},", "'91'"),
        ("railway,ban,2,4,20,0,{name},", "'0'"),
        ("railway,restricted,2,,,,{name},", "restricted"),
        ("railway,,2,,,,{name},", "kind"),
        ("railway,a;b,2,,,,{name},", "a;b"),
        ("railway,ban,2,,,,{road},", "{road}"),
        ("railway,ban,2,,,,{name,", "{name"),
        ("town,ban,3,,,,{name},", "class"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, row: str, says: str) -> None:
    path = table(tmp_path, "town,ban,2,,,,{name},", row)
    with pytest.raises(ZoneFileError, match=says) as error:
        read_rules(path)
    assert "第 3 行 / row 3" in error.value.where


def test_a_table_without_distances_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "town,ban", heading="class,kind")
    with pytest.raises(ZoneFileError, match="distance_km"):
        read_rules(path)


def test_one_wind_goes_to_every_rule_that_reaches_further_upwind() -> None:
    rules = with_wind(starter_rules(), 45.0)
    blown = rules["upwind_from_deg"].notna()
    assert rules.loc[blown, "input_class"].tolist() == ["built_up"]
    assert rules.loc[blown, "upwind_from_deg"].tolist() == [45.0]
    assert np.isnan(starter_rules()["upwind_from_deg"]).all()


@pytest.mark.parametrize("bearing", [-1.0, 361.0, float("nan")])
def test_a_wind_from_no_bearing_is_refused(bearing: float) -> None:
    with pytest.raises(UsageError, match="风向"):
        with_wind(starter_rules(), bearing)


def test_a_class_is_known_by_code_and_by_its_name_in_both_languages() -> None:
    for code in InputClass:
        for language in Language:
            assert f"starter.{code}" in texts("zones", language).entries
            assert input_class(f" {label(code, language).upper()} ") == code
        assert input_class(code) == code
    with pytest.raises(UsageError, match=r"railway（铁路）"):
        input_class("tramway")
