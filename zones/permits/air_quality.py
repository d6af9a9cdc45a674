"""The air-quality index and wind of each day and area, as the user's table gives them.

Rules
-----
- A county's own value goes before its city's, for index and wind apart; NaN where neither is known.
- Of two tables the later one wins where it has a value: the verified index follows the first one.
- Within one table two rows of a day and area may complete each other but not contradict.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from firewatch.core.errors import ZoneFileError
from firewatch.core.files import short_hash
from firewatch.core.geo import Floats
from firewatch.core.time import date_of_day_number
from zones.places.adcodes import city_of, current_adcode
from zones.places.area_cells import AREA_COLUMNS, area_codes
from zones.places.areas import Areas
from zones.register.register import EMPTY_VERSION
from zones.tables.cells import Fault, days, numbers, refuse
from zones.tables.table import UserTable, heading_table, read_table

# HJ 633-2012 ends the index at 500; some publishers go on counting above it.
MAX_AQI = 999.0
# A mean wind of a day above this (hurricane force is 32.7 m/s) is a wrong unit.
MAX_WIND_M_S = 60.0

_DTYPES = {"day": "int64", "area_adcode": "int64", "aqi": "float64", "wind_m_s": "float64"}
AIR_COLUMNS = tuple(_DTYPES)
_VALUES = ("aqi", "wind_m_s")
_NEEDED = (("day",), AREA_COLUMNS, _VALUES)
# Room for a day number beside a six-digit code in one sortable number.
_DAYS = 10_000_000


@dataclass(frozen=True, eq=False)
class AirQuality:
    """Index and wind by Beijing day and area.

    Parameters
    ----------
    table
        day (days since 1970-01-01), area_adcode (of a city or county), aqi, wind_m_s (NaN where
        unknown); one row a day and area, in ascending area and day.
    version
        Short hash of the rows; "empty" without any.
    """

    table: pd.DataFrame
    version: str

    def __len__(self) -> int:
        return len(self.table)

    @classmethod
    def empty(cls) -> AirQuality:
        """Return no values: conditions of permits cannot be verified."""
        columns = {name: pd.Series(dtype=dtype) for name, dtype in _DTYPES.items()}
        return cls(pd.DataFrame(columns), EMPTY_VERSION)

    def combined(self, other: AirQuality) -> AirQuality:
        """Return the values of both; where both have one, that of `other`, the later table."""
        return air_quality_from(pd.concat([self.table, other.table], ignore_index=True))

    def of_points(self, county_adcode: ArrayLike, day: ArrayLike) -> tuple[Floats, Floats]:
        """Return the index and the wind (m/s) in each county on each Beijing day, NaN if unknown.

        Parameters
        ----------
        county_adcode, day
            Of equal length: today's code, and days since 1970-01-01.
        """
        county = np.asarray(county_adcode, dtype=np.int64)
        days_ = np.asarray(day, dtype=np.int64)
        of_county, of_city = self._rows(county, days_), self._rows(city_of(county), days_)
        aqi, wind = (
            np.where(np.isnan(values[of_county]), values[of_city], values[of_county])
            for values in (np.append(self.table[name].to_numpy(), np.nan) for name in _VALUES)
        )
        return aqi, wind

    def _rows(self, area: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return the row of each area and day, -1 where there is none."""
        known = _keys(self.table["area_adcode"].to_numpy(), self.table["day"].to_numpy())
        wanted = _keys(area, day)
        row = np.searchsorted(known, wanted)
        found = np.append(known, -1)[row] == wanted
        return np.where(found, row, -1)


def air_quality_from(table: pd.DataFrame) -> AirQuality:
    """Return the values of a table (`AIR_COLUMNS`) in any order of days and areas.

    Of several values of one day and area the last one in the table counts.
    """
    if len(table) == 0:
        return AirQuality.empty()
    typed = table[list(AIR_COLUMNS)].astype(_DTYPES)
    rows = typed.groupby(["area_adcode", "day"], as_index=False)[list(_VALUES)].last()
    rows = rows[list(AIR_COLUMNS)]
    columns = (rows[name].astype("str").fillna("") for name in AIR_COLUMNS)
    return AirQuality(rows, short_hash("\n".join(map(" ".join, zip(*columns, strict=True)))))


def read_air_quality(path: Path, areas: Areas) -> AirQuality:
    """Read a table of days, areas, index and wind (CSV or Excel).

    Parameters
    ----------
    path
        Headings in Chinese or English (`air_headings.csv`); the area is a county's or city's
        name, old names too, or its code.
    areas
        The region whose areas may stand in the table.

    Raises
    ------
    ZoneFileError
        Naming rows, column, what was found and expected. Nothing is taken from such a file.
    """
    table = read_table(path, heading_table("zones.permits", "air_headings.csv"), _NEEDED)
    rows = pd.DataFrame(
        {
            "day": _days(table),
            "area_adcode": area_codes(table, areas),
            "aqi": _values(table, "aqi", MAX_AQI),
            "wind_m_s": _values(table, "wind_m_s", MAX_WIND_M_S),
        }
    )
    _refuse_contradictions(rows, table)
    return air_quality_from(rows)


def _days(table: UserTable) -> pd.Series:
    found = days(table, "day")
    fault = Fault("日期不可读 / not a day", "2020-11-05", "改正日期 / correct the day")
    refuse(table, found.isna(), "day", fault)
    return found


def _values(table: UserTable, column: str, most: float) -> pd.Series:
    found = numbers(table, column)
    expected = f"0–{most:g}"
    number = Fault(
        "不是数字 / no number", expected, "改正，缺测留空 / correct it, blank if unknown"
    )
    refuse(table, found.unread, column, number)
    span = Fault("超出范围 / out of range", expected, "核对数值和单位 / check value and unit")
    refuse(table, found.outside(0, most), column, span)
    return found.value


def _refuse_contradictions(rows: pd.DataFrame, table: UserTable) -> None:
    for column in _VALUES:
        known = rows[rows[column].notna()]
        place = known.groupby(["area_adcode", "day"])
        differing = known[place[column].transform("nunique") > 1]
        if len(differing):
            number = place.ngroup()[differing.index]
            first = differing[number == number.iloc[0]].drop_duplicates(column)
            raise _contradiction(first.iloc[:2], column, table)


def _contradiction(two: pd.DataFrame, column: str, table: UserTable) -> ZoneFileError:
    (one, other), (low, high) = two.index.tolist(), two[column].tolist()
    day, area = two[["day", "area_adcode"]].iloc[0].astype("int64").tolist()
    heading = table.headings[column]
    return ZoneFileError(
        f"同一天同一地区（{date_of_day_number(day)}，{area}）有两个值：{low:g}、{high:g}"
        " / two values of one day and area",
        f"{table.path} 第 {one} 行和第 {other} 行“{heading}”列"
        f" / rows {one} and {other}, column {heading}",
        expected="每天每地区一个值 / one value a day and area",
        remedy="删除或改正其中一行 / delete or correct one of the rows",
    )


def _keys(area: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
    keys: NDArray[np.int64] = current_adcode(area) * _DAYS + day
    return keys
