"""The comparison as one flat CSV, for spreadsheets and other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from firewatch.core.files import atomic_path
from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import CountUnit
from firewatch.reports.csv_cells import write_csv
from firewatch.reports.statements import banners
from firewatch.reports.tables import percent_change, rounded_up_pct

if TYPE_CHECKING:
    from firewatch.count.compare import Comparison

COLUMNS = (
    "level",
    "adcode",
    "city",
    "county",
    "unit",
    "base",
    "now",
    "change",
    "change_pct",
    "target_max",
    "allowance",
    "verdict",
    "note",
)


def write_tally_csv(path: Path, comparison: Comparison) -> None:
    """Write region, cities and counties as rows, in every count unit that is known of them.

    `verdict`, `target_max` and `allowance` stand only beside the unit that the counting rule
    declares to be the count. CSV has no place for a footnote, so `note` says in every row
    whether the data are simulated and by which rule and periods the row was counted.
    """
    with atomic_path(path) as temporary:
        write_csv(temporary, tally_table(comparison))


def tally_table(comparison: Comparison) -> pd.DataFrame:
    """Return the rows of the CSV; codes for level, unit and verdict, names as they are."""
    counted = comparison.rule.unit
    words = texts("firewatch.reports", comparison.language)
    parts = [_counted_rows(comparison.total, "region", "city_adcode", counted)]
    parts += [
        _other_unit(comparison.total, "region", unit) for unit in CountUnit if unit != counted
    ]
    parts += [_counted_rows(comparison.cities, "city", "city_adcode", counted)]
    parts += [_other_unit(comparison.cities, "city", unit) for unit in CountUnit if unit != counted]
    parts += [_counted_rows(comparison.counties, "county", "county_adcode", counted)]
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
    whole = {name: rows[name].astype("Int64") for name in ("target_max", "allowance")}
    return rows.assign(
        **whole, change_pct=rounded_up_pct(rows["change_pct"]), note=_note(comparison, words)
    )[list(COLUMNS)]


def _counted_rows(table: pd.DataFrame, level: str, adcode: str, unit: CountUnit) -> pd.DataFrame:
    """Return rows of the declared unit; what the table has no column for stays empty."""
    rows = table.reindex(columns=[*COLUMNS]).assign(
        level=level, unit=str(unit), adcode=table[adcode]
    )
    return rows.assign(
        county=rows["county"].astype("str").fillna(""),
        verdict=rows["verdict"].astype("str").fillna(""),
    )


def _other_unit(table: pd.DataFrame, level: str, unit: CountUnit) -> pd.DataFrame:
    base, now = table[f"{unit}_base"], table[f"{unit}_now"]
    counts = pd.DataFrame(
        {
            "city_adcode": table["city_adcode"],
            "city": table["city"],
            "base": base,
            "now": now,
            "change": now - base,
            "change_pct": percent_change(base, now),
        }
    )
    return _counted_rows(counts, level, "city_adcode", unit)


def _note(comparison: Comparison, words: Texts) -> str:
    said = words("tally_note", rule=comparison.rule.title, now=comparison.now, base=comparison.base)
    return words("remark_separator").join([*banners(comparison, words), said])
