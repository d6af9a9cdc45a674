"""The straw-stock ledger (秸秆存量台账): what lies where, of which crop, put to which use.

Rules
-----
- An entry is one township (or village), crop, use and day. The stock on a day is the latest entry
  of each township, village, crop and use up to that day; what is gone must be entered as 0.
- Of two tables with an entry of the same day the later table's counts.
- `area_ha` is the area on which the entry's own straw grew: areas of entries may be summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from firewatch.core.files import short_hash
from firewatch.core.time import day_number
from zones.places.adcodes import city_of
from zones.register.register import EMPTY_VERSION

_DTYPES = {
    "day": "int64",
    "county_adcode": "int64",
    "township": "str",
    "village": "str",
    "crop": "str",
    "use": "str",
    "area_ha": "float64",
    "tonnes": "float64",
    "source_file": "str",
    "source_sha256": "str",
}
STOCK_COLUMNS = tuple(_DTYPES)
ENTRY = ("county_adcode", "township", "village", "crop", "use")
"""What an entry is about; with the day it is unique."""
UNUSED = "unused"
_VALUES = ("area_ha", "tonnes")


@dataclass(frozen=True, eq=False)
class StrawStock:
    """All entries of the ledger, by entry and day.

    Parameters
    ----------
    table
        day (Beijing, days since 1970-01-01), county_adcode, township, village ("" where not
        given), crop, use (codes of `straw_words.csv`), area_ha (NaN where not given), tonnes,
        source_file, source_sha256.
    version
        Short hash of the entries, whatever their order and file; "empty" without any.
    """

    table: pd.DataFrame
    version: str

    def __len__(self) -> int:
        return len(self.table)

    @classmethod
    def empty(cls) -> StrawStock:
        """Return a ledger without entries."""
        columns = {name: pd.Series(dtype=dtype) for name, dtype in _DTYPES.items()}
        return cls(pd.DataFrame(columns), EMPTY_VERSION)

    def combined(self, other: StrawStock) -> StrawStock:
        """Return the entries of both; of one of the same day that of `other`, the later table."""
        return straw_stock_from(pd.concat([self.table, other.table], ignore_index=True))

    def on(self, day: date) -> pd.DataFrame:
        """Return the entries that make up the stock on a day: the latest one of each."""
        known = self.table[self.table["day"] <= day_number(day)]
        return known.drop_duplicates(list(ENTRY), keep="last").reset_index(drop=True)

    def sums(self, by: Sequence[str], day: date) -> pd.DataFrame:
        """Return the stock on a day, summed.

        Parameters
        ----------
        by
            One or more of city_adcode, county_adcode, township, village, crop, use; a township
            only together with its county, or places of one name are summed.
        day
            The Beijing day.

        Returns
        -------
        pandas.DataFrame
            The columns of `by`, then area_ha (NaN where no entry gives one), tonnes, unused_t
            (tonnes not yet put to a use), entries (how many were summed), oldest_day, newest_day.
        """
        rows = self.on(day)
        rows = rows.assign(
            city_adcode=city_of(rows["county_adcode"]),
            unused_t=rows["tonnes"].where(rows["use"] == UNUSED, 0.0),
        )
        keys = list(by)
        groups = rows.groupby(keys, as_index=False)
        table = groups.agg(
            tonnes=("tonnes", "sum"),
            unused_t=("unused_t", "sum"),
            entries=("day", "size"),
            oldest_day=("day", "min"),
            newest_day=("day", "max"),
        )
        area = groups["area_ha"].sum(min_count=1)["area_ha"]
        table.insert(len(keys), "area_ha", area.to_numpy())
        return table


def straw_stock_from(table: pd.DataFrame) -> StrawStock:
    """Return the ledger of entries in any order.

    Of several entries about the same on one day the last one in the table counts.
    """
    if len(table) == 0:
        return StrawStock.empty()
    typed = table.assign(**{name: "" for name in STOCK_COLUMNS if name not in table})
    typed = typed[list(STOCK_COLUMNS)].astype(_DTYPES)
    rows = typed.drop_duplicates([*ENTRY, "day"], keep="last")
    rows = rows.sort_values([*ENTRY, "day"], ignore_index=True)
    columns = (rows[name].astype("str").fillna("") for name in (*ENTRY, "day", *_VALUES))
    return StrawStock(rows, short_hash("\n".join(map("\x1f".join, zip(*columns, strict=True)))))
