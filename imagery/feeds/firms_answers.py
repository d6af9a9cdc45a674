"""What FIRMS answers: a table, or a sentence that says why there is none.

FIRMS gives its sentences as plain text with status 200, 400 or 403. A table without rows is an
answer: no fire.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from imagery.feeds.web import IncompleteAnswer

Refusal: TypeAlias = Literal["key", "quota", "days", "other"]

REFUSALS: Final[tuple[tuple[str, Refusal], ...]] = (
    ("invalid map_key", "key"),
    ("invalid map key", "key"),
    ("invalid api key", "key"),
    ("transaction limit", "quota"),
    ("invalid day range", "days"),
)
"""Words of FIRMS's sentences, in lower case."""

_NEEDED: Final = ("latitude", "longitude", "acq_date", "acq_time", "satellite")
_EXPECTS = re.compile(r"\[\s*\d+\s*\.\.\s*(\d+)\s*\]")


@dataclass(frozen=True)
class Table:
    """An answer of the area API.

    Parameters
    ----------
    rows
        Fire points.
    days
        UTC days of acquisition that occur.
    """

    rows: int
    days: tuple[date, ...]


def is_table(body: bytes) -> bool:
    """Return whether an answer begins with the heading of fire points."""
    heading = _text(body).lstrip("\ufeff").split("\n", 1)[0].strip().lower().split(",")
    return all(name in heading for name in _NEEDED)


def table_of(body: bytes) -> Table:
    """Return what is in a table.

    Raises
    ------
    IncompleteAnswer
        If it breaks off, or a row has not the fields of the heading.
    """
    text = _text(body).lstrip("\ufeff")
    heading, *rows = [line.rstrip("\r") for line in text.split("\n") if line.strip()]
    names = heading.strip().lower().split(",")
    fields = [row.split(",") for row in rows]
    if any(len(row) != len(names) for row in fields):
        raise IncompleteAnswer
    # Cut within the last field, which is never empty.
    if rows and not text.endswith("\n") and not fields[-1][-1].strip():
        raise IncompleteAnswer
    place = names.index("acq_date")
    try:
        days = {date.fromisoformat(day) for day in {row[place].strip() for row in fields}}
    except ValueError as error:
        raise IncompleteAnswer from error
    return Table(len(rows), tuple(sorted(days)))


def refusal_of(body: bytes) -> Refusal:
    """Return what a sentence of FIRMS is about."""
    said = _text(body).lower()
    return next((kind for words, kind in REFUSALS if words in said), "other")


def most_days(body: bytes) -> int | None:
    """Return the largest day range that FIRMS says it allows."""
    found = _EXPECTS.search(_text(body))
    return int(found[1]) if found else None


@dataclass(frozen=True)
class Quota:
    """Transactions of a key in the running interval (10 minutes)."""

    limit: int
    used: int

    def left(self) -> int:
        return self.limit - self.used


def quota_of(body: bytes) -> Quota | None:
    """Return the state of a key; None where the answer does not say it."""
    try:
        said = json.loads(_text(body))
        return Quota(int(said["transaction_limit"]), int(said["current_transactions"]))
    except (ValueError, KeyError, TypeError):
        return None


def availability_of(body: bytes) -> dict[str, tuple[date, date]]:
    """Return first and last day by product; empty where the answer is no such table."""
    heading, *rows = _text(body).lstrip("\ufeff").splitlines() or [""]
    names = [name.strip().lower() for name in heading.split(",")]
    if not {"data_id", "min_date", "max_date"} <= set(names):
        return {}
    columns: Sequence[int] = [names.index(name) for name in ("data_id", "min_date", "max_date")]
    there = {}
    for row in rows:
        fields = [field.strip() for field in row.split(",")]
        if len(fields) == len(names):
            name, first, last = (fields[column] for column in columns)
            with suppress(ValueError):
                there[name] = date.fromisoformat(first), date.fromisoformat(last)
    return there


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace")
