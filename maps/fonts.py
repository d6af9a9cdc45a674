"""A font with Chinese characters for pictures: one of the system's, else that of a package."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from firewatch.core.errors import FirewatchError

FAMILIES = {
    "Noto Sans CJK SC": "NotoSansCJK",
    "Noto Sans SC": "NotoSansSC",
    "Source Han Sans SC": "SourceHanSansSC",
    "Source Han Sans CN": "SourceHanSansCN",
    # Before version 3.11 matplotlib knows of a collection only the first font, the Japanese one.
    "Noto Sans CJK JP": "NotoSansCJK",
    "WenQuanYi Micro Hei": "wqy-microhei",
    "WenQuanYi Zen Hei": "wqy-zenhei",
    "Microsoft YaHei": "msyh",
    "SimHei": "simhei",
    "PingFang SC": "PingFang",
    "Hiragino Sans GB": "Hiragino Sans GB",
    "Droid Sans Fallback": "DroidSansFallback",
    "Noto Serif CJK SC": "NotoSerifCJK",
    "SimSun": "simsun",
}
"""Families with the characters of counties and townships, best first, and how files begin."""

_PACKAGE = "pylopdf_fonts_zh_cn"


class FontMissingError(FirewatchError):
    """No font with Chinese characters is installed."""


@cache
def chinese_family() -> str:
    """Return the name by which matplotlib knows a font with Chinese characters.

    Raises
    ------
    FontMissingError
        If neither the system nor the package `pylopdf-fonts-zh-cn` (Noto Sans SC, SIL Open Font
        License) has one.
    """
    family = _of_system() or _of_package()
    if family is None:
        raise FontMissingError(
            "没有中文字体，图片中的汉字无法显示 / no font with Chinese characters",
            expected=", ".join(list(FAMILIES)[:4]),
            remedy="apt install fonts-noto-cjk 或 / or: pip install pylopdf-fonts-zh-cn",
        )
    return family


def _of_system() -> str | None:
    from matplotlib.font_manager import findSystemFonts, fontManager

    present = {entry.name for entry in fontManager.ttflist if Path(entry.fname).is_file()}
    listed = next((family for family in FAMILIES if family in present), None)
    # The list is kept from an earlier run; a font may have been installed since.
    return listed or _added(findSystemFonts())


def _added(paths: Iterable[str]) -> str | None:
    from matplotlib.font_manager import fontManager

    files = sorted(map(Path, paths))
    for start in FAMILIES.values():
        for path in files:
            if path.name.lower().startswith(start.lower()):
                fontManager.addfont(path)
                return fontManager.ttflist[-1].name
    return None


def _of_package() -> str | None:
    if find_spec(_PACKAGE) is None:
        return None
    return _added([str(import_module(_PACKAGE).sans_path())])
