"""The table of fire points: the one currency between the rooms.

Each column is declared once: its dtype, range, whether it may be missing, and who adds it.
Tables are validated where they enter and again before they are recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
import pandas as pd

from firewatch.core.errors import FirewatchError
from firewatch.core.vocab import (
    Cause,
    Confidence,
    DayNight,
    Ruling,
    Source,
    Status,
)

Stage = Literal["read", "located", "ruled", "caused", "current"]
STAGES: tuple[Stage, ...] = ("read", "located", "ruled", "caused", "current")


@dataclass(frozen=True)
class Column:
    """One column of the table of fire points.

    Parameters
    ----------
    dtype
        ``float``, ``int``, ``bool``, ``text``, ``code`` (few distinct texts, categorical) or
        ``time`` (aware UTC datetime, unit second).
    stage
        The step after which the column must be there.
    missing
        Whether NaN or "" is allowed.
    low, high
        Closed range of numbers.
    codes
        The allowed codes, where the set is closed.
    """

    name: str
    dtype: Literal["float", "int", "bool", "text", "code", "time"]
    stage: Stage
    meaning: str
    missing: bool = False
    low: float | None = None
    high: float | None = None
    codes: type[StrEnum] | None = None


COLUMNS: tuple[Column, ...] = (
    Column("source_row", "int", "read", "line of the file, the heading being line 1", low=1),
    Column("source", "code", "read", "satellite or enhanced supervision", codes=Source),
    Column("product_family", "code", "read", "sensor and algorithm family, such as VIIRS_I"),
    Column("product_version", "code", "read", "version as the provider writes it", missing=True),
    Column("product_rank", "int", "read", "higher supersedes lower of the same family", low=0),
    Column("platform", "code", "read", "satellite, or the means of supervision"),
    Column("sensor", "code", "read", "instrument", missing=True),
    Column("acquired_utc", "time", "read", "time of the overpass or sighting"),
    Column("lon", "float", "read", "longitude, WGS-84, degrees", low=-180, high=180),
    Column("lat", "float", "read", "latitude, WGS-84, degrees", low=-90, high=90),
    Column("scan_km", "float", "read", "pixel size along the scan, km", True, 0, 50),
    Column("track_km", "float", "read", "pixel size along the track, km", True, 0, 50),
    Column("bt_mir_k", "float", "read", "brightness temperature near 4 µm, K", True, 150, 1500),
    Column("bt_tir_k", "float", "read", "brightness temperature near 11 µm, K", True, 100, 1500),
    Column("frp_mw", "float", "read", "fire radiative power, MW", True),
    Column("confidence", "code", "read", "detection confidence", codes=Confidence),
    Column("confidence_raw", "code", "read", "confidence as the provider writes it", missing=True),
    Column("day_night", "code", "read", "D or N", missing=True, codes=DayNight),
    Column("provider_type", "code", "read", "the provider's own guess of the kind", missing=True),
    Column("city_adcode", "int", "located", "city, GB/T 2260; 0 outside the region", low=0),
    Column("county_adcode", "int", "located", "county, GB/T 2260; 0 outside the region", low=0),
    Column("township", "text", "located", "township, where a layer is supplied", missing=True),
    Column("village", "text", "located", "village, where a layer is supplied", missing=True),
    Column("straddles", "text", "located", "adcodes of other areas under the footprint", True),
    Column("ruling", "code", "ruled", "which rule the point breaks", codes=Ruling),
    Column("ruling_zone_id", "text", "ruled", "the zone that decided", missing=True),
    Column("ruling_share", "float", "ruled", "share of the pixel in that zone", True, 0, 1),
    Column("near_boundary", "bool", "ruled", "another ruling follows within half a pixel"),
    Column("permit_id", "text", "ruled", "the burn permit that covers the point", missing=True),
    Column("zones_hit", "text", "ruled", "every zone in force at the point", missing=True),
    Column("marks", "text", "ruled", "marks beside the ruling, such as scenic", missing=True),
    Column("cause", "code", "caused", "what burns", codes=Cause),
    Column("cause_evidence", "text", "caused", "why the cause is held", missing=True),
    Column("unscreened", "bool", "caused", "no land cover was at hand"),
    Column("point_id", "text", "current", "platform, product, minute, position"),
    Column("status", "code", "current", "what people have said", codes=Status),
    Column("event_id", "text", "current", "points of one fire"),
)
BY_NAME = {column.name: column for column in COLUMNS}

_PANDAS_DTYPE = {
    "float": "float64",
    "int": "int64",
    "bool": "bool",
    "text": "str",
    "code": "category",
    "time": "datetime64[s, UTC]",
}


def columns_until(stage: Stage) -> tuple[Column, ...]:
    """Return the columns that a table has after `stage`."""
    wanted = STAGES[: STAGES.index(stage) + 1]
    return tuple(column for column in COLUMNS if column.stage in wanted)


def empty(stage: Stage) -> pd.DataFrame:
    """Return the table of `stage` without rows."""
    typed = {column.name: _PANDAS_DTYPE[column.dtype] for column in columns_until(stage)}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in typed.items()})


def conform(table: pd.DataFrame, stage: Stage) -> pd.DataFrame:
    """Return the columns of `stage` in order and in their declared dtypes.

    Raises
    ------
    FirewatchError
        If a column is missing: a step of the pipeline forgot its duty.
    """
    wanted = columns_until(stage)
    absent = [column.name for column in wanted if column.name not in table]
    if absent:
        raise FirewatchError(f"fire-point table lacks {', '.join(absent)} after step '{stage}'")
    typed = {column.name: _PANDAS_DTYPE[column.dtype] for column in wanted}
    changes = {name: dtype for name, dtype in typed.items() if str(table[name].dtype) != dtype}
    ordered = table[[column.name for column in wanted]]
    return ordered.astype(changes) if changes else ordered


def validate(table: pd.DataFrame, stage: Stage) -> pd.DataFrame:
    """Conform a table and check ranges, codes and missing values.

    Returns
    -------
    pandas.DataFrame
        The same rows in declared order and dtypes.

    Raises
    ------
    FirewatchError
        Naming column, row and value of the first offence. Readers reject bad rows one by one
        before this point; an error here is a defect of the program, not of a file.
    """
    checked = conform(table, stage)
    for column in columns_until(stage):
        _check_column(checked, column)
    return checked


def _check_column(table: pd.DataFrame, column: Column) -> None:
    values = table[column.name]
    absent = values.isna() if column.dtype in ("float", "time", "code", "text") else None
    if absent is not None and not column.missing and bool(absent.any()):
        raise _offence(table, column, absent.to_numpy(), "must not be missing")
    if column.low is not None or column.high is not None:
        numbers = values.to_numpy()
        low, high = column.low, column.high
        bad = np.zeros(len(numbers), dtype=bool)
        if low is not None:
            bad |= numbers < low
        if high is not None:
            bad |= numbers > high
        if bad.any():
            raise _offence(table, column, bad, f"must lie in [{low}, {high}]")
    if column.codes is not None:
        allowed = {str(code) for code in column.codes}
        strange = set(values.cat.categories) - allowed
        bad = values.isin(list(strange)).to_numpy() if strange else np.zeros(0, dtype=bool)
        if bad.any():
            raise _offence(table, column, bad, f"must be one of {sorted(allowed)}")


def _offence(
    table: pd.DataFrame, column: Column, bad: np.ndarray[tuple[int], np.dtype[np.bool_]], rule: str
) -> FirewatchError:
    position = int(np.flatnonzero(bad)[0])
    row = table.iloc[position]
    return FirewatchError(
        f"column {column.name} of fire point at source row {row.get('source_row', position)} "
        f"is {row[column.name]!r}; it {rule}"
    )
