"""Opening the ledger, its transactions, and bulk rows in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, insert
from sqlalchemy.exc import DatabaseError, OperationalError

from firewatch.core.errors import LedgerError
from firewatch.ledger.bulk import append_block
from firewatch.ledger.migrate import bring_up_to_date, is_up_to_date

_BUSY_TIMEOUT_S = 60
_CACHE_KIB = 64 * 1024
_BLOCK_ROWS = 20_000
_WRITES = "firewatch_writes"


class Ledger:
    """A ledger that is open: one SQLite file, or a PostgreSQL database.

    Parameters
    ----------
    address
        Path of the SQLite file, or an SQLAlchemy URL such as ``postgresql+psycopg://host/db``.

    Raises
    ------
    LedgerError
        If the file is no ledger, is newer than this program, or cannot be written.
    """

    def __init__(self, address: str | Path) -> None:
        self.address = str(address)
        url = self.address if "://" in self.address else f"sqlite:///{self.address}"
        self.engine = _engine(url)
        try:
            with self.reading() as connection:
                current = is_up_to_date(connection)
            if not current:
                with self.writing() as connection:
                    bring_up_to_date(connection)
        except DatabaseError as error:
            raise LedgerError(
                f"无法作为台账打开：{error.orig} / cannot be opened as a ledger",
                where=self.address,
                expected="firewatch 台账（SQLite 文件或 PostgreSQL 地址）",
                remedy="检查 --ledger、写权限与磁盘空间 / check --ledger, rights and disk space",
            ) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes: all of it or nothing, whatever happens in between."""
        with self._failures_told("未写入，台账如前 / nothing was written, the ledger is as before"):
            writer = self.engine.connect().execution_options(**{_WRITES: True})
            with writer as connection, connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the ledger."""
        with self._failures_told("查询失败 / query failed"), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _failures_told(self, what: str) -> Iterator[None]:
        """Turn what the disk or the database refuses into an error for people."""
        # Bulk rows go past SQLAlchemy, which leaves the driver's own errors as they are.
        driver = self.engine.dialect.loaded_dbapi
        try:
            yield
        except (OperationalError, driver.OperationalError) as error:
            raise LedgerError(
                f"{what}: {getattr(error, 'orig', error)}",
                where=self.address,
                expected="可写的文件、足够的磁盘空间 / a writable file, space on the disk",
                remedy="检查 --ledger、写权限与磁盘空间后重试"
                " / check --ledger, rights and disk space, then try again",
            ) from error

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # The driver's own transaction handling begins too late to protect reads before writes.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_S * 1000}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # Two writers wait for each other here instead of failing half-way.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def append(connection: Connection, table: Table, frame: pd.DataFrame) -> None:
    """Append the rows of a frame to a table.

    Columns of the frame that the table lacks are left out; NaN becomes NULL.
    """
    names = [column.name for column in table.columns if column.name in frame]
    on_sqlite = connection.dialect.name == "sqlite"
    # Blocks small enough that a row's values are still in the processor's cache when it is bound.
    for start in range(0, len(frame), _BLOCK_ROWS):
        block = frame.iloc[start : start + _BLOCK_ROWS]
        columns = {name: _plain(block[name], nan_is_null=on_sqlite) for name in names}
        if on_sqlite:
            append_block(connection, table.name, columns)
        else:
            rows = zip(*columns.values(), strict=True)
            connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])


def append_row(connection: Connection, table: Table, values: Mapping[str, object]) -> int:
    """Append one row and return its key."""
    result = connection.execute(insert(table).values(**values))
    key = result.inserted_primary_key
    return int(key[0]) if key is not None else 0


def fetch(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    """Return the rows of a query as a frame with the query's column names."""
    result = connection.execute(query)
    names = list(result.keys())
    rows = result.cursor.fetchall() if result.cursor is not None else []
    if not rows:
        return pd.DataFrame({name: [] for name in names})
    return pd.DataFrame(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def _plain(values: pd.Series, nan_is_null: bool) -> list[Any]:
    """Return a column as plain Python values with None for what is missing.

    Parameters
    ----------
    nan_is_null
        Whether the driver itself stores NaN as NULL.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        categories = np.append(values.cat.categories.to_numpy(dtype=object), [""])
        return list(categories[values.cat.codes.to_numpy()])
    if values.dtype.kind == "f" and not nan_is_null:
        plain = values.astype(object)
        return list(plain.where(values.notna(), None))
    return values.tolist()
