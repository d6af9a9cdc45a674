"""Zones given as a list of whole counties, townships and villages by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.vocab import Language
from zones.formats.layer import Layer
from zones.places.areas import Areas, load_areas
from zones.places.named import NamedAreas, named_areas
from zones.places.named_list import is_named_list
from zones.places.subareas import SubAreas, subareas_from

TOWNSHIPS = (
    (450110100, "城厢镇", 450110),
    (450110102, "太平镇", 450110),
    (450110103, "双桥镇", 450110),
    (450181100, "横州镇", 450181),
    (450225106, "永乐镇", 450225),
    (451082103, "太平镇", 451082),
    (450721400, "国营新光农场", 450721),
)
VILLAGES = (
    (450110100201, "夏黄村", 450110, "城厢镇"),
    (450110102201, "新村", 450110, "太平镇"),
    (451082103201, "新村", 451082, ""),
    (450110100001, "中山社区", 450110, "城厢镇"),
)


@pytest.fixture(scope="module")
def guangxi() -> Areas:
    return load_areas("amap")


@pytest.fixture(scope="module")
def townships() -> SubAreas:
    rows = pd.DataFrame(TOWNSHIPS, columns=["code", "name", "county_adcode"]).assign(township="")
    return subareas_from(rows, boxes(len(rows)), "township", "test")


@pytest.fixture(scope="module")
def villages() -> SubAreas:
    rows = pd.DataFrame(VILLAGES, columns=["code", "name", "county_adcode", "township"])
    # Each lies in its township: the third says nothing of it, but lies in the sixth.
    shapes = boxes(len(TOWNSHIPS), 0.02)[[0, 1, 5, 0]]
    return subareas_from(rows, shapes, "village", "test")


def boxes(count: int, size: float = 0.1) -> np.ndarray:
    west = 107 + np.arange(count) * 0.1
    return shapely.box(west, 23.0, west + size, 23.0 + size)


@pytest.fixture
def read(guangxi: Areas, townships: SubAreas, villages: SubAreas, tmp_path: Path):
    def reading(text: str, name: str = "名单.txt", encoding: str = "utf-8") -> NamedAreas:
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return named_areas(path, guangxi, townships, villages)

    return reading


def names(layer: Layer) -> list[str]:
    return layer.attributes["name"].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "武鸣区城厢镇、横州镇，永乐乡",
        "1. 武鸣县城厢镇\n2. 横县横州镇\n\n3．融水苗族自治县永乐镇\n",
        "武鸣区：城厢镇\n横县：横州镇；\n融水县:永乐镇。",
        "# 附件\n（一）南宁市武鸣区城厢镇\n（二）横州镇 融水县永乐镇",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_names_in_running_text_are_found_under_old_and_new_names(
    read, text: str, encoding: str
) -> None:
    layer = read(text, encoding=encoding).layer
    assert names(layer) == ["武鸣区城厢镇", "横州市横州镇", "融水苗族自治县永乐镇"]
    assert shapely.equals(layer.geometry, boxes(7)[[0, 3, 4]]).all()
    assert layer.crs == "EPSG:4326"


def test_a_label_that_is_a_kind_of_zone_becomes_the_kind(read) -> None:
    layer = read("禁烧区：武鸣区城厢镇、横州镇\n限烧区：双桥镇").layer
    assert layer.attributes["kind"].tolist() == ["ban", "ban", "restricted"]


def test_columns_say_the_level_and_the_others_are_kept(read) -> None:
    text = (
        "序号,县（市、区）,乡镇,村,类型,文号\n"
        "1,武鸣县,城厢镇、太平镇,,禁烧区,南府发〔2020〕1号\n"
        "2,平果县,太平镇,新村,限烧区,南府发〔2020〕1号\n"
        "3,横县,,,限烧区,南府发〔2020〕1号\n"
    )
    layer = read(text, "名单.csv").layer
    assert names(layer) == ["武鸣区城厢镇", "武鸣区太平镇", "平果市新村", "横州市"]
    assert layer.attributes["类型"].tolist() == ["禁烧区", "禁烧区", "限烧区", "限烧区"]
    assert "乡镇" not in layer.attributes


def test_a_zone_keeps_the_name_that_the_list_gives_it(read) -> None:
    layer = read("乡镇,名称\n城厢镇,一号禁烧区\n横州镇,\n", "名单.csv").layer
    assert names(layer) == ["一号禁烧区", "横州市横州镇"]
    assert layer.attributes["area"].tolist() == ["武鸣区城厢镇", "横州市横州镇"]


def test_a_workbook_with_a_title_row_and_merged_counties_is_read(
    guangxi: Areas, townships: SubAreas, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["禁烧区名单"], ["区县", "乡镇"], ["武鸣区", "城厢镇"], [None, "太平镇"]):
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    book.save(tmp_path / "名单.xlsx")
    layer = named_areas(tmp_path / "名单.xlsx", guangxi, townships).layer
    assert names(layer) == ["武鸣区城厢镇", "武鸣区太平镇"]


def test_whole_counties_and_cities_need_no_layer(guangxi: Areas, tmp_path: Path) -> None:
    path = tmp_path / "名单.txt"
    path.write_text("横县\n北海市\n", encoding="utf-8")
    layer = named_areas(path, guangxi).layer
    assert names(layer) == ["横州市", "北海市"]
    codes = guangxi.counties["adcode"].tolist()
    assert layer.geometry[0] is guangxi.geometry[codes.index(450181)]
    beihai = guangxi.city_geometry()[guangxi.cities()["adcode"].tolist().index(450500)]
    assert layer.geometry[1].equals(beihai)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("夏黄村", "武鸣区城厢镇夏黄村"),
        ("武鸣区城厢镇夏黄村委会", "武鸣区城厢镇夏黄村"),
        ("武鸣区太平镇新村", "武鸣区太平镇新村"),
        ("平果县新村", "平果市新村"),
        ("中山居委会", "武鸣区城厢镇中山社区"),
        ("新光农场", "灵山县国营新光农场"),
    ],
)
def test_a_village_is_found_with_or_without_its_township(read, written: str, found: str) -> None:
    assert names(read(written).layer) == [found]


def test_every_name_that_means_no_single_area_is_reported_and_nothing_is_taken(read) -> None:
    text = "武鸣区城厢镇\n城箱镇\n太平镇\n无县：横州镇\n武鸣区横州镇\n城厢镇（部分）\n新村\n"
    with pytest.raises(ZoneFileError) as caught:
        read(text)
    said = str(caught.value)
    for row, name in enumerate(("城箱镇", "太平镇", "无县", "武鸣区横州镇", "部分", "新村"), 2):
        assert f"row {row} " in said and name in said
    assert "row 1 " not in said
    assert "武鸣区太平镇、平果市太平镇" in said
    assert "武鸣区城厢镇" in said
    assert caught.value.what.startswith("6 个")
    assert caught.value.remedy


def test_a_name_that_only_the_layer_makes_unique_is_taken_and_noted(read) -> None:
    reading = read("城厢镇\n夏黄村\n")
    assert names(reading.layer) == ["武鸣区城厢镇", "武鸣区城厢镇夏黄村"]
    town, village = reading.notes(Language.ZH)
    assert "隆安县城厢镇" in town and "那坡县城厢镇" in town
    assert "夏黄村" in village
    assert read("武鸣区：城厢镇、夏黄村").notes(Language.EN) == ()


def test_a_name_is_not_guessed_where_the_layer_lacks_another_of_its_county(
    guangxi: Areas, tmp_path: Path
) -> None:
    # Youjiang has a 永乐乡 of its own, which this layer of Youjiang and Rongshui leaves out.
    rows = [(450225106, "永乐镇", 450225, ""), (451002100, "阳圩镇", 451002, "")]
    table = pd.DataFrame(rows, columns=["code", "name", "county_adcode", "township"])
    layer = subareas_from(table, boxes(2), "township", "test")
    path = tmp_path / "名单.txt"
    path.write_text("永乐镇", encoding="utf-8")
    with pytest.raises(ZoneFileError, match="融水苗族自治县永乐镇、右江区永乐镇"):
        named_areas(path, guangxi, layer)
    found = named_areas(path, guangxi, layer, within="柳州市").layer
    assert names(found) == ["融水苗族自治县永乐镇"]


def test_the_notice_of_a_county_needs_no_county_before_its_names(
    guangxi: Areas, townships: SubAreas, tmp_path: Path
) -> None:
    path = tmp_path / "名单.txt"
    path.write_text("城厢镇、太平镇、双桥镇", encoding="utf-8")
    reading = named_areas(path, guangxi, townships, within="武鸣县")
    assert names(reading.layer) == ["武鸣区城厢镇", "武鸣区太平镇", "武鸣区双桥镇"]
    assert reading.notes(Language.ZH) == ()


def test_a_contradiction_between_two_counties_is_an_error(read) -> None:
    with pytest.raises(ZoneFileError, match="不一致"):
        read("县,乡镇\n横县,武鸣区城厢镇\n", "名单.csv")


def test_without_a_layer_the_message_names_the_setting(
    guangxi: Areas, townships: SubAreas, tmp_path: Path
) -> None:
    path = tmp_path / "名单.txt"
    path.write_text("城厢镇\n", encoding="utf-8")
    with pytest.raises(ZoneFileError, match=r"region\.townships"):
        named_areas(path, guangxi)
    path.write_text("城厢镇、夏黄村\n", encoding="utf-8")
    with pytest.raises(ZoneFileError, match=r"region\.villages") as caught:
        named_areas(path, guangxi, townships)
    assert "row 1 “城厢镇”" not in str(caught.value)


def test_repeats_are_taken_once_and_noted(read) -> None:
    reading = read("武鸣区城厢镇\n武鸣县城厢镇\n融水县永乐乡\n")
    assert names(reading.layer) == ["武鸣区城厢镇", "融水苗族自治县永乐镇"]
    zh, en = reading.notes(Language.ZH), reading.notes(Language.EN)
    assert len(zh) == len(en) == 2
    assert "第 2 行" in zh[0] and "重复" in zh[0]
    assert "永乐乡" in zh[1]


def test_one_area_in_two_kinds_is_kept_twice_and_noted(read) -> None:
    reading = read("序号,乡镇,类型\n1,双桥镇,禁烧区\n2,双桥镇,限烧区\n3,双桥镇,限烧区\n", "a.csv")
    assert reading.layer.attributes["类型"].tolist() == ["禁烧区", "限烧区"]
    assert len(reading.notes(Language.ZH)) == 2


def test_the_hash_covers_the_list_and_the_boundaries(
    guangxi: Areas, townships: SubAreas, tmp_path: Path
) -> None:
    path = tmp_path / "名单.txt"
    path.write_text("横县\n", encoding="utf-8")
    first = named_areas(path, guangxi, townships).layer.sha256
    assert first == named_areas(path, guangxi, townships).layer.sha256
    assert first != named_areas(path, load_areas("tianditu"), townships).layer.sha256
    assert first != named_areas(path, guangxi).layer.sha256
    path.write_text("横州市\n", encoding="utf-8")
    assert first != named_areas(path, guangxi, townships).layer.sha256


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("", "a.txt", "没有地名"),
        ("\n# 空\n", "a.txt", "没有地名"),
        ("编号,面积\n1,2\n", "a.csv", "地名列"),
        ("", "a.csv", "空"),
    ],
)
def test_a_list_without_names_is_refused_with_a_remedy(
    read, text: str, name: str, says: str
) -> None:
    with pytest.raises(ZoneFileError, match=says) as caught:
        read(text, name)
    assert caught.value.remedy


def test_an_absent_file_is_said_to_be_absent(guangxi: Areas, tmp_path: Path) -> None:
    with pytest.raises(ZoneFileError, match=r"没有\.txt"):
        named_areas(tmp_path / "没有.txt", guangxi)


def test_lists_are_told_from_layers_by_their_ending() -> None:
    endings = ("a.csv", "a.XLSX", "a.txt", "a.gpkg", "a.zip", "a.kml")
    assert [is_named_list(Path(name)) for name in endings] == [True] * 3 + [False] * 3


def test_zones_of_a_list_are_read_like_those_of_a_layer(read) -> None:
    zones = pytest.importorskip("zones.register.read")
    layer = read("禁烧区：武鸣区城厢镇、横州镇").layer
    reading = zones.read_zones(
        layer.path, notice="南府发〔2020〕1号", valid_from=date(2020, 10, 1), layer=layer
    )
    table = reading.register.zones
    assert sorted(table["name"]) == ["横州市横州镇", "武鸣区城厢镇"]
    assert set(table["kind"]) == {"ban"}
