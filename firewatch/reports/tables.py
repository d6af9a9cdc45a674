"""Turn a comparison and its fire points into the tables that people read. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from firewatch.core.geo import dms
from firewatch.core.i18n import Texts
from firewatch.core.vocab import Verdict
from firewatch.reports.columns import (
    BREAKDOWN,
    CITY,
    COUNTY,
    DETAIL,
    REMARK,
    Form,
    TitledColumn,
    titled,
    unit_columns,
)

if TYPE_CHECKING:
    from firewatch.count.compare import Comparison

_BEIJING_TZ = "Asia/Shanghai"
# Which set of labels the codes of a breakdown belong to.
_BREAKDOWN_LABELS = {"zone_kind": "zone_kind", "source": "source", "status": "status"}
_REMARKS = ("small_base", "leap_flips")


@dataclass(frozen=True, eq=False)
class DisplayTable:
    """A table as it is shown.

    Parameters
    ----------
    title
        Heading of the sheet or section.
    columns
        What is shown, in order, with titles and forms.
    rows
        One column a `TitledColumn`, values not yet formatted: counts are numbers, times are
        naive Beijing datetimes, missing values are NaN, NaT or "".
    total_rows
        How many rows at the end are totals.
    """

    title: str
    columns: tuple[TitledColumn, ...]
    rows: pd.DataFrame
    total_rows: int = 0

    def only(self, names: tuple[str, ...]) -> DisplayTable:
        """Return the table with these columns, in their present order."""
        kept = tuple(column for column in self.columns if column.name in names)
        return replace(self, columns=kept, rows=self.rows[[column.name for column in kept]])

    def head(self, count: int) -> DisplayTable:
        """Return the table with its first `count` rows."""
        return replace(self, rows=self.rows.head(count))

    def cells(self) -> list[list[str]]:
        """Return the rows as formatted text."""
        texts = [
            [cell_text(value, column.form) for value in self.rows[column.name]]
            for column in self.columns
        ]
        return [list(row) for row in zip(*texts, strict=True)]


def year_on_year(comparison: Comparison, words: Texts) -> DisplayTable:
    """Return one row a city and the whole region last: counts, target, verdict, other units."""
    columns = (
        *titled(CITY, words),
        *unit_columns(comparison.rule.unit, words),
        *titled((REMARK,), words),
    )
    total = comparison.total
    rows = pd.concat([comparison.cities, total], ignore_index=True)
    shown = rows.assign(
        change_pct=rounded_up_pct(rows["change_pct"]),
        remark=_remarks(rows, words),
        verdict=verdict_texts(rows, words),
    )
    return DisplayTable(words("sheet.cities"), columns, _pick(shown, columns), len(total))


def by_county(comparison: Comparison, words: Texts) -> DisplayTable:
    """Return one row a county; counties have no target of their own."""
    columns = titled(COUNTY, words)
    counties = comparison.counties
    shown = counties.assign(
        county_adcode=counties["county_adcode"].astype(str),
        change_pct=rounded_up_pct(counties["change_pct"]),
    )
    return DisplayTable(words("sheet.counties"), columns, _pick(shown, columns))


def breakdowns(comparison: Comparison, words: Texts) -> DisplayTable:
    """Return the whole region's count by zone kind, source and status, one below the other."""
    columns = titled(BREAKDOWN, words)
    parts = [
        _breakdown(name, table, words)
        for name, table in comparison.breakdowns.items()
        if len(table)
    ]
    empty = pd.DataFrame(columns=[column.name for column in columns])
    rows = pd.concat(parts, ignore_index=True) if parts else empty
    return DisplayTable(words("sheet.breakdowns"), columns, _pick(rows, columns))


def details_table(details: pd.DataFrame, words: Texts) -> DisplayTable:
    """Return the fire points, newest first, with the bulletin's standard columns."""
    columns = titled(DETAIL, words)
    points = details.sort_values(["acquired_utc", "point_id"], ascending=[False, True])
    shown = points.assign(
        lon_dms=[dms(degrees, "lon") for degrees in points["lon"]],
        lat_dms=[dms(degrees, "lat") for degrees in points["lat"]],
        acquired_local=local_times(points["acquired_utc"]),
        platform=labelled(points["platform"], "platform", words),
        confidence=labelled(points["confidence"], "confidence", words),
        ruling=labelled(points["ruling"], "ruling", words),
        marks=labelled_lists(points["marks"], "zone_kind", words),
        near_boundary=points["near_boundary"].map({True: words("yes"), False: words("no")}),
        cause=cause_texts(points, words),
        status=labelled(points["status"], "status", words),
    )
    return DisplayTable(words("sheet.details"), columns, _pick(shown, columns))


def rounded_up_pct(percent: ArrayLike) -> NDArray[np.float64]:
    """Return percentages rounded up to two decimals, NaN kept.

    A fall of 9.996 % misses a target of 10 %; rounding up keeps it from reading "-10.00 %".
    """
    # The inner rounding keeps -10 computed as -9.999999999999998 at -10.
    hundredths = np.ceil(np.round(np.asarray(percent, dtype=float) * 100, 6))
    # Adding 0 turns -0.0 into 0.0.
    result: NDArray[np.float64] = hundredths / 100 + 0.0
    return result


def percent_change(base: pd.Series, now: pd.Series) -> pd.Series:
    """Return the change in percent of base; NaN where base is 0."""
    percent: pd.Series = 100 * (now - base) / base.astype(float).where(base > 0)
    return percent


def verdict_texts(rows: pd.DataFrame, words: Texts) -> pd.Series:
    """Return the verdicts in words; a rise from zero names how far."""
    labels = labelled(rows["verdict"], "verdict", words)
    counted = [
        words("rose_from_zero", label=label, n=n)
        for label, n in zip(labels, rows["now"], strict=True)
    ]
    rose = rows["verdict"].astype(str) == Verdict.ROSE_FROM_ZERO
    return labels.where(~rose, pd.Series(counted, index=rows.index, dtype="str"))


def labelled(codes: pd.Series, kind: str, words: Texts) -> pd.Series:
    """Return the labels of a column of codes; codes the user added stay as they are."""
    texts = codes.astype("str").fillna("")
    return texts.map({code: words.label(kind, code) if code else "" for code in texts.unique()})


def labelled_lists(joined: pd.Series, kind: str, words: Texts) -> pd.Series:
    """Return ``a;b`` columns with each code as its label."""
    texts = joined.astype("str").fillna("")
    separator = words("list_separator")
    names = {
        text: separator.join(words.label(kind, code) for code in text.split(";") if code)
        for text in texts.unique()
    }
    return texts.map(names)


def cause_texts(points: pd.DataFrame, words: Texts) -> pd.Series:
    """Return the cause in words; a point that no land cover has screened says so."""
    labels = labelled(points["cause"], "cause", words)
    unscreened = points["unscreened"].astype(bool)
    return labels.where(~unscreened, labels + words("unscreened"))


def local_times(acquired_utc: pd.Series) -> pd.Series:
    """Return naive Beijing datetimes, which spreadsheets can hold."""
    local: pd.Series = acquired_utc.dt.tz_convert(_BEIJING_TZ).dt.tz_localize(None)
    return local


def cell_text(value: object, form: Form) -> str:
    """Return one value as text; what is missing is an en dash, an empty text stays empty."""
    if form is Form.TEXT:
        return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
    if pd.isna(value):  # type: ignore[call-overload]
        return "–"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return _UNSIGNED_ZERO.get(text := _NUMBER_TEXTS[form].format(value), text)


_UNSIGNED_ZERO = {"+0": "0", "+0.00%": "0.00%"}
_NUMBER_TEXTS = {
    Form.COUNT: "{:.0f}",
    Form.CHANGE: "{:+.0f}",
    Form.PERCENT: "{:+.2f}%",
    Form.SHARE: "{:.0%}",
    Form.DECIMAL: "{:.1f}",
    Form.DEGREES: "{:.5f}",
}


def _breakdown(name: str, table: pd.DataFrame, words: Texts) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "breakdown": words.label("breakdown", name),
            "code": labelled(table["code"], _BREAKDOWN_LABELS.get(name, name), words),
            "base": table["base"],
            "now": table["now"],
            "change": table["now"] - table["base"],
            "change_pct": rounded_up_pct(percent_change(table["base"], table["now"])),
        }
    )


def _remarks(rows: pd.DataFrame, words: Texts) -> pd.Series:
    separator = words("remark_separator")
    flags = rows[list(_REMARKS)].fillna(False).astype(bool)
    return pd.Series(
        [
            separator.join(
                words(f"remark.{name}") for name, true in zip(_REMARKS, row, strict=True) if true
            )
            for row in flags.to_numpy()
        ],
        index=rows.index,
        dtype="str",
    )


def _pick(rows: pd.DataFrame, columns: tuple[TitledColumn, ...]) -> pd.DataFrame:
    return rows[[column.name for column in columns]].reset_index(drop=True)
