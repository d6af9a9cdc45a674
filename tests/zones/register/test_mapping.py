"""Mapping files: a sender's own headings and codes, and what holds for all zones of a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.time import day_number
from firewatch.core.vocab import Language
from zones.notes import sentences
from zones.register.mapping import read_mapping
from zones.register.read import read_zones
from zones.register.register import ALL_MONTHS, NEVER

NANNING = shapely.box(108.2, 22.7, 108.4, 22.9)
GUILIN = shapely.box(110.2, 25.2, 110.4, 25.4)
OWN = {"LX": [1.0, 2.0], "MC": ["城区", "象鼻山"], "QSRQ": ["2020-11-01", "2020/12/1"]}
FULL = """
[columns]
kind = "LX"
"名称" = "mc"
valid_from = "QSRQ"

[kinds]
1 = "禁烧区"
2 = "restricted"

[all]
notice = "桂市规〔2020〕1号"
authority = "桂林市人民政府"
valid_to = 2021-03-31
months = "11-3"
hours = "06:00-22:00"
crop = "甘蔗"
"""


def mapping(folder: Path, text: str, name: str = "m.toml", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


@pytest.fixture
def layer(tmp_path: Path, write_layer) -> Path:
    return write_layer(tmp_path / "z.gpkg", [NANNING, GUILIN], OWN)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_mapping_says_columns_kinds_and_what_holds_for_all(
    tmp_path: Path, layer: Path, encoding: str
) -> None:
    said = read_mapping(mapping(tmp_path, FULL, encoding=encoding))
    zones = read_zones(layer, mapping=said).zones
    assert zones["kind"].tolist() == ["ban", "restricted"]
    assert zones["name"].tolist() == ["城区", "象鼻山"]
    assert zones["valid_from"].tolist() == [
        day_number(date(2020, 11, 1)),
        day_number(date(2020, 12, 1)),
    ]
    for column, value in {
        "notice": "桂市规〔2020〕1号",
        "authority": "桂林市人民政府",
        "valid_to": day_number(date(2021, 3, 31)),
        "months": 0b110000000111,
        "hours_from_min": 360,
        "hours_to_min": 1320,
        "crop": "甘蔗",
        "retired_from": NEVER,
    }.items():
        assert set(zones[column]) == {value}


def test_an_argument_wins_over_the_mapping_and_the_mapping_over_the_file(
    tmp_path: Path, write_layer
) -> None:
    columns = {"文号": ["甲", "乙"], "月份": ["1-2", "3"], "类型": ["禁烧区", "限烧区"]}
    layer = write_layer(tmp_path / "z.gpkg", [NANNING, GUILIN], columns)
    text = '[all]\nnotice = "丙"\nmonths = "全年"\nvalid_from = "2020年11月1日"\n'
    said = read_mapping(mapping(tmp_path, text))
    zones = read_zones(layer, mapping=said, notice="丁").zones
    assert set(zones["notice"]) == {"丁"}
    assert set(zones["months"]) == {ALL_MONTHS}
    assert zones["kind"].tolist() == ["ban", "restricted"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.csv", "column,heading\nkind,LX\n名称,MC\nvalid_from,QSRQ\n"),
        ("m.csv", "列,列名\n类型,LX\n名称,MC\n生效日期,QSRQ\n"),
    ],
)
def test_a_table_of_columns_is_a_mapping_too(
    tmp_path: Path, layer: Path, name: str, text: str
) -> None:
    said = read_mapping(mapping(tmp_path, text, name, "gbk"))
    assert said.columns == {"kind": "LX", "name": "MC", "valid_from": "QSRQ"}
    assert read_zones(layer, mapping=said, notice="x").names == ("城区", "象鼻山")


def test_a_mapping_names_the_layer_and_the_system(tmp_path: Path, write_layer) -> None:
    path = tmp_path / "two.gpkg"
    write_layer(path, [NANNING], {"MC": ["甲"]}, crs=None, layer="禁烧区")
    write_layer(path, [GUILIN], {"MC": ["乙"]}, crs=None, layer="底图", append=True)
    text = '[columns]\nname = "MC"\n[all]\nkind = "ban"\nnotice = "x"\nvalid_from = 2020-11-01\n'
    said = read_mapping(mapping(tmp_path, text + '[file]\nlayer = "禁烧区"\ncrs = "CGCS2000"\n'))
    assert read_zones(path, mapping=said).names == ("甲",)


def test_a_heading_that_a_shapefile_cut_is_found(tmp_path: Path, write_layer) -> None:
    path = write_layer(
        tmp_path / "z.shp", [NANNING], {"区划类型代码": ["1"]},
        geometry_type="Polygon", encoding="GB18030",
    )  # fmt: skip
    text = '[columns]\nkind = "区划类型代码"\n[kinds]\n1 = "scenic"\n'
    said = read_mapping(mapping(tmp_path, text))
    reading = read_zones(path, mapping=said, notice="x", valid_from=date(2020, 11, 1))
    assert reading.zones["kind"].tolist() == ["scenic"]


def test_a_heading_used_by_the_mapping_is_used_once(tmp_path: Path, write_layer) -> None:
    path = write_layer(tmp_path / "z.gpkg", [NANNING], {"名称": ["禁烧区"]})
    said = read_mapping(mapping(tmp_path, '[columns]\nkind = "名称"\n'))
    reading = read_zones(path, mapping=said, notice="x", valid_from=date(2020, 11, 1))
    assert reading.names == ("z-1",)


@pytest.mark.parametrize(
    ("text", "where", "expected", "remedy"),
    [
        ('[columns]\nkind = "LXX"', "[columns] kind", "LX、MC、QSRQ", "'LX'"),
        ('[columns]\nkind = "完全不同"', "[columns] kind", "LX、MC、QSRQ", "改正"),
        ('[columns]\nkindd = "LX"', "[columns] kindd", "valid_from", "'kind'"),
        ('[columns]\nkind = "LX"\n"类型" = "MC"', "[columns]", "每列一次", "改正"),
        ('[columns]\nkind = ["LX"]', "[columns] kind", "文字", "改正"),
        ('[colums]\nkind = "LX"', "[colums]", "columns", "'columns'"),
        ('[all]\nname = "x"', "[all] name", "notice", "改正"),
        ('[all]\nvalid_from = "去年"', "[all] valid_from", "2020-11-05", "改正"),
        ('[all]\nvalid_from = 2020-11-01T08:00:00', "[all] valid_from", "2020-11-05", "改正"),
        ('[all]\nmonths = "冬季"', "[all] months", "11-3", "全年"),
        ('[all]\nhours = "白天"', "[all] hours", "06:00", "全天"),
        ('[all]\nnotice = ""', "[all] notice", "文字", "改正"),
        ('[columns]\nnotice = "MC"\n[all]\nnotice = "x"', "[all] notice", "二者之一", "改正"),
        ('[file]\nlayers = "x"', "[file] layers", "layer", "'layer'"),
        ('kinds = "x"', "kinds", "[kinds]", "改正"),
        ("[columns\n", "m.toml", "[columns]", "改正该行"),
        ('[columns]\n类型 = "LX"', "m.toml", "[columns]", "加引号"),
        ('[kinds]\n1 = 2.5', "", "", ""),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_naming_file_and_key(
    tmp_path: Path, layer: Path, text: str, where: str, expected: str, remedy: str
) -> None:
    path = mapping(tmp_path, text)
    if not where:
        assert read_mapping(path).kinds == {"1": "2.5"}
        return
    with pytest.raises(ZoneFileError) as caught:
        read_zones(layer, mapping=read_mapping(path), notice="x", valid_from=date(2020, 11, 1))
    assert str(path) in caught.value.where
    assert where in caught.value.where
    assert expected in caught.value.expected
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    "text",
    ["kind,LX\n", "column,heading\nkind,\n", "column,heading\nkind,LX\nkind,MC\n", "", "<html>"],
)
def test_a_wrong_table_is_refused_with_a_remedy(tmp_path: Path, text: str) -> None:
    path = mapping(tmp_path, text, "m.csv")
    with pytest.raises(ZoneFileError) as caught:
        read_mapping(path)
    assert str(path) in caught.value.where
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["none.toml", "none.csv", "."])
def test_a_missing_mapping_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ZoneFileError):
        read_mapping(tmp_path / name)


def test_a_value_that_the_list_of_kinds_lacks_is_refused(tmp_path: Path, layer: Path) -> None:
    said = read_mapping(mapping(tmp_path, FULL.replace('2 = "restricted"', "")))
    with pytest.raises(ZoneFileError, match=r"第 2 个图形.*'2'") as caught:
        read_zones(layer, mapping=said)
    assert "m.toml" in caught.value.where


def test_codes_written_as_texts_of_fractions_are_the_same_codes(
    tmp_path: Path, write_layer
) -> None:
    layer = write_layer(tmp_path / "z.gpkg", [NANNING, GUILIN], {**OWN, "LX": ["1.0", "2"]})
    said = read_mapping(mapping(tmp_path, FULL))
    assert read_zones(layer, mapping=said).zones["kind"].tolist() == ["ban", "restricted"]


def test_a_kind_of_the_users_own_is_kept_and_told(tmp_path: Path, write_layer) -> None:
    columns = {"类型": ["禁烧区域", "水源地"]}
    path = write_layer(tmp_path / "z.gpkg", [NANNING, GUILIN], columns)
    reading = read_zones(path, notice="x", valid_from=date(2020, 11, 1))
    assert reading.zones["kind"].tolist() == ["禁烧区域", "水源地"]
    own, slip = sentences(reading.remarks, Language.ZH, where=path.name)
    assert "“禁烧区域”" in slip and "若应为“禁烧区”" in slip
    assert "“水源地”" in own and "若应为" not in own
