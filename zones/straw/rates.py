"""Straw-use and machine-harvest rates of the user's table against the campaign plan.

Rules
-----
- A rate meets its target when den · part ≥ num · whole, in exact fractions of the figures as they
  are written: 30.00 of 100 mu meets 30 %, and no conversion of units can change that.
- Without a figure, with a whole of 0, or with a part greater than its whole the verdict is unknown.
- The total of the region counts each ground once: a city's own row, or else those of its counties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from firewatch.core.i18n import texts
from firewatch.core.vocab import Language, Verdict
from zones.places.adcodes import city_of
from zones.places.area_cells import AREA_COLUMNS, area_codes
from zones.places.areas import Areas
from zones.tables.cells import fractions, numbers, span
from zones.tables.row_findings import RowFindings, Weight, findings_of, found_in
from zones.tables.table import UserTable, heading_table, read_table

_FIGURES = ("produced_t", "used_t", "cane_ha", "machine_ha")
_MOST = 1e10
_DTYPES = {
    "row": "int64",
    "area_adcode": "int64",
    "area": "str",
    "produced_t": "float64",
    "used_t": "float64",
    "straw_use_pct": "float64",
    "straw_use_verdict": "str",
    "cane_ha": "float64",
    "machine_ha": "float64",
    "machine_harvest_pct": "float64",
    "machine_harvest_verdict": "str",
}
RATE_COLUMNS = tuple(_DTYPES)


@dataclass(frozen=True)
class RateTarget:
    """A rate must reach num/den of the whole.

    Parameters
    ----------
    rate
        "straw_use" or "machine_harvest".
    part, whole
        The columns of which it is made.
    source
        Where the plan says so.
    """

    rate: str
    part: str
    whole: str
    num: int
    den: int
    source: str

    def verdict(self, part: Fraction | None, whole: Fraction | None) -> Verdict:
        """Return whether a part of a whole meets the target."""
        if part is None or not whole or part > whole:
            return Verdict.UNKNOWN
        return Verdict.MET if self.den * part >= self.num * whole else Verdict.MISSED


@dataclass(frozen=True, eq=False)
class RateReading:
    """The rates of one table.

    Parameters
    ----------
    table
        row (of the file), area_adcode, area (its name), produced_t, used_t, straw_use_pct,
        straw_use_verdict, cane_ha, machine_ha, machine_harvest_pct, machine_harvest_verdict
        (`Verdict`); in ascending adcode. NaN where nothing is known.
    total
        The same columns in one row for the region, its adcode and row 0. A rate is made of the
        areas that give both of its figures.
    findings
        Rows that were not taken, and rows that should be looked at.
    """

    table: pd.DataFrame
    total: pd.DataFrame
    findings: RowFindings

    def notes(self, language: Language) -> tuple[str, ...]:
        """Return one sentence a finding."""
        return tuple(self.findings.lines(language))


@cache
def plan_targets() -> tuple[RateTarget, ...]:
    """Return the campaign plan's targets, from `rate_targets.csv`."""
    with (files("zones.straw") / "rate_targets.csv").open("r", encoding="utf-8") as stream:
        rows = pd.read_csv(stream).to_dict("records")
    return tuple(RateTarget(**{str(name): value for name, value in row.items()}) for row in rows)


def read_rates(
    path: Path, areas: Areas, targets: Iterable[RateTarget] | None = None
) -> RateReading:
    """Read a table of straw and cane figures by city or county (CSV, Excel).

    Parameters
    ----------
    path
        Headings in Chinese or English with their units (`rate_headings.csv`).
    areas
        The region's cities and counties.
    targets
        By default those of the campaign plan.

    Raises
    ------
    ZoneFileError
        If the file is no such table, or a row's area is not one of the region.
    """
    table = read_table(
        path, heading_table("zones.straw", "rate_headings.csv"), (AREA_COLUMNS, _FIGURES)
    )
    chosen = tuple(targets) if targets is not None else plan_targets()
    codes = area_codes(table, areas)
    faults = [*_faults(table), *_twice(table, codes)]
    taken = codes.drop(index=findings_of(faults).refused)
    taken = taken[~taken.duplicated()]
    exact = {name: fractions(table, name) for name in _FIGURES}
    names = {**areas.city_names(), **areas.county_names()}
    rows = [
        {
            "row": row,
            "area_adcode": code,
            "area": names.get(code, ""),
            **_judged({name: exact[name].get(row) for name in _FIGURES}, chosen),
        }
        for row, code in zip(taken.index.tolist(), taken.tolist(), strict=True)
    ]
    findings = findings_of([*faults, *_too_much(table, taken.index, exact, chosen)])
    total = _total(taken, exact, chosen)
    return RateReading(_typed(rows).sort_values("area_adcode", ignore_index=True), total, findings)


def titled(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table of rates with headings and verdicts in a language, without row numbers."""
    say = texts("zones", language)
    verdicts = {
        name: table[name].map(lambda code: say.label("verdict", code))
        for name in table
        if str(name).endswith("_verdict")
    }
    titles = {name: say(f"rate.{name}") for name in table if name != "row"}
    return table.assign(**{str(k): v for k, v in verdicts.items()})[list(titles)].rename(
        columns=titles
    )


def _typed(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(RATE_COLUMNS)).astype(_DTYPES)


def _judged(
    figures: Mapping[str, Fraction | None], targets: Iterable[RateTarget]
) -> dict[str, object]:
    """Return the figures, and percentage and verdict of each rate."""
    found: dict[str, object] = {
        name: None if value is None else float(value) for name, value in figures.items()
    }
    for target in targets:
        part, whole = figures[target.part], figures[target.whole]
        found[f"{target.rate}_pct"] = (
            None if part is None or not whole else float(100 * part / whole)
        )
        found[f"{target.rate}_verdict"] = str(target.verdict(part, whole))
    return found


def _total(
    codes: pd.Series, exact: Mapping[str, Mapping[int, Fraction]], targets: Iterable[RateTarget]
) -> pd.DataFrame:
    cities = set(codes[codes % 100 == 0])
    doubled = (codes % 100 != 0) & pd.Series(city_of(codes), index=codes.index).isin(cities)
    rows = codes.index[~doubled].tolist()
    chosen = tuple(targets)
    figures: dict[str, Fraction | None] = dict.fromkeys(_FIGURES)
    for target in chosen:
        part, whole = exact[target.part], exact[target.whole]
        both = [row for row in rows if row in part and row in whole and part[row] <= whole[row]]
        if both:
            figures[target.part] = sum((part[row] for row in both), Fraction(0))
            figures[target.whole] = sum((whole[row] for row in both), Fraction(0))
    return _typed([{"row": 0, "area_adcode": 0, "area": "", **_judged(figures, chosen)}])


def _faults(table: UserTable) -> list[pd.DataFrame]:
    found = []
    for column in _FIGURES:
        figure = numbers(table, column)
        wrong = figure.unread | figure.outside(0, _MOST)
        expected = span(table, column, 0, _MOST)
        found.append(found_in(table, wrong, "bad_number", Weight.ERROR, column, expected))
    return found


def _twice(table: UserTable, codes: pd.Series) -> list[pd.DataFrame]:
    """Return areas that stand twice: with other figures none of their rows is taken."""
    figures = pd.DataFrame({name: numbers(table, name).value for name in _FIGURES}).fillna(-1.0)
    differs = (figures.groupby(codes).transform("nunique") > 1).any(axis=1)
    row = pd.Series(codes.index, index=codes.index, dtype="int64")
    first, last = row.groupby(codes).transform("min"), row.groupby(codes).transform("max")
    column = next(name for name in AREA_COLUMNS if name in table.headings)
    other = first.mask(first == row, last)
    again = (first != row) & ~differs
    return [
        found_in(table, differs, "contradiction", Weight.ERROR, column, other_row=other),
        found_in(table, again, "repeated", Weight.WARNING, column, other_row=first),
    ]


def _too_much(
    table: UserTable,
    taken: pd.Index,
    exact: Mapping[str, Mapping[int, Fraction]],
    targets: Iterable[RateTarget],
) -> list[pd.DataFrame]:
    found = []
    for target in targets:
        part, whole = exact[target.part], exact[target.whole]
        more = [row in part and row in whole and part[row] > whole[row] for row in taken]
        wrong = pd.Series(more, index=taken, dtype="bool")
        heading = table.headings.get(target.whole, target.whole)
        found.append(
            found_in(table, wrong, "more_than_whole", Weight.WARNING, target.part, heading)
        )
    return found
