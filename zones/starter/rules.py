"""Which zone is drawn round which inputs, how far: a table that the user can replace."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pandas as pd

from firewatch.core.errors import UsageError, ZoneFileError
from firewatch.core.geo import Floats
from firewatch.core.vocab import ZoneKind
from zones.geometry.combinations import SEPARATOR
from zones.register.kinds import kind_codes
from zones.starter.classes import input_class, known_classes
from zones.starter.reach import MOST_KM
from zones.tables.table import UserTable, heading_table, read_table

HEADINGS = "headings.csv"
_NEEDED = (("class",), ("kind",), ("distance_km",))
_DEFAULT_HALF_WIDTH_DEG = 45.0
_NAME = "{name}"

RULE_COLUMNS = (
    "input_class",
    "kind",
    "distance_km",
    "upwind_km",
    "upwind_from_deg",
    "upwind_half_width_deg",
    "name",
    "source",
)


@cache
def starter_rules() -> pd.DataFrame:
    """Return the rules that ship with firewatch (`rules.csv`), after published notices."""
    with as_file(files("zones.starter") / "rules.csv") as path:
        return read_rules(path)


def read_rules(path: Path) -> pd.DataFrame:
    """Return the rules of the user's table, CSV or Excel, in the shipped one's form.

    Returns
    -------
    DataFrame
        input_class, kind, distance_km (0: the input as it is), upwind_km (NaN: none),
        upwind_from_deg (bearing from which the wind comes; NaN: not known, so none),
        upwind_half_width_deg, name (a template of {name}, {reach}, {distance_km}), source.

    Raises
    ------
    ZoneFileError
        Naming the row: an unknown class, a kind that cannot be drawn, a number that is none or
        out of range, a template that cannot be filled, two rules of one class and kind.
    """
    table = read_table(path, heading_table("zones.starter", HEADINGS), _NEEDED)
    rules = pd.DataFrame(
        {
            "input_class": [_class(table, row) for row in table.cells.index],
            "kind": kind_codes(table.texts("kind")),
            "distance_km": _numbers(table, "distance_km", 0, MOST_KM, required=True),
            "upwind_km": _numbers(table, "upwind_km", 0, MOST_KM),
            "upwind_from_deg": _numbers(table, "upwind_from_deg", 0, 360),
            "upwind_half_width_deg": _half_widths(table),
            "name": table.texts("name").mask(table.texts("name") == "", _NAME),
            "source": table.texts("source"),
        },
        index=table.cells.index,
    )
    _refuse_kinds(table, rules)
    nearer = (rules["upwind_km"] <= rules["distance_km"]) | (
        rules["upwind_km"].notna() & (rules["distance_km"] == 0)
    )
    _refuse(
        table, nearer, "upwind_km", "上风向距离应大于四周距离 / upwind must be further than around"
    )
    doubled = rules.duplicated(["input_class", "kind"])
    _refuse(table, doubled, "class", "同一类别和分区类型只能有一条规则 / one rule a class and kind")
    _refuse(
        table,
        ~rules["name"].map(_fillable).astype("bool"),
        "name",
        "名称模板只能用 {name}、{reach}、{distance_km} / only these placeholders",
    )
    return rules.reset_index(drop=True)[list(RULE_COLUMNS)]


def with_wind(rules: pd.DataFrame, from_deg: float) -> pd.DataFrame:
    """Return the rules with one prevailing wind for every rule that reaches further upwind.

    Parameters
    ----------
    from_deg
        Bearing from which the wind comes, degrees clockwise from north: 0 is a north wind.

    Raises
    ------
    UsageError
        If it is no bearing.
    """
    if not 0 <= from_deg <= 360:
        raise UsageError(
            f"风向 {from_deg} 无效 / no bearing",
            expected="0–360：风的来向，正北为 0，正东为 90 / where the wind comes from",
            remedy="改正风向 / correct it",
        )
    return rules.assign(
        upwind_from_deg=rules["upwind_from_deg"].mask(rules["upwind_km"].notna(), from_deg)
    )


def upwind_km(rules: pd.DataFrame) -> Floats:
    """Return how far each rule reaches upwind, NaN where it has no wind."""
    blown = rules["upwind_km"].where(rules["upwind_from_deg"].notna())
    return blown.to_numpy(dtype=float)


def _class(table: UserTable, row: int) -> str:
    try:
        return str(input_class(str(table.cells.loc[row, "class"])))
    except UsageError as error:
        raise _error(table, row, "class", known_classes()) from error


def _numbers(
    table: UserTable, column: str, low: float, high: float, *, required: bool = False
) -> pd.Series:
    written = table.texts(column)
    numbers = pd.to_numeric(written.mask(written == ""), errors="coerce")
    numbers = numbers.astype(float) * float(table.factors.get(column, 1))
    unread = numbers.isna() & ((written != "") | required)
    _refuse(table, unread | ~numbers.fillna(low).between(low, high), column, f"{low:g}–{high:g}")
    return numbers


def _half_widths(table: UserTable) -> pd.Series:
    column = "upwind_half_width_deg"
    widths = _numbers(table, column, 0, 90).fillna(_DEFAULT_HALF_WIDTH_DEG)
    _refuse(table, widths == 0, column, "大于 0、不超过 90 / above 0, at most 90")
    return widths


def _refuse_kinds(table: UserTable, rules: pd.DataFrame) -> None:
    kinds = rules["kind"]
    rest = kinds == ZoneKind.RESTRICTED
    _refuse(table, rest, "kind", "限烧区即禁烧区以外，不另画 / restricted is all that is not ban")
    unusable = (kinds == "") | kinds.str.contains(SEPARATOR, regex=False)
    _refuse(table, unusable, "kind", "ban, scenic, sugarcane_base, …")


def _fillable(template: str) -> bool:
    try:
        template.format(name="", reach="", distance_km=1.0)
    except (KeyError, IndexError, ValueError, AttributeError):
        return False
    return True


def _refuse(table: UserTable, wrong: pd.Series, column: str, expected: str) -> None:
    if wrong.any():
        row = int(wrong.index[np.flatnonzero(wrong)[0]])
        raise _error(table, row, column, expected)


def _error(table: UserTable, row: int, column: str, expected: str) -> ZoneFileError:
    heading = table.headings.get(column, column)
    found = table.texts(column).loc[row]
    return ZoneFileError(
        f"列“{heading}”的值 {found!r} 不可用 / value cannot be used",
        f"{table.path} 第 {row} 行 / row {row}",
        expected=expected,
        remedy="改正该行 / correct the row",
    )
