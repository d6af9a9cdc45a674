"""Which kind of zone decides a ruling, and which is only a mark beside it: a table, not code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from firewatch.core.errors import SettingsError
from firewatch.core.files import short_hash
from firewatch.core.vocab import Ruling

_RULINGS = (Ruling.BAN_VIOLATION, Ruling.RESTRICTED_UNPERMITTED)
"""A permit, not a zone kind, makes a burning permitted."""
_FORM = (
    f"kind,effect,ruling,rank；effect 为 / is ruling|mark，ruling 为 / is {'|'.join(_RULINGS)}，"
    "rank 为整数，小者优先 / is a whole number, the lowest decides；kind 不重复 / once each"
)


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
        """Tell whether a kind stands beside rulings and decides none."""
        return kind not in self.ruling

    def described(self) -> dict[str, str]:
        """Return kind → ``rank ruling``: what a run of decisions must state to be proved."""
        return {kind: f"{self.rank[kind]} {self.ruling[kind]}" for kind in sorted(self.ruling)}


@cache
def default_precedence() -> Precedence:
    """Return the table that ships with firewatch (`precedence.csv`): ban before restricted."""
    with (files("zones.ruling") / "precedence.csv").open("r", encoding="utf-8") as stream:
        return precedence_from(pd.read_csv(stream))


def read_precedence(path: Path) -> Precedence:
    """Return the precedence of the user's own table, in the shipped one's form.

    Raises
    ------
    SettingsError
        Naming file, row and column of what cannot be used.
    """
    try:
        table = pd.read_csv(path, dtype="str", encoding="utf-8-sig").fillna("")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SettingsError(
            f"优先级表无法读取：{error} / the table of precedence cannot be read",
            where=str(path),
            expected=_FORM,
            remedy="以 UTF-8 的 CSV 保存 / save it as CSV in UTF-8",
        ) from error
    table = table.apply(lambda column: column.str.strip())
    _refuse_unusable(table, path)
    return precedence_from(table)


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


def _refuse_unusable(table: pd.DataFrame, path: Path) -> None:
    absent = [name for name in ("kind", "effect", "ruling", "rank") if name not in table]
    if absent:
        raise SettingsError(
            f"优先级表缺少列 {'、'.join(absent)} / columns are missing", str(path), _FORM
        )
    decides = table["effect"] == "ruling"
    faults = {
        "kind": (table["kind"] == "") | table["kind"].duplicated(),
        "effect": ~table["effect"].isin(["ruling", "mark"]),
        "ruling": decides & ~table["ruling"].isin(_RULINGS),
        "rank": decides & ~table["rank"].str.fullmatch(r"\d{1,6}"),
    }
    for column, wrong in faults.items():
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise SettingsError(
                f"第 {row + 2} 行 {column} = {table[column].iloc[row]!r} 无效 / invalid value",
                where=str(path),
                expected=_FORM,
                remedy="改正该行 / correct the row",
            )
