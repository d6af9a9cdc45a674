"""What is wrong or odd in the rows of a straw-stock ledger."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd

from zones.places.area_cells import AREA_COLUMNS
from zones.places.names import Key, stem_of
from zones.straw.stock import ENTRY
from zones.tables.cells import numbers, span
from zones.tables.row_findings import Weight, found_in
from zones.tables.table import UserTable

# More than a county of Guangxi grows; above it the unit is wrong.
MAX_TONNES = 10_000_000.0
MAX_AREA_HA = 500_000.0
_LIMITS = (("area_ha", MAX_AREA_HA), ("tonnes", MAX_TONNES))
_WORDS = {"crop": "水稻、玉米、甘蔗…", "use": "还田、饲料、燃料、基料、原料、未利用、其他"}
_KEY = [*ENTRY, "day"]
_GROUND = ["day", "county_adcode", "township", "village", "crop"]


@cache
def plausible_yields() -> pd.DataFrame:
    """Return crop, low_t_ha, high_t_ha, basis: ranges that find wrong units, by crop.

    They are wide on purpose and come from no survey.
    """
    with (files("zones.straw") / "straw_yields.csv").open("r", encoding="utf-8") as stream:
        return pd.read_csv(stream)


def entry_faults(table: UserTable, rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return what keeps rows out of the ledger.

    Parameters
    ----------
    rows
        Entries by row of the file: NaN, 0 (county) or "" (words) where a cell says nothing usable.
    """
    place = next(name for name in (*AREA_COLUMNS, "township") if name in table.headings)
    absent = numbers(table, "tonnes").absent
    return [
        found_in(table, rows["day"].isna(), "no_day", Weight.ERROR, "day", "2020-10-31"),
        found_in(table, rows["county_adcode"] == 0, "no_county", Weight.ERROR, place),
        found_in(table, absent, "no_number", Weight.ERROR, "tonnes"),
        *(_bad_numbers(table, column, most) for column, most in _LIMITS),
        *(
            found_in(table, rows[column] == "", "unknown_word", Weight.ERROR, column, words)
            for column, words in _WORDS.items()
        ),
        _contradictions(table, rows),
    ]


def _bad_numbers(table: UserTable, column: str, most: float) -> pd.DataFrame:
    found = numbers(table, column)
    wrong = found.unread | found.outside(0, most)
    expected = span(table, column, 0, most)
    return found_in(table, wrong, "bad_number", Weight.ERROR, column, expected)


def _contradictions(table: UserTable, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows that give one entry of one day different figures: none of them is taken."""
    known = (rows[["crop", "use"]] != "").all(axis=1) & (rows["county_adcode"] != 0)
    whole = rows[known & rows[["tonnes", "day"]].notna().all(axis=1)]
    # A missing area differs from a given one.
    groups = whole.fillna({"area_ha": -1.0}).groupby(_KEY)
    differs = (groups[["area_ha", "tonnes"]].transform("nunique") > 1).any(axis=1)
    first, last = _ends(whole)
    other = first.mask(first == first.index, last)
    return found_in(table, differs, "contradiction", Weight.ERROR, "tonnes", other_row=other)


def _ends(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the first and the last row of the file about each row's entry."""
    number = pd.Series(rows.index, index=rows.index, dtype="int64")
    same = number.groupby(rows.groupby(_KEY).ngroup())
    return same.transform("min"), same.transform("max")


def entry_oddities(
    table: UserTable, rows: pd.DataFrame, townships: frozenset[tuple[int, Key]]
) -> list[pd.DataFrame]:
    """Return what should be looked at in rows that are taken; repeated ones are taken once.

    Parameters
    ----------
    townships
        County adcode and stem of every township that is known.
    """
    places = zip(rows["county_adcode"].tolist(), rows["township"], strict=True)
    strange = [bool(name) and (county, stem_of(name)) not in townships for county, name in places]
    first, _ = _ends(rows)
    repeated = first != first.index
    own = rows[~repeated]
    unknown = pd.Series(strange, index=rows.index, dtype="bool")
    return [
        found_in(table, unknown, "unknown_township", Weight.WARNING, "township"),
        found_in(table, repeated, "repeated", Weight.WARNING, "tonnes", other_row=first),
        found_in(table, _same_area(own), "same_area", Weight.WARNING, "area_ha"),
        *_implausible(table, own),
    ]


def _same_area(rows: pd.DataFrame) -> pd.Series:
    """Tell which rows give the area that an earlier one gives for the same ground."""
    ground = rows.groupby(_GROUND)["area_ha"]
    same = (ground.transform("nunique") == 1) & rows["area_ha"].notna()
    return same & rows.duplicated(_GROUND)


def _implausible(table: UserTable, rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return where tonnes per hectare of a ground are out of its crop's range.

    The uses of one ground are summed; an area written beside each of them is taken once.
    """
    ground = rows.groupby(_GROUND)
    area = rows["area_ha"].mask(_same_area(rows), 0.0).groupby(ground.ngroup()).transform("sum")
    density = ground["tonnes"].transform("sum") / area
    ranges = plausible_yields().set_index("crop")
    limits = ("low_t_ha", "high_t_ha")
    low, high = (rows["crop"].map(ranges[name]).astype("float64") for name in limits)
    whole = rows["area_ha"].isna().groupby(ground.ngroup()).transform("sum") == 0
    # An entry of 0 tonnes says that the straw is gone.
    odd = (density > 0) & ~density.between(low, high) & whole & ~rows.duplicated(_GROUND)
    return [
        found_in(
            table,
            odd & (rows["crop"] == crop),
            "yield",
            Weight.WARNING,
            "tonnes",
            f"{low_t_ha:g}–{high_t_ha:g}",
            density.map("{:.3g}".format),
        )
        for crop, low_t_ha, high_t_ha, _ in plausible_yields().itertuples(index=False)
    ]
