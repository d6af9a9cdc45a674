"""Which columns the tables of a report have, in order, and how each is written.

Titles are in `lang/*.json` under ``column.<name>``: one place for all formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firewatch.core.i18n import Texts
from firewatch.core.vocab import CountUnit


class Form(StrEnum):
    """How a value is written."""

    TEXT = "text"
    COUNT = "count"
    CHANGE = "change"
    PERCENT = "percent"
    SHARE = "share"
    DECIMAL = "decimal"
    DEGREES = "degrees"
    TIME = "time"


@dataclass(frozen=True)
class ReportColumn:
    """A column as data: its name in the table, its form, and its width in characters."""

    name: str
    form: Form
    width: int


@dataclass(frozen=True)
class TitledColumn:
    """A column with its heading in the language of the report."""

    name: str
    title: str
    form: Form
    width: int


CITY = (
    ReportColumn("city", Form.TEXT, 12),
    ReportColumn("base", Form.COUNT, 12),
    ReportColumn("now", Form.COUNT, 12),
    ReportColumn("change", Form.CHANGE, 10),
    ReportColumn("change_pct", Form.PERCENT, 11),
    ReportColumn("target_max", Form.COUNT, 14),
    ReportColumn("allowance", Form.CHANGE, 12),
    ReportColumn("verdict", Form.TEXT, 20),
)
REMARK = ReportColumn("remark", Form.TEXT, 26)
COUNTY = (
    ReportColumn("city", Form.TEXT, 12),
    ReportColumn("county", Form.TEXT, 20),
    ReportColumn("county_adcode", Form.TEXT, 11),
    ReportColumn("base", Form.COUNT, 10),
    ReportColumn("now", Form.COUNT, 10),
    ReportColumn("change", Form.CHANGE, 10),
    ReportColumn("change_pct", Form.PERCENT, 11),
)
BREAKDOWN = (
    ReportColumn("breakdown", Form.TEXT, 14),
    ReportColumn("code", Form.TEXT, 26),
    ReportColumn("base", Form.COUNT, 10),
    ReportColumn("now", Form.COUNT, 10),
    ReportColumn("change", Form.CHANGE, 10),
    ReportColumn("change_pct", Form.PERCENT, 11),
)
# The bulletin's standard columns first: place, centre, overpass; then what was decided.
DETAIL = (
    ReportColumn("city", Form.TEXT, 10),
    ReportColumn("county", Form.TEXT, 16),
    ReportColumn("township", Form.TEXT, 12),
    ReportColumn("village", Form.TEXT, 12),
    ReportColumn("lon_dms", Form.TEXT, 15),
    ReportColumn("lat_dms", Form.TEXT, 14),
    ReportColumn("acquired_local", Form.TIME, 17),
    ReportColumn("platform", Form.TEXT, 10),
    ReportColumn("confidence", Form.TEXT, 10),
    ReportColumn("frp_mw", Form.DECIMAL, 9),
    ReportColumn("ruling", Form.TEXT, 20),
    ReportColumn("reason", Form.TEXT, 40),
    ReportColumn("ruling_share", Form.SHARE, 10),
    ReportColumn("near_boundary", Form.TEXT, 10),
    ReportColumn("marks", Form.TEXT, 16),
    ReportColumn("cause", Form.TEXT, 30),
    ReportColumn("cause_evidence", Form.TEXT, 24),
    ReportColumn("status", Form.TEXT, 12),
    ReportColumn("straddles", Form.TEXT, 14),
    ReportColumn("lon", Form.DEGREES, 11),
    ReportColumn("lat", Form.DEGREES, 10),
    ReportColumn("point_id", Form.TEXT, 34),
    ReportColumn("event_id", Form.TEXT, 20),
)
# What fits on a page of the Word report.
BRIEF_DETAIL = (
    "city",
    "county",
    "township",
    "lon_dms",
    "lat_dms",
    "acquired_local",
    "platform",
    "ruling",
    "cause",
    "status",
)


def titled(columns: tuple[ReportColumn, ...], words: Texts) -> tuple[TitledColumn, ...]:
    """Return the columns with their headings."""
    return tuple(
        TitledColumn(column.name, words(f"column.{column.name}"), column.form, column.width)
        for column in columns
    )


def unit_columns(counted: CountUnit, words: Texts) -> tuple[TitledColumn, ...]:
    """Return base and now of the units that the counting rule does not count."""
    return tuple(
        TitledColumn(
            f"{unit}_{side}",
            words("column.other_unit", unit=words.label("unit", unit), side=words(f"side.{side}")),
            Form.COUNT,
            12,
        )
        for unit in CountUnit
        if unit != counted
        for side in ("base", "now")
    )
