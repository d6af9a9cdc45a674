"""Coverage of many granules as one table that an office can hand to another, without the swaths.

An *account* is what one reading of one granule says: a product version, at a time, area by area.
Several accounts of one granule (two offices, a window and the whole, level 1 and level 2) are
never added up: of each area one account stands.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.files import atomic_path
from firewatch.core.vocab import DayNight
from imagery.coverage.ground import (
    AREA_COLUMNS,
    BASES,
    BASIS_COLUMN,
    CROPLAND_COLUMNS,
    KEY_COLUMNS,
    MEASURED,
    VIEW_CLASSES,
)
from imagery.libraries import needed_for
from imagery.reading import unreadable

TABLE_VERSION = "2"
_VERSION_KEY = b"firewatch_coverage"
_SIMULATED_KEY = b"firewatch_simulated"
SAME_GRANULE_S = 60
"""Accounts of one platform that start no further apart are of one granule: files of different
levels state its start to the second or cut it to the minute, and the next granule is later
(85 s for direct broadcast, 5 or 6 minutes for archives)."""
GRANULE_COLUMNS = (
    "platform", "product_family", "product_version", "product_rank", "started_utc_s",
    "ended_utc_s", "cropland_version",
)  # fmt: skip
_DTYPES = {
    "platform": "str",
    "product_family": "str",
    "product_version": "str",
    "product_rank": "int64",
    "started_utc_s": "int64",
    "ended_utc_s": "int64",
    "area_code": "int64",
    "view_class": "str",
    "day_night": "str",
    **dict.fromkeys((*AREA_COLUMNS, *CROPLAND_COLUMNS), "float64"),
    BASIS_COLUMN: "str",
    "cropland_version": "str",
}
TABLE_COLUMNS = tuple(_DTYPES)
_KEY = (*GRANULE_COLUMNS, *KEY_COLUMNS)
_LATEST_S = 2**40
_GROUND_DIGITS = 3


def of_granule(
    table: pd.DataFrame,
    platform: str,
    family: str,
    version: str,
    rank: int,
    started_utc_s: int,
    ended_utc_s: int,
    cropland_version: str = "",
) -> pd.DataFrame:
    """Return the coverage of one granule with the columns that tell whose it is.

    Parameters
    ----------
    table
        From `imagery.coverage.ground.coverage`; without a cropland mask its columns become NaN.
    version, rank
        product_version and product_rank of the points that belong to it.
    started_utc_s, ended_utc_s
        Of the granule, epoch seconds.
    cropland_version
        Of the land-cover raster, "" without one.
    """
    named = table.assign(
        platform=platform, product_family=family, product_version=version, product_rank=rank,
        started_utc_s=started_utc_s, ended_utc_s=ended_utc_s, cropland_version=cropland_version,
    )  # fmt: skip
    return conformed(named.reindex(columns=list(_DTYPES)))


def granule_numbers(platform: pd.Series, started_utc_s: pd.Series) -> NDArray[np.int64]:
    """Number the granules: accounts of one platform that start within `SAME_GRANULE_S`.

    The number does not depend on the order of rows. The product family is no part of it: what a
    satellite looked at once it has seen once, at whatever pixel size it was worked up.
    """
    code = pd.factorize(platform.astype("str"), sort=True)[0]
    started = started_utc_s.to_numpy(dtype=np.int64)
    order = np.lexsort((started, code))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(code[order]) != 0) | (np.diff(started[order]) > SAME_GRANULE_S)
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = np.cumsum(first)
    return numbers


def standing(table: pd.DataFrame, account: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows stand: of each granule and area those of one account.

    The account with the stronger basis stands; then the one of the higher product rank, with
    more ground, with cropland, with more clear land; what is still alike is told apart by its
    names, so that the order in which accounts came never matters.

    Parameters
    ----------
    table
        `TABLE_COLUMNS`.
    account
        Number of the account of each row; `GRANULE_COLUMNS` are the same throughout one.
    """
    if table.empty:
        return np.zeros(0, dtype=bool)
    basis = table[BASIS_COLUMN].map({name: rank for rank, name in enumerate(BASES)})
    rows = pd.DataFrame(
        {
            "account": account,
            "area_code": table["area_code"].to_numpy(),
            "basis": basis.to_numpy(),
            "ground": table[list(AREA_COLUMNS)].sum(axis=1).to_numpy(),
            "cropland": table[CROPLAND_COLUMNS[0]].notna().to_numpy(),
            "clear": table[AREA_COLUMNS[0]].to_numpy(),
        }
    )
    said = rows.groupby(["account", "area_code"], as_index=False).agg(
        basis=("basis", "max"), ground=("ground", "sum"),
        cropland=("cropland", "any"), clear=("clear", "sum"),
    )  # fmt: skip
    said[["ground", "clear"]] = said[["ground", "clear"]].round(_GROUND_DIGITS)
    said = said.join(_headers(table, account), on="account")
    better = ["basis", "product_rank", "ground", "cropland", "clear"]
    best = said.sort_values(
        ["granule", "area_code", *better, "name_order"],
        ascending=[True, True, *[False] * len(better), True],
    ).drop_duplicates(["granule", "area_code"])
    chosen = rows[["account", "area_code", "basis"]].merge(
        best[["account", "area_code", "basis"]].assign(stands=True), how="left"
    )
    stands: NDArray[np.bool_] = chosen["stands"].notna().to_numpy()
    return stands


def _headers(table: pd.DataFrame, account: NDArray[np.int64]) -> pd.DataFrame:
    """Return, by account, its granule's number, its rank, and its place by name."""
    first = np.unique(account, return_index=True)[1]
    header = table[list(GRANULE_COLUMNS)].iloc[first].set_axis(account[first])
    names = [name for name in GRANULE_COLUMNS if name != "product_rank"]
    return pd.DataFrame(
        {
            "granule": granule_numbers(header["platform"], header["started_utc_s"]),
            "product_rank": header["product_rank"],
            "name_order": header.groupby(names).ngroup(),
        },
        index=header.index,
    )


def write_coverage(table: pd.DataFrame, path: Path, *, simulated: bool = False) -> None:
    """Write a table of coverage as Parquet, whole or not at all.

    Parameters
    ----------
    simulated
        Whether any of it comes from simulated data; the file then says so wherever it goes.
    """
    with needed_for(path):
        import pyarrow as pa
        import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(conformed(table), preserve_index=False)
    metadata = {_VERSION_KEY: TABLE_VERSION.encode()}
    metadata |= {_SIMULATED_KEY: b"SIMULATED"} if simulated else {}
    arrow = arrow.replace_schema_metadata(metadata)
    with atomic_path(path) as temporary:
        pq.write_table(arrow, temporary, compression="zstd")


def read_coverage(path: Path) -> pd.DataFrame:
    """Read a table that `write_coverage` wrote, here or elsewhere.

    Raises
    ------
    UnreadableFileError
        If the file is damaged, no such table, of another version, or holds impossible values.
    """
    with needed_for(path):
        import pyarrow as pa
        import pyarrow.parquet as pq

    try:
        arrow = pq.read_table(path)
    except FileNotFoundError as error:
        raise unreadable(path, "unopened", found=str(error)) from error
    except (pa.ArrowException, OSError) as error:
        raise _no_table(path, str(error)) from error
    stated = (arrow.schema.metadata or {}).get(_VERSION_KEY, b"").decode("ascii", "replace")
    absent = [name for name in _DTYPES if name not in arrow.column_names]
    if stated != TABLE_VERSION or absent:
        raise _no_table(path, ", ".join(absent) or f"version {stated or '?'}")
    try:
        table = conformed(arrow.to_pandas())
    except (ValueError, TypeError, pa.ArrowException) as error:
        raise _no_table(path, str(error)) from error
    if fault := _fault(table):
        raise _no_table(path, fault)
    return table


def states_simulated(path: Path) -> bool:
    """Tell whether a file of `write_coverage` says that it comes from simulated data."""
    with needed_for(path):
        import pyarrow.parquet as pq

    return _SIMULATED_KEY in (pq.read_schema(path).metadata or {})


def _fault(table: pd.DataFrame) -> str:
    """Return what cannot be in a table of coverage, "" if nothing."""
    unnamed = [name for name, dtype in _DTYPES.items() if dtype == "str" and table[name].hasnans]
    if unnamed:
        return f"{', '.join(unnamed)}: NULL"
    areas = table[[*AREA_COLUMNS, *CROPLAND_COLUMNS]].to_numpy()
    if (areas < 0).any() or np.isinf(areas).any():
        return "km² < 0"
    codes = {
        BASIS_COLUMN: BASES,
        "view_class": VIEW_CLASSES,
        "day_night": tuple(str(code) for code in DayNight),
    }
    for name, allowed in codes.items():
        if strange := set(table[name]) - set(allowed):
            return f"{name}: {', '.join(sorted(map(str, strange)))}"
    if (table["area_code"] <= 0).any():
        return "area_code <= 0"
    started, ended = table["started_utc_s"], table["ended_utc_s"]
    if not ((started >= 0) & (started <= ended) & (ended < _LATEST_S)).all():
        return "started_utc_s > ended_utc_s"
    if (table[["platform", "product_family"]] == "").any(axis=None):
        return "platform, product_family: ''"
    twice = table.duplicated([*_KEY, BASIS_COLUMN])
    if twice.any():
        return f"2 × {table.loc[twice, list(_KEY)].iloc[0].tolist()}"
    measured = table[table[BASIS_COLUMN] == MEASURED]
    return "measured, km² NaN" if measured[list(AREA_COLUMNS)].isna().any(axis=None) else ""


def _no_table(path: Path, found: str) -> Exception:
    return unreadable(
        path, "coverage_table", found=found, version=TABLE_VERSION, columns=", ".join(_DTYPES)
    )


def conformed(table: pd.DataFrame) -> pd.DataFrame:
    """Return `TABLE_COLUMNS` in their dtypes and in ascending order of what they belong to."""
    typed = table[list(_DTYPES)].astype(_DTYPES)
    return typed.sort_values([*_KEY, BASIS_COLUMN], ignore_index=True)
