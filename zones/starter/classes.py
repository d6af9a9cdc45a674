"""What a zone can be drawn round: the classes of inputs, and how people write them."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from firewatch.core.errors import UsageError
from firewatch.core.i18n import texts
from firewatch.core.vocab import Language


class InputClass(StrEnum):
    """A class of things that published notices name; `lang` has its labels as ``starter.<code>``.

    CANE_COUNTY is one point in each county that grows cane, for show, and only packaged; a user's
    SUGARCANE_BASE takes its place.
    """

    BUILT_UP = "built_up"
    TOWN = "town"
    EXPRESSWAY = "expressway"
    RAILWAY = "railway"
    TRUNK_ROAD = "trunk_road"
    AIRPORT = "airport"
    TOWNSHIP = "township"
    VILLAGE = "village"
    NATURE_RESERVE = "nature_reserve"
    SCENIC = "scenic"
    MONUMENT = "monument"
    DEPOT = "depot"
    POWER_LINE = "power_line"
    SUGARCANE_BASE = "sugarcane_base"
    CANE_COUNTY = "cane_county"


def label(code: InputClass, language: Language = Language.ZH) -> str:
    """Return the name of a class for people."""
    return texts("zones", language).label("starter", code)


def input_class(written: str) -> InputClass:
    """Return the class of a code or of a label in either language.

    Raises
    ------
    UsageError
        If there is no such class; the message lists all.
    """
    found = _by_name().get(written.strip().lower())
    if found is None:
        raise UsageError(
            f"没有名为 {written!r} 的输入类别 / no such class of inputs",
            expected=known_classes(),
            remedy="用上列代码或中文名称 / use a code or a name of this list",
        )
    return found


def known_classes() -> str:
    """Return all classes with their Chinese labels, for messages."""
    return "、".join(f"{code}（{label(code)}）" for code in InputClass)


@cache
def _by_name() -> dict[str, InputClass]:
    labels = {label(code, language).lower(): code for language in Language for code in InputClass}
    return {**labels, **{str(code): code for code in InputClass}}
