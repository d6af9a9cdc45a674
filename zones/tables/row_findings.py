"""What was noticed about rows of a user's table: found by row and column, told in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from firewatch.core.i18n import texts
from firewatch.core.vocab import Language
from zones.tables.cells import short
from zones.tables.table import UserTable


class Weight(StrEnum):
    """Whether a row was taken all the same."""

    ERROR = "error"
    """The row was not taken."""
    WARNING = "warning"
    """The row was taken."""


_DTYPES = {
    "row": "int64",
    "other_row": "int64",
    "weight": "str",
    "code": "str",
    "column": "str",
    "found": "str",
    "expected": "str",
}


@dataclass(frozen=True, eq=False)
class RowFindings:
    """Findings in the order of rows.

    Parameters
    ----------
    table
        row (number in the file), other_row (a second row that it is about, 0 if none), weight
        (error: not taken; warning: taken), code, column (heading as written), found, expected.
    """

    table: pd.DataFrame

    def __len__(self) -> int:
        return len(self.table)

    @property
    def refused(self) -> list[int]:
        """Numbers of the rows that were not taken."""
        errors = self.table[self.table["weight"] == Weight.ERROR]
        return sorted(set(errors["row"].tolist()))

    def lines(self, language: Language) -> list[str]:
        """Return one sentence a finding: row, column, what was found, expected, and to do."""
        say = texts("zones", language)
        return [
            say(
                "row.line",
                row=row["row"],
                weight=say(f"row.weight.{row['weight']}"),
                text=say(f"row.{row['code']}", **{str(name): row[name] for name in row}),
            )
            for row in self.table.to_dict("records")
        ]


def findings_of(parts: Sequence[pd.DataFrame]) -> RowFindings:
    """Return findings made by `found_in`, in the order of rows."""
    empty = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _DTYPES.items()})
    filled = [part for part in parts if len(part)]
    table = pd.concat(filled, ignore_index=True) if filled else empty
    ordered = table.sort_values(["row", "weight", "code"], kind="stable", ignore_index=True)
    return RowFindings(ordered.astype(_DTYPES))


def found_in(
    table: UserTable,
    wrong: pd.Series,
    code: str,
    weight: Weight,
    column: str,
    expected: str = "",
    found: pd.Series | None = None,
    other_row: pd.Series | None = None,
) -> pd.DataFrame:
    """Return one finding for each row of the file where `wrong` is true.

    Parameters
    ----------
    code
        Key of the sentence: ``row.<code>`` among the texts.
    found
        What to show, by row; by default what stands in the column.
    other_row
        Number of a second row, by row.
    """
    rows = wrong.index[wrong.to_numpy(dtype=bool)]
    shown = (table.texts(column) if found is None else found)[rows]
    return pd.DataFrame(
        {
            "row": rows.to_numpy(),
            "other_row": 0 if other_row is None else other_row[rows].to_numpy(),
            "weight": str(weight),
            "code": code,
            "column": table.headings.get(column, column),
            "found": [short(str(text)) for text in shown],
            "expected": expected,
        }
    )
