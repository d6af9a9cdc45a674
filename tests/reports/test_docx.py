"""The Word report says who met the target, what was counted, and nothing it did not get."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from PIL import Image

from firewatch.core.vocab import Language
from firewatch.count.compare import Comparison
from firewatch.reports.docx import DETAIL_ROWS_MAX, write_yoy_docx

NOW_EPOCH_S = 1_614_500_000
Write = Callable[..., Any]


@pytest.fixture(scope="module")
def document(
    comparison: Callable[..., Comparison],
    fire_points: Callable[..., pd.DataFrame],
    tmp_path_factory: pytest.TempPathFactory,
) -> Write:
    """Return a function: changes of the comparison (and `details`) → the opened document."""
    path = tmp_path_factory.mktemp("document") / "yoy.docx"

    def write(details: pd.DataFrame | None = None, **changes: Any) -> Any:
        if details is None and not changes:
            return usual()
        points = fire_points() if details is None else details
        write_yoy_docx(path, comparison(**changes), points, now_epoch_s=NOW_EPOCH_S)
        return docx.Document(str(path))

    @cache
    def usual() -> Any:
        return write(fire_points())

    return write


def cells(table: Any) -> pd.DataFrame:
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    return pd.DataFrame(rows[1:], columns=[title.replace("\n", "") for title in rows[0]])


def text(document: Any) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_every_number_of_the_city_table_is_the_comparisons(
    document: Write, comparison: Callable[..., Comparison]
) -> None:
    shown = cells(document().tables[0])
    source = comparison()
    wanted = pd.concat([source.cities, source.total], ignore_index=True)
    titles = {
        "上年同期": "base",
        "本季": "now",
        "增减": "change",
        "目标（不多于）": "target_max",
        "余量": "allowance",
        "火点像元上年同期": "pixel_base",
        "过境火点本季": "overpass_point_now",
    }
    assert shown["设区市"].tolist() == wanted["city"].tolist()
    for title, name in titles.items():
        assert shown[title].astype(int).tolist() == wanted[name].tolist(), title
    assert shown["同比"].tolist()[:4] == ["-10.00%", "-9.90%", "–", "–"]


def test_the_summary_names_the_cities_of_each_verdict(document: Write) -> None:
    said = text(document())
    assert "达标（2 市）：南宁市、北海市" in said
    assert "保持为零（1 市）：桂林市" in said
    assert "由零增加（1 市）：梧州市" in said


def test_cities_behind_the_target_are_an_internal_reminder(document: Write) -> None:
    assert "内部提醒：以下 3 市未达到目标：柳州市、梧州市、=SUM(1)。" in text(document())


def test_without_a_city_behind_the_reminder_says_none(
    document: Write, comparison: Callable[..., Comparison]
) -> None:
    met = comparison().cities.query("verdict == 'met'")
    assert "没有未达到目标的市" in text(document(cities=met))


def test_the_periods_the_target_and_the_counting_rule_are_stated(document: Write) -> None:
    said = text(document(in_progress=True))
    assert "2020-10-01 至 2021-02-28（151 天）" in said
    assert "2019-10-01 至 2020-02-28（151 天）" in said
    assert "下降 10% 以上" in said and "尚未结束" in said
    assert "计数规则 event_day v1" in said and "不包括云覆盖下的火点" in said


@pytest.mark.parametrize("language", list(Language))
def test_simulated_data_are_called_so_on_every_page(document: Write, language: Language) -> None:
    written = document(simulated=True, illustrative=True, language=language)
    assert len(written.sections) == 1
    header = written.sections[0].header.paragraphs[0].text
    assert "SIMULATED" in header and "ILLUSTRATIVE" in header
    assert "模拟数据" in text(written)


def test_real_data_are_not_called_simulated(document: Write) -> None:
    written = document()
    assert "SIMULATED" not in text(written) + written.sections[0].header.paragraphs[0].text


def test_the_newest_points_are_listed_and_the_rest_is_pointed_to(
    document: Write, fire_points: Callable[..., pd.DataFrame]
) -> None:
    points = fire_points(DETAIL_ROWS_MAX + 7)
    written = document(points)
    listed = cells(written.tables[1])
    newest = points["acquired_utc"].max().tz_convert("Asia/Shanghai")
    assert len(listed) == DETAIL_ROWS_MAX
    assert listed["过境时间（北京时间）"].iloc[0] == newest.strftime("%Y-%m-%d %H:%M")
    assert f"最新的 {DETAIL_ROWS_MAX} 个火点，共 {DETAIL_ROWS_MAX + 7} 个" in text(written)


def test_a_season_without_points_has_no_detail_table(
    document: Write, fire_points: Callable[..., pd.DataFrame]
) -> None:
    written = document(fire_points(0))
    assert len(written.tables) == 1 and "没有火点" in text(written)


def test_chinese_has_a_font_and_headings_repeat_on_each_page(document: Write) -> None:
    written = document()
    for style in ("Normal", "Heading 1", "Title"):
        fonts = written.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("宋体", "黑体")
        assert fonts.get(qn("w:eastAsiaTheme")) is None
    for table in written.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_the_same_input_gives_the_same_bytes(
    comparison: Callable[..., Comparison],
    fire_points: Callable[..., pd.DataFrame],
    tmp_path: Path,
) -> None:
    contents = []
    for name, points in (("a", fire_points(20)), ("b", fire_points(20).iloc[::-1])):
        path = tmp_path / f"{name}.docx"
        write_yoy_docx(path, comparison(), points, now_epoch_s=NOW_EPOCH_S)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_pictures_stand_whole_on_pages_of_their_own_and_change_nothing_else(
    comparison: Callable[..., Comparison],
    fire_points: Callable[..., pd.DataFrame],
    tmp_path: Path,
) -> None:
    pictures = [tmp_path / "wide.png", tmp_path / "high.png"]
    for path, size in zip(pictures, ((2200, 1500), (400, 3000)), strict=True):
        Image.new("RGB", size, "white").save(path)
    written = []
    for name in ("a.docx", "b.docx"):
        path = tmp_path / name
        write_yoy_docx(
            path, comparison(), fire_points(), now_epoch_s=NOW_EPOCH_S, pictures=pictures
        )
        written.append(path.read_bytes())
    assert written[0] == written[1]
    shown = docx.Document(str(path))
    section = shown.sections[0]
    for shape, proportion in zip(shown.inline_shapes, (2200 / 1500, 400 / 3000), strict=True):
        assert shape.width <= section.page_width - section.left_margin - section.right_margin
        assert shape.height < section.page_height - section.top_margin - section.bottom_margin
        assert shape.width / shape.height == pytest.approx(proportion, rel=0.001)
    write_yoy_docx(path, comparison(), fire_points(), now_epoch_s=NOW_EPOCH_S)
    plain = docx.Document(str(path))
    assert len(plain.inline_shapes) == 0
    assert [cells(table).to_numpy().tolist() for table in plain.tables] == [
        cells(table).to_numpy().tolist() for table in shown.tables
    ]
