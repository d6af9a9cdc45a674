"""The straw-stock ledger: read row by row, checked, summed, and shown beside permits."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.i18n import texts
from firewatch.core.time import day_number
from firewatch.core.vocab import Language
from zones.permits.permits import permits_from
from zones.places.areas import Areas, areas_from, load_areas
from zones.places.subareas import subareas_from
from zones.straw.beside import BESIDE_COLUMNS, beside_permits
from zones.straw.checks import plausible_yields
from zones.straw.read import read_straw_stock, straw_words
from zones.straw.stock import STOCK_COLUMNS, StrawStock, straw_stock_from

DAY = day_number(date(2020, 10, 31))
ON = date(2020, 10, 31)
HEAD = "县区,乡镇,作物,面积（亩）,数量（吨）,用途,日期"
GOOD = "邕宁区,那楼镇,水稻,1500,600,还田,2020-10-31"
YONGNING, HENGZHOU = 450109, 450181


@pytest.fixture(scope="module")
def areas() -> Areas:
    return load_areas()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, areas: Areas, *rows: str, head: str = HEAD, **more):
    text = "\n".join([head, *rows]) + "\n"
    return read_straw_stock(write(folder / "台账.csv", text), areas, **more)


def codes(reading) -> list[tuple[int, str]]:
    return list(reading.findings.table[["row", "code"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_ledger_is_read_with_its_units_and_words(
    tmp_path: Path, areas: Areas, encoding: str
) -> None:
    cane = "横县,六景,甘蔗叶,3000,2400,燃料化,2020年10月31日"
    text = f"邕宁区秸秆存量台账,,,,,,\n{HEAD}\n{GOOD}\n{cane}\n合计,,,,3000,,\n"
    reading = read_straw_stock(write(tmp_path / "a.csv", text, encoding), areas)
    table = reading.stock.table
    assert tuple(table) == STOCK_COLUMNS
    rows = table[["day", "county_adcode", "township", "crop", "use", "area_ha", "tonnes"]]
    assert list(rows.itertuples(index=False, name=None)) == [
        (DAY, YONGNING, "那楼镇", "rice", "field_return", 100.0, 600.0),
        (DAY, HENGZHOU, "六景", "sugarcane", "fuel", 200.0, 2400.0),
    ]
    assert (reading.rows, reading.totals) == (2, (5,))
    assert any("第 5 行是合计" in note for note in reading.notes(Language.ZH))


def test_a_workbook_with_hectares_and_merged_townships_is_read(
    tmp_path: Path, areas: Areas
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["县", "乡镇", "作物", "面积（公顷）", "秸秆量（万吨）", "利用方式", "统计日期"])
    sheet.append(["邕宁区", "那楼镇", "水稻", 60, 0.04, "还田", date(2020, 10, 31)])
    sheet.append([None, None, "玉米", 40, 0.02, "饲料化", date(2020, 10, 31)])
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B3")
    book.save(tmp_path / "a.xlsx")
    table = read_straw_stock(tmp_path / "a.xlsx", areas).stock.table
    assert table["township"].tolist() == ["那楼镇", "那楼镇"]
    assert dict(zip(table["crop"], table["tonnes"], strict=True)) == {"rice": 400, "maize": 200}


def test_a_township_without_its_county_counts_where_only_one_county_has_it(
    tmp_path: Path, areas: Areas
) -> None:
    head = HEAD.replace("县区", "城市")
    rows = (GOOD.replace("邕宁区", "南宁市"), GOOD.replace("邕宁区", "").replace("那楼", "百济"))
    reading = read(tmp_path, areas, *rows, head=head)
    assert reading.stock.table["county_adcode"].tolist() == [YONGNING, YONGNING]
    # Several counties have a 城关镇 or a 新圩镇; none is guessed.
    reading = read(tmp_path, areas, GOOD.replace("邕宁区", "").replace("那楼", "新圩"), head=head)
    assert codes(reading) == [(2, "no_county")]
    said = read(
        tmp_path, areas, GOOD.replace("邕宁区", "").replace("那楼", "新圩"), head=head,
        county_adcode=YONGNING,
    )  # fmt: skip
    assert said.stock.table["county_adcode"].tolist() == [YONGNING]


BAD_ROWS = {
    "no day": ("2020-10-31", "十月底", "no_day"),
    "no such day": ("2020-10-31", "2020-10-32", "no_day"),
    "other province": ("邕宁区", "长沙县", "no_county"),
    "no amount": (",600,", ",,", "no_number"),
    "text amount": (",600,", ",约600,", "bad_number"),
    "negative amount": (",600,", ",-600,", "bad_number"),
    "formula": (",600,", ",=SUM(E1),", "bad_number"),
    "not finite": (",600,", ",inf,", "bad_number"),
    "huge": (",600,", ",1e30,", "bad_number"),
    "negative area": (",1500,", ",-1,", "bad_number"),
    "unknown crop": ("水稻", "莲藕", "unknown_word"),
    "no crop": ("水稻", "", "unknown_word"),
    "unknown use": ("还田", "烧掉", "unknown_word"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_is_listed_and_left_out_and_the_others_are_taken(
    tmp_path: Path, areas: Areas, case: str
) -> None:
    good, bad, code = BAD_ROWS[case]
    other = GOOD.replace("那楼", "蒲庙")
    assert good in other
    reading = read(tmp_path, areas, GOOD, other.replace(good, bad))
    assert codes(reading) == [(3, code)]
    assert reading.findings.refused == [3]
    assert reading.stock.table["township"].tolist() == ["那楼镇"]
    (line,) = reading.notes(Language.ZH)
    assert line.startswith("第 3 行（未采用）")
    assert reading.notes(Language.EN)[0].startswith("row 3 (not taken)")


def test_a_row_written_twice_is_taken_once_and_told(tmp_path: Path, areas: Areas) -> None:
    reading = read(tmp_path, areas, GOOD, GOOD)
    assert codes(reading) == [(3, "repeated")]
    assert reading.stock.table["tonnes"].tolist() == [600.0]
    assert "第 2 行" in reading.notes(Language.ZH)[0]


@pytest.mark.parametrize(("good", "bad"), [("600", "700"), ("1500", "")])
def test_two_figures_for_one_entry_are_both_refused(
    tmp_path: Path, areas: Areas, good: str, bad: str
) -> None:
    reading = read(tmp_path, areas, GOOD, GOOD.replace("那楼", "蒲庙"), GOOD.replace(good, bad))
    assert codes(reading) == [(2, "contradiction"), (4, "contradiction")]
    assert reading.findings.table["other_row"].tolist() == [4, 2]
    assert reading.stock.table["township"].tolist() == ["蒲庙镇"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (GOOD.replace("1500", "100"), [(2, "yield")]),  # hectares below a heading of mu
        (GOOD.replace(",600,", ",600000,"), [(2, "yield")]),  # kilograms as tonnes
        (GOOD.replace(",1500,", ",0,"), [(2, "yield")]),
        (GOOD.replace(",1500,", ",,"), []),
        (GOOD.replace(",600,", ",0,"), []),  # the straw is gone
        (GOOD.replace("那楼镇", "不存在镇"), [(2, "unknown_township")]),
        (GOOD.replace("那楼镇", "那楼乡"), []),
        (GOOD.replace("那楼镇", ""), []),
    ],
)
def test_odd_rows_are_taken_and_told(
    tmp_path: Path, areas: Areas, row: str, expected: list[tuple[int, str]]
) -> None:
    reading = read(tmp_path, areas, row)
    assert codes(reading) == expected
    assert len(reading.stock) == 1


def test_the_uses_of_one_ground_are_summed_before_their_yield_is_judged(
    tmp_path: Path, areas: Areas
) -> None:
    # 100 ha of rice: 570 t returned, 30 t fed; the area stands beside both.
    feed = GOOD.replace(",600,", ",30,").replace("还田", "饲料")
    reading = read(tmp_path, areas, GOOD.replace(",600,", ",570,"), feed)
    assert codes(reading) == [(3, "same_area")]
    # Areas of their own: 95 and 5 ha.
    rows = (GOOD.replace("1500,600", "1425,570"), feed.replace("1500", "75"))
    assert codes(read(tmp_path, areas, *rows)) == []


def test_townships_of_the_users_layer_are_known_too(tmp_path: Path, areas: Areas) -> None:
    table = pd.DataFrame(
        {"code": [0], "name": ["新设镇"], "county_adcode": [YONGNING], "township": [""]}
    )
    layer = subareas_from(table, np.array([shapely.box(108, 22, 109, 23)]), "township", "test")
    row = GOOD.replace("那楼镇", "新设镇")
    assert codes(read(tmp_path, areas, row, townships=layer)) == []
    assert codes(read(tmp_path, areas, row)) == [(2, "unknown_township")]


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, areas: Areas) -> None:
    with pytest.raises(ZoneFileError, match="tonnes") as caught:
        read(tmp_path, areas, GOOD, head=HEAD.replace("数量（吨）", "数量"))
    assert "数量（吨）" in caught.value.expected


def test_every_code_has_a_label_and_every_crop_a_range() -> None:
    for language in Language:
        entries = texts("zones", language).entries
        for group, words in straw_words().items():
            assert all(f"straw_{group}.{code}" in entries for code in words.values())
    assert set(plausible_yields()["crop"]) == set(straw_words()["crop"].values())


def entries(*rows: tuple) -> StrawStock:
    names = ["day", "county_adcode", "township", "crop", "use", "area_ha", "tonnes"]
    return straw_stock_from(pd.DataFrame(list(rows), columns=names))


NAN = float("nan")
LEDGER = entries(
    (DAY - 9, 450109, "那楼镇", "rice", "unused", 100.0, 600.0),
    (DAY, 450109, "那楼镇", "rice", "unused", 60.0, 350.0),
    (DAY, 450109, "那楼镇", "rice", "feed", 40.0, 250.0),
    (DAY - 9, 450109, "蒲庙镇", "sugarcane", "unused", NAN, 80.0),
    (DAY + 1, 450109, "蒲庙镇", "sugarcane", "unused", NAN, 0.0),
    (DAY - 1, 450181, "六景镇", "maize", "fuel", 10.0, 45.5),
)


def test_the_stock_on_a_day_is_the_latest_entry_of_each() -> None:
    by = ["county_adcode"]
    columns = ["county_adcode", "tonnes", "unused_t", "entries"]

    def on(day: int) -> list[list[float]]:
        when = date(1970, 1, 1).fromordinal(date(1970, 1, 1).toordinal() + day)
        return LEDGER.sums(by, when)[columns].to_numpy().tolist()

    assert on(DAY - 10) == []
    assert on(DAY - 9) == [[450109, 680.0, 680.0, 2]]
    assert on(DAY - 1) == [[450109, 680.0, 680.0, 2], [450181, 45.5, 0.0, 1]]
    # 350 + 250 + 80; then the cane leaves are gone.
    assert on(DAY) == [[450109, 680.0, 430.0, 3], [450181, 45.5, 0.0, 1]]
    assert on(DAY + 1) == [[450109, 600.0, 350.0, 3], [450181, 45.5, 0.0, 1]]


def test_sums_by_township_crop_use_and_city() -> None:
    towns = LEDGER.sums(["county_adcode", "township"], ON).set_index("township")
    assert towns["tonnes"].to_dict() == {"那楼镇": 600.0, "蒲庙镇": 80.0, "六景镇": 45.5}
    assert towns["area_ha"].fillna(-1).to_dict() == {"那楼镇": 100.0, "蒲庙镇": -1, "六景镇": 10.0}
    assert towns.loc["那楼镇", ["oldest_day", "newest_day"]].tolist() == [DAY, DAY]
    crops = LEDGER.sums(["crop"], ON).set_index("crop")["tonnes"].to_dict()
    assert crops == {"rice": 600.0, "sugarcane": 80.0, "maize": 45.5}
    uses = LEDGER.sums(["use"], ON).set_index("use")["tonnes"].to_dict()
    assert uses == {"unused": 430.0, "feed": 250.0, "fuel": 45.5}
    city = LEDGER.sums(["city_adcode"], ON)
    assert city[["city_adcode", "tonnes"]].to_numpy().tolist() == [[450100, 725.5]]


def test_a_later_table_replaces_an_entry_of_the_same_day_and_order_makes_no_version() -> None:
    changed = entries((DAY, 450109, "那楼镇", "rice", "feed", 40.0, 260.0))
    both = LEDGER.combined(changed)
    assert len(both) == len(LEDGER)
    assert both.sums(["use"], ON).set_index("use").loc["feed", "tonnes"] == 260.0
    assert both.version != LEDGER.version
    shuffled = straw_stock_from(LEDGER.table.sample(frac=1, random_state=3))
    assert shuffled.version == LEDGER.version
    assert StrawStock.empty().combined(LEDGER).version == LEDGER.version


def test_sums_of_no_ledger_are_typed_and_empty() -> None:
    none = StrawStock.empty()
    assert none.version == "empty"
    assert tuple(none.table) == STOCK_COLUMNS
    assert len(none.sums(["county_adcode", "township"], ON)) == 0
    assert none.table.dtypes.tolist() == LEDGER.table.dtypes.tolist()


def two_counties() -> Areas:
    counties = pd.DataFrame(
        {
            "adcode": [450109, 450181], "name": ["邕宁区", "横州市"],
            "city_adcode": 450100, "city_name": "南宁市", "seat_lon": [108.5, 109.2],
            "seat_lat": 22.7,
        }
    )  # fmt: skip
    shapes = [shapely.box(108, 22, 109, 23), shapely.box(109, 22, 110, 23)]
    return areas_from(counties, np.array(shapes, dtype=object), "test")


def permits_at(*places: tuple[float, float], revoked: int = 10**7):
    table = pd.DataFrame(
        {
            "number": [f"{i}号" for i in range(len(places))], "valid_from": DAY, "valid_to": DAY,
            "straw_area_ha": [lon if lon < 50 else NAN for lon, _ in places],
            "revoked_from": revoked,
        }
    )  # fmt: skip
    shapes = [
        shapely.Point(lon + 108 if lon < 50 else lon, lat).buffer(0.01) for lon, lat in places
    ]
    return permits_from(table, np.array(shapes, dtype=object))


def test_planned_burning_stands_beside_the_stock_of_its_county() -> None:
    # Straw areas of 0.5 and 0.25 ha in one county, one without an area in the other.
    permits = permits_at((0.5, 22.5), (0.25, 22.5), (109.5, 22.5))
    table = beside_permits(LEDGER, permits, two_counties(), ON)
    assert tuple(table) == BESIDE_COLUMNS
    one, other = table.to_dict("records")
    assert (one["county_adcode"], one["permits"], one["planned_ha"]) == (450109, 2, 0.75)
    assert (one["stock_ha"], one["stock_t"], one["unused_t"]) == (100.0, 680.0, 430.0)
    assert one["planned_pct"] == pytest.approx(0.75)
    assert (other["county_adcode"], other["permits"], other["planned_ha"]) == (450181, 1, 0.0)
    assert (other["permits_without_area"], other["stock_t"]) == (1, 45.5)


def test_townships_of_a_layer_and_of_the_ledger_meet_by_stem() -> None:
    names = pd.DataFrame(
        {
            "code": [0, 0], "name": ["那楼乡", "蒲庙镇"], "county_adcode": 450109, "township": "",
        }
    )  # fmt: skip
    shapes = [shapely.box(108, 22, 108.4, 23), shapely.box(108.4, 22, 109, 23)]
    layer = subareas_from(names, np.array(shapes, dtype=object), "township", "test")
    table = beside_permits(LEDGER, permits_at((0.25, 22.5)), two_counties(), ON, layer)
    rows = table.set_index(["county_adcode", "township"])
    assert rows["permits"].to_dict() == {
        (450109, "那楼乡"): 1, (450109, "蒲庙镇"): 0, (450181, "六景镇"): 0,
    }  # fmt: skip
    by_name = rows.reset_index("county_adcode")
    assert by_name["stock_t"].to_dict() == {"蒲庙镇": 80.0, "那楼乡": 600.0, "六景镇": 45.5}
    planned = by_name["planned_pct"].fillna(-1).to_dict()
    assert planned == {"蒲庙镇": -1, "那楼乡": 0.25, "六景镇": 0.0}


def test_without_permits_or_stock_the_other_side_stands_alone() -> None:
    areas = two_counties()
    revoked = permits_at((0.5, 22.5), revoked=DAY)
    table = beside_permits(LEDGER, revoked, areas, ON)
    assert table["permits"].tolist() == [0, 0]
    table = beside_permits(StrawStock.empty(), permits_at((0.5, 22.5)), areas, ON)
    assert table[["county_adcode", "permits", "stock_t"]].to_numpy().tolist() == [[450109, 1, 0]]
    assert len(beside_permits(StrawStock.empty(), revoked, areas, ON)) == 0
