"""Which city or county a row of a user's table means, by code or by name."""

from __future__ import annotations

import pandas as pd

from zones.places.adcodes import current_adcode
from zones.places.areas import Areas
from zones.tables.cells import Fault, refuse
from zones.tables.table import UserTable

AREA_COLUMNS = ("adcode", "county", "area", "city")
"""Columns that can name an area, the narrowest first; a row counts for the first that is filled."""
UNKNOWN = 0
_ENDINGS = ("", "市", "县", "区", "自治县")


def area_codes(table: UserTable, areas: Areas, required: bool = True) -> pd.Series:
    """Return the code of each row's area, a city's or a county's, by row of the file.

    Parameters
    ----------
    required
        Whether a row without a known area is an error; otherwise it gets `UNKNOWN`.

    Raises
    ------
    ZoneFileError
        Naming the rows whose area is missing or not of the region.
    """
    texts, column_of = _named(table)
    known = {text: area_code(text, areas) for text in texts.unique()}
    codes = texts.map(known).astype("int64")
    if required:
        fault = Fault(
            "不是本区域的市或县 / no city or county of the region",
            "南宁市、横州市、450100",
            "写全称或行政区划代码 / write the full name or the adcode",
        )
        for column in AREA_COLUMNS:
            wrong = (codes == UNKNOWN) & (column_of == column)
            refuse(table, wrong, column, fault)
    return codes


def area_code(text: str, areas: Areas) -> int:
    """Return today's code of a city or county written as name or code, `UNKNOWN` if none.

    ``南宁`` without its ending is understood where only one ending makes an area of it.
    """
    plain = "".join(text.split())
    if plain.removesuffix(".0").isdecimal():
        code = int(current_adcode([int(plain.removesuffix(".0"))])[0])
        known = areas.counties[["adcode", "city_adcode"]].isin([code]).any(axis=None)
        return code if known else UNKNOWN
    exact = areas.adcode_of(plain)
    if exact is not None or not plain:
        return exact or UNKNOWN
    named = (areas.adcode_of(plain + ending) for ending in _ENDINGS)
    found = [code for code in dict.fromkeys(named) if code is not None]
    return found[0] if len(found) == 1 else UNKNOWN


def _named(table: UserTable) -> tuple[pd.Series, pd.Series]:
    """Return the text that names each row's area, and the column in which it stands."""
    present = [column for column in AREA_COLUMNS if column in table.headings]
    texts = table.texts(present[0])
    column_of = pd.Series(present[0], index=texts.index, dtype="str")
    for column in present[1:]:
        empty = texts == ""
        texts = texts.where(~empty, table.texts(column))
        column_of = column_of.where(~empty | (table.texts(column) == ""), column)
    return texts, column_of
