"""Names of townships and villages as people write them, and the place that each means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zones.places.adcodes import current_adcode
from zones.places.addresses import area_named, split_address
from zones.places.areas import Areas, load_areas
from zones.places.names import (
    Match,
    NameIndex,
    normalised_area_name,
    plain_name,
    stem_of,
    township_list,
    townships_by_name,
)


@pytest.fixture(scope="module")
def guangxi() -> Areas:
    return load_areas("amap")


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("江南街道办事处", "江南街道"),
        ("江南办事处", "江南街道"),
        ("江南街道办", "江南街道"),
        ("城厢镇人民政府", "城厢镇"),
        ("夏黄村民委员会", "夏黄村"),
        ("夏黄村村民委员会", "夏黄村"),
        ("夏黄村委会", "夏黄村"),
        ("夏黄村委", "夏黄村"),
        ("大村村委会", "大村"),
        ("中山社区居委会", "中山社区"),
        ("中山居民委员会", "中山社区"),
        ("浔州社区居民会", "浔州社区"),
        ("国营新光农场", "新光农场"),
        ("广西农垦国有山圩农场", "山圩农场"),
        ("青秀山管理委员会", "青秀山"),
        (" 城　厢 镇\u200b ", "城厢镇"),
        ("“城厢镇”、", "城厢镇"),
        ("第１社区", "第1社区"),
        ("横县", "横县"),
    ],
)
def test_ways_to_write_one_name_come_out_as_one(written: str, usual: str) -> None:
    assert normalised_area_name(written) == usual


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("永乐乡", "永乐镇"),
        ("覃塘镇", "覃塘街道办事处"),
        ("足别瑶族苗族乡", "足别乡"),
        ("高基瑶族乡", "高基镇"),
        ("城东村委会", "城东社区"),
    ],
)
def test_a_township_or_village_of_another_rank_keeps_its_stem(one: str, other: str) -> None:
    assert stem_of(one) == stem_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("金光农场", "金光镇"),
        ("丽光华侨农场", "丽光农场"),
        ("城东镇", "城东村"),
        ("那龙矿务局", "那龙镇"),
        ("城厢镇（部分）", "城厢镇"),
        ("三江镇", "三江口镇"),
    ],
)
def test_what_is_not_the_same_place_has_another_stem(one: str, other: str) -> None:
    assert stem_of(one) != stem_of(other)


@given(
    st.text(alphabet="武鸣区城厢镇村社委会办事处街道瑶族乡１2（）“”、 \u3000\u200b\n", max_size=20)
)
def test_normalising_twice_changes_no_plain_name(text: str) -> None:
    assert plain_name(plain_name(text)) == plain_name(text)


def test_every_county_of_today_has_townships_and_none_shares_a_stem(guangxi: Areas) -> None:
    listed = township_list()
    now = listed[listed["year"] == 2023]
    assert len(now) == 1284
    assert set(now["county_adcode"]) == set(guangxi.counties["adcode"])
    assert (now["code"] // 1000 == now["county_adcode"]).all()
    keys = list(zip(now["county_adcode"], map(stem_of, now["name"]), strict=True))
    assert len(set(keys)) == len(keys)
    assert all(townships_by_name()[key] > 0 for key in keys)


def test_townships_of_earlier_lists_belong_to_the_county_of_today() -> None:
    listed = township_list()
    earlier = listed[listed["year"] < 2023]
    assert (current_adcode(earlier["code"] // 1000) == earlier["county_adcode"]).all()
    assert townships_by_name()[(450206, stem_of("里雍镇"))] // 1000 == 450203
    assert townships_by_name()[(450110, stem_of("东风农场"))] == 0
    assert set(earlier["code_2023"]) - {0} <= set(listed.loc[listed["year"] == 2023, "code"])


@pytest.mark.parametrize(
    ("address", "county", "rest"),
    [
        ("南宁市武鸣区城厢镇", 450110, "城厢镇"),
        ("武鸣县城厢镇", 450110, "城厢镇"),
        ("广西壮族自治区南宁市横县横州镇", 450181, "横州镇"),
        ("横州市横州镇", 450181, "横州镇"),
        ("三江侗族自治县同乐苗族乡", 450226, "同乐苗族乡"),
        ("三江县同乐苗族乡", 450226, "同乐苗族乡"),
        ("桂林市荔浦县", 450381, ""),
        ("七星区七星区街道", 450305, "七星区街道"),
    ],
)
def test_the_county_before_a_name_is_found_whether_old_short_or_of_today(
    guangxi: Areas, address: str, county: int, rest: str
) -> None:
    assert split_address(address, guangxi) == ({county}, rest)


def test_a_city_alone_stands_for_its_counties_and_a_name_alone_for_none(guangxi: Areas) -> None:
    counties, rest = split_address("北海市涠洲镇", guangxi)
    assert (counties, rest) == (guangxi.counties_with(450500), "涠洲镇")
    assert len(counties) == 4
    assert split_address("七星区街道", guangxi) == (frozenset(), "七星区街道")
    assert split_address("城厢镇", guangxi) == (frozenset(), "城厢镇")


def test_a_county_may_be_named_without_its_rank(guangxi: Areas) -> None:
    names = ["武鸣", "横", "宾阳", "南宁", "无此地", "三江"]
    codes = [area_named(name, guangxi) for name in names]
    assert codes == [450110, 450181, 450126, 450100, 0, 450226]


NAMES = (
    "城厢镇",
    "太平镇",
    "双桥镇",
    "太平镇",
    "永乐镇",
    "江南街道",
    "新光农场",
    "城东镇",
    "城东街道",
)
COUNTY = np.array([1, 1, 1, 2, 2, 2, 2, 3, 3])
INDEX = NameIndex.of(NAMES)


@pytest.mark.parametrize(
    ("name", "county", "match", "position"),
    [
        ("城厢镇", None, Match.EXACT, 0),
        ("城厢镇政府", None, Match.NONE, -1),
        ("江南办事处", None, Match.NORMALISED, 5),
        ("国营新光农场", None, Match.NORMALISED, 6),
        ("永乐乡", None, Match.STEM, 4),
        ("太平镇", 2, Match.EXACT, 3),
        ("太平乡", 1, Match.STEM, 1),
        ("城东街道办事处", 3, Match.NORMALISED, 8),
    ],
)
def test_the_nearest_spelling_that_fits_one_place_is_taken(
    name: str, county: int | None, match: Match, position: int
) -> None:
    found = INDEX.find(name, None if county is None else county == COUNTY)
    assert (found.match, found.position) == (match, position)


def test_a_village_is_never_taken_for_the_community_of_its_stem() -> None:
    index = NameIndex.of(["三塘村委会", "中山社区"])
    found = index.find("三塘社区")
    assert (found.match, found.position, found.candidates[0]) == (Match.NONE, -1, 0)
    assert index.find("三塘村").position == 0


def test_a_name_that_fits_several_places_is_none_of_them() -> None:
    assert INDEX.find("太平镇").candidates == (1, 3)
    assert INDEX.find("太平镇").match is Match.AMBIGUOUS
    both = INDEX.find("城东乡", COUNTY == 3)
    assert (both.match, both.position, both.candidates) == (Match.AMBIGUOUS, -1, (7, 8))


def test_an_unknown_name_gets_the_closest_ones_of_its_county_proposed() -> None:
    assert INDEX.find("城箱镇", COUNTY == 1).candidates[0] == 0
    assert INDEX.find("太平街道", COUNTY == 3).candidates[:2] == (1, 3)
    assert INDEX.find("龘龘").candidates == ()
