"""What a layer of townships or villages says that the public list of names does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from zones.geometry.polygons import Repair
from zones.notes import Note
from zones.places.areas import Areas
from zones.places.names import Key, NameIndex, stem_of, township_list, townships_by_name

Level = Literal["township", "village"]
LIST_YEAR = 2023
_MOST_SHOWN = 20


def note(key: str, **values: object) -> Note:
    """Return a note on areas by name; its text stands below ``subareas``."""
    return Note(f"subareas.{key}", values)


def notes_on(
    table: pd.DataFrame, level: Level, areas: Areas, repairs: Sequence[Repair]
) -> tuple[Note, ...]:
    """Return what is worth saying of a layer that was read.

    Parameters
    ----------
    table
        name, county_adcode, township, and what the file stated: stated_county, main_county.
    """
    names = areas.county_names()
    found = [*_elsewhere(table, names)]
    if level == "township":
        found += [*_not_listed(table, names), *_lacking(table, names)]
    found += _alike(table, names)
    if repairs:
        found.append(note("repaired", count=len(repairs)))
    return tuple(found)


def _elsewhere(table: pd.DataFrame, names: dict[int, str]) -> list[Note]:
    """Return notes on areas most of which lies in another county than the file states."""
    stated, main = table["stated_county"], table["main_county"]
    rows = table[(stated > 0) & (main > 0) & (stated != main)]
    taken = np.where(rows["county_adcode"] == rows["main_county"], "moved", "misplaced")
    notes = [
        note(key, name=name, stated=names[here], main=names[there])
        for key, name, here, there in zip(
            taken, rows["name"], rows["stated_county"], rows["main_county"], strict=True
        )
    ]
    return _shortened(notes)


def _not_listed(table: pd.DataFrame, names: dict[int, str]) -> list[Note]:
    listed = township_list()
    now = listed[listed["code_2023"] == listed["code"]]
    index = NameIndex.of(now["name"])
    of_code = dict(zip(now["code"].tolist(), now["name"], strict=True))
    counties = now["county_adcode"].to_numpy()
    notes = []
    for name, county in zip(table["name"], table["county_adcode"].tolist(), strict=True):
        code = townships_by_name().get((county, stem_of(name)), -1)
        if code == 0:
            notes.append(note("withdrawn", name=name, county=names[county], year=LIST_YEAR))
        elif code > 0 and stem_of(of_code[code]) != stem_of(name):
            values = {"name": name, "county": names[county], "now": of_code[code]}
            notes.append(note("renamed", **values, year=LIST_YEAR))
        elif code < 0:
            near = index.find(name, counties == county).candidates
            close = "、".join(f"{names.get(counties[i], '')}{index.names[i]}" for i in near) or "—"
            values = {"name": name, "county": names[county], "close": close}
            notes.append(note("unknown", **values, year=LIST_YEAR))
    return _shortened(notes)


def _lacking(table: pd.DataFrame, names: dict[int, str]) -> list[Note]:
    """Return notes on townships of the list that the layer does not have, a county each."""
    have = set(zip(table["county_adcode"].tolist(), map(stem_of, table["name"]), strict=True))
    listed = township_list()
    ordinary = listed["name"].map(lambda name: stem_of(name)[0] == "township")
    now = listed[(listed["year"] == LIST_YEAR) & ordinary]
    keys = zip(now["county_adcode"].tolist(), map(stem_of, now["name"]), strict=True)
    absent = now[[key not in have for key in keys]]
    present = sorted(set(table["county_adcode"].tolist()) & set(names))
    notes = [
        note("lacking", county=names[county], names="、".join(rows["name"]), year=LIST_YEAR)
        for county in present
        if len(rows := absent[absent["county_adcode"] == county])
    ]
    without = [name for code, name in names.items() if code not in present]
    if without:
        notes.append(note("counties", count=len(without), names="、".join(without)))
    return _shortened(notes)


def _alike(table: pd.DataFrame, names: dict[int, str]) -> list[Note]:
    """Return notes on areas of one county and township that share a stem."""
    groups: dict[tuple[int, str, Key], list[str]] = {}
    for county, township, name in zip(
        table["county_adcode"].tolist(), table["township"], table["name"], strict=True
    ):
        groups.setdefault((county, township, stem_of(name)), []).append(township + name)
    return _shortened(
        [
            note("alike", county=names[county], names="、".join(alike))
            for (county, _, _), alike in groups.items()
            if len(alike) > 1
        ]
    )


def _shortened(notes: list[Note]) -> list[Note]:
    rest = len(notes) - _MOST_SHOWN
    return notes if rest <= 0 else [*notes[:_MOST_SHOWN], note("more", count=rest)]
