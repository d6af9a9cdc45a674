"""The straw-stock ledger from the tables that townships and counties keep.

A row that cannot be an entry is listed and left out, the others are taken: a ledger of a county
has hundreds of rows, and what is wrong in one of them says nothing of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from firewatch.core.i18n import texts
from firewatch.core.vocab import Language
from zones.places.adcodes import city_of
from zones.places.area_cells import AREA_COLUMNS, area_codes
from zones.places.areas import Areas
from zones.places.names import Key, normalised_area_name, stem_of, townships_by_name
from zones.places.subareas import SubAreas
from zones.straw.checks import entry_faults, entry_oddities
from zones.straw.stock import StrawStock, straw_stock_from
from zones.tables.cells import days, numbers
from zones.tables.row_findings import RowFindings, findings_of
from zones.tables.table import UserTable, heading_table, plain, read_table

_NEEDED = (("township", *AREA_COLUMNS), ("crop",), ("tonnes",), ("use",), ("day",))


@dataclass(frozen=True, eq=False)
class StockReading:
    """The entries of one table, and what was noticed.

    Parameters
    ----------
    stock
        The entries that were taken.
    findings
        Rows that were not taken, and rows that should be looked at.
    rows, totals
        How many rows of data the table has, and the numbers of its rows of totals, which are
        neither taken nor counted.
    path
        The user's file.
    """

    stock: StrawStock
    findings: RowFindings
    rows: int
    totals: tuple[int, ...]
    path: Path

    def notes(self, language: Language) -> tuple[str, ...]:
        """Return one sentence a finding, and one on the rows of totals."""
        say = texts("zones", language)
        listed = ", ".join(map(str, self.totals))
        totals = [say("row.totals", rows=listed)] if self.totals else []
        return (*self.findings.lines(language), *totals)


def read_straw_stock(
    path: Path,
    areas: Areas,
    *,
    county_adcode: int = 0,
    townships: SubAreas | None = None,
) -> StockReading:
    """Read a straw-stock ledger (CSV, Excel).

    Parameters
    ----------
    path
        Headings in Chinese or English (`straw_headings.csv`); the area's unit (公顷, 亩) and the
        amount's (吨, 公斤) stand in the heading. Words for crops and uses: `straw_words.csv`.
    areas
        The region's counties.
    county_adcode
        The county of rows that name none. Without it a township counts for the only county
        (of the row's city) that has one of this name.
    townships
        The user's layer: its townships are known beside those of the national list.

    Raises
    ------
    ZoneFileError
        If the file is no such table at all.
    """
    table = read_table(path, heading_table("zones.straw", "straw_headings.csv"), _NEEDED)
    rows = _rows(table, areas, county_adcode, path)
    faults = entry_faults(table, rows)
    taken = rows.drop(index=findings_of(faults).refused)
    oddities = entry_oddities(table, taken, _known_townships(townships))
    findings = findings_of([*faults, *oddities])
    return StockReading(straw_stock_from(taken), findings, len(rows), table.totals, table.path)


def _rows(table: UserTable, areas: Areas, county_adcode: int, path: Path) -> pd.DataFrame:
    """Return all rows as entries, with NaN, 0 or "" where a cell says nothing usable."""
    township = _normalised(table.texts("township"))
    return pd.DataFrame(
        {
            "day": days(table, "day"),
            "county_adcode": _counties(table, areas, county_adcode, township),
            "township": township,
            "village": _normalised(table.texts("village")),
            "crop": _codes(table, "crop"),
            "use": _codes(table, "use"),
            "area_ha": numbers(table, "area_ha").value,
            "tonnes": numbers(table, "tonnes").value,
            "source_file": path.name,
            "source_sha256": table.sha256,
        }
    )


def _normalised(names: pd.Series) -> pd.Series:
    short = {name: normalised_area_name(name) for name in names.unique()}
    return names.map(short).astype("str")


def _counties(table: UserTable, areas: Areas, county_adcode: int, township: pd.Series) -> pd.Series:
    """Return each row's county, 0 where it is not certain."""
    stated = pd.Series(0, index=township.index)
    if set(AREA_COLUMNS) & set(table.headings):
        stated = area_codes(table, areas, required=False)
    city = stated.where(stated.isin(areas.counties["city_adcode"]), 0)
    county = stated.where(city == 0, 0)
    present = [name for name in AREA_COLUMNS if name in table.headings]
    named = (table.cells[present] != "").any(axis=1)
    county = county.mask(~named, county_adcode)
    keys = list(zip(township, city.tolist(), strict=True))
    of_name = {key: _only_county(*key) for key in set(keys)}
    guessed = pd.Series([of_name[key] for key in keys], index=county.index)
    return county.mask((county == 0) & ((city != 0) | ~named), guessed).astype("int64")


def _only_county(township: str, city: int) -> int:
    """Return the one county (of a city, if not 0) that has a township of this name, else 0."""
    counties = _counties_by_stem().get(stem_of(township), ())
    fitting = [code for code in counties if city in (0, int(city_of([code])[0]))]
    return fitting[0] if len(fitting) == 1 else 0


@cache
def _counties_by_stem() -> dict[Key, tuple[int, ...]]:
    found: dict[Key, tuple[int, ...]] = {}
    for county, stem in townships_by_name():
        found[stem] = (*found.get(stem, ()), county)
    return found


def _known_townships(townships: SubAreas | None) -> frozenset[tuple[int, Key]]:
    if townships is None:
        return frozenset(townships_by_name())
    own = zip(
        townships.table["county_adcode"].tolist(), map(stem_of, townships.table["name"]),
        strict=True,
    )  # fmt: skip
    return frozenset({*townships_by_name(), *own})


def _codes(table: UserTable, group: str) -> pd.Series:
    """Return the code of each written crop or use, "" where the word is not known."""
    known = straw_words()[group]
    texts_ = table.texts(group)
    return texts_.map({text: known.get(plain(text), "") for text in texts_.unique()}).astype("str")


@cache
def straw_words() -> dict[str, dict[str, str]]:
    """Return group ("crop", "use") → word → code, codes themselves included."""
    with (files("zones.straw") / "straw_words.csv").open("r", encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype="str")
    found: dict[str, dict[str, str]] = {}
    for group, code, word in table.itertuples(index=False, name=None):
        found.setdefault(group, {}).update({plain(word): code, code: code})
    return found
