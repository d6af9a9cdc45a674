"""Many rows into SQLite at once.

What an insert costs is stepping a statement and binding its values, not the disk. So many rows go
into one statement, and a value that all rows of a block share is written into it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import Connection

_STATEMENT_ROWS = 50
"""SQLite takes 32,766 values a statement; the widest table has fewer than 20 columns."""
_LONGEST_LITERAL = 64


def append_block(connection: Connection, table: str, columns: Mapping[str, list[Any]]) -> None:
    """Append rows of plain Python values (NaN stands for NULL) to a table.

    Parameters
    ----------
    columns
        Column name → values, all of one length; names are the ledger's own, never a user's.
    """
    shared = {name: text for name, text in _shared(columns).items() if text is not None}
    varying = [name for name in columns if name not in shared]
    count = len(next(iter(columns.values())))
    rows = np.empty((count, len(varying)), dtype=object)
    for position, name in enumerate(varying):
        rows[:, position] = columns[name]
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
    one_row = f"({', '.join(shared.get(name, '?') for name in columns)})"
    whole = count // _STATEMENT_ROWS * _STATEMENT_ROWS if varying else 0
    cursor = connection.connection.cursor()
    if whole:
        grouped = rows[:whole].reshape(-1, _STATEMENT_ROWS * len(varying))
        cursor.executemany(head + ", ".join([one_row] * _STATEMENT_ROWS), grouped.tolist())
    cursor.executemany(head + one_row, rows[whole:].tolist())
    cursor.close()


def _shared(columns: Mapping[str, list[Any]]) -> dict[str, str | None]:
    """Return, for each column, the SQL literal of the value that all its rows share, or None."""
    return {
        name: _literal(values[0]) if values.count(values[0]) == len(values) else None
        for name, values in columns.items()
    }


def _literal(value: object) -> str | None:
    """Return a value as SQL, or None where binding is the only faithful way."""
    if isinstance(value, bool | int):
        return str(int(value))
    if isinstance(value, str) and len(value) <= _LONGEST_LITERAL and "\x00" not in value:
        return "'" + value.replace("'", "''") + "'"
    return None
