"""Which kind of zone decides a ruling, and which is only a mark beside it: a table, not code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from firewatch.core.files import short_hash
from firewatch.core.vocab import Ruling


@dataclass(frozen=True)
class Precedence:
    """What follows from lying in a zone of each kind.

    Parameters
    ----------
    ruling
        Kind → the ruling it leads to. Kinds that are not listed are marks.
    rank
        Kind → rank of that ruling; the lowest rank at a point decides.
    version
        Short hash of the table: another table can rule otherwise.
    """

    ruling: Mapping[str, Ruling]
    rank: Mapping[str, int]
    version: str

    def is_mark(self, kind: str) -> bool:
        return kind not in self.ruling


@cache
def default_precedence() -> Precedence:
    """Return the table that ships with firewatch (`precedence.csv`): ban before restricted."""
    with (files("zones") / "precedence.csv").open("r", encoding="utf-8") as stream:
        return precedence_from(pd.read_csv(stream))


def precedence_from(table: pd.DataFrame) -> Precedence:
    """Return the precedence of a table with columns kind, effect, ruling, rank.

    `effect` is "ruling" or "mark"; only the former has a ruling and a rank.
    """
    rows = table[table["effect"] == "ruling"]
    kinds = rows["kind"].tolist()
    ruling = {kind: Ruling(code) for kind, code in zip(kinds, rows["ruling"], strict=True)}
    rank = {kind: int(number) for kind, number in zip(kinds, rows["rank"], strict=True)}
    version = short_hash("\n".join(f"{k},{ruling[k]},{rank[k]}" for k in sorted(ruling)))
    return Precedence(ruling, rank, version)
