"""Pictures of evidence, and the font they are written in."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.font_manager
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from firewatch.core.vocab import Finding, Language
from maps import fonts
from maps.chips import Chip, Panel, write_chip
from maps.fonts import FontMissingError, chinese_family

RED, GREEN = (200, 30, 30), (30, 160, 30)


def plain(colour: tuple[int, int, int], lines: int = 40, columns: int = 40) -> NDArray[np.uint8]:
    return np.full((lines, columns, 3), colour, dtype=np.uint8)


BOX = np.array([[10, 10], [30, 10], [30, 30], [10, 30], [10, 10]], dtype=float)
BEFORE = Panel("before", "2020-11-01 11:19", "S2A_T48QZM", plain(GREEN), plain(GREEN), "", [BOX])
AFTER = Panel("after", "2020-11-08 11:19", "S2B_T48QZM", plain(RED), None, "", [BOX], [BOX / 2])
CHIP = Chip(
    "南宁市 武鸣区 108.2710°E 23.1580°N",
    "2020-11-05 13:42（北京时间）",
    Finding.BURN_SCAR,
    "过火迹地 2.40 公顷",
    "之间 NBR 下降",
    "E_1",
    (BEFORE, Panel("during", missing="前后 2 天内没有影像"), AFTER),
    False,
    Language.ZH,
)


def drawn(chip: Chip, folder: Path, name: str = "chip.png") -> NDArray[np.uint8]:
    write_chip(chip, folder / name)
    with Image.open(folder / name) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def near(picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> NDArray[np.bool_]:
    return (np.abs(picture.astype(int) - colour) < 12).all(axis=-1)


def test_each_moment_shows_its_two_pictures_side_by_side(tmp_path: Path) -> None:
    picture = drawn(CHIP, tmp_path)
    assert picture.shape[1] == 1080 and picture.shape[0] > picture.shape[1]
    before, after = near(picture, GREEN), near(picture, RED)
    assert np.nonzero(before)[0].max() < np.nonzero(after)[0].min()
    for half in (before[:, :540], before[:, 540:], after[:, :540]):
        assert half.sum() > 100_000
    # No band of natural colour after the fire: that panel is grey and says so.
    assert after[:, 545:].sum() == 0


def test_the_detecting_pixel_and_the_scar_are_drawn_where_they_lie(tmp_path: Path) -> None:
    picture = drawn(CHIP, tmp_path)
    lines, columns = np.nonzero(near(picture, RED))
    top, left = lines.min(), columns.min()
    side = (columns[columns < 540].max() - left) / 40
    yellow = near(picture, (255, 230, 0))
    ys, xs = np.nonzero(yellow)
    for found, low, high in (((xs - left) / side, 5, 15), ((ys - top) / side, 5, 15)):
        assert found.min() == pytest.approx(low, abs=0.5)
        assert found.max() == pytest.approx(high, abs=0.5)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        write_chip(CHIP, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_simulated_chip_is_marked_above_and_across_every_picture(tmp_path: Path) -> None:
    real = drawn(CHIP, tmp_path)
    simulated = drawn(replace(CHIP, simulated=True), tmp_path, "s.png")
    banner = near(simulated, (179, 38, 30))
    assert not near(real, (179, 38, 30))[:80].any()
    assert banner[:80].sum() > 20_000
    grown = simulated.shape[0] - real.shape[0]
    assert (simulated[grown:] != real).any(axis=-1)[:, :540].sum() > 2000


def test_a_moment_without_a_scene_takes_little_room_and_says_why(tmp_path: Path) -> None:
    without = drawn(CHIP, tmp_path)
    full = drawn(replace(CHIP, panels=(BEFORE, replace(BEFORE, moment="during"), AFTER)), tmp_path)
    assert full.shape[0] - without.shape[0] > 300
    silent = Panel("during")
    blank = drawn(replace(CHIP, panels=(BEFORE, silent, AFTER)), tmp_path)
    assert (blank != without).sum() > 1000


def test_long_texts_are_cut_into_lines_and_stay_on_the_picture(tmp_path: Path) -> None:
    long = replace(CHIP, reason="火前与火后都看清，" * 30 + "S2A_MSIL1C_20201101T031921 " * 9)
    picture = drawn(long, tmp_path)
    assert picture.shape[0] > drawn(CHIP, tmp_path).shape[0] + 80
    assert (picture[-250:, -8:] > 250).all()


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("finding", list(Finding))
def test_every_finding_has_its_own_band_in_both_languages(
    tmp_path: Path, finding: Finding, language: Language
) -> None:
    picture = drawn(replace(CHIP, finding=str(finding), language=language, panels=()), tmp_path)
    assert len(np.unique(picture[90:260, 4], axis=0)) > 1


def test_the_font_has_the_characters_of_counties() -> None:
    path = matplotlib.font_manager.findfont(chinese_family(), fallback_to_default=False)
    characters = matplotlib.font_manager.get_font(path).get_charmap()
    assert {ord(letter) for letter in "邕隆崇左浔禤苍梧圩塘凭祥"} <= set(characters)


@pytest.fixture
def without_system_fonts(monkeypatch: pytest.MonkeyPatch) -> Any:
    chinese_family.cache_clear()
    monkeypatch.setattr(fonts, "_of_system", lambda: None)
    yield monkeypatch
    chinese_family.cache_clear()


def test_without_any_chinese_font_the_error_says_how_to_get_one(without_system_fonts: Any) -> None:
    without_system_fonts.setattr(fonts, "_PACKAGE", "no_such_package")
    with pytest.raises(FontMissingError, match="fonts-noto-cjk"):
        chinese_family()


def test_without_a_font_of_the_system_that_of_the_package_is_taken(
    without_system_fonts: Any, tmp_path: Path
) -> None:
    installed = next(
        entry.fname for entry in matplotlib.font_manager.fontManager.ttflist
        if entry.name == "Noto Sans CJK SC" or "NotoSansSC" in entry.fname
    )  # fmt: skip
    copied = tmp_path / f"NotoSansSC-Regular{Path(installed).suffix}"
    copied.write_bytes(Path(installed).read_bytes())
    module = tmp_path / "a_font_package.py"
    module.write_text(
        f"from pathlib import Path\ndef sans_path():\n    return Path({str(copied)!r})"
    )
    without_system_fonts.syspath_prepend(str(tmp_path))
    without_system_fonts.setattr(fonts, "_PACKAGE", "a_font_package")
    assert "Noto Sans" in chinese_family()


def test_the_library_of_pictures_is_loaded_only_to_draw() -> None:
    program = "import sys, maps.chips; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
