"""Coverage of many granules as one table that an office can hand to another, without the swaths."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from firewatch.core.files import atomic_path
from imagery.coverage import (
    AREA_COLUMNS,
    BASES,
    BASIS_COLUMN,
    CROPLAND_COLUMNS,
    KEY_COLUMNS,
)
from imagery.libraries import needed_for
from imagery.reading import unreadable

TABLE_VERSION = "1"
_VERSION_KEY = b"firewatch_coverage"
GRANULE_COLUMNS = ("platform", "product_family", "product_version", "started_utc_s")
_DTYPES = {
    "platform": "str",
    "product_family": "str",
    "product_version": "str",
    "started_utc_s": "int64",
    "area_code": "int64",
    "view_class": "str",
    "day_night": "str",
    **dict.fromkeys((*AREA_COLUMNS, *CROPLAND_COLUMNS), "float64"),
    BASIS_COLUMN: "str",
}


def of_granule(
    table: pd.DataFrame, platform: str, family: str, version: str, started_utc_s: int
) -> pd.DataFrame:
    """Return the coverage of one granule with the columns that tell whose it is.

    Parameters
    ----------
    table
        From `imagery.coverage.coverage`; without a cropland mask its columns become NaN.
    version
        product_version of the points that belong to it.
    """
    named = table.assign(
        platform=platform, product_family=family, product_version=version,
        started_utc_s=started_utc_s,
    )  # fmt: skip
    return _conformed(named.reindex(columns=list(_DTYPES)))


def feed_present(
    area_codes: Iterable[int], platform: str, family: str, version: str, started_utc_s: int
) -> pd.DataFrame:
    """Return rows that say: a feed held this overpass for these areas, but nobody measured.

    Areas in km² are NaN; view_class is "unknown" and day_night "".
    """
    codes = sorted(set(area_codes))
    table = pd.DataFrame({"area_code": codes, "view_class": "unknown", "day_night": ""})
    table[BASIS_COLUMN] = "feed_present"
    return of_granule(table, platform, family, version, started_utc_s)


def combine(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the coverage of several offices as one, each granule and area once.

    Two offices may have read the same granule, one of them only a window of it. For each
    platform, product, granule and area the account with the stronger basis stands, among those
    the one with most ground; accounts are never added up.
    """
    parts = [part for part in tables if not part.empty]
    if not parts:
        return _conformed(pd.DataFrame(columns=list(_DTYPES)))
    table = pd.concat(
        [part.assign(_account=number) for number, part in enumerate(parts)], ignore_index=True
    )
    owner = [*GRANULE_COLUMNS, "area_code"]
    ground = table[list(AREA_COLUMNS)].sum(axis=1)
    basis = table[BASIS_COLUMN].map({name: rank for rank, name in enumerate(BASES)})
    accounts = (
        table.assign(_ground=ground.round(6), _basis=basis)
        .groupby([*owner, "_account"], as_index=False)
        .agg(_basis=("_basis", "max"), _ground=("_ground", "sum"))
        .sort_values(["_basis", "_ground", "_account"], ascending=[False, False, True])
        .drop_duplicates(owner)
    )
    kept = table.merge(accounts[[*owner, "_account"]], on=[*owner, "_account"])
    return _conformed(kept)


def write_coverage(table: pd.DataFrame, path: Path) -> None:
    """Write a table of coverage as Parquet, whole or not at all."""
    with needed_for(path):
        import pyarrow as pa
        import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(_conformed(table), preserve_index=False)
    arrow = arrow.replace_schema_metadata({_VERSION_KEY: TABLE_VERSION.encode()})
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
        table = _conformed(arrow.to_pandas())
    except (ValueError, TypeError) as error:
        raise _no_table(path, str(error)) from error
    if fault := _fault(table):
        raise _no_table(path, fault)
    return table


def _fault(table: pd.DataFrame) -> str:
    """Return what cannot be in a table of coverage, "" if nothing."""
    areas = table[[*AREA_COLUMNS, *CROPLAND_COLUMNS]].to_numpy()
    if (areas < 0).any() or np.isinf(areas).any():
        return "km² < 0"
    strange = set(table[BASIS_COLUMN]) - set(BASES)
    if strange:
        return f"{BASIS_COLUMN}: {', '.join(sorted(map(str, strange)))}"
    measured = table[table[BASIS_COLUMN] == "measured"]
    return "measured, km² NaN" if measured[list(AREA_COLUMNS)].isna().any(axis=None) else ""


def _no_table(path: Path, found: str) -> Exception:
    return unreadable(
        path, "coverage_table", found=found, version=TABLE_VERSION, columns=", ".join(_DTYPES)
    )


def _conformed(table: pd.DataFrame) -> pd.DataFrame:
    typed = table[list(_DTYPES)].astype(_DTYPES)
    return typed.sort_values([*GRANULE_COLUMNS, *KEY_COLUMNS], ignore_index=True)
