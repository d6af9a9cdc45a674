"""Recognising a format by its heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from imagery.lists.formats import FORMATS
from imagery.lists.formats.declare import Format, Role, fold

_BRACKET = re.compile(r"[(\[【〔]([^)\]】〕]*)[)\]】〕]")


@dataclass(frozen=True)
class Match:
    """A heading that a format explains.

    Parameters
    ----------
    fields
        Position of each declared column in the heading, by role.
    headings
        The heading of each declared column as the file writes it, by role.
    notes
        What stands in brackets behind each heading, folded: units, UTC, a datum.
    width
        Number of fields in the heading.
    """

    format: Format
    fields: Mapping[Role, int]
    headings: Mapping[Role, str]
    notes: Mapping[Role, str]
    width: int
    twice: tuple[str, ...] = ()


@dataclass(frozen=True)
class Miss:
    """The format that a heading comes nearest to, and what it lacks."""

    format: Format
    matched: int
    missing: tuple[str, ...] = field(default=())

    @property
    def nearness(self) -> int:
        """Columns that are there less columns that are not."""
        return self.matched - len(self.missing)

    @property
    def worth_naming(self) -> bool:
        return self.nearness >= 0


def match_heading(cells: Sequence[str], formats: Sequence[Format] = FORMATS) -> Match | Miss:
    """Return the format whose required columns a heading has, or the nearest one.

    Parameters
    ----------
    cells
        The fields of one line or spreadsheet row.
    formats
        The formats to choose from; at least one.
    """
    names = [fold(cell) for cell in cells]
    bases = [fold(_BRACKET.sub("", unicodedata.normalize("NFKC", cell))) for cell in cells]
    tried = [_try(declared, cells, names, bases) for declared in formats]
    matches = [one for one in tried if isinstance(one, Match)]
    if matches:
        return max(matches, key=lambda match: len(match.fields))
    return max((one for one in tried if isinstance(one, Miss)), key=lambda miss: miss.nearness)


def _try(
    declared: Format, cells: Sequence[str], names: list[str], bases: list[str]
) -> Match | Miss:
    fields: dict[Role, int] = {}
    twice: list[str] = []
    for column in declared.columns:
        for alias in map(fold, column.aliases):
            places = [i for i, name in enumerate(names) if name == alias]
            places = places or [i for i, base in enumerate(bases) if base == alias]
            if places:
                fields[column.role] = places[0]
                twice += [cells[places[0]].strip()] if len(places) > 1 else []
                break
    missing = [
        column.aliases[0]
        for column in declared.columns
        if column.required and column.role not in fields
    ]
    times = declared.time_alternatives
    if times and not any(all(role in fields for role in roles) for roles in times):
        missing.append(declared.column(times[0][0]).aliases[0])
    if missing:
        return Miss(declared, len(fields), tuple(missing))
    headings = {role: cells[place].strip().strip('"') for role, place in fields.items()}
    notes = {role: _bracketed(heading) for role, heading in headings.items()}
    return Match(declared, fields, headings, notes, len(cells), tuple(twice))


def _bracketed(heading: str) -> str:
    return fold("".join(_BRACKET.findall(unicodedata.normalize("NFKC", heading))))
